//! What is known of some of the records; parts add up to the whole in any order.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use hdrhistogram::Histogram;

use super::bounded::{Bounded, Merge};
use super::check::Looked;
use super::duplicates::Seen;
use super::moment::{Moment, Month};
use super::record::{Audit, Facts};
use super::silence::Moments;
use crate::numbers::percent;

/// Names of each kind that are counted one by one.
pub(super) const NAMES: usize = 256;
/// Tenants that are told apart.
pub(super) const TENANTS: usize = 100_000;
/// Places of findings, and bad objects, that are listed.
pub(super) const LISTED: usize = 10_000;
/// Containers of an object whose order is watched.
const CONTAINERS: usize = 10_000;

/// Days of the longest month.
pub(super) const DAYS: usize = 31;

/// Everything that is counted of the records of some objects.
pub(super) struct Part {
    pub(super) month: Month,
    /// All records, those of other months included.
    pub(super) records: u64,
    /// Bytes of plain text.
    pub(super) bytes: u64,
    pub(super) other_months: BTreeMap<Month, u64>,
    pub(super) without_time: u64,
    pub(super) first: Option<Moment>,
    pub(super) last: Option<Moment>,
    /// Records of the month, and among them those that say that something failed.
    pub(super) total: Events,
    pub(super) failures: u64,
    pub(super) days: [Events; DAYS],
    pub(super) operations: Bounded<Operation>,
    pub(super) services: Bounded<Service>,
    pub(super) statuses: Bounded<u64>,
    pub(super) severities: Bounded<u64>,
    pub(super) tenants: Bounded<u64>,
    pub(super) rules: Bounded<ByDay>,
    pub(super) policies: Bounded<u64>,
    pub(super) masked: Bounded<u64>,
    pub(super) out_of_order: u64,
    pub(super) found: Found,
    /// By the number of the object.
    pub(super) bad: BTreeMap<usize, Bad>,
}

/// How many records, and how many of them are errors.
#[derive(Clone, Copy, Default)]
pub(super) struct Events {
    pub(super) events: u64,
    pub(super) errors: u64,
}

/// The records of an operation.
#[derive(Default)]
pub(super) struct Operation {
    pub(super) events: Events,
    pub(super) latency: Option<Latency>,
}

/// Durations in microseconds, each known to a thousandth of itself.
pub(super) struct Latency {
    pub(super) histogram: Histogram<u64>,
    pub(super) max: u64,
}

/// The records of a service.
#[derive(Default)]
pub(super) struct Service {
    pub(super) events: Events,
    pub(super) out_of_order: u64,
    pub(super) moments: Moments,
}

/// A count for each day.
#[derive(Default)]
pub(super) struct ByDay(pub(super) [u64; DAYS]);

/// What the redaction check found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) total: u64,
    pub(super) records: u64,
    pub(super) rules: BTreeMap<&'static str, u64>,
    /// By the number of the object, the line and the rule: the first ones.
    pub(super) places: BTreeMap<(usize, u64, &'static str), u64>,
}

/// What is wrong with an object.
#[derive(Default)]
pub(super) struct Bad {
    /// Why it could not be read, or not to its end.
    pub(super) unread: Option<String>,
    /// Lines that are no records, the first of them, and why.
    pub(super) lines: u64,
    pub(super) first: Option<(u64, &'static str)>,
}

/// What one object needs while it is read: the last moment of each container.
#[derive(Default)]
pub(super) struct Order {
    last: HashMap<u64, Moment>,
}

impl Part {
    pub(super) fn new(month: Month) -> Part {
        Part {
            month,
            records: 0,
            bytes: 0,
            other_months: BTreeMap::new(),
            without_time: 0,
            first: None,
            last: None,
            total: Events::default(),
            failures: 0,
            days: [Events::default(); DAYS],
            operations: Bounded::new(NAMES),
            services: Bounded::new(NAMES),
            statuses: Bounded::new(NAMES),
            severities: Bounded::new(NAMES),
            tenants: Bounded::new(TENANTS),
            rules: Bounded::new(NAMES),
            policies: Bounded::new(NAMES),
            masked: Bounded::new(NAMES),
            out_of_order: 0,
            found: Found::default(),
            bad: BTreeMap::new(),
        }
    }

    /// A line that is no record.
    pub(super) fn bad_line(&mut self, object: usize, line: u64, why: &'static str) {
        let bad = self.bad.entry(object).or_default();
        bad.lines += 1;
        bad.first.get_or_insert((line, why));
    }

    /// The object could not be read on.
    pub(super) fn unread(&mut self, object: usize, why: String) {
        self.bad.entry(object).or_default().unread = Some(why);
    }

    /// A line, and what the check says of it.
    pub(super) fn line(
        &mut self,
        (object, line): (usize, u64),
        record: &[u8],
        looked: Looked<'_>,
        order: &mut Order,
        seen: &Seen,
    ) {
        let mut archived = None;
        let shown = match looked {
            Looked::NoRecord => return self.bad_line(object, line, "is no JSON object"),
            Looked::TooLong => return self.bad_line(object, line, "is longer than the policy lets a record be"),
            Looked::Clean => record,
            Looked::Found(rules, safe) => {
                self.found.add(object, line, rules);
                archived = Some(record);
                safe
            }
        };
        self.records += 1;
        // Names are read from what is safe to show, the audit from what was archived.
        let facts = Facts::read(shown);
        let Some(time) = facts.time else {
            self.without_time += 1;
            return;
        };
        let Some(second) = self.month.second(time) else {
            *self.other_months.entry(Month::at(time)).or_default() += 1;
            return;
        };
        seen.add(record);
        self.event(&facts, time, second, order);
        let audit = archived.map_or_else(|| Audit::read(facts.audit), Audit::of);
        self.audit(&audit, second / 86_400);
    }

