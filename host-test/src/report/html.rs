//! The report as one page: no script, nothing from elsewhere, charts as SVG inside it, for screens and for paper.

use std::fmt::Write;

use super::Report;
use super::json::{QUANTILES, TOP, top};
use super::part::{Events, Latency};
use crate::numbers::length;

/// Rows of lists on the page; JSON has all.
const SHOWN: usize = 200;

/// Sizes of a chart in its own units: the page scales it.
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 160.0;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--faint:#6a737d;--line:#d5dae0;--bar:#3b6ea8;--bad:#b3362b;--good:#2c7a4b}
@media(prefers-color-scheme:dark){:root{--ink:#dfe4ea;--paper:#14171b;--faint:#8d97a3;--line:#333a43;--bar:#6fa3dd;--bad:#e8796f;--good:#6fc492}}
body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid var(--line)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.2rem .5rem;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
th:first-child,td:first-child{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:8rem}th{color:var(--faint);font-weight:600}
td.text,th.text{text-align:left;white-space:normal;overflow-wrap:anywhere}
svg{width:100%;height:auto}svg text{font:11px system-ui,sans-serif;fill:var(--faint)}
.bar{fill:var(--bar)}.bad{fill:var(--bad);color:var(--bad)}.good{color:var(--good)}.rule{stroke:var(--line)}.note{color:var(--faint)}
@media print{:root{--ink:#000;--paper:#fff;--faint:#444;--line:#bbb;--bar:#3b6ea8;--bad:#b3362b;--good:#2c7a4b}
body{margin:0;max-width:none;font-size:10pt}h2{break-after:avoid}svg,tr{break-inside:avoid}thead{display:table-header-group}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}@page{margin:15mm}}
";

pub(super) fn page(report: &Report) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\
         <meta name=\"viewport\" content=\"width=device-width\"/><title>Audit log report {0}</title>\
         <style>\n{STYLE}</style></head>\n<body>\n<h1>Audit log report {0}</h1>\n",
        report.month
    );
    summary(report, &mut out);
    days(report, &mut out);
    operations(report, &mut out);
    services(report, &mut out);
    redactions(report, &mut out);
    tenants(report, &mut out);
    check(report, &mut out);
    archive(report, &mut out);
    out.push_str("</body></html>\n");
    out
}

/// A text that means nothing to a browser. What XML does not have at all becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

/// A table, if there is a row to show.
fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>, out: &mut String) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    out.push_str("<table><thead><tr>");
    for cell in head {
        let _ = write!(out, "<th>{}</th>", escaped(cell));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td>{}</td>", escaped(&cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n");
}

fn summary(report: &Report, out: &mut String) {
    let part = &report.part;
    let found = part.found.total;
    let (class, verdict) = match found {
        0 => ("good", "nothing that should have been redacted was found".to_owned()),
        _ => ("bad", format!("{found} findings in {} records: see below", part.found.records)),
    };
    let _ = writeln!(out, "<p class=\"{class}\"><strong>Redaction check: {verdict}.</strong></p>");
    let moment = |moment: Option<super::moment::Moment>| moment.map_or("-".to_owned(), |moment| moment.to_string());
    let months = part.other_months.values().sum::<u64>();
    let duplicates = if report.duplicates.1 { "" } else { "about " };
    let rows = [
        ("events", part.total.events.to_string()),
        ("first (UTC)", moment(part.first)),
        ("last (UTC)", moment(part.last)),
        ("errors", format!("{} ({})", part.total.errors, part.total.percent())),
        ("failures by status", part.failures.to_string()),
        ("duplicates", format!("{duplicates}{}", report.duplicates.0)),
        ("out of order", part.out_of_order.to_string()),
        ("records of other months", months.to_string()),
        ("records without a time", part.without_time.to_string()),
        ("masked because of an error", part.masked.all().map(|(_, count)| count).sum::<u64>().to_string()),
        ("objects", format!("{}, bad: {}", report.objects.len(), part.bad.len())),
    ];
    table(&["", ""], rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]), out);
}

