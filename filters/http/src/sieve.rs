//! The engine behind all bodies: records and parts of them go through it, and what became of them is counted.

use alloc::vec::Vec;

use podsieve_core::{Engine, Function, Policy};

use crate::body::LastAction;
use crate::json::Member;
use crate::tally::{Outcome, Tally};

/// A record that is longer, in bytes, is masked. A chunk of Fluent Bit's has at most 2 MB.
const MAX_RECORD: usize = 4 << 20;

/// So many bytes all bodies together may hold back. Where that is not enough, a record that is cut is too long.
const MAX_HELD: usize = 512 << 20;

/// An engine, the function that it does to each record, and what became of them.
pub struct Sieve {
    engine: Engine,
    function: Function,
    max_record: usize,
    held: usize,
    tally: Tally,
    /// What a body with a tag for the whole looks for, the most important one first.
    order: Vec<Vec<u8>>,
    /// The first of `order` that a record had.
    found: usize,
    route: Vec<u8>,
    pub(crate) last_action: LastAction,
}

/// In an order, records of which something was redacted or masked.
const SENSITIVE: &[u8] = b"sensitive";

impl Sieve {
    /// A sieve that does `function` to records, by `policy`.
    #[must_use]
    pub fn new(policy: &'static Policy, function: Function) -> Sieve {
        Sieve {
            engine: Engine::new(policy),
            function,
            max_record: policy.limit().unwrap_or(MAX_RECORD).min(MAX_RECORD),
            held: 0,
            tally: Tally::default(),
            order: Vec::new(),
            found: usize::MAX,
            route: Vec::new(),
            last_action: LastAction::default(),
        }
    }

    /// Has [`Sieve::best`] tell the first of these that a record had: what its `archive_tag` begins with, or `sensitive`.
    #[must_use]
    pub fn with_order(mut self, order: Vec<Vec<u8>>) -> Sieve {
        self.order = order;
        self
    }

    /// The place in the order of the best that was found since [`Sieve::set_best`].
    #[must_use]
    pub fn best(&self) -> Option<usize> {
        (self.found < self.order.len()).then_some(self.found)
    }

    /// A body begins, or goes on: `best` is what was found of it.
    pub fn set_best(&mut self, best: Option<usize>) {
        self.found = best.unwrap_or(usize::MAX);
    }