    fn event(&mut self, facts: &Facts<'_>, time: Moment, second: usize, order: &mut Order) {
        let error = facts.is_error();
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
        self.total.add(error);
        self.failures += u64::from(facts.is_failure());
        if let Some(day) = self.days.get_mut(second / 86_400) {
            day.add(error);
        }
        let late = u64::from(order.is_late(facts, time));
        self.out_of_order += late;
        self.services.with(facts.service.as_deref().unwrap_or(b"(none)"), |service| {
            service.events.add(error);
            service.out_of_order += late;
            service.moments.add(second);
        });
        if let Some(name) = &facts.operation {
            self.operations.with(name, |operation| {
                operation.events.add(error);
                if let Some(duration) = facts.duration {
                    operation.latency.get_or_insert_default().add(duration);
                }
            });
        }
        let names = [
            (&mut self.statuses, &facts.status),
            (&mut self.severities, &facts.severity),
            (&mut self.tenants, &facts.tenant),
        ];
        for (counts, name) in names {
            if let Some(name) = name {
                counts.with(name, |count| *count += 1);
            }
        }
    }

    fn audit(&mut self, audit: &Audit<'_>, day: usize) {
        for (rule, number) in &audit.redacted {
            self.rules.with(rule, |by_day| by_day.0[day] += number);
        }
        if let Some(policy) = &audit.policy {
            self.policies.with(policy, |count| *count += 1);
        }
        if let Some(error) = &audit.error {
            self.masked.with(error, |count| *count += 1);
        }
    }

    pub(super) fn merge(&mut self, other: Part) {
        self.records += other.records;
        self.bytes += other.bytes;
        for (month, count) in other.other_months {
            *self.other_months.entry(month).or_default() += count;
        }
        self.without_time += other.without_time;
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.into_iter().chain(other.last).max();
        self.total.merge(other.total);
        self.failures += other.failures;
        for (day, more) in self.days.iter_mut().zip(other.days) {
            day.merge(more);
        }
        self.operations.merge(other.operations);
        self.services.merge(other.services);
        self.statuses.merge(other.statuses);
        self.severities.merge(other.severities);
        self.tenants.merge(other.tenants);
        self.rules.merge(other.rules);
        self.policies.merge(other.policies);
        self.masked.merge(other.masked);
        self.out_of_order += other.out_of_order;
        self.found.merge(other.found);
        // An object is in one part only.
        self.bad.extend(other.bad);
    }
}

impl Order {
    /// Whether it is earlier than the record before it of the same container in the same object.
    fn is_late(&mut self, facts: &Facts<'_>, time: Moment) -> bool {
        let mut hasher = DefaultHasher::new();
        (facts.container, facts.service.as_deref()).hash(&mut hasher);
        let container = hasher.finish();
        if self.last.len() == CONTAINERS && !self.last.contains_key(&container) {
            return false;
        }
        self.last.insert(container, time).is_some_and(|last| time < last)
    }
}

impl Events {
    fn add(&mut self, error: bool) {
        self.events += 1;
        self.errors += u64::from(error);
    }

    /// The part of them that are errors.
    pub(super) fn percent(self) -> String {
        percent(self.errors, self.events)
    }
}

impl Merge for Events {
    fn merge(&mut self, other: Events) {
        self.events += other.events;
        self.errors += other.errors;
    }
}

impl Latency {
    fn add(&mut self, microseconds: u64) {
        self.max = self.max.max(microseconds);
        // It grows where it must.
        let _ = self.histogram.record(microseconds);
    }

    /// The duration that this part of all does not exceed, in milliseconds.
    pub(super) fn milliseconds(&self, quantile: f64) -> f64 {
        self.histogram.value_at_quantile(quantile).min(self.max) as f64 / 1e3
    }
}

impl Default for Latency {
    fn default() -> Latency {
        let Ok(mut histogram) = Histogram::new(3) else { unreachable!("three digits are allowed") };
        histogram.auto(true);
        Latency { histogram, max: 0 }
    }
}

impl Merge for Operation {
    fn merge(&mut self, other: Operation) {
        self.events.merge(other.events);
        if let Some(other) = other.latency {
            let latency = self.latency.get_or_insert_default();
            latency.max = latency.max.max(other.max);
            // It grows where it must.
            let _ = latency.histogram.add(other.histogram);
        }
    }
}

impl Merge for Service {
    fn merge(&mut self, other: Service) {
        self.events.merge(other.events);
        self.out_of_order += other.out_of_order;
        self.moments.merge(other.moments);
    }
}

impl Merge for ByDay {
    fn merge(&mut self, other: ByDay) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

impl Found {
    fn add(&mut self, object: usize, line: u64, rules: Vec<(&'static str, u64)>) {
        self.records += 1;
        for (rule, count) in rules {
            self.total += count;
            *self.rules.entry(rule).or_default() += count;
            self.place((object, line, rule), count);
        }
    }

    fn place(&mut self, place: (usize, u64, &'static str), count: u64) {
        self.places.insert(place, count);
        if self.places.len() > LISTED {
            self.places.pop_last();
        }
    }

    fn merge(&mut self, other: Found) {
        self.total += other.total;
        self.records += other.records;
        for (rule, count) in other.rules {
            *self.rules.entry(rule).or_default() += count;
        }
        for (place, count) in other.places {
            self.place(place, count);
        }
    }
}
