//! The `parse` job: the body becomes fields.
//!
//! The body is the value of `log` (or `message`). What it may be, in the order in which it is unwrapped:
//! a line with a [CRI header](https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md),
//! a JSON object (docker's json-file is one: its `log` is the next body), the object that
//! [loguru](https://loguru.readthedocs.io/en/stable/api/logger.html#record) serializes, or text, which stays.

use crate::bytes::Bytes;
use crate::json::{self, Kind, Span, Stop};
use crate::key::{Keys, Role};
use crate::policy::Policy;
use crate::record::{Buffer, Field, Name, Record};
use crate::text;
use alloc::vec::Vec;

/// Containers inside each other in a body that is lifted, its own object not counted. Fluent Bit reads no msgpack with
/// more than 32 (older versions) or 64 levels and loses the record, and its neighbours, at more: what is deeper stays text.
const MAX_DEPTH: usize = 24;

/// Unwraps the body of `record`, whose bytes are in `input`, until it is text. Bodies that cannot be read in place are
/// unescaped into `scratch`.
pub(crate) fn parse(record: &mut Record, input: &[u8], scratch: &mut Bytes, keys: &mut Keys, policy: &'static Policy) {
    let mut from = 0;
    while let Some(body) = body(record, from) {
        let count = record.fields.len();
        header(record, body, input, scratch.as_slice(), policy);
        let fields = record.fields.len();
        if !lift(record, body, input, scratch, keys, policy) {
            trim(record, body, input, scratch.as_slice());
            name_apart(record, count, input, scratch.as_slice(), policy);
            return;
        }
        if let Some(field) = record.fields.get_mut(body) {
            field.live = false;
        }
        loguru(record, fields, input, scratch.as_slice(), keys, policy);
        name_apart(record, count, input, scratch.as_slice(), policy);
        from = fields;
    }
}

/// The body among the fields from `from` on.
fn body(record: &Record, from: usize) -> Option<usize> {
    let rank = |field: &Field| match field.class.role {
        Role::Body(rank) if field.live && field.kind == Kind::String => Some(rank),
        _ => None,
    };
    record.fields.iter().enumerate().skip(from).filter_map(|(n, field)| Some((rank(field)?, n))).min().map(|(_, n)| n)
}

fn bytes_of<'a>(buffer: Buffer, input: &'a [u8], scratch: &'a [u8]) -> &'a [u8] {
    if buffer == Buffer::Scratch { scratch } else { input }
}

