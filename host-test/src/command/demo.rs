//! `podsieve demo`, for `make demo`: recorded logs before and after, side by side.

use std::env;
use std::path::PathBuf;
use std::time::Instant;

use console::{Style, Term};
use memchr::memmem;
use podsieve_host::input::Options;
use podsieve_host::json::{field, fields, unescape};
use podsieve_host::numbers::{count, plural};
use podsieve_host::{Config, Host, Module, Outcome, Runner};

use super::Stop;
use super::feed::{self, Feed};
use super::layout::{Look, Text, heading, side_by_side};
use super::output::Output;
use super::pick::{Case, Picks};
use super::progress::Progress;
use super::summary::Summary;

/// What a mark begins with.
const MARK: &str = "[REDACTED:";

/// Rows of one case.
const ROWS: usize = 28;

/// Show recorded logs before and after, side by side, then a summary.
#[derive(clap::Args)]
pub(super) struct Demo {
    /// Log files, or folders of them
    #[arg(default_value = "host-test/recordings/pods")]
    files: Vec<PathBuf>,
}

impl Demo {
    /// True when every record came out.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let inputs = feed::inputs(&self.files)?;
        let module = Module::compile(podsieve_host::built_in_module())?;
        let mut host = Host::new(&module, Config::default())?;
        let mut picks = Picks::default();
        let mut summary = Summary::new();
        let output = Output::new();
        let progress = Progress::new(feed::total(&inputs), true);
        let feed = Feed { options: Options::default(), function: "pipeline", output: &output, progress: &progress };
        let started = Instant::now();
        let read = feed.run(&inputs, &mut host, |name, item, outcome| {
            if let Outcome::Record(after) = outcome {
                summary.add(after);
                let place = || format!("{}:{}", short(name), item.line);
                picks.consider(&log_text(item.record), after, place);
            }
            Ok(())
        })?;
        let elapsed = started.elapsed();
        progress.finish();

        let width = width();
        let mut titles = (Text::default(), Text::default());
        titles.0.push("BEFORE: the line of the log", Look::Faint);
        titles.1.push("AFTER: the record, field by field", Look::Faint);
        output.text(&side_by_side(&titles.0, &titles.1, width, 1))?;
        for case in picks.cases() {
            output.text(&show(case, width))?;
        }
        let size = podsieve_host::built_in_module().len() as u64;
        output.text(&heading("summary", "all lines of all files", width))?;
        output.text(&format!(
            "{} through podsieve.wasm ({} bytes) in wasmtime\n",
            plural(inputs.len() as u64, "file"),
            count(size)
        ))?;
        let labels = Style::new().dim();
        output.text(&summary.print(host.counters(), &read, elapsed, &labels))?;
        output.flush()?;
        Ok(host.counters().lost_total() == 0)
    }
}

/// Columns to write in.
fn width() -> usize {
    let columns = Term::stdout().size_checked().map(|(_, columns)| columns);
    let columns = columns.or_else(|| env::var("COLUMNS").ok()?.parse().ok());
    usize::from(columns.unwrap_or(100)).clamp(60, 200)
}

/// The last parts of a path, without the id of the pod.
fn short(path: &str) -> String {
    let parts: Vec<&str> = path.rsplit('/').take(3).collect();
    match parts[..] {
        [file, container, pod] => match pod.rsplit_once('_') {
            Some((name, _)) => format!("{name}/{container}/{file}"),
            None => format!("{container}/{file}"),
        },
        _ => path.to_owned(),
    }
}

/// The text of the log line in a record.
fn log_text(record: &[u8]) -> Vec<u8> {
    field(record, "log").and_then(string_body).map(unescape).unwrap_or_default()
}

