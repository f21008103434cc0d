//! Secrets beside a separator that no name in front announces: hashes of passwords, lines of password files, names beyond
//! ASCII, and what is compared with a name.

use super::content::{self, Content};
use super::mark;
use super::name::{MAX_NAME, is_name};
use super::secret::MIN_COMPARED;
use super::text::{Match, View};
use super::value::{self, Value};
use super::words::{behind, ends_in, first_of, until};
use crate::key::Keys;
use crate::policy::{Meaning, PASSWORD};

/// What the separator at `at` stands beside that no name in front announces. Each of these has a sign that few separators
/// have beside them.
#[inline(always)]
pub(super) fn unnamed(view: &View, at: usize, keys: &mut Keys) -> Option<Match> {
    let (before, next, then) = (view.before(at), view.byte(at + 1), view.byte(at + 2));
    let found = match (next, then) {
        (b'2' | b'4' | b'5', _) if before == b']' => relay(view, at),
        (b'*' | b'2' | b'5' | b'6', _) => pgpass(view, at),
        (b':', b':') => ntlm(view, at),
        (b'$', _) | (b' ' | b'"' | b'\'', b' ' | b'$' | b'"' | b'\'') => crypt(view, at),
        _ => None,
    };
    let found = found.or_else(|| if next == b'=' || before == b'!' { compared(view, at, keys) } else { None });
    let last = if matches!(before, b' ' | b'"' | b'\'') { view.byte(at.wrapping_sub(2)) } else { before };
    let others = matches!(last, b'o' | b' ' | b'"' | b'\'' | 0x80..);
    found.or_else(|| if others { beyond_ascii(view, at) } else { None })
}

/// Beginnings of what crypt(3) and its like make of passwords
/// ([crypt(5)](https://manpages.debian.org/crypt.5), [Apache](https://httpd.apache.org/docs/2.4/misc/password_encryptions.html)).
const HASHES: &[&[u8]] = &[
    b"$1$",
    b"$5$",
    b"$6$",
    b"$7$",
    b"$y$",
    b"$gy$",
    b"$2a$",
    b"$2b$",
    b"$2y$",
    b"$apr1$",
    b"$argon2",
    b"$pbkdf2",
    b"$scrypt$",
];
/// A shorter hash is none, in bytes.
const MIN_HASH: usize = 24;
/// A longer one neither.
const MAX_HASH: usize = 512;

/// The hash of a password behind a separator: `user:$apr1$...` of htpasswd, `root:$6$...:19000:0:` of shadow.
#[inline(never)]
fn crypt(view: &View, at: usize) -> Option<Match> {
    let start = value::spaces(view, at + 1);
    let start = start + usize::from(matches!(view.byte(start), b'"' | b'\''));
    if view.byte(start) == b'$' { bare(view, start) } else { None }
}

/// The hash of a password whose `$` is at `start`, behind whatever.
#[inline(never)]
pub(super) fn bare(view: &View, start: usize) -> Option<Match> {
    first_of(view.part(start, usize::MAX), HASHES)?;
    hash(view, start)
}

/// The hash of a password that begins at `start`.
pub(super) fn hash(view: &View, start: usize) -> Option<Match> {
    let is_hash = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'$' | b',' | b'=' | b'+' | b'_' | b'-')
    };
    let length = view.part(start, start + MAX_HASH).iter().take_while(|byte| is_hash(byte)).count();
    (length >= MIN_HASH).then(|| Match::new(start, start + length, PASSWORD))
}

/// The password of a line of [.pgpass](https://www.postgresql.org/docs/current/libpq-pgpass.html), `host:port:database:user:x`,
/// whose host ends at `at`.
#[inline(never)]
fn pgpass(view: &View, at: usize) -> Option<Match> {
    // Any, PostgreSQL, PgBouncer, Redshift, CockroachDB.
    const PORTS: &[&[u8]] = &[b":*:", b":5432:", b":5433:", b":6432:", b":5439:", b":26257:"];
    if view.byte(at) != b':' || !matches!(view.byte(at + 1), b'*' | b'2' | b'5' | b'6') {
        return None;
    }
    let end = at + first_of(view.part(at, usize::MAX), PORTS)?.len() - 1;
    let database = until(view.text, end + 1, MAX_NAME, b" :/");
    let user = until(view.text, database + 1, MAX_NAME, b" :/");
    let start = user + 1;
    let last = until(view.text, start, MAX_NAME, b" ");
    let fields = view.byte(database) == b':' && view.byte(user) == b':' && database > end + 1 && user > database + 1;
    (fields && content::is_strong(view.part(start, last), 6)).then(|| Match::new(start, last, PASSWORD))
}

