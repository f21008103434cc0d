//! The content of JSON strings, unit by unit: what it means, and how it is written as valid JSON with every byte kept
//! that can be kept.

use crate::bytes::Bytes;
use crate::json::{Span, byte, hex4};

/// One character of a string's content.
#[derive(Clone, Copy)]
struct Unit {
    /// Bytes in the source.
    length: usize,
    /// What it means.
    character: char,
    form: Form,
}

/// How a unit is written.
#[derive(Clone, Copy)]
enum Form {
    /// As the source has it, without its first `skip` bytes.
    Same { skip: usize },
    /// Two escapes of a surrogate pair, each without its first byte (both lay one level deep).
    Pair,
    /// As JSON needs it.
    Mended,
}

/// Reads the unit at `at` of content that ends at `end`.
#[inline]
fn unit(bytes: &[u8], at: usize, end: usize, escaped: bool) -> Unit {
    let first = byte(bytes, at);
    match first {
        b'\\' if at + 1 < end => {
            if escaped && byte(bytes, at + 1) == b'\\' && at + 2 < end {
                inner(bytes, at, end)
            } else if escaped && byte(bytes, at + 1) == b'"' {
                // Not inside a string that was read one level deep; were it, it would mean a quote.
                Unit { length: 2, character: '"', form: Form::Mended }
            } else {
                escape(bytes, at, end, at, if escaped { Level::Outer } else { Level::Only })
            }
        }
        b'\\' => Unit { length: 1, character: '\\', form: Form::Mended },
        0..0x20 | b'"' => Unit { length: 1, character: char::from(first), form: Form::Mended },
        0x20..0x80 => Unit { length: 1, character: char::from(first), form: Form::Same { skip: 0 } },
        _ => multibyte(bytes.get(at..end).unwrap_or_default()),
    }
}

/// The unit behind an escaped backslash, one level deep: `\\n` is the inner string's `\n`.
fn inner(bytes: &[u8], at: usize, end: usize) -> Unit {
    if byte(bytes, at + 2) == b'\\' && at + 3 < end {
        return match byte(bytes, at + 3) {
            found @ (b'"' | b'\\' | b'/') => {
                Unit { length: 4, character: char::from(found), form: Form::Same { skip: 2 } }
            }
            _ => Unit { length: 2, character: '\\', form: Form::Mended },
        };
    }
    escape(bytes, at + 1, end, at, Level::Inner)
}

/// Where an escape stands, which decides how a surrogate pair goes on and what is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Only,
    Outer,
    Inner,
}

/// The escape whose backslash is at `slash`; the unit begins at `start`.
fn escape(bytes: &[u8], slash: usize, end: usize, start: usize, level: Level) -> Unit {
    let skip = slash - start;
    let simple = |character| Unit { length: skip + 2, character, form: Form::Same { skip } };
    match byte(bytes, slash + 1) {
        b'n' => simple('\n'),
        b't' => simple('\t'),
        b'r' => simple('\r'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'/' => simple('/'),
        found @ (b'"' | b'\\') => simple(char::from(found)),
        b'u' if slash + 6 <= end => {
            let Some(code) = hex4(bytes, slash + 2) else { return backslash(skip) };
            match code {
                0xd800..0xdc00 => low(bytes, slash + 6, end, level)
                    .and_then(|low| char::from_u32(0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00)))
                    .map_or(replacement(skip + 6), |character| {
                        let length = (skip + 6) * 2;
                        Unit {
                            length,
                            character,
                            form: if level == Level::Inner { Form::Pair } else { Form::Same { skip } },
                        }
                    }),
                _ => char::from_u32(code)
                    .map_or(replacement(skip + 6), |character| Unit { length: skip + 6, ..simple(character) }),
            }
        }
        _ => backslash(skip),
    }
}