fn string_body(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

fn show(case: &Case, width: usize) -> String {
    let log = String::from_utf8_lossy(&case.before);
    let log = log.trim_end_matches('\n');
    let mut before = Text::default();
    before.push(log, Look::Plain);
    let mut after = Text::default();
    for (path, value) in flatten(&case.after) {
        if !after.is_empty() {
            after.push("\n", Look::Plain);
        }
        after.push(&path, Look::Faint);
        after.push("  ", Look::Plain);
        push_marked(&mut after, value.trim_end_matches('\n'));
        for (from, to) in secrets(log, &path, &value) {
            let start = log[..from].chars().count();
            let length = log[from..to].chars().count();
            before.look_at(start, start + length, Look::Secret);
        }
    }
    let mut out = heading(case.title, &case.place, width);
    out.push_str(&side_by_side(&before, &after, width, ROWS));
    out.push('\n');
    out
}

/// The values of a record with the path of their keys; an object that holds a mark is taken apart.
fn flatten(record: &[u8]) -> Vec<(String, String)> {
    let mut flat = Vec::new();
    let mut open = vec![(String::new(), fields(record))];
    while let Some((prefix, inside)) = open.last_mut() {
        let Some(field) = inside.next() else {
            open.pop();
            continue;
        };
        let path = format!("{prefix}{}", String::from_utf8_lossy(&unescape(field.key)));
        let is_object = field.value.starts_with(b"{");
        if is_object && memmem::find(field.value, MARK.as_bytes()).is_some() {
            open.push((format!("{path}."), fields(field.value)));
        } else {
            let text = string_body(field.value).map_or_else(|| field.value.to_vec(), unescape);
            flat.push((path, String::from_utf8_lossy(&text).into_owned()));
        }
    }
    flat
}

/// Pieces between marks, and the marks.
fn pieces(value: &str) -> Vec<(&str, bool)> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some(start) = rest.find(MARK) {
        let Some(length) = rest[start..].find(']') else {
            break;
        };
        let (mark, behind) = rest[start..].split_at(length + 1);
        found.push((&rest[..start], false));
        found.push((mark, true));
        rest = behind;
    }
    found.push((rest, false));
    found
}

fn push_marked(text: &mut Text, value: &str) {
    for (piece, is_mark) in pieces(value) {
        text.push(piece, if is_mark { Look::Mark } else { Look::Plain });
    }
}

/// Where the log text holds what the marks in a value stand for, as far as its surroundings tell.
fn secrets(log: &str, path: &str, value: &str) -> Vec<(usize, usize)> {
    let pieces = pieces(value);
    let mut found = Vec::new();
    let mut from = 0;
    for (at, &(_, is_mark)) in pieces.iter().enumerate() {
        if !is_mark {
            continue;
        }
        let left = at.checked_sub(1).map_or("", |at| last_characters(pieces[at].0, 12));
        let right = pieces.get(at + 1).map_or("", |piece| first_characters(piece.0, 6));
        let start =
            if left.is_empty() { value_of(log, path) } else { log[from..].find(left).map(|at| from + at + left.len()) };
        let Some(start) = start else {
            continue;
        };
        let end = match right {
            "" => log[start..].find(['"', '\n']),
            right => log[start..].find(right),
        };
        from = end.map_or(log.len(), |at| start + at);
        found.push((start, from));
    }
    found
}

/// Where the value of the last key in a path starts in a log line that is JSON.
fn value_of(log: &str, path: &str) -> Option<usize> {
    let key = path.rsplit('.').next()?;
    let quoted = format!("\"{key}\"");
    let behind = log.find(&quoted)? + quoted.len();
    let rest = &log[behind..];
    let value = rest.trim_start_matches([':', ' ', '"']);
    Some(behind + rest.len() - value.len())
}

fn last_characters(text: &str, count: usize) -> &str {
    let start = text.char_indices().rev().take(count).last();
    start.map_or("", |(at, _)| &text[at..])
}

fn first_characters(text: &str, count: usize) -> &str {
    let end = text.char_indices().nth(count);
    end.map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flattens() {
        let flat = flatten(br#"{"a":{"b":1,"c":{"d":"[REDACTED:x]\ny"}},"e":{"g":1},"f":[1]}"#);
        let pairs: Vec<_> = flat.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("a.b", "1"), ("a.c.d", "[REDACTED:x]\ny"), ("e", r#"{"g":1}"#), ("f", "[1]")]);
    }

    #[test]
    fn finds_what_was_hidden() {
        let found = |log: &str, path: &str, value: &str| -> Vec<String> {
            secrets(log, path, value).into_iter().map(|(from, to)| log[from..to].to_owned()).collect()
        };
        assert_eq!(
            found("to a@b.c, Bearer xyz", "log", "to [REDACTED:email], Bearer [REDACTED:bearer]"),
            ["a@b.c", "xyz"]
        );
        assert_eq!(found(r#"{"x": {"api_key": "s3cr3t"}}"#, "x.api_key", "[REDACTED:key]"), ["s3cr3t"]);
        assert!(found("nothing", "log", "[REDACTED:x]").is_empty());
    }

    #[test]
    fn short_places() {
        assert_eq!(short("x/pods/shop_web_0a/app/0.log"), "shop_web/app/0.log");
        assert_eq!(short("0.log"), "0.log");
    }
}
