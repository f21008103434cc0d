//! The report as JSON.
//!
//! Times are RFC 3339 in UTC, durations of silence in seconds, latencies in milliseconds, rates from 0 to 1. Maps are
//! sorted by name; `(other)` adds up the names behind the first 256.

use super::Report;
use super::bounded::{Bounded, Merge};
use super::part::{Bad, Events, LISTED, Latency};
use super::value::Value;

/// Tenants, and silences of a service, that are listed.
pub(super) const TOP: usize = 20;
pub(super) const GAPS: usize = 100;

/// The quantiles that are told.
pub(super) const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)];

pub(super) fn report(report: &Report) -> Value {
    let part = &report.part;
    let months = part.other_months.iter().map(|(month, count)| (month.to_string(), (*count).into()));
    let moment = |moment: Option<super::moment::Moment>| Value::from(moment.map(|moment| moment.to_string()));
    Value::map([
        ("month", report.month.to_string().into()),
        ("events", part.total.events.into()),
        ("first", moment(part.first)),
        ("last", moment(part.last)),
        ("errors", part.total.errors.into()),
        ("error_rate", rate(part.total)),
        ("failures", part.failures.into()),
        ("other_months", Value::Map(months.collect())),
        ("without_time", part.without_time.into()),
        ("by_day", days(report)),
        (
            "by_operation",
            map(&part.operations, |operation| {
                let latency = operation.latency.as_ref().map(latency);
                events(operation.events, [("latency_ms", latency.into())])
            }),
        ),
        (
            "by_service",
            map(&part.services, |service| {
                events(
                    service.events,
                    [("out_of_order", service.out_of_order.into()), ("silence", silence(report, service))],
                )
            }),
        ),
        ("by_status", counts(&part.statuses)),
        ("by_severity", counts(&part.severities)),
        ("tenants", tenants(&part.tenants)),
        ("redactions", redactions(report)),
        ("policies", counts(&part.policies)),
        ("masked", counts(&part.masked)),
        ("duplicates", Value::map([("count", report.duplicates.0.into()), ("exact", report.duplicates.1.into())])),
        ("out_of_order", part.out_of_order.into()),
        ("redaction_check", check(report)),
        ("archive", archive(report)),
    ])
}

fn rate(events: Events) -> Value {
    Value::rounded(events.errors as f64 / events.events.max(1) as f64, 6)
}

fn map<V: Merge>(names: &Bounded<V>, value: impl Fn(&V) -> Value) -> Value {
    Value::Map(names.all().map(|(name, found)| (name, value(found))).collect())
}

fn counts(names: &Bounded<u64>) -> Value {
    map(names, |count| (*count).into())
}

fn events<const N: usize>(found: Events, more: [(&str, Value); N]) -> Value {
    let known = [("events", found.events.into()), ("errors", found.errors.into()), ("error_rate", rate(found))];
    Value::Map(known.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value)).collect())
}

fn days(report: &Report) -> Value {
    let days = report.part.days.iter().enumerate().take(report.month.days() as usize);
    let days = days.map(|(day, events)| {
        let counts = Value::map([("events", events.events.into()), ("errors", events.errors.into())]);
        (report.month.day(day), counts)
    });
    Value::Map(days.collect())
}

fn latency(latency: &Latency) -> Value {
    let known = QUANTILES.map(|(name, quantile)| (name, Value::rounded(latency.milliseconds(quantile), 3)));
    let all = [("count", latency.histogram.len().into())].into_iter().chain(known);
    let all = all.chain([("max", Value::rounded(latency.max as f64 / 1e3, 3))]);
    Value::Map(all.map(|(name, value)| (name.to_owned(), value)).collect())
}

