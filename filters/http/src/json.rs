//! Where JSON values end, found while their bytes come in, and the members and elements of one that is there as a whole.
//! Strings and brackets are followed and nothing else: what is in them, the engine judges.

use alloc::vec::Vec;

/// Follows one value through chunks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frame {
    depth: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// In front of the value, or between the tokens of a container.
    #[default]
    Between,
    Text,
    Escape,
    /// In a number or a literal that is the value.
    Bare,
}

impl Frame {
    /// Reads on at `at`, where nothing was read before, and returns the offset behind the value if it ends in `bytes`. A
    /// number or literal ends in front of what is none of it.
    pub(crate) fn advance(&mut self, bytes: &[u8], mut at: usize) -> Option<usize> {
        loop {
            match self.state {
                State::Text => {
                    at = text_stop(bytes, at);
                    match bytes.get(at)? {
                        b'"' => {
                            self.state = State::Between;
                            at += 1;
                            if self.depth == 0 {
                                return Some(at);
                            }
                        }
                        _ => {
                            self.state = State::Escape;
                            at += 1;
                        }
                    }
                }
                State::Escape => {
                    bytes.get(at)?;
                    self.state = State::Text;
                    at += 1;
                }
                State::Between => {
                    let byte = bytes.get(at)?;
                    match byte {
                        b'"' => self.state = State::Text,
                        b'{' | b'[' => self.depth += 1,
                        b'}' | b']' => {
                            self.depth = self.depth.saturating_sub(1);
                            if self.depth == 0 {
                                return Some(at + 1);
                            }
                        }
                        _ if self.depth == 0 => self.state = State::Bare,
                        _ => {}
                    }
                    at += 1;
                }
                State::Bare => {
                    let byte = bytes.get(at)?;
                    if is_space(*byte) || matches!(byte, b',' | b']' | b'}' | b':' | b'"' | b'{' | b'[') {
                        return Some(at);
                    }
                    at += 1;
                }
            }
        }
    }
}

impl Frame {
    /// Whether it is a number or a literal so far, which the end of a body ends.
    pub(crate) fn is_bare(&self) -> bool {
        self.state == State::Bare
    }
}

/// White space of [JSON](https://www.rfc-editor.org/rfc/rfc8259#section-2).
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// The first offset from `at` on that is not white space; at most the length.
pub(crate) fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !is_space(*byte)).unwrap_or(rest.len())
}

/// Bytes without the white space at both ends.
pub(crate) fn trim(bytes: &[u8]) -> &[u8] {
    let start = skip_space(bytes, 0);
    let end = bytes.iter().rposition(|byte| !is_space(*byte)).map_or(start, |last| last + 1);
    bytes.get(start..end).unwrap_or_default()
}

/// Where a string's content that goes on at `at` is interrupted: a quote, a backslash, or the end of `bytes`.
fn text_stop(bytes: &[u8], at: usize) -> usize {
    let found = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest));
    found.map_or(bytes.len().max(at), |found| at + found)
}

/// The first line feed from `at` on.
pub(crate) fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    Some(at + memchr::memchr(b'\n', bytes.get(at..)?)?)
}

/// A member of an object: the content of its key, as it stands there, and its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) value: &'a [u8],
}

/// The members of the object that `bytes` is; nothing if it is none.
pub(crate) fn members(bytes: &[u8]) -> Option<Vec<Member<'_>>> {
    let mut found = Vec::new();
    let inner = trim(bytes).strip_prefix(b"{")?.strip_suffix(b"}")?;
    let mut at = skip_space(inner, 0);
    while at < inner.len() {
        let (key, next) = value(inner, at)?;
        let key = key.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        at = skip_space(inner, next);
        if inner.get(at) != Some(&b':') {
            return None;
        }
        let (value, next) = value(inner, skip_space(inner, at + 1))?;
        found.push(Member { key, value });
        at = behind(inner, next)?;
    }
    Some(found)
}

/// The elements of the array that `bytes` is; nothing if it is none.
pub(crate) fn elements(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    let inner = trim(bytes).strip_prefix(b"[")?.strip_suffix(b"]")?;
    let mut at = skip_space(inner, 0);
    while at < inner.len() {
        let (value, next) = value(inner, at)?;
        found.push(value);
        at = behind(inner, next)?;
    }
    Some(found)
}

