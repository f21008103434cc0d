//! What is known by its first characters: vendors' tokens, JSON Web Tokens, private keys, authentication schemes.

use super::run::{self, Kind, Odd, six_bits};
use super::text::{Match, View};
use super::value;
use super::words::find;
use crate::lanes;
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
    let heads = view.policy.heads_of(lanes::load(text, 0));
    // The longest prefix comes last, and says most.
    let mut found = None;
    for token in heads.filter_map(|head| view.policy.tokens.get(usize::from(head.token))) {
        if text.starts_with(token.prefix.as_bytes()) {
            found = length(token, view, at).map(|length| Match::new(at, at + length, token.rule)).or(found);
        }
    }
    found
}

/// How much of a token of any length decides whether it is one, in bytes.
const MAX_HEAD: usize = 256;

/// How much of the text at `at`, which begins with the token's prefix, is the token.
fn length(token: &Token, view: &View, at: usize) -> Option<usize> {
    let start = at + token.prefix.len();
    let all = view.run(Kind::of(token.charset), start) - start;
    let limit = if token.max == 0 { MAX_HEAD } else { usize::from(token.max) };
    if token.max != 0 && all > limit && view.byte(start + limit) != b'.' {
        return None;
    }
    let mut count = all.min(limit);
    if matches!(token.charset, Charset::Dotted) {
        // A full stop at the end belongs to the sentence.
        while count > 0 && view.byte(start + count - 1) == b'.' {
            count -= 1;
        }
    }
    if count < usize::from(token.min) {
        return None;
    }
    let has = |others: Kind| view.run(others, start) < start + count;
    let formed = match token.charset {
        Charset::Mixed => has(Kind::NoDigit) && has(Kind::NoUpper) && has(Kind::NoLower),
        Charset::Uuid => {
            let dash = |n: &usize| view.byte(start + n) == b'-';
            (0..count).all(|n| dash(&n) == matches!(n, 8 | 13 | 18 | 23))
        }
        _ => true,
    };
    if !formed {
        return None;
    }
    Some(token.prefix.len() + if count == MAX_HEAD { all } else { count })
}

/// A compact JSON Web Signature or Encryption ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)) at `at`: a header
/// that is a JSON object in base64url, and at least the beginning of a payload; a token that was cut off counts too.
fn json_web_token(view: &View, at: usize) -> Option<Match> {
    if !is_json_header(view.text.get(at..)?) {
        return None;
    }
    // Every word of a long run may begin like a token; its end is looked for once, and that of the payload only when it
    // is one.
    let mut end = view.run(Kind::Base64Url, at);
    let payload = view.text.get(end..)?.strip_prefix(b".")?;
    if !payload.first_chunk::<4>()?.iter().all(|byte| run::is(Kind::Base64Url, *byte)) {
        return None;
    }
    end = view.run(Kind::Base64Url, end + 1);
    for _ in 0..3 {
        let more = view.run(Kind::Base64Url, end + 1);
        if view.byte(end) != b'.' || (more == end + 1 && view.byte(more) != b'.') {
            break;
        }
        end = more;
    }
    Some(Match::new(at, end, JWT))
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

/// The credentials behind `Bearer ` ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)) or `Basic `
/// ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)) at `at`, also behind `%20` and `+`; the scheme's name stays.
fn scheme(view: &View, at: usize) -> Option<Match> {
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
    let start = at + name + spaces;
    let mut end = view.run(Kind::Credential, start);
    // `realm="..."` is a parameter.
    if end > start && view.byte(end - 1) == b'=' && matches!(view.byte(end), b'"' | b'\\' | b'\'') {
        return None;
    }
    end = view.runs.stops(view.text, end).max(start);
    let secret = if bearer { is_bearer(view.text.get(start..end)?) } else { is_basic(view, start, end) };
    secret.then(|| Match::new(start, end, if bearer { BEARER } else { BASIC }))
}

/// Whether a word behind "bearer" is a credential and not prose ("bearer token expired").
fn is_bearer(word: &[u8]) -> bool {
    word.len() >= 5 && !value::is_words(word)
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
