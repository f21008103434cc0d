//! Runs of characters of one kind, with a memory for where the last one of each ended: what begins like a token may do so
//! at every other character of a run, and each time it has the same end.

use crate::policy::{Charset, RuleId};
use core::cell::Cell;

/// A kind of characters.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Hex,
    AnyHex,
    Upper,
    Uuid,
    Alphanumeric,
    Word,
    Base64Url,
    Base64,
    Dotted,
    /// `token68` of [RFC 7235](https://www.rfc-editor.org/rfc/rfc7235#section-2.1), and what is found in its place.
    Credential,
    /// What stands for six bits in base64 or base64url.
    SixBits,
    /// `=`
    Padding,
    /// What a value in quotes is made of.
    InQuotes,
    /// What a value without quotes is made of.
    Bare,
    /// What the local part of an address is made of, in ASCII.
    Local,
    /// All but `@`.
    NoAt,
    /// All but digits.
    NoDigit,
    /// All but upper case letters.
    NoUpper,
    /// All but lower case letters.
    NoLower,
    Lower32,
    Odd,
    Full,
    /// What a name is made of.
    Name,
}

const KINDS: usize = 23;

impl Kind {
    pub(super) const fn of(charset: Charset) -> Kind {
        match charset {
            Charset::Hex => Kind::Hex,
            Charset::AnyHex => Kind::AnyHex,
            Charset::Upper => Kind::Upper,
            Charset::Uuid => Kind::Uuid,
            Charset::Alphanumeric | Charset::Numbered => Kind::Alphanumeric,
            Charset::Word => Kind::Word,
            Charset::Base64Url | Charset::Mixed => Kind::Base64Url,
            Charset::Base64 => Kind::Base64,
            Charset::Dotted | Charset::Snowflake => Kind::Dotted,
            Charset::Lower32 => Kind::Lower32,
            Charset::Odd => Kind::Odd,
            Charset::Full => Kind::Full,
        }
    }
}

/// Bit n of a byte's entry: the byte is of kind n.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        table[n] = kinds(n as u8);
        n += 1;
    }
    table
};

const fn kinds(byte: u8) -> u32 {
    let (digit, upper, lower) = (byte.is_ascii_digit(), byte.is_ascii_uppercase(), byte.is_ascii_lowercase());
    let url = Charset::Base64Url.has(byte);
    let in_quotes = !matches!(byte, b'"' | b'\'' | b'\n');
    let kinds = [
        Charset::Hex.has(byte),
        Charset::AnyHex.has(byte),
        Charset::Upper.has(byte),
        Charset::Uuid.has(byte),
        Charset::Alphanumeric.has(byte),
        Charset::Word.has(byte),
        url,
        Charset::Base64.has(byte),
        Charset::Dotted.has(byte),
        url || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=' | b'|' | b':' | b'%'),
        url || matches!(byte, b'+' | b'/'),
        byte == b'=',
        in_quotes,
        in_quotes && !matches!(byte, b' ' | b',' | b';' | b'&' | b'\t'),
        url || matches!(byte, b'.' | b'+' | b'%' | b'\'' | b'!' | b'#' | b'$' | b'*' | b'^' | b'~'),
        byte != b'@',
        !digit,
        !upper,
        !lower,
        Charset::Lower32.has(byte),
        Charset::Odd.has(byte),
        Charset::Full.has(byte),
        url || byte == b'.' || byte >= 0x80,
    ];
    let mut bits = 0;
    let mut n = 0;
    while n < KINDS {
        bits |= (kinds[n] as u32) << n;
        n += 1;
    }
    bits
}

pub(super) fn is(kind: Kind, byte: u8) -> bool {
    TABLE[usize::from(byte)] >> kind as u32 & 1 != 0
}

/// What was looked at last.
pub(super) struct Runs {
    /// The last run of each kind.
    kinds: [Run; KINDS],
    /// The last run of groups of four characters without one of [`Odd`], by the rest of its place by four.
    groups: [[Run; 4]; 2],
    /// The last value without quotes.
    pub(super) bare: Run,
    /// An end, and where the full stops and colons in front of it begin.
    stops: Cell<(usize, usize)>,
    /// A place, and that of the last quote in front of it.
    quote: Cell<(usize, Option<usize>)>,
    /// The end of the last run that was decoded.
    decoded: Cell<usize>,
    /// The last run of characters of a name, and the rule by which what is told of it is secret.
    name: Cell<(usize, usize, Option<RuleId>)>,
    /// From where to where no word is [`super::content::is_mixed`].
    pub(super) plain: Cell<(usize, usize)>,
}

/// The complement of where a run was looked at first, and its end: without a run both are 0, which costs least to begin with.
pub(super) type Run = Cell<(usize, usize)>;

/// What a group of four characters of base64 may stand for.
#[derive(Clone, Copy)]
pub(super) enum Odd {
    Colon,
    ControlByte,
}

impl Runs {
    /// Of a text that begins at `start`.
    pub(super) fn new(start: usize) -> Runs {
        Runs {
            kinds: [const { nowhere() }; KINDS],
            groups: [const { [const { nowhere() }; 4] }; 2],
            bare: nowhere(),
            stops: Cell::new((0, 0)),
            quote: Cell::new((start, None)),
            decoded: Cell::new(0),
            name: Cell::new((0, 0, None)),
            plain: Cell::new((0, 0)),
        }
    }

