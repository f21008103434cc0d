//! Values that differ from the last one in their digits alone: moments, numbers of tickets, addresses; or, of what only
//! identifies something, in their hexadecimal digits. If nothing was found in one of them, nothing would be found in the
//! next: what looks for something sees the same in both.

use crate::lanes::{self, HIGH, ONES};
use crate::policy::{Head, Policy};

const SHORTEST: usize = 8;
const LONGEST: usize = 40;

/// So often the shape of a value is not that of the one before until nobody asks any more.
const PATIENCE: u8 = 32;

/// What the values of a field had in common until now.
#[derive(Default)]
pub(crate) struct Shape {
    length: usize,
    /// The first and the last; of more than 16 bytes also the second and the last but one; of more than 32 the third.
    lanes: [Lane; 5],
    misses: u8,
}

/// Eight bytes of a shape.
#[derive(Clone, Copy, Default)]
struct Lane {
    /// What stands there; of a digit `0`.
    same: u64,
    /// What, added to the distance of a byte from `same`, sets its bit 7 if it is too far away.
    far: u64,
    /// Bit 6 of each hexadecimal digit.
    hex: u64,
}

impl Lane {
    fn new(lane: u64, hex: bool) -> Lane {
        let digits = !lanes::others_than_digits(lane) & HIGH;
        let (others, hyphens) = lanes::others_than_hex(lane);
        let varied = if hex { !(others | hyphens) & HIGH } else { digits };
        // All bits of these bytes.
        let varied = (varied >> 7) * 0xff;
        Lane {
            same: (lane & !varied) | (varied & (ONES * b'0' as u64)),
            far: ((ONES * 0x7f) & !varied) | (varied & (ONES * (0x80 - 10))),
            hex: if hex { varied & (ONES << 6) } else { 0 },
        }
    }

    /// Has bit 7 of some byte if these eight bytes do not have it.
    #[inline(always)]
    fn difference(&self, bytes: &[u8; 8]) -> u64 {
        let distance = u64::from_le_bytes(*bytes) ^ self.same;
        distance | distance.wrapping_add(self.far)
    }

    /// The same, of one with hexadecimal digits.
    #[inline(always)]
    fn hex_difference(&self, bytes: &[u8; 8]) -> u64 {
        let lane = u64::from_le_bytes(*bytes);
        let letters = (lane & self.hex) >> 6;
        // Of a letter the distance from `a`.
        let distance = (lane ^ self.same ^ (letters * (b'0' ^ b'`') as u64)).wrapping_sub(letters);
        distance | distance.wrapping_add(self.far + (letters << 2))
    }
}

impl Shape {
    /// The length of this shape, if `text` begins with a value that has it and was not learnt as hexadecimal.
    #[inline(always)]
    pub(super) fn length(&self, text: &[u8]) -> Option<usize> {
        self.same(text, Lane::difference)
    }

    /// The same, if it was.
    #[inline(always)]
    pub(super) fn hex_length(&self, text: &[u8]) -> Option<usize> {
        self.same(text, Lane::hex_difference)
    }

    #[inline(always)]
    fn same(&self, text: &[u8], difference: impl Fn(&Lane, &[u8; 8]) -> u64) -> Option<usize> {
        let value = text.get(..self.length)?;
        let [first, second, third, before, last] = &self.lanes;
        let mut differ = difference(first, value.first_chunk()?) | difference(last, value.last_chunk()?);
        if let (Some(front), Some(back)) = (value.first_chunk::<17>(), value.last_chunk::<17>()) {
            let ([_, a], [b, _]) = (front.first_chunk::<16>()?.as_chunks().0, back.last_chunk::<16>()?.as_chunks().0)
            else {
                return None;
            };
            differ |= difference(second, a) | difference(before, b);
        }
        if let Some(front) = value.first_chunk::<33>() {
            let ([_, _, a, ..], _) = front.as_chunks() else { return None };
            differ |= difference(third, a);
        }
        (differ & HIGH == 0).then_some(self.length)
    }

