//! What the content of a JSON string says to someone who undoes one more encoding: percent-encoding, HTML entities,
//! escapes of an inner text, characters that are not seen, and full-width ones.
//!
//! Percent-encoding is undone twice (`%2540`), for what a URL has in one of its parameters is a URL. Not undone: a third
//! time, entities without `;`, quoted-printable, UTF-7, and base64, into which the scan itself looks where it begins like
//! a text ([`crate::redact`]).

use crate::bytes::Bytes;
use crate::json::{Span, byte, hex4};
use alloc::vec::Vec;

/// What stands for one character, or for one byte of it.
struct Unit {
    /// Bytes in the source.
    length: usize,
    meaning: Meaning,
}

#[derive(Clone, Copy)]
enum Meaning {
    /// What the source has.
    Same,
    Byte(u8),
    Char(char),
    /// It is not seen.
    Nothing,
}

impl Meaning {
    fn of(character: char) -> Meaning {
        match character {
            // Soft hyphen, zero-width space and joiners, word joiner, byte order mark.
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => Meaning::Nothing,
            // https://www.unicode.org/charts/PDF/UFF00.pdf
            '\u{ff01}'..='\u{ff5e}' => Meaning::Byte((character as u32 - 0xfee0) as u8),
            _ => Meaning::Char(character),
        }
    }

    fn length(self, unit: usize) -> usize {
        match self {
            Meaning::Same => unit,
            Meaning::Byte(_) => 1,
            Meaning::Char(character) => character.len_utf8(),
            Meaning::Nothing => 0,
        }
    }
}

/// The unit at `at`.
#[inline(never)]
fn unit(bytes: &[u8], at: usize) -> Unit {
    let found = match byte(bytes, at) {
        b'\\' => escape(bytes, at),
        b'%' => percent(bytes, at),
        b'&' => entity(bytes.get(at + 1..).unwrap_or_default()),
        0xc2 | 0xe2 | 0xef => folded(bytes, at),
        _ => None,
    };
    let (length, meaning) = found.unwrap_or((1, Meaning::Same));
    Unit { length, meaning }
}

/// The character of two or three bytes at `at`, if it does not mean what it is.
#[inline(never)]
fn folded(bytes: &[u8], at: usize) -> Option<(usize, Meaning)> {
    let length = if byte(bytes, at) == 0xc2 { 2 } else { 3 };
    let character = core::str::from_utf8(bytes.get(at..at + length)?).ok()?.chars().next()?;
    match Meaning::of(character) {
        Meaning::Char(_) => None,
        meaning => Some((length, meaning)),
    }
}

/// Backslashes in front of an escape, for as many levels as texts lie in texts.
const MAX_SLASHES: usize = 8;

/// The escape at `at`: of JSON, or behind more backslashes of a text inside.
fn escape(bytes: &[u8], at: usize) -> Option<(usize, Meaning)> {
    let rest = bytes.get(at..)?;
    let slashes = rest.iter().take(MAX_SLASHES).take_while(|byte| **byte == b'\\').count();
    let end = slashes + 1;
    let found = match byte(rest, slashes) {
        // Half a character beyond U+FFFF is none that matters.
        b'u' => hex4(rest, end)
            .map(|code| (end + 4, Meaning::of(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)))),
        b'x' if slashes > 1 => hex2(rest, end).map(|code| (end + 2, Meaning::Byte(code))),
        b'/' => Some((end, Meaning::Byte(b'/'))),
        _ => None,
    };
    if found.is_some() {
        return found;
    }
    let meaning = match byte(rest, 1) {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' | b'f' => b' ',
        other => other,
    };
    Some((2, Meaning::Byte(meaning)))
}

/// The byte that is percent-encoded at `at`, once or twice.
fn percent(bytes: &[u8], at: usize) -> Option<(usize, Meaning)> {
    let code = hex2(bytes, at + 1)?;
    let inner = if code == b'%' { hex2(bytes, at + 3) } else { None };
    Some(inner.map_or((3, Meaning::Byte(code)), |inner| (5, Meaning::Byte(inner))))
}

