//! The scan over a text: one pass in lanes that stops where something could begin, and asks there.

use super::run::{Kind, Runs};
use super::{
    address, assignment, base64, command, digits, element, pair, pem, probe, sentence, spoken, token, unnamed,
};
use crate::json::{Span, byte};
use crate::key::Keys;
use crate::lanes;
use crate::policy::{Ask, PASSWORD, Policy, RuleId, SECRET};
#[cfg(feature = "trace")]
use crate::trace::{Notes, refused};

/// Something to redact in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// Offset of its first byte.
    pub(crate) start: usize,
    /// Offset behind its last byte.
    pub(crate) end: usize,
    pub(crate) rule: RuleId,
    /// The mark takes quotes, each behind this many backslashes, because it stands for a bare JSON value.
    pub(crate) quoted: Option<u8>,
}

impl Match {
    pub(crate) fn new(start: usize, end: usize, rule: RuleId) -> Match {
        Match { start, end, rule, quoted: None }
    }
}

/// What a detector sees.
pub(crate) struct View<'a> {
    /// The text, from the beginning of its buffer to its own end.
    pub(crate) text: &'a [u8],
    /// Where the text begins, or where the last match ended: nothing before may be matched again.
    pub(crate) from: usize,
    /// Where the text begins.
    pub(crate) start: usize,
    /// Digits may be card numbers and SSNs: the text's key does not name an identifier.
    pub(crate) numbers: bool,
    pub(crate) policy: &'static Policy,
    pub(super) runs: Runs,
    #[cfg(feature = "trace")]
    pub(crate) notes: Notes,
}

impl View<'_> {
    /// Where the run of a kind of characters ends that goes on at `at`.
    pub(super) fn run(&self, kind: Kind, at: usize) -> usize {
        self.runs.end(kind, self.text, at)
    }

    /// A part of the text, or nothing where it has none.
    #[inline(never)]
    pub(super) fn part(&self, start: usize, end: usize) -> &[u8] {
        self.text.get(start..end.min(self.text.len())).unwrap_or_default()
    }

    pub(crate) fn byte(&self, at: usize) -> u8 {
        byte(self.text, at)
    }

    /// The byte in front of `at`, or 0 at the beginning.
    pub(crate) fn before(&self, at: usize) -> u8 {
        if at > self.from { byte(self.text, at - 1) } else { 0 }
    }

    /// Whether `%3D` or `\\u003d`, or another character in this way, stands in front of `at`.
    #[inline(never)]
    fn behind_escape(&self, at: usize) -> bool {
        let front = self.text.get(self.from.max(at.saturating_sub(ESCAPE))..at).unwrap_or_default();
        matches!(front, [.., b'%', b'2'..=b'7', low] if low.is_ascii_hexdigit())
            || matches!(front, [b'\\', b'u', b'0', b'0', b'2'..=b'7', low] if low.is_ascii_hexdigit())
    }

    /// Whether a word may begin at `at`, given what stands in front; also behind `\n` and its like in escaped text.
    pub(crate) fn word_begins(&self, at: usize) -> bool {
        let before = self.before(at);
        !before.is_ascii_alphanumeric()
            || (matches!(before, b'n' | b't' | b'r') && at >= self.from + 2 && self.byte(at - 2) == b'\\')
            || self.behind_escape(at)
    }
}

/// Length of `\u003d`.
const ESCAPE: usize = 6;

/// Between a word and the secret it announces there is nothing else to look for if they are nearer, in bytes.
const NEAR: usize = 24;