/// The low surrogate that is escaped at `at`.
fn low(bytes: &[u8], at: usize, end: usize, level: Level) -> Option<u32> {
    let mark: &[u8] = if level == Level::Inner { b"\\\\u" } else { b"\\u" };
    let digits = at + mark.len();
    if digits + 4 > end || !bytes.get(at..)?.starts_with(mark) {
        return None;
    }
    hex4(bytes, digits).filter(|code| (0xdc00..0xe000).contains(code))
}

/// A backslash that escapes nothing stands for itself.
fn backslash(skip: usize) -> Unit {
    Unit { length: skip + 1, character: '\\', form: Form::Mended }
}

fn replacement(length: usize) -> Unit {
    Unit { length, character: char::REPLACEMENT_CHARACTER, form: Form::Mended }
}

fn multibyte(bytes: &[u8]) -> Unit {
    let first = u32::from(byte(bytes, 0));
    // Length, bits of the first byte, and the least character that is that long.
    let (length, bits, least) = match first {
        0xc0..0xe0 => (2, first & 0x1f, 0x80),
        0xe0..0xf0 => (3, first & 0x0f, 0x800),
        0xf0..0xf8 => (4, first & 0x07, 0x1_0000),
        _ => return replacement(1),
    };
    let rest = bytes.get(1..length).filter(|rest| rest.iter().all(|byte| byte & 0xc0 == 0x80));
    let code = rest.map(|rest| rest.iter().fold(bits, |code, byte| code << 6 | u32::from(byte & 0x3f)));
    match code.filter(|code| *code >= least).and_then(char::from_u32) {
        Some(character) => Unit { length, character, form: Form::Same { skip: 0 } },
        None => replacement(1),
    }
}

/// What the escape of two bytes at `at` means, if it is one that stands for an ASCII character.
#[inline(always)]
fn simple_escape(bytes: &[u8], at: usize, end: usize) -> Option<u8> {
    if byte(bytes, at) != b'\\' || at + 2 > end {
        return None;
    }
    match byte(bytes, at + 1) {
        found @ (b'"' | b'\\' | b'/') => Some(found),
        b'n' => Some(b'\n'),
        b't' => Some(b'\t'),
        b'r' => Some(b'\r'),
        _ => None,
    }
}

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// Appends what `bytes[span]`, content of a string, means, as UTF-8; `escaped` if it lies one level deep. It is
/// never longer than the source, but for bytes that are not UTF-8.
pub(crate) fn decode(bytes: &[u8], span: Span, escaped: bool, decoded: &mut Bytes) {
    let mut at = span.start;
    while at < span.end {
        let run = same_run(bytes, at, span.end);
        decoded.extend_short(bytes, Span { start: at, end: at + run });
        at += run;
        // No character begins here that is beyond ASCII; what is like this byte often follows.
        let start = at;
        while at < span.end && (is_odd(byte(bytes, at)) || (at == start && byte(bytes, at) >= 0x80)) {
            match byte(bytes, at) {
                control @ 0..0x20 => decoded.push(control),
                _ => decoded.extend(REPLACEMENT),
            }
            at += 1;
        }
        while !escaped && let Some(found) = simple_escape(bytes, at, span.end) {
            decoded.push(found);
            at += 2;
        }
        if at == start && at < span.end {
            let unit = unit(bytes, at, span.end, escaped);
            push(unit.character, decoded);
            at += unit.length;
        }
    }
}

/// Whether a byte is a character by itself that no JSON string has: a control byte, or one that may only be the second of
/// a character or a later one.
fn is_odd(byte: u8) -> bool {
    byte < 0x20 || byte & 0xc0 == 0x80
}

