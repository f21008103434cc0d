//! Comparisons with lists and looks ahead, out of line: they are many, and what asks is rare.

/// Whether `word` is one of these, in any case.
#[inline(never)]
pub(super) fn is_one(word: &[u8], list: &[&[u8]]) -> bool {
    list.iter().any(|known| known.len() == word.len() && begins_like(word, known))
}

/// Words, in rows by their first and last letters and their length: to be one of many costs hardly more than of one.
pub(crate) struct Words<const N: usize> {
    words: [&'static str; N],
    /// Where each row begins, and the last one ends.
    rows: [u8; ROWS + 1],
}

const ROWS: usize = 32;

impl<const N: usize> Words<N> {
    /// These `N` words, in lower case and none of them empty.
    pub(crate) const fn new(list: &[&'static str]) -> Words<N> {
        let mut sorted = Words { words: [""; N], rows: [0; ROWS + 1] };
        let (mut row, mut count) = (0, 0);
        while row < ROWS {
            let mut n = 0;
            while n < N {
                if self::row(list[n].as_bytes(), list[n].as_bytes()[0]) == row {
                    sorted.words[count] = list[n];
                    count += 1;
                }
                n += 1;
            }
            row += 1;
            sorted.rows[row] = count as u8;
        }
        sorted
    }

    /// Whether `word` is one of them, in any case.
    pub(crate) fn has(&self, word: &[u8]) -> bool {
        is_in(&self.words, &self.rows, word)
    }
}

#[inline(never)]
fn is_in(words: &[&str], rows: &[u8; ROWS + 1], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return false };
    let row = row(word, *first);
    let (start, end) = (usize::from(rows[row]), usize::from(rows[row + 1]));
    words.get(start..end).unwrap_or_default().iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

/// A number from 0 to 31.
const fn row(word: &[u8], first: u8) -> usize {
    let last = word[word.len() - 1];
    ((first & 31) as usize * 5 + (last & 31) as usize * 3 + word.len() * 7) % ROWS
}

/// Whether `text` begins with one of these, in any case.
#[inline(never)]
pub(super) fn begins_like_one(text: &[u8], list: &[&[u8]]) -> bool {
    list.iter().any(|known| begins_like(text, known))
}

#[inline(always)]
fn begins_like(text: &[u8], known: &[u8]) -> bool {
    text.len() >= known.len() && text.iter().zip(known).all(|(a, b)| a.eq_ignore_ascii_case(b))
}

/// The first of these that `text` begins with.
#[inline(never)]
pub(super) fn first_of<'a>(text: &[u8], list: &[&'a [u8]]) -> Option<&'a [u8]> {
    let first = text.first()?;
    list.iter().find(|known| known.first() == Some(first) && text.starts_with(known)).copied()
}

/// The pairs of letters with which words begin: bit `b & 31` of entry `a & 31` for `ab`.
pub(super) struct Pairs([u32; 32]);

impl Pairs {
    pub(super) const NONE: Pairs = Pairs([0; 32]);

    /// These and that of `word`.
    pub(super) const fn and(mut self, word: &[u8]) -> Pairs {
        self.0[(word[0] & 31) as usize] |= 1 << (word[1] & 31);
        self
    }

    /// These and those of a list.
    pub(super) const fn and_all(mut self, list: &[&[u8]]) -> Pairs {
        let mut n = 0;
        while n < list.len() {
            self = self.and(list[n]);
            n += 1;
        }
        self
    }

    /// Whether a word that begins with these bytes may be one of these; also some others may.
    #[inline(always)]
    pub(super) fn has(&self, first: u8, second: u8) -> bool {
        self.0[usize::from(first & 31)] >> (second & 31) & 1 != 0
    }
}

/// Whether `text` ends in one of these.
#[inline(never)]
pub(super) fn ends_in(text: &[u8], list: &[&[u8]]) -> bool {
    text.last().is_some_and(|last| list.iter().any(|known| known.last() == Some(last) && text.ends_with(known)))
}

/// Where `needle` begins in `text`.
#[inline(never)]
pub(super) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, behind) = needle.split_first()?;
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        if byte == first && rest.as_slice().starts_with(behind) {
            return Some(text.len() - rest.len() - 1);
        }
    }
    None
}

/// Where, from `at` on, the first byte is that is one of `others`, or neither printable nor beyond ASCII; at most `most`
/// bytes behind.
#[inline(never)]
pub(super) fn until(text: &[u8], at: usize, most: usize, others: &[u8]) -> usize {
    // Bit n of entry m: the byte 32 * m + n ends it.
    let mut stops = [0u32; 8];
    stops[0] = !0;
    for other in others {
        stops[usize::from(other >> 5)] |= 1 << (other & 31);
    }
    let near = text.get(at..text.len().min(at + most)).unwrap_or_default();
    at + near.iter().take_while(|byte| stops[usize::from(**byte >> 5)] >> (**byte & 31) & 1 == 0).count()
}

/// Where the characters `others` begin that stand in front of `end`; at most 64.
#[inline(never)]
pub(super) fn behind(text: &[u8], from: usize, end: usize, others: &[u8]) -> usize {
    let mut start = end;
    while start > from
        && end - start < 64
        && text.get(start - 1).is_some_and(|byte| others.iter().any(|other| other == byte))
    {
        start -= 1;
    }
    start
}
