//! The writer: bytes of fields to bytes of the output record, redacted on the way. It walks nested values without
//! recursion, copies what it does not touch in runs, and mends what Fluent Bit writes that is not JSON.

#[cfg(feature = "custom")]
mod action;
pub(crate) mod beside;
#[cfg(feature = "custom")]
mod paths;

use crate::audit::Counts;
use crate::bytes::Bytes;
use crate::json::{self, Kind, Nesting, Span, byte};
use crate::key::{Class, Keys};
use crate::policy::{API_KEY, AUTHORIZATION, BASIC, BEARER, CARD, COOKIE, Meaning, Policy, RuleId, SECRET};
use crate::redact::{self, MIN_DIGITS, Match, SHORTEST, Scan, is_card_number, mark};
use crate::text;
#[cfg(feature = "trace")]
use crate::trace::{Trace, Why, refused};
use crate::unfold::{self, Changes};
use beside::{Beside, Source};

/// The output and what is needed to fill it.
pub(crate) struct Writer {
    pub(crate) out: Bytes,
    pub(crate) keys: Keys,
    pub(crate) counts: Counts,
    /// Whether any of them is not zero.
    pub(crate) redacted: bool,
    /// Whether to redact.
    pub(crate) redact: bool,
    pub(crate) policy: &'static Policy,
    decoded: Bytes,
    changes: Changes,
    nesting: Nesting,
    #[cfg(feature = "custom")]
    own: action::Own,
    /// Whether something was redacted in this call, and not only in an earlier one that the record tells of.
    #[cfg(feature = "trace")]
    pub(crate) found: bool,
    #[cfg(feature = "trace")]
    pub(crate) trace: Trace,
}

impl Writer {
    pub(crate) fn new(policy: &'static Policy) -> Writer {
        Writer {
            out: Bytes::new(),
            keys: Keys::new(),
            counts: Counts::new(),
            redacted: false,
            redact: false,
            policy,
            decoded: Bytes::new(),
            changes: Changes::new(),
            nesting: Nesting::default(),
            #[cfg(feature = "custom")]
            own: action::Own::default(),
            #[cfg(feature = "trace")]
            found: false,
            #[cfg(feature = "trace")]
            trace: Trace::default(),
        }
    }

    /// Makes ready for a record of `length` bytes.
    pub(crate) fn reset(&mut self, length: usize, redact: bool) {
        self.restart(redact);
        self.decoded.clear();
        self.out.reserve(length + length / 8 + 512);
    }

    /// The same, for what has its own way to see that there is room and memory.
    #[inline(always)]
    pub(crate) fn restart(&mut self, redact: bool) {
        self.out.clear();
        if core::mem::take(&mut self.redacted) {
            self.counts = Counts::new();
        }
        #[cfg(feature = "trace")]
        {
            self.found = false;
        }
        self.redact = redact;
    }

    /// Whether something could not be read or written for want of memory.
    pub(crate) fn is_short(&self) -> bool {
        self.decoded.is_short() || self.out.is_short()
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        self.out.extend(bytes);
    }

    pub(crate) fn put_byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    /// Writes the content of a key.
    pub(crate) fn key(&mut self, escaped: bool, bytes: &[u8], key: Span, plain: bool, class: &Class) {
        if plain && (class.clean || !self.redact) {
            self.put(key.of(bytes));
        } else {
            #[cfg(feature = "trace")]
            self.trace.key(true);
            self.string(escaped, bytes, key, plain, class.identifier);
            #[cfg(feature = "trace")]
            self.trace.key(false);
        }
    }

