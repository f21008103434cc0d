//! JSON in the texts of a body: as many levels of it as the policy says become part of the record.

use crate::bytes::Bytes;
use crate::json::{self, Kind, Nesting, Span};
use crate::policy::Policy;
use crate::record::{Buffer, MAX_DEPTH, Record};
use crate::text;

/// Reads the texts of the fields that were lifted. What changes is written to the end of `scratch`.
pub(crate) fn expand(record: &mut Record, input: &[u8], scratch: &mut Bytes, policy: &Policy) {
    let depth = policy.custom.map_or(0, |custom| custom.depth);
    if depth == 0 {
        return;
    }
    let (mut value, mut next) = (Bytes::new(), Bytes::new());
    for field in record.fields.iter_mut().filter(|field| field.live && field.lifted) {
        let bytes = super::bytes_of(field.buffer, input, scratch.as_slice());
        value.truncate(0);
        let mut levels = depth;
        let mut changed = false;
        match field.kind {
            Kind::String if may_be_json(field.value.of(bytes)) => {
                text::decode(bytes, field.value, field.escaped, &mut value);
                if whole(value.as_slice(), MAX_DEPTH).is_none() {
                    continue;
                }
                (changed, levels) = (true, levels - 1);
            }
            Kind::Object | Kind::Array if field.escaped => text::decode(bytes, field.value, false, &mut value),
            Kind::Object | Kind::Array => value.extend(field.value.of(bytes)),
            _ => continue,
        }
        while levels > 0 {
            next.truncate(0);
            if !one_level(value.as_slice(), &mut next) {
                break;
            }
            core::mem::swap(&mut value, &mut next);
            (changed, levels) = (true, levels - 1);
        }
        if !changed {
            continue;
        }
        // Its key goes with it.
        let mut key = Bytes::new();
        text::transcode(bytes, field.key.start, field.key.end, field.escaped, usize::MAX, Some(&mut key));
        scratch.short_if(value.is_short() || next.is_short() || key.is_short());
        let Some((kind, span)) = whole(value.as_slice(), MAX_DEPTH) else { continue };
        let start = scratch.len();
        scratch.extend(key.as_slice());
        field.key = Span { start, end: scratch.len() };
        field.value = Span { start: scratch.len(), end: scratch.len() + span.len() };
        scratch.extend(span.of(value.as_slice()));
        (field.kind, field.buffer, field.escaped, field.value_plain) = (kind, Buffer::Scratch, false, true);
        record.regular = false;
    }
}

/// Whether a text may hold an object or a list, also in escapes.
fn may_be_json(text: &[u8]) -> bool {
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'[' | b'\\'))
}

/// The object or list that is the whole of a text.
fn whole(text: &[u8], depth: usize) -> Option<(Kind, Span)> {
    let start = json::skip_space::<false>(text, 0);
    if !matches!(json::byte(text, start), b'{' | b'[') {
        return None;
    }
    let value = json::value::<false>(text, start, depth, &mut Nesting::default()).ok()?;
    (json::skip_space::<false>(text, value.next) == text.len()).then_some((value.kind, value.span))
}

/// Writes a value that was read before with the objects and lists that its texts hold in their place. Whether there was one.
fn one_level(value: &[u8], out: &mut Bytes) -> bool {
    let (mut nesting, mut key_next, mut changed) = (Nesting::default(), false, false);
    let (mut at, mut meaning) = (0, Bytes::new());
    while at < value.len() {
        let found = json::byte(value, at);
        match found {
            b'{' | b'[' => {
                nesting.push(found == b'{');
                key_next = found == b'{';
            }
            b'}' | b']' => nesting.pop(),
            b',' => key_next = nesting.in_object(),
            b'"' => {
                let Ok(string) = json::string::<false>(value, at + 1) else { return false };
                let is_key = core::mem::take(&mut key_next);
                meaning.truncate(0);
                if !is_key && may_be_json(string.span.of(value)) {
                    text::decode(value, string.span, false, &mut meaning);
                }
                match whole(meaning.as_slice(), MAX_DEPTH.saturating_sub(nesting.depth())) {
                    Some((_, span)) => {
                        out.extend(span.of(meaning.as_slice()));
                        changed = true;
                    }
                    None => out.extend(Span { start: at, end: string.next }.of(value)),
                }
                at = string.next;
                continue;
            }
            // A key of msgpack that is no string.
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => key_next = false,
            _ => {}
        }
        out.push(found);
        at += 1;
    }
    out.short_if(meaning.is_short());
    changed
}
