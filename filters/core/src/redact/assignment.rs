//! Secrets that a text gives to a name: `password=...`, `"api_key": "..."`, `token => ...`, `Authorization: ...`.

use super::text::{Match, View};
use super::{mark, token};
use crate::key::{Class, Keys};
use crate::policy::{AUTHORIZATION, BASIC, BEARER, Meaning, RuleId};

/// What stands around a separator.
pub(crate) enum Found {
    Secret(Match),
    /// The name says that the value, which ends at `until`, identifies something.
    Identifier {
        until: usize,
    },
}

/// Names in texts are at most this long, in bytes.
const MAX_NAME: usize = 64;
/// Spaces around a separator.
const MAX_SPACES: usize = 4;

/// What the `:` or `=` at `at` gives to the name in front of it.
pub(crate) fn assignment(view: &View, at: usize, keys: &mut Keys) -> Option<Found> {
    // In front: name, quote, spaces, separator.
    let mut end = at;
    while end > view.from && at - end < MAX_SPACES && view.byte(end - 1) == b' ' {
        end -= 1;
    }
    let key_quote = match view.before(end) {
        quote @ (b'"' | b'\'' | b'`') => {
            end -= 1;
            while view.before(end) == b'\\' {
                end -= 1;
            }
            quote
        }
        _ => 0,
    };
    if !may_end_a_name(view.before(end)) {
        return None;
    }
    let mut start = end;
    while start > view.from && end - start < MAX_NAME && is_name(view.byte(start - 1)) {
        start -= 1;
    }
    // In escaped text a name may stand behind `\n`.
    if start > view.from && view.byte(start - 1) == b'\\' && matches!(view.byte(start), b'n' | b't' | b'r') {
        start += 1;
    }
    while start < end && matches!(view.byte(start), b'-' | b'.' | b'_') {
        start += 1;
    }
    let class = keys.class(view.text, start, end, view.policy);
    let value = Value::find(view, at, key_quote);
    if class.identifier {
        return Some(Found::Identifier { until: value.end });
    }
    secret(view, &class, &value).map(Found::Secret)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Names whose meaning matters end in one of these letters; a digit never ends one but `cvv2`.
fn may_end_a_name(byte: u8) -> bool {
    const LAST: u32 = letters(b"cdehnprsty");
    byte == b'2' || (byte.is_ascii_alphabetic() && LAST >> (byte & 31) & 1 == 1)
}

const fn letters(set: &[u8]) -> u32 {
    let mut bits = 0;
    let mut n = 0;
    while n < set.len() {
        bits |= 1 << (set[n] & 31);
        n += 1;
    }
    bits
}

/// The value behind a separator.
struct Value {
    start: usize,
    end: usize,
    /// The quote around it, or 0.
    quote: u8,
    /// Backslashes in front of that quote.
    escapes: usize,
    /// The quote around the key, or 0.
    key_quote: u8,
    separator: u8,
    /// A space stands between the separator and the value.
    spaced: bool,
}

impl Value {
    fn find(view: &View, separator: usize, key_quote: u8) -> Value {
        let mut start = separator + 1;
        if matches!(view.byte(start), b'>' | b'=' | b'~') {
            start += 1;
        }
        let behind = start;
        while start - behind < MAX_SPACES && matches!(view.byte(start), b' ' | b'\t') {
            start += 1;
        }
        let spaced = start > behind;
        let mut open = start;
        while view.byte(open) == b'\\' {
            open += 1;
        }
        let quote = view.byte(open);
        let mut value =
            Value { start, end: start, quote: 0, escapes: 0, key_quote, separator: view.byte(separator), spaced };
        if matches!(quote, b'"' | b'\'' | b'`') {
            value.quote = quote;
            value.escapes = open - start;
            value.start = open + 1;
            value.end = closing_quote(view.text, value.start, quote, value.escapes).unwrap_or(view.text.len());
        } else if key_quote != 0
            && matches!(view.byte(start), b'[' | b'{')
            && !view.text.get(start..).unwrap_or_default().starts_with(mark::OPEN)
        {
            value.end = closing_bracket(view.text, start);
        } else {
            value.end =
                start + view.text.get(start..).unwrap_or_default().iter().take_while(|byte| !ends_bare(**byte)).count();
            // A mark has no spaces and ends with a bracket.
            if view.text.get(start..).unwrap_or_default().starts_with(mark::OPEN) {
                value.end += usize::from(view.byte(value.end) == b']');
            }
        }
        value
    }
}

/// Whether a value without quotes ends in front of this byte.
fn ends_bare(byte: u8) -> bool {
    byte <= b' '
        || matches!(byte, b',' | b';' | b'&' | b'"' | b'\'' | b'`' | b')' | b']' | b'}' | b'<' | b'>' | b'|' | b'\\')
}

/// The closing quote of a string whose quotes have `escapes` backslashes in front of them.
fn closing_quote(text: &[u8], start: usize, quote: u8, escapes: usize) -> Option<usize> {
    let mut slashes = 0;
    for (n, &found) in text.get(start..)?.iter().enumerate() {
        if found == b'\\' {
            slashes += 1;
            continue;
        }
        if found == quote && slashes >= escapes && (slashes - escapes).is_multiple_of(2 * (escapes + 1)) {
            return Some(start + n - escapes);
        }
        // Fewer backslashes than at the opening: the string around this one ends.
        if found == quote && slashes < escapes {
            return Some(start + n - slashes);
        }
        slashes = 0;
    }
    None
}

/// Behind the bracket that closes the one at `start`; at most this many bytes on.
fn closing_bracket(text: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    for (n, &found) in text.get(start..).unwrap_or_default().iter().enumerate().take(MAX_BRACKETED) {
        match found {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return start + n + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

const MAX_BRACKETED: usize = 1 << 16;

fn secret(view: &View, class: &Class, value: &Value) -> Option<Match> {
    let meaning = class.secret?;
    let content = view.text.get(value.start..value.end)?;
    let (rule, only_text) = match meaning {
        Meaning::Secret(rule) => (rule, false),
        Meaning::SecretText(rule) => (rule, true),
        Meaning::Identifier => return None,
    };
    if mark::is_masked(content) || is_placeholder(content) {
        return None;
    }
    if rule == AUTHORIZATION {
        return authorization(view, value, rule);
    }
    let number = value.quote == 0 && content.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    if only_text && number {
        return None;
    }
    if value.quote == 0 && value.key_quote == 0 && value.separator == b':' && is_prose(view, value, content) {
        return None;
    }
    // The rule that knows the value itself says more than the name.
    if let Some(known) =
        token::word(view, value.start).filter(|known| known.start == value.start && known.end == value.end)
    {
        return Some(known);
    }
    let mut found = Match::new(value.start, value.end, rule);
    if value.key_quote == b'"' && value.quote == 0 {
        found.quoted = Some(key_escapes(view, value));
    }
    Some(found)
}

/// Backslashes in front of the quotes of the key.
fn key_escapes(view: &View, value: &Value) -> u8 {
    let mut at = value.start;
    while at > 0 && view.byte(at - 1) != b'"' {
        at -= 1;
    }
    let mut count = 0;
    while at >= 2 + count && view.byte(at - 2 - count) == b'\\' {
        count += 1;
    }
    u8::try_from(count).unwrap_or(0)
}

/// `Authorization: <scheme> <credentials>`: the scheme stays when it is a known one.
fn authorization(view: &View, value: &Value, rule: RuleId) -> Option<Match> {
    let line = view.text.get(value.start..)?;
    let scheme = mark::scheme(line);
    let start = value.start + scheme;
    let mut end = value.end;
    if value.quote == 0 {
        let rest = view.text.get(start..)?;
        end = start + rest.iter().take_while(|byte| !ends_bare(**byte)).count();
    }
    let content = view.text.get(start..end)?;
    if content.is_empty() || mark::is_mark(content) || is_placeholder(content) {
        return None;
    }
    if scheme == 0 && value.quote == 0 && value.key_quote == 0 && is_prose(view, value, content) {
        return None;
    }
    let rule = match line.first()? | 0x20 {
        b'b' if scheme > 0 && line.get(1).is_some_and(|byte| byte | 0x20 == b'e') => BEARER,
        b'b' if scheme > 0 => BASIC,
        _ => rule,
    };
    Some(Match::new(start, end, rule))
}

/// Values that stand where a secret would, but are none.
pub(crate) fn is_placeholder(value: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"null",
        b"none",
        b"nil",
        b"true",
        b"false",
        b"undefined",
        b"redacted",
        b"[redacted",
        b"[redacted]",
        b"[filtered]",
        b"[filtered",
        b"omitted",
        b"string",
        b"str",
        b"bool",
        b"int",
    ];
    value.is_empty()
        || value.iter().all(|byte| matches!(byte, b'*' | b'.' | b'x' | b'X' | b'-' | b'_' | b'?' | b'#'))
        || WORDS.iter().any(|word| word.eq_ignore_ascii_case(value))
        || (value.starts_with(b"<") && (value.len() == 1 || value.ends_with(b">")))
        || value.starts_with(b"${")
        || value.starts_with(b"{{")
        || value.starts_with(b"$(")
        || value.starts_with(b"%(")
        || value.starts_with(b"%{")
}

/// `name: value` in a sentence and not in a setting ("password: must not be empty"): the value is a plain word and the
/// sentence goes on.
fn is_prose(view: &View, value: &Value, content: &[u8]) -> bool {
    let plain = content
        .iter()
        .skip(1)
        .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'!' | b'?' | b'-' | b':'));
    let next = view.byte(value.end);
    let goes_on = next == b' ' && view.byte(value.end + 1).is_ascii_alphabetic();
    value.spaced && plain && goes_on
}