/// Bars by day, the second value in front of the first.
fn bars(title: &str, report: &Report, values: &[(u64, u64)], out: &mut String) {
    let most = values.iter().map(|(value, _)| *value).max().unwrap_or(0).max(1);
    let step = WIDTH / values.len().max(1) as f64;
    let _ = writeln!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{}\"><title>{}</title>",
        HEIGHT + 30.0,
        escaped(title),
        escaped(title)
    );
    for (day, (value, inner)) in values.iter().enumerate() {
        let left = day as f64 * step + 2.0;
        let label = format!(
            "{}: {value}{}",
            report.month.day(day),
            if *inner > 0 { format!(", {inner} errors") } else { String::new() }
        );
        for (class, value) in [("bar", value), ("bad", inner)] {
            let height = *value as f64 / most as f64 * HEIGHT;
            let _ = writeln!(
                out,
                "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{label}</title></rect>",
                HEIGHT + 14.0 - height,
                step - 4.0
            );
        }
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            left + step / 2.0 - 2.0,
            HEIGHT + 27.0,
            day + 1
        );
    }
    let _ = writeln!(out, "<text x=\"2\" y=\"10\">{most}</text></svg>");
}

fn days(report: &Report, out: &mut String) {
    out.push_str("<h2>Events by day</h2>\n");
    let days = report.part.days.iter().take(report.month.days() as usize);
    let values: Vec<(u64, u64)> = days.map(|day| (day.events, day.errors)).collect();
    bars("Events by day, errors in red", report, &values, out);
}

fn operations(report: &Report, out: &mut String) {
    out.push_str("<h2>Operations</h2>\n");
    let operations: Vec<_> = report.part.operations.all().collect();
    let rows = operations.iter().map(|(name, operation)| {
        let Events { events, errors } = operation.events;
        let mut cells = vec![name.clone(), events.to_string(), errors.to_string(), operation.events.percent()];
        if let Some(latency) = &operation.latency {
            cells.extend(QUANTILES.map(|(_, quantile)| format!("{:.1}", latency.milliseconds(quantile))));
            cells.push(format!("{:.1}", latency.max as f64 / 1e3));
        }
        cells.resize(9, String::new());
        cells
    });
    table(&["operation", "events", "errors", "rate", "p50 ms", "p90 ms", "p95 ms", "p99 ms", "max ms"], rows, out);
    let latencies: Vec<(&str, &Latency)> =
        operations.iter().filter_map(|(name, operation)| Some((name.as_str(), operation.latency.as_ref()?))).collect();
    spans(&latencies, out);
    out.push_str("<p class=\"note\">Latencies are exact to 0.1 %, but for the maximum, which is exact.</p>\n");
}

/// A bar from the median to the 99th percentile for each operation, with a line at the 95th, on a scale of tenfolds.
fn spans(latencies: &[(&str, &Latency)], out: &mut String) {
    let Some(most) = latencies.iter().map(|(_, latency)| latency.max).max() else { return };
    let top = (most as f64 / 1e3).max(10.0).log10().ceil();
    let at = |milliseconds: f64| 220.0 + (milliseconds.max(1.0).log10() / top).min(1.0) * (WIDTH - 230.0);
    let height = latencies.len() as f64 * 20.0 + 20.0;
    let _ = writeln!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Latency by operation\"><title>Latency by operation: \
         median to 99th percentile, a line at the 95th</title>"
    );
    for power in 0..=top as i32 {
        let (x, label) = (at(10_f64.powi(power)), 10_f64.powi(power));
        let _ = writeln!(
            out,
            "<line class=\"rule\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"0\" y2=\"{:.1}\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label} ms</text>",
            height - 14.0,
            height - 3.0
        );
    }
    for (row, (name, latency)) in latencies.iter().enumerate() {
        let y = row as f64 * 20.0 + 4.0;
        let [from, _, line, to] = QUANTILES.map(|(_, quantile)| at(latency.milliseconds(quantile)));
        let short: String = name.chars().take(32).collect();
        let _ = writeln!(
            out,
            "<text x=\"0\" y=\"{:.1}\">{}</text><rect class=\"bar\" x=\"{from:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"12\"/>\
             <rect class=\"bad\" x=\"{line:.1}\" y=\"{y:.1}\" width=\"2\" height=\"12\"/>",
            y + 10.0,
            escaped(&short),
            (to - from).max(2.0)
        );
    }
    out.push_str("</svg>\n");
}

