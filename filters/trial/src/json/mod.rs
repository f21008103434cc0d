//! As much JSON as a host needs: judging a result, finding fields, writing strings.
//!
//! Nothing here recurses, so no depth of nesting is too deep.

mod fields;
mod scan;
mod string;

pub use fields::{Field, Fields, elements, field, fields};
pub use string::{unescape, write_string};
pub(crate) use string::{write_body, write_normalised};

use crate::Lost;

/// What a text is, by RFC 8259 in strict UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Exactly one object.
    Object,
    /// Two objects or more, one after another.
    SeveralObjects,
    /// Exactly one value that is no object.
    NotObject,
    /// Anything else, the empty text included.
    Invalid,
}

impl Verdict {
    /// The reason for which the host loses such a result.
    pub fn loss(self, result: &[u8]) -> Lost {
        match self {
            _ if result.is_empty() => Lost::Empty,
            Verdict::SeveralObjects => Lost::SeveralObjects,
            Verdict::NotObject => Lost::NotObject,
            Verdict::Object | Verdict::Invalid => Lost::InvalidJson,
        }
    }
}

/// Judges a text in one pass over it.
///
/// Surrogates that are alone are accepted where they are escaped, as the grammar has it; numbers that no double can
/// hold are not, as Fluent Bit 5.1 has it (its parser refuses the text, and a chunk with other records ends it).
pub fn judge(text: &[u8]) -> Verdict {
    if std::str::from_utf8(text).is_err() {
        return Verdict::Invalid;
    }
    let mut at = scan::space(text, 0);
    let first_is_object = text.get(at) == Some(&b'{');
    let mut values = 0_u64;
    while at < text.len() {
        if values > 0 && !(first_is_object && text[at] == b'{') {
            return Verdict::Invalid;
        }
        let Some(end) = scan::value(text, at) else {
            return Verdict::Invalid;
        };
        values += 1;
        at = scan::space(text, end);
    }
    if !scan::numbers_fit(text) {
        return Verdict::Invalid;
    }
    match (values, first_is_object) {
        (0, _) => Verdict::Invalid,
        (1, true) => Verdict::Object,
        (1, false) => Verdict::NotObject,
        _ => Verdict::SeveralObjects,
    }
}

/// Writes a JSON text on one line: line ends between tokens go, strings stay as they are.
pub fn write_line(out: &mut impl std::io::Write, json: &[u8]) -> std::io::Result<()> {
    let mut rest = json;
    // A valid text has these bytes between tokens only.
    while let Some(at) = memchr::memchr2(b'\n', b'\r', rest) {
        out.write_all(&rest[..at])?;
        rest = &rest[at + 1..];
    }
    out.write_all(rest)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges() {
        let cases: &[(&[u8], Verdict)] = &[
            (b"{}", Verdict::Object),
            (b" {\"a\":[1,-0.5e+3,{\"b\":null}]}\n", Verdict::Object),
            (b"{\"a\":\"\\ud800 \\n\"}", Verdict::Object),
            (b"{}{}", Verdict::SeveralObjects),
            (b"{} {\"a\":1} {}", Verdict::SeveralObjects),
            (b"[]", Verdict::NotObject),
            (b"1", Verdict::NotObject),
            (b"\"x\"", Verdict::NotObject),
            (b"", Verdict::Invalid),
            (b"  ", Verdict::Invalid),
            (b"{} x", Verdict::Invalid),
            (b"{\"a\":01}", Verdict::Invalid),
            (b"{\"a\":1,}", Verdict::Invalid),
            (b"{\"a\":nan}", Verdict::Invalid),
            (b"{1:2}", Verdict::Invalid),
            (b"{\"a\":\"\x01\"}", Verdict::Invalid),
            (b"{\"a\":\"\xff\"}", Verdict::Invalid),
            (b"{\"a\":\"\\x\"}", Verdict::Invalid),
            (b"{\"a\":\"", Verdict::Invalid),
        ];
        for (text, verdict) in cases {
            assert_eq!(judge(text), *verdict, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn deep_nesting_is_judged() {
        let mut text = br#"{"a":"#.repeat(100_000);
        text.extend_from_slice(b"[]");
        text.extend(b"}".repeat(100_000));
        assert_eq!(judge(&text), Verdict::Object);
        text.pop();
        assert_eq!(judge(&text), Verdict::Invalid);
    }

    /// Every text made of a few tokens is judged as serde_json judges it.
    #[test]
    fn agrees_with_serde_json() {
        let tokens = ["{", "}", "[", "]", ",", ":", "\"a\"", "1", "-", "0.5", "e0", "true", " "];
        let n = tokens.len();
        for length in 1..=5_u32 {
            for mut pick in 0..n.pow(length) {
                let mut text = String::new();
                for _ in 0..length {
                    text.push_str(tokens[pick % n]);
                    pick /= n;
                }
                let expected = serde_json::from_str::<serde_json::Value>(&text).map(|value| value.is_object()).ok();
                let found = match judge(text.as_bytes()) {
                    Verdict::Object => Some(true),
                    Verdict::NotObject => Some(false),
                    _ => None,
                };
                assert_eq!(found, expected, "{text}");
            }
        }
    }

    #[test]
    fn one_line() {
        let mut out = Vec::new();
        write_line(&mut out, b"{\r\n \"a\": \"x\\n\"\n}").expect("a Vec takes all");
        assert_eq!(out, b"{ \"a\": \"x\\n\"}\n");
    }
}
