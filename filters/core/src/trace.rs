//! What an engine did with a record, for those who ask why: what each rule found and where, what became of it, and which
//! route applied. Nothing of it is in a module: the feature `trace` is off there.
//!
//! The writer says where it is and what it does; what a scan found and left it notes itself ([`Notes`]). A record is then
//! always written field by field, as one without a known layout is, and comes out the same.

use crate::bytes::Bytes;
use crate::json::{Span, Text};
use crate::key;
use crate::policy::{
    CARD, EMAIL, IBAN, IPV4, IPV6, JWT, MAC, PHONE, PRIVATE_KEY, Policy, RuleId, SSN, Segment, URL_PASSWORD, WEBHOOK,
};
use crate::redact::{Match, Scan};
use crate::text;
use crate::unfold;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// Values among which one is looked for that was known before.
const LATEST: usize = 16;

/// What happened to the last record.
#[derive(Debug, Default)]
pub struct Trace {
    on: bool,
    found: Vec<Found>,
    values: Vec<Value>,
    route: Option<usize>,
    here: Here,
    pass: Pass,
    next: Option<Next>,
}

/// Something that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The rule.
    pub rule: RuleId,
    /// The place of the value in [`Trace::values`].
    pub value: usize,
    /// Where it begins in the text of the value.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// How it is known.
    pub why: Why,
    /// It shows only when one more encoding is undone.
    pub encoded: bool,
    /// Why nothing was done, if nothing was.
    pub kept: Option<Kept>,
}

/// A value, or a key, in which something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The way there in the record as it leaves: names and indexes.
    pub path: Vec<Segment>,
    /// It is the last name of the path, and not the value.
    pub is_key: bool,
    /// What it means: of a string without escapes, of anything else as it is spelt.
    pub text: Vec<u8>,
}

/// How something is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// By the name of its key, or of one around it.
    Key(String),
    /// By its path: the place in [`Custom::paths`](crate::policy::Custom::paths).
    Path(usize),
    /// A member or an element beside it names it.
    Beside,
    /// In a text, by the name in front of it.
    Name(String),
    /// In a text, by a word that announces it.
    Word(String),
    /// By the first characters of a vendor's tokens.
    Token(&'static str),
    /// By a rule of the policy's own: the place in [`Custom::rules`](crate::policy::Custom::rules), and the keyword.
    Rule(usize, String),
    /// By its form.
    Form,
    /// It is base64 of a text in which something is.
    Base64,
}

/// Why something stayed that a rule found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is allowed: the place in [`Custom::allowed`](crate::policy::Custom::allowed).
    Allowed(usize),
    /// It is allowed there: the place in [`Custom::paths`](crate::policy::Custom::paths).
    Path(usize),
    /// The rule that found it allows it.
    Rule,
    /// The rule is off.
    Off,
    /// The rule only counts.
    DryRun,
    /// It is what stands for something that was found before.
    Done,
}

/// Where the writer is.
#[derive(Debug, Default)]
struct Here {
    field: Vec<u8>,
    open: Vec<Open>,
    is_key: bool,
    /// The path of the policy that says what is here.
    meant: Option<usize>,
}

/// An open container.
#[derive(Debug)]
struct Open {
    object: bool,
    /// The member, or how many elements there were.
    name: Vec<u8>,
    count: u32,
}

/// How the places of a scan become those of the value.
#[derive(Debug, Default)]
struct Pass {
    /// The value's text.
    text: Vec<u8>,
    /// The place of the value in [`Trace::values`], when something was found in it.
    place: Option<usize>,
    /// Where the scanned text begins; behind a copy of what was written, if this is the second pass.
    from: usize,
    again: bool,
    /// Where the value's content begins in the output.
    out: usize,
    /// What was replaced: where in what the pass reads, and where in the value.
    edits: Vec<(Span, Span)>,
    /// What this pass replaced: where in what it reads, in what it writes, and in the value.
    replaced: Vec<(Span, Span, Span)>,
}

/// What is found next.
#[derive(Debug)]
struct Next {
    /// In what the pass reads, and in the value.
    source: Span,
    span: Span,
    why: Why,
    /// Where it stands in the output if something replaces it.
    out: usize,
}

impl Trace {
    /// What was found, in the order in which it was.
    #[must_use]
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// The values in which something was found.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The route that applied: its place among those of the policy.
    #[must_use]
    pub fn route(&self) -> Option<usize> {
        self.route
    }

    pub(crate) fn set(&mut self, on: bool) {
        self.on = on;
        self.clear();
    }

    pub(crate) fn is_on(&self) -> bool {
        self.on
    }

