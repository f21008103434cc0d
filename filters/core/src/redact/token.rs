//! What is known by its first characters: vendors' tokens, JSON Web Tokens, private keys, authentication schemes.

use super::text::{Match, View};
use super::value;
use crate::policy::{BASIC, BEARER, Charset, JWT, PRIVATE_KEY, Token};

/// Something known that begins at `at`, where a word begins.
pub(crate) fn word(view: &View, at: usize) -> Option<Match> {
    if !view.word_begins(at) {
        return None;
    }
    let text = view.text.get(at..)?;
    let found = match text.first()? {
        b'e' => json_web_token(view, at),
        b'b' => scheme(view, at),
        b'B' if text.starts_with(b"BEGIN ") => pem(view, at),
        b'B' => scheme(view, at),
        b'P' if text.starts_with(b"PuTTY-User-Key-File-") => putty(view, at),
        _ => None,
    };
    found.or_else(|| vendor(view, at))
}

/// A vendor's token at `at`.
fn vendor(view: &View, at: usize) -> Option<Match> {
    let text = view.text.get(at..)?;
    let begin = text.get(..2)?;
    let tokens = view.policy.tokens;
    let same = tokens.get(tokens.partition_point(|token| token.prefix.as_bytes() < begin)..)?.iter();
    let same = same.take_while(|token| token.prefix.as_bytes().starts_with(begin));
    // The longest prefix comes last, and says most.
    let mut found = None;
    for token in same.filter(|token| text.starts_with(token.prefix.as_bytes())) {
        // A longer prefix stands behind, and says more.
        found = length(token, text).map(|length| Match::new(at, at + length, token.rule)).or(found);
    }
    found
}

/// How much of a token of any length decides whether it is one, in bytes: a run of what begins like tokens and is none
/// is not looked through from each of them.
const MAX_HEAD: usize = 256;

/// How much of `text`, which begins with the token's prefix, is the token.
fn length(token: &Token, text: &[u8]) -> Option<usize> {
    let rest = text.get(token.prefix.len()..)?;
    let limit = if token.max == 0 { MAX_HEAD } else { usize::from(token.max) };
    let mut count = rest.iter().take(limit).take_while(|byte| is_in(token.charset, **byte)).count();
    if token.max != 0
        && count == limit
        && rest.get(count).is_some_and(|next| is_in(token.charset, *next) && *next != b'.')
    {
        return None;
    }
    if matches!(token.charset, Charset::Dotted) {
        // A full stop at the end belongs to the sentence.
        while count > 0 && rest.get(count - 1) == Some(&b'.') {
            count -= 1;
        }
    }
    if count < usize::from(token.min) {
        return None;
    }
    let found = rest.get(..count)?;
    let formed = match token.charset {
        Charset::Mixed => {
            found.iter().any(u8::is_ascii_digit)
                && found.iter().any(u8::is_ascii_uppercase)
                && found.iter().any(u8::is_ascii_lowercase)
        }
        Charset::Uuid => (found.iter().enumerate()).all(|(n, byte)| (*byte == b'-') == matches!(n, 8 | 13 | 18 | 23)),
        _ => true,
    };
    if !formed {
        return None;
    }
    if count == MAX_HEAD {
        count += rest.iter().skip(count).take_while(|byte| is_in(token.charset, **byte)).count();
    }
    Some(token.prefix.len() + count)
}

fn is_in(charset: Charset, byte: u8) -> bool {
    match charset {
        Charset::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        Charset::AnyHex => byte.is_ascii_hexdigit(),
        Charset::Base32 => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
        Charset::Upper => matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'-'),
        Charset::Uuid => matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'),
        Charset::Alphanumeric => byte.is_ascii_alphanumeric(),
        Charset::Word => byte.is_ascii_alphanumeric() || byte == b'_',
        Charset::Base64Url | Charset::Mixed => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
        Charset::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'='),
        Charset::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
    }
}

/// How far the header of a JSON Web Token that does not begin a run of its characters may reach, in bytes.
const MAX_INNER_HEADER: usize = 512;