fn silence(report: &Report, service: &super::part::Service) -> Value {
    let silences = report.silences(service);
    let mut listed = silences.gaps.clone();
    listed.sort_by_key(|gap| (gap.from - gap.to, gap.from));
    listed.truncate(GAPS);
    listed.sort_by_key(|gap| gap.from);
    let gaps = listed.iter().map(|gap| {
        Value::map([
            ("from", report.moment(gap.from).into()),
            ("to", report.moment(gap.to).into()),
            ("seconds", ((gap.to - gap.from) as u64).into()),
            ("open", gap.open.into()),
        ])
    });
    Value::map([
        ("usual_seconds", silences.usual.map(|usual| Value::rounded(usual as f64 / 1e3, 3)).into()),
        ("longer_than_seconds", (silences.limit as u64).into()),
        ("count", (silences.gaps.len() as u64).into()),
        ("longest", Value::List(gaps.collect())),
    ])
}

/// The most frequent names.
pub(super) fn top(names: &Bounded<u64>, number: usize) -> Vec<(String, u64)> {
    let mut all: Vec<(&[u8], u64)> = names.named().map(|(name, count)| (name, *count)).collect();
    all.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
    all.truncate(number);
    all.into_iter().map(|(name, count)| (String::from_utf8_lossy(name).into_owned(), count)).collect()
}

fn tenants(tenants: &Bounded<u64>) -> Value {
    let list = top(tenants, TOP)
        .into_iter()
        .map(|(name, count)| Value::map([("tenant", name.into()), ("events", count.into())]));
    Value::map([
        ("count", (tenants.len() as u64).into()),
        ("exact", (!tenants.is_over()).into()),
        ("top", Value::List(list.collect())),
    ])
}

fn redactions(report: &Report) -> Value {
    let rules = &report.part.rules;
    let total: u64 = rules.all().map(|(_, days)| days.0.iter().sum::<u64>()).sum();
    let days = (0..report.month.days() as usize).filter_map(|day| {
        let rules = rules.all().filter(|(_, days)| days.0[day] > 0);
        let rules: Vec<_> = rules.map(|(rule, days)| (rule, days.0[day].into())).collect();
        (!rules.is_empty()).then(|| (report.month.day(day), Value::Map(rules)))
    });
    Value::map([
        ("total", total.into()),
        ("by_rule", map(rules, |days| days.0.iter().sum::<u64>().into())),
        ("by_day", Value::Map(days.collect())),
    ])
}

fn check(report: &Report) -> Value {
    let found = &report.part.found;
    let rules = found.rules.iter().map(|(rule, count)| ((*rule).to_owned(), (*count).into()));
    let places = found.places.iter().map(|((object, line, rule), count)| {
        Value::map([
            ("object", report.objects[*object].name.as_str().into()),
            ("line", (*line).into()),
            ("rule", (*rule).into()),
            ("count", (*count).into()),
        ])
    });
    Value::map([
        ("policy", report.policy_id.as_str().into()),
        ("checked", report.part.records.into()),
        ("records", found.records.into()),
        ("findings", found.total.into()),
        ("by_rule", Value::Map(rules.collect())),
        ("places", Value::List(places.collect())),
        ("places_complete", (found.places.len() < LISTED).into()),
    ])
}

fn archive(report: &Report) -> Value {
    let bad = report.part.bad.iter().take(LISTED).map(|(object, bad): (&usize, &Bad)| {
        Value::map([
            ("object", report.objects[*object].name.as_str().into()),
            ("whole", bad.unread.is_none().into()),
            ("bad_lines", bad.lines.into()),
            ("what", bad.what().into()),
        ])
    });
    Value::map([
        ("objects", (report.objects.len() as u64).into()),
        ("stored_bytes", report.stored.into()),
        ("plain_bytes", report.part.bytes.into()),
        ("records", report.part.records.into()),
        ("bad_objects", (report.part.bad.len() as u64).into()),
        ("bad_lines", report.part.bad.values().map(|bad| bad.lines).sum::<u64>().into()),
        ("bad", Value::List(bad.collect())),
    ])
}
