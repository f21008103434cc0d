//! What stands around an `@`: e-mail addresses, and passwords in URLs.

use super::assignment::is_placeholder;
use super::mark;
use super::text::{Match, View};
use crate::policy::{EMAIL, URL_PASSWORD};

/// Last labels that are no top-level domain but the ends of file and unit names (`getty@tty1.service`, `icon@2x.png`).
const NOT_DOMAINS: &[&[u8]] = &[
    b"service", b"socket", b"timer", b"mount", b"slice", b"scope", b"target", b"device", b"path", b"swap", b"png",
    b"jpg", b"gif", b"svg", b"webp", b"js", b"ts", b"mjs", b"css", b"json", b"tgz", b"gz", b"zip",
];

/// An address around the `@` at `at`: the practical part of
/// [RFC 5321 section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2), that is a local part without
/// quotes, `@`, and a domain of two labels or more that ends in letters.
pub(crate) fn email(view: &View, at: usize) -> Option<Match> {
    let end = domain_end(view, at + 1)?;
    let mut start = at;
    while start > view.from && is_local(view.byte(start - 1)) {
        start -= 1;
    }
    // A dot neither begins nor ends the local part; `=` and `/` only occur where the address is part of something.
    while start < at && matches!(view.byte(start), b'.' | b'-' | b'+' | b'%') {
        start += 1;
    }
    if start == at || view.byte(at - 1) == b'.' {
        return None;
    }
    // The user of an ssh remote (git@github.com:org/repo) is a program, not a person.
    if view.text.get(start..at) == Some(b"git") && matches!(view.byte(end), b':' | b'/') {
        return None;
    }
    Some(Match::new(start, end, EMAIL))
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'%' | b'\'' | b'!' | b'#' | b'$' | b'*' | b'^' | b'~')
}

/// End of the domain name at `start`.
fn domain_end(view: &View, start: usize) -> Option<usize> {
    let mut at = start;
    let mut label = start;
    let mut last = None;
    loop {
        let found = view.byte(at);
        if found.is_ascii_alphanumeric() || found >= 0x80 || (found == b'-' && at > label) {
            at += 1;
            continue;
        }
        if at == label {
            break;
        }
        last = Some((label, at));
        if found != b'.' {
            break;
        }
        at += 1;
        label = at;
    }
    let (label, mut end) = last?;
    while end > label && view.byte(end - 1) == b'-' {
        end -= 1;
    }
    let name = view.text.get(label..end)?;
    let letters = name.len() >= 2 && name.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
    let domain = label > start && (letters || name.starts_with(b"xn--")) && !NOT_DOMAINS.contains(&name);
    domain.then_some(end)
}

/// The password in `scheme://user:password@host` whose colon is at `at`
/// ([RFC 3986 section 3.2.1](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1)).
pub(crate) fn url_password(view: &View, at: usize) -> Option<Match> {
    if !view.before(at).is_ascii_alphanumeric() {
        return None;
    }
    let start = at + 3;
    let mut colon = None;
    let mut host = None;
    let mut limit = usize::MAX;
    for (n, &found) in view.text.get(start..)?.iter().enumerate() {
        let here = start + n;
        match found {
            b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b',' => break,
            b':' if colon.is_none() && host.is_none() => colon = Some(here + 1),
            b'@' => host = Some(here),
            b'/' | b'?' | b'#' if host.is_some() || is_port(view, colon, here) => break,
            // A password may hold these when nobody encoded it.
            b'/' | b'?' | b'#' => limit = limit.min(here + UNENCODED),
            _ => {}
        }
        if here >= limit {
            break;
        }
    }
    let (start, end) = (colon?, host?);
    if start >= end || mark::is_mark(view.text.get(start..end)?) || is_placeholder(view.text.get(start..end)?) {
        return None;
    }
    Some(Match::new(start, end, URL_PASSWORD))
}

/// How far behind the first `/`, `?` or `#` of a password its `@` is looked for, in bytes.
const UNENCODED: usize = 64;

/// Whether there is no colon in front of `at`, or nothing but a port between the two.
fn is_port(view: &View, colon: Option<usize>, at: usize) -> bool {
    colon
        .and_then(|colon| view.text.get(colon..at))
        .is_none_or(|port| port.len() <= 5 && port.iter().all(u8::is_ascii_digit))
}
