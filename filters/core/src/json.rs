//! A JSON lexer over bytes at one of two levels: as they are, or one level of string escapes deep, so that JSON
//! inside a JSON string is read where it lies, without unescaping it first.
//!
//! The lexer is lenient where Fluent Bit writes what is not JSON: `nan` and `inf`, keys without quotes, `\x01`
//! escapes, raw control bytes. What it lets pass, [`crate::write`] mends. Grammar:
//! [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259).

use crate::lanes;
use alloc::vec::Vec;

/// Why a text is not read as JSON here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Not JSON, not even leniently.
    Invalid,
    /// Escaped in a way that cannot be read in place: unescape it and read again.
    Unescape,
    /// More containers inside each other than allowed.
    TooDeep,
    /// More members than the record index holds.
    TooMany,
}

/// What a value is, from its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Number,
    /// `true` or `false`.
    Bool,
    Null,
    /// `nan`, `-inf` and their like: no JSON has them; they leave as `null`.
    NotANumber,
    Object,
    Array,
    /// Not a value: the rest of an object's members, `"k":v,...`, when the index is full.
    Members,
}

/// A half-open range of byte offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

/// A string token.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    /// The content without its quotes.
    pub(crate) span: Span,
    /// Offset behind the closing quote.
    pub(crate) next: usize,
    /// Holds nothing but ASCII without escapes and control bytes: content and meaning are the same bytes.
    pub(crate) plain: bool,
}

/// A value token.
#[derive(Clone, Copy)]
pub(crate) struct Value {
    pub(crate) kind: Kind,
    /// Strings without quotes, everything else whole.
    pub(crate) span: Span,
    pub(crate) next: usize,
    pub(crate) plain: bool,
}

#[inline(always)]
pub(crate) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// Skips white space; one level deep, `\n`, `\r` and `\t` are white space too.
#[inline(always)]
pub(crate) fn skip_space<const ESC: bool>(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match byte(bytes, at) {
            b' ' | b'\n' | b'\r' | b'\t' => at += 1,
            b'\\' if ESC && matches!(byte(bytes, at + 1), b'n' | b'r' | b't') => at += 2,
            _ => return at,
        }
    }
}

/// Whether a string opens at `at`; if so, the offset of its content.
#[inline(always)]
pub(crate) fn open_quote<const ESC: bool>(bytes: &[u8], at: usize) -> Option<usize> {
    if ESC {
        (byte(bytes, at) == b'\\' && byte(bytes, at + 1) == b'"').then_some(at + 2)
    } else {
        (byte(bytes, at) == b'"').then_some(at + 1)
    }
}

/// Reads the string whose content begins at `start`.
#[inline(always)]
pub(crate) fn string<const ESC: bool>(bytes: &[u8], start: usize) -> Result<Text, Stop> {
    let mut at = start;
    let mut seen = 0u64;
    let mut plain = true;
    loop {
        let (lane, stops);
        (at, lane, stops) = string_stop(bytes, at, &mut seen);
        let stop = lanes::first(stops);
        // Only what stands before the stop belongs to the string.
        seen |= lane & !(!0u64 << (8 * stop));
        at += stop;
        let end = at;
        let done = |next| Ok(Text { span: Span { start, end }, next, plain: plain && seen & lanes::HIGH == 0 });
        match (lane >> (8 * stop)) as u8 {
            b'"' if !ESC => return done(at + 1),
            b'"' => return Err(Stop::Invalid),
            b'\\' if ESC && byte(bytes, at + 1) == b'"' => return done(at + 2),
            b'\\' if ESC => {
                plain = false;
                at += inner_escape(bytes, at)?;
                if at > bytes.len() {
                    return Err(Stop::Invalid);
                }
            }
            _ if at >= bytes.len() => return Err(Stop::Invalid),
            // A control byte one level deep would have to be unescaped.
            _ if ESC => return Err(Stop::Unescape),
            _ => {
                plain = false;
                at = odd_end(bytes, at).ok_or(Stop::Invalid)?;
            }
        }
    }
}

/// Where the escapes and control bytes at `at` end, inside a string. Control bytes are no JSON, but mended when they are
/// written.
#[inline(never)]
fn odd_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(0..0x20) => at += 1,
            _ => return (at <= bytes.len()).then_some(at),
        }
    }
}

