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
//! How a record flows: `record` indexes the members at its top ([`Function::Parse`] adds those of the body), `output`
//! writes them one by one, and behind them what `enrich` adds, the audit and what `route` says; `write` walks nested
//! values once and redacts on the way. There is no tree and no recursion; nested values are ranges of bytes.
//!
//! Logs repeat themselves, so that most records need not take that way: a `layout` is what records with the same keys
//! in the same places have in common, and `repeat` writes those that have one, by comparing each with the last.
//!
//! What it does not do: no I/O, no clock, no configuration of its own ([`Policy`] is handed to it), no compression, no
//! joining of partial lines, no record made of several or several of one.

#![no_std]

extern crate alloc;

mod audit;
mod bytes;
mod enrich;
mod json;
mod key;
mod lanes;
mod layout;
#[cfg(feature = "custom")]
mod look;
mod output;
mod parse;
mod part;
pub mod policy;
mod record;
mod redact;
mod repeat;
mod route;
mod tag;
mod text;
#[cfg(feature = "trace")]
pub mod trace;
mod unfold;
mod write;

pub use policy::Policy;

use audit::Failure;
use bytes::Bytes;
use enrich::Origin;
use layout::Layouts;
use output::Output;
use record::{Buffers, Record};
use repeat::Seen;
use write::{Writer, beside};

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

/// A filter: a policy, and the memory that it uses again for each record.
pub struct Engine {
    record: Record,
    layouts: Layouts,
    writer: Writer,
    origin: Origin,
    seen: Seen,
    scratch: Bytes,
    wrapped: Bytes,
    /// Of what lies in a string.
    string: Bytes,
    /// Why the last record that [`Engine::run`] was given could not be handled.
    failure: Option<Failure>,
    policy: &'static Policy,
}

impl Engine {
    /// A filter that follows `policy`.
    #[must_use]
    pub fn new(policy: &'static Policy) -> Engine {
        Engine {
            record: Record::new(),
            layouts: Layouts::default(),
            writer: Writer::new(policy),
            origin: Origin::default(),
            seen: Seen::default(),
            scratch: Bytes::new(),
            wrapped: Bytes::new(),
            string: Bytes::new(),
            failure: None,
            policy,
        }
    }

    /// Does `function` to `record`, which came with `tag`. Returns one JSON object, whatever the bytes are: what is no
    /// JSON object is taken as text, redacted, and wrapped in one that says so. Never panics. Takes time and memory
    /// linear in the record's length. Nothing is returned only for a record that cannot be handled, if the policy drops those.
    pub fn run(&mut self, function: Function, tag: &[u8], record: &[u8]) -> &[u8] {
        self.failure = None;
        let out = self.run_to_nul(function, tag, record);
        out.strip_suffix(b"\0").unwrap_or(out)
    }

    /// As [`Engine::run`], with a NUL behind the object and none in it.
    pub fn run_to_nul(&mut self, function: Function, tag: &[u8], record: &[u8]) -> &[u8] {
        self.origin.read(tag, &mut self.writer);
        let traced = self.begin_trace();
        if self.policy.limit().is_some_and(|limit| record.len() > limit) {
            self.fail(function, b"", Failure::TooLarge);
            self.end(function);
        } else if traced || !self.repeats(function, record) {
            self.begin(record.len(), function.does(Function::Redact));
            let lift = function.does(Function::Parse) && self.policy.formats().json;
            if self.record.index(record, lift, &mut self.writer.keys, self.policy).is_ok() {
                self.jobs(function, record, None);
            } else {
                self.fail(function, record, Failure::NotAnObject);
            }
            self.end(function);
        }
        self.writer.out.as_slice()
    }

    /// From now on, or no more, what is done to a record is kept, and costs time.
    #[cfg(feature = "trace")]
    pub fn set_trace(&mut self, on: bool) {
        self.writer.trace.set(on);
    }

    /// What was done to the last record, if that is kept.
    #[cfg(feature = "trace")]
    #[must_use]
    pub fn trace(&self) -> &trace::Trace {
        &self.writer.trace
    }

    /// Whether what is done to the record that comes now is kept.
    #[inline(always)]
    fn begin_trace(&mut self) -> bool {
        #[cfg(feature = "trace")]
        if self.writer.trace.is_on() {
            self.writer.trace.clear();
            return true;
        }
        false
    }

    /// If `record` has a layout that is known, does the jobs that way.
    #[inline(always)]
    fn repeats(&mut self, function: Function, record: &[u8]) -> bool {
        let last = self.layouts.last(function, record);
        match last {
            Some(layout) if self.known(function, record, layout) => {
                self.layouts.came(layout);
                true
            }
            _ => self.repeats_another(function, record, last),
        }
    }

    /// The same, if it is not `last` or does not have it as it was planned.
    #[inline(never)]
    fn repeats_another(&mut self, function: Function, record: &[u8], last: Option<usize>) -> bool {
        // What came instead of it before is likely, and costs less to try than to search for.
        let other = last.and_then(|last| self.layouts.other(last));
        if let Some(layout) = other
            && self.known(function, record, layout)
        {
            self.layouts.came_instead(layout);
            return true;
        }
        let found = self.layouts.search(function, record);
        found.is_some_and(|layout| {
            last != found && other != found && self.known(function, record, layout)
                || self.layouts.read_all(layout) && self.known(function, record, layout)
        })
    }

    /// What stands for a record that the host could not hand over, with a NUL behind it.
    pub fn unreadable_to_nul(&mut self, function: Function, tag: &[u8]) -> &[u8] {
        self.origin.read(tag, &mut self.writer);
        self.fail(function, b"", Failure::Unreadable);
        self.end(function);
        self.writer.out.as_slice()
    }

    fn begin(&mut self, length: usize, redact: bool) {
        self.scratch.clear();
        self.writer.reset(length, redact);
    }

    fn end(&mut self, function: Function) {
        if self.writer.is_short() || self.scratch.is_short() {
            // There was no memory for all of it: rather nothing than a part. This little there always is.
            self.fail(function, b"", Failure::Unreadable);
        }
        self.writer.out.push(0);
    }

    /// What becomes of a record that cannot be handled.
    #[cold]
    fn fail(&mut self, function: Function, record: &[u8], failure: Failure) {
        self.failure = Some(failure);
        if self.policy.drops() {
            self.begin(0, true);
        } else {
            self.wrap(function, record, failure);
        }
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
        if self.record.index(wrapped.as_slice(), false, &mut self.writer.keys, self.policy).is_ok() {
            self.jobs(function, wrapped.as_slice(), Some(failure));
        }
        self.writer.out.short_if(wrapped.is_short());
        self.wrapped = wrapped;
    }

    fn jobs(&mut self, function: Function, input: &[u8], failure: Option<Failure>) {
        let Engine { record, layouts, writer, origin, scratch, policy, .. } = self;
        if function.does(Function::Parse) {
            parse::parse(record, input, scratch, &mut writer.keys, policy);
            #[cfg(feature = "custom")]
            parse::depth::expand(record, input, scratch, policy);
        }
        let buffers = Buffers { input, scratch: scratch.as_slice() };
        if writer.redact {
            beside::top(record, &buffers, &mut writer.keys, policy);
        }
        if failure.is_none() {
            layouts.learn(input, record, writer);
        }
        let (enriches, routes) = (function.does(Function::Enrich), function.does(Function::Route));
        Output { writer, record, buffers, origin, policy, enriches, routes }.write(failure);
    }
}
