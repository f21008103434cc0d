//! The filter in front of the scan: whether a text may hold something, from the beginnings of its words and from `@`,
//! `:` and `=`. It looks at the places at which the [`Scan`](super::Scan) would stop and ask, without asking. It has
//! false positives and no false negatives.

use crate::json::byte;
use crate::lanes::{self, Classes};
use crate::policy::{Extra, Policy};

/// Shorter texts hold nothing that any detector matches.
pub(crate) const SHORTEST: usize = 6;

/// What reading a string showed.
pub(crate) struct Survey {
    /// Offset of the first byte that ends or interrupts a plain string: a quote, a backslash, a control byte, one beyond
    /// ASCII, or the end.
    pub(crate) end: usize,
    /// Something before it may have to be redacted, and in front of this offset there is nothing.
    pub(crate) found: Option<usize>,
}

/// Reads the string with which `bytes` begins, behind its quote, and probes it in the same pass.
#[inline(always)]
pub(crate) fn survey(bytes: &[u8], numbers: bool, policy: &Policy) -> Survey {
    if cfg!(feature = "extra") && policy.extra != Extra::NONE {
        return Survey { end: lanes::plain_end(bytes, 0), found: Some(0) };
    }
    let mut probe = Probe::new(numbers, policy);
    let (mut at, mut rest) = (0, bytes);
    loop {
        let lane = lanes::next(&mut rest);
        let stops = lanes::plain_stops(lane);
        if at == 0 && stops != 0 && lanes::first(stops) < SHORTEST {
            return Survey { end: lanes::first(stops), found: None };
        }
        let inside = if stops == 0 { lane } else { lane & lanes::below(stops) };
        let found = probe.lane(bytes, at, &lanes::ascii_classes(inside));
        if stops != 0 {
            return Survey { end: at + lanes::first(stops), found: found.then_some(at) };
        }
        if found {
            return Survey { end: lanes::plain_end(bytes, at + 8), found: Some(at) };
        }
        at += 8;
    }
}

/// The offset in front of which a text of at least [`SHORTEST`] bytes holds nothing, if it may hold something.
#[inline(always)]
pub(crate) fn may_hold(text: &[u8], numbers: bool, policy: &Policy) -> Option<usize> {
    if cfg!(feature = "extra") && policy.extra != Extra::NONE {
        return Some(0);
    }
    #[cfg(feature = "custom")]
    if policy.scans_all() {
        return Some(0);
    }
    let mut probe = Probe::new(numbers, policy);
    let mut at = 0;
    while at < text.len() {
        let lane = lanes::load(text, at);
        if probe.lane(text, at, &lanes::classes(lane)) {
            return Some(at);
        }
        at += 8;
    }
    None
}

/// A text that is probed lane by lane.
struct Probe<'a> {
    policy: &'a Policy,
    /// Digits may be something.
    numbers: bool,
    /// Bit 7, if a byte of a word stands in front of the lane.
    behind_word: u64,
}

impl Probe<'_> {
    #[inline(always)]
    fn new(numbers: bool, policy: &Policy) -> Probe<'_> {
        Probe { policy, numbers, behind_word: 0 }
    }

    /// Whether a word that begins in the lane at `at`, or a special byte in it, may be something.
    #[inline(always)]
    fn lane(&mut self, bytes: &[u8], at: usize, classes: &Classes) -> bool {
        let starts = classes.word & !(classes.word << 8 | self.behind_word);
        self.behind_word = classes.word >> 56;
        let mut words = starts & classes.letter;
        while words != 0 {
            if letters(lanes::load(bytes, at + lanes::first(words)), self.policy) {
                return true;
            }
            words &= words - 1;
        }
        let mut numbers = starts & !classes.letter;
        while self.numbers && numbers != 0 {
            if number(bytes, at + lanes::first(numbers)) {
                return true;
            }
            numbers &= numbers - 1;
        }
        let mut special = classes.special;
        while special != 0 {
            let place = at + lanes::first(special);
            match byte(bytes, place) {
                b'@' => return true,
                b':' | b'=' if !behind_number(bytes, place) => return true,
                b'>' if may_close_tag(bytes, place) => return true,
                _ => {}
            }
            special &= special - 1;
        }
        false
    }
}

/// Whether what stands in front of the separator at `at` is the end of a number and not of a name: a time, a port, a place
/// in a file. One digit may tell names apart: `cvv2`, `db_pwd1`.
#[inline(always)]
fn behind_number(bytes: &[u8], at: usize) -> bool {
    let last = byte(bytes, at.wrapping_sub(2));
    byte(bytes, at.wrapping_sub(1)).is_ascii_digit() && !last.is_ascii_alphabetic() && last != b'_'
}

/// Whether the `>` at `at` may close the tag of an element whose name is sensitive: these end so, and attributes in quotes.
#[inline(always)]
fn may_close_tag(bytes: &[u8], at: usize) -> bool {
    matches!(byte(bytes, at.wrapping_sub(1)) | 0x20, b'd' | b'e' | b'h' | b'n' | b's' | b't' | b'y' | b'"' | b'\'')
}

/// Whether eight bytes begin as something does that begins with a letter.
#[inline(always)]
fn letters(lane: u64, policy: &Policy) -> bool {
    policy.may_begin(lane) && policy.heads_of(lane).next().is_some()
}

/// Whether the number at `at` may be a card number, an SSN or the beginning of a bot's token: eight digits, or the first
/// groups of one that is written in groups; or a part of an encoded character; or what
/// [`token::numbered`](super::token::numbered) knows.
#[inline(always)]
pub(super) fn number(bytes: &[u8], at: usize) -> bool {
    let lane = lanes::load(bytes, at);
    let others = lanes::bits(lanes::others_than_digits(lane));
    matches!(others, 0 | 0b0001_0000 | 0b0100_0000 | 0b0100_1000)
        || match byte(bytes, at.wrapping_sub(1)) {
            b'%' | b'#' => true,
            b'$' => lane as u8 == b'2' || (lane >> 8) as u8 == b'$',
            b'/' => byte(bytes, at.wrapping_sub(2)) == b'/',
            _ => lane as u32 == u32::from_le_bytes(*b"4b1d") || lane as u16 == u16::from_le_bytes(*b"7z"),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_in_a_number() {
        for name in Policy::DEFAULT.names {
            let end = name.folded.as_bytes();
            assert!(!behind_number(end, end.len()), "{}", name.folded);
        }
    }
}