/// A scan that goes on where the last match ended.
pub(crate) struct Scan<'a> {
    pub(crate) view: View<'a>,
    /// The text has backslashes of its own, behind which a word may begin.
    slashes: bool,
    /// The text was in base64, and what is in base64 in it stays.
    inner: bool,
    at: usize,
    /// Where it stops, to go on in the next of the parts.
    limit: usize,
    parts: core::slice::Iter<'a, Span>,
    /// Something is encoded in a way that the scan does not see through.
    pub(crate) encoded: bool,
    /// End of the value of a key in the text that names an identifier.
    identifier_until: usize,
    /// A secret farther on that a word announced; in front of it there may be others.
    pending: Option<Match>,
    /// The word of a command line that has a secret; it may have another behind it.
    command: Option<usize>,
    /// The keyword near which a rule found something; there may be more.
    #[cfg(feature = "custom")]
    keyword: Option<usize>,
}

impl<'a> Scan<'a> {
    /// Scans `buffer[from..end]`.
    pub(crate) fn new(buffer: &'a [u8], from: usize, end: usize, numbers: bool, policy: &'static Policy) -> Scan<'a> {
        let mut scan = Scan::plain(buffer, Span { start: from, end }, 0, numbers, policy);
        scan.slashes = scan.view.text.get(from..).is_some_and(|text| text.contains(&b'\\'));
        scan
    }

    /// Scans those parts of `buffer[from..]` in which something may begin.
    pub(crate) fn within(
        buffer: &'a [u8],
        from: usize,
        parts: &'a [Span],
        numbers: bool,
        policy: &'static Policy,
    ) -> Scan<'a> {
        Scan { limit: 0, parts: parts.iter(), ..Scan::new(buffer, from, buffer.len(), numbers, policy) }
    }

    /// Scans `buffer[span]`, which has no backslash, and nothing to redact in its first `at` bytes.
    pub(crate) fn plain(buffer: &'a [u8], span: Span, at: usize, numbers: bool, policy: &'static Policy) -> Scan<'a> {
        let text = buffer.get(..span.end).unwrap_or(buffer);
        let view = View {
            text,
            from: span.start,
            start: span.start,
            numbers,
            policy,
            runs: Runs::new(span.start),
            #[cfg(feature = "trace")]
            notes: Notes::default(),
        };
        Scan {
            view,
            slashes: false,
            inner: false,
            at: span.start + at,
            limit: text.len(),
            parts: [].iter(),
            encoded: false,
            identifier_until: 0,
            pending: None,
            command: None,
            #[cfg(feature = "custom")]
            keyword: None,
        }
    }

    /// The next thing to redact; matches come in order and do not overlap. Linear in the text over all calls.
    #[inline(never)]
    pub(crate) fn next(&mut self, keys: &mut Keys) -> Option<Match> {
        let text = self.view.text;
        let (mut at, mut limit) = (self.at, self.limit);
        loop {
            let mut behind_word = if self.view.before(at).is_ascii_alphanumeric() { 0x80 } else { 0 };
            while at < limit {
                let lane = lanes::load(text, at);
                let masks = lanes::classes(lane);
                let starts = masks.word & !(masks.word << 8 | behind_word);
                behind_word = masks.word >> 56;
                let mut stops = starts | masks.special;
                if self.slashes {
                    stops |= lanes::slashes(lane);
                }
                while stops != 0 {
                    let stop = at + lanes::first(stops);
                    stops &= stops - 1;
                    #[cfg(feature = "trace")]
                    if self.pending.is_some_and(|pending| pending.start <= stop) {
                        self.view.notes.pending();
                    }
                    let found = match self.pending {
                        Some(pending) if pending.start <= stop => self.pending.take(),
                        _ => self.look(stop, keys),
                    };
                    if let Some(found) = found
                        && self.accepts(&found)
                    {
                        return Some(self.matched(found));
                    }
                }
                at += 8;
            }
            let Some(part) = self.parts.next() else { break };
            at = at.max(part.start);
            limit = part.end.min(text.len());
            self.limit = limit;
        }
        self.at = at;
        #[cfg(feature = "trace")]
        self.view.notes.pending();
        let found = self.pending.take().filter(|found| self.accepts(found))?;
        Some(self.matched(found))
    }

    /// Whether the policy lets something be done to what was found.
    #[inline(always)]
    fn accepts(&self, found: &Match) -> bool {
        #[cfg(feature = "trace")]
        self.note(found);
        self.view.policy.accepts(found.rule, self.view.text.get(found.start..found.end).unwrap_or_default())
    }

    #[cfg(feature = "trace")]
    fn note(&self, found: &Match) {
        let content = self.view.text.get(found.start..found.end).unwrap_or_default();
        let accepts = self.view.policy.accepts(found.rule, content);
        self.view.notes.found(found, (!accepts).then(|| refused(self.view.policy, found.rule, content)));
    }

    /// Goes on behind `found`; what was pending inside it is a part of it.
    fn matched(&mut self, found: Match) -> Match {
        let mut found = found;
        if let Some(pending) = self.pending.take_if(|pending| pending.start < found.end) {
            found.end = found.end.max(pending.end);
        }
        self.at = found.end;
        self.view.from = found.end;
        if self.pending.is_none() {
            self.pending = self.command.take().and_then(|at| self.line(at));
        }
        if self.pending.is_none() && found.rule == PASSWORD {
            self.pending =
                sentence::another(&self.view, found.end).map(|(start, end)| Match::new(start, end, PASSWORD));
        }
        #[cfg(feature = "custom")]
        if self.pending.is_none()
            && let Some(at) = self.keyword
        {
            self.pending = token::near(&self.view, at);
            self.keyword = self.keyword.filter(|_| self.pending.is_some());
        }
        found
    }

    #[inline(always)]
    fn look(&mut self, at: usize, keys: &mut Keys) -> Option<Match> {
        #[cfg(feature = "trace")]
        self.view.notes.looks(at, self.pending.is_some());
        let first = self.view.byte(at);
        if first.is_ascii_alphanumeric() {
            return self.begin(at, first, keys);
        }
        match first {
            b'@' => {
                // Letters beyond ASCII may be written `\u00e9`.
                self.encoded |= self.slashes;
                if matches!(self.view.before(at), 0..=b' ' | b'"' | b'`' | b'=' | b',' | b'@') {
                    return None;
                }
                address::connection(&self.view, at).or_else(|| address::email(&self.view, at))
            }
            b':' | b'=' => self.separator(at, keys),
            b'>' if self.view.before(at) == b'D' && self.view.before(at - 1) == b'<' => pem::element(&self.view, at),
            b'>' => element::element(&self.view, at, keys),
            // An escape for a line end; the word behind it begins with another letter.
            b'\\' if matches!(self.view.byte(at + 1), b'n' | b'r' | b't') => {
                let first = self.view.byte(at + 2);
                if first.is_ascii_alphanumeric() { self.begin(at + 2, first, keys) } else { None }
            }
            _ => None,
        }
    }

    /// What begins with the word at `at`, if it may be something.
    #[inline(always)]
    fn begin(&mut self, at: usize, first: u8, keys: &mut Keys) -> Option<Match> {
        let text = self.view.text;
        if first.is_ascii_digit() {
            return if probe::number(text, at) { self.number(at) } else { None };
        }
        if self.view.policy.may_begin(lanes::load(text, at)) { self.word(at, keys) } else { None }
    }

    #[inline(never)]
    fn number(&mut self, at: usize) -> Option<Match> {
        self.encoded |= self.is_encoded(at);
        if self.view.before(at) == b'$' {
            return unnamed::bare(&self.view, at - 1);
        }
        if self.pending.is_none() && self.view.text.get(at..)?.starts_with(b"7z") {
            self.pending = self.line(at);
        }
        let numbers = self.view.numbers && at >= self.identifier_until;
        let number = || token::numbered(&self.view, at).or_else(|| digits::number(&self.view, at));
        if numbers { number() } else { None }
    }

    #[inline(never)]
    fn word(&mut self, at: usize, keys: &mut Keys) -> Option<Match> {
        let begun = token::begun(&self.view, at);
        self.encoded |= begun.known && self.is_encoded(at);
        #[cfg(feature = "custom")]
        if let Some(custom) = begun.custom {
            self.keyword = Some(at);
            if custom.start <= at
                || begun.found.is_none_or(|found| custom.start <= found.start) && custom.start < at + NEAR
            {
                return Some(custom);
            }
            if self.pending.is_none() {
                self.pending = Some(custom);
            }
        }
        if begun.found.is_some() {
            return begun.found;
        }
        let mut found = None;
        if begun.asks(&[Ask::Base64, Ask::Jwt]) {
            return self.decoded(at, keys);
        }
        if begun.asks(&[Ask::Spoken, Ask::Named, Ask::Scheme, Ask::Command]) {
            found = spoken::word(&self.view, at, keys);
        }
        if begun.asks(&[Ask::Pair]) {
            found = found.or_else(|| pair::pair(&self.view, at));
        }
        if begun.asks(&[Ask::Piped]) {
            found = found.or_else(|| command::piped(&self.view, at));
        }
        if found.is_some_and(|found| found.start < at + NEAR) {
            return found;
        }
        if self.pending.is_none() {
            self.pending = found;
            if begun.asks(&[Ask::Command]) && found.is_none() {
                self.pending = self.line(at);
            }
        }
        None
    }

    /// The next secret on the command line at `at`.
    #[inline(never)]
    fn line(&mut self, at: usize) -> Option<Match> {
        let found = command::line(&self.view, at);
        self.command = found.map(|_| at);
        found
    }

    /// The run of base64 that begins at `at`, or behind this word, if the text that it stands for holds something.
    #[inline(never)]
    fn decoded(&mut self, at: usize, keys: &mut Keys) -> Option<Match> {
        if self.inner {
            return None;
        }
        let (start, end) = base64::run(&self.view, at)?;
        if base64::goes_on(&self.view, end) {
            // All of it is seen when that is undone.
            self.encoded = true;
            return None;
        }
        let (text, end) = base64::text(&self.view, start, end)?;
        if text.is_short() {
            return Some(Match::new(start, end, SECRET));
        }
        let numbers = self.view.numbers && at >= self.identifier_until;
        let mut scan = Scan::new(text.as_slice(), 0, text.len(), numbers, self.view.policy);
        scan.inner = true;
        let rule = scan.next(keys)?.rule;
        #[cfg(feature = "trace")]
        self.view.notes.base64(start);
        Some(Match::new(start, end, rule))
    }

    /// Whether the word at `at` stands in a character that is encoded: `%40`, `&quot;`, `&#64;`, `\u0040`, `\x40`.
    fn is_encoded(&self, at: usize) -> bool {
        let before = self.view.before(at);
        matches!(before, b'%' | b'&' | b'\\') || (before == b'#' && self.view.before(at - 1) == b'&')
    }

    #[inline(never)]
    fn separator(&mut self, at: usize, keys: &mut Keys) -> Option<Match> {
        let (before, next) = (self.view.before(at), self.view.byte(at + 1));
        let is_one = |byte| matches!(byte, b':' | b'=');
        if is_one(before) && is_one(next) {
            // Between others it gives nothing to nothing.
            return None;
        }
        if matches!(next, b'/' | b'\\') && self.view.byte(at) == b':' {
            let rest = self.view.text.get(at + 1..)?;
            if let Some(slashes) = address::SLASHES.iter().find(|slashes| rest.starts_with(slashes)) {
                return address::url(&self.view, at, at + 1 + slashes.len());
            }
        }
        let exponent = || if before == b'"' { pem::exponent(&self.view, at) } else { None };
        if let Some(found) = token::padded(&self.view, at).or_else(exponent) {
            return Some(found);
        }
        match assignment::assignment(&self.view, at, keys)? {
            assignment::Found::Secret(found) => Some(found),
            assignment::Found::Identifier { until } => {
                self.identifier_until = until;
                None
            }
        }
    }
}
