//! What was found in files, told to people or machines.

use std::io::{self, Write};

use podsieve_host::numbers::plural;
use podsieve_host::{Error, Finding, Level, json};

use super::Stop;

/// Tells findings, and counts them.
pub(super) struct Told {
    json: bool,
    errors: u64,
    warnings: u64,
    unread: u64,
}

impl Told {
    /// With `json`, an object a line.
    pub(super) fn new(json: bool) -> Told {
        Told { json, errors: 0, warnings: 0, unread: 0 }
    }

    pub(super) fn finding(&mut self, out: &mut impl Write, finding: &Finding) -> io::Result<()> {
        match finding.level {
            Level::Error => self.errors += 1,
            Level::Warning => self.warnings += 1,
        }
        if self.json { out.write_all(&as_json(finding)) } else { writeln!(out, "{finding}") }
    }

    /// A file that could not be read.
    pub(super) fn unread(&mut self, error: &Error) {
        self.unread += 1;
        eprintln!("podsieve: {error}");
    }

    /// True when nothing was found that counts in so many files.
    pub(super) fn end(self, files: usize, noun: &str, deny_warnings: bool) -> Result<bool, Stop> {
        let Told { errors, warnings, unread, json: _ } = self;
        eprintln!(
            "podsieve: {}: {}, {}",
            plural(files as u64, noun),
            plural(errors, "error"),
            plural(warnings, "warning")
        );
        match unread {
            0 => Ok(errors == 0 && !(deny_warnings && warnings > 0)),
            _ => Err(Stop::Told),
        }
    }
}

fn as_json(finding: &Finding) -> Vec<u8> {
    let Finding { file, line, column, level, rule, what, advice, excerpt } = finding;
    let mut out = format!("{{\"line\":{line}").into_bytes();
    if let Some(column) = column {
        out.extend_from_slice(format!(",\"column\":{column}").as_bytes());
    }
    let texts = [
        ("file", Some(file.as_str())),
        ("level", Some(level.name())),
        ("rule", Some(rule)),
        ("what", Some(what)),
        ("advice", Some(advice)),
        ("excerpt", excerpt.as_deref()),
    ];
    for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text?))) {
        out.extend_from_slice(format!(",\"{name}\":").as_bytes());
        json::write_string(&mut out, text.as_bytes());
    }
    out.extend_from_slice(b"}\n");
    out
}