fn services(report: &Report, out: &mut String) {
    out.push_str("<h2>Services and silences</h2>\n");
    let services: Vec<_> =
        report.part.services.all().map(|(name, service)| (name, service, report.silences(service))).collect();
    let rows = services.iter().map(|(name, service, silences)| {
        let longest = silences.gaps.iter().max_by_key(|gap| gap.to - gap.from);
        vec![
            name.clone(),
            service.events.events.to_string(),
            service.events.errors.to_string(),
            service.events.percent(),
            service.out_of_order.to_string(),
            length(silences.limit),
            silences.gaps.len().to_string(),
            longest
                .map(|gap| format!("{} from {}", length(gap.to - gap.from), report.moment(gap.from)))
                .unwrap_or_default(),
        ]
    });
    let head = ["service", "events", "errors", "rate", "out of order", "silent if longer than", "silences", "longest"];
    table(&head, rows, out);
    let (seconds, height) = (report.month.days() as f64 * 86_400.0, services.len() as f64 * 20.0);
    let at = |second: i64| 220.0 + second as f64 / seconds * (WIDTH - 230.0);
    let _ = writeln!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Silences by service\"><title>The month by service: \
         silences in red</title>"
    );
    for (row, (name, _, silences)) in services.iter().enumerate() {
        let y = row as f64 * 20.0 + 4.0;
        let short: String = name.chars().take(32).collect();
        let _ = writeln!(
            out,
            "<text x=\"0\" y=\"{:.1}\">{}</text><rect class=\"bar\" x=\"220\" y=\"{:.1}\" width=\"{:.1}\" height=\"2\"/>",
            y + 10.0,
            escaped(&short),
            y + 5.0,
            WIDTH - 230.0
        );
        let mut longest = silences.gaps.clone();
        longest.sort_by_key(|gap| (gap.from - gap.to, gap.from));
        for gap in longest.iter().take(SHOWN) {
            let (from, to) = (at(gap.from), at(gap.to));
            let _ = writeln!(
                out,
                "<rect class=\"bad\" x=\"{from:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"12\"><title>{} to {}</title></rect>",
                (to - from).max(1.0),
                report.moment(gap.from),
                report.moment(gap.to)
            );
        }
    }
    out.push_str("</svg>\n");
}

fn redactions(report: &Report, out: &mut String) {
    out.push_str("<h2>Redactions</h2>\n");
    let rules: Vec<_> = report.part.rules.all().collect();
    let days = report.month.days() as usize;
    let values: Vec<(u64, u64)> = (0..days).map(|day| (rules.iter().map(|(_, count)| count.0[day]).sum(), 0)).collect();
    bars("Redactions by day", report, &values, out);
    let rows = rules.iter().map(|(rule, days)| {
        let number = days.0.iter().filter(|count| **count > 0).count();
        vec![rule.clone(), days.0.iter().sum::<u64>().to_string(), number.to_string()]
    });
    table(&["rule", "times", "days"], rows, out);
    let policies = report.part.policies.all().map(|(policy, count)| vec![policy, count.to_string()]);
    table(&["policy", "records"], policies, out);
}

fn tenants(report: &Report, out: &mut String) {
    let tenants = &report.part.tenants;
    let least = if tenants.is_over() { "at least " } else { "" };
    let _ = writeln!(out, "<h2>Tenants: {least}{}</h2>", tenants.len());
    let rows = top(tenants, TOP).into_iter().map(|(name, count)| vec![name, count.to_string()]);
    table(&["tenant", "events"], rows, out);
}

fn check(report: &Report, out: &mut String) {
    let found = &report.part.found;
    let _ = writeln!(
        out,
        "<h2>Redaction check</h2>\n<p>{} records scanned again with policy {}: {} findings. Values are not shown.</p>",
        report.part.records,
        escaped(&report.policy_id),
        found.total
    );
    let rows = found.places.iter().take(SHOWN).map(|((object, line, rule), count)| {
        vec![report.objects[*object].name.clone(), line.to_string(), (*rule).to_owned(), count.to_string()]
    });
    table(&["object", "line", "rule", "times"], rows, out);
}

fn archive(report: &Report, out: &mut String) {
    let bad = &report.part.bad;
    let _ = writeln!(
        out,
        "<h2>Archive</h2>\n<p>{} objects, {} bytes, {} bytes of plain text, {} records. Bad objects: {}.</p>",
        report.objects.len(),
        report.stored,
        report.part.bytes,
        report.part.records,
        bad.len()
    );
    let rows = bad.iter().take(SHOWN).map(|(object, bad)| vec![report.objects[*object].name.clone(), bad.what()]);
    table(&["object", "what is wrong"], rows, out);
}
