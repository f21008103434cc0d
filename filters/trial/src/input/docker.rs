//! docker's json-file format: any keys, and partial lines.

use super::decode::write_text;
use super::lines::Line;
use crate::json::{Verdict, fields, judge, write_normalised};

/// Streams that may wait for their end at the same time. docker has two.
const STREAMS: usize = 8;

/// Joins the partial lines of one file: those whose text does not end with a newline.
pub(super) struct Docker {
    waiting: Vec<Pending>,
    limit: usize,
    splits: u64,
}

/// A record without its end.
struct Pending {
    stream: Vec<u8>,
    /// The record up to the quote that will end its text.
    head: Vec<u8>,
    /// What follows the text.
    tail: Vec<u8>,
    last_line: u64,
}

/// The parts of a line.
#[derive(Default)]
struct Parts<'a> {
    /// The body of the string `log`, still escaped.
    text: Option<&'a [u8]>,
    stream: &'a [u8],
}

impl Docker {
    pub(super) fn new(limit: usize) -> Self {
        Docker { waiting: Vec::new(), limit, splits: 0 }
    }

    pub(super) fn splits(&self) -> u64 {
        self.splits
    }

    pub(super) fn line(&mut self, line: Line<'_>, record: &mut Vec<u8>) -> bool {
        let whole = line.ends && !line.goes_on;
        let parts = if whole { parse(line.bytes) } else { None };
        let Some((text, stream)) = parts else {
            write_text(record, line.bytes);
            return true;
        };
        let complete = ends_with_newline(text);
        let waiting = self.waiting.iter().position(|p| p.stream == stream);
        match waiting {
            None if complete || self.waiting.len() == STREAMS => {
                let tail = write_head(record, line.bytes);
                record.extend_from_slice(&tail);
                true
            }
            None => {
                let mut head = Vec::new();
                let tail = write_head(&mut head, line.bytes);
                self.waiting.push(Pending { stream: stream.to_vec(), head, tail, last_line: line.number });
                false
            }
            Some(at) => {
                let pending = &mut self.waiting[at];
                write_normalised(&mut pending.head, text);
                pending.last_line = line.number;
                let too_long = pending.head.len() >= self.limit;
                if !complete && !too_long {
                    return false;
                }
                self.splits += u64::from(!complete);
                self.waiting.remove(at).write(record);
                true
            }
        }
    }

    pub(super) fn finish(&mut self, record: &mut Vec<u8>) -> Option<u64> {
        let at = (0..self.waiting.len()).min_by_key(|&at| self.waiting[at].last_line)?;
        let pending = self.waiting.remove(at);
        pending.write(record);
        Some(pending.last_line)
    }
}

impl Pending {
    fn write(&self, record: &mut Vec<u8>) {
        record.extend_from_slice(&self.head);
        record.extend_from_slice(&self.tail);
    }
}

/// The body of `log` and the value of `stream`, where the line is such an object.
pub(super) fn parse(line: &[u8]) -> Option<(&[u8], &[u8])> {
    if judge(line) != Verdict::Object {
        return None;
    }
    let mut parts = Parts::default();
    for field in fields(line) {
        match field.key {
            b"log" if parts.text.is_none() => {
                parts.text = Some(field.value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""))?);
            }
            b"stream" => parts.stream = field.value,
            _ => {}
        }
    }
    Some((parts.text?, parts.stream))
}

/// Writes the record up to the end of its text, and returns what follows.
fn write_head(record: &mut Vec<u8>, line: &[u8]) -> Vec<u8> {
    let mut tail = Vec::new();
    let mut inside = false;
    let mut separator = b'{';
    for field in fields(line) {
        let out = if inside { &mut tail } else { &mut *record };
        out.push(separator);
        out.push(b'"');
        out.extend_from_slice(field.key);
        out.extend_from_slice(b"\":");
        separator = b',';
        let body = field.value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
        match body {
            Some(body) => {
                out.push(b'"');
                write_normalised(out, body);
                if field.key == b"log" && !inside {
                    inside = true;
                    tail.push(b'"');
                } else {
                    out.push(b'"');
                }
            }
            None => out.extend_from_slice(field.value),
        }
    }
    tail.push(b'}');
    tail
}

/// Whether the text behind the body of a JSON string ends with a newline.
fn ends_with_newline(body: &[u8]) -> bool {
    let Some(rest) =
        body.strip_suffix(b"n").or_else(|| body.strip_suffix(b"u000a")).or_else(|| body.strip_suffix(b"u000A"))
    else {
        return false;
    };
    let backslashes = rest.iter().rev().take_while(|&&byte| byte == b'\\').count();
    backslashes % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(lines: &[&str]) -> Vec<String> {
        let mut docker = Docker::new(1000);
        let mut found = Vec::new();
        let mut record = Vec::new();
        for (at, text) in lines.iter().enumerate() {
            let line = Line { bytes: text.as_bytes(), number: at as u64 + 1, goes_on: false, ends: true };
            record.clear();
            if docker.line(line, &mut record) {
                found.push(String::from_utf8_lossy(&record).into_owned());
            }
        }
        record.clear();
        while docker.finish(&mut record).is_some() {
            found.push(String::from_utf8_lossy(&record).into_owned());
            record.clear();
        }
        found
    }

    #[test]
    fn keys_are_kept_and_escapes_are_those_of_the_host() {
        assert_eq!(
            records(&[r#"{"log":"\u003ca\u003e \"q\"\n", "stream":"stdout", "attrs":{"tag":"x"},"time":"t"}"#]),
            [r#"{"log":"<a> \"q\"\n","stream":"stdout","attrs":{"tag":"x"},"time":"t"}"#]
        );
    }

    #[test]
    fn partial_lines() {
        assert_eq!(
            records(&[
                r#"{"log":"a","stream":"stdout","time":"1"}"#,
                r#"{"log":"x","stream":"stderr","time":"2"}"#,
                r#"{"log":7}"#,
                r#"{"log":"b\\n","stream":"stdout","time":"3"}"#,
                r#"{"log":"c\n","stream":"stdout","time":"4"}"#,
                "broken {",
            ]),
            [
                r#"{"log":"{\"log\":7}"}"#,
                r#"{"log":"ab\\nc\n","stream":"stdout","time":"1"}"#,
                r#"{"log":"broken {"}"#,
                r#"{"log":"x","stream":"stderr","time":"2"}"#,
            ]
        );
    }
}
