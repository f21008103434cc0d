//! The `enrich` job: where the record comes from and how bad it is, under the names that Fluent Bit's kubernetes
//! filter uses. What is there already stays.

use crate::bytes::Bytes;
use crate::json::{self, Kind, Span};
use crate::key::{self, Class};
use crate::lanes;
#[cfg(feature = "custom")]
use crate::policy::Convention;
use crate::policy::{Policy, Severity};
use crate::record::{Buffers, Field, Record, Roles};
use crate::tag::{self, Parts};
use crate::text;
use crate::write::Writer;
use alloc::vec::Vec;

/// Place of `kubernetes` in [`Policy::reserved`].
pub(crate) const KUBERNETES: u8 = 2;

/// What the tag says, kept until the tag changes: a chunk has one.
#[derive(Default)]
pub(crate) struct Origin {
    /// Another one for each tag, from 1 on.
    pub(crate) number: u32,
    tag: Vec<u8>,
    parts: Option<Parts>,
    /// The `kubernetes` object for a record that has none.
    object: Bytes,
    /// The workload's name for a record without a service, with its quotes.
    service: Bytes,
    /// Neither holds anything to redact.
    clean: bool,
}

impl Origin {
    /// Reads `tag`, unless it is the one of the record before.
    #[inline(always)]
    pub(crate) fn read(&mut self, tag: &[u8], writer: &mut Writer) {
        if !lanes::equal(&self.tag, tag) {
            self.read_new(tag, writer);
        }
    }

    #[cold]
    #[inline(never)]
    fn read_new(&mut self, tag: &[u8], writer: &mut Writer) {
        self.number = self.number.checked_add(1).unwrap_or(1);
        self.tag.clear();
        self.tag.extend_from_slice(tag);
        self.parts = tag::parse(&self.tag);
        self.object.clear();
        self.service.clear();
        writer.reset(0, true);
        self.write(writer, None);
        self.object.extend(writer.out.as_slice());
        writer.out.clear();
        self.write_workload(writer);
        self.service.extend(writer.out.as_slice());
        // Nothing of the record that comes goes for it.
        #[cfg(feature = "custom")]
        writer.end_field(writer.out.len());
        self.clean = !writer.redacted;
    }

    /// Whether the tag says where the record comes from.
    pub(crate) fn is_known(&self) -> bool {
        self.parts.is_some()
    }

    /// Writes the `kubernetes` object: the members of the one that is there, if any, and those of the tag that it lacks.
    pub(crate) fn kubernetes(&self, writer: &mut Writer, present: Option<(&[u8], Span)>) {
        if self.clean && present.is_none() {
            writer.put(self.object.as_slice());
        } else {
            self.write(writer, present);
        }
    }

    /// Writes the name of the workload as a string, and says where its content stands in the output.
    fn workload(&self, writer: &mut Writer) -> Span {
        let start = writer.out.len() + 1;
        if self.clean {
            writer.put(self.service.as_slice());
        } else {
            self.write_workload(writer);
        }
        Span { start, end: writer.out.len() - 1 }
    }

    fn write_workload(&self, writer: &mut Writer) {
        let workload = self.parts.unwrap_or_default().workload;
        writer.value(false, &self.tag, Kind::String, workload, true, &Class::default());
    }