/// A compact JSON Web Signature or Encryption ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)) at `at`: a header
/// that is a JSON object in base64url, and at least the beginning of a payload; a token that was cut off counts too.
fn json_web_token(view: &View, at: usize) -> Option<Match> {
    let text = view.text.get(at..)?;
    if !is_json_header(text) {
        return None;
    }
    // Every word of a long run may begin like a token; only the first may look to the end of the run.
    let limit = if matches!(view.before(at), b'-' | b'_') { MAX_INNER_HEADER } else { usize::MAX };
    let part = |from: usize, limit: usize| {
        text.iter().skip(from).take(limit).take_while(|byte| is_in(Charset::Base64Url, **byte)).count()
    };
    let mut end = part(0, limit);
    if text.get(end) != Some(&b'.') {
        return None;
    }
    let payload = part(end + 1, usize::MAX);
    if payload < 4 {
        return None;
    }
    end += 1 + payload;
    for _ in 0..3 {
        let more = part(end + 1, usize::MAX);
        if text.get(end) != Some(&b'.') || (more == 0 && text.get(end + 1) != Some(&b'.')) {
            break;
        }
        end += 1 + more;
    }
    Some(Match::new(at, at + end, JWT))
}

/// Whether `text` begins with the base64 of `{"`, a name of letters, digits and `#`, and `":`.
fn is_json_header(text: &[u8]) -> bool {
    let mut state = 0;
    for byte in decoded(text.get(..24.min(text.len())).unwrap_or_default()) {
        state = match (state, byte) {
            (0, b'{') => 1,
            (1 | 4, b' ' | b'\n' | b'\r' | b'\t') => state,
            (1, b'"') => 2,
            (2 | 3, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'#' | b'_') => 3,
            (3, b'"') => 4,
            (4, b':') => return true,
            _ => return false,
        };
    }
    false
}

/// The bytes that base64 or base64url stands for, up to padding or what is neither.
fn decoded(text: &[u8]) -> impl Iterator<Item = u8> {
    let mut bits = 0u32;
    let mut held = 0;
    text.iter().map_while(|byte| six_bits(*byte)).filter_map(move |six| {
        bits = bits << 6 | six;
        held += 6;
        (held >= 8).then(|| {
            held -= 8;
            (bits >> held & 0xff) as u8
        })
    })
}

fn six_bits(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

const DASHES: &[u8] = b"-----";
/// A label is at most this long, in bytes.
const MAX_LABEL: usize = 64;
/// A key of which less is left is none, in bytes.
const MIN_KEY: usize = 16;

/// A private key in PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)), OpenSSH's, PGP's or SSH2's armour whose
/// `BEGIN` is at `at`: up to its end line, or to where it was cut off. Line ends may be written `\n`.
fn pem(view: &View, at: usize) -> Option<Match> {
    let start = at.checked_sub(DASHES.len()).filter(|start| *start >= view.from)?;
    // SSH2 has four dashes and a space.
    if !matches!(view.text.get(start..at)?, b"-----" | b"---- ") {
        return None;
    }
    let text = view.text.get(at..)?;
    let label = text.get(..MAX_LABEL.min(text.len()))?;
    let close = find(label, b"----").unwrap_or(label.len());
    find(label.get(..close)?, b"PRIVATE KEY")?;
    let mut body = close + text.get(close..)?.iter().take_while(|byte| **byte == b'-').count();
    let begin = body;
    body += armoured(text.get(body..)?);
    // A marker in a sentence has nothing behind it.
    let content = text.get(begin..body)?.iter().filter(|byte| six_bits(**byte).is_some()).count();
    let end = end_line(text.get(body..)?);
    if content < MIN_KEY && close < label.len() && (end == 0 || content == 0) {
        return None;
    }
    Some(Match::new(start, at + body + end, PRIVATE_KEY))
}

/// Length of the lines of base64 and of headers that `text` begins with: up to two dashes, or what neither has.
fn armoured(text: &[u8]) -> usize {
    let mut previous = 0;
    for (n, &found) in text.iter().enumerate() {
        let inside = six_bits(found).is_some()
            || found.is_ascii_whitespace()
            || matches!(found, b'=' | b'\\' | b':' | b',' | b'.' | b'(' | b')');
        if !inside {
            return n;
        }
        if found == b'-' && previous == b'-' {
            return n - 1;
        }
        previous = found;
    }
    text.len()
}

/// Length of the `-----END ...-----` that `text` begins with.
fn end_line(text: &[u8]) -> usize {
    let open = text.iter().take(DASHES.len()).take_while(|byte| matches!(**byte, b'-' | b' ')).count();
    if open < 4 || !text.get(open..).is_some_and(|rest| rest.starts_with(b"END")) {
        return 0;
    }
    let line = text.get(open..text.len().min(open + MAX_LABEL)).unwrap_or_default();
    let close = find(line, b"----").map(|close| open + close);
    close.map_or(text.len().min(open + MAX_LABEL), |close| {
        close + text.iter().skip(close).take(DASHES.len()).take_while(|byte| **byte == b'-').count()
    })
}

/// A key file of [PuTTY](https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html) at `at`: to the end of
/// what it is made of.
fn putty(view: &View, at: usize) -> Option<Match> {
    let length = armoured(view.text.get(at..)?);
    Some(Match::new(at, at + length, PRIVATE_KEY))
}

pub(crate) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window == needle)
}

