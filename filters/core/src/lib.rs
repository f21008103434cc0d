//! Parse, enrich, redact and route one log record: JSON bytes in, JSON bytes out.
//!
//! ```
//! use podsieve_core::{Engine, Function, Policy};
//!
//! static POLICY: Policy = Policy::DEFAULT;
//! let mut engine = Engine::new(&POLICY);
//! let record = br#"{"stream":"stderr","log":"{\"level\":\"WARNING\",\"user\":\"ada@example.com\"}"}"#;
//! let out = engine.run(Function::Pipeline, b"kube.var.log.pods.shop_web-0_1f2e.app.0.log", record);
//! assert_eq!(
//!     core::str::from_utf8(out).unwrap(),
//!     concat!(
//!         r#"{"stream":"stderr","level":"WARNING","user":"[REDACTED:email]","#,
//!         r#""kubernetes":{"namespace_name":"shop","pod_name":"web-0","pod_id":"1f2e","container_name":"app"},"#,
//!         r#""service":"web","severity":"warn","podsieve":{"redacted":{"email":1}}}"#,
//!     )
//! );
//! ```
//!
//! How a record flows: `record` indexes the members at its top ([`Function::Parse`] adds those of the body, and
//! `enrich` those that the tag tells), `write` walks their values once and writes them, redacted on the way, and
//! `route` reads what was written. There is no tree and no recursion; nested values are ranges of bytes.
//!
//! What it does not do: no I/O, no clock, no configuration of its own ([`Policy`] is handed to it), no compression, no
//! joining of partial lines, no record made of several or several of one.

#![no_std]

extern crate alloc;

mod bytes;
mod enrich;
mod json;
mod key;
mod lanes;
mod parse;
pub mod policy;
mod record;
mod redact;
mod route;
mod tag;
mod text;
mod write;

pub use policy::Policy;

use alloc::vec::Vec;
use bytes::Bytes;
use enrich::{KUBERNETES, Origin};
use json::{Kind, Nesting, Span, Stop};
use record::{Buffers, Field, Record};
use route::ARCHIVE_TAG;
use write::Writer;

/// Place of `podsieve` in [`Policy::reserved`].
const PODSIEVE: u8 = 0;

/// One of the jobs, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Parse, enrich, redact, route, in this order and in one call.
    Pipeline,
    /// The body becomes fields.
    Parse,
    /// Secrets become marks.
    Redact,
    /// The record says where it comes from.
    Enrich,
    /// The record says where it goes.
    Route,
}

impl Function {
    /// All of them.
    pub const ALL: [Function; 5] =
        [Function::Pipeline, Function::Parse, Function::Redact, Function::Enrich, Function::Route];

    /// The name under which a module exports it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Function::Pipeline => "pipeline",
            Function::Parse => "parse",
            Function::Redact => "redact",
            Function::Enrich => "enrich",
            Function::Route => "route",
        }
    }

    /// The function that a module exports under `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Function> {
        Function::ALL.into_iter().find(|function| function.name() == name)
    }

    fn does(self, job: Function) -> bool {
        self == job || self == Function::Pipeline
    }
}

/// Why a record did not go the usual way; in its `podsieve.error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    /// The record is not a JSON object. Its text is under `log`, redacted.
    NotAnObject,
    /// The host could not hand the record over. Nothing of it is left.
    Unreadable,
}

impl Failure {
    fn name(self) -> &'static str {
        match self {
            Failure::NotAnObject => "not_a_json_object",
            Failure::Unreadable => "unreadable",
        }
    }
}

/// A filter: a policy, and the memory that it uses again for each record.
pub struct Engine {
    record: Record,
    writer: Writer,
    origin: Origin,
    scratch: Bytes,
    wrapped: Bytes,
    policy: &'static Policy,
}

impl Engine {
    /// A filter that follows `policy`.
    #[must_use]
    pub fn new(policy: &'static Policy) -> Engine {
        Engine {
            record: Record::new(),
            writer: Writer::new(policy),
            origin: Origin::default(),
            scratch: Bytes::new(),
            wrapped: Bytes::new(),
            policy,
        }
    }

    /// Does `function` to `record`, which came with `tag`. Returns one JSON object, whatever the bytes are: what is no
    /// JSON object is taken as text, redacted, and wrapped in one that says so. Never panics. Takes time and memory
    /// linear in the record's length.
    pub fn run(&mut self, function: Function, tag: &[u8], record: &[u8]) -> &[u8] {
        let out = self.run_to_nul(function, tag, record);
        out.strip_suffix(b"\0").unwrap_or(out)
    }

    /// As [`Engine::run`], with a NUL behind the object and none in it.
    pub fn run_to_nul(&mut self, function: Function, tag: &[u8], record: &[u8]) -> &[u8] {
        self.origin.of(tag);
        self.begin(record.len(), function.does(Function::Redact));
        if self.record.index(record, &mut self.writer.keys, self.policy).is_ok() {
            self.jobs(function, record, None);
            self.end(function)
        } else {
            self.wrap(function, record, Failure::NotAnObject);
            self.end(function)
        }
    }

