//! Eight bytes at a time in a `u64`: WebAssembly without SIMD has nothing wider.
//!
//! A mask has bit 7 of byte *n* set when byte *n* of the lane is in the class; byte 0 is the first byte in memory.

pub(crate) const ONES: u64 = 0x0101_0101_0101_0101;
pub(crate) const HIGH: u64 = 0x8080_8080_8080_8080;
const LOW7: u64 = !HIGH;

/// The eight bytes at `at`; bytes past the end of `bytes` read as zero.
#[inline(always)]
pub(crate) fn load(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        Some(lane) => u64::from_le_bytes(*lane),
        None => load_tail(bytes, at),
    }
}

#[cold]
#[inline(never)]
fn load_tail(bytes: &[u8], at: usize) -> u64 {
    let mut lane = 0;
    for (n, &byte) in bytes.iter().skip(at).take(8).enumerate() {
        lane |= u64::from(byte) << (8 * n);
    }
    lane
}

/// Whether two texts are the same.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && common(a, b) == a.len()
}

/// Whether the last `length` bytes of two texts are the same.
#[inline(always)]
pub(crate) fn equal_ends(a: &[u8], b: &[u8], length: usize) -> bool {
    match (a.last_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a), Some(b)) if (1..=8).contains(&length) => {
            (u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b)) >> (8 * (8 - length)) == 0
        }
        _ => {
            let (a, b) = (a.get(a.len().wrapping_sub(length)..), b.get(b.len().wrapping_sub(length)..));
            matches!((a, b), (Some(a), Some(b)) if equal(a, b))
        }
    }
}

/// How many bytes at the beginnings of two texts are the same.
#[inline(always)]
pub(crate) fn common(a: &[u8], b: &[u8]) -> usize {
    let mut at = 0;
    for (a, b) in a.as_chunks::<32>().0.iter().zip(b.as_chunks::<32>().0) {
        for (n, (a, b)) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0).enumerate() {
            let different = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
            if different != 0 {
                return at + 8 * n + differing(different);
            }
        }
        at += 32;
    }
    common_tail(a, b, at)
}

/// The same where the first `at` bytes are the same and fewer than 32 follow in one of them.
#[inline(never)]
fn common_tail(a: &[u8], b: &[u8], at: usize) -> usize {
    let length = a.len().min(b.len());
    let mut at = at;
    while at + 8 <= length {
        let different = load(a, at) ^ load(b, at);
        if different != 0 {
            return at + differing(different);
        }
        at += 8;
    }
    // Fewer than eight are left.
    let rest = |text: &[u8]| match text.get(length.wrapping_sub(8)..length).and_then(|last| last.first_chunk::<8>()) {
        Some(last) => u64::from_le_bytes(*last) >> (8 * (at + 8 - length)),
        None => load(text, at),
    };
    if at >= length { length } else { (at + differing(rest(a) ^ rest(b))).min(length) }
}

/// Index of the first byte in which two lanes differ.
#[inline(always)]
fn differing(different: u64) -> usize {
    (different.trailing_zeros() >> 3) as usize
}

/// Index of the first byte that a mask names, 0 to 7; the mask is not zero.
#[inline(always)]
pub(crate) fn first(mask: u64) -> usize {
    (mask.trailing_zeros() >> 3) as usize
}

/// All bits of the bytes in front of the first one that a mask names; the mask is not zero.
#[inline(always)]
pub(crate) fn below(mask: u64) -> u64 {
    ((mask & mask.wrapping_neg()) >> 7).wrapping_sub(1)
}

