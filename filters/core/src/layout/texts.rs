//! Texts with nothing to redact: a program has few messages and says them again and again, and what was probed once need
//! only be compared.

use crate::bytes::Bytes;
use crate::lanes;
use alloc::vec::Vec;

/// Shorter ones are probed as fast.
const SHORTEST: usize = 24;
const LONGEST: usize = 256;
const PLACES: usize = 64;

/// The last text of each place; its beginning says which place it has.
#[derive(Default)]
pub(crate) struct Texts {
    places: Vec<Bytes>,
}

impl Texts {
    /// Where the text ends with which `bytes` begin, if it is one of these. More may follow.
    #[inline(always)]
    pub(super) fn end(&self, bytes: &[u8]) -> Option<usize> {
        let text = self.places.get(place(bytes)?)?.get()?;
        (!text.is_empty() && lanes::equal(bytes.get(..text.len())?, text)).then_some(text.len())
    }

    /// Remembers the text of this length with which `bytes` begin, in which nothing is to be redacted, whatever stands
    /// around it. False, if it is too short or too long.
    pub(super) fn add(&mut self, bytes: &[u8], length: usize) -> bool {
        let Some(text) = bytes.get(..length).filter(|_| (SHORTEST..=LONGEST).contains(&length)) else { return false };
        if self.places.is_empty() && self.places.try_reserve_exact(PLACES).is_ok() {
            self.places.resize_with(PLACES, Bytes::new);
        }
        if let Some(known) = place(text).and_then(|place| self.places.get_mut(place)) {
            known.clear();
            known.extend(text);
            if known.is_short() {
                known.clear();
            }
        }
        true
    }
}

#[inline(always)]
fn place(text: &[u8]) -> Option<usize> {
    let [a, b, c] = text.first_chunk::<SHORTEST>()?.as_chunks::<8>().0 else { return None };
    let [a, b, c] = [a, b, c].map(|lane| u64::from_le_bytes(*lane));
    let mixed = (a ^ b.rotate_left(23) ^ c.rotate_left(46)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Some((mixed >> 58) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_by_all_its_bytes() {
        let text = b"Webhook received and queued for processing";
        let mut texts = Texts::default();
        assert_eq!(texts.end(text), None);
        texts.add(text, text.len());
        assert_eq!(texts.end(text), Some(text.len()));
        assert_eq!(texts.end(&text[..text.len() - 1]), None);
        for at in 0..text.len() {
            let mut other = *text;
            other[at] ^= 1;
            assert_eq!(texts.end(&other), None, "{at}");
        }
        texts.add(text, SHORTEST - 1);
        assert_eq!(texts.end(text), Some(text.len()));
        texts.add(text, SHORTEST);
        assert_eq!(texts.end(text), Some(SHORTEST));
    }
}
