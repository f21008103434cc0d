//! Secrets behind a name without `:` or `=`: options of command lines, XML elements, tuples, SQL, sentences.

use super::assignment::MAX_NAME;
use super::mark;
use super::run::Kind;
use super::text::{Match, View};
use super::value;
use crate::key::Keys;
use crate::policy::{Meaning, PASSWORD, RuleId, SECRET};

/// How far behind a name a sentence is read for its value, in bytes.
const MAX_SENTENCE: usize = 96;
/// A longer value stands for no secret that anyone would say, in bytes.
const MAX_VALUE: usize = 512;

/// A name, and what it says.
struct Name {
    start: usize,
    end: usize,
    rule: RuleId,
}

/// What a password stands behind, without a name.
const PHRASES: &[&[u8]] = &[b"IDENTIFIED BY '", b"IDENTIFIED BY \"", b"identified by '", b"AUTH PLAIN "];

/// The secret that the name around the word at `at` announces.
pub(super) fn word(view: &View, at: usize, keys: &mut Keys) -> Option<Match> {
    let rest = view.text.get(at..)?;
    if let Some(phrase) = PHRASES.iter().find(|phrase| rest.starts_with(phrase)) {
        let start = at + phrase.len() - usize::from(!phrase.ends_with(b" "));
        let (start, end) = string(view, start).or_else(|| Some((start, bare(view, start))))?;
        let content = view.text.get(start..end)?;
        let secret = content.len() >= 6 && !value::is_placeholder(content) && !content.starts_with(mark::OPEN);
        return secret.then(|| Match::new(start, end, PASSWORD));
    }
    let name = name(view, at, keys)?;
    let end = name.end;
    let found = match view.byte(end) {
        b' ' | b'\t' if is_option(view, &name) => option(view, spaces(view, end)),
        b' ' | b'\t' => sentence(view, &name),
        b'>' => element(view, &name, end + 1),
        b'"' | b'\'' | b'\\' => quoted(view, &name),
        b'(' if name.rule == PASSWORD => {
            string(view, end + 1).filter(|(start, end)| is_strong(view, *start, *end, 6) || is_sql(view, &name))
        }
        _ => None,
    }?;
    let (start, end) = found;
    let content = view.text.get(start..end)?;
    let label = view.text.get(name.start..name.end)?;
    let secret = start < end
        && end - start <= MAX_VALUE
        && !mark::is_masked(content)
        && !content.starts_with(mark::OPEN)
        && !value::is_placeholder(content)
        && !content.eq_ignore_ascii_case(label);
    secret.then(|| Match::new(start, end, name.rule))
}

fn name(view: &View, at: usize, keys: &mut Keys) -> Option<Name> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let mut start = at;
    while at - start < MAX_NAME && is_name(view.before(start)) {
        start -= 1;
    }
    while start < at && matches!(view.byte(start), b'-' | b'.') {
        start += 1;
    }
    let mut end = at;
    while end - at < MAX_NAME && is_name(view.byte(end)) {
        end += 1;
    }
    // Two words are one name: "API key".
    const SECOND: &[&[u8]] = &[b" key", b" Key", b" KEY"];
    if SECOND.iter().any(|second| view.text.get(end..).is_some_and(|rest| rest.starts_with(second))) {
        end += 4;
    }
    let class = keys.class(view.text, start, end, view.policy);
    let (Meaning::Secret(rule) | Meaning::SecretText(rule)) = class.secret? else { return None };
    Some(Name { start, end, rule })
}

fn spaces(view: &View, at: usize) -> usize {
    value::spaces(view, at)
}

fn is_option(view: &View, name: &Name) -> bool {
    view.before(name.start) == b'-' && !view.before(name.start - 1).is_ascii_alphanumeric()
}