/// Writes content of a string from `at` on as valid JSON, until `count` bytes of its meaning are written or it ends at
/// `end`, and returns how far it came. Without `out` it only moves on.
pub(crate) fn transcode(
    bytes: &[u8],
    mut at: usize,
    end: usize,
    escaped: bool,
    mut count: usize,
    mut out: Option<&mut Bytes>,
) -> usize {
    while at < end && count > 0 {
        let start = at;
        loop {
            let run = same_run(bytes, at, end.min(at.saturating_add(count)));
            at += run;
            count -= run;
            let escapes = at;
            while !escaped && count > 0 && simple_escape(bytes, at, end).is_some() {
                at += 2;
                count -= 1;
            }
            if at == escapes {
                break;
            }
        }
        if let Some(out) = &mut out {
            out.extend_short(bytes, Span { start, end: at });
        }
        if at < end && count > 0 {
            let unit = unit(bytes, at, end, escaped);
            count = count.saturating_sub(unit.character.len_utf8());
            if let Some(out) = &mut out {
                write(bytes, at, &unit, out);
            }
            at += unit.length;
        }
        while at < end && count > 0 && is_odd(byte(bytes, at)) {
            let control = byte(bytes, at) < 0x20;
            count = count.saturating_sub(if control { 1 } else { REPLACEMENT.len() });
            match &mut out {
                Some(out) if control => escape_char(char::from(byte(bytes, at)), out),
                Some(out) => out.extend(REPLACEMENT),
                None => {}
            }
            at += 1;
        }
    }
    at
}

fn write(bytes: &[u8], at: usize, unit: &Unit, out: &mut Bytes) {
    match unit.form {
        Form::Same { skip } => out.extend(Span { start: at + skip, end: at + unit.length }.of(bytes)),
        Form::Pair => {
            let half = unit.length / 2;
            out.extend(Span { start: at + 1, end: at + half }.of(bytes));
            out.extend(Span { start: at + half + 1, end: at + unit.length }.of(bytes));
        }
        Form::Mended => escape_char(unit.character, out),
    }
}

/// Writes one character as it stands in a JSON string.
pub(crate) fn escape_char(character: char, out: &mut Bytes) {
    match character {
        '"' | '\\' => {
            out.push(b'\\');
            out.push(character as u8);
        }
        '\n' => out.extend(b"\\n"),
        '\r' => out.extend(b"\\r"),
        '\t' => out.extend(b"\\t"),
        '\0'..' ' => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            let code = character as usize;
            out.extend(&[b'\\', b'u', b'0', b'0', DIGITS[code >> 4 & 15], DIGITS[code & 15]]);
        }
        _ => push(character, out),
    }
}