fn hex2(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(byte(bytes, at)).to_digit(16);
    Some((digit(at)? << 4 | digit(at + 1)?) as u8)
}

/// Character references by name; `&amp;` also stands for `&` in URLs
/// ([HTML](https://html.spec.whatwg.org/multipage/named-characters.html)).
const ENTITIES: &[(&[u8], u8)] =
    &[(b"quot;", b'"'), (b"lt;", b'<'), (b"gt;", b'>'), (b"amp;", b'&'), (b"apos;", b'\''), (b"commat;", b'@')];

/// The character reference whose `&` stands in front of `text`.
fn entity(text: &[u8]) -> Option<(usize, Meaning)> {
    let Some(number) = text.strip_prefix(b"#") else {
        let (name, character) = ENTITIES.iter().find(|(name, _)| text.starts_with(name))?;
        return Some((1 + name.len(), Meaning::Byte(*character)));
    };
    let (radix, digits) = match number {
        [b'x' | b'X', rest @ ..] => (16, rest),
        _ => (10, number),
    };
    let count = digits.iter().take(7).take_while(|byte| char::from(**byte).is_digit(radix)).count();
    if count == 0 || digits.get(count) != Some(&b';') {
        return None;
    }
    let digits = digits.get(..count)?.iter();
    let code = digits.fold(0, |code, digit| code * radix + char::from(*digit).to_digit(radix).unwrap_or(0));
    let length = 3 + count + usize::from(radix == 16);
    Some((length, Meaning::of(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))))
}

/// How many bytes at `at` mean what they are, each of them.
fn plain(bytes: &[u8], at: usize) -> usize {
    let begins = |byte: &&u8| matches!(**byte, b'\\' | b'%' | b'&' | 0xc2 | 0xe2 | 0xef);
    bytes.get(at..).unwrap_or_default().iter().take_while(|byte| !begins(byte)).count()
}

/// Parts of what a text says in which it differs from the text, and what is near: nothing else has to be looked at again.
#[derive(Default)]
pub(crate) struct Changes {
    parts: Vec<Span>,
}

/// So much in front of a change may begin what it is a part of, and so much behind it what it announces, in bytes.
const IN_FRONT: usize = 1024;
const BEHIND: usize = 256;

impl Changes {
    pub(crate) fn new() -> Changes {
        Changes { parts: Vec::with_capacity(16) }
    }

    pub(crate) fn parts(&self) -> &[Span] {
        &self.parts
    }

    /// Notes one at `at`, which is behind those before.
    fn note(&mut self, at: usize) {
        let (start, end) = (at.saturating_sub(IN_FRONT), at + BEHIND);
        let new = self.parts.last().is_none_or(|last| last.end < start);
        if new && self.parts.try_reserve(1).is_ok() {
            self.parts.push(Span { start, end });
        } else if let Some(last) = self.parts.last_mut() {
            last.end = end;
        }
    }
}

/// Appends what `bytes[span]` says, and returns in which parts of `out` that is something else. It is never longer than
/// the source.
///
/// Behind a word with spaces that are percent-encoded its line ends: all of it was encoded, and what follows was not.
pub(crate) fn unfold(bytes: &[u8], span: Span, out: &mut Bytes, changes: &mut Changes) {
    changes.parts.clear();
    let bytes = bytes.get(..span.end).unwrap_or(bytes);
    let mut at = span.start;
    let mut has_space = false;
    while at < span.end {
        let mut plain = Span { start: at, end: at + plain(bytes, at) };
        let space = || plain.of(bytes).iter().position(|byte| *byte == b' ');
        if let Some(space) = has_space.then(space).flatten() {
            has_space = false;
            out.extend(Span { start: at, end: at + space }.of(bytes));
            changes.note(out.len());
            out.push(b'\n');
            plain.start = at + space + 1;
        }
        out.extend(plain.of(bytes));
        at = plain.end;
        if at == span.end {
            break;
        }
        let unit = unit(bytes, at);
        has_space |= byte(bytes, at) == b'%' && matches!(unit.meaning, Meaning::Byte(b' '));
        if !matches!(unit.meaning, Meaning::Same) {
            changes.note(out.len());
        }
        match unit.meaning {
            Meaning::Same => out.push(byte(bytes, at)),
            Meaning::Byte(byte) => out.push(byte),
            Meaning::Char(character) => out.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Meaning::Nothing => {}
        }
        at += unit.length;
    }
}

