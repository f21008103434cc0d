//! Routes of a policy of one's own: they look at the record as it was written, redacted.

use super::MAX_PART;
use crate::bytes::Bytes;
use crate::look;
use crate::policy::{OwnRoute, Severity, Step, TagPart, When};
use crate::write::Writer;

/// Writes the tag of the first route that applies, if one does.
pub(crate) fn write_own(routes: &[OwnRoute], severity: Option<Severity>, writer: &mut Writer) {
    let mut meaning = Bytes::new();
    let end = writer.out.len();
    for route in routes {
        if route.when.iter().all(|when| holds(when, severity, writer, &mut meaning))
            && tag(route, end, writer, &mut meaning)
        {
            #[cfg(feature = "trace")]
            writer.trace.routed(routes.iter().position(|known| core::ptr::eq(known, route)).unwrap_or_default());
            return;
        }
        writer.out.truncate(end);
    }
}

fn holds(when: &When, severity: Option<Severity>, writer: &Writer, meaning: &mut Bytes) -> bool {
    match when {
        When::Field(path, test) => look::passes(writer.out.as_slice(), path, test, meaning),
        When::AtLeast(least) => severity.is_some_and(|found| found >= *least),
        When::Redacted(rules) if rules.is_empty() => writer.redacted,
        When::Redacted(rules) => rules.iter().any(|rule| writer.counts.has(usize::from(*rule))),
        When::Not(when) => !holds(when, severity, writer, meaning),
        When::Any(whens) => whens.iter().any(|when| holds(when, severity, writer, meaning)),
    }
}

/// Writes the tag of a route behind the first `end` bytes. False, if it has a field that is not there and nothing stands
/// for it.
fn tag(route: &OwnRoute, end: usize, writer: &mut Writer, meaning: &mut Bytes) -> bool {
    writer.put(b",\"archive_tag\":\"");
    for part in &route.tag {
        match part {
            TagPart::Text(text) => writer.put(text.as_bytes()),
            TagPart::Field(path) => {
                let found = field(path, end, writer, meaning);
                match (found, &route.missing) {
                    (true, _) => {
                        for byte in meaning.as_slice().iter().take(MAX_PART) {
                            let safe = byte.is_ascii_alphanumeric() || *byte == b'_';
                            writer.put_byte(if safe { *byte } else { b'-' });
                        }
                    }
                    (false, Some(missing)) => writer.put(missing.as_bytes()),
                    (false, None) => return false,
                }
            }
        }
    }
    writer.put_byte(b'"');
    true
}

/// Reads a field that is there and not empty.
fn field(path: &[Step], end: usize, writer: &Writer, meaning: &mut Bytes) -> bool {
    let out = writer.out.as_slice().get(..end).unwrap_or_default();
    look::value(out, path).is_some_and(|found| look::text(out, found, meaning)) && meaning.len() > 0
}