/// Adds the members of the object that the body is. Whether it was one.
fn lift(record: &mut Record, body: usize, input: &[u8], scratch: &mut Bytes, keys: &mut Keys, policy: &Policy) -> bool {
    let Some(&Field { value, buffer, escaped, .. }) = record.fields.get(body) else { return false };
    let count = record.fields.len();
    let bytes = bytes_of(buffer, input, scratch.as_slice());
    let lifted = if escaped {
        // Two levels deep.
        Err(Stop::Unescape)
    } else if json::byte(bytes, json::skip_space::<true>(bytes, value.start)) == b'{' {
        record.lift::<true>(bytes, value, buffer, MAX_DEPTH, keys, policy)
    } else {
        Err(Stop::Invalid)
    };
    let lifted = match lifted {
        Err(Stop::Unescape) => unescape(record, body, input, scratch, keys, policy),
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
    let start = scratch.len();
    if buffer == Buffer::Scratch {
        let mut source = Bytes::new();
        source.extend(value.of(scratch.as_slice()));
        scratch.short_if(source.is_short());
        text::decode_level(source.as_slice(), Span { start: 0, end: source.len() }, escaped, scratch);
    } else {
        text::decode_level(input, value, escaped, scratch);
    }
    let span = Span { start, end: scratch.len() };
    let lifted = if json::byte(scratch.as_slice(), json::skip_space::<false>(scratch.as_slice(), start)) == b'{' {
        record.lift::<false>(scratch.as_slice(), span, Buffer::Scratch, MAX_DEPTH, keys, policy)
    } else {
        Err(Stop::Invalid)
    };
    if lifted.is_err() {
        scratch.truncate(start);
    }
    lifted
}

/// Turns an unparsed CRI header (`<RFC 3339 time> <stream> <P or F> `) in front of the body into fields.
fn header(record: &mut Record, body: usize, input: &[u8], scratch: &[u8], policy: &Policy) {
    let Some(&field) = record.fields.get(body) else { return };
    let bytes = bytes_of(field.buffer, input, scratch);
    let Some([time, stream, tags, rest]) = cri(bytes, field.value) else { return };
    for (name, value) in [("time", time), ("stream", stream), ("logtag", tags)] {
        let mut lifted = Field::text(name, value, field.buffer, policy);
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
    let bytes = bytes_of(field.buffer, input, scratch);
    // A line end is `\n`, or `\\n` one level deep; with another backslash in front it is a backslash and an `n`.
    let width = if field.escaped { 2 } else { 1 };
    while let Some((b'n' | b'r', front)) = field.value.of(bytes).split_last() {
        let slashes = front.iter().rev().take_while(|byte| **byte == b'\\').count();
        if slashes % (2 * width) != width {
            return;
        }
        field.value.end -= 1 + width;
    }
}

/// If the fields from `from` on are what loguru serializes, makes flat fields of them.
fn loguru(record: &mut Record, from: usize, input: &[u8], scratch: &[u8], keys: &mut Keys, policy: &Policy) {
    let [text, inner] = match record.fields.get(from..) {
        Some([a, b]) if a.class.role == Role::LoguruText && b.class.role == Role::LoguruRecord => [from, from + 1],
        Some([a, b]) if a.class.role == Role::LoguruRecord && b.class.role == Role::LoguruText => [from + 1, from],
        _ => return,
    };
    let Some(&Field { buffer, kind: Kind::Object, .. }) = record.fields.get(inner) else { return };
    let bytes = bytes_of(buffer, input, scratch);
    let start = record.fields.len();
    if record.spread(bytes, inner, Name::KEY, keys, policy).is_err() {
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

/// Gives lifted fields (those from `from` on) whose names others have the policy's prefix, until each is alone.
fn name_apart(record: &mut Record, from: usize, input: &[u8], scratch: &[u8], policy: &Policy) {
    let mut seen = 0u64;
    for field in record.fields.iter().take(from).filter(|field| field.live) {
        seen |= 1 << (field.hash & 63);
    }
    for n in from..record.fields.len() {
        let Some(&field) = record.fields.get(n) else { return };
        if !field.live {
            continue;
        }
        let bit = 1 << (field.hash & 63);
        if seen & bit != 0 || matches!(field.class.role, Role::Reserved(_)) {
            resolve(record, n, input, scratch, policy);
            let hash = record.fields.get(n).map_or(0, |field| field.hash);
            seen |= 1 << (hash & 63);
        } else {
            seen |= bit;
        }
    }
}

#[cold]
fn resolve(record: &mut Record, n: usize, input: &[u8], scratch: &[u8], policy: &Policy) {
    let Some(&(mut field)) = record.fields.get(n) else { return };
    let bytes = bytes_of(field.buffer, input, scratch);
    let (mut name, mut other) = (Vec::new(), Vec::new());
    loop {
        field.full_name(bytes, policy, &mut name);
        let taken = record.fields.iter().take(n).filter(|found| found.live && found.hash == field.hash).any(|found| {
            found.full_name(bytes_of(found.buffer, input, scratch), policy, &mut other);
            name == other
        });
        let reserved = policy.reserved.iter().any(|reserved| reserved.as_bytes() == name);
        if (!taken && !reserved) || field.name.conflicts == u8::MAX {
            break;
        }
        field.name.conflicts += 1;
        field.classify(bytes, policy);
    }
    if let Some(place) = record.fields.get_mut(n) {
        *place = field;
    }
}