/// The value of an option at `at`: `--password x`. A plain word goes with it when another option follows: "the
/// --password option" is a sentence, and `--password string` help.
pub(super) fn option(view: &View, at: usize) -> Option<(usize, usize)> {
    if let Some(found) = string(view, at) {
        return Some(found).filter(|(start, _)| view.byte(*start) != b'-');
    }
    let end = bare(view, at);
    let content = view.text.get(at..end)?;
    if matches!(content.first()?, b'-' | b'[' | b'<' | b'(' | b'|' | b'=' | b'$' | b'{') || is_url(content) {
        return None;
    }
    if value::is_words(content) {
        let rest = view.text.get(end..)?;
        let lower = content.iter().all(u8::is_ascii_lowercase);
        let last = content.len() >= 10 && matches!(rest, [] | [b'\n', ..]);
        return (lower && (last || rest.starts_with(b" -"))).then_some((at, end));
    }
    // A number is a count or a port.
    (content.len() >= 4).then_some((at, end))
}

fn is_url(content: &[u8]) -> bool {
    content.windows(3).any(|found| found == b"://")
}

/// Where the value without quotes at `at` ends; punctuation of the sentence does not belong to it.
fn bare(view: &View, at: usize) -> usize {
    let inside = |byte: &u8| *byte > b' ' && !matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'|');
    let rest = view.text.get(at..).unwrap_or_default();
    let mut end = at + rest.iter().take(MAX_VALUE).take_while(|byte| inside(byte)).count();
    while end > at && matches!(view.byte(end - 1), b'.' | b',' | b';' | b':' | b'?' | b']' | b')' | b'}') {
        end -= 1;
    }
    end
}

/// The content of the string whose quote is at `at`; backslashes and a prefix of Python may stand in front.
pub(super) fn string(view: &View, at: usize) -> Option<(usize, usize)> {
    let mut open = at;
    if view.byte(open) == b'b' {
        open += 1;
    }
    let first = open;
    while view.byte(open) == b'\\' && open - first < 8 {
        open += 1;
    }
    let quote = view.byte(open);
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    let rest = view.text.get(open + 1..)?;
    let length = rest.iter().take(MAX_VALUE).position(|byte| *byte == quote || *byte == b'\n')?;
    Some((open + 1, open + 1 + length - (open - first).min(length)))
}

/// `<password>x</password>`, also with attributes.
fn element(view: &View, name: &Name, at: usize) -> Option<(usize, usize)> {
    matches!(view.before(name.start), b'<' | b':').then(|| content(view, at))?
}

/// What stands between `at` and the tag that closes an element.
fn content(view: &View, at: usize) -> Option<(usize, usize)> {
    let rest = view.text.get(at..)?;
    let length = rest.iter().take(MAX_VALUE).position(|byte| matches!(byte, b'<' | b'\n'))?;
    rest.get(length..)?.starts_with(b"</").then_some((at, at + length))
}

/// A name in quotes that none of `:` and `=` follows: `("password", "x")`, `"--password", "x"`, `a1="--password" a2="x"`,
/// `name="password">x</`, `name="password"\r\n\r\nx`.
fn quoted(view: &View, name: &Name) -> Option<(usize, usize)> {
    let mut end = name.end;
    while view.byte(end) == b'\\' && end - name.end < 8 {
        end += 1;
    }
    let slashes = end - name.end;
    let quote = view.byte(end);
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    end += 1;
    let option = is_option(view, name);
    let mut open = name.start;
    while matches!(view.before(open), b'-' | b'\\') && name.start - open < 10 {
        open -= 1;
    }
    if view.before(open) != quote {
        return None;
    }
    open -= 1 + slashes.min(open);
    if view.before(open) == b'b' {
        open -= 1;
    }
    let named = matches!(view.before(open), b'=');
    if named && view.byte(end) == b'>' {
        return is_attribute(view, open - 1).then(|| content(view, end + 1))?;
    }
    // multipart/form-data, https://www.rfc-editor.org/rfc/rfc7578
    for blank in [&b"\r\n\r\n"[..], b"\\r\\n\\r\\n", b"\n\n"] {
        if named && view.text.get(end..)?.starts_with(blank) {
            let start = end + blank.len();
            return Some((start, bare(view, start)));
        }
    }
    let comma = view.byte(end) == b',';
    let mut next = spaces(view, end + usize::from(comma));
    if option && !comma {
        // auditd numbers its arguments.
        let label = view.text.get(next..)?.iter().take(8).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        next += if view.byte(next + label) == b'=' { label + 1 } else { 0 };
    }
    let (start, end) = string(view, next)?;
    let secret = match (option, comma) {
        (true, _) => view.byte(start) != b'-',
        (false, true) => view.before(open) == b'(' && is_strong(view, start, end, 4),
        (false, false) => next > name.end + 1 && is_strong(view, start, end, 8),
    };
    secret.then_some((start, end))
}