    /// What became of records since it was cleared.
    pub fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }

    /// Whether a record of so many bytes is too long.
    pub(crate) fn is_too_long(&self, length: usize) -> bool {
        length > self.max_record
    }

    /// Notes that a body that held back `before` bytes holds back `now`. False if all of them hold back too much.
    pub(crate) fn holds(&mut self, before: usize, now: usize) -> bool {
        self.held = self.held.saturating_sub(before).saturating_add(now);
        self.held <= MAX_HELD
    }

    /// Appends what the function makes of a record. False if there is nothing left of it.
    pub(crate) fn record(&mut self, tag: &[u8], record: &[u8], out: &mut Vec<u8>) -> bool {
        let made = self.engine.run(self.function, tag, record);
        out.extend_from_slice(made);
        let some = !made.is_empty();
        self.count(some);
        some
    }

    /// As [`Sieve::record`], but leaves nothing of what is no JSON object, and says so.
    pub(crate) fn object(&mut self, tag: &[u8], record: &[u8], out: &mut Vec<u8>) -> Option<bool> {
        let from = out.len();
        out.extend_from_slice(self.engine.run(self.function, tag, record));
        if self.engine.is_no_object() {
            out.truncate(from);
            return None;
        }
        let some = out.len() > from;
        self.count(some);
        Some(some)
    }

    /// Appends what the function makes of a record that is the content of a JSON string. False if there is nothing left.
    pub(crate) fn within(&mut self, tag: &[u8], content: &[u8], out: &mut Vec<u8>) -> bool {
        let made = self.engine.within(self.function, tag, content);
        out.extend_from_slice(made);
        let some = !made.is_empty() || content.is_empty();
        self.count(some);
        some
    }

    /// Appends a text, redacted, as a record of its own.
    pub(crate) fn text(&mut self, text: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(self.engine.text(text));
        self.count(true);
    }

    /// Appends a record to which nothing is added, redacted.
    pub(crate) fn kept(&mut self, record: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(self.engine.value(record));
        self.count(true);
    }

    /// Appends a member of an object, redacted: nothing if a rule has it go.
    pub(crate) fn member(&mut self, member: &Member, out: &mut Vec<u8>) {
        let mut object = Vec::with_capacity(member.key.len() + member.value.len() + 5);
        object.extend_from_slice(b"{\"");
        object.extend_from_slice(member.key);
        object.extend_from_slice(b"\":");
        object.extend_from_slice(member.value);
        object.push(b'}');
        let made = self.engine.value(&object);
        let inner = made.strip_prefix(b"{").and_then(|made| made.strip_suffix(b"}"));
        out.extend_from_slice(inner.unwrap_or_default());
        self.count_rules();
    }

    /// Appends a JSON value, redacted: a part of a record or what is around records.
    pub(crate) fn value(&mut self, value: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(self.engine.value(value));
        self.count_rules();
    }

    /// Appends the content of a JSON string, redacted.
    pub(crate) fn content(&mut self, content: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(self.engine.content(content));
        self.count_rules();
    }

    /// Does something of which nothing is counted: what it redacts was counted already.
    pub(crate) fn quietly<T>(&mut self, work: impl FnOnce(&mut Sieve) -> T) -> T {
        let tally = core::mem::take(&mut self.tally);
        let (found, route) = (self.found, core::mem::take(&mut self.route));
        let done = work(self);
        self.tally = tally;
        (self.found, self.route) = (found, route);
        done
    }

    /// Appends a part of a text, redacted.
    pub(crate) fn part(&mut self, text: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(self.engine.text(text));
        self.count_rules();
    }

    /// Appends what stands for a record that is too long. False if nothing does.
    pub(crate) fn too_large(&mut self, tag: &[u8], out: &mut Vec<u8>) -> bool {
        let made = self.engine.too_large(self.function, tag);
        out.extend_from_slice(made);
        let some = !made.is_empty();
        self.count(some);
        some
    }

    /// The `archive_tag` of the last record; empty if it has none.
    pub(crate) fn route(&self) -> &[u8] {
        &self.route
    }

    /// Where the function would send a record, which goes nowhere itself.
    pub(crate) fn routed(&mut self, tag: &[u8], record: &[u8]) {
        self.engine.run(self.function, tag, record);
        self.count(true);
    }

    /// Counts what became of a record.
    fn count(&mut self, some: bool) {
        let redacted = self.count_rules();
        let outcome = match (self.engine.has_failed(), some, redacted) {
            (true, true, _) => Outcome::Masked,
            (_, false, _) => Outcome::Dropped,
            (_, _, true) => Outcome::Redacted,
            _ => Outcome::Unchanged,
        };
        self.tally.record(outcome);
        // Most records have that of the one before.
        let another = !self.engine.has_archive_tag(&self.route);
        if another {
            self.route.clear();
            let routes = matches!(self.function, Function::Pipeline | Function::Route);
            self.route.extend_from_slice(self.engine.archive_tag().filter(|_| routes).unwrap_or_default());
        }
        if !self.route.is_empty() {
            self.tally.route(&self.route, another);
        }
        self.rank(outcome != Outcome::Unchanged);
    }

    fn count_rules(&mut self) -> bool {
        let mut redacted = false;
        for (rule, count) in self.engine.redacted() {
            self.tally.rule(rule, count);
            redacted = true;
        }
        redacted
    }

    fn rank(&mut self, sensitive: bool) {
        let routed = |wanted: &[u8]| {
            let rest = self.route.strip_prefix(wanted);
            rest.is_some_and(|rest| rest.first().is_none_or(|byte| *byte == b'.'))
        };
        let is = |wanted: &Vec<u8>| if wanted == SENSITIVE { sensitive } else { routed(wanted) };
        if let Some(found) = self.order.iter().take(self.found).position(is) {
            self.found = found;
        }
    }
}
