//! Values that differ from the last one in their digits alone: moments, numbers of tickets, addresses. If nothing was
//! found in one of them, nothing would be found in the next: what looks for something sees the same in both.

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
    lanes: [Lane; LANES],
    last: Lane,
    misses: u8,
    /// They are hexadecimal, like a UUID.
    pub(super) hex: bool,
}

/// Eight bytes of a shape.
#[derive(Clone, Copy, Default)]
struct Lane {
    /// The lower half of each digit.
    digits: u64,
    /// All other bits.
    same: u64,
}

impl Lane {
    fn new(bytes: &[u8; 8]) -> Lane {
        let lane = u64::from_le_bytes(*bytes);
        let digits = ((!lanes::others_than_digits(lane) & HIGH) >> 7) * 0x0f;
        Lane { digits, same: lane & !digits }
    }

    /// 0 if these eight bytes have it.
    #[inline(always)]
    fn difference(&self, bytes: &[u8; 8]) -> u64 {
        let lane = u64::from_le_bytes(*bytes);
        let digits = lane & self.digits;
        (lane ^ digits ^ self.same) | ((digits + (self.digits & (ONES * 6))) & (ONES * 0x10))
    }
}

impl Shape {
    /// The length of this shape, if `text` begins with a value that has it.
    #[inline(always)]
    pub(super) fn length(&self, text: &[u8]) -> Option<usize> {
        let value = text.get(..self.length)?;
        let mut differ = self.last.difference(value.last_chunk::<8>()?);
        let mut rest = value;
        for lane in self.lanes.get(..self.length / 8)? {
            let (bytes, behind) = rest.split_first_chunk::<8>()?;
            differ |= lane.difference(bytes);
            rest = behind;
        }
        (differ == 0).then_some(self.length)
    }

    /// Remembers the shape of the value of this length with which `text` begins, in which nothing was found.
    #[cold]
    #[inline(never)]
    pub(super) fn learn(&mut self, text: &[u8], length: usize, policy: &Policy) {
        self.length = 0;
        let value = text.get(..length).filter(|_| (SHORTEST..=LONGEST).contains(&length) && self.misses < PATIENCE);
        let Some((value, last)) = value.and_then(|value| Some((value, value.last_chunk::<8>()?))) else { return };
        self.misses += 1;
        if decides(text, length, policy) {
            self.length = length;
            self.last = Lane::new(last);
            self.lanes.iter_mut().zip(value.as_chunks::<8>().0).for_each(|(lane, bytes)| *lane = Lane::new(bytes));
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
        shape.learn(closed(text).as_bytes(), text.len(), &Policy::DEFAULT);
        shape
    }

    #[test]
    fn a_shape_is_had_by_values_that_differ_in_digits_alone() {
        let moment = "2026-11-23T08:00:00.339563+00:00";
        for text in [moment, "TKT-050631", "tenant-acme-666", "10.20.30.40", "10.20.30.40:5060"] {
            let shape = shape(text);
            for at in 0..text.len() {
                for byte in 0..128u8 {
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
