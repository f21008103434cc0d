//! Private keys in the armours of PEM, OpenSSH, PGP, SSH2 and PuTTY.

use super::jwt::decoded;
use super::run::{Kind, six_bits};
use super::text::{Match, View};
use super::words::find;
use crate::policy::PRIVATE_KEY;

const DASHES: &[u8] = b"-----";
/// A label is at most this long, in bytes.
const MAX_LABEL: usize = 64;
/// A key of which less is left is none, in bytes.
const MIN_KEY: usize = 16;

/// The private key whose beginning or end is at `at`.
pub(super) fn key(view: &View, at: usize) -> Option<Match> {
    match view.byte(at) {
        b'B' => block(view, at),
        b'P' => putty(view, at),
        b'E' => tail(view, at),
        _ => encoded(view, at),
    }
}

/// A private key in PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)), OpenSSH's, PGP's or SSH2's armour whose
/// `BEGIN` is at `at`: up to its end line, or to where it was cut off. Line ends may be written `\n`, and each line may be
/// a string of its own.
fn block(view: &View, at: usize) -> Option<Match> {
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
    body += strings(text.get(body..)?);
    // A marker in a sentence has nothing behind it.
    let content = text.get(begin..body)?.iter().filter(|byte| six_bits(**byte).is_some()).count();
    let end = end_line(text.get(body..)?);
    if content < MIN_KEY && close < label.len() && (end == 0 || content == 0) {
        return None;
    }
    Some(Match::new(start, at + body + end, PRIVATE_KEY))
}

/// Length of the lines of base64 and of headers that `text` begins with: up to two dashes, or what neither has. Each line
/// may have a prefix, as in a diff or a dump.
fn armoured(text: &[u8]) -> usize {
    let mut previous = 0;
    let mut line_begins = true;
    let mut in_header = false;
    for (n, &found) in text.iter().enumerate() {
        if found == b'-' && previous == b'-' {
            return n - 1;
        }
        if matches!(found, b'\n' | b'\r') || (previous == b'\\' && matches!(found, b'n' | b'r')) {
            line_begins = true;
            in_header = false;
        } else {
            let inside = six_bits(found).is_some()
                || found.is_ascii_whitespace()
                || matches!(found, b'=' | b'\\' | b':' | b',' | b'.' | b'(' | b')')
                || (in_header && found > b' ')
                || (line_begins && matches!(found, b'|' | b'>' | b'<' | b'#' | b'*'));
            if !inside {
                return n;
            }
            in_header |= found == b' ' && previous == b':';
            line_begins &= matches!(found, b' ' | b'\t' | b'|' | b'>' | b'<' | b'#' | b'*' | b'+');
        }
        previous = found;
    }
    text.len()
}

/// Length of what `text` begins with if the lines of a block are strings that a program joins, up to the quote that opens
/// the last one, or to where the block was cut off: `" + "..."`, `", "..."`. Without an end line strings that follow are
/// others, and a name has a colon behind it.
fn strings(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let joint = joint(rest);
        let rest = rest.get(joint..).unwrap_or_default();
        if joint == 0 {
            return 0;
        }
        if end_line(rest) > 0 {
            return at + joint;
        }
        let line = rest.iter().take_while(|byte| six_bits(**byte).is_some() || **byte == b'=').count();
        if line == rest.len() {
            let end = if line == 0 { at } else { text.len() };
            return if at + line < MIN_KEY { 0 } else { end };
        }
        if line == 0 {
            return 0;
        }
        at += joint + line;
    }
}

/// Length of what joins strings that `text` begins with, from the quote of the one to that of the other, or to where it was
/// cut off.
fn joint(text: &[u8]) -> usize {
    let mut quotes = 0;
    let mut escaped = false;
    let inside = |byte: &&u8| {
        let found = **byte;
        let line_end = escaped && matches!(found, b'n' | b'r');
        escaped = found == b'\\';
        quotes += usize::from(matches!(found, b'"' | b'\''));
        line_end || found.is_ascii_whitespace() || matches!(found, b'"' | b'\'' | b'\\' | b'+' | b',' | b'.')
    };
    let length = text.iter().take_while(inside).count();
    if quotes == 2 || length == text.len() { length } else { 0 }
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
    let text = view.text.get(at..)?;
    text.starts_with(b"PuTTY-User-Key-File-").then(|| Match::new(at, at + armoured(text), PRIVATE_KEY))
}

