//! Strings into JSON and out of it.

/// Writes bytes as a JSON string, as Fluent Bit does with `json.escape_unicode off`: quotes,
/// backslashes and controls are escaped, other text stays UTF-8, and each byte that is not UTF-8
/// becomes U+FFFD.
pub fn write_string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    write_body(out, text);
    out.push(b'"');
}

/// As [`write_string`], without the quotes.
pub(crate) fn write_body(out: &mut Vec<u8>, text: &[u8]) {
    for chunk in text.utf8_chunks() {
        let mut rest = chunk.valid().as_bytes();
        while let Some(at) = rest.iter().position(|&byte| needs_escape(byte)) {
            out.extend_from_slice(&rest[..at]);
            write_escape(out, rest[at]);
            rest = &rest[at + 1..];
        }
        out.extend_from_slice(rest);
        for _ in chunk.invalid() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7f)
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Writes the body of a JSON string with the escapes that [`write_string`] would have chosen.
pub(crate) fn write_normalised(out: &mut Vec<u8>, body: &[u8]) {
    if memchr::memchr(b'\\', body).is_some() {
        write_body(out, &unescape(body));
    } else {
        out.extend_from_slice(body);
    }
}

/// The text behind the body of a JSON string (without quotes). A surrogate that is alone, and an
/// escape that is none, become U+FFFD.
pub fn unescape(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        let (character, length) = escape(&rest[at..]);
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        rest = rest.get(at + length..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

/// The character that an escape stands for, and how many bytes it takes.
fn escape(text: &[u8]) -> (char, usize) {
    let simple = match text.get(1) {
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(&byte @ (b'"' | b'\\' | b'/')) => byte as char,
        Some(b'u') => return unicode(text),
        _ => char::REPLACEMENT_CHARACTER,
    };
    (simple, 2)
}

fn unicode(text: &[u8]) -> (char, usize) {
    let Some(first) = unit(text) else {
        return (char::REPLACEMENT_CHARACTER, 2);
    };
    let second = text.get(6..).and_then(unit);
    let mut units = [first, second.unwrap_or(0)].into_iter();
    let length = match (first, second) {
        (0xd800..=0xdbff, Some(0xdc00..=0xdfff)) => 12,
        _ => 6,
    };
    let character = char::decode_utf16(units.by_ref().take(length / 6)).next();
    match character {
        Some(Ok(character)) => (character, length),
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

/// The number in `\uXXXX`.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes() {
        let mut out = Vec::new();
        write_string(&mut out, b"a\"\\\n\x00\x7f\xc3\xa9\xff\xe2\x82z");
        assert_eq!(String::from_utf8_lossy(&out), "\"a\\\"\\\\\\n\\u0000\\u007f\u{e9}\u{fffd}\u{fffd}\u{fffd}z\"");
    }

    #[test]
    fn unescapes() {
        let text = br#"a\n\"\/\u00e9\ud83d\ude00\ud800x\u003c"#;
        assert_eq!(String::from_utf8_lossy(&unescape(text)), "a\n\"/\u{e9}\u{1f600}\u{fffd}x<");
        assert_eq!(unescape(br"\u12"), "\u{fffd}12".as_bytes());
        assert_eq!(unescape(br"\"), "\u{fffd}".as_bytes());
    }

    #[test]
    fn there_and_back() {
        for byte in 0..=0x7f_u8 {
            let mut out = Vec::new();
            write_string(&mut out, &[b'x', byte]);
            let read: String = serde_json::from_slice(&out).expect("a JSON string");
            assert_eq!(read.as_bytes(), [b'x', byte]);
            assert_eq!(unescape(&out[1..out.len() - 1]), [b'x', byte]);
        }
    }
}
