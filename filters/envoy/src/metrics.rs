//! Counters of Envoy, by names whose last parts are labels: `podsieve.redacted.rule.email`.

use std::collections::BTreeMap;

use podsieve_http::{Outcome, Tally};

use crate::host;

/// So many routes have counters of their own: parts of a tag can come from records.
const MAX_ROUTES: usize = 64;

/// The counters that were made.
#[derive(Default)]
pub(crate) struct Metrics {
    counters: BTreeMap<String, Option<u32>>,
    routes: usize,
}

impl Metrics {
    /// Adds to the counter `podsieve.<name>`.
    pub(crate) fn add(&mut self, name: &str, number: u64) {
        if number == 0 {
            return;
        }
        let counter = match self.counters.get(name) {
            Some(counter) => *counter,
            None => {
                let counter = host::counter(&format!("podsieve.{name}"));
                self.counters.insert(name.to_owned(), counter);
                counter
            }
        };
        if let Some(counter) = counter {
            host::add(counter, number);
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
            if !self.counters.contains_key(&name) {
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
