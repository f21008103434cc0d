//! The `parse` job: the body becomes fields.
//!
//! The body is the value of `log` (or `message`). What it may be, in the order in which it is unwrapped:
//! a line with a [CRI header](https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md),
//! a JSON object (docker's json-file is one: its `log` is the next body), the object that
//! [loguru](https://loguru.readthedocs.io/en/stable/api/logger.html#record) serializes, or text, which stays.

#[cfg(feature = "custom")]
pub(crate) mod depth;
#[cfg(feature = "custom")]
mod logfmt;
mod names;

use crate::bytes::Bytes;
use crate::json::{self, Kind, Span, Stop};
use crate::key::{Keys, Role};
use crate::policy::Policy;
use crate::record::{Buffer, Buffers, Field, Name, Record};
use crate::text;
use core::ops::Range;
use names::{Names, NoneFree};

/// Unwraps the bodies of `record`, whose bytes are in `input`, until they are text. Those that cannot be read in place
/// are unescaped into `scratch`.
pub(crate) fn parse(record: &mut Record, input: &[u8], scratch: &mut Bytes, keys: &mut Keys, policy: &'static Policy) {
    let mut names = None;
    if let Some(fields) = record.body.clone() {
        let count = record.fields.len();
        loguru(record, &fields, input, scratch.as_slice(), keys, policy);
        if name_apart(record, &mut names, fields.start, input, scratch.as_slice(), policy).is_err() {
            record.fields.truncate(count);
            record.fields.drain(fields.clone());
            if let Some(body) = fields.start.checked_sub(1).and_then(|body| record.fields.get_mut(body)) {
                (body.live, body.value_plain) = (true, false);
            }
            names = None;
        }
    }
    // Those that come with a body too.
    let mut body = 0;
    while body < record.fields.len() {
        if is_body(record, body) {
            unwrap_body(record, &mut names, body, input, scratch, keys, policy);
        }
        body += 1;
    }
    record.sort();
}

/// Whether the field may be a body.
#[inline(always)]
fn is_body(record: &Record, n: usize) -> bool {
    record
        .fields
        .get(n)
        .is_some_and(|field| matches!(field.class.role, Role::Body(_)) && field.live && field.kind == Kind::String)
}

/// Makes fields of the body, or takes the line ends off it.
fn unwrap_body(
    record: &mut Record,
    names: &mut Option<Names>,
    body: usize,
    input: &[u8],
    scratch: &mut Bytes,
    keys: &mut Keys,
    policy: &'static Policy,
) {
    let first = record.fields.len();
    let Some(&field) = record.fields.get(body) else { return };
    header(record, body, input, scratch.as_slice(), keys, policy);
    let start = record.fields.len();
    if lift(record, body, input, scratch, keys, policy) {
        kill(record, body);
        if let Some(names) = names {
            names.free(&field);
        }
        let fields = start..record.fields.len();
        loguru(record, &fields, input, scratch.as_slice(), keys, policy);
    } else {
        trim(record, body, input, scratch.as_slice());
    }
    if record.fields.len() > first && name_apart(record, names, first, input, scratch.as_slice(), policy).is_err() {
        // It stays as it came.
        record.fields.truncate(first);
        let lifted = record.fields.get_mut(body).is_some_and(|now| !core::mem::replace(now, field).live);
        if let Some(names) = names
            && lifted
        {
            names.keep(&field);
        }
        trim(record, body, input, scratch.as_slice());
    }
}

/// Gives the lifted fields from `from` on names that no others have.
fn name_apart(
    record: &mut Record,
    names: &mut Option<Names>,
    from: usize,
    input: &[u8],
    scratch: &[u8],
    policy: &Policy,
) -> Result<(), NoneFree> {
    let names = names.get_or_insert_with(|| Names::new(record, from));
    names.tell_apart(record, from, &Buffers { input, scratch }, policy)
}

fn bytes_of<'a>(buffer: Buffer, input: &'a [u8], scratch: &'a [u8]) -> &'a [u8] {
    if buffer == Buffer::Scratch { scratch } else { input }
}

/// Adds the members of the object that the body is. Whether it was one.
fn lift(record: &mut Record, body: usize, input: &[u8], scratch: &mut Bytes, keys: &mut Keys, policy: &Policy) -> bool {
    let Some(&Field { value, buffer, escaped, .. }) = record.fields.get(body) else { return false };
    let count = record.fields.len();
    let bytes = bytes_of(buffer, input, scratch.as_slice());
    // An object begins with a brace; in front of it may stand white space, escaped.
    let first = value.of(bytes).iter().find(|byte| !byte.is_ascii_whitespace());
    let lifted = if !policy.formats().json || !matches!(first, Some(b'{' | b'\\')) {
        Err(Stop::Invalid)
    } else if escaped {
        // Two levels deep.
        Err(Stop::Unescape)
    } else if json::byte(bytes, json::skip_space::<true>(bytes, value.start)) == b'{' {
        record.lift::<true>(bytes, value, buffer, keys, policy)
    } else {
        Err(Stop::Invalid)
    };
    let lifted = match lifted {
        Err(Stop::Unescape) => unescape(record, body, input, scratch, keys, policy),
        other => other,
    };
    #[cfg(feature = "custom")]
    let lifted = match lifted {
        Err(_) if policy.formats().logfmt => logfmt::lift(record, body, input, scratch, keys, policy),
        other => other,
    };
    // An empty object has nothing to lift.
    lifted.is_ok() && record.fields.len() > count
}