    /// Writes a value of a class and returns where its content (of a string, without quotes) stands in the output.
    pub(crate) fn value(
        &mut self,
        escaped: bool,
        bytes: &[u8],
        kind: Kind,
        span: Span,
        plain: bool,
        class: &Class,
    ) -> Span {
        if self.redact
            && let Some(meaning) = class.secret
        {
            #[cfg(feature = "trace")]
            self.trace.value(escaped, bytes, span, plain);
            match self.secret(bytes, kind, span, plain, meaning) {
                Secret::Hidden => return Span::default(),
                #[cfg(feature = "custom")]
                Secret::Kept => {
                    self.redact = false;
                    let written = self.value(escaped, bytes, kind, span, plain, &Class::default());
                    self.redact = true;
                    return written;
                }
                Secret::No => {}
            }
        }
        let start = self.out.len();
        match kind {
            Kind::String => {
                self.put_byte(b'"');
                self.string(escaped, bytes, span, plain, class.identifier);
                self.put_byte(b'"');
                return Span { start: start + 1, end: self.out.len() - 1 };
            }
            Kind::Number => self.number(span.of(bytes), class.identifier),
            Kind::Bool | Kind::Null => self.put(span.of(bytes)),
            Kind::NotANumber => self.put(b"null"),
            Kind::Object | Kind::Array | Kind::Members => {
                let list = |meaning: &Meaning| is_inherited(*meaning, kind == Kind::Array);
                let inherited = class.secret.filter(list);
                self.container(escaped, bytes, span, kind, inherited);
            }
        }
        Span { start, end: self.out.len() }
    }

    pub(crate) fn number(&mut self, number: &[u8], identifier: bool) {
        #[cfg(feature = "trace")]
        self.trace.known(number, number.len(), Why::Form);
        let is_card = self.redact && !identifier && number.len() >= 13 && is_card_number(number);
        if is_card && self.accepts(CARD, number) && self.acts(CARD, number) {
            self.quoted(CARD, number);
        } else if json::is_huge(number) {
            // As a string it reaches the archive, byte for byte; as a number it would end Fluent Bit.
            self.put_byte(b'"');
            self.put(number);
            self.put_byte(b'"');
        } else {
            self.put(number);
        }
    }

    /// Whether the policy lets something be done to what a rule found.
    #[inline(always)]
    fn accepts(&mut self, rule: RuleId, found: &[u8]) -> bool {
        let accepts = self.policy.accepts(rule, found);
        #[cfg(feature = "trace")]
        if !accepts {
            let kept = Some(refused(self.policy, rule, found));
            self.trace.found_by(rule, found, kept, self.out.len(), self.policy);
        }
        accepts
    }

    /// What a scan finds next.
    #[inline(always)]
    fn next(&mut self, scan: &mut Scan) -> Option<Match> {
        #[cfg(feature = "trace")]
        scan.view.notes.set(self.trace.is_on());
        let found = scan.next(&mut self.keys);
        #[cfg(feature = "trace")]
        self.trace.scanned(scan, found.as_ref());
        found
    }

    /// Whether something is to be done to what a rule found; if it is only counted, that is done here.
    #[inline(always)]
    fn acts(&mut self, rule: RuleId, found: &[u8]) -> bool {
        #[cfg(feature = "trace")]
        self.trace.found_by(rule, found, None, self.out.len(), self.policy);
        #[cfg(feature = "custom")]
        if let Some(custom) = self.policy.custom {
            return self.acts_by(custom, rule, found);
        }
        let _ = (rule, found);
        true
    }

    /// Writes what stands in the place of what a rule found, as a string.
    fn quoted(&mut self, rule: RuleId, found: &[u8]) {
        self.put_byte(b'"');
        self.replace(rule, found);
        self.put_byte(b'"');
    }

    /// Writes what stands in the place of what a rule found: `found` is what it means.
    #[inline(always)]
    fn replace(&mut self, rule: RuleId, found: &[u8]) {
        #[cfg(feature = "custom")]
        if let Some(custom) = self.policy.custom {
            return self.replace_by(custom, rule, found);
        }
        let _ = found;
        self.mark(rule);
    }

    fn mark(&mut self, rule: RuleId) {
        self.put(mark::OPEN);
        let name = self.policy.rules.get(usize::from(rule)).copied().unwrap_or("secret");
        self.put(name.as_bytes());
        self.put_byte(b']');
        self.count(rule);
    }

    fn count(&mut self, rule: RuleId) {
        #[cfg(feature = "custom")]
        let rule = self.policy.custom.map_or(rule, |custom| custom.counted_as(rule));
        self.counts.add(usize::from(rule), 1);
        self.redacted = true;
        #[cfg(feature = "trace")]
        {
            self.found = true;
        }
    }

