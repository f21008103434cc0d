//! The report as tables for a terminal.

use std::fmt::Write;

use super::Report;
use super::json::{QUANTILES, TOP, top};
use super::part::Events;
use crate::numbers::length;

/// Findings, bad objects and silences that are shown; JSON has more.
const SHOWN: usize = 20;

pub(super) fn report(report: &Report) -> String {
    let part = &report.part;
    let mut out = Out(String::new());
    let range = part.first.zip(part.last).map(|(first, last)| format!(", {first} to {last}")).unwrap_or_default();
    out.line("month", &format!("{}, {} events{range}", report.month, part.total.events));
    let Events { events, errors } = part.total;
    out.line("errors", &format!("{errors}, {}; {} by their status", part.total.percent(), part.failures));
    let others: Vec<String> = part.other_months.iter().map(|(month, count)| format!("{month} {count}")).collect();
    let others = if others.is_empty() { "none".to_owned() } else { others.join(", ") };
    out.line("others", &format!("records of other months: {others}; without a time: {}", part.without_time));
    let (count, exact) = report.duplicates;
    let about = if exact { "" } else { "about " };
    out.line("order", &format!("{about}{count} duplicates, {} out of order", part.out_of_order));
    let more = if part.tenants.is_over() { "at least " } else { "" };
    let tenants = top(&part.tenants, 3).into_iter().map(|(name, count)| format!("{} {count}", shown(&name)));
    let tenants: Vec<String> = tenants.collect();
    out.line(
        "tenants",
        &format!("{more}{}; {} of {TOP} in JSON: {}", part.tenants.len(), tenants.len(), tenants.join(", ")),
    );
    out.line("policies", &list(part.policies.all()));
    out.line("masked", &list(part.masked.all()));
    if events > 0 {
        operations(report, &mut out);
        services(report, &mut out);
        redactions(report, &mut out);
    }
    bad(report, &mut out);
    check(report, &mut out);
    out.0
}

struct Out(String);

impl Out {
    fn line(&mut self, label: &str, text: &str) {
        let _ = writeln!(self.0, "{label:<9} {text}");
    }

    /// Columns: the first one left, the others right.
    fn table(&mut self, rows: &[Vec<String>]) {
        let width =
            |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        self.0.push('\n');
        for row in rows {
            for (column, cell) in row.iter().enumerate() {
                let width = width(column).unwrap_or(0);
                let _ = if column == 0 { write!(self.0, "{cell:<width$}") } else { write!(self.0, "  {cell:>width$}") };
            }
            self.0.push('\n');
        }
    }
}

/// A name without what a terminal would act on.
pub(super) fn shown(name: &str) -> String {
    name.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

fn list<'a>(counts: impl Iterator<Item = (String, &'a u64)>) -> String {
    let all: Vec<String> = counts.map(|(name, count)| format!("{} {count}", shown(&name))).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn operations(report: &Report, out: &mut Out) {
    let mut rows = vec![row(&["operation", "events", "errors", "rate", "p50 ms", "p90", "p95", "p99", "max"])];
    for (name, operation) in report.part.operations.all() {
        let Events { events, errors } = operation.events;
        let mut cells = vec![shown(&name), events.to_string(), errors.to_string(), operation.events.percent()];
        if let Some(latency) = &operation.latency {
            cells.extend(QUANTILES.map(|(_, quantile)| format!("{:.1}", latency.milliseconds(quantile))));
            cells.push(format!("{:.1}", latency.max as f64 / 1e3));
        }
        rows.push(cells);
    }
    out.table(&rows);
}

fn services(report: &Report, out: &mut Out) {
    let mut rows = vec![row(&["service", "events", "errors", "rate", "out of order", "silences", "longest"])];
    for (name, service) in report.part.services.all() {
        let gaps = report.silences(service).gaps;
        let longest = gaps
            .iter()
            .max_by_key(|gap| gap.to - gap.from)
            .map(|gap| format!("{} from {}", length(gap.to - gap.from), report.moment(gap.from)));
        rows.push(vec![
            shown(&name),
            service.events.events.to_string(),
            service.events.errors.to_string(),
            service.events.percent(),
            service.out_of_order.to_string(),
            gaps.len().to_string(),
            longest.unwrap_or_default(),
        ]);
    }
    out.table(&rows);
}

fn redactions(report: &Report, out: &mut Out) {
    let mut rows = vec![row(&["redacted", "times", "days", "most on one"])];
    for (rule, days) in report.part.rules.all() {
        let most = days.0.iter().copied().max().unwrap_or(0);
        let number = days.0.iter().filter(|count| **count > 0).count();
        rows.push(vec![rule, days.0.iter().sum::<u64>().to_string(), number.to_string(), most.to_string()]);
    }
    if rows.len() > 1 {
        out.table(&rows);
    }
}

fn bad(report: &Report, out: &mut Out) {
    let bad = &report.part.bad;
    let _ = writeln!(out.0, "\n{} objects, {} of them bad", report.objects.len(), bad.len());
    for (object, bad) in bad.iter().take(SHOWN) {
        let _ = writeln!(out.0, "  {}: {}", shown(&report.objects[*object].name), bad.what());
    }
    more(bad.len(), out);
}

fn check(report: &Report, out: &mut Out) {
    let found = &report.part.found;
    let _ = writeln!(
        out.0,
        "\nredaction check by policy {}: {} records, {} findings in {} of them",
        report.policy_id, report.part.records, found.total, found.records
    );
    for ((object, line, rule), count) in found.places.iter().take(SHOWN) {
        let times = if *count > 1 { format!(", {count} times") } else { String::new() };
        let _ = writeln!(out.0, "  {}:{line}: {rule}{times}", shown(&report.objects[*object].name));
    }
    more(found.places.len(), out);
}

fn more(all: usize, out: &mut Out) {
    if all > SHOWN {
        let _ = writeln!(out.0, "  and {} more: --json names them", all - SHOWN);
    }
}