    /// What stands for a record that the host could not hand over, with a NUL behind it.
    pub fn unreadable_to_nul(&mut self, function: Function, tag: &[u8]) -> &[u8] {
        self.origin.of(tag);
        self.wrap(function, b"", Failure::Unreadable);
        self.end(function)
    }

    fn begin(&mut self, length: usize, redact: bool) {
        self.scratch.clear();
        self.writer.reset(length, redact);
    }

    fn end(&mut self, function: Function) -> &[u8] {
        if self.writer.out.is_short() || self.writer.is_short() || self.scratch.is_short() {
            // There was no memory for all of it: rather nothing than a part. This little there always is.
            self.wrap(function, b"", Failure::Unreadable);
        }
        self.writer.out.push(0);
        self.writer.out.as_slice()
    }

    #[cold]
    fn wrap(&mut self, function: Function, record: &[u8], failure: Failure) {
        let mut wrapped = core::mem::take(&mut self.wrapped);
        wrapped.clear();
        wrapped.extend(b"{\"log\":\"");
        text::escape_lossy(record, &mut wrapped);
        wrapped.extend(b"\"}");
        self.begin(wrapped.len(), true);
        // Only a text that was cut for want of memory is no object with one string.
        if self.record.index(wrapped.as_slice(), &mut self.writer.keys, self.policy).is_ok() {
            self.jobs(function, wrapped.as_slice(), Some(failure));
        }
        self.writer.out.short_if(wrapped.is_short());
        self.wrapped = wrapped;
    }

    fn jobs(&mut self, function: Function, input: &[u8], failure: Option<Failure>) {
        if function.does(Function::Parse) {
            parse::parse(&mut self.record, input, &mut self.scratch, &mut self.writer.keys, self.policy);
        }
        let buffers = Buffers { input, scratch: self.scratch.as_slice(), tag: &self.origin.tag };
        let enriched = function
            .does(Function::Enrich)
            .then(|| enrich::enrich(&mut self.record, &self.origin, &buffers, self.policy));
        let mut output = Output { writer: &mut self.writer, origin: &self.origin, policy: self.policy, first: true };
        output.writer.put_byte(b'{');
        output.fields(&mut self.record, &buffers, enriched, function.does(Function::Route));
        if output.writer.redact {
            output.audit(&self.record, &buffers, failure);
        }
        if function.does(Function::Route) {
            output.comma();
            if !route::tag(&self.record, &buffers, self.policy, output.writer) {
                output.take_comma_back();
            }
        }
        output.writer.put_byte(b'}');
    }
}

/// The record as it is written, member by member.
struct Output<'a> {
    writer: &'a mut Writer,
    origin: &'a Origin,
    policy: &'static Policy,
    first: bool,
}

