//! Counters of Envoy, by names whose last parts are labels: `podsieve.redacted.rule.email`. A call to the host costs more
//! than a record, so that counts are kept here and handed over from time to time.

use podsieve_http::{Outcome, Tally};

use crate::host;
use crate::sorted::Sorted;

/// So many routes have counters of their own: parts of a tag can come from records.
const MAX_ROUTES: usize = 64;

/// Counts since the host was told.
#[derive(Default)]
pub(crate) struct Metrics {
    counters: Sorted<String, Counter>,
    routes: usize,
}

#[derive(Default)]
struct Counter {
    /// What the host knows it by.
    id: Option<u32>,
    count: u64,
}

impl Metrics {
    /// Adds to the counter `podsieve.<name>`.
    pub(crate) fn add(&mut self, name: &str, number: u64) {
        if number == 0 {
            return;
        }
        match self.counters.get_mut(name) {
            Some(counter) => counter.count += number,
            None => {
                self.counters.insert(name.to_owned(), Counter { id: None, count: number });
            }
        }
    }

    /// Tells the host.
    pub(crate) fn flush(&mut self) {
        for (name, counter) in self.counters.values_mut() {
            if counter.count > 0 {
                counter.id = counter.id.or_else(|| host::counter(&format!("podsieve.{name}")));
                if let Some(id) = counter.id {
                    host::add(id, core::mem::take(&mut counter.count));
                }
            }
        }
    }

    /// Adds what became of records.
    pub(crate) fn tally(&mut self, tally: &mut Tally) {
        if tally.is_empty() {
            return;
        }
        for (outcome, count) in Outcome::ALL.iter().zip(tally.outcomes) {
            self.add(outcome_name(*outcome), count);
        }
        for (rule, count) in &tally.rules {
            self.add(&format!("redacted.rule.{rule}"), *count);
        }
        for (route, count) in &tally.routes {
            let route = String::from_utf8_lossy(route);
            let mut name = format!("routed.route.{route}");
            if self.counters.get_mut(&*name).is_none() {
                if self.routes == MAX_ROUTES {
                    "routed.route.other".clone_into(&mut name);
                } else {
                    self.routes += 1;
                }
            }
            self.add(&name, *count);
        }
        tally.clear();
    }
}

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Unchanged => "records.outcome.unchanged",
        Outcome::Redacted => "records.outcome.redacted",
        Outcome::Masked => "records.outcome.masked",
        Outcome::Dropped => "records.outcome.dropped",
    }
}