/// The second hash of a line as tools that dump the accounts of Windows write it, `user:500:hash:hash:::`, which ends at
/// `at`.
#[inline(never)]
fn ntlm(view: &View, at: usize) -> Option<Match> {
    const HASH: usize = 32;
    let start = at.checked_sub(HASH).filter(|start| *start >= view.from + HASH + 2)?;
    let hex = |from: usize| view.part(from, from + HASH).iter().all(u8::is_ascii_hexdigit);
    let is_it =
        view.before(start) == b':' && hex(start) && hex(start - HASH - 1) && view.before(start - HASH - 1) == b':';
    is_it.then(|| Match::new(start, at, PASSWORD))
}

/// The password of a line of Postfix's [sasl_passwd](https://www.postfix.org/SASL_README.html#client_sasl_enable),
/// `[host]:587 user:x`, whose host ends at `at`.
#[inline(never)]
fn relay(view: &View, at: usize) -> Option<Match> {
    let port = first_of(view.part(at, usize::MAX), &[b":25 ", b":465 ", b":587 ", b":2525 "])?;
    let user = until(view.text, at + port.len(), MAX_NAME, b" :");
    let end = until(view.text, user + 1, MAX_NAME, b" \"'");
    (view.byte(user) == b':' && content::is_strong(view.part(user + 1, end), 6))
        .then(|| Match::new(user + 1, end, PASSWORD))
}

/// Names for a password beyond ASCII.
const BEYOND_ASCII: &[&[u8]] = &[
    "пароль".as_bytes(),
    "Пароль".as_bytes(),
    "密码".as_bytes(),
    "密碼".as_bytes(),
    "パスワード".as_bytes(),
    "비밀번호".as_bytes(),
    "hasło".as_bytes(),
    "mật khẩu".as_bytes(),
    "κωδικός".as_bytes(),
];

/// What is given to a name beyond ASCII.
#[inline(never)]
fn beyond_ascii(view: &View, at: usize) -> Option<Match> {
    let end = behind(view.text, view.from, at, b" \"'");
    if view.before(end) < 0x80 && view.before(end) != b'o' {
        return None;
    }
    let front = view.part(view.from.max(end.saturating_sub(MAX_NAME)), end);
    if !ends_in(front, BEYOND_ASCII) {
        return None;
    }
    let value = Value::find(view, at + 1, end < at);
    let end = value.end(view.text, &view.runs.bare);
    let content = view.part(value.start, end);
    (content::is_secret(content) && !value.is_code(Content::new(content)))
        .then(|| Match::new(value.start, end, PASSWORD))
}

/// What is compared with a name behind it: `"x" == password`, `'x' != password`. Only what has a digit or a sign; a word
/// is an option or the name of something.
#[inline(never)]
fn compared(view: &View, at: usize, keys: &mut Keys) -> Option<Match> {
    let (operator, next) = (view.before(at), view.byte(at + 1));
    if view.byte(at) != b'=' || (next != b'=' && operator != b'!') || operator == b'=' {
        return None;
    }
    let end = behind(view.text, view.from, at, b"! ");
    let quote = view.before(end);
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let end = end - 1;
    let mut start = end;
    while end - start < MAX_NAME && view.before(start) != quote && view.before(start) >= b' ' {
        start -= 1;
    }
    let content = view.part(start, end);
    let plain = content.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'_' | b'-' | b'.'));
    if view.before(start) != quote || content.len() < MIN_COMPARED || plain || mark::is_masked(content) {
        return None;
    }
    let mut name = at;
    while name < at + 3 && view.byte(name) == b'=' {
        name += 1;
    }
    name = value::spaces(view, name);
    let mut name_end = name;
    while name_end - name < MAX_NAME && is_name(view.byte(name_end)) {
        name_end += 1;
    }
    let class = keys.class(view.text, name, name_end, view.policy);
    match class.secret? {
        Meaning::Secret(rule) | Meaning::SecretText(rule) => Some(Match::new(start, end, rule)),
        Meaning::Random(rule) if content::is_random(content, rule) => Some(Match::new(start, end, rule)),
        _ => None,
    }
}
