//! What stands around an `@` or behind `://`: e-mail addresses, passwords in URLs, webhooks.

use super::content::{is_secret, is_template};
use super::mark;
use super::run::{self, Kind};
use super::spoken::MAX_SENTENCE;
use super::text::{Match, View};
use super::words::{Words, find, first_of};
use crate::json::hex4;
use crate::policy::{EMAIL, URL_PASSWORD, WEBHOOK};

/// Last labels that are no top-level domain but the ends of file and unit names (`getty@tty1.service`, `icon@2x.png`).
const NOT_DOMAINS: &[&str] = &[
    "service",
    "socket",
    "timer",
    "mount",
    "automount",
    "slice",
    "scope",
    "target",
    "device",
    "path",
    "swap",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "webp",
    "ico",
    "js",
    "jsx",
    "ts",
    "tsx",
    "mjs",
    "css",
    "json",
    "tgz",
    "gz",
    "zip",
    "tar",
    "whl",
    "jar",
    "html",
    "txt",
    "log",
    "yaml",
    "yml",
    "toml",
    "xml",
    "conf",
    "lock",
    "so",
    "dll",
    "exe",
    "pdf",
    "csv",
    "java",
];

static NO_DOMAINS: Words<{ NOT_DOMAINS.len() }> = Words::new(NOT_DOMAINS);

fn is_no_domain(label: &[u8]) -> bool {
    label.first().is_some_and(u8::is_ascii_lowercase) && NO_DOMAINS.has(label)
}

/// A local part has 64 bytes at most, and three times as many when it is percent-encoded.
const MAX_LOCAL: usize = 192;

/// An address around the `@` at `at`: the practical part of
/// [RFC 5321 section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2) and
/// [RFC 6531](https://www.rfc-editor.org/rfc/rfc6531), that is a local part without quotes, `@`, and a domain of two
/// labels or more that ends in letters; private domains (`x@y.internal`) count.
///
/// Left alone: hosts of one label (`root@web-1`), versions (`pkg@1.2.3`), digests, names of files and units,
/// decorators, `git@host`, ssh remotes and prompts (`name@host.domain:/path`, `name@host.domain:~`), the user of a
/// URL (`https://name@host.domain`).
///
/// CJK text has no spaces, so ideographs, kana and hangul belong to the local part only when they stand directly in
/// front of the `@`; behind a top-level domain of Latin letters they are prose.
pub(crate) fn email(view: &View, at: usize) -> Option<Match> {
    // What is asked first costs least.
    if !may_end_local(view.before(at)) {
        return None;
    }
    let end = domain_end(view, at + 1)?;
    let next = view.byte(end);
    if next == b':' && matches!(view.byte(end + 1), b'~' | b'/') && view.byte(end + 2) != b'/' {
        return None;
    }
    let start = local_start(view, at)?;
    // Of a local part with `\u00e9` in it this is but the end.
    if view.before(start) == b'\\' && view.byte(start) == b'u' && hex4(view.text, start + 1).is_some() {
        return None;
    }
    let local = view.text.get(start..at)?;
    if !local.iter().any(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80) {
        return None;
    }
    // The user of an ssh remote (git@github.com:org/repo) is a program, not a person.
    if local == b"git" && matches!(next, b':' | b'/') {
        return None;
    }
    if is_url_user(view, start) || is_ssh_name(local, view.text.get(at + 1..end)?) {
        return None;
    }
    Some(Match::new(start, end, EMAIL))
}

/// Whether it is the name of an algorithm, request or extension of SSH, which has a domain when its inventor gave it
/// ([RFC 4251 section 6](https://www.rfc-editor.org/rfc/rfc4251#section-6)): people's names there have neither digits
/// nor hyphens.
fn is_ssh_name(local: &[u8], domain: &[u8]) -> bool {
    const DOMAINS: &[&[u8]] = &[b"openssh.com", b"libssh.org", b"ssh.com", b"lysator.liu.se"];
    const NAMES: &[&[u8]] = &[b"zlib", b"keepalive", b"eow", b"fsync", b"statvfs", b"limits"];
    DOMAINS.contains(&domain)
        && (local.iter().any(|byte| matches!(byte, b'0'..=b'9' | b'-'))
            || NAMES.iter().any(|name| local.ends_with(name)))
}

