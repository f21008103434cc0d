//! The CRI format: header, and partial lines.

use super::decode::write_text;
use super::lines::Line;
use crate::json::{write_body, write_string};

/// A line in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) time: &'a [u8],
    pub(super) stream: Stream,
    /// `F`, or `P` where the line goes on in the next one of its stream.
    pub(super) full: bool,
    pub(super) text: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    fn name(self) -> &'static [u8] {
        match self {
            Stream::Stdout => b"stdout",
            Stream::Stderr => b"stderr",
        }
    }
}

/// Takes a line apart. The first tag says whether the line is partial, more may follow behind `:`;
/// the text may be empty, with or without the blank before it.
pub(super) fn parse(line: &[u8]) -> Option<Parts<'_>> {
    let (time, rest) = split(line)?;
    let (stream, rest) = split(rest)?;
    let stream = match stream {
        b"stdout" => Stream::Stdout,
        b"stderr" => Stream::Stderr,
        _ => return None,
    };
    let (tags, text) = split(rest).unwrap_or((rest, b""));
    let full = match tags.split(|&byte| byte == b':').next()? {
        b"F" => true,
        b"P" => false,
        _ => return None,
    };
    // RFC 3339 begins with the year, and no other word before `stdout` should pass for a time.
    let dated = time.len() >= 20 && time[..4].iter().all(u8::is_ascii_digit) && time[4] == b'-';
    dated.then_some(Parts { time, stream, full, text })
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b' ', bytes)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

/// Joins the partial lines of one file.
pub(super) struct Cri {
    streams: [Pending; 2],
    /// The stream of the line that is being read in pieces, with its time.
    long: Option<(Stream, Vec<u8>)>,
    limit: usize,
    splits: u64,
}

/// The pieces of a stream so far.
#[derive(Default)]
struct Pending {
    active: bool,
    time: Vec<u8>,
    full: bool,
    text: Vec<u8>,
    last_line: u64,
}

impl Cri {
    pub(super) fn new(limit: usize) -> Self {
        Cri { streams: Default::default(), long: None, limit, splits: 0 }
    }

    pub(super) fn splits(&self) -> u64 {
        self.splits
    }

    pub(super) fn line(&mut self, line: Line<'_>, record: &mut Vec<u8>) -> bool {
        if line.goes_on {
            self.rest_of_long(line, record);
            return true;
        }
        let Some(parts) = parse(line.bytes) else {
            write_text(record, line.bytes);
            return true;
        };
        if !line.ends {
            self.long = Some((parts.stream, parts.time.to_vec()));
        }
        let pending = &mut self.streams[parts.stream as usize];
        let fits = pending.text.len() + parts.text.len() < self.limit;
        if parts.full && line.ends && !pending.active {
            write_record(record, parts.time, parts.stream, true, parts.text);
            return true;
        }
        if !pending.active {
            pending.active = true;
            pending.full = parts.full;
            pending.time.clear();
            pending.time.extend_from_slice(parts.time);
        }
        pending.last_line = line.number;
        pending.text.extend_from_slice(parts.text);
        if line.ends && !parts.full && fits {
            return false;
        }
        if line.ends && !parts.full {
            self.splits += 1;
        }
        pending.flush(parts.stream, record);
        true
    }

    pub(super) fn finish(&mut self, record: &mut Vec<u8>) -> Option<u64> {
        let stream = [Stream::Stdout, Stream::Stderr]
            .into_iter()
            .filter(|&stream| self.streams[stream as usize].active)
            .min_by_key(|&stream| self.streams[stream as usize].last_line)?;
        let pending = &mut self.streams[stream as usize];
        pending.flush(stream, record);
        Some(pending.last_line)
    }

    /// The rest of a line that is longer than the limit: a record of its own under the same header.
    fn rest_of_long(&mut self, line: Line<'_>, record: &mut Vec<u8>) {
        match &self.long {
            Some((stream, time)) => write_record(record, time, *stream, line.ends, line.bytes),
            None => write_text(record, line.bytes),
        }
        if line.ends {
            self.long = None;
        }
    }
}

impl Pending {
    fn flush(&mut self, stream: Stream, record: &mut Vec<u8>) {
        write_record(record, &self.time, stream, self.full, &self.text);
        self.active = false;
        self.text.clear();
        // One huge record should not keep its memory for ever.
        self.text.shrink_to(1 << 20);
    }
}

fn write_record(record: &mut Vec<u8>, time: &[u8], stream: Stream, full: bool, text: &[u8]) {
    record.extend_from_slice(br#"{"time":"#);
    write_string(record, time);
    record.extend_from_slice(br#","stream":""#);
    record.extend_from_slice(stream.name());
    record.extend_from_slice(if full { br#"","_p":"F","log":""# } else { br#"","_p":"P","log":""# });
    write_body(record, text);
    record.extend_from_slice(br#""}"#);
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: &str = "2026-01-02T03:04:05.678901234+00:00";

    fn records(lines: &[&str], limit: usize) -> Vec<String> {
        let mut cri = Cri::new(limit);
        let mut found = Vec::new();
        let mut record = Vec::new();
        for (at, text) in lines.iter().enumerate() {
            let line = Line { bytes: text.as_bytes(), number: at as u64 + 1, goes_on: false, ends: true };
            record.clear();
            if cri.line(line, &mut record) {
                found.push(String::from_utf8_lossy(&record).into_owned());
            }
        }
        record.clear();
        while cri.finish(&mut record).is_some() {
            found.push(String::from_utf8_lossy(&record).into_owned());
            record.clear();
        }
        found
    }

    fn made(stream: &str, p: &str, log: &str) -> String {
        format!(r#"{{"time":"{T}","stream":"{stream}","_p":"{p}","log":"{log}"}}"#)
    }

    #[test]
    fn headers() {
        let ok = |tail: &str| {
            let line = format!("{T} {tail}");
            parse(line.as_bytes()).map(|parts| (parts.full, parts.text.to_vec()))
        };
        assert_eq!(ok("stdout F a b"), Some((true, b"a b".to_vec())));
        assert_eq!(ok("stderr P:x:y a"), Some((false, b"a".to_vec())));
        assert_eq!(ok("stderr F:x"), Some((true, vec![])));
        assert_eq!(ok("stderr F"), Some((true, vec![])));
        assert_eq!(ok("stderr F "), Some((true, vec![])));
        assert_eq!(ok("stderr F  x"), Some((true, b" x".to_vec())));
        assert_eq!(ok("stdlog F x"), None);
        assert_eq!(ok("stdout X x"), None);
        assert_eq!(ok("stdout FP x"), None);
        assert_eq!(parse(b"now stdout F x"), None);
    }

    #[test]
    fn partial_lines_of_two_streams() {
        let lines = [
            format!("{T} stdout P a"),
            format!("{T} stderr P 1"),
            "not CRI".to_owned(),
            format!("{T} stdout F b"),
            format!("{T} stderr P 2"),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(
            records(&lines, 100),
            [r#"{"log":"not CRI"}"#.to_owned(), made("stdout", "P", "ab"), made("stderr", "P", "12"),]
        );
    }

    #[test]
    fn joined_lines_are_bounded() {
        let lines = [format!("{T} stdout P abcdef"), format!("{T} stdout P ghijkl"), format!("{T} stdout F m")];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(records(&lines, 10), [made("stdout", "P", "abcdefghijkl"), made("stdout", "F", "m")]);
    }
}
