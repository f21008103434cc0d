//! What the records that came out say of themselves, added up.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use console::Style;
use memchr::memmem::Finder;
use podsieve_host::Counters;
use podsieve_host::json::{fields, unescape};
use podsieve_host::numbers::{count, duration, plural};

use super::feed::Read;

/// Names that are counted one by one; a module that makes up more gets the rest in one line.
const NAMES: usize = 64;

/// Columns of a list in one row, and what begins the next one.
const ROW: usize = 76;
const INDENT: &str = "\n          ";

/// Counts by name.
type Counts = BTreeMap<String, u64>;

/// The counts of a run.
pub(super) struct Summary {
    podsieve: Finder<'static>,
    archive: Finder<'static>,
    redacted: Counts,
    routes: Counts,
    masked: u64,
}

impl Summary {
    pub(super) fn new() -> Self {
        Summary {
            podsieve: Finder::new(r#""podsieve""#),
            archive: Finder::new(r#""archive_tag""#),
            redacted: Counts::new(),
            routes: Counts::new(),
            masked: 0,
        }
    }

    /// Adds a record. One without any of the fields is only searched for their names.
    pub(super) fn add(&mut self, record: &[u8]) {
        if self.podsieve.find(record).is_none() && self.archive.find(record).is_none() {
            return;
        }
        for field in fields(record) {
            match field.key {
                b"archive_tag" => add(&mut self.routes, &text(field.value), 1),
                b"podsieve" => {
                    for inner in fields(field.value) {
                        self.add_own(inner.key, inner.value);
                    }
                }
                _ => {}
            }
        }
    }

    /// A field of podsieve's own.
    fn add_own(&mut self, key: &[u8], value: &[u8]) {
        match key {
            b"redacted" => {
                for rule in fields(value) {
                    let number = std::str::from_utf8(rule.value).ok();
                    let number = number.and_then(|digits| digits.parse().ok()).unwrap_or(0);
                    add(&mut self.redacted, &unescape(rule.key), number);
                }
            }
            b"error" => self.masked += 1,
            _ => {}
        }
    }

    /// The summary, a line for each count.
    pub(super) fn print(&self, counters: &Counters, read: &Read, elapsed: Duration, labels: &Style) -> String {
        let mut out = String::new();
        let mut line = |label: &str, text: String| {
            let label = labels.apply_to(format!("{label:<9}"));
            let _ = writeln!(out, "{label} {text}");
        };
        line(
            "records",
            format!(
                "{} in, {} out, {} lost",
                count(counters.records_in()),
                count(counters.records_out()),
                count(counters.lost_total())
            ),
        );
        if counters.lost_total() > 0 {
            let reasons = counters.losses().map(|(reason, number)| format!("{reason} {}", count(number)));
            line("lost", reasons.collect::<Vec<_>>().join(", "));
        }
        line("redacted", list(&self.redacted));
        line("routes", list(&self.routes));
        line("masked", format!("{} because of an error", plural(self.masked, "record")));
        if read.splits > 0 {
            line("split", format!("{} longer than 16 MiB", plural(read.splits, "line")));
        }
        let seconds = elapsed.as_secs_f64().max(1e-9);
        line(
            "elapsed",
            format!(
                "{}, {} records/s, {:.1} MB/s",
                duration(elapsed),
                count((counters.records_in() as f64 / seconds) as u64),
                read.bytes as f64 / 1e6 / seconds
            ),
        );
        out
    }
}

/// The text of a string; nothing for any other value.
fn text(value: &[u8]) -> Vec<u8> {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).map(unescape).unwrap_or_default()
}

/// Counts under this name, unless it could be a piece of a record: the names come from the module.
fn add(counts: &mut Counts, name: &[u8], number: u64) {
    let safe = !name.is_empty()
        && name.len() <= 64
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._:/-".contains(byte));
    let name = match std::str::from_utf8(name) {
        Ok(name) if safe && (counts.len() < NAMES || counts.contains_key(name)) => name,
        _ => "(other)",
    };
    *counts.entry(name.to_owned()).or_default() += number;
}

/// `a 2, b 1`, the largest first.
fn list(counts: &Counts) -> String {
    if counts.is_empty() {
        return "none".to_owned();
    }
    let mut sorted: Vec<_> = counts.iter().collect();
    sorted.sort_by_key(|&(name, &number)| (std::cmp::Reverse(number), name));
    let mut text = String::new();
    let mut row = 0;
    for (name, &number) in sorted {
        let item = format!("{name} {}", count(number));
        if !text.is_empty() {
            text.push(',');
            row += 2 + item.len();
            if row > ROW {
                text.push_str(INDENT);
                row = item.len();
            } else {
                text.push(' ');
            }
        } else {
            row = item.len();
        }
        text.push_str(&item);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up() {
        let mut summary = Summary::new();
        summary.add(br#"{"log":"x","podsieve":{"redacted":{"email":2,"card":1}},"archive_tag":"audit.x"}"#);
        summary.add(br#"{"podsieve":{"redacted":{"email":1},"error":"depth"}}"#);
        summary.add(br#"{"a":{"podsieve":{"redacted":{"email":9}}},"log":"\"archive_tag\":"}"#);
        summary.add(br#"{"archive_tag":"a secret, maybe"}"#);
        assert_eq!(list(&summary.redacted), "email 3, card 1");
        assert_eq!(list(&summary.routes), "(other) 1, audit.x 1");
        assert_eq!(summary.masked, 1);
    }
}
