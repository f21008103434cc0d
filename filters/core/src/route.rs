//! The `route` job: the first rule that applies sets `archive_tag`, which Fluent Bit's `rewrite_tag` reads.

use crate::enrich;
use crate::policy::{Condition, Policy};
use crate::record::{Buffers, Field, Record};
use crate::write::Writer;

/// Place of `archive_tag` in [`Policy::reserved`].
pub(crate) const ARCHIVE_TAG: u8 = 1;

/// A part of the tag that comes from the record is at most this long, in bytes.
const MAX_PART: usize = 64;

/// The tag of the record whose fields are written; the values in it are those of the output.
pub(crate) fn tag(record: &Record, buffers: &Buffers, policy: &Policy, writer: &mut Writer) -> bool {
    let Some(route) = policy.routes.iter().find(|route| applies(&route.when, record, buffers, policy)) else {
        return false;
    };
    writer.put(b"\"archive_tag\":\"");
    writer.put(route.tag.as_bytes());
    writer.put_byte(b'.');
    let service = record.best(Field::service_rank).map(|field| field.written).unwrap_or_default();
    let mut length = 0;
    for at in (service.start..service.end).take(MAX_PART) {
        // A dot would begin a part of its own.
        let safe = match writer.out.as_slice().get(at) {
            Some(&byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') => byte,
            _ => b'-',
        };
        writer.put_byte(safe);
        length += 1;
    }
    if length == 0 {
        writer.put(b"unknown");
    }
    writer.put_byte(b'"');
    true
}

fn applies(condition: &Condition, record: &Record, buffers: &Buffers, policy: &Policy) -> bool {
    match condition {
        Condition::Has(names) => {
            record.live().any(|field| !field.is_empty() && names.iter().any(|name| field.is_called(name, buffers)))
        }
        Condition::AtLeast(severity) => {
            enrich::severity_of(record, buffers, policy).is_some_and(|found| found >= *severity)
        }
    }
}
