//! Secrets in elements of XML, by the name of the element or of one in front.

use super::content::{self, is_secret};
use super::name::{self, MAX_NAME};
use super::spoken::{MAX_SENTENCE, MAX_VALUE};
use super::text::{Match, View};
use super::value;
use super::words::{behind, find, is_one, until};
use crate::key::Keys;
use crate::policy::Meaning;

/// The content of the element whose tag is closed by the `>` at `at`, if its name announces a secret: `<apiKey>x</apiKey>`,
/// `<wsse:Password Type="...">x</`.
#[inline(never)]
pub(super) fn element(view: &View, at: usize, keys: &mut Keys) -> Option<Match> {
    if !matches!(view.before(at), b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'"' | b'\'') {
        return None;
    }
    let mut start = at;
    while at - start < MAX_SENTENCE && !matches!(view.before(start), 0..=0x1f | b'<' | b'>') {
        start -= 1;
    }
    if view.before(start) != b'<' {
        return None;
    }
    let length = |start: usize| view.part(start, at).iter().take_while(|byte| name::is_name(**byte)).count();
    let mut end = start + length(start);
    if view.byte(end) == b':' {
        start = end + 1;
        end = start + length(start);
    }
    if end == start || (end != at && view.byte(end) != b' ') {
        return None;
    }
    // `<param name="password">x</param>`
    if let Some(named) = find(view.part(end, at), b" name=\"") {
        start = end + named + b" name=\"".len();
        end = start + length(start);
    }
    let mut meaning = keys.class(view.text, start, end, view.policy).secret;
    if meaning.is_none() && !is_one(view.part(start, end), &[b"key", b"name"]) {
        return None;
    }
    let mut at = at + 1;
    if !matches!(meaning, Some(Meaning::Secret(_) | Meaning::SecretText(_))) {
        // `<key>password</key><string>x</string>` of property lists, `<name>` and `<value>` of XML-RPC
        let (start, end) = between(view, at).filter(|(start, end)| end - start < MAX_NAME)?;
        let named = keys.class(view.text, start, end, view.policy).secret;
        if let Some(Meaning::Secret(_) | Meaning::SecretText(_)) = named {
            (meaning, at) = (named, end);
        }
    }
    let (start, end) = text_of(view, at)?;
    let meaning = meaning?;
    let value = view.part(start, end);
    let (rule, secret) = match meaning {
        Meaning::Secret(rule) | Meaning::SecretText(rule) => (rule, is_secret(value)),
        Meaning::Random(rule) => (rule, content::is_random(value, rule)),
        Meaning::Identifier => return None,
    };
    secret.then(|| Match::new(start, end, rule))
}

/// What stands between `at` and the tag that closes an element, perhaps in tags of its own: `<value><string>x</`.
#[inline(never)]
pub(super) fn text_of(view: &View, at: usize) -> Option<(usize, usize)> {
    let (start, end) = between(view, at)?;
    let content = view.part(start, end);
    let label = content.first()?.is_ascii_uppercase() && content::is_words(content);
    (!label).then_some((start, end))
}

/// The same, whatever it is.
fn between(view: &View, at: usize) -> Option<(usize, usize)> {
    let mut at = at;
    for _ in 0..4 {
        let tag = until(view.text, at, MAX_SENTENCE, b">");
        if view.byte(at) != b'<' || view.part(at, at + CDATA.len()) == CDATA || view.byte(tag) != b'>' {
            break;
        }
        at = tag + 1;
    }
    if view.part(at, at + CDATA.len()) == CDATA {
        let end = until(view.text, at + CDATA.len(), MAX_VALUE, b"]");
        return (view.byte(end) == b']').then_some((at + CDATA.len(), end));
    }
    // A value on a line of its own.
    let space = view
        .part(at, at + MAX_SENTENCE)
        .iter()
        .take_while(|byte| matches!(**byte, b' ' | b'\n' | b'\r' | b'\t'))
        .count();
    let end = until(view.text, at + space, MAX_VALUE, b"<");
    let last = value::spaces(
        view,
        end + view
            .part(end, end + MAX_SENTENCE)
            .iter()
            .take_while(|byte| matches!(**byte, b' ' | b'\n' | b'\r' | b'\t'))
            .count(),
    );
    let closed = view.byte(last) == b'<' && view.byte(last + 1) == b'/';
    closed.then(|| (at + space, behind(view.text, at + space, end, b" ")))
}

/// https://www.w3.org/TR/xml/#sec-cdata-sect
const CDATA: &[u8] = b"<![CDATA[";
