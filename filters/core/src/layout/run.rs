//! Bytes that are the same in every record of a layout.

use crate::lanes::{self, difference};
use alloc::vec::Vec;

/// Bytes that are known, laid out so that it takes few instructions to see whether a text begins or ends with them.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Run {
    length: usize,
    /// Of a long one all but the last 1 to 32 bytes, in whole chunks.
    chunks: Vec<[u8; LONG]>,
    /// Of a long one the last 32 bytes; of a shorter one the first 8 or 16 and, at the end, as many of the last; of one
    /// that has no 8 bytes these and, behind them, which bits count.
    ends: [u8; LONG],
}

const LONG: usize = 32;

impl Run {
    /// Nothing, if there is no memory for it.
    pub(crate) fn new(bytes: &[u8]) -> Option<Run> {
        let mut run = Run { length: bytes.len(), ..Run::default() };
        let mut put = |at: usize, part: Option<&[u8]>| {
            let part = part.unwrap_or_default();
            run.ends.iter_mut().skip(at).zip(part).for_each(|(place, byte)| *place = *byte);
        };
        match bytes.len() {
            0..8 => {
                put(0, Some(bytes));
                put(8, Some(&[0xff; 8][..bytes.len()]));
            }
            length @ 8..LONG => {
                let half = if length < 16 { 8 } else { 16 };
                put(0, bytes.get(..half));
                put(LONG - half, bytes.get(length - half..));
            }
            length => {
                put(0, bytes.get(length - LONG..));
                let chunks = bytes.get(..length - 1).unwrap_or_default().as_chunks().0;
                run.chunks.try_reserve_exact(chunks.len()).ok()?;
                run.chunks.extend_from_slice(chunks);
            }
        }
        Some(run)
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Whether `run`, the beginning of `text`, is the same. It has this length.
    #[inline(always)]
    pub(crate) fn is(&self, run: &[u8], text: &[u8]) -> bool {
        let [a, b, c, d] = self.ends.as_chunks::<8>().0 else { return false };
        let differ = if let Some(last) = run.last_chunk::<LONG>() {
            let (mut differ, mut rest) = (difference(last, &self.ends), run);
            for chunk in &self.chunks {
                let Some((found, more)) = rest.split_first_chunk::<LONG>() else { return false };
                differ |= difference(found, chunk);
                rest = more;
            }
            differ
        } else if let (Some([x, y]), Some([z, w])) = (halves(run.first_chunk()), halves(run.last_chunk())) {
            difference(x, a) | difference(y, b) | difference(z, c) | difference(w, d)
        } else if let (Some(first), Some(last)) = (run.first_chunk(), run.last_chunk()) {
            difference(first, a) | difference(last, d)
        } else {
            (lanes::load(text, 0) ^ u64::from_le_bytes(*a)) & u64::from_le_bytes(*b)
        };
        differ == 0
    }

    /// Whether the last `length` bytes of `record` are these.
    #[inline(always)]
    pub(crate) fn ends(&self, record: &[u8], length: usize) -> bool {
        if length != self.length {
            return false;
        }
        if length >= 8 {
            let run = record.len().checked_sub(length).and_then(|at| record.get(at..));
            return run.is_some_and(|run| self.is(run, run));
        }
        let Some(last) = record.last_chunk::<8>() else { return false };
        let [known, ..] = self.ends.as_chunks::<8>().0 else { return false };
        // Of the bytes of the last lane those in front of the run are shifted out.
        let shifted = u64::from_le_bytes(*last) >> 8 >> (8 * (7 - length));
        shifted == u64::from_le_bytes(*known)
    }
}

#[inline(always)]
fn halves(bytes: Option<&[u8; 16]>) -> Option<&[[u8; 8]; 2]> {
    bytes?.as_chunks().0.first_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(run: &Run, text: &[u8]) -> bool {
        text.get(..run.len()).is_some_and(|found| run.is(found, text))
    }

    #[test]
    fn a_text_begins_with_a_run_that_it_has_in_all_its_bytes() {
        let text: [u8; 150] = core::array::from_fn(|n| n as u8);
        for length in 0..120 {
            for behind in 0..30 {
                let run = Run::new(&text[..length]).expect("there is memory");
                let mut found = text;
                let found = &mut found[..length + behind];
                assert!(begins(&run, found), "{length} {behind}");
                for place in 0..length + behind {
                    found[place] ^= 0x80;
                    assert_eq!(begins(&run, found), place >= length, "{length} {behind} {place}");
                    found[place] ^= 0x80;
                }
            }
        }
    }

    #[test]
    fn a_record_ends_with_a_run_that_it_has_in_all_its_bytes() {
        let record: [u8; 100] = core::array::from_fn(|n| n as u8);
        for length in 0..100 {
            let run = Run::new(&record[100 - length..]).expect("there is memory");
            let mut found = record;
            assert!(run.ends(&found, length), "{length}");
            assert!(!run.ends(&found, length + 1), "{length}");
            for place in 0..100 {
                found[place] ^= 1;
                assert_eq!(run.ends(&found, length), place < 100 - length, "{length} {place}");
                found[place] ^= 1;
            }
        }
    }
}
