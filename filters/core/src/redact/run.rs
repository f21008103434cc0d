//! Runs of characters of one kind, with a memory for where the last one of each ended: what begins like a token may do so
//! at every other character of a run, and each time it has the same end.

use crate::policy::Charset;
use core::cell::Cell;

/// A kind of characters.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Hex,
    AnyHex,
    Base32,
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
    /// All but digits.
    NoDigit,
    /// All but upper case letters.
    NoUpper,
    /// All but lower case letters.
    NoLower,
}

const KINDS: usize = 16;

impl Kind {
    pub(super) const fn of(charset: Charset) -> Kind {
        match charset {
            Charset::Hex => Kind::Hex,
            Charset::AnyHex => Kind::AnyHex,
            Charset::Base32 => Kind::Base32,
            Charset::Upper => Kind::Upper,
            Charset::Uuid => Kind::Uuid,
            Charset::Alphanumeric => Kind::Alphanumeric,
            Charset::Word => Kind::Word,
            Charset::Base64Url | Charset::Mixed => Kind::Base64Url,
            Charset::Base64 => Kind::Base64,
            Charset::Dotted => Kind::Dotted,
        }
    }
}

/// Bit n of a byte's entry: the byte is of kind n.
const TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        table[n] = kinds(n as u8);
        n += 1;
    }
    table
};

const fn kinds(byte: u8) -> u16 {
    let (digit, upper, lower) = (byte.is_ascii_digit(), byte.is_ascii_uppercase(), byte.is_ascii_lowercase());
    let alphanumeric = digit || upper || lower;
    let url = alphanumeric || matches!(byte, b'_' | b'-');
    let kinds = [
        matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        byte.is_ascii_hexdigit(),
        matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
        digit || upper || byte == b'-',
        matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'),
        alphanumeric,
        alphanumeric || byte == b'_',
        url,
        url || matches!(byte, b'+' | b'/' | b'='),
        url || byte == b'.',
        url || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=' | b'|' | b':' | b'%'),
        url || matches!(byte, b'+' | b'/'),
        byte == b'=',
        !digit,
        !upper,
        !lower,
    ];
    let mut bits = 0;
    let mut n = 0;
    while n < KINDS {
        bits |= (kinds[n] as u16) << n;
        n += 1;
    }
    bits
}

pub(super) fn is(kind: Kind, byte: u8) -> bool {
    TABLE[usize::from(byte)] >> kind as u16 & 1 != 0
}

/// What was looked at last.
pub(super) struct Runs {
    /// The last run of each kind: where it was looked at first, and its end.
    runs: [Cell<(usize, usize)>; KINDS],
    /// An end, and where the full stops and colons in front of it begin.
    stops: Cell<(usize, usize)>,
}

impl Runs {
    pub(super) fn new() -> Runs {
        // Every place is in front of these runs, which begin nowhere.
        Runs { runs: [const { Cell::new((usize::MAX, 0)) }; KINDS], stops: Cell::new((0, 0)) }
    }

    /// Where the run of `kind` ends that goes on at `at`. Always of the same text.
    pub(super) fn end(&self, kind: Kind, text: &[u8], at: usize) -> usize {
        let Some(run) = self.runs.get(kind as usize) else { return at };
        let (from, end) = run.get();
        if from <= at && at <= end {
            return end;
        }
        // From in front of the last run up to it.
        let unknown = if at < from { from - at } else { usize::MAX };
        let length = text.iter().skip(at).take(unknown).take_while(|byte| is(kind, **byte)).count();
        let end = if length == unknown { end } else { at + length };
        run.set((at, end));
        end
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_changes_nothing() {
        let text = b"abc-DEF_012 .=+/%aa a0 f---z";
        let kinds = [Kind::Hex, Kind::Upper, Kind::Word, Kind::Credential, Kind::SixBits, Kind::NoDigit, Kind::NoLower];
        let runs = Runs::new();
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