    fn members(&self) -> [(&'static str, Option<Span>); 5] {
        let parts = self.parts.unwrap_or_default();
        let known = |span: Option<Span>| span.filter(|_| self.parts.is_some());
        [
            ("namespace_name", known(Some(parts.namespace))),
            ("pod_name", known(Some(parts.pod))),
            ("pod_id", known(parts.pod_id)),
            ("container_name", known(Some(parts.container))),
            ("docker_id", known(parts.docker_id)),
        ]
    }

    /// Writes what the tag says as fields of their own, those that are missing.
    #[cfg(feature = "custom")]
    fn fields(&self, convention: &'static Convention, added: &mut Added, writer: &mut Writer) {
        if !self.is_known() {
            return;
        }
        for (name, (member, span)) in convention.origin.iter().zip(self.members()) {
            let Some(span) = span.filter(|_| added.takes(name)) else { continue };
            name_of(name, writer);
            writer.put_byte(b'"');
            writer.string(false, &self.tag, span, true, matches!(member, "pod_id" | "docker_id"));
            writer.put_byte(b'"');
        }
        for (name, value) in convention.fixed {
            if added.takes(name) {
                add(name, value, writer);
            }
        }
    }

    fn write(&self, writer: &mut Writer, present: Option<(&[u8], Span)>) {
        let mut members = self.members();
        let mut more = false;
        writer.put_byte(b'{');
        if let Some((bytes, span)) = present {
            let inner = Span { start: span.start + 1, end: span.end - 1 };
            if inner.of(bytes).iter().any(|byte| !byte.is_ascii_whitespace()) {
                let begun = writer.out.len();
                #[cfg(feature = "custom")]
                writer.at_field(b"kubernetes");
                writer.value(false, bytes, Kind::Members, inner, true, &Class::default());
                #[cfg(feature = "custom")]
                writer.end_field(begun);
                // A rule may have had all of them go.
                more = writer.out.len() > begun;
            }
            let read = json::members(bytes, span.start, &mut |member| {
                let key = member.key.span.of(bytes);
                if let Some((_, place)) = members.iter_mut().find(|(name, _)| name.as_bytes() == key) {
                    *place = None;
                }
            });
            debug_assert!(read.is_ok(), "an indexed object reads again");
        }
        for (name, span) in members {
            let Some(span) = span else { continue };
            if more {
                writer.put_byte(b',');
            }
            more = true;
            writer.put_byte(b'"');
            writer.put(name.as_bytes());
            writer.put(b"\":\"");
            #[cfg(feature = "trace")]
            writer.trace.field(b"kubernetes", Some(name));
            writer.string(false, &self.tag, span, true, matches!(name, "pod_id" | "docker_id"));
            writer.put_byte(b'"');
        }
        writer.put_byte(b'}');
    }
}

/// Writes the fields that are missing, each behind a comma, but for `kubernetes`, which [`Origin::kubernetes`] writes.
/// Returns where the service's name stands in the output, if it was missing and is known.
pub(crate) fn write(
    record: &Record,
    roles: &Roles,
    origin: &Origin,
    severity: Option<Severity>,
    writer: &mut Writer,
    buffers: &Buffers,
) -> Option<Span> {
    let policy = writer.policy;
    // Of a record with a known layout only the names are right that someone asks for; the others' hashes are.
    let present = |name: &str| {
        let hash = key::name_hash(name.as_bytes());
        record.live().filter(|field| field.hash == hash).any(|field| {
            let mut full = Vec::new();
            field.full_name(buffers.of(field.buffer), policy, &mut full);
            full == name.as_bytes()
        })
    };
    let mut added = Added { present: &present, names: Vec::new() };
    let [service_key, severity_key] = [policy.service_keys, policy.severity_keys].map(|keys| keys.first().copied());
    let known = |name: &str| Some(name) == service_key || Some(name) == severity_key;
    // Of these two the policy may say more than the record does.
    let mut place = added.own(policy, known, service_key, writer);
    if let (Some(name), [None, ..], None) = (service_key, roles.service, place) {
        place = service(record, roles, name, origin, writer, buffers);
    }
    if let (Some(name), [None, ..], Some(severity)) = (severity_key, roles.severity, severity)
        && !added.names.contains(&name)
    {
        self::severity_fields(name, severity, writer);
    }
    #[cfg(feature = "custom")]
    if let Some(convention) = policy.convention() {
        origin.fields(convention, &mut added, writer);
    }
    added.own(policy, |name| !known(name), None, writer);
    place
}

/// Writes how bad the record is.
fn severity_fields(name: &str, severity: Severity, writer: &mut Writer) {
    #[cfg(feature = "custom")]
    if let Some(convention) = writer.policy.convention() {
        return convention.severity(severity, |name, value, quote| {
            name_of(name, writer);
            writer.put(quote);
            writer.put(value);
            writer.put(quote);
        });
    }
    name_of(name, writer);
    writer.put_byte(b'"');
    writer.put(severity.name().as_bytes());
    writer.put_byte(b'"');
}

/// The names that a record has, and gets.
struct Added<'a> {
    present: &'a dyn Fn(&str) -> bool,
    names: Vec<&'static str>,
}

impl Added<'_> {
    /// Whether a field of this name is to be written, which it then is taken for.
    fn takes(&mut self, name: &'static str) -> bool {
        let free = !self.names.contains(&name) && !(self.present)(name);
        if free {
            self.names.push(name);
        }
        free
    }

    /// Writes those of the policy's own fields that are wanted. Returns where the value of the one called `asked` stands.
    fn own(
        &mut self,
        policy: &'static Policy,
        wanted: impl Fn(&str) -> bool,
        asked: Option<&str>,
        writer: &mut Writer,
    ) -> Option<Span> {
        let mut place = None;
        for (name, value) in policy.static_fields.iter().filter(|(name, _)| wanted(name)) {
            if self.takes(name) {
                let written = add(name, value, writer);
                place = place.or((Some(*name) == asked).then_some(written));
            }
        }
        #[cfg(feature = "custom")]
        for lookup in policy.custom.iter().flat_map(|custom| &custom.lookups).filter(|lookup| wanted(&lookup.field)) {
            if let Some(value) = looked_up(lookup, writer)
                && self.takes(&lookup.field)
            {
                let written = add(&lookup.field, value, writer);
                place = place.or((Some(lookup.field.as_str()) == asked).then_some(written));
            }
        }
        place
    }
}

