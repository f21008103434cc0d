//! Short values with nothing to redact: levels, methods, states. A field has few of them, and what was probed once need
//! only be compared.

use crate::lanes;

/// With the byte that ends it a value fits into a lane.
const LONGEST: usize = 7;

const PLACES: usize = 4;

/// So often a value is not one of those before until nobody asks any more.
const PATIENCE: u8 = 32;

/// The last short values of a field.
#[derive(Default)]
pub(crate) struct Shorts {
    places: [Short; PLACES],
    misses: u8,
}

#[derive(Clone, Copy, Default)]
struct Short {
    /// The value and the byte behind it, shifted so that nothing else fits into a lane.
    lane: u64,
    shift: u64,
    length: usize,
}

impl Shorts {
    /// The length of the value with which `text` begins, if it is one of these.
    #[inline(always)]
    pub(super) fn length(&self, text: &[u8]) -> Option<usize> {
        let lane = u64::from_le_bytes(*text.first_chunk()?);
        let [a, b, c, d] = &self.places;
        for short in [a, b, c, d] {
            if lane << (short.shift & 63) == short.lane {
                return (short.length != 0).then_some(short.length);
            }
        }
        None
    }

    /// Remembers the value of this length with which `text` begins. False, if it is not short.
    pub(super) fn learn(&mut self, text: &[u8], length: usize) -> bool {
        if !(1..=LONGEST).contains(&length) || self.misses >= PATIENCE {
            return false;
        }
        let shift = 8 * (LONGEST - length) as u64;
        let place = usize::from(self.misses) % PLACES;
        if let Some(place) = self.places.get_mut(place) {
            *place = Short { lane: lanes::load(text, 0) << shift, shift, length };
        }
        self.misses += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_with_what_ends_it() {
        let mut shorts = Shorts::default();
        assert_eq!(shorts.length(b"\0\0\0\0\0\0\0\0"), None);
        for text in ["INFO\", ..", "WARNING\",", "ERROR\",..", "a\", \"b\": 1"] {
            let length = text.find('"').unwrap_or_default();
            assert_eq!(shorts.length(text.as_bytes()), None, "{text}");
            assert!(shorts.learn(text.as_bytes(), length), "{text}");
            assert_eq!(shorts.length(text.as_bytes()), Some(length), "{text}");
            for place in 0..8 {
                let mut other = text.as_bytes().to_vec();
                other[place] ^= 0x20;
                assert_eq!(shorts.length(&other).is_some(), place > length, "{text} {place}");
            }
        }
        assert_eq!(shorts.length(b"INFO\", .."), Some(4));
        assert!(shorts.learn(b"DEBUG\", .", 5));
        assert_eq!(shorts.length(b"INFO\", .."), None);
        assert!(!shorts.learn(b"12345678\",", 8) && !shorts.learn(b"\", \"a\": 1", 0));
    }

    #[test]
    fn nobody_asks_for_ever() {
        let mut shorts = Shorts::default();
        assert!((0..PATIENCE).all(|n| shorts.learn(&[n, b'"', 0, 0, 0, 0, 0, 0], 1)));
        assert!(!shorts.learn(b"abc\"defg", 3));
    }
}