/// Start of the local part that ends at `at`.
fn local_start(view: &View, at: usize) -> Option<usize> {
    let limit = view.from.max(at.saturating_sub(MAX_LOCAL));
    let ideographs = at > limit && view.byte(at - 1) >= 0x80;
    let mut start = at;
    while start > limit {
        let found = view.byte(start - 1);
        if found >= 0x80 {
            let (first, script) = character(view, limit, start)?;
            let belongs = match script {
                Script::Letters => true,
                Script::Ideographs => ideographs,
                Script::Other => false,
            };
            if !belongs {
                break;
            }
            start = first;
        } else if is_local(found) {
            start -= 1;
            // A character that was percent-encoded because it separates; `+` and letters belong to the address.
            let code = view.text.get(start + 1..start + 3).filter(|_| found == b'%' && start + 3 <= at);
            if let Some([b'2' | b'3' | b'5' | b'7', low]) = code
                && !matches!(code, Some([b'2', b'B' | b'b' | b'D' | b'd' | b'E' | b'e'] | [b'5', b'F' | b'f']))
                && low.is_ascii_hexdigit()
            {
                start += 3;
                break;
            }
        } else {
            break;
        }
    }
    // In escaped text an address may stand behind `\n`.
    if view.before(start) == b'\\' && matches!(view.byte(start), b'n' | b't' | b'r') && start + 1 < at {
        start += 1;
    }
    // Punctuation in front belongs to what the address stands in.
    while start < at && !matches!(view.byte(start), b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | 0x80..) {
        start += 1;
    }
    (start < at).then_some(start)
}

fn may_end_local(byte: u8) -> bool {
    byte >= 0x80 || (is_local(byte) && byte != b'.')
}

fn is_local(byte: u8) -> bool {
    run::is(Kind::Local, byte)
}

enum Script {
    Letters,
    Ideographs,
    Other,
}

/// The character beyond ASCII that ends at `end`: where it begins, and what it is.
fn character(view: &View, limit: usize, end: usize) -> Option<(usize, Script)> {
    let mut first = end.checked_sub(1)?;
    while first > limit && end - first < 4 && view.byte(first) & 0xc0 == 0x80 {
        first -= 1;
    }
    let found = core::str::from_utf8(view.text.get(first..end)?).ok().and_then(|text| text.chars().next());
    let script = match found {
        Some('\u{2e80}'..='\u{2fff}' | '\u{3040}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..) => {
            Script::Ideographs
        }
        // Also combining marks of Indic and other scripts, and what is not seen.
        Some('\u{300}'..='\u{1fff}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}') => Script::Letters,
        Some(found) if found < '\u{ff00}' && found.is_alphanumeric() => Script::Letters,
        _ => Script::Other,
    };
    Some((first, script))
}

/// Whether what begins at `start` is the user, or a password that was masked before, in `scheme://...@host`.
fn is_url_user(view: &View, start: usize) -> bool {
    let mut at = start;
    if view.before(at) == b':' {
        at -= 1;
        while at > view.from && start - at < 64 && is_local(view.byte(at - 1)) {
            at -= 1;
        }
    }
    let front = view.text.get(view.from..at).unwrap_or_default();
    view.before(at) == b'/' && SLASHES.iter().any(|slashes| front.ends_with(slashes))
}

/// What stands behind the colon of a URL's scheme, also as JSON inside a text has it.
pub(super) const SLASHES: [&[u8]; 2] = [b"//", b"\\/\\/"];

const MAX_DOMAIN: usize = 255;

