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

/// The first eight bytes of `rest`, which then begins behind them; zeros behind its end.
#[inline(always)]
pub(crate) fn next(rest: &mut &[u8]) -> u64 {
    match rest.split_first_chunk::<8>() {
        Some((lane, behind)) => {
            *rest = behind;
            u64::from_le_bytes(*lane)
        }
        None => load_tail(rest, 0),
    }
}

#[inline(never)]
fn load_tail(bytes: &[u8], at: usize) -> u64 {
    if let Some(last) = bytes.last_chunk::<8>() {
        let missing = at.saturating_sub(bytes.len() - 8);
        return if missing < 8 { u64::from_le_bytes(*last) >> (8 * missing) } else { 0 };
    }
    let mut lane = 0;
    for (n, &byte) in bytes.iter().skip(at).take(8).enumerate() {
        lane |= u64::from(byte) << (8 * n);
    }
    lane
}

/// What [`copied`] can copy without a call, if there is so much to read and to write.
pub(crate) const COPIED: usize = 64;

/// Whether there are registers of 16 bytes. Tests need none, and see what is done with them.
const WIDE: bool = cfg!(any(test, target_feature = "simd128"));

/// Writes the first `length` bytes of `text` at the beginning of `room`, and returns what is left of it, where something
/// else may have been written; nothing if either is shorter. An interpreter copies with one instruction; for a compiler
/// that is a call, which takes longer than a few registers.
#[inline(always)]
pub(crate) fn copied<'a>(text: &[u8], length: usize, room: &'a mut [u8]) -> Option<&'a mut [u8]> {
    if WIDE
        && length <= COPIED
        && let (Some(from), Some(to)) = (text.first_chunk::<COPIED>(), room.first_chunk_mut::<COPIED>())
        && let ([a, b, c, d], [e, f, g, h]) = (from.as_chunks::<16>().0, to.as_chunks_mut::<16>().0)
    {
        *e = *a;
        if length > 16 {
            *f = *b;
            if length > 32 {
                *g = *c;
                *h = *d;
            }
        }
        return room.get_mut(length..);
    }
    let (place, left) = room.split_at_mut_checked(length)?;
    place.copy_from_slice(text.get(..length)?);
    Some(left)
}

/// Whether two texts are the same. As good as always they are: there is one branch for many bytes.
#[inline(never)]
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let Some(mut differ) = last::<32>(a, b) else { return equal_short(a, b) };
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<64>(), b.as_chunks::<64>());
    if let (Some(a), Some(b)) = (rest_a.first_chunk::<32>(), rest_b.first_chunk::<32>()) {
        differ |= difference(a, b);
    }
    a.iter().zip(b).fold(differ, |differ, (a, b)| differ | difference(a, b)) == 0
}

/// The same of two of fewer than 32 bytes.
#[inline(always)]
fn equal_short(a: &[u8], b: &[u8]) -> bool {
    if let (Some(x), Some(y)) = (a.first_chunk::<16>(), b.first_chunk::<16>()) {
        return difference(x, y) | last::<16>(a, b).unwrap_or_default() == 0;
    }
    if let (Some(x), Some(y)) = (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        return difference(x, y) | last::<8>(a, b).unwrap_or_default() == 0;
    }
    a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// The [`difference`] of their last bytes, if they have so many.
#[inline(always)]
fn last<const N: usize>(a: &[u8], b: &[u8]) -> Option<u64> {
    Some(difference(a.last_chunk::<N>()?, b.last_chunk::<N>()?))
}

/// 0 if they are the same.
#[inline(always)]
pub(crate) fn difference<const N: usize>(a: &[u8; N], b: &[u8; N]) -> u64 {
    let lanes = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    lanes.fold(0, |differ, (a, b)| differ | (u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b)))
}

/// Index of the first byte that a mask names, 0 to 7; the mask is not zero. An interpreter that counts trailing zeros
/// one by one takes longer than for these five instructions.
#[inline(always)]
pub(crate) fn first(mask: u64) -> usize {
    (((mask & mask.wrapping_neg()) >> 7).wrapping_mul(0x0001_0203_0405_0607) >> 56) as usize
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
    let hyphen = !(((low ^ (ONES * b'-' as u64)) + LOW7) | lane);
    ((!(digit | letter | hyphen) | lane) & HIGH, hyphen & HIGH)
}

/// Up to where there are only lower case hexadecimal digits and hyphens, and no two digits between hyphens.
#[inline(always)]
pub(crate) fn hex_end(bytes: &[u8]) -> usize {
    let (mut at, mut before, mut rest) = (0, HIGH, bytes);
    loop {
        let (others, hyphens) = others_than_hex(next(&mut rest));
        if hyphens & (hyphens << 24 | before >> 40) != 0 {
            return at;
        }
        if others != 0 {
            return at + first(others);
        }
        before = hyphens;
        at += 8;
    }
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
    fn texts_are_equal_in_all_their_bytes() {
        let text: [u8; 80] = core::array::from_fn(|n| n as u8);
        for length in 0..80 {
            assert!(equal(&text[..length], &text[..length]));
            assert!(!equal(&text[..length], &text[..length + 1]));
            for place in 0..length {
                let mut other = text;
                other[place] ^= 0x80;
                assert!(!equal(&text[..length], &other[..length]));
            }
        }
        assert!(!equal(b"ab\0", b"ab"));
    }

    #[test]
    fn so_many_bytes_are_copied_as_there_should_be() {
        let text: [u8; 200] = core::array::from_fn(|n| n as u8);
        for (length, size, room) in (0..100).flat_map(|n| [(n, n, n), (n, 200, n), (n, n, 200), (n, 200, 200)]) {
            let mut out = [0xff; 200];
            let left = copied(&text[..size], length, &mut out[..room]).map(|left| left.len());
            assert_eq!(left, Some(room - length), "{length} {size} {room}");
            assert_eq!(out[..length], text[..length], "{length} {size} {room}");
            assert!(out[room..].iter().all(|byte| *byte == 0xff), "{length} {size} {room}");
        }
        assert!(copied(&text[..5], 6, &mut [0; 9]).is_none() && copied(&text, 6, &mut [0; 5]).is_none());
    }

    #[test]
    fn the_tail_reads_as_zeros() {
        assert_eq!(load(b"abc", 1), u64::from_le_bytes(*b"bc\0\0\0\0\0\0"));
        assert_eq!(load(b"abc", 9), 0);
    }
}