    /// Writes the value of a secret key as a mark, or nothing if it is to stay.
    fn secret(&mut self, bytes: &[u8], kind: Kind, span: Span, plain: bool, meaning: Meaning) -> Secret {
        let (rule, only_text) = match meaning {
            Meaning::Secret(rule) => (rule, false),
            Meaning::SecretText(rule) => (rule, true),
            Meaning::Random(rule) if kind == Kind::String && redact::is_random(span.of(bytes), rule) => (rule, true),
            Meaning::Random(_) | Meaning::Identifier => return Secret::No,
        };
        match kind {
            Kind::Bool | Kind::Null | Kind::NotANumber | Kind::Members => return Secret::No,
            // A number of so many digits is no count.
            Kind::Number if matches!(rule, API_KEY | SECRET) && span.len() >= MIN_DIGITS => {}
            Kind::Number | Kind::Object | Kind::Array if only_text => return Secret::No,
            Kind::Object | Kind::Array if empty(span.of(bytes)) => return Secret::No,
            Kind::String if span.len() == 0 || (plain && mark::is_masked(span.of(bytes))) => return Secret::No,
            _ => {}
        }
        let content = span.of(bytes);
        let (scheme, credentials) = match (kind, rule) {
            (Kind::String, AUTHORIZATION) if plain => content.split_at(mark::scheme(content)),
            _ => (&[][..], content),
        };
        let rule = match scheme.get(..2) {
            Some([b'b' | b'B', b'e' | b'E']) => BEARER,
            Some([b'b' | b'B', b'a' | b'A']) => BASIC,
            _ => rule,
        };
        if !self.accepts(rule, credentials) {
            return Secret::No;
        }
        #[cfg(feature = "custom")]
        if !self.acts(rule, credentials) {
            return Secret::Kept;
        }
        self.put_byte(b'"');
        self.put(scheme);
        self.replace(rule, credentials);
        self.put_byte(b'"');
        Secret::Hidden
    }

    /// Writes the content of a string.
    pub(crate) fn string(&mut self, escaped: bool, bytes: &[u8], span: Span, plain: bool, identifier: bool) {
        if plain {
            self.plain(bytes, span, identifier);
        } else {
            self.mended(bytes, span, escaped, identifier);
        }
    }

    /// Writes the content of a string that means what it is.
    #[inline(never)]
    pub(crate) fn plain(&mut self, bytes: &[u8], span: Span, identifier: bool) {
        let probe = self.redact && span.len() >= SHORTEST;
        let found = if probe { redact::may_hold(span.of(bytes), !identifier, self.policy) } else { None };
        match found {
            Some(at) => _ = self.scanned(bytes, span, at, identifier),
            None => self.put(span.of(bytes)),
        }
    }

    /// Writes plain content, redacted; its first `at` bytes hold nothing. Whether all of it holds nothing, whatever stands
    /// around it.
    #[inline(never)]
    pub(crate) fn scanned(&mut self, bytes: &[u8], span: Span, at: usize, identifier: bool) -> bool {
        let from = self.out.len();
        let mut scan = Scan::plain(bytes, span, at, !identifier, self.policy);
        #[cfg(feature = "trace")]
        self.trace.text(span.of(bytes), span.start, from);
        let (mut copied, mut clean) = (span.start, true);
        while let Some(found) = self.next(&mut scan) {
            clean = false;
            self.put(Span { start: copied, end: found.start }.of(bytes));
            copied = found.start;
            let content = Span { start: found.start, end: found.end }.of(bytes);
            if self.acts(found.rule, content) {
                self.found(&found, content);
                copied = found.end;
                #[cfg(feature = "trace")]
                self.trace.replaced(self.out.len());
            }
        }
        self.put(Span { start: copied, end: span.end }.of(bytes));
        if scan.encoded {
            self.unfolded(from, identifier);
        }
        self.extra(from);
        clean && !scan.encoded && !self.policy.asks_for_more()
    }

    /// Redacts in what was written from `from` on, the content of a string, what only this policy asks for.
    #[inline(always)]
    fn extra(&mut self, from: usize) {
        #[cfg(feature = "extra")]
        if self.policy.extra != crate::policy::Extra::NONE {
            self.asked_for(from);
        }
        #[cfg(feature = "custom")]
        if self.policy.scans_all() {
            self.everywhere(from);
        }
        #[cfg(not(feature = "extra"))]
        let _ = from;
    }