/// The first lane from `at` on that stops a string: its offset, itself and its stops. The end of `bytes` stops it too.
#[inline(always)]
fn string_stop(bytes: &[u8], mut at: usize, seen: &mut u64) -> (usize, u64, u64) {
    for lane in bytes.get(at..).unwrap_or_default().as_chunks::<8>().0 {
        let lane = u64::from_le_bytes(*lane);
        let stops = lanes::string_stops(lane);
        if stops != 0 {
            return (at, lane, stops);
        }
        *seen |= lane;
        at += 8;
    }
    // The rest reads as zeros behind its end, which are stops.
    let lane = lanes::load(bytes, at);
    (at, lane, lanes::string_stops(lane))
}

/// Length of what the backslash at `at` begins inside a string that lies one level deep; not its closing quote.
#[cold]
fn inner_escape(bytes: &[u8], at: usize) -> Result<usize, Stop> {
    match byte(bytes, at + 1) {
        // An escaped backslash: an escape of the inner string.
        b'\\' => match byte(bytes, at + 2) {
            b'\\' if matches!(byte(bytes, at + 3), b'"' | b'\\' | b'/') => Ok(4),
            b'n' | b'r' | b't' | b'b' | b'f' | b'u' | b'/' => Ok(3),
            _ => Err(Stop::Unescape),
        },
        b'/' => Ok(2),
        b'u' => match hex4(bytes, at + 2) {
            Some(unit) if unit >= 0x80 => Ok(6),
            _ => Err(Stop::Unescape),
        },
        _ => Err(Stop::Unescape),
    }
}

/// Four hexadecimal digits at `at`.
pub(crate) fn hex4(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..)?.first_chunk::<4>()?;
    digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
}

/// Reads the value at `at`, which is not white space. Containers may lie in each other `max_depth` deep.
#[inline(always)]
pub(crate) fn value<const ESC: bool>(
    bytes: &[u8],
    at: usize,
    max_depth: usize,
    nesting: &mut Nesting,
) -> Result<Value, Stop> {
    let kind = match byte(bytes, at) {
        b'{' => Kind::Object,
        b'[' => Kind::Array,
        _ => return scalar::<ESC>(bytes, at),
    };
    let end = container::<ESC>(bytes, at, max_depth, nesting)?;
    Ok(Value { kind, span: Span { start: at, end }, next: end, plain: true })
}

/// Reads the value at `at`, which is no container.
#[inline(always)]
pub(crate) fn scalar<const ESC: bool>(bytes: &[u8], at: usize) -> Result<Value, Stop> {
    if let Some(start) = open_quote::<ESC>(bytes, at) {
        let text = string::<ESC>(bytes, start)?;
        return Ok(Value { kind: Kind::String, span: text.span, next: text.next, plain: text.plain });
    }
    let (kind, end) = bare(bytes, at).ok_or(Stop::Invalid)?;
    Ok(Value { kind, span: Span { start: at, end }, next: end, plain: true })
}

/// A number, literal or `nan` at `at`: its kind and its end.
#[inline(always)]
pub(crate) fn bare(bytes: &[u8], at: usize) -> Option<(Kind, usize)> {
    let mut end = at;
    while matches!(byte(bytes, end), b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'+' | b'.') {
        end += 1;
    }
    let token = bytes.get(at..end)?;
    let kind = match token {
        b"true" | b"false" => Kind::Bool,
        b"null" => Kind::Null,
        _ if is_number(token) => Kind::Number,
        b"nan" | b"-nan" | b"inf" | b"-inf" | b"NaN" | b"Infinity" | b"-Infinity" => Kind::NotANumber,
        _ => return None,
    };
    Some((kind, end))
}

/// Whether a number may be larger than any `f64`: Fluent Bit's JSON parser refuses it, and with it the record. A few that
/// are not, from 1e308 on, count too.
pub(crate) fn is_huge(number: &[u8]) -> bool {
    let digits = number.iter().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(number.len());
    if digits == number.len() && digits < 300 {
        return false;
    }
    let (mantissa, exponent) = (number.get(..digits).unwrap_or_default(), number.get(digits + 1..).unwrap_or_default());
    let point = mantissa.iter().position(|byte| *byte == b'.').unwrap_or(digits);
    let Some(first) = mantissa.iter().position(|byte| matches!(byte, b'1'..=b'9')) else { return false };
    let negative = exponent.first() == Some(&b'-');
    let exponent = exponent.iter().filter(|byte| byte.is_ascii_digit());
    let exponent = exponent.fold(0i64, |sum, digit| (sum * 10 + i64::from(digit - b'0')).min(1 << 40));
    let exponent = if negative { -exponent } else { exponent };
    // The power of ten of the first digit that is not zero.
    let place = if first < point { point as i64 - first as i64 - 1 } else { point as i64 - first as i64 };
    place + exponent >= 308
}

/// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
pub(crate) fn is_number(token: &[u8]) -> bool {
    let digits = |mut at: usize| {
        while byte(token, at).is_ascii_digit() {
            at += 1;
        }
        at
    };
    let start = usize::from(byte(token, 0) == b'-');
    let mut at = digits(start);
    if at == start || (byte(token, start) == b'0' && at > start + 1) {
        return false;
    }
    if byte(token, at) == b'.' {
        let end = digits(at + 1);
        if end == at + 1 {
            return false;
        }
        at = end;
    }
    if matches!(byte(token, at), b'e' | b'E') {
        let from = at + 1 + usize::from(matches!(byte(token, at + 1), b'+' | b'-'));
        let end = digits(from);
        if end == from {
            return false;
        }
        at = end;
    }
    at == token.len()
}

/// A key: a string, or (from Fluent Bit, for a msgpack key that is not a string) a bare token.
#[inline(always)]
pub(crate) fn key<const ESC: bool>(bytes: &[u8], at: usize) -> Result<Text, Stop> {
    if let Some(start) = open_quote::<ESC>(bytes, at) {
        return string::<ESC>(bytes, start);
    }
    if ESC {
        return Err(Stop::Invalid);
    }
    let (_, end) = bare(bytes, at).ok_or(Stop::Invalid)?;
    Ok(Text { span: Span { start: at, end }, next: end, plain: true })
}

/// Which containers are open: one bit each, an object or an array. No recursion, so any depth fits any stack.
#[derive(Default)]
pub(crate) struct Nesting {
    /// The innermost 64.
    top: u64,
    depth: usize,
    /// The ones outside of them, 64 by 64.
    below: Vec<u64>,
}

impl Nesting {
    pub(crate) fn clear(&mut self) {
        self.depth = 0;
        self.below.clear();
    }

    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    pub(crate) fn push(&mut self, object: bool) {
        if self.depth != 0 && self.depth.is_multiple_of(64) {
            self.below.push(self.top);
        }
        self.top = self.top << 1 | u64::from(object);
        self.depth += 1;
    }

    pub(crate) fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.top >>= 1;
        if self.depth != 0 && self.depth.is_multiple_of(64) {
            self.top = self.below.pop().unwrap_or(0);
        }
    }

    pub(crate) fn in_object(&self) -> bool {
        self.depth != 0 && self.top & 1 == 1
    }
}

/// Reads the container that opens at `at` and returns its end.
fn container<const ESC: bool>(
    bytes: &[u8],
    mut at: usize,
    max_depth: usize,
    nesting: &mut Nesting,
) -> Result<usize, Stop> {
    nesting.clear();
    loop {
        // At a value.
        match byte(bytes, at) {
            open @ (b'{' | b'[') => {
                if nesting.depth() >= max_depth {
                    return Err(Stop::TooDeep);
                }
                nesting.push(open == b'{');
                at = skip_space::<ESC>(bytes, at + 1);
                if byte(bytes, at) != open + 2 {
                    if nesting.in_object() {
                        at = key_and_colon::<ESC>(bytes, at)?;
                    }
                    continue;
                }
            }
            _ => {
                at = match open_quote::<ESC>(bytes, at) {
                    Some(start) => string::<ESC>(bytes, start)?.next,
                    None => bare(bytes, at).ok_or(Stop::Invalid)?.1,
                };
                at = skip_space::<ESC>(bytes, at);
            }
        }
        // Behind a value, or at the end of an empty container.
        loop {
            let close = if nesting.in_object() { b'}' } else { b']' };
            match byte(bytes, at) {
                b',' => {
                    at = skip_space::<ESC>(bytes, at + 1);
                    if nesting.in_object() {
                        at = key_and_colon::<ESC>(bytes, at)?;
                    }
                    break;
                }
                found if found == close => {
                    nesting.pop();
                    at += 1;
                    if nesting.depth() == 0 {
                        return Ok(at);
                    }
                    at = skip_space::<ESC>(bytes, at);
                }
                _ => return Err(Stop::Invalid),
            }
        }
    }
}

/// Reads a key and its colon and returns the offset of the value.
fn key_and_colon<const ESC: bool>(bytes: &[u8], at: usize) -> Result<usize, Stop> {
    let key = key::<ESC>(bytes, at)?;
    colon::<ESC>(bytes, key.next)
}