/// What a lookup adds to the record as it is written so far.
#[cfg(feature = "custom")]
fn looked_up<'a>(lookup: &'a crate::policy::Lookup, writer: &Writer) -> Option<&'a str> {
    let found = crate::look::value(writer.out.as_slice(), &lookup.from);
    let mut meaning = Bytes::new();
    let read = found.is_some_and(|found| crate::look::text(writer.out.as_slice(), found, &mut meaning));
    let known = lookup.values.binary_search_by(|(value, _)| value.as_bytes().cmp(meaning.as_slice())).ok();
    let known = known.filter(|_| read).and_then(|known| lookup.values.get(known)).map(|(_, added)| added);
    known.or(lookup.default.as_ref()).map(alloc::string::String::as_str)
}

/// Writes a field of the policy's own, and says where the content of its value stands in the output.
fn add(name: &str, value: &str, writer: &mut Writer) -> Span {
    name_of(name, writer);
    let class = writer.keys.class(name.as_bytes(), 0, name.len(), writer.policy);
    let plain = !value.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f | 0x7f..));
    if plain {
        let whole = Span { start: 0, end: value.len() };
        return writer.value(false, value.as_bytes(), Kind::String, whole, true, &class);
    }
    writer.put_byte(b'"');
    let start = writer.out.len();
    text::escape_lossy(value.as_bytes(), &mut writer.out);
    let end = writer.out.len();
    writer.put_byte(b'"');
    Span { start, end }
}

fn name_of(name: &str, writer: &mut Writer) {
    #[cfg(feature = "trace")]
    writer.trace.field(name.as_bytes(), None);
    writer.put(b",\"");
    writer.put(name.as_bytes());
    writer.put(b"\":");
}

/// Writes the service's name: another of the policy's fields that has it, or the workload.
fn service(
    record: &Record,
    roles: &Roles,
    name: &str,
    origin: &Origin,
    writer: &mut Writer,
    buffers: &Buffers,
) -> Option<Span> {
    let usable = |field: &&Field| field.kind == Kind::String && !field.is_empty();
    let Some(other) = roles.service.iter().find_map(|n| record.field(*n).filter(usable)) else {
        return origin.is_known().then(|| {
            name_of(name, writer);
            origin.workload(writer)
        });
    };
    name_of(name, writer);
    let (bytes, class) = (buffers.of(other.buffer), Class::default());
    Some(writer.value(other.escaped, bytes, other.kind, other.value, other.value_plain, &class))
}

/// How bad the record is: from the first of the policy's fields that says so, else from a
/// [klog header](https://github.com/kubernetes/klog/blob/main/klog.go) in front of the text.
///
/// Whether a field said so is told too.
pub(crate) fn severity(record: &Record, roles: &Roles, buffers: &Buffers, policy: &Policy) -> (Option<Severity>, bool) {
    let said = roles.severity.iter().find_map(|n| {
        let field = record.field(*n)?;
        said(field.kind, buffers.of(field.buffer), field.value, policy)
    });
    let header = || {
        let body = record.field(roles.body).filter(|_| policy.formats().klog)?;
        klog(body.value.of(buffers.of(body.buffer)))
    };
    (said.or_else(header), said.is_some())
}

/// How bad a record is whose severity is the value of this kind at `span`.
pub(crate) fn said(kind: Kind, bytes: &[u8], span: Span, policy: &Policy) -> Option<Severity> {
    let value = span.of(bytes);
    // Few have white space around them, and to look for it takes two loops.
    let value = match value {
        [b'!'..=b'~', .., b'!'..=b'~'] => value,
        _ => value.trim_ascii(),
    };
    match kind {
        Kind::Number => number(value),
        Kind::String if value.first()?.is_ascii_digit() => number(value),
        Kind::String => {
            let head = if value.len() == span.len() { lanes::load(bytes, span.start) } else { lanes::load(value, 0) };
            let head = if value.len() < 8 { head & !(!0 << (8 * value.len())) } else { head };
            let head = head | (lanes::ONES * 0x20);
            let spelled = policy.severities.iter().find(|spelling| spelling.is(value, head));
            spelled.map(|spelling| spelling.severity)
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