/// The credentials behind `Bearer ` ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)) or `Basic `
/// ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)) at `at`, also behind `%20` and `+`; the scheme's name stays.
fn scheme(view: &View, at: usize) -> Option<Match> {
    let text = view.text.get(at..)?;
    let name = text.iter().take(7).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let bearer = text.get(..name)?.eq_ignore_ascii_case(b"bearer");
    if !bearer && !text.get(..name)?.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let rest = text.get(name..)?;
    let encoded = matches!(rest, [b'%' | b'+', ..]);
    let spaces = match rest {
        [b'%', b'2', b'0', ..] => 3,
        [b'+', ..] => 1,
        _ => rest.iter().take(8).take_while(|byte| matches!(**byte, b' ' | b'\t')).count(),
    };
    if spaces == 0 {
        return None;
    }
    let start = name + spaces;
    let rest = text.get(start..)?;
    // `+` may stand for a space and in a credential, so a run of them is not looked through from each.
    let limit = if encoded { 512 } else { usize::MAX };
    let length = rest.iter().take(limit).take_while(|byte| is_credential(**byte)).count();
    let mut credential = rest.get(..length)?;
    // `realm="..."` is a parameter.
    if credential.ends_with(b"=") && matches!(rest.get(length), Some(b'"' | b'\\' | b'\'')) {
        return None;
    }
    while let Some((b'.' | b':', rest)) = credential.split_last() {
        credential = rest;
    }
    let secret = if bearer { is_bearer(credential) } else { is_basic(credential) };
    secret.then(|| Match::new(at + start, at + start + credential.len(), if bearer { BEARER } else { BASIC }))
}

/// `token68` of [RFC 7235](https://www.rfc-editor.org/rfc/rfc7235#section-2.1), and what is found in its place.
fn is_credential(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b'|' | b':' | b'%')
}

/// Whether a word behind "bearer" is a credential and not prose ("bearer token expired").
fn is_bearer(word: &[u8]) -> bool {
    word.len() >= 5 && !value::is_words(word)
}

/// Whether a word decodes from base64 to text that has a colon: `user:password`.
fn is_basic(word: &[u8]) -> bool {
    let mut colon = false;
    let digits = word.len() - word.iter().rev().take_while(|byte| **byte == b'=').count();
    if digits < 4 || !word.iter().take(digits).all(|byte| six_bits(*byte).is_some()) {
        return false;
    }
    for byte in decoded(word).take(192) {
        if byte < 0x20 || byte == 0x7f {
            return false;
        }
        colon |= byte == b':';
    }
    colon
}
