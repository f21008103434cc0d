//! Sets of bytes, and of characters as a pattern has them.

use alloc::vec::Vec;

/// A set of bytes, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bytes([u64; 4]);

impl Bytes {
    /// Whether a byte is one of them.
    #[inline]
    #[must_use]
    pub fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }

    /// How many they are, up to 256.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = u8> {
        self.0.into_iter().zip([0, 64, 128, 192]).flat_map(|(mut word, first)| {
            core::iter::from_fn(move || {
                let bit = word.trailing_zeros();
                word &= word.wrapping_sub(1);
                (bit < 64).then(|| first + bit as u8)
            })
        })
    }

    pub(super) fn union(self, other: Bytes) -> Bytes {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Bytes([a | e, b | f, c | g, d | h])
    }
}

/// A set of characters, as exact as lengths and bytes need it: those beyond ASCII are not told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chars {
    /// A bit for each of the 128.
    pub(super) ascii: u128,
    /// How many bytes the others take in UTF-8, from and to; nothing if there are none.
    pub(super) wide: Option<(u8, u8)>,
}

impl Chars {
    /// Bytes that a character takes at least.
    pub(super) fn least(&self) -> usize {
        match self.wide {
            Some((least, _)) if self.ascii == 0 => usize::from(least),
            _ => 1,
        }
    }

    /// Bytes that a character takes at most.
    pub(super) fn most(&self) -> usize {
        self.wide.map_or(1, |(_, most)| usize::from(most))
    }

    /// All bytes that its characters may have.
    pub(super) fn bytes(&self) -> Bytes {
        let wide = if self.wide.is_some() { u64::MAX } else { 0 };
        Bytes([self.ascii as u64, (self.ascii >> 64) as u64, wide, wide])
    }
}

/// Ranges of characters, both ends counted, while a class is read.
#[derive(Default)]
pub(super) struct Ranges(pub(super) Vec<(u32, u32)>);

const MAX: u32 = char::MAX as u32;

impl Ranges {
    pub(super) fn add(&mut self, from: char, to: char) {
        self.0.push((u32::from(from), u32::from(to)));
    }

    /// Adds the other case of ASCII letters; regex-lite folds no others.
    pub(super) fn fold(&mut self) {
        let (upper, lower) = ((u32::from('A'), u32::from('Z')), (u32::from('a'), u32::from('z')));
        for n in 0..self.0.len() {
            let (from, to) = self.0[n];
            let (both_from, both_to) = (from.max(lower.0), to.min(lower.1));
            if both_from <= both_to {
                self.0.push((both_from - 32, both_to - 32));
            }
            let (both_from, both_to) = (from.max(upper.0), to.min(upper.1));
            if both_from <= both_to {
                self.0.push((both_from + 32, both_to + 32));
            }
        }
    }

    pub(super) fn negate(&mut self) {
        self.0.sort_unstable();
        let mut others = Vec::new();
        let mut next = 0;
        for &(from, to) in &self.0 {
            if from > next {
                others.push((next, from - 1));
            }
            next = next.max(to + 1);
        }
        if next <= MAX {
            others.push((next, MAX));
        }
        self.0 = others;
    }

    pub(super) fn chars(&self) -> Chars {
        let mut chars = Chars { ascii: 0, wide: None };
        let length = |c: u32| match c {
            ..0x800 => 2,
            0x800..0x1_0000 => 3,
            _ => 4,
        };
        for &(from, to) in &self.0 {
            if from < 128 {
                let (from, to) = (from, to.min(127));
                chars.ascii |= u128::MAX >> (127 - to) & u128::MAX << from;
            }
            if to >= 128 {
                let (least, most) = chars.wide.unwrap_or((4, 2));
                chars.wide = Some((least.min(length(from.max(128))), most.max(length(to))));
            }
        }
        chars
    }
}

/// The ranges of a class as POSIX and Perl name them, in ASCII; `\d`, `\s` and `\w` are `digit`, `space` and `word`.
pub(super) fn named(name: &str) -> Option<&'static [(char, char)]> {
    Some(match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "ascii" => &[('\0', '\x7f')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    })
}