impl Output<'_> {
    fn comma(&mut self) {
        if !self.first {
            self.writer.put_byte(b',');
        }
        self.first = false;
    }

    fn take_comma_back(&mut self) {
        if self.writer.out.as_slice().last() == Some(&b',') {
            self.writer.out.truncate(self.writer.out.len() - 1);
        } else {
            self.first = true;
        }
    }

    /// Writes the fields; those from `enriched` on were added, behind `kubernetes`.
    fn fields(&mut self, record: &mut Record, buffers: &Buffers, enriched: Option<usize>, routes: bool) {
        let mut kubernetes = enriched.is_some();
        for n in 0..record.fields.len() {
            if enriched == Some(n) && kubernetes {
                kubernetes = false;
                self.kubernetes(None);
            }
            let Some(field) = record.fields.get_mut(n) else { return };
            let audit = self.writer.redact && is_audit(field);
            if !field.live || audit || (routes && field.is_reserved(ARCHIVE_TAG)) {
                continue;
            }
            let bytes = buffers.of(field.buffer);
            if field.is_reserved(KUBERNETES) && kubernetes {
                kubernetes = false;
                if field.kind == Kind::Object {
                    self.kubernetes(Some((bytes, field.value)));
                    continue;
                }
            }
            self.comma();
            field.written = self.field(field, bytes);
        }
        if kubernetes {
            self.kubernetes(None);
        }
    }

    fn kubernetes(&mut self, present: Option<(&[u8], Span)>) {
        let length = self.writer.out.len();
        let first = self.first;
        self.comma();
        self.writer.put(b"\"kubernetes\":");
        if !enrich::kubernetes(self.writer, present, self.origin) {
            self.writer.out.truncate(length);
            self.first = first;
        }
    }

    fn field(&mut self, field: &Field, bytes: &[u8]) -> Span {
        if field.kind == Kind::Members {
            return self.writer.value::<false>(bytes, field.kind, field.value, true, &field.class);
        }
        self.writer.put_byte(b'"');
        for _ in 0..field.name.conflicts {
            self.writer.put(self.policy.conflict_prefix.as_bytes());
        }
        self.writer.put(field.name.prefix.as_bytes());
        if !field.name.instead.is_empty() {
            self.writer.put(field.name.instead.as_bytes());
        } else if field.escaped {
            self.writer.key::<true>(bytes, field.key, field.key_plain, &field.class);
        } else {
            self.writer.key::<false>(bytes, field.key, field.key_plain, &field.class);
        }
        self.writer.put(b"\":");
        if field.escaped {
            self.writer.value::<true>(bytes, field.kind, field.value, field.value_plain, &field.class)
        } else {
            self.writer.value::<false>(bytes, field.kind, field.value, field.value_plain, &field.class)
        }
    }

    /// Writes `podsieve`: what was redacted, this time and before, and what went wrong. Nothing when there is nothing.
    fn audit(&mut self, record: &Record, buffers: &Buffers, failure: Option<Failure>) {
        let before = record.live().find(|field| is_audit(field));
        let redacted = self.writer.counts.iter().any(|count| *count > 0);
        if before.is_none() && failure.is_none() && !redacted {
            return;
        }
        let mut others = Vec::new();
        let mut unknown = Vec::new();
        if let Some(field) = before {
            self.audit_before(buffers.of(field.buffer), field.value, &mut others, &mut unknown);
        }
        let redact = core::mem::replace(&mut self.writer.redact, false);
        self.comma();
        self.writer.put(b"\"podsieve\":");
        let mut open = b'{';
        if self.writer.counts.iter().any(|count| *count > 0) || !unknown.is_empty() {
            self.writer.put(b"{\"redacted\":");
            open = b'{';
            for (n, name) in self.policy.rules.iter().enumerate() {
                let Some(count) = self.writer.counts.get(n).copied().filter(|count| *count > 0) else { continue };
                self.writer.put_byte(open);
                self.writer.put_byte(b'"');
                self.writer.put(name.as_bytes());
                self.writer.put(b"\":");
                self.decimal(count);
                open = b',';
            }
            for span in &unknown {
                self.writer.put_byte(open);
                self.members(record, buffers, *span);
                open = b',';
            }
            self.writer.put_byte(b'}');
            open = b',';
        }
        if let Some(failure) = failure {
            self.writer.put_byte(open);
            self.writer.put(b"\"error\":\"");
            self.writer.put(failure.name().as_bytes());
            self.writer.put_byte(b'"');
            open = b',';
        }
        for span in &others {
            self.writer.put_byte(open);
            self.members(record, buffers, *span);
            open = b',';
        }
        if open == b'{' {
            self.writer.put_byte(b'{');
        }
        self.writer.put_byte(b'}');
        self.writer.redact = redact;
    }

    fn members(&mut self, record: &Record, buffers: &Buffers, span: Span) {
        let bytes = record.live().find(|field| is_audit(field)).map_or(buffers.input, |field| buffers.of(field.buffer));
        self.writer.value::<false>(bytes, Kind::Members, span, true, &key::Class::default());
    }

    /// Adds the counts of an audit that the record had, and lists its other members.
    fn audit_before(&mut self, bytes: &[u8], audit: Span, others: &mut Vec<Span>, unknown: &mut Vec<Span>) {
        let whole =
            |member: &json::Member| Span { start: member.key.span.start.saturating_sub(1), end: member.value.next };
        let read: Result<usize, Stop> =
            json::members::<false>(bytes, audit.start + 1, usize::MAX, &mut Nesting::default(), |member| {
                if member.key.span.of(bytes) != b"redacted" || member.value.kind != Kind::Object {
                    others.push(whole(&member));
                    return Ok(());
                }
                json::members::<false>(
                    bytes,
                    member.value.span.start + 1,
                    usize::MAX,
                    &mut Nesting::default(),
                    |count| {
                        let rule =
                            self.policy.rules.iter().position(|rule| rule.as_bytes() == count.key.span.of(bytes));
                        let number = core::str::from_utf8(count.value.span.of(bytes))
                            .ok()
                            .and_then(|number| number.parse::<u32>().ok());
                        match (rule.and_then(|rule| self.writer.counts.get_mut(rule)), number) {
                            (Some(total), Some(number)) => *total = total.saturating_add(number),
                            _ => unknown.push(whole(&count)),
                        }
                        Ok(())
                    },
                )?;
                Ok(())
            });
        debug_assert!(read.is_ok(), "an indexed object reads again");
    }

    fn decimal(&mut self, number: u32) {
        let mut digits = [0u8; 10];
        let mut rest = number;
        let mut length = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            length += 1;
            if rest == 0 {
                break;
            }
        }
        let start = digits.len() - length;
        self.writer.put(digits.get(start..).unwrap_or_default());
    }
}

/// Whether a field is the audit of an earlier call.
fn is_audit(field: &Field) -> bool {
    field.is_reserved(PODSIEVE) && field.kind == Kind::Object
}