/// End of the domain name at `start`, behind its last label that may be a top-level domain.
fn domain_end(view: &View, start: usize) -> Option<usize> {
    let text = view.text.get(start..)?;
    let mut end = None;
    let mut at = 0;
    for n in 0.. {
        let label = text.get(at..)?;
        let length = label
            .iter()
            .take(MAX_DOMAIN.saturating_sub(at))
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80 || **byte == b'-')
            .count();
        let label = label.get(..length)?;
        if matches!(label, [] | [b'-', ..]) {
            break;
        }
        // The second number is that of a version.
        let version =
            label.iter().all(u8::is_ascii_digit) || (label.first()?.is_ascii_digit() && label.contains(&b'-'));
        if n == 1 && version {
            return None;
        }
        let name = if n > 0 { top_level(label) } else { &[] };
        if n > 0 && !name.is_empty() {
            end = Some(at + name.len());
        } else if end.is_some() && is_no_domain(label) {
            return None;
        }
        at += length;
        if text.get(at) != Some(&b'.') || (!name.is_empty() && name.len() < length) {
            break;
        }
        at += 1;
    }
    // Members of an object (`x@self.weight`) are no hosts.
    if text.starts_with(b"self.") {
        return None;
    }
    end.map(|end| start + end)
}

/// The part of a label that may be a top-level domain: two letters or more, of one script, or punycode.
fn top_level(label: &[u8]) -> &[u8] {
    if label.starts_with(b"xn--") {
        return label;
    }
    let ascii = label.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let length = if ascii > 0 { ascii } else { utf8_letters(label) };
    let name = label.get(..length).unwrap_or_default();
    // Behind Latin letters only a character beyond ASCII may follow, which is prose.
    let ends = label.get(length).is_none_or(|next| *next >= 0x80 || (*next == b'-' && label.len() == length + 1));
    if name.len() < 2 || !ends || (ascii > 0 && is_no_domain(name)) { &[] } else { name }
}

/// Length of the letters beyond ASCII that `label` begins with; full-width and CJK punctuation ends them.
fn utf8_letters(label: &[u8]) -> usize {
    let run = label.iter().take_while(|byte| **byte >= 0x80).count();
    let Some(text) = label.get(..run).and_then(|run| core::str::from_utf8(run).ok()) else { return 0 };
    text.chars().take_while(|found| found.is_alphanumeric()).map(char::len_utf8).sum()
}

/// How far behind the first `/`, `?` or `#` of a password its `@` is looked for, in bytes.
const UNENCODED: usize = 64;
/// A user name without a password that is at least this long, in bytes, is a token.
const MIN_TOKEN: usize = 20;

/// The secret in the URL whose `://` is at `at` and ends at `start`: the password in `scheme://user:password@host`
/// ([RFC 3986 section 3.2.1](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1)), a token in the place of the user
/// (`https://0123456789abcdef0123@host`), the path of a webhook. A user name that is an address goes with the password.
pub(crate) fn url(view: &View, at: usize, start: usize) -> Option<Match> {
    if !view.before(at).is_ascii_alphanumeric() {
        return None;
    }
    // A mark in the place of the user and the password has a colon of its own.
    if view.text.get(start..)?.starts_with(mark::OPEN) {
        return None;
    }
    let mut colon = None;
    let mut user_end = None;
    let mut limit = usize::MAX;
    let mut end = view.text.len();
    for (n, &found) in view.text.get(start..)?.iter().enumerate() {
        let here = start + n;
        let ends = match found {
            0..=b' ' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b',' => true,
            b':' => {
                colon = colon.or(Some(here + 1));
                false
            }
            b'@' => {
                user_end = Some(here);
                false
            }
            b'/' | b'?' | b'#' if user_end.is_some() || is_port(view, colon, here) => true,
            // `jdbc:sqlserver://host:1433;password=x`
            b';' if colon.is_some() && is_port(view, colon, here) => true,
            // A password may hold these when nobody encoded it.
            b'/' | b'?' | b'#' => {
                limit = limit.min(here + UNENCODED);
                // Without an `@` it may only be a webhook, whose path begins there.
                if view.run(Kind::NoAt, here) > limit && webhook(view, start, limit).is_none() {
                    return None;
                }
                false
            }
            _ => false,
        };
        if ends || here >= limit {
            end = here;
            break;
        }
    }
    let Some(user_end) = user_end else { return webhook(view, start, end) };
    // In `user@host:port` the colon belongs to the host.
    let Some(password) = colon.filter(|colon| *colon <= user_end) else {
        let user = view.text.get(start..user_end)?;
        return is_token(user).then(|| Match::new(start, user_end, URL_PASSWORD));
    };
    let secret = view.text.get(password..user_end)?;
    if secret.is_empty() || mark::is_mark(secret) || is_template(secret) {
        return None;
    }
    let user = view.text.get(start..password)?;
    let address = user.contains(&b'@') || user.windows(3).any(|found| found == b"%40");
    // `https://<token>:x-oauth-basic@host`
    let address = address || is_token(user.strip_suffix(b":").unwrap_or(user));
    Some(Match::new(if address { start } else { password }, user_end, URL_PASSWORD))
}

