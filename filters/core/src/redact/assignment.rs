//! Secrets that a text gives to a name: `password=...`, `"api_key": "..."`, `token => ...`, `Authorization: ...`.

use super::header;
use super::mark;
use super::run::Kind;
use super::text::{Match, View};
use super::token;
use super::value::{self, MAX_SPACES, Value};
use crate::bytes::Bytes;
use crate::json::{Span, hex4};
use crate::key::{Class, Keys};
use crate::policy::{AUTHORIZATION, COOKIE, Meaning, SECRET};
use crate::text;

/// What stands around a separator.
pub(crate) enum Found {
    Secret(Match),
    /// The name says that the value, which ends at `until`, identifies something.
    Identifier {
        until: usize,
    },
}

/// No name of a policy is shorter, in bytes.
const MIN_NAME: usize = 2;
/// Names in texts are at most this long, in bytes.
pub(super) const MAX_NAME: usize = 64;

/// The name in front of a separator.
pub(super) struct Name {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The quote around it, or 0.
    pub(super) quote: u8,
    /// Backslashes in front of that quote.
    escapes: u8,
    /// Some of its letters are written `\u0061`.
    escaped: bool,
}

/// The class of a name with escapes in it.
#[cold]
fn by_meaning(view: &View, name: &Name, keys: &mut Keys) -> Class {
    let mut meaning = Bytes::new();
    text::decode(view.text, Span { start: name.start, end: name.end }, false, &mut meaning);
    keys.class(meaning.as_slice(), 0, meaning.len(), view.policy)
}

/// What the `:` or `=` at `at` gives to the name in front of it. The separator may go on: `=>`, `:=`, `==`, `=~`.
///
/// The name must be a whole one of [`crate::policy::Policy::names`] or end in one, as for keys; the value ends at its
/// closing quote (of the same depth of escapes), or at a space or what separates values. Left alone: placeholders,
/// words of prose (`password: must not be empty`), names of things (`secret="team/tls"`), code, paths and URLs, and
/// numbers behind names that count (`token: 512`).
pub(crate) fn assignment(view: &View, at: usize, keys: &mut Keys) -> Option<Found> {
    let name = name(view, at).filter(|name| name.end.saturating_sub(name.start) >= MIN_NAME)?;
    let class = if name.escaped {
        by_meaning(view, &name, keys)
    } else {
        keys.class(view.text, name.start, name.end, view.policy)
    };
    if class.secret.is_none() && !class.identifier {
        return None;
    }
    if class.identifier {
        return Some(Found::Identifier { until: identifier_end(view, at + 1) });
    }
    let mut behind = at + 1;
    if matches!(view.byte(behind), b'>' | b'=' | b'~') {
        behind += 1;
    }
    secret(view, &class, &name, behind, view.byte(at)).map(Found::Secret)
}

/// How far the value of an identifier is looked at, in bytes: farther than any number that matters, and no farther,
/// because it may hold more identifiers.
const MAX_IDENTIFIER: usize = 64;

/// Where the value of an identifier behind a separator ends.
fn identifier_end(view: &View, behind: usize) -> usize {
    let rest = view.text.get(behind..).unwrap_or_default();
    let open =
        rest.iter().take(8).take_while(|byte| matches!(**byte, b' ' | b'\\' | b'"' | b'\'' | b'>' | b'=')).count();
    let quoted = rest.get(..open).is_some_and(|open| open.iter().any(|byte| matches!(*byte, b'"' | b'\'')));
    let kind = if quoted { Kind::InQuotes } else { Kind::Bare };
    let start = behind + open;
    view.run(kind, start).min(start + MAX_IDENTIFIER)
}

