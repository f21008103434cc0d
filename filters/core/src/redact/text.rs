//! The scan over a text: one pass in lanes that stops where something could begin, and asks there.

use super::{address, assignment, digits, token};
use crate::json::byte;
use crate::key::Keys;
use crate::lanes;
use crate::policy::{Policy, RuleId};

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
}

impl View<'_> {
    pub(crate) fn byte(&self, at: usize) -> u8 {
        byte(self.text, at)
    }

    /// The byte in front of `at`, or 0 at the beginning.
    pub(crate) fn before(&self, at: usize) -> u8 {
        if at > self.from { byte(self.text, at - 1) } else { 0 }
    }

    /// Whether a word may begin at `at`, given what stands in front; also behind `\n` and its like in escaped text.
    pub(crate) fn word_begins(&self, at: usize) -> bool {
        let before = self.before(at);
        !before.is_ascii_alphanumeric()
            || (matches!(before, b'n' | b't' | b'r') && at >= self.from + 2 && self.byte(at - 2) == b'\\')
    }
}

/// Shorter texts hold nothing that any detector matches.
pub(crate) const SHORTEST: usize = 6;

/// Whether a text of at least [`SHORTEST`] bytes may hold something: the places at which a [`Scan`] would stop and ask
/// are looked at, without asking. No false negatives.
#[inline(always)]
pub(crate) fn may_hold(text: &[u8], first_pairs: &[u64; 128], second_pairs: &[u64; 128]) -> bool {
    let (lanes, rest) = text.as_chunks::<8>();
    let mut before = Before { word: false, begins: false, last: b' ' };
    for lane in lanes {
        if hits(u64::from_le_bytes(*lane), &mut before, first_pairs, second_pairs) {
            return true;
        }
    }
    if rest.is_empty() {
        return false;
    }
    // The last eight bytes again, without those that were looked at.
    let lane = match text.last_chunk::<8>() {
        Some(last) => u64::from_le_bytes(*last) >> (8 * (8 - rest.len())),
        None => lanes::load(text, 0),
    };
    hits(lane, &mut before, first_pairs, second_pairs)
}

/// What stands in front of a lane.
struct Before {
    /// Its last byte is of a word.
    word: bool,
    /// A word begins with its last byte.
    begins: bool,
    last: u8,
}

/// Whether a word that begins in `lane`, or with the byte in front of it, begins with a known pair, or a special byte may
/// mean something.
#[inline(always)]
fn hits(lane: u64, before: &mut Before, first_pairs: &[u64; 128], second_pairs: &[u64; 128]) -> bool {
    let masks = lanes::classes(lane);
    let starts = masks.word & !(masks.word << 8 | u64::from(before.word) << 7);
    if before.begins && is_pair(before.last, lane as u8, first_pairs) {
        return true;
    }
    let mut inner = starts & (lanes::HIGH >> 8);
    while inner != 0 {
        let pair = lane >> (inner.trailing_zeros() & 56);
        // The third byte of a word that begins one byte before the end is in the next lane.
        if is_pair(pair as u8, (pair >> 8) as u8, first_pairs)
            && ((pair as u8).is_ascii_digit()
                || pair >> 16 == 0
                || is_pair((pair >> 8) as u8, (pair >> 16) as u8, second_pairs))
        {
            return true;
        }
        inner &= inner - 1;
    }
    let mut special = masks.special;
    while special != 0 {
        let shift = special.trailing_zeros() & 56;
        let last = if shift == 0 { before.last } else { (lane >> (shift - 8)) as u8 };
        match (lane >> shift) as u8 {
            b'@' => return true,
            // A number in front of a colon is a time, a port or a place in a file; `cvv2` ends in one.
            b':' | b'=' if !last.is_ascii_digit() || last == b'2' => return true,
            _ => {}
        }
        special &= special - 1;
    }
    *before = Before { word: masks.word >> 63 != 0, begins: starts >> 63 != 0, last: (lane >> 56) as u8 };
    false
}

#[inline(always)]
fn is_pair(first: u8, second: u8, pairs: &[u64; 128]) -> bool {
    pairs[usize::from(first & 127)] >> (second & 63) & 1 != 0
}

/// A scan that goes on where the last match ended.
pub(crate) struct Scan<'a> {
    view: View<'a>,
    /// The text has backslashes of its own, behind which a word may begin.
    slashes: bool,
    at: usize,
    /// End of the value of a key in the text that names an identifier.
    identifier_until: usize,
}

impl<'a> Scan<'a> {
    /// Scans `buffer[from..end]`.
    pub(crate) fn new(buffer: &'a [u8], from: usize, end: usize, numbers: bool, policy: &'static Policy) -> Scan<'a> {
        let text = buffer.get(..end).unwrap_or(buffer);
        let slashes = text.get(from..).is_some_and(|text| text.contains(&b'\\'));
        Scan { view: View { text, from, start: from, numbers, policy }, slashes, at: from, identifier_until: 0 }
    }

    /// The next thing to redact; matches come in order and do not overlap. Linear in the text over all calls.
    pub(crate) fn next(&mut self, keys: &mut Keys) -> Option<Match> {
        let text = self.view.text;
        let mut at = self.at;
        let mut behind_word = if self.view.before(at).is_ascii_alphanumeric() { 0x80 } else { 0 };
        while at < text.len() {
            let masks = lanes::classes(lanes::load(text, at));
            let starts = masks.word & !(masks.word << 8 | behind_word);
            behind_word = masks.word >> 56;
            let mut stops = starts | masks.special;
            if self.slashes {
                stops |= lanes::slashes(lanes::load(text, at));
            }
            while stops != 0 {
                let stop = at + lanes::first(stops);
                stops &= stops - 1;
                if let Some(found) = self.look(stop, keys) {
                    self.at = found.end;
                    self.view.from = found.end;
                    return Some(found);
                }
            }
            at += 8;
        }
        self.at = at;
        None
    }

    #[inline(always)]
    fn look(&mut self, at: usize, keys: &mut Keys) -> Option<Match> {
        let first = self.view.byte(at);
        if first.is_ascii_alphanumeric() {
            if !is_pair(first, self.view.byte(at + 1), &self.view.policy.first_pairs) {
                return None;
            }
            return self.word(at, first);
        }
        match first {
            b'@' => address::email(&self.view, at),
            b':' | b'=' => self.separator(at, keys),
            // An escape for a line end; the word behind it begins with another letter.
            b'\\' if matches!(self.view.byte(at + 1), b'n' | b'r' | b't') => {
                let first = self.view.byte(at + 2);
                if first.is_ascii_alphanumeric() { self.word(at + 2, first) } else { None }
            }
            _ => None,
        }
    }

    #[inline(never)]
    fn word(&self, at: usize, first: u8) -> Option<Match> {
        let encoded = || address::encoded_email(&self.view, at);
        if first.is_ascii_digit() {
            let numbers = self.view.numbers && at >= self.identifier_until;
            return encoded().or_else(|| if numbers { digits::number(&self.view, at) } else { None });
        }
        if first == b'u' && self.view.before(at) == b'\\' {
            return encoded();
        }
        token::word(&self.view, at)
    }

    #[inline(never)]
    fn separator(&mut self, at: usize, keys: &mut Keys) -> Option<Match> {
        if self.view.byte(at) == b':' && self.view.byte(at + 1) == b'/' && self.view.byte(at + 2) == b'/' {
            return address::url(&self.view, at);
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
