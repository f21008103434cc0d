//! A user's name and a password that no name announces: `tool -u ada -p x`, `--auth ada:x`, "login attempt [ada/x] failed".

use super::content;
use super::spoken;
use super::text::{Match, View};
use super::words::{behind, find, first_of, until};
use crate::policy::PASSWORD;

/// How far a line is looked at on either side, in bytes.
const MAX_LINE: usize = 128;

/// The password of the pair that the word at `at` announces.
#[inline(never)]
pub(super) fn pair(view: &View, at: usize) -> Option<Match> {
    if view.byte(at + 1) == b' ' {
        return behind_letter(view, at);
    }
    if view.before(at) == b'-' {
        return option(view, at);
    }
    if first_of(view.part(at, usize::MAX), LOGIN).is_some() {
        // `Login incorrect (reason): [user/x] (from client c port 0)` of FreeRADIUS
        let open = find(view.part(at, at + MAX_LINE), b": [")? + 3;
        let end = until(view.text, at + open, MAX_LINE, b"]");
        return in_pair(view, (at + open, end), b"/");
    }
    if first_of(view.part(at, usize::MAX), SAID).is_some() { attempt(view, at) } else { None }
}

/// The value of `-p` or `-P` of any command that was given a user's name in front of it; many know other things by the
/// letter, so that it has to look like a password: `-p 8080:80`, `-p tcp`, `-p a/b`.
#[inline(never)]
fn behind_letter(view: &View, at: usize) -> Option<Match> {
    if view.before(at) != b'-' || view.before(at - 1) > b' ' {
        return None;
    }
    let (start, end) = word(view, at + 2);
    let content = view.part(start, end);
    if content.iter().any(|byte| matches!(byte, b'/' | b':' | b'=' | b'-')) || !is_password(content) {
        return None;
    }
    let front = view.part(view.from.max(at.saturating_sub(MAX_LINE)), at);
    let line = front.rsplit(|byte| matches!(byte, b'\n' | b'|' | b';' | b'&')).next().unwrap_or_default();
    let user = USERS.iter().find_map(|user| find(line, user))?;
    // `sudo -u ada tool -p x`
    let other =
        line.get(..user).is_some_and(|front| [b"sudo", b"exec", b"user"].iter().any(|tool| front.ends_with(*tool)));
    (!other).then(|| Match::new(start, end, PASSWORD))
}

/// What [FreeRADIUS](https://www.freeradius.org/documentation/) says of a login, with the password where it is told to.
const LOGIN: &[&[u8]] = &[b"Login incorrect", b"Login OK"];

/// What a sentence says in front of a pair; the other words are names of options.
const SAID: &[&[u8]] = &[
    b"chpasswd",
    b"auth failed",
    b"auth failure",
    b"authentication fail",
    b"Authentication fail",
    b"authenticated ",
    b"login attempt",
    b"Login attempt",
    b"login failed",
    b"Login failed",
    b"login failure",
    b"Login failure",
    b"created user ",
    b"created: ",
    b"login details",
    b"Login details",
    b"login with",
    b"Login with",
    b"trying ",
    b"Trying ",
    b"credentials ",
    b"Credentials ",
];

/// Options that have a user's name behind them.
const USERS: &[&[u8]] = &[b" -u ", b" -U ", b" -l ", b" --user", b" -user", b" --login "];

/// The password in the value of an option at `at`: `--user ada:x`, `-auth ada:x`, `--proxy-user ada:x`.
#[inline(never)]
fn option(view: &View, at: usize) -> Option<Match> {
    let start = behind(view.text, view.from, at, b"abcdefghijklmnopqrstuvwxyz-");
    if view.byte(start) != b'-' || !matches!(view.before(start), 0..=b' ' | b'"' | b'\'') {
        return None;
    }
    let end = until(view.text, at, MAX_NAME, b" =");
    in_pair(view, word(view, end + 1), b":%")
}

/// A longer name is no option, in bytes.
const MAX_NAME: usize = 32;

/// A longer one is no user's name, in bytes.
const MAX_USER: usize = 24;