    #[cfg(feature = "extra")]
    #[cold]
    fn asked_for(&mut self, from: usize) {
        let mut buffer = core::mem::take(&mut self.decoded);
        buffer.truncate(0);
        buffer.extend(self.out.as_slice().get(from..).unwrap_or_default());
        self.out.truncate(from);
        let mut at = 0;
        while let Some(found) = redact::extra::find(buffer.as_slice(), at, self.policy.extra) {
            self.put(Span { start: at, end: found.start }.of(buffer.as_slice()));
            let content = Span { start: found.start, end: found.end }.of(buffer.as_slice());
            #[cfg(feature = "trace")]
            self.trace.written(buffer.as_slice(), &found);
            if self.accepts(found.rule, content) && self.acts(found.rule, content) {
                self.replace(found.rule, content);
            } else {
                self.put(content);
            }
            at = found.end;
        }
        self.put(Span { start: at, end: buffer.len() }.of(buffer.as_slice()));
        self.decoded = buffer;
    }

    /// Redacts what was written from `from` on, the content of a string, once more, by what it says when it is decoded.
    /// It comes second, lest what separates inside a value that is encoded cut the value off.
    #[cold]
    #[inline(never)]
    fn unfolded(&mut self, from: usize, identifier: bool) {
        // A copy of the source, and what it says.
        let mut buffer = core::mem::take(&mut self.decoded);
        let source = Span { start: from, end: self.out.len() };
        let end = source.len();
        buffer.truncate(0);
        buffer.reserve(2 * end);
        buffer.extend(source.of(self.out.as_slice()));
        let mut changes = core::mem::take(&mut self.changes);
        unfold::unfold(self.out.as_slice(), source, &mut buffer, &mut changes);
        let bytes = buffer.as_slice();
        let mut scan = Scan::within(bytes, end, changes.parts(), !identifier, self.policy);
        #[cfg(feature = "trace")]
        self.trace.again(end);
        let (mut at, mut done) = (0, end);
        while let Some(found) = self.next(&mut scan) {
            if done == end {
                self.out.truncate(from);
            }
            let start = unfold::advance(bytes, at, end, found.start - done);
            self.put(Span { start: at, end: start }.of(bytes));
            at = unfold::advance(bytes, start, end, found.end - found.start);
            let content = Span { start: found.start, end: found.end }.of(bytes);
            if self.acts(found.rule, content) {
                self.replace(found.rule, content);
                #[cfg(feature = "trace")]
                self.trace.replaced(self.out.len());
            } else {
                self.put(Span { start, end: at }.of(bytes));
            }
            done = found.end;
        }
        if done > end {
            self.put(Span { start: at, end }.of(bytes));
        }
        self.decoded = buffer;
        self.changes = changes;
    }

    /// Writes content that has escapes, bytes beyond ASCII, or what is not JSON: what it means is scanned, and what
    /// stays is written as the source has it.
    pub(crate) fn mended(&mut self, bytes: &[u8], span: Span, escaped: bool, identifier: bool) {
        if !self.redact {
            text::transcode(bytes, span.start, span.end, escaped, usize::MAX, Some(&mut self.out));
            return;
        }
        let from = self.out.len();
        let mut decoded = core::mem::take(&mut self.decoded);
        decoded.truncate(0);
        decoded.reserve(span.len());
        text::decode(bytes, span, escaped, &mut decoded);
        let mut scan = Scan::new(decoded.as_slice(), 0, decoded.len(), !identifier, self.policy);
        #[cfg(feature = "trace")]
        self.trace.text(decoded.as_slice(), 0, from);
        let (mut at, mut done) = (span.start, 0);
        while let Some(found) = self.next(&mut scan) {
            at = text::transcode(bytes, at, span.end, escaped, found.start - done, Some(&mut self.out));
            let content = Span { start: found.start, end: found.end }.of(decoded.as_slice());
            let acts = self.acts(found.rule, content);
            if acts {
                self.found(&found, content);
                #[cfg(feature = "trace")]
                self.trace.replaced(self.out.len());
            }
            let copy = if acts { None } else { Some(&mut self.out) };
            at = text::transcode(bytes, at, span.end, escaped, found.end - found.start, copy);
            done = found.end;
        }
        text::transcode(bytes, at, span.end, escaped, usize::MAX, Some(&mut self.out));
        let encoded = scan.encoded || unfold::is_folded(decoded.as_slice());
        self.decoded = decoded;
        if encoded {
            self.unfolded(from, identifier);
        }
        self.extra(from);
    }