/// Unescapes the body to the end of `scratch` and lifts it there.
#[cold]
fn unescape(
    record: &mut Record,
    body: usize,
    input: &[u8],
    scratch: &mut Bytes,
    keys: &mut Keys,
    policy: &Policy,
) -> Result<(), Stop> {
    let Some(&Field { value, buffer, escaped, .. }) = record.fields.get(body) else { return Err(Stop::Invalid) };
    record.regular = false;
    let start = scratch.len();
    if buffer == Buffer::Scratch {
        let mut source = Bytes::new();
        source.extend(value.of(scratch.as_slice()));
        scratch.short_if(source.is_short());
        text::decode(source.as_slice(), Span { start: 0, end: source.len() }, escaped, scratch);
    } else {
        text::decode(input, value, escaped, scratch);
    }
    let span = Span { start, end: scratch.len() };
    let lifted = if json::byte(scratch.as_slice(), json::skip_space::<false>(scratch.as_slice(), start)) == b'{' {
        record.lift::<false>(scratch.as_slice(), span, Buffer::Scratch, keys, policy)
    } else {
        Err(Stop::Invalid)
    };
    if lifted.is_err() {
        scratch.truncate(start);
    }
    lifted
}

/// Turns an unparsed CRI header (`<RFC 3339 time> <stream> <P or F> `) in front of the body into fields.
fn header(record: &mut Record, body: usize, input: &[u8], scratch: &[u8], keys: &mut Keys, policy: &Policy) {
    let Some(&field) = record.fields.get(body) else { return };
    let bytes = bytes_of(field.buffer, input, scratch);
    let Some([time, stream, tags, rest]) = cri(bytes, field.value) else { return };
    record.regular = false;
    for (name, value) in [("time", time), ("stream", stream), ("logtag", tags)] {
        let mut lifted = Field::text(name, value, field.buffer, keys, policy);
        lifted.lifted = true;
        lifted.escaped = field.escaped;
        record.fields.push(lifted);
    }
    if let Some(field) = record.fields.get_mut(body) {
        field.value = rest;
    }
}

/// Time, stream, tags and message of a CRI line. None of the first three can hold an escape.
fn cri(bytes: &[u8], line: Span) -> Option<[Span; 4]> {
    let text = line.of(bytes);
    // 2026-11-23T08:40:04 and at least a Z.
    let shape = text.first_chunk::<20>()?;
    let digits =
        [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18].iter().all(|&n| shape.get(n).is_some_and(u8::is_ascii_digit));
    if !digits || shape[4] != b'-' || shape[7] != b'-' || shape[10] != b'T' || shape[13] != b':' || shape[16] != b':' {
        return None;
    }
    let time = text.iter().take(40).position(|&byte| byte == b' ')?;
    if !text.get(19..time)?.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'-' | b':' | b'Z'))
    {
        return None;
    }
    let rest = text.get(time + 1..)?;
    let stream = if rest.starts_with(b"stdout ") || rest.starts_with(b"stderr ") { 6 } else { return None };
    let rest = rest.get(stream + 1..)?;
    if !matches!(rest.first()?, b'P' | b'F') {
        return None;
    }
    let tags = rest
        .iter()
        .take(64)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-'))
        .count();
    let message = match rest.get(tags) {
        Some(b' ') => tags + 1,
        None => tags,
        _ => return None,
    };
    if tags > 1 && rest.get(1) != Some(&b':') {
        return None;
    }
    let at = |offset: usize, length: usize| Span { start: line.start + offset, end: line.start + offset + length };
    let behind = time + 1 + stream + 1;
    Some([
        at(0, time),
        at(time + 1, stream),
        at(behind, tags),
        Span { start: line.start + behind + message, end: line.end },
    ])
}

/// Takes the line ends off a body that stays text.
fn trim(record: &mut Record, body: usize, input: &[u8], scratch: &[u8]) {
    let Some(field) = record.fields.get_mut(body) else { return };
    let end = trimmed(bytes_of(field.buffer, input, scratch), field.value, field.escaped);
    if end != field.value.end {
        field.value.end = end;
        record.regular = false;
    }
}