fn push(character: char, out: &mut Bytes) {
    if character.is_ascii() {
        out.push(character as u8);
    } else {
        out.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Length of the run of ASCII without quotes, backslashes and control bytes at `at`.
fn plain_run(bytes: &[u8], at: usize, end: usize) -> usize {
    crate::lanes::plain_end(bytes, at).min(end).saturating_sub(at)
}

/// Length of the run of UTF-8 without quotes, backslashes and control bytes at `at`.
#[inline]
fn same_run(bytes: &[u8], at: usize, end: usize) -> usize {
    let run = at + plain_run(bytes, at, end);
    if run < end && byte(bytes, run) >= 0x80 { beyond_ascii(bytes, run, end) - at } else { run - at }
}

/// Where such a run ends that goes on at `at` beyond ASCII.
#[inline(never)]
fn beyond_ascii(bytes: &[u8], mut at: usize, end: usize) -> usize {
    while at < end && byte(bytes, at) >= 0x80 {
        match multibyte(bytes.get(at..end).unwrap_or_default()) {
            Unit { length, form: Form::Same { .. }, .. } => at += length,
            _ => break,
        }
        at += plain_run(bytes, at, end);
    }
    at
}

/// Writes bytes that are no JSON as the content of a JSON string. A run of bytes that is not UTF-8 becomes one
/// U+FFFD, as does one of control bytes other than tab and line ends.
pub(crate) fn escape_lossy(bytes: &[u8], out: &mut Bytes) {
    let mut at = 0;
    let mut replaced = false;
    while at < bytes.len() {
        let run = plain_run(bytes, at, bytes.len());
        if run > 0 {
            out.extend_short(bytes, Span { start: at, end: at + run });
            at += run;
            replaced = false;
            continue;
        }
        let quotes = at;
        while let found @ (b'"' | b'\\') = byte(bytes, at) {
            out.push(b'\\');
            out.push(found);
            at += 1;
        }
        if at > quotes {
            replaced = false;
            continue;
        }
        let character = match byte(bytes, at) {
            found @ (b'\n' | b'\r' | b'\t') => {
                at += 1;
                char::from(found)
            }
            0..0x20 => {
                at += 1;
                char::REPLACEMENT_CHARACTER
            }
            _ => {
                let unit = multibyte(bytes.get(at..).unwrap_or_default());
                at += unit.length;
                unit.character
            }
        };
        if character != char::REPLACEMENT_CHARACTER || !replaced {
            escape_char(character, out);
        }
        replaced = character == char::REPLACEMENT_CHARACTER;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn decoded<const ESC: bool>(content: &[u8]) -> String {
        let mut out = Bytes::new();
        decode(content, Span { start: 0, end: content.len() }, ESC, &mut out);
        String::from_utf8(out.as_slice().to_vec()).unwrap()
    }

    fn written<const ESC: bool>(content: &[u8]) -> String {
        let mut out = Bytes::new();
        let end = transcode(content, 0, content.len(), ESC, usize::MAX, Some(&mut out));
        assert_eq!(end, content.len());
        String::from_utf8(out.as_slice().to_vec()).unwrap()
    }

    #[test]
    fn what_is_valid_stays_byte_for_byte() {
        for content in [r"a\nb\u00e9\/\\\b", "\u{e9}\u{1f600}", r"\ud83d\ude00\u0000"] {
            assert_eq!(written::<false>(content.as_bytes()), content);
        }
        assert_eq!(decoded::<false>(br"a\n\u00e9\/\ud83d\ude00"), "a\n\u{e9}/\u{1f600}");
    }

    #[test]
    fn what_is_not_is_mended() {
        for (content, expected) in [
            (&b"\\x01"[..], r"\\x01"),
            (b"\\ud800x", "\u{fffd}x"),
            (b"\\ude00", "\u{fffd}"),
            (b"\\ud800\\u0041", "\u{fffd}\\u0041"),
            (b"\\u00", r"\\u00"),
            (b"a\x01\n\xff\xc3", "a\\u0001\\n\u{fffd}\u{fffd}"),
            (b"\\", r"\\"),
        ] {
            assert_eq!(written::<false>(content), expected);
        }
    }

    #[test]
    fn one_level_deep() {
        assert_eq!(
            decoded::<true>(br#"a\\n\\\"\\\\\\u00e9\u00e9\\ud83d\\ude00\ud83d\ude00"#),
            "a\n\"\\\u{e9}\u{e9}\u{1f600}\u{1f600}"
        );
        assert_eq!(
            written::<true>(br#"a\\n\\\"\\\\\\u00e9\u00e9\\ud83d\\ude00\ud83d\ude00"#),
            r#"a\n\"\\\u00e9\u00e9\ud83d\ude00\ud83d\ude00"#
        );
        assert_eq!(written::<true>(br"\\ud800\/"), "\u{fffd}\\/");
    }

    #[test]
    fn stops_at_a_count_of_meaning() {
        let content = br"ab\u00e9cd";
        assert_eq!(transcode(content, 0, content.len(), false, 4, None), 8);
        assert_eq!(transcode(content, 0, content.len(), false, 1, None), 1);
    }

    #[test]
    fn lossy_text_has_one_replacement_a_run() {
        let mut out = Bytes::new();
        escape_lossy(b"a\x00\x01\xff\"b\xff\n", &mut out);
        assert_eq!(String::from_utf8(out.as_slice().to_vec()).unwrap(), "a\u{fffd}\\\"b\u{fffd}\\n");
    }
}