    pub(crate) fn clear(&mut self) {
        self.found.clear();
        self.values.clear();
        (self.route, self.next, self.pass.place) = (None, None, None);
    }

    pub(crate) fn routed(&mut self, route: usize) {
        self.route = Some(route);
    }

    /// A field at the top begins, or one of an object that is put together.
    pub(crate) fn field(&mut self, name: &[u8], member: Option<&str>) {
        if self.on {
            let object = |name: &str| Open { object: true, name: name.into(), count: 0 };
            self.here = Here { field: name.into(), open: member.map(object).into_iter().collect(), ..Here::default() };
        }
    }

    /// What is written next is the key.
    pub(crate) fn key(&mut self, is_key: bool) {
        self.here.is_key = is_key;
    }

    /// The path of the policy that says what the value is which comes next.
    pub(crate) fn meant(&mut self, path: Option<usize>) {
        self.here.meant = path;
    }

    pub(crate) fn open(&mut self, object: bool) {
        if self.on {
            self.here.open.push(Open { object, name: Vec::new(), count: 0 });
        }
    }

    pub(crate) fn close(&mut self) {
        self.here.open.pop();
    }

    pub(crate) fn member(&mut self, escaped: bool, bytes: &[u8], key: &Text) {
        if let Some(open) = self.here.open.last_mut().filter(|_| self.on) {
            open.name = meaning(bytes, key.span, escaped, key.plain);
        }
    }

    /// A value begins, which may be an element.
    pub(crate) fn element(&mut self) {
        if let Some(open) = self.here.open.last_mut().filter(|open| !open.object) {
            open.count += 1;
        }
    }

    /// A value that may be found as a whole, which comes next.
    pub(crate) fn value(&mut self, escaped: bool, bytes: &[u8], span: Span, plain: bool) {
        if self.on {
            self.pass = Pass { text: meaning(bytes, span, escaped, plain), ..Pass::default() };
            self.next = None;
        }
    }

    /// The same, when it is known how.
    pub(crate) fn known(&mut self, value: &[u8], found: usize, why: Why) {
        if self.on {
            self.pass = Pass { text: value.into(), ..Pass::default() };
            let span = Span { start: value.len().saturating_sub(found), end: value.len() };
            self.next = Some(Next { source: span, span, why, out: 0 });
        }
    }

    /// The scan of a text begins, which means this; what it reads begins at `from`, what it writes at `out`.
    pub(crate) fn text(&mut self, text: &[u8], from: usize, out: usize) {
        if self.on {
            self.pass = Pass { text: text.into(), from, out, ..Pass::default() };
            self.next = None;
        }
    }

    /// It is read again, by what it says behind so many bytes of what was written.
    pub(crate) fn again(&mut self, from: usize) {
        (self.pass.again, self.pass.from) = (true, from);
    }

    /// What a scan found next, and before that what it found and left.
    pub(crate) fn scanned(&mut self, scan: &Scan, found: Option<&Match>) {
        if !self.on {
            return;
        }
        let view = &scan.view;
        for note in view.notes.take() {
            let mut span = Span { start: note.start, end: note.end };
            if let (None, Some(found)) = (note.kept, found) {
                span.end = found.end;
            }
            let (source, span) = self.pass.back(view.text, span);
            let why = note.why(view.text, view.policy);
            let next = Next { source, span, why, out: 0 };
            match note.kept {
                Some(kept) => self.push(note.rule, next, Some(kept)),
                None => self.next = Some(next),
            }
        }
    }

    /// What was found in what was written before.
    pub(crate) fn written(&mut self, written: &[u8], found: &Match) {
        if self.on {
            self.pass.settle();
            self.pass.again = false;
            let span = self.pass.back_written(written, Span { start: found.start, end: found.end });
            self.next = Some(Next { source: span, span, why: Why::Form, out: 0 });
        }
    }

    /// A rule found this, and perhaps nothing is done. It begins at `out` in the output.
    pub(crate) fn found_by(&mut self, rule: RuleId, found: &[u8], kept: Option<Kept>, out: usize, policy: &Policy) {
        if !self.on {
            return;
        }
        let mut next = self.next.take().unwrap_or_else(|| {
            let end = self.pass.text.len();
            let span = Span { start: if self.pass.text.ends_with(found) { end - found.len() } else { 0 }, end };
            Next { source: span, span, why: self.here.why(policy), out }
        });
        next.out = out;
        let (source, span) = (next.source, next.span);
        self.push(rule, next, kept);
        if kept.is_none() {
            self.next = Some(Next { source, span, why: Why::Form, out });
        }
    }