    /// Remembers the shape of the value of this length with which `text` begins, in which nothing was found. `hex`: it is
    /// made of lower case hexadecimal digits and hyphens, and any other such would hold nothing either. False, if there is
    /// none to remember.
    #[cold]
    #[inline(never)]
    pub(super) fn learn(&mut self, text: &[u8], length: usize, hex: bool, policy: &Policy) -> bool {
        self.length = 0;
        let value = text.get(..length).filter(|_| (SHORTEST..=LONGEST).contains(&length) && self.misses < PATIENCE);
        let Some(value) = value else { return false };
        self.misses += 1;
        if !hex && !decides(text, length, policy) {
            return false;
        }
        self.length = length;
        let places = [0, 8, 16, length.wrapping_sub(16), length - 8];
        self.lanes = places.map(|at| Lane::new(lanes::load(value, at), hex));
        true
    }
}

/// Whether [`survey`](crate::redact::survey) sees nothing but the shape of the value: no digit is among the first three
/// characters of a word, which nothing known begins with, and what stands in front of a separator is a number anyway.
fn decides(text: &[u8], length: usize, policy: &Policy) -> bool {
    let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let word = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    text.iter().take(length).enumerate().all(|(at, byte)| match byte {
        b':' | b'=' | b'>' => digit(at.wrapping_sub(1)) && digit(at.wrapping_sub(2)),
        b'a'..=b'z' | b'A'..=b'Z' if !word(at.wrapping_sub(1)) => {
            let begins = |head: &Head| head.begins_alike(lanes::load(text, at));
            !(at..at + 3).any(digit) && !policy.heads.iter().any(begins)
        }
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::survey;
    use alloc::format;
    use alloc::string::String;

    /// `text` and what stands behind it in a record.
    fn closed(text: &str) -> String {
        format!("{text}\",\"level\":1}}")
    }

    fn shape(text: &str) -> Shape {
        let mut shape = Shape::default();
        shape.learn(closed(text).as_bytes(), text.len(), false, &Policy::DEFAULT);
        shape
    }

    #[test]
    fn a_hexadecimal_shape_is_had_by_values_that_differ_in_hexadecimal_digits_alone() {
        for text in [
            "cd06f831-31c8-44fa-8b41-015b4857625a",
            "0af7651916cd43dd8448eb211c80319c",
            "00f067aa0ba902b7",
            "badc0ffee0",
        ] {
            let mut shape = Shape::default();
            assert!(shape.learn(closed(text).as_bytes(), text.len(), true, &Policy::DEFAULT));
            for at in 0..text.len() {
                for byte in 0..=255u8 {
                    let mut other = closed(text).into_bytes();
                    other[at] = byte;
                    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                    let same = byte == text.as_bytes()[at] || hex(byte) && hex(text.as_bytes()[at]);
                    assert_eq!(shape.hex_length(&other), same.then_some(text.len()), "{text} {at} {byte}");
                }
            }
        }
    }

    #[test]
    fn a_shape_is_had_by_values_that_differ_in_digits_alone() {
        let moment = "2026-11-23T08:00:00.339563+00:00";
        let long = "2026-11-23T08:00:00.339563123456+00:00";
        for text in [moment, long, "TKT-050631", "tenant-acme-666", "10.20.30.40", "10.20.30.40:5060", "12345678"] {
            let shape = shape(text);
            for at in 0..text.len() {
                for byte in 0..=255u8 {
                    let mut other = closed(text).into_bytes();
                    other[at] = byte;
                    let old = text.as_bytes()[at];
                    let same = byte == old || byte.is_ascii_digit() && old.is_ascii_digit();
                    assert_eq!(shape.length(&other), same.then_some(text.len()), "{text} {at} {byte}");
                    if same {
                        for numbers in [true, false] {
                            let read = [closed(text).as_bytes(), &other].map(|text| {
                                let read = survey(text, numbers, &Policy::DEFAULT);
                                (read.end, read.found.is_some())
                            });
                            assert_eq!(read[0], read[1], "{text} {at} {byte}");
                        }
                    }
                }
            }
            assert_eq!(shape.length(text.get(1..).unwrap_or_default().as_bytes()), None);
        }
    }

    #[test]
    fn where_a_digit_could_matter_there_is_none() {
        for text in ["order-s3-bucket", "port 1:20 and", "cvv3: 123456", "short", "AKIA-1234-abc"] {
            assert_eq!(shape(text).length(closed(text).as_bytes()), None, "{text}");
        }
    }
}