/// Where a text ends without its line ends.
fn trimmed(bytes: &[u8], mut text: Span, escaped: bool) -> usize {
    // A line end is `\n`, or `\\n` one level deep; with another backslash in front it is a backslash and an `n`.
    let width = if escaped { 2 } else { 1 };
    loop {
        match text.of(bytes).split_last() {
            Some((b'\n' | b'\r', _)) => text.end -= 1,
            Some((b'n' | b'r', front)) => {
                let slashes = front.iter().rev().take_while(|byte| **byte == b'\\').count();
                if slashes % (2 * width) != width {
                    return text.end;
                }
                text.end -= 1 + width;
            }
            _ => return text.end,
        }
    }
}

/// Whether a body stays the text that it is, whatever else is in the record; false if that takes more than a look.
pub(crate) fn is_text(bytes: &[u8], body: Span, escaped: bool) -> bool {
    let mut text = body.of(bytes).iter().skip_while(|byte| byte.is_ascii_whitespace());
    let braces = match text.next() {
        Some(b'{') => true,
        // White space or a brace, escaped.
        Some(b'\\') => matches!(text.find(|byte| **byte != b'\\'), Some(b'n' | b'r' | b't' | b'u')),
        _ => false,
    };
    !braces && cri(bytes, body).is_none() && trimmed(bytes, body, escaped) == body.end
}

/// If `fields` are what loguru serializes, makes flat fields of them.
fn loguru(record: &mut Record, fields: &Range<usize>, input: &[u8], scratch: &[u8], keys: &mut Keys, policy: &Policy) {
    if !policy.formats().loguru {
        return;
    }
    let from = fields.start;
    let [text, inner] = match record.fields.get(fields.clone()) {
        Some([a, b]) if a.class.role == Role::LoguruText && b.class.role == Role::LoguruRecord => [from, from + 1],
        Some([a, b]) if a.class.role == Role::LoguruRecord && b.class.role == Role::LoguruText => [from + 1, from],
        _ => return,
    };
    let Some(&Field { buffer, kind: Kind::Object, .. }) = record.fields.get(inner) else { return };
    let bytes = bytes_of(buffer, input, scratch);
    let start = record.fields.len();
    if record.spread(bytes, inner, Name::KEY, keys, policy).is_err() {
        record.regular = false;
        return;
    }
    let end = record.fields.len();
    let has = |record: &Record, name: &[u8]| record.fields.iter().skip(start).any(|field| field.key.of(bytes) == name);
    if !has(record, b"message") || !has(record, b"level") {
        record.fields.truncate(start);
        return;
    }
    kill(record, inner);
    let mut failed = false;
    for n in start..end {
        let Some(&Field { key, kind, .. }) = record.fields.get(n) else { return };
        let object = kind == Kind::Object;
        let spread = match key.of(bytes) {
            b"extra" if object => Some(Name::prefixed("extra.")),
            b"process" if object => Some(Name::prefixed("process.")),
            b"thread" if object => Some(Name::prefixed("thread.")),
            b"file" if object => Some(Name::prefixed("file.")),
            b"level" | b"time" | b"exception" if object => Some(Name::KEY),
            b"name" => {
                rename(record, n, "logger", bytes, policy);
                None
            }
            // The time since the program began, in two spellings.
            b"elapsed" => {
                kill(record, n);
                None
            }
            b"exception" if kind == Kind::Null => {
                kill(record, n);
                None
            }
            _ => None,
        };
        let Some(name) = spread else { continue };
        let first = record.fields.len();
        if record.spread(bytes, n, name, keys, policy).is_err() {
            record.regular = false;
            continue;
        }
        kill(record, n);
        for inner in first..record.fields.len() {
            let Some(&Field { key: inner_key, .. }) = record.fields.get(inner) else { return };
            match (key.of(bytes), inner_key.of(bytes)) {
                (b"level", b"name") => rename(record, inner, "level", bytes, policy),
                (b"time", b"repr") => rename(record, inner, "timestamp", bytes, policy),
                (b"exception", b"type") => rename(record, inner, "exception.type", bytes, policy),
                (b"exception", b"value") => rename(record, inner, "exception.message", bytes, policy),
                // The number and icon of the level, the time again, whether there is a traceback: said by the others.
                (b"level" | b"time" | b"exception", _) => kill(record, inner),
                _ => {}
            }
        }
        failed |= key.of(bytes) == b"exception";
    }
    // The text is the message once more, but for the traceback, which stands nowhere else.
    if failed {
        rename(record, text, "exception.stacktrace", bytes, policy);
    } else {
        kill(record, text);
    }
}

fn kill(record: &mut Record, n: usize) {
    if let Some(field) = record.fields.get_mut(n) {
        field.live = false;
    }
}

fn rename(record: &mut Record, n: usize, name: &'static str, bytes: &[u8], policy: &Policy) {
    if let Some(field) = record.fields.get_mut(n) {
        field.name = Name::instead(name);
        field.classify(bytes, policy);
    }
}