/// A mask in eight bits: bit *n* for byte *n*.
#[inline(always)]
pub(crate) fn bits(mask: u64) -> u8 {
    ((mask >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// Bytes that end or interrupt a JSON string: `"`, `\` and control bytes. Bytes above the first hit may be
/// reported wrongly (a borrow runs upwards), so only [`first`] of it means anything.
#[inline(always)]
pub(crate) fn string_stops(lane: u64) -> u64 {
    let quote = lane ^ (ONES * b'"' as u64);
    let slash = lane ^ (ONES * b'\\' as u64);
    let quote = quote.wrapping_sub(ONES) & !quote;
    let slash = slash.wrapping_sub(ONES) & !slash;
    let control = lane.wrapping_sub(ONES * 0x20) & !lane;
    (quote | slash | control) & HIGH
}

/// Bytes that end or interrupt a plain string: `"`, `\\`, control bytes, and bytes beyond ASCII. Bytes above the first
/// hit may be reported wrongly (a carry runs upwards), so only [`first`] of it means anything.
#[inline(always)]
pub(crate) fn plain_stops(lane: u64) -> u64 {
    let quote = (lane ^ (ONES * b'"' as u64)).wrapping_add(LOW7);
    let slash = (lane ^ (ONES * b'\\' as u64)).wrapping_add(LOW7);
    let control = lane.wrapping_add(ONES * 0x60);
    (!(quote & slash & control) | lane) & HIGH
}

/// Offset of the first byte from `at` on that ends or interrupts a plain string; at the latest just behind the end.
pub(crate) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let stops = plain_stops(load(bytes, at));
        if stops != 0 {
            return at + first(stops);
        }
        at += 8;
    }
}

/// Backslashes; exact where no byte is beyond ASCII, else possibly more.
#[inline(always)]
pub(crate) fn slashes(lane: u64) -> u64 {
    let slash = lane ^ (ONES * b'\\' as u64);
    // Adding carries into bit 7 unless all seven lower bits are zero.
    !((slash & LOW7) + LOW7) & HIGH & !lane
}

/// How many of the eight bytes are ASCII digits before another one comes.
#[inline(always)]
pub(crate) fn leading_digits(lane: u64) -> usize {
    (others_than_digits(lane).trailing_zeros() >> 3) as usize
}

/// Bytes that are no ASCII digits.
#[inline(always)]
pub(crate) fn others_than_digits(lane: u64) -> u64 {
    let digit = lane ^ (ONES * b'0' as u64);
    (((digit & LOW7) + ONES * (0x80 - 10)) | digit) & HIGH
}

/// Bytes that are neither digits nor `a` to `f` nor hyphens, and hyphens.
#[inline(always)]
pub(crate) fn others_than_hex(lane: u64) -> (u64, u64) {
    let low = lane & LOW7;
    let from = |byte: u8| low + ONES * (0x80 - u64::from(byte));
    let digit = from(b'0') & !from(b'9' + 1);
    let letter = from(b'a') & !from(b'f' + 1);
    let hyphen = !((low ^ (ONES * b'-' as u64)) + LOW7 | lane);
    ((!(digit | letter | hyphen) | lane) & HIGH, hyphen & HIGH)
}

/// The classes that the text scan looks at, as exact masks.
pub(crate) struct Classes {
    /// ASCII letters and digits.
    pub(crate) word: u64,
    /// ASCII letters.
    pub(crate) letter: u64,
    /// `:`, `;`, `<`, `=`, `>`, `?` and `@`.
    pub(crate) special: u64,
}

/// The classes of any bytes.
#[inline(always)]
pub(crate) fn classes(lane: u64) -> Classes {
    let ascii = !lane & HIGH;
    let Classes { word, letter, special } = ascii_classes(lane & LOW7);
    Classes { word: word & ascii, letter: letter & ascii, special: special & ascii }
}

/// The classes of ASCII bytes.
#[inline(always)]
pub(crate) fn ascii_classes(lane: u64) -> Classes {
    let folded = lane | (ONES * 0x20);
    // x + (0x80 - c) carries into bit 7 exactly when x >= c, for x < 0x80.
    let letter = (folded + ONES * (0x80 - 0x61)) & !(folded + ONES * (0x80 - 0x7b)) & HIGH;
    let from_colon = lane + ONES * (0x80 - 0x3a);
    let digit = (lane + ONES * (0x80 - 0x30)) & !from_colon & HIGH;
    let special = from_colon & !(lane + ONES * (0x80 - 0x41)) & HIGH;
    Classes { word: letter | digit, letter, special }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_match_a_naive_loop_on_every_byte_in_every_place() {
        for byte in 0..=255u8 {
            for place in 0..8 {
                let mut bytes = [b' '; 8];
                bytes[place] = byte;
                let masks = classes(load(&bytes, 0));
                let bit = 0x80u64 << (8 * place);
                assert_eq!(masks.word == bit, byte.is_ascii_alphanumeric(), "{byte:#x}");
                assert_eq!(masks.letter == bit, byte.is_ascii_alphabetic(), "{byte:#x}");
                assert_eq!(others_than_digits(load(&bytes, 0)) & bit == 0, byte.is_ascii_digit(), "{byte:#x}");
                let hex = byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte) || byte == b'-';
                let (others, hyphens) = others_than_hex(load(&bytes, 0));
                assert_eq!((others & bit == 0, hyphens == bit), (hex, byte == b'-'), "{byte:#x}");
                assert_eq!(masks.special == bit, (b':'..=b'@').contains(&byte), "{byte:#x}");
                let stop = byte == b'"' || byte == b'\\' || byte < 0x20;
                let mask = string_stops(load(&bytes, 0));
                assert_eq!(mask != 0, stop, "{byte:#x}");
                let plain = plain_stops(load(&bytes, 0));
                assert_eq!(plain != 0, stop || byte >= 0x80, "{byte:#x}");
                if plain != 0 {
                    assert_eq!(first(plain), place, "{byte:#x}");
                }
                if stop {
                    assert_eq!(first(mask), place);
                    assert_eq!(below(mask), (1 << (8 * place)) - 1, "{byte:#x}");
                }
            }
        }
    }

    #[test]
    fn common_beginnings() {
        let text: [u8; 80] = core::array::from_fn(|n| n as u8);
        for length in 0..80 {
            for place in 0..length {
                let mut other = text;
                other[place] = !other[place];
                assert_eq!(common(&text[..length], &other), place);
                assert_eq!(common(&other, &text[..length]), place);
            }
            assert_eq!(common(&text[..length], &text), length);
            assert_eq!(common(&text, &text[..length]), length);
            assert!(equal(&text[..length], &text[..length]));
        }
        assert_eq!(common(b"ab\0", b"ab"), 2);
        assert!(!equal(b"ab\0", b"ab"));
    }

    #[test]
    fn the_tail_reads_as_zeros() {
        assert_eq!(load(b"abc", 1), u64::from_le_bytes(*b"bc\0\0\0\0\0\0"));
        assert_eq!(load(b"abc", 9), 0);
    }
}
