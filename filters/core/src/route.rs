//! The `route` job: the first rule that applies sets `archive_tag`, which Fluent Bit's `rewrite_tag` reads.

#[cfg(feature = "custom")]
mod own;

#[cfg(feature = "custom")]
pub(crate) use own::write_own;

use crate::json::Span;
use crate::policy::{Condition, Policy, Severity};
use crate::record::{Record, Roles};
use crate::write::Writer;

/// Place of `archive_tag` in [`Policy::reserved`].
pub(crate) const ARCHIVE_TAG: u8 = 1;

/// A part of the tag that comes from the record is at most this long, in bytes.
const MAX_PART: usize = 64;

/// What `archive_tag` begins with for this record.
pub(crate) fn route(
    record: &Record,
    roles: &Roles,
    severity: Option<Severity>,
    policy: &Policy,
) -> Option<&'static str> {
    let mut place = 0;
    let applies = |condition: &Condition| match condition {
        Condition::Has(names) => {
            let there = |n: &Option<u16>| record.field(*n).is_some_and(|field| !field.is_empty());
            let applies = roles.routed.iter().skip(place).take(names.len()).any(there);
            place += names.len();
            applies
        }
        Condition::AtLeast(least) => severity.is_some_and(|found| found >= *least),
    };
    let mut conditions = policy.routes.iter().map(|route| &route.when).map(applies);
    policy.routes.get(conditions.position(|applies| applies)?).map(|route| route.tag)
}

/// Writes the tag: `route`, a dot, and the service's name as it stands in the output, made of safe characters.
pub(crate) fn write(route: &str, service: Span, writer: &mut Writer) {
    writer.put(b"\"archive_tag\":\"");
    writer.put(route.as_bytes());
    writer.put_byte(b'.');
    if service.len() == 0 {
        writer.put(b"unknown");
    }
    let part = writer.out.repeat(Span { start: service.start, end: service.end.min(service.start + MAX_PART) });
    for byte in part {
        // A dot would begin a part of its own.
        if !byte.is_ascii_alphanumeric() && *byte != b'_' {
            *byte = b'-';
        }
    }
    writer.put_byte(b'"');
}

/// The tag in a record that was routed: it is the last member, and in no string there is an unescaped quote.
pub(crate) fn written(out: &[u8]) -> Option<&[u8]> {
    let out = out.strip_suffix(b"\0").unwrap_or(out).strip_suffix(b"\"}")?;
    let start = out.iter().rposition(|byte| *byte == b'"')? + 1;
    let (front, tag) = out.split_at_checked(start)?;
    let is_tag = front.ends_with(b",\"archive_tag\":\"") || front == b"{\"archive_tag\":\"";
    is_tag.then_some(tag)
}

/// Whether the record was routed and this is its tag.
pub(crate) fn has_written(out: &[u8], tag: &[u8]) -> bool {
    let out = out.strip_suffix(b"\0").unwrap_or(out);
    let front = out.strip_suffix(b"\"}").and_then(|out| out.strip_suffix(tag));
    front.is_some_and(|front| front.ends_with(b",\"archive_tag\":\""))
}