/// The value at `at`, and the offset behind it.
fn value(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    if matches!(bytes.get(at)?, b',' | b':' | b'}' | b']') {
        return None;
    }
    let mut frame = Frame::default();
    let end = match frame.advance(bytes, at) {
        Some(end) => end,
        None if frame.is_bare() => bytes.len(),
        None => return None,
    };
    Some((bytes.get(at..end)?, end))
}

/// The offset of what follows a value that ended at `at`: behind its comma, or the end.
fn behind(bytes: &[u8], at: usize) -> Option<usize> {
    let at = skip_space(bytes, at);
    if at == bytes.len() {
        return Some(at);
    }
    let next = skip_space(bytes, at + 1);
    (bytes.get(at) == Some(&b',') && next < bytes.len()).then_some(next)
}

/// Whether a value is a string, and its content.
pub(crate) fn string(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// Appends a text as the content of a JSON string; what is not UTF-8 becomes U+FFFD.
pub(crate) fn escape(text: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for chunk in text.utf8_chunks() {
        for byte in chunk.valid().bytes() {
            match byte {
                b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
                0..0x20 => {
                    let digit = |shift: u8| DIGITS[usize::from(byte >> shift & 15)];
                    out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(4), digit(0)]);
                }
                _ => out.push(byte),
            }
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_end_where_they_end() {
        for (text, end) in [
            ("{}", 2),
            (r#"{"a":"}\"{","b":[1,{}]} x"#, 23),
            ("[1,[2]],", 7),
            (r#""a\\"b"#, 5),
            ("12,", 2),
            ("true]", 4),
            ("  null ", 6),
        ] {
            let start = skip_space(text.as_bytes(), 0);
            assert_eq!(Frame::default().advance(text.as_bytes(), start), Some(end), "{text}");
        }
        for text in ["{", "\"a", "\"a\\", "12", "[\"]\"", ""] {
            assert_eq!(Frame::default().advance(text.as_bytes(), 0), None, "{text}");
        }
    }

    #[test]
    fn members_and_elements() {
        let text = br#" { "a" : 1 , "b\"" : {"c":[]} , "c":"" } "#;
        let found: Vec<_> = members(text).expect("an object").iter().map(|member| (member.key, member.value)).collect();
        assert_eq!(found, [(&b"a"[..], &b"1"[..]), (b"b\\\"", br#"{"c":[]}"#), (b"c", b"\"\"")]);
        assert_eq!(elements(b"[1, \"a,]\",{} ]"), Some(alloc::vec![&b"1"[..], b"\"a,]\"", b"{}"]));
        assert!(members(b"{}").expect("an object").is_empty());
        for wrong in ["{", "{a:1}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1 2}", "[]", "{\"a\":1}}"] {
            assert!(members(wrong.as_bytes()).is_none(), "{wrong}");
        }
        for wrong in ["[,]", "[1,]", "[1 2]", "{}", "[1]]"] {
            assert!(elements(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn lanes_find_what_bytes_find(bytes in proptest::collection::vec(any::<u8>(), 0..80), at in 0usize..90) {
            let from = |stops: &dyn Fn(u8) -> bool| {
                (at..bytes.len()).find(|at| stops(bytes[*at]))
            };
            prop_assert_eq!(line_end(&bytes, at), from(&|byte| byte == b'\n'));
            let stop = from(&|byte| byte == b'"' || byte == b'\\').unwrap_or(at.max(bytes.len()));
            prop_assert_eq!(text_stop(&bytes, at), stop);
        }

        #[test]
        fn a_value_that_is_cut_ends_where_it_ends_whole(text in r#"[\[\]{}",:\\a1 ]{0,60}"#, cut in 0usize..60) {
            let bytes = text.as_bytes();
            let whole = Frame::default().advance(bytes, 0);
            let cut = cut.min(bytes.len());
            let mut frame = Frame::default();
            let first = frame.advance(&bytes[..cut], 0);
            let found = first.or_else(|| frame.advance(bytes, cut));
            prop_assert_eq!(found, whole);
        }
    }
}