fn is_token(user: &[u8]) -> bool {
    user.len() >= MIN_TOKEN
        && user.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && user.iter().any(u8::is_ascii_digit)
        && user.iter().any(u8::is_ascii_alphabetic)
}

/// Whether there is no colon in front of `at`, or nothing but a port between the two.
fn is_port(view: &View, colon: Option<usize>, at: usize) -> bool {
    colon
        .and_then(|colon| view.text.get(colon..at))
        .is_none_or(|port| port.len() <= 5 && port.iter().all(u8::is_ascii_digit))
}

/// Hosts, and the path behind which all is secret.
const WEBHOOKS: &[(&[u8], &[u8])] = &[
    // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    (b"hooks.slack.com", b"/services/"),
    (b"hooks.slack.com", b"/workflows/"),
    (b"hooks.slack.com", b"/triggers/"),
    // https://discord.com/developers/docs/resources/webhook
    (b"discord.com", b"/api/webhooks/"),
    (b"discordapp.com", b"/api/webhooks/"),
    // https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
    (b".webhook.office.com", b"/webhookb2/"),
    (b"outlook.office.com", b"/webhook/"),
    (b"outlook.office365.com", b"/webhook/"),
    // https://core.telegram.org/bots/api#making-requests
    (b"api.telegram.org", b"/bot"),
    (b"api.telegram.org", b"/file/bot"),
    // https://zapier.com/help/create/code-webhooks/trigger-zaps-from-webhooks
    (b"hooks.zapier.com", b"/hooks/catch/"),
    // https://ifttt.com/maker_webhooks
    (b"maker.ifttt.com", b"/trigger/"),
];

/// The secret path of a webhook's URL whose host is `text[start..end]`.
fn webhook(view: &View, start: usize, end: usize) -> Option<Match> {
    let host = view.text.get(start..end)?;
    if !matches!(host.last()?, b'm' | b'g') {
        return None;
    }
    let rest = view.text.get(end..)?;
    let known = WEBHOOKS.iter().find(|(name, path)| host.ends_with(name) && rest.starts_with(path))?;
    let start = end + known.1.len();
    let length = view.text.get(start..)?.iter().take_while(|byte| is_path(**byte)).count();
    (length >= 8).then(|| Match::new(start, start + length, WEBHOOK))
}

fn is_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'@' | b'%' | b':' | b'=' | b'.' | b'+' | b'~')
}

/// The password in a connection string that is no URL, whose `@` is at `at`: `u:p@tcp(host)/db` of
/// [Go's driver for MySQL](https://github.com/go-sql-driver/mysql#dsn-data-source-name), `u/p@host` of Oracle's tools.
#[inline(never)]
pub(super) fn connection(view: &View, at: usize) -> Option<Match> {
    let mut start = at;
    let mut path = false;
    while at - start < MAX_SENTENCE
        && !matches!(view.before(start), 0..=b' ' | b'"' | b'\'' | b'`' | b'=' | b',' | b'@')
    {
        start -= 1;
        path |= view.byte(start) == b'/';
    }
    let network = matches!(view.byte(at + 1), b't' | b'u')
        && first_of(view.part(at + 1, usize::MAX), &[b"tcp(", b"unix("]).is_some();
    // Most are addresses.
    if start == at || !(network || path) {
        return None;
    }
    let front = view.part(start, at);
    let separator = if network {
        find(front, b":")?
    } else {
        let command = || view.part(view.from, start).ends_with(b"sqlplus ");
        let user = find(front, b"thin:").map(|thin| thin + 5).or_else(|| command().then_some(0))?;
        user + find(front.get(user..)?, b"/")?
    };
    let start = start + separator + 1;
    is_secret(view.part(start, at)).then(|| Match::new(start, at, URL_PASSWORD))
}
