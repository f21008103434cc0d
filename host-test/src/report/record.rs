//! What the report reads of a record: fields as they stand in the text, without a tree.

use std::borrow::Cow;

use super::moment::Moment;
use crate::json::{fields, unescape};

/// Bytes of a name that is counted under itself.
const NAME: usize = 128;

/// The fields that count. Each has a second name: that of records whose body was loguru's.
#[derive(Default)]
pub(super) struct Facts<'a> {
    pub(super) time: Option<Moment>,
    pub(super) operation: Option<Cow<'a, [u8]>>,
    pub(super) service: Option<Cow<'a, [u8]>>,
    pub(super) status: Option<Cow<'a, [u8]>>,
    pub(super) severity: Option<Cow<'a, [u8]>>,
    pub(super) tenant: Option<Cow<'a, [u8]>>,
    /// In microseconds.
    pub(super) duration: Option<u64>,
    /// What tells containers apart: the text of `kubernetes`, and the name of the stream.
    pub(super) container: (&'a [u8], &'a [u8]),
    /// What podsieve said of it, as it stands there.
    pub(super) audit: &'a [u8],
}

impl<'a> Facts<'a> {
    pub(super) fn read(record: &'a [u8]) -> Facts<'a> {
        let mut facts = Facts::default();
        let (mut second, mut times) = (Facts::default(), [None; 3]);
        for field in fields(record) {
            let value = field.value;
            match field.key {
                b"time" => facts.time = moment(value),
                b"timestamp" => times[0] = moment(value),
                b"@timestamp" => times[1] = moment(value),
                b"date" => times[2] = moment(value),
                b"operation" => facts.operation = name(value),
                b"extra.operation" => second.operation = name(value),
                b"service" => facts.service = name(value),
                b"status" => facts.status = name(value),
                b"extra.status" => second.status = name(value),
                b"severity" => facts.severity = name(value),
                b"tenant_id" => facts.tenant = name(value),
                b"extra.tenant_id" => second.tenant = name(value),
                b"duration_ms" => facts.duration = duration(value),
                b"extra.duration_ms" => second.duration = duration(value),
                b"kubernetes" => facts.container.0 = value,
                b"stream" => facts.container.1 = value,
                b"podsieve" => facts.audit = value,
                _ => {}
            }
        }
        facts.time = facts.time.or(times[0]).or(times[1]).or(times[2]);
        facts.operation = facts.operation.or(second.operation);
        facts.status = facts.status.or(second.status);
        facts.tenant = facts.tenant.or(second.tenant);
        facts.duration = facts.duration.or(second.duration);
        facts
    }

    /// It failed: its status or its severity says so.
    pub(super) fn is_error(&self) -> bool {
        self.is_failure() || matches!(self.severity.as_deref(), Some(b"error" | b"fatal"))
    }

    /// Its status says that it failed.
    pub(super) fn is_failure(&self) -> bool {
        matches!(self.status.as_deref(), Some(b"failure" | b"failed" | b"error"))
    }
}

/// What podsieve said of a record under `podsieve`.
#[derive(Default)]
pub(super) struct Audit<'a> {
    /// Rules and how often.
    pub(super) redacted: Vec<(&'a [u8], u64)>,
    pub(super) policy: Option<Cow<'a, [u8]>>,
    /// Why the record was masked.
    pub(super) error: Option<Cow<'a, [u8]>>,
}

impl<'a> Audit<'a> {
    /// The audit of a record.
    pub(super) fn of(record: &'a [u8]) -> Audit<'a> {
        Audit::read(fields(record).find(|field| field.key == b"podsieve").map_or(b"", |own| own.value))
    }

    /// What an audit says, which is an object; nothing if it is not.
    pub(super) fn read(text: &'a [u8]) -> Audit<'a> {
        let mut audit = Audit::default();
        if text.is_empty() {
            return audit;
        }
        for field in fields(text) {
            match field.key {
                b"redacted" => {
                    let counts = fields(field.value).map(|rule| (plain(rule.key), number(rule.value)));
                    audit.redacted.extend(counts.filter(|(_, count)| *count > 0));
                }
                b"policy" => audit.policy = name(field.value).map(|name| Cow::Owned(plain(&name).to_vec())),
                b"error" => audit.error = name(field.value).map(|name| Cow::Owned(plain(&name).to_vec())),
                _ => {}
            }
        }
        audit
    }
}

/// The name, unless it could be a piece of a record: a record that is no longer podsieve's may say anything there.
fn plain(name: &[u8]) -> &[u8] {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    if (1..=64).contains(&name.len()) && name.iter().all(is_plain) { name } else { b"(unknown)" }
}

fn number(digits: &[u8]) -> u64 {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// What a value says: the text of a string, a number as it is spelt. Nothing else is a name.
fn name(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    let said = match value {
        [b'"', body @ .., b'"'] if memchr::memchr(b'\\', body).is_some() => Cow::Owned(unescape(body)),
        [b'"', body @ .., b'"'] => Cow::Borrowed(body),
        [b'-' | b'0'..=b'9', ..] => Cow::Borrowed(value),
        _ => return None,
    };
    match said.len() {
        0 => None,
        length if length > NAME => Some(Cow::Borrowed(b"(long)")),
        _ => Some(said),
    }
}

fn moment(value: &[u8]) -> Option<Moment> {
    match value {
        [b'"', body @ .., b'"'] => Moment::parse(body),
        _ => Moment::of_number(value),
    }
}

/// Milliseconds, also in a string, as microseconds. A day and a half at most: what is longer is no duration.
fn duration(value: &[u8]) -> Option<u64> {
    let digits = match value {
        [b'"', body @ .., b'"'] => body,
        _ => value,
    };
    let milliseconds: f64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (0.0..=1.3e8).contains(&milliseconds).then(|| (milliseconds * 1e3).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts() {
        let facts = Facts::read(
            br#"{"date":1.5,"time":"2025-11-03T10:15:00Z","extra.operation":"a\"b","service":"","tenant_id":17,
            "extra.duration_ms":12.5,"status":"failed","nested":{"operation":"no"}}"#,
        );
        assert_eq!(facts.time.map(|time| time.to_string()).as_deref(), Some("2025-11-03T10:15:00Z"));
        assert_eq!(facts.operation.as_deref(), Some(&b"a\"b"[..]));
        assert_eq!(facts.tenant.as_deref(), Some(&b"17"[..]));
        assert_eq!((facts.service.is_none(), facts.duration, facts.is_error()), (true, Some(12_500), true));
    }

    #[test]
    fn audits() {
        let record =
            br#"{"podsieve":{"redacted":{"email":2,"x y":1,"card":"3"},"policy":"abc123","error":"unreadable"}}"#;
        let audit = Audit::of(record);
        assert_eq!(audit.redacted, [(&b"email"[..], 2), (b"(unknown)", 1)]);
        assert_eq!(audit.policy.as_deref(), Some(&b"abc123"[..]));
        assert_eq!(audit.error.as_deref(), Some(&b"unreadable"[..]));
    }
}
