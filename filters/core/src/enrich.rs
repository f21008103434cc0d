//! The `enrich` job: where the record comes from and how bad it is, under the names that Fluent Bit's kubernetes
//! filter uses. What is there already stays.

use crate::json::{self, Kind, Nesting, Span};
use crate::policy::{Policy, Severity};
use crate::record::{Buffer, Buffers, Field, Record};
use crate::tag::{self, Parts};
use crate::write::Writer;
use alloc::vec::Vec;

/// Place of `kubernetes` in [`Policy::reserved`].
pub(crate) const KUBERNETES: u8 = 2;

/// What the tag says, kept until the tag changes: a chunk has one.
#[derive(Default)]
pub(crate) struct Origin {
    pub(crate) tag: Vec<u8>,
    parts: Option<Parts>,
}

impl Origin {
    pub(crate) fn of(&mut self, tag: &[u8]) {
        if self.tag != tag {
            self.tag.clear();
            self.tag.extend_from_slice(tag);
            self.parts = tag::parse(&self.tag);
        }
    }

    fn members(&self) -> impl Iterator<Item = (&'static str, Span)> {
        let parts = self.parts.unwrap_or_default();
        let all = [
            ("namespace_name", Some(parts.namespace)),
            ("pod_name", Some(parts.pod)),
            ("pod_id", parts.pod_id),
            ("container_name", Some(parts.container)),
            ("docker_id", parts.docker_id),
        ];
        let known = self.parts.is_some();
        all.into_iter().filter_map(move |(name, span)| Some((name, span.filter(|_| known)?)))
    }
}

/// Adds the fields that are missing to the index, and returns where the added ones begin. `kubernetes` is not among
/// them: [`kubernetes`] writes it.
pub(crate) fn enrich(record: &mut Record, origin: &Origin, buffers: &Buffers, policy: &'static Policy) -> usize {
    let from = record.fields.len();
    let lacks = |record: &Record, name: &str| !record.live().any(|field| field.is_called(name, buffers));
    if let Some(name) = policy.service_keys.first()
        && lacks(record, name)
    {
        service(record, name, origin, policy);
    }
    if let Some(name) = policy.severity_keys.first()
        && lacks(record, name)
        && let Some(severity) = severity_of(record, buffers, policy)
    {
        record.fields.push(Field::fixed(name, severity.name(), policy));
    }
    for (name, value) in policy.static_fields {
        if lacks(record, name) {
            record.fields.push(Field::fixed(name, value, policy));
        }
    }
    from
}

/// Adds the service's name: another of the policy's fields that has it, or the workload.
fn service(record: &mut Record, name: &'static str, origin: &Origin, policy: &'static Policy) {
    let field = if let Some(&found) = record.best(Field::service_rank) {
        let named = Field::text(name, found.value, found.buffer, policy);
        Field { name: named.name, class: named.class, hash: named.hash, lifted: false, ..found }
    } else if let Some(parts) = origin.parts {
        Field::text(name, parts.workload, Buffer::Tag, policy)
    } else {
        return;
    };
    record.fields.push(field);
}

/// How bad the record is: from the first of the policy's fields that says so, else from a
/// [klog header](https://github.com/kubernetes/klog/blob/main/klog.go) in front of the text.
pub(crate) fn severity_of(record: &Record, buffers: &Buffers, policy: &Policy) -> Option<Severity> {
    let levels = policy.severity_keys.len();
    let mut ranked =
        (0..levels).filter_map(|rank| record.live().find(|field| field.severity_rank() == u8::try_from(rank).ok()));
    ranked.find_map(|field| severity(field, buffers, policy)).or_else(|| {
        let body = record.live().find(|field| matches!(field.class.role, crate::key::Role::Body(_)))?;
        klog(body.value.of(buffers.of(body.buffer)))
    })
}

fn severity(field: &Field, buffers: &Buffers, policy: &Policy) -> Option<Severity> {
    let value = field.value.of(buffers.of(field.buffer));
    match field.kind {
        Kind::Number => number(value),
        Kind::String => {
            let value = value.trim_ascii();
            if let Some(severity) = number(value) {
                return Some(severity);
            }
            policy
                .severities
                .iter()
                .find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(value))
                .map(|(_, severity)| *severity)
        }
        _ => None,
    }
}

/// Levels in numbers: those of Python's [logging](https://docs.python.org/3/library/logging.html#logging-levels) and of
/// loguru (10, 20, ... 50), which pino's and bunyan's are close to, and below 8 those of syslog
/// ([RFC 5424](https://www.rfc-editor.org/rfc/rfc5424#section-6.2.1)).
fn number(value: &[u8]) -> Option<Severity> {
    if value.is_empty() || value.len() > 3 || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(match value.iter().fold(0u32, |number, digit| number * 10 + u32::from(digit - b'0')) {
        0..=2 => Severity::Fatal,
        3 => Severity::Error,
        4 => Severity::Warn,
        5 | 6 => Severity::Info,
        7 => Severity::Debug,
        8 | 9 => Severity::Trace,
        10..=19 => Severity::Debug,
        20..=29 => Severity::Info,
        30..=39 => Severity::Warn,
        40..=49 => Severity::Error,
        _ => Severity::Fatal,
    })
}

/// `Lmmdd hh:mm:ss.uuuuuu`
fn klog(text: &[u8]) -> Option<Severity> {
    let &[level, m0, m1, d0, d1, space, h0, h1, colon] = text.first_chunk::<9>()?;
    let shape = [m0, m1, d0, d1, h0, h1].iter().all(u8::is_ascii_digit) && space == b' ' && colon == b':';
    match level {
        b'I' if shape => Some(Severity::Info),
        b'W' if shape => Some(Severity::Warn),
        b'E' if shape => Some(Severity::Error),
        b'F' if shape => Some(Severity::Fatal),
        _ => None,
    }
}

/// Writes the `kubernetes` object: the members of the one that is there, if any, and those of the tag that it lacks.
/// Whether anything was written.
pub(crate) fn kubernetes(writer: &mut Writer, present: Option<(&[u8], Span)>, origin: &Origin) -> bool {
    if origin.parts.is_none() && present.is_none() {
        return false;
    }
    writer.put_byte(b'{');
    let mut more = false;
    let mut names: [Option<&[u8]>; 5] = [None; 5];
    if let Some((bytes, span)) = present {
        let inner = Span { start: span.start + 1, end: span.end - 1 };
        // The members as they are, then those that are missing.
        if inner.of(bytes).iter().any(|byte| !byte.is_ascii_whitespace()) {
            writer.value::<false>(bytes, Kind::Members, inner, true, &crate::key::Class::default());
            more = true;
        }
        let _ = json::members::<false>(bytes, span.start + 1, usize::MAX, &mut Nesting::default(), |member| {
            let key = member.key.span.of(bytes);
            if let Some(place) =
                origin.members().position(|(name, _)| name.as_bytes() == key).and_then(|n| names.get_mut(n))
            {
                *place = Some(key);
            }
            Ok(())
        });
    }
    for (n, (name, span)) in origin.members().enumerate() {
        if names.get(n).is_some_and(Option::is_some) {
            continue;
        }
        if more {
            writer.put_byte(b',');
        }
        more = true;
        writer.put_byte(b'"');
        writer.put(name.as_bytes());
        writer.put(b"\":\"");
        let identifier = matches!(name, "pod_id" | "docker_id");
        writer.string::<false>(&origin.tag, span, true, identifier);
        writer.put_byte(b'"');
    }
    writer.put_byte(b'}');
    true
}
