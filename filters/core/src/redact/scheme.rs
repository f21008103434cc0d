//! Credentials behind the name of an authentication scheme or of what they are, without a separator.

use super::content;
use super::jwt::decoded;
use super::run::{self, Kind, Odd};
use super::text::{Match, View};
use super::value;
use crate::policy::{BASIC, BEARER, COOKIE, TOKEN};

/// The credentials behind `Bearer ` ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)) or `Basic `
/// ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)) at `at`, also behind `%20` and `+`; the scheme's name stays.
pub(super) fn scheme(view: &View, at: usize) -> Option<Match> {
    let text = view.text.get(at..)?;
    let name = text.iter().take(7).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let bearer = text.get(..name)?.eq_ignore_ascii_case(b"bearer");
    if !bearer && !text.get(..name)?.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let spaces = match text.get(name..)? {
        [b'%', b'2', b'0', ..] => 3,
        [b'+', ..] => 1,
        rest => rest.iter().take(8).take_while(|byte| matches!(**byte, b' ' | b'\t')).count(),
    };
    if spaces == 0 {
        return None;
    }
    let mut start = value::ansi(view, at + name + spaces);
    // "got bearer token 0123..."
    let said = bearer && view.text.get(start..)?.starts_with(b"token ");
    if said {
        start += b"token ".len();
    }
    let mut end = view.run(Kind::Credential, start);
    // `realm="..."` is a parameter.
    if end > start
        && view.byte(end - 1) == b'='
        && matches!(view.byte(end), b'"' | b'\\' | b'\'')
        && content::is_words(view.text.get(start..end)?)
    {
        return None;
    }
    end = view.runs.stops(view.text, end).max(start);
    let credentials = view.text.get(start..end)?;
    let secret = match (bearer, said) {
        (true, true) => is_random(credentials),
        (true, false) => is_bearer(credentials),
        _ => is_basic(view, start, end),
    };
    secret.then(|| Match::new(start, end, if bearer { BEARER } else { BASIC }))
}

/// Whether a word behind "bearer" is a credential and not prose ("bearer token expired").
fn is_bearer(word: &[u8]) -> bool {
    // `bearer expires_in=3600` is a parameter.
    let padding = word.iter().rev().take_while(|byte| **byte == b'=').count();
    word.len() >= 5 && !content::is_words(word) && word.iter().filter(|byte| **byte == b'=').count() == padding
}

/// Whether the word `text[start..end]` decodes from base64 to text that has a colon: `user:password`.
fn is_basic(view: &View, start: usize, end: usize) -> bool {
    let digits = view.run(Kind::SixBits, start).min(end);
    if digits < start + 4 || view.run(Kind::Padding, digits) < end {
        return false;
    }
    // So much of it has to be text.
    let head = digits.min(start + 256);
    let groups = head - (head - start) % 4;
    let rest = || decoded(view.text.get(groups..head).unwrap_or_default());
    view.runs.groups(Odd::ControlByte, view.text, start) >= groups
        && !rest().any(|byte| run::is_odd(Odd::ControlByte, byte))
        && (view.runs.groups(Odd::Colon, view.text, start) < groups || rest().any(|byte| byte == b':'))
}

/// Credentials that a word in front names, and no separator: `--token x`, `--cookie "a=b"`, `session cookie x`.
#[inline(never)]
pub(super) fn named(view: &View, at: usize) -> Option<Match> {
    let cookie = view.byte(at) == b'c';
    let mut start = at + if cookie { b"cookie ".len() } else { b"token ".len() };
    let front = view.text.get(view.from..at)?;
    let flag = front.ends_with(b"--");
    if !flag && !front.ends_with(if cookie { b"session " } else { b"-" }) {
        return None;
    }
    if matches!(view.byte(start), b'"' | b'\'') {
        let quote = view.byte(start);
        start += 1;
        let content = view.text.get(start..)?.iter().take(MAX_COOKIES).take_while(|byte| **byte != quote).count();
        let content = view.text.get(start..start + content)?;
        let secret = flag && content.contains(&b'=') && cookie || is_random(content);
        return secret.then(|| Match::new(start, start + content.len(), if cookie { COOKIE } else { TOKEN }));
    }
    let end = view.run(Kind::Credential, start);
    let secret = is_random(view.text.get(start..end)?);
    secret.then(|| Match::new(start, end, if cookie { COOKIE } else { TOKEN }))
}

/// Cookies on a command line are at most this long, in bytes.
const MAX_COOKIES: usize = 4096;

/// Whether a word is a credential where a word of prose is as likely: long, and with digits.
fn is_random(word: &[u8]) -> bool {
    word.len() >= 16 && word.iter().any(u8::is_ascii_digit) && !content::is_words(word)
}
