//! Values that differ from the last one in their digits alone: moments, numbers of tickets, addresses; or, of what only
//! identifies something, in their hexadecimal digits. If nothing was found in one of them, nothing would be found in the
//! next: what looks for something sees the same in both.

use crate::lanes::{self, HIGH, ONES};
use crate::policy::{Head, Policy};

const LANES: usize = 5;
const SHORTEST: usize = 8;
const LONGEST: usize = 8 * LANES;

/// So often the shape of a value is not that of the one before until nobody asks any more.
const PATIENCE: u8 = 32;

/// What the values of a field had in common until now.
#[derive(Default)]
pub(crate) struct Shape {
    /// 0 if there is none.
    length: usize,
    /// The lanes from the beginning on, of which the last one is `last` instead: it ends where the value does.
    lanes: [Lane; LANES],
    last: Lane,
    /// Whether there are hexadecimal digits.
    hex: bool,
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
    fn new(bytes: &[u8; 8], hex: bool) -> Lane {
        let lane = u64::from_le_bytes(*bytes);
        let digits = !lanes::others_than_digits(lane) & HIGH;
        let (others, hyphens) = lanes::others_than_hex(lane);
        let varied = if hex { !(others | hyphens) & HIGH } else { digits };
        // All bits of these bytes.
        let varied = (varied >> 7) * 0xff;
        Lane {
            same: (lane & !varied) | (varied & (ONES * b'0' as u64)),
            far: (ONES * 0x7f & !varied) | (varied & (ONES * (0x80 - 10))),
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
    /// The length of this shape, if `text` begins with a value that has it.
    #[inline(always)]
    pub(super) fn length(&self, text: &[u8]) -> Option<usize> {
        let value = text.get(..self.length)?;
        let last = value.last_chunk::<8>()?;
        let lanes = self.lanes.get(..(self.length - 1) / 8)?;
        let differ = if self.hex {
            let differ = lanes.iter().zip(value.as_chunks::<8>().0);
            differ.fold(self.last.hex_difference(last), |differ, (lane, bytes)| differ | lane.hex_difference(bytes))
        } else {
            let differ = lanes.iter().zip(value.as_chunks::<8>().0);
            differ.fold(self.last.difference(last), |differ, (lane, bytes)| differ | lane.difference(bytes))
        };
        (differ & HIGH == 0).then_some(self.length)
    }

    /// Remembers the shape of the value of this length with which `text` begins, in which nothing was found. `hex`: it is
    /// made of lower case hexadecimal digits and hyphens, and any other such would hold nothing either.
    #[cold]
    #[inline(never)]
    pub(super) fn learn(&mut self, text: &[u8], length: usize, hex: bool, policy: &Policy) {
        self.length = 0;
        let value = text.get(..length).filter(|_| (SHORTEST..=LONGEST).contains(&length) && self.misses < PATIENCE);
        let Some((value, last)) = value.and_then(|value| Some((value, value.last_chunk::<8>()?))) else { return };
        self.misses += 1;
        if hex || decides(text, length, policy) {
            self.length = length;
            self.hex = hex;
            self.last = Lane::new(last, hex);
            self.lanes.iter_mut().zip(value.as_chunks::<8>().0).for_each(|(lane, bytes)| *lane = Lane::new(bytes, hex));
        }
    }
}

/// Whether [`survey`](crate::redact::survey) sees nothing but the shape of the value: no digit is among the first three
/// characters of a word, which nothing known begins with, and what stands in front of a separator is a number anyway.
fn decides(text: &[u8], length: usize, policy: &Policy) -> bool {
    let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let word = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    text.iter().take(length).enumerate().all(|(at, byte)| match byte {
        b':' | b'=' => digit(at.wrapping_sub(1)) && digit(at.wrapping_sub(2)),
        b'a'..=b'z' | b'A'..=b'Z' if !word(at.wrapping_sub(1)) => {
            let begins = |head: &Head| head.begins_alike(lanes::load(text, at) as u32);
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
        for text in ["cd06f831-31c8-44fa-8b41-015b4857625a", "0af7651916cd43dd8448eb211c80319c", "00f067aa0ba902b7"] {
            let mut shape = Shape::default();
            shape.learn(closed(text).as_bytes(), text.len(), true, &Policy::DEFAULT);
            for at in 0..text.len() {
                for byte in 0..=255u8 {
                    let mut other = closed(text).into_bytes();
                    other[at] = byte;
                    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                    let same = byte == text.as_bytes()[at] || hex(byte) && hex(text.as_bytes()[at]);
                    assert_eq!(shape.length(&other), same.then_some(text.len()), "{text} {at} {byte}");
                }
            }
        }
    }

    #[test]
    fn a_shape_is_had_by_values_that_differ_in_digits_alone() {
        let moment = "2026-11-23T08:00:00.339563+00:00";
        for text in [moment, "TKT-050631", "tenant-acme-666", "10.20.30.40", "10.20.30.40:5060"] {
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
                                (read.end, read.found)
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