    fn found(&mut self, found: &Match, content: &[u8]) {
        let Some(escapes) = found.quoted else { return self.replace(found.rule, content) };
        for part in 0..2 {
            for _ in 0..escapes {
                self.put(b"\\\\");
            }
            self.put(b"\\\"");
            if part == 0 {
                self.replace(found.rule, content);
            }
        }
    }

    /// Writes an object or array that was read before, or members without their braces. Every string in it is secret
    /// in the way of `inherited`.
    fn container(&mut self, escaped: bool, bytes: &[u8], span: Span, kind: Kind, inherited: Option<Meaning>) {
        let mut nesting = core::mem::take(&mut self.nesting);
        nesting.clear();
        if kind == Kind::Members {
            nesting.push(true);
        }
        // What every string is, and the depth at which that ends.
        let mut inherited = inherited.map(|meaning| (meaning, 0));
        let plain_class = |inherited: Option<(Meaning, usize)>| Class {
            secret: inherited.map(|(meaning, _)| meaning),
            ..Class::default()
        };
        let mut class = plain_class(inherited);
        let source = Source { bytes, escaped, policy: self.policy };
        let mut beside = Beside::default();
        let mut key_next = kind == Kind::Members;
        let mut at = span.start;
        #[cfg(feature = "custom")]
        let mut way = action::Way::new(self, kind == Kind::Members);
        while at < span.end {
            let found = byte(bytes, at);
            #[cfg(feature = "custom")]
            if !matches!(found, b',' | b'}' | b']' | b':' | b' ' | b'\n' | b'\r' | b'\t') && !key_next {
                way.value(self, &mut class);
            }
            match found {
                b'{' | b'[' => {
                    if self.secret_container(escaped, bytes, &mut at, span.end, &class) {
                        #[cfg(feature = "custom")]
                        way.written(self);
                        continue;
                    }
                    #[cfg(feature = "custom")]
                    way.open(self, found == b'{');
                    if inherited.is_none() {
                        let list = |meaning: &Meaning| is_inherited(*meaning, found == b'[');
                        inherited = class.secret.filter(list).map(|meaning| (meaning, nesting.depth()));
                    }
                    nesting.push(found == b'{');
                    beside = Beside::default();
                    key_next = found == b'{';
                    self.put_byte(found);
                    at += 1;
                }
                b'}' | b']' => {
                    nesting.pop();
                    beside = beside.behind_list(&source, &mut self.keys);
                    inherited = inherited.filter(|(_, depth)| nesting.depth() > *depth);
                    class = plain_class(inherited);
                    #[cfg(feature = "custom")]
                    way.close(self);
                    self.put_byte(found);
                    at += 1;
                    #[cfg(feature = "custom")]
                    way.written(self);
                }
                b',' => {
                    key_next = nesting.in_object();
                    #[cfg(feature = "custom")]
                    if way.skips_comma() {
                        at += 1;
                        continue;
                    }
                    self.put_byte(found);
                    at += 1;
                }
                b':' | b' ' | b'\n' | b'\r' | b'\t' => {
                    self.put_byte(found);
                    at += 1;
                }
                b'\\' if escaped && byte(bytes, at + 1) != b'"' => {
                    // White space between tokens, escaped.
                    self.put_byte(b' ');
                    at += 2;
                }
                _ if key_next => {
                    key_next = false;
                    let key = if escaped { json::key::<true>(bytes, at) } else { json::key::<false>(bytes, at) };
                    let Ok(key) = key else { break };
                    if self.redact {
                        (class, _) = self.keys.class_of(escaped, bytes, &key, self.policy);
                        if matches!(class.secret, None | Some(Meaning::Random(_))) && !class.identifier {
                            let beside = beside.key(&source, class.beside, key.next, &mut self.keys);
                            // A volume of Kubernetes: `"secret": {"secretName": "x"}`.
                            let inherited = inherited.filter(|_| key.span.of(bytes) != b"secretName");
                            let inherited = inherited.map(|(meaning, _)| meaning);
                            let all = inherited.filter(|meaning| matches!(meaning, Meaning::SecretText(_)));
                            class.secret = beside.or(all).or(class.secret).or(inherited);
                        }
                    }
                    #[cfg(feature = "custom")]
                    way.member(self, escaped, bytes, &key);
                    self.put_byte(b'"');
                    self.key(escaped, bytes, key.span, key.plain, &class);
                    self.put_byte(b'"');
                    at = key.next;
                }
                _ => match if escaped { json::scalar::<true>(bytes, at) } else { json::scalar::<false>(bytes, at) } {
                    Ok(value) => {
                        let named = self.redact && value.kind == Kind::String && value.plain;
                        if !(named && self.named(&source, &mut beside, &value, nesting.in_object())) {
                            self.value(escaped, bytes, value.kind, value.span, value.plain, &class);
                        }
                        at = value.next;
                        #[cfg(feature = "custom")]
                        way.written(self);
                    }
                    Err(_) => break,
                },
            }
        }
        #[cfg(feature = "custom")]
        if kind == Kind::Members {
            way.close(self);
        }
        self.nesting = nesting;
    }