    /// Where the run of `kind` ends that goes on at `at`. Always of the same text.
    pub(super) fn end(&self, kind: Kind, text: &[u8], at: usize) -> usize {
        let Some(run) = self.kinds.get(kind as usize) else { return at };
        let (from, end) = run.get();
        let from = !from;
        if from <= at && at <= end {
            return end;
        }
        // From in front of the last run up to it.
        let rest = if at < from { text.get(at..from.min(text.len())) } else { text.get(at..) };
        let length = rest.unwrap_or_default().iter().take_while(|byte| is(kind, **byte)).count();
        let found = if at + length == from { end } else { at + length };
        run.set((!at, found));
        found
    }

    /// Where the groups of four characters of base64 end, from `at` on, that stand for nothing that is `odd`. Always of
    /// the same text.
    pub(super) fn groups(&self, odd: Odd, text: &[u8], at: usize) -> usize {
        let inside = |at: usize| {
            let group = text.get(at..).and_then(|rest| rest.first_chunk::<4>());
            group.and_then(three_bytes).is_some_and(|bytes| !bytes.iter().any(|byte| is_odd(odd, *byte)))
        };
        let run = self.groups.get(odd as usize).and_then(|runs| runs.get(at % 4));
        run.map_or(at, |run| end(run, at, 4, inside))
    }

    /// Where the full stops and colons begin that stand in front of `end`, which is the end of a run. Always of the same
    /// text.
    pub(super) fn stops(&self, text: &[u8], end: usize) -> usize {
        let (of, stops) = self.stops.get();
        if of == end {
            return stops;
        }
        let front = text.get(..end).unwrap_or_default();
        let stops = end - front.iter().rev().take_while(|byte| matches!(**byte, b'.' | b':')).count();
        self.stops.set((end, stops));
        stops
    }

    /// Whether the run that ends at `end` is another than the last one that was asked for.
    pub(super) fn decodes(&self, end: usize) -> bool {
        self.decoded.replace(end) != end
    }

    /// The last quote in front of `at`, which is not in front of the one asked for before. Always of the same text.
    pub(super) fn quote_before(&self, text: &[u8], at: usize) -> Option<usize> {
        let (before, quote) = self.quote.get();
        let new = text.get(before..at).unwrap_or_default();
        let quote = new.iter().rposition(|byte| *byte == b'"').map(|place| before + place).or(quote);
        self.quote.set((at, quote));
        quote
    }
}

impl Runs {
    /// The rule of the name around `at`, as `rule` finds it once for each run of characters of a name, and its end, or
    /// nothing if it is longer than `most`. Always of the same text, from `from` on.
    pub(super) fn name(
        &self,
        text: &[u8],
        (from, at, most): (usize, usize, usize),
        is_name: impl Fn(u8) -> bool,
        rule: impl FnOnce(usize, usize) -> Option<RuleId>,
    ) -> Option<(usize, usize, RuleId)> {
        let (mut start, mut end, mut known) = self.name.get();
        if start > at || at >= end {
            let inside = |at: usize| text.get(at).is_some_and(|byte| is_name(*byte));
            (start, end) = (at, at);
            while start > from && inside(start - 1) {
                start -= 1;
            }
            while inside(end) {
                end += 1;
            }
            known = if end - start > most { None } else { rule(start, end) };
            self.name.set((start, end, known));
        }
        known.map(|rule| (start.max(from), end, rule))
    }
}

/// Every place is in front of a run that begins nowhere.
pub(super) const fn nowhere() -> Run {
    Cell::new((0, 0))
}

#[inline(always)]
pub(super) fn end(run: &Run, at: usize, step: usize, inside: impl Fn(usize) -> bool) -> usize {
    let (from, end) = run.get();
    let from = !from;
    if from <= at && at <= end {
        return end;
    }
    let mut found = at;
    // From in front of the last run up to it.
    while found != from && inside(found) {
        found += step;
    }
    let found = if found == from { end } else { found };
    run.set((!at, found));
    found
}

/// Whether a byte that base64 stands for is one.
pub(super) fn is_odd(odd: Odd, byte: u8) -> bool {
    match odd {
        Odd::Colon => byte == b':',
        Odd::ControlByte => byte < 0x20 || byte == 0x7f,
    }
}

/// What four characters of base64 or base64url stand for.
fn three_bytes(group: &[u8; 4]) -> Option<[u8; 3]> {
    let bits = group.iter().fold(0u32, |bits, byte| bits << 6 | u32::from(SIX_BITS[usize::from(*byte)]));
    let [_, bytes @ ..] = bits.to_be_bytes();
    group.iter().all(|byte| is(Kind::SixBits, *byte)).then_some(bytes)
}

/// What a character of base64 or base64url stands for.
pub(super) fn six_bits(byte: u8) -> Option<u32> {
    is(Kind::SixBits, byte).then(|| u32::from(SIX_BITS[usize::from(byte)]))
}

const SIX_BITS: [u8; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let byte = n as u8;
        table[n] = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => 0,
        };
        n += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_changes_nothing() {
        let text = b"abc-DEF_012 .=+/%aa a0 f---z";
        let kinds = [Kind::Hex, Kind::Upper, Kind::Word, Kind::Credential, Kind::SixBits, Kind::NoDigit, Kind::NoLower];
        let runs = Runs::new(0);
        for step in 1..text.len() {
            for n in 0..text.len() {
                let at = n * step % (text.len() + 1);
                for kind in kinds {
                    let length = text.iter().skip(at).take_while(|byte| is(kind, **byte)).count();
                    assert_eq!(runs.end(kind, text, at), at + length, "{at}");
                }
            }
        }
    }
}