/// Words between the one that announces a pair and the pair.
const BETWEEN: &[&[u8]] = &[
    b"chpasswd",
    b"list",
    b"login",
    b"Login",
    b"auth",
    b"authentication",
    b"Authentication",
    b"authenticated",
    b"attempt",
    b"attempted",
    b"created",
    b"details",
    b"failed",
    b"failure",
    b"with",
    b"as",
    b"for",
    b"user",
    b"using",
    b"credentials",
    b"Credentials",
    b"trying",
    b"Trying",
    b"pair",
    b"rejected",
    b"of",
    b"in",
    b"use",
];

/// The password that somebody tried: "login attempt [ada/x] failed", "trying ada:x", "credentials ada:x rejected".
#[inline(never)]
fn attempt(view: &View, at: usize) -> Option<Match> {
    // `login attempt [b'ada'/b'x'] failed` of [Cowrie](https://docs.cowrie.org/)
    let line = view.part(at, at + MAX_LINE);
    if let Some(between) = find(line, b"'/b'").filter(|_| line.starts_with(b"login attempt [b'")) {
        let start = at + between + 4;
        let end = until(view.text, start, MAX_LINE, b"'");
        return content::is_secret(view.part(start, end)).then(|| Match::new(start, end, PASSWORD));
    }
    let to = (at + MAX_LINE).min(view.text.len());
    let mut at = at;
    for _ in 0..6 {
        let end = until(view.text, at, MAX_NAME, b" :[{|('\"`/,");
        let word = view.part(at, end);
        if !BETWEEN.contains(&word) {
            let end = until(view.text, at, to - at.min(to), b" \"'`)],;");
            // `ada / x`
            if view.part(end, end + 3) == b" / " {
                return said(view, end + 3);
            }
            if let Some(with) = first_of(view.part(end, to), &[b" with ", b" using "]) {
                return said(view, end + with.len())
                    .filter(|found| content::is_mixed(view.part(found.start, found.end)));
            }
            // "Credentials for ada: x"
            if view.byte(end - 1) == b':' && view.byte(end) == b' ' && view.part(view.from, at).ends_with(b"for ") {
                return said(view, end + 1);
            }
            return in_pair(view, (at, end), b":/");
        }
        at = end
            + view
                .part(end, to)
                .iter()
                .take_while(|byte| {
                    matches!(**byte, b'\n' | b' ' | b':' | b'[' | b'{' | b'|' | b'(' | b'\'' | b'"' | b'`')
                })
                .count();
    }
    None
}

/// The word at `at`, if it looks like a password.
#[inline(never)]
fn said(view: &View, at: usize) -> Option<Match> {
    let (start, end) = word(view, at);
    is_password(view.part(start, end)).then(|| Match::new(start, end, PASSWORD))
}

/// The password behind the user's name and one of `separators`.
#[inline(never)]
fn in_pair(view: &View, (start, end): (usize, usize), separators: &[u8]) -> Option<Match> {
    let user = until(view.text, start, (end - start).min(MAX_USER), separators);
    let named = user > start
        && user < end
        && separators.contains(&view.byte(user))
        && view
            .part(start, user)
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'@' | b'\\' | b'$'));
    let content = view.part(user + 1, end);
    // A path, or a host, its port and a path.
    let one = !content.iter().any(|byte| matches!(byte, b'/' | b':'));
    (named && one && is_password(content)).then(|| Match::new(user + 1, end, PASSWORD))
}

/// Whether a value that nothing names looks like a password: letters and digits or signs, and not a version, a host, an
/// identifier or the name of something.
#[inline(never)]
fn is_password(content: &[u8]) -> bool {
    let dots = content.iter().filter(|byte| **byte == b'.').count();
    if dots > 1 && content.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')) {
        // A host.
        return false;
    }
    let long_number = content.len() >= 6 && content.iter().all(u8::is_ascii_digit);
    (content::is_strong(content, 6) && content.iter().any(u8::is_ascii_alphabetic) || long_number)
        && content::is_secret(content)
        && first_of(content, &[b"$", b"-", b"<", b"{", b"["]).is_none()
}

/// The word at `at`, also in quotes.
#[inline(never)]
fn word(view: &View, at: usize) -> (usize, usize) {
    spoken::string(view, at).unwrap_or_else(|| (at, until(view.text, at, MAX_LINE, b" \"'\\,;)]")))
}