/// Whether the `=` at `at` stands behind `name` or `key`.
fn is_attribute(view: &View, at: usize) -> bool {
    let front = view.text.get(view.from..at).unwrap_or_default();
    [&b" name"[..], b" key"].iter().any(|name| front.ends_with(name))
}

/// `ALTER USER x PASSWORD 'y'` of SQL, which is written in capitals.
fn is_sql(view: &View, name: &Name) -> bool {
    view.text.get(name.start..name.end).is_some_and(|name| name.iter().all(u8::is_ascii_uppercase))
}

/// "password is x", "Password for u is x", "token x was revoked", `requirepass x`.
fn sentence(view: &View, name: &Name) -> Option<(usize, usize)> {
    let at = spaces(view, name.end);
    // <wsse:Password Type="PasswordText">x</wsse:Password>
    if matches!(view.before(name.start), b'<' | b':') {
        let rest = view.text.get(at..)?;
        let tag = rest.iter().take(MAX_SENTENCE).position(|byte| matches!(byte, b'<' | b'>'))?;
        return (rest.get(tag) == Some(&b'>')).then(|| element(view, name, at + tag + 1))?;
    }
    let label = view.text.get(name.start..name.end)?;
    let password = name.rule == PASSWORD;
    if let Some(start) = verb(view, at, password) {
        return match string(view, start) {
            Some((start, end)) => value_of(view, start, end, 4),
            None => value_of(view, start, bare(view, start), 6),
        };
    }
    if let Some((start, end)) = string(view, at) {
        let least = if password { 6 } else { 16 };
        return ((password && is_sql(view, name)) || (name.rule != SECRET && is_strong(view, start, end, least)))
            .then_some((start, end));
    }
    // A word that has other meanings needs a user in front.
    if label.eq_ignore_ascii_case(b"pass") && !is_behind_user(view, name.start) {
        return None;
    }
    // Cisco's types of passwords: https://www.cisco.com/c/en/us/support/docs/security-vpn/remote-authentication-dial-user-service-radius/107614-64.html
    let typed = matches!((view.byte(at), view.byte(at + 1)), (b'0' | b'5'..=b'9', b' '));
    let start = at + if typed { 2 } else { 0 };
    let end = bare(view, start);
    let login = || is_behind_user(view, name.start);
    let setting = !label.iter().all(u8::is_ascii_alphabetic) || (password && !label.eq_ignore_ascii_case(b"password"));
    let least = match password {
        true if typed || setting || login() => 4,
        true => 8,
        false if setting => 12,
        false => 16,
    };
    // The name of a thing of Kubernetes.
    if label.eq_ignore_ascii_case(b"secret") && !typed {
        return None;
    }
    is_strong(view, start, end, least).then_some((start, end))
}

/// Where the value begins of a sentence that goes on at `at` and says one: "is x", "for u is: x", "provided: x".
fn verb(view: &View, at: usize, password: bool) -> Option<usize> {
    let rest = view.text.get(at..)?;
    let rest = rest.get(..MAX_SENTENCE.min(rest.len()))?;
    let line = rest.iter().position(|byte| *byte == b'\n').map_or(rest, |end| rest.get(..end).unwrap_or_default());
    if [&b"is "[..], b"is: ", b"BY "].iter().any(|verb| line.starts_with(verb)) {
        return Some(at + line.iter().position(|byte| *byte == b' ')? + 1);
    }
    const GOES_ON: &[&[u8]] = &[b"for ", b"of ", b"is generated ", b"to proceed ", b"provided: ", b"("];
    if !GOES_ON.iter().any(|word| line.starts_with(word)) {
        return None;
    }
    let colon = line.windows(2).rposition(|found| found == b": ").map(|colon| colon + 2);
    let is = || line.windows(4).position(|found| found == b" is ").map(|is| is + 4);
    let colon = colon.filter(|_| password || line.starts_with(b"provided"));
    colon.or_else(is).map(|start| at + start)
}