fn name(view: &View, at: usize) -> Option<Name> {
    let mut end = at;
    while end > view.from && at - end < MAX_SPACES && view.byte(end - 1) == b' ' {
        end -= 1;
    }
    end = value::ansi_before(view, end);
    let mut quote = 0;
    let mut escapes = 0u8;
    if matches!(view.before(end), b'"' | b'\'' | b'`' | b']') {
        quote = view.before(end);
        end -= 1;
        if quote == b']' && matches!(view.before(end), b'"' | b'\'') {
            end -= 1;
        }
        while view.before(end) == b'\\' {
            escapes = escapes.saturating_add(1);
            end -= 1;
        }
    }
    if !may_end_a_name(view.before(end)) {
        return None;
    }
    let mut start = end;
    let mut escaped = false;
    loop {
        while start > view.from && end - start < MAX_NAME && is_name(view.byte(start - 1)) {
            start -= 1;
        }
        if view.before(start) != b'\\' || view.byte(start) != b'u' || hex4(view.text, start + 1).is_none() {
            break;
        }
        escaped = true;
        start -= 1;
    }
    // A mark is no name.
    if quote == b']' && view.text.get(..start).is_some_and(|front| front.ends_with(mark::OPEN)) {
        return None;
    }
    // In escaped text a name may stand behind `\n`.
    if view.before(start) == b'\\' && matches!(view.byte(start), b'n' | b't' | b'r') {
        start += 1;
    }
    // Behind a colour, its number and `m` are no part of the name.
    if matches!(view.before(start), b'[' | b';') {
        let number = (start..end).take_while(|at| view.byte(*at).is_ascii_digit()).count();
        if number > 0 && view.byte(start + number) == b'm' {
            start += number + 1;
        }
    }
    while start < end && matches!(view.byte(start), b'-' | b'.' | b'_') {
        start += 1;
    }
    Some(Name { start, end, quote, escapes, escaped })
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Names whose meaning matters end in one of these letters; a digit never ends one but `cvv2` and its like.
fn may_end_a_name(byte: u8) -> bool {
    const LAST: u32 = letters(b"acdefghiklmnprstvwxyz");
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

/// The secret behind a separator that ends at `behind`.
fn secret(view: &View, class: &Class, name: &Name, behind: usize, separator: u8) -> Option<Match> {
    let (rule, only_text) = match class.secret? {
        Meaning::Secret(rule) => (rule, false),
        Meaning::SecretText(rule) => (rule, true),
        Meaning::Identifier => return None,
    };
    let header = rule == AUTHORIZATION || rule == COOKIE;
    let label = view.text.get(name.start..name.end)?;
    // "unexpected token: x" of a parser, `arn:aws:secretsmanager:...:123456789012:secret:x`. What refuses a value
    // without its end comes first: the next one may have the same end.
    if !header
        && ((label.eq_ignore_ascii_case(b"token") && is_unexpected(view, name))
            || (rule == SECRET && view.before(name.start) == b':' && view.before(name.start - 1).is_ascii_digit()))
    {
        return None;
    }
    let value = Value::find(view, behind, name.quote != 0);
    // `--- PASS: TestLogin (0.02s)`
    if label == b"PASS" && separator == b':' && view.text.get(value.start..)?.starts_with(b"Test") {
        return None;
    }
    if header {
        return header::header(view, name, &value, rule);
    }
    let end = value.end(view.text, &view.runs.bare);
    let content = view.text.get(value.start..end)?;
    if mark::is_masked(content) || value::is_placeholder(content) || value.is_code(content) {
        return None;
    }
    let bare = value.quote == 0;
    let number = bare && content.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    if only_text && number {
        return None;
    }
    if bare && name.quote == 0 && separator == b':' && value.spaced && is_prose(view, end, content) {
        return None;
    }
    // `api_key=api_key` of code.
    if content.eq_ignore_ascii_case(label) {
        return None;
    }
    // The name of a thing that holds the secret: `secret="team/tls"`, `secret=api-tls`.
    if rule == SECRET && is_resource(content) {
        return None;
    }
    // The rule that knows the value itself says more than the name.
    let known = token::word(view, value.start).filter(|known| known.start == value.start && known.end == end);
    if let Some(known) = known {
        return Some(known);
    }
    let mut found = Match::new(value.start, end, rule);
    // A JSON number or array becomes a JSON string.
    let json = number
        || matches!(
            content,
            [b'[', b'"' | b'\\' | b'[' | b'{' | b'0'..=b'9' | b'-', .., b']'] | [b'{', b'"' | b'\\', .., b'}']
        );
    found.quoted = (bare && json && name.quote == b'"').then_some(name.escapes);
    Some(found)
}

/// Whether a parser speaks of its own tokens.
fn is_unexpected(view: &View, name: &Name) -> bool {
    const SAID: &[&[u8]] = &[b"nexpected ", b"nknown ", b"llegal ", b"ffending "];
    let from = view.from.max(name.start.saturating_sub(16));
    let front = view.text.get(from..name.start).unwrap_or_default();
    SAID.iter().any(|said| front.ends_with(said))
}

/// `name: value` in a sentence and not in a setting ("password: must not be empty"): the value is a plain word and the
/// sentence goes on.
fn is_prose(view: &View, end: usize, content: &[u8]) -> bool {
    let plain = content
        .iter()
        .skip(1)
        .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'!' | b'?' | b'-' | b':' | b'\''));
    plain && view.byte(end) == b' ' && view.byte(end + 1).is_ascii_alphabetic()
}

/// Whether a value is the name of something, as Kubernetes has them: `namespace/name`, or words in lower case that
/// dashes join, without digits.
fn is_resource(content: &[u8]) -> bool {
    let label = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'.');
    let mut parts = content.split(|byte| *byte == b'/');
    let words = content.iter().all(|byte| label(byte) || *byte == b'/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(one), None, None) => words && one.contains(&b'-') && value::is_words(one),
        (Some(namespace), Some(name), None) => {
            let dns = |part: &[u8]| !part.is_empty() && part.iter().all(|byte| label(byte) || byte.is_ascii_digit());
            dns(namespace)
                && dns(name)
                && namespace.iter().chain(name).filter(|byte| byte.is_ascii_digit()).count() <= 3
        }
        _ => false,
    }
}