/// The rest of a private key in PEM whose beginning was cut off: the lines in front of the `END` at `at`. What has neither
/// the first nor the last line of a key looks like any base64.
#[inline(never)]
fn tail(view: &View, at: usize) -> Option<Match> {
    let dashes = at.checked_sub(DASHES.len()).filter(|start| *start >= view.from)?;
    let rest = view.text.get(dashes..)?;
    let length = end_line(rest);
    find(rest.get(..length)?, b"PRIVATE KEY")?;
    let front = view.text.get(view.from..dashes)?;
    let line =
        |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'+' | b'/' | b'=' | b'\\' | b'\n' | b'\r');
    let body = front.iter().rev().take_while(line).count();
    (body >= MIN_KEY).then(|| Match::new(dashes - body, dashes + length, PRIVATE_KEY))
}

/// A private key in PEM that is in base64 once more, as in Kubernetes' secrets and client configurations.
#[inline(never)]
fn encoded(view: &View, at: usize) -> Option<Match> {
    let mut first = [0; MAX_LABEL];
    let label = view.text.get(at..)?;
    decoded(label.get(..MAX_LABEL.min(label.len()))?).zip(&mut first).for_each(|(byte, place)| *place = byte);
    find(&first, b"PRIVATE KEY")?;
    Some(Match::new(at, view.run(Kind::Base64, at), PRIVATE_KEY))
}

/// How far from the key the kind of a JSON Web Key stands at most, in bytes.
const MAX_MEMBERS: usize = 200;
/// A shorter symmetric key is none: 128 bits.
const MIN_SYMMETRIC: usize = 22;

/// The private part of a JSON Web Key ([RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-6)) behind the colon at
/// `at`: `"d":"..."`, of 32 bytes or more, and `"k":"..."` of a symmetric one.
#[inline(never)]
pub(super) fn exponent(view: &View, at: usize) -> Option<Match> {
    let name = view.text.get(view.from..at)?.strip_suffix(b"\"")?;
    let escapes = name.iter().rev().take(4).take_while(|byte| **byte == b'\\').count();
    let name = name.get(..name.len() - escapes)?;
    let symmetric = name.ends_with(b"\"k");
    if !symmetric && !name.ends_with(b"\"d") {
        return None;
    }
    let open = view.text.get(at + 1..)?.iter().take(6).take_while(|byte| matches!(**byte, b' ' | b'"' | b'\\')).count();
    let start = at + 1 + open;
    let end = view.run(Kind::Base64Url, start);
    if symmetric {
        let is_near = |from: usize, to: usize| is_symmetric(view.part(view.start.max(from), to));
        let found = end >= start + MIN_SYMMETRIC
            && (is_near(at.saturating_sub(MAX_MEMBERS), at) || is_near(end, end + MAX_MEMBERS));
        return found.then(|| Match::new(start, end, PRIVATE_KEY));
    }
    let has = |others: Kind| view.run(others, start) < end;
    let random = has(Kind::NoDigit) && has(Kind::NoUpper) && has(Kind::NoLower);
    (end >= start + 43 && random).then(|| Match::new(start, end, PRIVATE_KEY))
}

/// Whether members of JSON Web Keys say that one is symmetric, `"kty":"oct"`: others have no `"k"`.
fn is_symmetric(members: &[u8]) -> bool {
    find(members, b"\"oct").is_some() && find(members, b"kty").is_some()
}

/// The private exponent of an [`RSAKeyValue`](https://learn.microsoft.com/dotnet/api/system.security.cryptography.rsa.toxmlstring) as .NET writes it,
/// behind the `>` at `at`: `<D>...</D>`.
#[inline(never)]
pub(super) fn element(view: &View, at: usize) -> Option<Match> {
    if !view.text.get(view.from..at)?.ends_with(b"<D") {
        return None;
    }
    let start = at + 1;
    let end = view.run(Kind::Padding, view.run(Kind::SixBits, start));
    let closed = view.part(end, end + 4) == b"</D>";
    (closed && end >= start + 43).then(|| Match::new(start, end, PRIVATE_KEY))
}