/// Whether a word in front of the one at `at` is a user's name: `USER u PASS x`, `login u password x`.
fn is_behind_user(view: &View, at: usize) -> bool {
    let front = view.text.get(view.from.max(at.saturating_sub(MAX_NAME))..at).unwrap_or_default();
    let mut words = front.split(|byte| *byte == b' ').rev().filter(|word| !word.is_empty());
    words.next().is_some()
        && words.next().is_some_and(|word| {
            const USERS: &[&[u8]] = &[b"user", b"login", b"username"];
            USERS.iter().any(|user| word.eq_ignore_ascii_case(user))
        })
}

/// The value of a sentence that says it: a number may be a password too.
fn value_of(view: &View, start: usize, end: usize, least: usize) -> Option<(usize, usize)> {
    let content = view.text.get(start..end)?;
    let number = content.len() >= 6 && content.iter().all(u8::is_ascii_digit);
    (number || is_strong(view, start, end, least)).then_some((start, end))
}

/// Whether a value says of itself that it is no prose and no name of a thing: letters and digits, or signs as well.
fn is_strong(view: &View, start: usize, end: usize, least: usize) -> bool {
    let content = view.text.get(start..end).unwrap_or_default();
    let has = |kind: fn(&u8) -> bool| content.iter().any(kind);
    let (digit, upper, lower) = (has(u8::is_ascii_digit), has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase));
    let joined = has(|byte| matches!(byte, b'-' | b'/' | b':'));
    let sign = has(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'*' | b'+' | b'~'));
    let code = has(|byte| matches!(byte, b'(' | b'[' | b'{' | b'='))
        && !content.ends_with(b"=")
        || content.starts_with(b"/")
        || is_url(content);
    let hexadecimal = content.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-') && content.len() >= 20;
    let encoding = [&b"sha"[..], b"md5", b"base", b"utf", b"pbkdf", b"oauth", b"aes", b"v1", b"v2"]
        .iter()
        .any(|known| content.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known)));
    content.len() >= least
        && (digit || sign)
        && (upper || lower)
        && !code
        && !(encoding && content.len() < 14)
        && (!joined || hexadecimal || (upper && lower && digit) || sign)
        && view.run(Kind::Local, start) > start
}

/// The password in a connection string that is no URL, whose `@` is at `at`: `u:p@tcp(host)/db` of
/// [Go's driver for MySQL](https://github.com/go-sql-driver/mysql#dsn-data-source-name), `u/p@host` of Oracle's tools.
pub(super) fn connection(view: &View, at: usize) -> Option<Match> {
    let rest = view.text.get(at + 1..)?;
    let mysql = rest.starts_with(b"tcp(") || rest.starts_with(b"unix(");
    let mut start = at;
    while at - start < MAX_SENTENCE && !matches!(view.before(start), 0..=b' ' | b'"' | b'\'' | b'`' | b'=' | b',') {
        start -= 1;
    }
    let front = view.text.get(start..at)?;
    let user = if mysql {
        front.iter().position(|byte| *byte == b':')? + 1
    } else {
        let thin = front.windows(5).position(|found| found == b"thin:").map(|thin| thin + 5);
        let command = || view.text.get(view.from..start).is_some_and(|front| front.ends_with(b"sqlplus ")).then_some(0);
        let user = thin.or_else(command)?;
        user + front.get(user..)?.iter().position(|byte| *byte == b'/')? + 1
    };
    let content = front.get(user..)?;
    (!content.is_empty() && !value::is_placeholder(content) && !content.starts_with(mark::OPEN))
        .then(|| Match::new(start + user, at, crate::policy::URL_PASSWORD))
}