/// Where, from `at` on, `count` bytes of meaning end; at most `end`.
pub(crate) fn advance(bytes: &[u8], mut at: usize, end: usize, mut count: usize) -> usize {
    let bytes = bytes.get(..end).unwrap_or(bytes);
    loop {
        let plain = plain(bytes, at).min(count);
        at += plain;
        count -= plain;
        if at >= end || count == 0 {
            break;
        }
        let unit = unit(bytes, at);
        count = count.saturating_sub(unit.meaning.length(unit.length));
        at += unit.length;
    }
    at.min(end)
}

/// Whether a text in UTF-8 has a character that is not seen, or a full-width one.
pub(crate) fn is_folded(text: &[u8]) -> bool {
    let (lanes, rest) = text.as_chunks::<8>();
    let odd = |from: usize, bytes: &[u8]| {
        (from..from + bytes.len()).any(|at| matches!(byte(text, at), 0xc2 | 0xe2 | 0xef) && folded(text, at).is_some())
    };
    lanes.iter().enumerate().any(|(n, lane)| u64::from_le_bytes(*lane) & crate::lanes::HIGH != 0 && odd(8 * n, lane))
        || odd(text.len() - rest.len(), rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn unfolded(text: &str) -> String {
        let mut out = Bytes::new();
        unfold(text.as_bytes(), Span { start: 0, end: text.len() }, &mut out, &mut Changes::new());
        // From every place of the meaning there is a way back.
        for count in 0..=out.len() {
            let at = advance(text.as_bytes(), 0, text.len(), count);
            let mut front = Bytes::new();
            unfold(text.as_bytes(), Span { start: 0, end: at }, &mut front, &mut Changes::new());
            assert!(front.len() >= count && front.len() < count + 4, "{text}: {count}");
            assert!(out.as_slice().starts_with(front.as_slice()), "{text}: {count}");
        }
        String::from_utf8_lossy(out.as_slice()).into_owned()
    }

    #[test]
    fn each_encoding_is_undone_once_and_percent_twice() {
        for (text, expected) in [
            ("a%3Db%C3%A9%4", "a=b\u{e9}%4"),
            ("%2540%253d 100% %zz %25 %25zz %252540", "@= 100% %zz % %zz %40"),
            ("a%20b c d%2520 e", "a b\nc d \ne"),
            (r"a\u003db\u00e9\n\t\/\\", "a=b\u{e9}\n\t/\\"),
            (r"a\\u003db\\\\u0040\\x22\\x2", "a=b@\"\\x2"),
            (r"\\/ \\\/ \\n", "/ / \\n"),
            ("&quot;&#34;&#x22;&lt;&commat;&#064;&amp;&#;&x;&quot", "\"\"\"<@@&&#;&x;&quot"),
            ("a\u{200b}b\u{ad}\u{feff}\u{2060}c", "abc"),
            ("\u{ff14}\u{ff11}\u{ff20}\u{ff1d}\u{3002}\u{e9}\u{20ac}", "41@=\u{3002}\u{e9}\u{20ac}"),
            (r"\ud83d\ude00\uff14", "\u{fffd}\u{fffd}4"),
        ] {
            assert_eq!(unfolded(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_folded_is_seen_at_every_place() {
        for place in 0..20 {
            let front = "x".repeat(place);
            for text in ["\u{200b}", "\u{ff14}", "\u{ad}"] {
                assert!(is_folded(alloc::format!("{front}{text}y").as_bytes()));
                assert!(is_folded(alloc::format!("{front}{text}").as_bytes()));
            }
            for text in ["\u{e9}", "\u{20ac}", "\u{3002}", "\u{a9}", ""] {
                assert!(!is_folded(alloc::format!("{front}{text}y").as_bytes()));
            }
        }
    }
}
