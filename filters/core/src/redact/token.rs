//! What is known by its first characters: vendors' tokens, JSON Web Tokens, PEM blocks, authentication schemes.

use super::text::{Match, View};
use crate::policy::{BASIC, BEARER, Charset, JWT, PRIVATE_KEY, Token};

/// Something known that begins at `at`, where a word begins.
pub(crate) fn word(view: &View, at: usize) -> Option<Match> {
    if !view.word_begins(at) {
        return None;
    }
    let text = view.text.get(at..)?;
    match text.first()? {
        b'e' if text.starts_with(b"eyJ") => {
            if let Some(length) = json_web_token(text) {
                return Some(Match::new(at, at + length, JWT));
            }
        }
        b'B' if text.starts_with(b"BEGIN ") => {
            if let Some(found) = pem(view, at) {
                return Some(found);
            }
        }
        _ => {}
    }
    if let Some(found) = scheme(view, at) {
        return Some(found);
    }
    view.policy
        .tokens
        .iter()
        .filter(|token| text.starts_with(token.prefix.as_bytes()))
        .find_map(|token| Some(Match::new(at, at + length(token, text)?, token.rule)))
}

/// How much of `text`, which begins with the token's prefix, is the token.
fn length(token: &Token, text: &[u8]) -> Option<usize> {
    let rest = text.get(token.prefix.len()..)?;
    let limit = usize::from(token.max);
    let mut count = rest.iter().take(limit).take_while(|byte| is_in(token.charset, **byte)).count();
    if token.charset == Charset::Dotted {
        // A full stop at the end belongs to the sentence.
        while count > 0 && rest.get(count - 1) == Some(&b'.') {
            count -= 1;
        }
    }
    if count < usize::from(token.min)
        || (count == limit && rest.get(count).is_some_and(|next| is_in(token.charset, *next)))
    {
        return None;
    }
    let found = rest.get(..count)?;
    let mixed = token.charset != Charset::Mixed
        || (found.iter().any(u8::is_ascii_digit)
            && found.iter().any(u8::is_ascii_uppercase)
            && found.iter().any(u8::is_ascii_lowercase));
    mixed.then_some(token.prefix.len() + count)
}

fn is_in(charset: Charset, byte: u8) -> bool {
    match charset {
        Charset::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        Charset::Base32 => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
        Charset::Alphanumeric => byte.is_ascii_alphanumeric(),
        Charset::Word => byte.is_ascii_alphanumeric() || byte == b'_',
        Charset::Base64Url | Charset::Mixed => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
        Charset::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
    }
}

/// A compact JSON Web Signature or Encryption ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)): a header that
/// begins as `{"` does in base64url, and at least a payload; a token that was cut off counts too.
fn json_web_token(text: &[u8]) -> Option<usize> {
    let part = |from: usize| text.iter().skip(from).take_while(|byte| is_in(Charset::Base64Url, **byte)).count();
    let mut end = part(0);
    if end < 12 || text.get(end) != Some(&b'.') {
        return None;
    }
    let payload = part(end + 1);
    if payload < 4 {
        return None;
    }
    end += 1 + payload;
    for _ in 0..3 {
        let more = part(end + 1);
        if text.get(end) != Some(&b'.') || more == 0 {
            break;
        }
        end += 1 + more;
    }
    Some(end)
}

const DASHES: &[u8] = b"-----";
/// A label is at most this long, in bytes.
const MAX_LABEL: usize = 64;

/// A private key in PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)) whose `BEGIN` is at `at`: up to its end
/// line, or up to the end of the text when that was cut off.
fn pem(view: &View, at: usize) -> Option<Match> {
    let start = at.checked_sub(DASHES.len()).filter(|start| *start >= view.from)?;
    if view.text.get(start..at) != Some(DASHES) {
        return None;
    }
    let label = view.text.get(at..)?.get(..MAX_LABEL).or_else(|| view.text.get(at..))?;
    let close = find(label, DASHES).unwrap_or(label.len());
    find(label.get(..close)?, b"PRIVATE KEY")?;
    let body = at + close;
    let end = find(view.text.get(body..)?, b"-----END")
        .and_then(|end| {
            let label = body + end + b"-----END".len();
            Some(label + find(view.text.get(label..)?, DASHES)? + DASHES.len())
        })
        .unwrap_or(view.text.len());
    Some(Match::new(start, end, PRIVATE_KEY))
}

pub(crate) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window == needle)
}

/// The credentials behind `Bearer ` ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)) or `Basic `
/// ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)) at `at`; the scheme's name stays.
fn scheme(view: &View, at: usize) -> Option<Match> {
    let text = view.text.get(at..)?;
    let name = text.iter().take(7).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let bearer = text.get(..name)?.eq_ignore_ascii_case(b"bearer");
    if !bearer && !text.get(..name)?.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let spaces = text.iter().skip(name).take(8).take_while(|byte| matches!(**byte, b' ' | b'\t')).count();
    let start = name + spaces;
    let end = start + text.get(start..)?.iter().take_while(|byte| is_credential(**byte)).count();
    let mut credential = text.get(start..end)?;
    while let Some((b'.' | b':', rest)) = credential.split_last() {
        credential = rest;
    }
    let secret = spaces > 0 && if bearer { is_bearer(credential) } else { is_basic(credential) };
    secret.then(|| Match::new(at + start, at + start + credential.len(), if bearer { BEARER } else { BASIC }))
}

/// `token68` of [RFC 7235](https://www.rfc-editor.org/rfc/rfc7235#section-2.1), and what is found in its place.
fn is_credential(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b'|' | b':')
}

/// Whether a word behind "bearer" is a credential and not prose ("bearer token expired").
fn is_bearer(word: &[u8]) -> bool {
    let digit = word.iter().any(u8::is_ascii_digit);
    let inner_upper = word.iter().skip(1).any(u8::is_ascii_uppercase) && word.iter().any(u8::is_ascii_lowercase);
    match word.len() {
        0..=4 => false,
        5..=23 => digit || inner_upper || word.ends_with(b"="),
        _ => true,
    }
}

/// Whether a word decodes from base64 to text that has a colon: `user:password`.
fn is_basic(word: &[u8]) -> bool {
    let mut bits = 0u32;
    let mut held = 0;
    let mut colon = false;
    for &byte in word.iter().take(256) {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return false,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            let decoded = (bits >> held & 0xff) as u8;
            if decoded < 0x20 || decoded == 0x7f {
                return false;
            }
            colon |= decoded == b':';
        }
    }
    colon
}