    /// What was found last stays.
    pub(crate) fn kept(&mut self, kept: Kept) {
        if let Some(found) = self.found.last_mut().filter(|_| self.on) {
            found.kept = Some(kept);
        }
        self.next = None;
    }

    /// Something stands in the place of what was found last, up to the end of the output.
    pub(crate) fn replaced(&mut self, end: usize) {
        if let Some(next) = self.next.take() {
            let written = Span { start: next.out - self.pass.out, end: end - self.pass.out };
            self.pass.replaced.push((next.source, written, next.span));
            if !self.pass.again {
                self.pass.settle_one();
            }
        }
    }

    fn push(&mut self, rule: RuleId, next: Next, kept: Option<Kept>) {
        let place = self.pass.place.unwrap_or_else(|| {
            let value = Value { path: self.here.path(), is_key: self.here.is_key, text: self.pass.text.clone() };
            // What is read twice is read twice at once.
            let mut latest = self.values.iter().enumerate().rev().take(LATEST);
            latest.find(|(_, known)| **known == value).map(|(place, _)| place).unwrap_or_else(|| {
                self.values.push(value);
                self.values.len() - 1
            })
        });
        self.pass.place = Some(place);
        let Span { start, end } = next.span;
        let encoded = self.pass.again;
        let found = Found { rule, value: place, start, end, why: next.why, encoded, kept };
        // What is left is often found again.
        let same = |known: &Found| (known.rule, known.value, known.start, known.end) == (rule, place, start, end);
        if kept.is_none() || !self.found.iter().rev().any(same) {
            self.found.push(found);
        }
    }
}

impl Here {
    fn path(&self) -> Vec<Segment> {
        let name = |name: &[u8]| Segment::Name(String::from_utf8_lossy(name).into_owned());
        let mut path = Vec::new();
        if !self.field.is_empty() {
            path.push(name(&self.field));
        }
        let step =
            |open: &Open| if open.object { name(&open.name) } else { Segment::Index(open.count.saturating_sub(1)) };
        path.extend(self.open.iter().map(step));
        path
    }

    /// How it is known that the whole of the value is secret.
    fn why(&self, policy: &Policy) -> Why {
        if let Some(path) = self.meant {
            return Why::Path(path);
        }
        let names = self.path().into_iter().rev().filter_map(|segment| match segment {
            Segment::Name(name) => Some(name),
            _ => None,
        });
        let mut secret = names.filter(|name| key::classify(name.as_bytes(), policy).secret.is_some());
        secret.next().map_or(Why::Beside, Why::Key)
    }
}

impl Pass {
    /// Where in what the pass reads, and where in the value, a part of a scanned text is.
    fn back(&self, text: &[u8], span: Span) -> (Span, Span) {
        if !self.again {
            let span = Span { start: span.start - self.from, end: span.end - self.from };
            return (span, span);
        }
        let start = unfold::advance(text, 0, self.from, span.start - self.from);
        let source = Span { start, end: unfold::advance(text, start, self.from, span.end - span.start) };
        (source, self.back_written(text, source))
    }

    /// Where in the value a part of what was written is.
    fn back_written(&self, written: &[u8], span: Span) -> Span {
        let place = |at: usize| {
            let (mut from, mut behind) = (0, 0);
            for (source, value) in self.edits.iter().filter(|(source, _)| source.start < at) {
                if source.end > at {
                    return value.start;
                }
                (from, behind) = (source.end, value.end);
            }
            (behind + meaning(written, Span { start: from, end: at }, false, false).len()).min(self.text.len())
        };
        let start = place(span.start);
        Span { start, end: place(span.end).max(start) }
    }

    /// What the first pass replaced is known to the next one.
    fn settle_one(&mut self) {
        self.edits.extend(self.replaced.drain(..).map(|(_, written, value)| (written, value)));
    }

    /// What the second pass replaced is known to the next one, and what the first one did lies where it is now.
    fn settle(&mut self) {
        let mut edits = core::mem::take(&mut self.edits);
        for &(source, written, value) in self.replaced.iter().rev() {
            edits.retain(|(place, _)| place.end <= source.start || place.start >= source.end);
            for (place, _) in edits.iter_mut().filter(|(place, _)| place.start >= source.end) {
                let moved = |at: usize| at + written.len() - source.len();
                *place = Span { start: moved(place.start), end: moved(place.end) };
            }
            edits.push((Span { start: source.start, end: source.start + written.len() }, value));
            edits.sort_by_key(|(place, _)| place.start);
        }
        self.replaced.clear();
        self.edits = edits;
    }
}

