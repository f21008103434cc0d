//! What a grammar can do with a text that it made: encodings, escapes, check digits.

use crate::luhn::with_check_digit;
use podsieve_host::json;

/// # Panics
///
/// If there is no such function.
pub(crate) fn apply(function: &str, text: &str) -> String {
    match function {
        "b64" => base64(text.as_bytes(), b"+/", true),
        "b64url" => base64(text.as_bytes(), b"-_", false),
        "json" => in_json(text),
        "json2" => in_json(&in_json(text)),
        "percent" => {
            each(text, |byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte), |b| format!("%{b:02X}"))
        }
        "percent_all" => each(text, |_| false, |byte| format!("%{byte:02x}")),
        "u" => text.encode_utf16().map(|unit| unicode(unit, |c| c.is_ascii() && !"@<>&='\"".contains(c))).collect(),
        "ascii" => in_json(text).encode_utf16().map(|unit| unicode(unit, |c| c.is_ascii())).collect(),
        "html" => text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;"),
        "html_at" => text.replace('@', "&#64;"),
        "html_hex" => text.replace('@', "&#x40;"),
        "slash" => text.replace('/', "\\/"),
        "upper" => text.to_uppercase(),
        "lower" => text.to_lowercase(),
        "luhn" => with_check_digit(text),
        "spaced" => grouped(text, ' '),
        "dashed" => grouped(text, '-'),
        "dotted" => grouped(text, '.'),
        "crc32" => format!("{text}{}", base62(crc32(text.as_bytes()))),
        "lines" => in_lines(text, "\n"),
        "escaped_lines" => in_lines(text, "\\n"),
        "twice_escaped_lines" => in_lines(text, "\\\\n"),
        "space_lines" => in_lines(text, " "),
        _ => panic!("expected a function, found {function}"),
    }
}

fn base64(bytes: &[u8], last: &[u8; 2], padded: bool) -> String {
    let alphabet: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*last).collect();
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let number = (0..3).fold(0, |number, n| number << 8 | usize::from(chunk.get(n).copied().unwrap_or(0)));
        for n in 0..4 {
            if n <= chunk.len() {
                out.push(char::from(alphabet[number >> (18 - 6 * n) & 63]));
            } else if padded {
                out.push('=');
            }
        }
    }
    out
}

fn in_json(text: &str) -> String {
    let mut quoted = Vec::new();
    json::write_string(&mut quoted, text.as_bytes());
    String::from_utf8_lossy(&quoted[1..quoted.len() - 1]).into_owned()
}

fn each(text: &str, stays: impl Fn(u8) -> bool, escape: impl Fn(u8) -> String) -> String {
    text.bytes().map(|byte| if stays(byte) { char::from(byte).to_string() } else { escape(byte) }).collect()
}

fn unicode(unit: u16, stays: impl Fn(char) -> bool) -> String {
    match char::from_u32(u32::from(unit)) {
        Some(character) if stays(character) => character.to_string(),
        _ => format!("\\u{unit:04x}"),
    }
}

/// The digits of a card in the groups in which they are embossed.
fn grouped(digits: &str, separator: char) -> String {
    let groups: &[usize] = match digits.len() {
        14 => &[4, 6, 4],
        15 => &[4, 6, 5],
        19 => &[4, 4, 4, 4, 3],
        _ => &[4, 4, 4, 4],
    };
    let mut out = String::new();
    let mut rest = digits;
    for length in groups {
        let (group, behind) = rest.split_at(*length);
        if !out.is_empty() {
            out.push(separator);
        }
        out.push_str(group);
        rest = behind;
    }
    out
}

/// The checksum of IEEE 802.3, which GitHub and npm append to their tokens.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// Six digits, the largest first.
fn base62(mut number: u32) -> String {
    let alphabet: Vec<u8> = (b'0'..=b'9').chain(b'A'..=b'Z').chain(b'a'..=b'z').collect();
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = alphabet[(number % 62) as usize];
        number /= 62;
    }
    String::from_utf8_lossy(&digits).into_owned()
}

/// In lines of 64 characters, as PEM has them.
fn in_lines(text: &str, end: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let lines: Vec<String> = characters.chunks(64).map(|line| line.iter().collect()).collect();
    lines.join(end)
}

#[cfg(test)]
mod tests {
    use super::apply;

    #[test]
    fn published_examples() {
        assert_eq!(apply("b64", "Aladdin:open sesame"), "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(apply("luhn", "411111111111111"), "4111111111111111");
        assert_eq!(apply("dashed", "378282246310005"), "3782-822463-10005");
        // 0xcbf43926, the check value of CRC-32.
        assert_eq!(apply("crc32", "123456789"), "1234567893jZRME");
        assert_eq!(apply("percent", "a@b c"), "a%40b%20c");
        assert_eq!(apply("u", "a@b"), "a\\u0040b");
    }
}
