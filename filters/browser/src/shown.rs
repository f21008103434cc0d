//! A record as the page shows it.

use podsieve_policy::model::File;
use podsieve_policy::yaml::Place;
use podsieve_trial::explain::{Entry, Explained, Finding};
use podsieve_trial::json::{self, fields, unescape};
use serde::Serialize;

use crate::marks::{self, Piece, text};

/// A record before and after.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    /// The line that completed it, from 1.
    pub(crate) line: u64,
    pub(crate) tag: String,
    pub(crate) form: &'static str,
    /// The record as Fluent Bit hands it over.
    pub(crate) record: String,
    /// What the application wrote.
    pub(crate) before: Vec<Piece>,
    pub(crate) fields: Vec<Field>,
    pub(crate) output: String,
    pub(crate) lost: Option<String>,
    pub(crate) found: Vec<Found>,
    pub(crate) route: Option<Route>,
}

/// A member of the record as it leaves.
#[derive(Debug, Serialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// Its value as JSON.
    pub(crate) pieces: Vec<Piece>,
    /// Nobody wrote it: it came with what is known of the pod, the route or the audit.
    pub(crate) added: bool,
}

/// Something that a rule found.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    rule: &'static str,
    path: String,
    in_key: bool,
    text: String,
    why: String,
    action: &'static str,
    kept: Option<String>,
    at: Vec<At>,
}

/// An entry of the policy.
#[derive(Debug, Serialize)]
pub(crate) struct At {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) what: String,
}

/// The route that a record takes.
#[derive(Debug, Serialize)]
pub(crate) struct Route {
    tag: String,
    by: String,
    line: Option<u32>,
    column: Option<u32>,
}

impl Shown {
    /// A record, and what of it was not added: its names.
    pub(crate) fn new(record: &[u8], explained: &Explained, written: &[u8], file: &File) -> Shown {
        let output = explained.output.as_deref().unwrap_or_default();
        let names: Vec<Vec<u8>> = fields(written).map(|field| unescape(field.key)).collect();
        let field = |(name, pieces): (String, Vec<Piece>)| {
            let added = !names.iter().any(|known| *known == name.as_bytes());
            Field { name, pieces, added }
        };
        Shown {
            line: 0,
            tag: String::new(),
            form: "",
            record: text(record),
            before: marks::line(&line(record), &explained.found),
            fields: marks::record(output, &explained.found).into_iter().map(field).collect(),
            output: text(output),
            lost: None,
            found: explained.found.iter().map(|finding| Found::new(finding, file)).collect(),
            route: explained.route.as_ref().map(|entry| Route::new(entry, output, file)),
        }
    }
}

impl Found {
    fn new(finding: &Finding, file: &File) -> Found {
        Found {
            rule: finding.rule,
            path: finding.path.clone(),
            in_key: finding.in_key,
            text: text(finding.text()),
            why: finding.why.clone(),
            action: finding.action,
            kept: finding.kept.as_ref().map(|stay| stay.shown(file)),
            at: finding.entries.iter().filter_map(|entry| At::new(entry, file)).collect(),
        }
    }
}

impl At {
    fn new(entry: &Entry, file: &File) -> Option<At> {
        let Place { line, column } = entry.place(file)?;
        Some(At { line, column, what: entry.shown(file).to_string() })
    }
}

impl Route {
    fn new(entry: &Entry, output: &[u8], file: &File) -> Route {
        // The default ones stand in no file.
        let place = entry.place(file).filter(|place| *place != Place { line: 1, column: 1 });
        Route {
            tag: tag(output),
            by: entry.shown(file).to_string(),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
        }
    }
}

/// The tag for the archive that a record has.
pub(crate) fn tag(output: &[u8]) -> String {
    let value = json::field(output, "archive_tag").and_then(|value| value.strip_prefix(b"\"")?.strip_suffix(b"\""));
    value.map(|body| text(&unescape(body))).unwrap_or_default()
}

/// What the application wrote: the text in `log`, or else the whole record.
fn line(record: &[u8]) -> Vec<u8> {
    let log = json::field(record, "log").and_then(|value| value.strip_prefix(b"\"")?.strip_suffix(b"\""));
    log.map_or_else(|| record.to_vec(), unescape)
}