/// What a scan notes.
#[derive(Default)]
pub(crate) struct Notes {
    on: Cell<bool>,
    /// Where the scan looked, and where it did when what is pending was found.
    stop: Cell<usize>,
    announced: Cell<usize>,
    /// Where base64 begins that says something.
    base64: Cell<Option<usize>>,
    notes: RefCell<Vec<Note>>,
}

/// Something that a scan found.
struct Note {
    start: usize,
    end: usize,
    rule: RuleId,
    stop: usize,
    base64: bool,
    kept: Option<Kept>,
}

impl Notes {
    pub(crate) fn set(&self, on: bool) {
        self.on.set(on);
    }

    pub(crate) fn is_on(&self) -> bool {
        self.on.get()
    }

    /// The scan looks here; nothing is pending, or something.
    pub(crate) fn looks(&self, at: usize, pending: bool) {
        self.stop.set(at);
        if !pending {
            self.announced.set(at);
        }
    }

    /// What was pending is found now.
    pub(crate) fn pending(&self) {
        self.stop.set(self.announced.get());
    }

    /// Base64 that begins here says something.
    pub(crate) fn base64(&self, at: usize) {
        self.base64.set(Some(at));
    }

    pub(crate) fn found(&self, found: &Match, kept: Option<Kept>) {
        if self.is_on() {
            let base64 = self.base64.take() == Some(found.start);
            let Match { start, end, rule, .. } = *found;
            self.notes.borrow_mut().push(Note { start, end, rule, stop: self.stop.get(), base64, kept });
        }
    }

    fn take(&self) -> Vec<Note> {
        self.notes.take()
    }
}

impl Note {
    fn why(&self, text: &[u8], policy: &Policy) -> Why {
        let rules = policy.custom.into_iter().flat_map(|custom| custom.rules.iter().enumerate());
        if let Some((n, rule)) = rules.clone().find(|(_, rule)| rule.id == self.rule) {
            let keywords = policy.custom.into_iter().flat_map(|custom| &custom.keywords);
            let keywords = keywords.filter(|keyword| keyword.rules.contains(&(n as u16)));
            let near = |length: usize| {
                let from = self.start.saturating_sub(rule.within + length);
                text.get(from..text.len().min(self.end + rule.within + length)).unwrap_or_default()
            };
            let is_near = |word: &str| {
                near(word.len()).windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
            };
            let keyword = keywords.map(|keyword| &keyword.text).find(|word| is_near(word));
            return Why::Rule(n, keyword.cloned().unwrap_or_default());
        }
        if self.base64 {
            return Why::Base64;
        }
        let found = text.get(self.start..self.end).unwrap_or_default();
        let is_one = |prefix: &str| found.starts_with(prefix.as_bytes());
        if let Some(token) = policy.tokens.iter().rev().find(|token| token.rule == self.rule && is_one(token.prefix)) {
            return Why::Token(token.prefix);
        }
        let form = matches!(
            self.rule,
            EMAIL | CARD | JWT | PRIVATE_KEY | URL_PASSWORD | WEBHOOK | IPV4 | IPV6 | MAC | PHONE | IBAN
        );
        if form || (self.rule == SSN && self.stop >= self.start) {
            return Why::Form;
        }
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let lossy = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
        let (front, behind) = text.split_at(self.stop.min(text.len()));
        match behind.first() {
            Some(first) if first.is_ascii_alphanumeric() && self.stop < self.start => {
                Why::Word(lossy(behind.split(|byte| !word(byte)).next().unwrap_or_default()))
            }
            Some(b':' | b'=' | b'>') => {
                let end = front.iter().rposition(word).map_or(0, |last| last + 1);
                let name = front.get(..end).unwrap_or_default();
                let start = name.iter().rposition(|byte| !word(byte)).map_or(0, |last| last + 1);
                match name.get(start..).unwrap_or_default() {
                    [] => Why::Form,
                    name => Why::Name(lossy(name)),
                }
            }
            _ => Why::Form,
        }
    }
}

/// Why the policy lets nothing be done to what a rule found.
pub(crate) fn refused(policy: &Policy, rule: RuleId, found: &[u8]) -> Kept {
    let Some(custom) = policy.custom else { return Kept::Done };
    if *custom.action(rule) == crate::policy::Action::Off {
        return Kept::Off;
    }
    custom.allowed.iter().position(|allowed| allowed.allows(rule, found)).map_or(Kept::Done, Kept::Allowed)
}

fn meaning(bytes: &[u8], span: Span, escaped: bool, plain: bool) -> Vec<u8> {
    if plain {
        return span.of(bytes).into();
    }
    let mut meaning = Bytes::new();
    text::decode(bytes, span, escaped, &mut meaning);
    meaning.as_slice().into()
}