/// Reads the colon behind a key that ended at `at` and returns the offset of the value.
#[inline(always)]
pub(crate) fn colon<const ESC: bool>(bytes: &[u8], at: usize) -> Result<usize, Stop> {
    let at = skip_space::<ESC>(bytes, at);
    if byte(bytes, at) != b':' {
        return Err(Stop::Invalid);
    }
    Ok(skip_space::<ESC>(bytes, at + 1))
}

/// Behind a member's value that ended at `at`: the offset behind the comma, or the one behind the object and false.
#[inline(always)]
pub(crate) fn next_member<const ESC: bool>(bytes: &[u8], at: usize) -> Result<(usize, bool), Stop> {
    let at = skip_space::<ESC>(bytes, at);
    match byte(bytes, at) {
        b',' => Ok((at + 1, true)),
        b'}' => Ok((at + 1, false)),
        _ => Err(Stop::Invalid),
    }
}

/// One member of an object.
pub(crate) struct Member {
    pub(crate) key: Text,
    pub(crate) value: Value,
}

/// Hands each member of the object at `at`, which was read before, to `each`.
pub(crate) fn members(bytes: &[u8], at: usize, each: &mut dyn FnMut(Member)) -> Result<(), Stop> {
    let mut nesting = Nesting::default();
    let mut at = skip_space::<false>(bytes, at + 1);
    let mut more = byte(bytes, at) != b'}';
    while more {
        let key = key::<false>(bytes, skip_space::<false>(bytes, at))?;
        let value = value::<false>(bytes, colon::<false>(bytes, key.next)?, usize::MAX, &mut nesting)?;
        (at, more) = next_member::<false>(bytes, value.next)?;
        each(Member { key, value });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    fn end(text: &str) -> Result<usize, Stop> {
        value::<false>(text.as_bytes(), 0, usize::MAX, &mut Nesting::default()).map(|value| value.next)
    }

    #[test]
    fn reads_values_and_refuses_others() {
        for good in [
            "1",
            "-0",
            "-1.5e+10",
            "true",
            "null",
            "nan",
            "\"a\\\"b\"",
            "[]",
            "{}",
            "[1,[2,{\"a\":[]}],3]",
            "{1:2}",
            "{\"a\" : [ 1 , 2 ] }",
        ] {
            assert_eq!(end(good), Ok(good.len()), "{good}");
        }
        for bad in [
            "",
            "01",
            "+1",
            "1.",
            ".5",
            "tru",
            "\"a",
            "\"a\\",
            "[",
            "[1",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{,}",
            "[1}",
            "{\"a\":1]",
        ] {
            assert_eq!(end(bad), Err(Stop::Invalid), "{bad}");
        }
    }

    #[test]
    fn numbers_beyond_a_double() {
        for huge in ["1e308", "1E+400", "-1e999999999999999999999", "0.001e312", "1000e306", &"9".repeat(400)] {
            assert!(is_huge(huge.as_bytes()), "{huge}");
        }
        for good in
            ["0", "1e307", "1e-400", "0e999", "0.0001e310", "123456789012345678901234567890", "1.7976931348623157e307"]
        {
            assert!(!is_huge(good.as_bytes()), "{good}");
        }
    }

    #[test]
    fn any_depth_is_read_and_the_limit_holds() {
        let deep = format!("{}1{}", "[{\"a\":".repeat(100_000), "}]".repeat(100_000));
        assert_eq!(end(&deep), Ok(deep.len()));
        assert_eq!(end(&deep[..deep.len() - 1]), Err(Stop::Invalid));
        let limited = value::<false>(b"[[[1]]]", 0, 2, &mut Nesting::default()).map(|value| value.next);
        assert_eq!(limited, Err(Stop::TooDeep));
    }

    #[test]
    fn reads_json_in_a_string_in_place() {
        let outer = String::from(r#"{\"a\":\"b\\n\\\"c\\u00e9\",\"d\":[1, {\"e\":null}]}"#);
        let value = value::<true>(outer.as_bytes(), 0, 8, &mut Nesting::default()).map(|value| value.next);
        assert_eq!(value, Ok(outer.len()));
        for (text, stop) in
            [(r#"{\"a\":\"b"#, Stop::Invalid), (r#"{\"a\u0022:1}"#, Stop::Unescape), (r#"{"a\":1}"#, Stop::Invalid)]
        {
            let read = super::value::<true>(text.as_bytes(), 0, 8, &mut Nesting::default()).map(|value| value.next);
            assert_eq!(read, Err(stop), "{text}");
        }
    }
}