    /// Notes a string for those beside it, and writes it if it is an element of a list that those in front name.
    #[inline(never)]
    fn named(&mut self, source: &Source, beside: &mut Beside, value: &json::Value, in_object: bool) -> bool {
        let content = value.span.of(source.bytes);
        if in_object {
            beside.member(source, content, &mut self.keys);
            return false;
        }
        let next = byte(source.bytes, value.next);
        let Some((rule, at)) = beside.element(source, value.span, next, &mut self.keys) else { return false };
        let (front, found) = content.split_at(at.min(content.len()));
        #[cfg(feature = "trace")]
        self.trace.known(content, found.len(), Why::Beside);
        if !self.accepts(rule, found) || !self.acts(rule, found) {
            return false;
        }
        self.put_byte(b'"');
        self.put(front);
        self.replace(rule, found);
        self.put_byte(b'"');
        true
    }

    /// If the container at `at` is the value of a key whose every value is secret, writes a mark and moves behind it.
    fn secret_container(&mut self, escaped: bool, bytes: &[u8], at: &mut usize, end: usize, class: &Class) -> bool {
        let (true, Some(meaning @ Meaning::Secret(_))) = (self.redact, class.secret) else { return false };
        let bytes = bytes.get(..end).unwrap_or(bytes);
        let nesting = &mut Nesting::default();
        let value = if escaped {
            json::value::<true>(bytes, *at, usize::MAX, nesting)
        } else {
            json::value::<false>(bytes, *at, usize::MAX, nesting)
        };
        let Ok(value) = value else { return false };
        #[cfg(feature = "trace")]
        self.trace.value(escaped, bytes, value.span, true);
        let hidden = matches!(self.secret(bytes, value.kind, value.span, true, meaning), Secret::Hidden);
        if hidden {
            *at = value.next;
        }
        hidden
    }
}

/// What became of the value of a secret key.
enum Secret {
    /// Something stands in its place.
    Hidden,
    /// It stays as it is, by the policy.
    #[cfg(feature = "custom")]
    Kept,
    /// There is nothing to hide.
    No,
}

/// Whether what a name says of its value holds for all strings in it too: always of what is secret if it
/// is a string, of what nobody chose in a list, and in an object of cookies.
fn is_inherited(meaning: Meaning, list: bool) -> bool {
    match meaning {
        Meaning::Random(rule) => list || rule == COOKIE,
        Meaning::SecretText(_) => true,
        Meaning::Secret(_) | Meaning::Identifier => false,
    }
}

/// Whether a container has nothing but white space in it.
fn empty(container: &[u8]) -> bool {
    container.iter().skip(1).take(container.len().saturating_sub(2)).all(u8::is_ascii_whitespace)
}
