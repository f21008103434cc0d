//! Secrets behind a name without `:` or `=`: options of command lines, XML elements, tuples, SQL, sentences.

use super::content::{self, is_secret, is_strong};
use super::name::{self, MAX_NAME};
use super::run::Kind;
use super::sentence::{in_front, sentence, verb};
use super::text::{Match, View};
use super::value;
use super::words::{Pairs, begins_like_one, behind, ends_in, find, first_of, is_one, until};
use super::{element, mark, token, unnamed};
use crate::key::Keys;
use crate::policy::{COOKIE, CREDENTIALS, Meaning, PASSWORD, RuleId, SESSION};

/// How far behind a name a sentence is read for its value, in bytes.
pub(super) const MAX_SENTENCE: usize = 96;
/// A longer value is no secret that anyone would say, in bytes. Each ends where the next could begin, so that all of them
/// take time linear in the text.
pub(super) const MAX_VALUE: usize = 16 << 10;

/// A name, and what it says.
pub(super) struct Name {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: RuleId,
}

/// Beginnings of hashes of passwords that are words: [Django](https://docs.djangoproject.com/en/stable/topics/auth/passwords/),
/// [LDAP](https://www.openldap.org/doc/admin26/security.html).
const HASHES: &[&[u8]] = &[b"pbkdf2_sha256$", b"bcrypt_sha256$", b"SHA}", b"SSHA}", b"SSHA256}", b"SSHA512}", b"SMD5}"];
/// Of SCRAM, as [PostgreSQL](https://www.postgresql.org/docs/current/catalog-pg-authid.html) keeps it.
const SCRAM: &[&[u8]] = &[b"SHA-256$", b"SHA-512$"];
/// Iterations, salt and two keys are longer, in bytes.
const MIN_SCRAM: usize = 64;
const WORDPRESS: &[u8] = b"wordpress_";
/// In front of an id as [Tomcat](https://tomcat.apache.org/tomcat-10.1-doc/config/manager.html) makes them.
const TOMCAT: &[u8] = b"session id ";
/// What all of these and [`PHRASES`] begin with.
const FIRST: Pairs = Pairs::NONE.and(WORDPRESS).and(TOMCAT).and_all(HASHES).and_all(SCRAM).and_all(PHRASES);

/// What a password stands behind, without a name.
const PHRASES: &[&[u8]] =
    &[b"IDENTIFIED BY ", b"identified by ", b"IDENTIFIED WITH ", b"identified with ", b"AUTH PLAIN ", b"AUTH LOGIN "];

/// The secret that the name around the word at `at` announces.
#[inline(never)]
pub(super) fn word(view: &View, at: usize, keys: &mut Keys) -> Option<Match> {
    let rest = view.part(at, usize::MAX);
    let phrase = if FIRST.has(view.byte(at), view.byte(at + 1)) {
        if let Some(known) = first_of(rest, HASHES) {
            return unnamed::hash(view, at + known.len());
        }
        if let Some(known) = first_of(rest, SCRAM) {
            let start = at + known.len();
            let end = until(view.text, start, MAX_SENTENCE * 4, b" \"',;");
            return (end - start >= MIN_SCRAM).then(|| Match::new(start, end, PASSWORD));
        }
        if rest.starts_with(WORDPRESS) {
            return wordpress(view, at);
        }
        if let Some(id) = rest.strip_prefix(TOMCAT) {
            let end = until(view.text, at + TOMCAT.len(), MAX_SENTENCE, b" \"',.;:)]");
            let id = id.get(..end - at - TOMCAT.len())?;
            let hex = id.len() == 32 && id.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
            return hex.then(|| Match::new(at + TOMCAT.len(), end, SESSION));
        }
        first_of(rest, PHRASES)
    } else {
        None
    };
    let ((start, end), rule) = match phrase {
        Some(phrase) => {
            let mut start = at + phrase.len();
            if matches!(phrase.get(11), Some(b'W' | b'w')) {
                // `IDENTIFIED WITH plugin BY 'x'`, and `AS` in front of a hash
                let line = view.part(start, until(view.text, start, MAX_SENTENCE, b";"));
                start += [b" BY ", b" by ", b" AS ", b" as "].iter().find_map(|by| find(line, *by))? + 4;
            }
            let plain = || {
                let end = bare(view, start);
                (phrase.starts_with(b"AUTH") || is_strong(view.part(start, end), 6)).then_some((start, end))
            };
            (string(view, start).or_else(plain)?, PASSWORD)
        }
        None => {
            let name = name(view, at, keys)?;
            let least = if name.rule == PASSWORD { 8 } else { 20 };
            let near = || if is_given(view, &name) { None } else { near(view, name.end, least) };
            let front = || if name.rule == PASSWORD { in_front(view, &name) } else { None };
            (value_of(view, &name).or_else(front).or_else(near)?, name.rule)
        }
    };
    let content = view.part(start, end);
    // A number tells sessions apart: `had sessionid 0x14ede63a5a70002`.
    if !is_secret(content) || (rule == SESSION && content.starts_with(b"0x")) {
        return None;
    }
    // The rule that knows the value itself says more than the name.
    let known = token::word(view, start).filter(|known| known.start == start);
    known.or_else(|| (end < start + MAX_VALUE).then(|| Match::new(start, end, rule)))
}

/// Whether a separator gives something to a name, or it is that of a mark.
fn is_given(view: &View, name: &Name) -> bool {
    let end = name.end;
    let quote = view
        .part(end, end + MAX_QUOTE)
        .iter()
        .take_while(|byte| matches!(**byte, b'\\' | b'"' | b'\'' | b'`' | b' ' | b']'))
        .count();
    matches!(view.byte(end + quote), b':' | b'=') || view.part(view.from, name.start).ends_with(mark::OPEN)
}

/// Quotes and their backslashes behind a name, in bytes.
const MAX_QUOTE: usize = 12;

/// What nobody would write but as a password, on the line of a word that says so and near behind it: "the password that
/// was set, x, ...". A user's name is none. Where nothing was found before is not looked at again.
#[inline(never)]
fn near(view: &View, at: usize, least: usize) -> Option<(usize, usize)> {
    let (from, done) = view.runs.plain.get();
    let known = from <= at && at < done;
    let mut start = if known { done } else { at };
    let limit = at + MAX_NEAR;
    let (mut plain, mut has, mut end) = (None, 0, start);
    while end < limit {
        let byte = view.byte(end);
        let kind = content::mixture(byte);
        if kind == 0 {
            let word = view.part(start, end);
            if has == content::MIXED && content::is_mixed(word) {
                let last = view.part(at, start).trim_ascii_end().rsplit(|byte| *byte == b' ').next();
                // `\\u65e5` is no word.
                let escape = view.byte(start.wrapping_sub(1)) == b'\\' && word.first() == Some(&b'u');
                let user = || {
                    word.starts_with(b"0x") || {
                        last.is_some_and(|last| is_one(last, USERS))
                            && !view.part(at, start).ends_with(b"changed from ")
                    }
                };
                if word.len() >= least && !escape && !user() {
                    return Some((start, end));
                }
                plain = plain.or(Some(start));
            }
            (start, has) = (end + 1, 0);
            if byte < b' ' || (byte == b'[' && view.part(end, limit).starts_with(mark::OPEN)) {
                break;
            }
        }
        has |= kind & !content::SIGN;
        end += 1;
    }
    view.runs.plain.set((if known { from } else { at }, plain.unwrap_or(start)));
    None
}

/// Words in front of what is no password.
const USERS: &[&[u8]] = &[b"user", b"for", b"by", b"from", b"id", b"of", b"class"];

/// How far behind a name, in bytes.
const MAX_NEAR: usize = 80;

/// The cookie of [WordPress](https://developer.wordpress.org/advanced-administration/wordpress/cookies/) whose name begins
/// at `at`: it has a hash in it.
#[inline(never)]
fn wordpress(view: &View, at: usize) -> Option<Match> {
    let name = first_of(view.part(at, usize::MAX), &[b"wordpress_logged_in_", b"wordpress_sec_"])?;
    let start = until(view.text, at + name.len(), MAX_SENTENCE, b"=: ") + 1;
    let end = view.run(Kind::Bare, start);
    is_strong(view.part(start, end.min(start + MAX_SENTENCE)), 12).then(|| Match::new(start, end, COOKIE))
}

#[inline(never)]
fn name(view: &View, at: usize, keys: &mut Keys) -> Option<Name> {
    let begin = |mut start: usize| {
        while start < at && matches!(view.byte(start), b'-' | b'.') {
            start += 1;
        }
        start
    };
    // Two words are one name: "API key".
    let close = |end: usize| end + if begins_like_one(view.part(end, usize::MAX), &[b" key "]) { 4 } else { 0 };
    let rule = |start: usize, end: usize| {
        if view.part(start, end) == b"passe" {
            return view.part(view.from, start).ends_with(b"ot de ").then_some(PASSWORD);
        }
        // `password.equals("x")`
        const EQUALS: &[&[u8]] = &[b".equals", b".Equals", b".equalsIgnoreCase"];
        let compared = EQUALS.iter().find(|equals| view.part(start, end).ends_with(equals));
        let last = compared.map_or_else(|| close(end), |equals| end - equals.len());
        match keys.class(view.text, begin(start), last, view.policy).secret? {
            Meaning::Secret(rule) | Meaning::SecretText(rule) => Some(rule),
            _ => None,
        }
    };
    let (start, end, rule) = view.runs.name(view.text, (view.from, at, 2 * MAX_NAME), name::is_name, rule)?;
    let (start, end) = (begin(start), close(end));
    Some(Name { start, end, rule })
}

/// Where the value of `name` is, from what follows it.
#[inline(never)]
fn value_of(view: &View, name: &Name) -> Option<(usize, usize)> {
    match view.byte(name.end) {
        b' ' | b'\t' if is_option(view, name.start) => {
            let found = option(view, value::spaces(view, name.end))?;
            if name.rule == CREDENTIALS { behind_user(view, found) } else { Some(found) }
        }
        b',' if is_option(view, name.start) => listed(view, name),
        b' ' | b'\t' if is_tag(view, name) => {
            // `<password value="x"/>`
            let rest = view.part(name.end, name.end + MAX_NAME);
            let value = first_of(rest, &[b" value=", b" Value="])?;
            string(view, name.end + value.len())
        }
        b' ' | b'\t' => sentence(view, name),
        b'"' | b'\'' | b'\\' => quoted(view, name),
        // `"x".equals(user.getPassword())`
        b'(' if view.byte(name.end + 1) == b')' => compared_with(view, name),
        // `PASSWORD('x')` of SQL, `password("x")`.
        b'(' => {
            let least = if name.rule == PASSWORD && is_sql(view, name) { 0 } else { 8 };
            string(view, name.end + 1).filter(|(start, end)| least == 0 || is_strong(view.part(*start, *end), least))
        }
        // `{$SNMP_PASSWORD} => x` of Zabbix
        b'}' if view.part(name.end, name.end + 5) == b"} => " => {
            let end = bare(view, name.end + 5);
            is_strong(view.part(name.end + 5, end), 6).then_some((name.end + 5, end))
        }
        // `passwd[x]`
        b'[' if name.rule == PASSWORD => {
            let end = until(view.text, name.end + 1, MAX_SENTENCE, b"]\"' ");
            let content = view.part(name.end + 1, end);
            // `expire_passwords[c9ddc1a6-...]` of a task
            let one = view.before(name.end) != b's' && content.len() < 36;
            (one && view.byte(end) == b']' && is_strong(content, 6)).then_some((name.end + 1, end))
        }
        // `fill('input[name=password]', 'x')`
        b']' if view.before(name.start) == b'='
            && first_of(view.part(name.end, usize::MAX), &[b"]', '", b"]\", \""]).is_some() =>
        {
            string(view, name.end + 4).filter(|(start, end)| is_strong(view.part(*start, *end), 4))
        }
        // `Key (password)=(x) already exists.` of PostgreSQL
        b')' if view.part(name.end, name.end + 3) == b")=(" => {
            Some((name.end + 3, until(view.text, name.end + 3, MAX_SENTENCE, b")")))
        }
        b',' | b')' => {
            // `strcmp(password, "x")`, `{password, "x"}` of Erlang, `{:password, "x"}` of Elixir
            let argument = view.byte(name.end) == b',' && matches!(view.before(name.start), b'(' | b'{' | b':');
            let next = if argument { string(view, value::spaces(view, name.end + 1)) } else { None };
            let strong = next.filter(|(start, end)| is_strong(view.part(*start, *end), 8));
            strong.or_else(|| inserted(view, name)).or_else(|| compared_with(view, name))
        }
        _ => None,
    }
}

/// The string in front of a name that it is compared with: `strcmp("x", password)`, `"x".equals(password)`.
#[inline(never)]
fn compared_with(view: &View, name: &Name) -> Option<(usize, usize)> {
    const BETWEEN: &[&[u8]] = &[b"\", ", b"', ", b"\".equals(", b"'.equals("];
    let front = view.part(view.from.max(name.start.saturating_sub(MAX_SENTENCE)), name.start);
    let between = BETWEEN.iter().find(|between| front.ends_with(between))?;
    let end = name.start - between.len();
    let front = front.get(..front.len() - between.len())?;
    let length = front.iter().rev().take_while(|byte| **byte != between[0]).count();
    let opened = length < front.len() && view.before(end - length) == between[0];
    (opened && content::is_mixed(view.part(end - length, end))).then_some((end - length, end))
}

/// The value of an option in a list without quotes, as Java prints one: `[psql, --password, x, db]`.
#[inline(never)]
fn listed(view: &View, name: &Name) -> Option<(usize, usize)> {
    let dashes = behind(view.text, view.from, name.start, b"-");
    if !ends_in(view.part(view.from, dashes), &[b", ", b"["]) {
        return None;
    }
    let (start, end) = option(view, value::spaces(view, name.end + 1))?;
    let content = view.part(start, end);
    // `[--password, sha256]`
    let secret = is_strong(content, 6) || content.iter().all(u8::is_ascii_digit);
    (secret && matches!(view.byte(end), b',' | b']')).then_some((start, end))
}

/// What is behind the user's name in an option: `--creds user:x`. Without a colon it is a file, and help has
/// `user[:password]`.
#[inline(never)]
fn behind_user(view: &View, (start, end): (usize, usize)) -> Option<(usize, usize)> {
    let user = find(view.part(start, end), b":")?;
    (view.before(start + user) != b'[').then_some((start + user + 1, end))
}

/// The value of a column: `INSERT INTO users (name, password) VALUES ('u', 'x')` of SQL.
#[inline(never)]
fn inserted(view: &View, name: &Name) -> Option<(usize, usize)> {
    let front = view.part(view.from.max(name.start.saturating_sub(MAX_COLUMNS)), name.start);
    let columns = front.iter().rev().take_while(|byte| !matches!(**byte, b'(' | b')' | b';'));
    let (mut length, mut column) = (0, 0);
    for byte in columns {
        length += 1;
        column += usize::from(*byte == b',');
    }
    if view.before(name.start - length) != b'(' {
        return None;
    }
    let close = until(view.text, name.end, MAX_COLUMNS, b");");
    let values = value::spaces(view, close + 1);
    if view.byte(close) != b')' || !view.part(values, values + 6).eq_ignore_ascii_case(b"values") {
        return None;
    }
    let mut at = value::spaces(view, values + 6);
    if view.byte(at) != b'(' {
        return None;
    }
    for n in 0..=column {
        at = value::spaces(view, at + 1);
        if n == column {
            break;
        }
        let end = string(view, at).map_or(at, |(_, end)| end + 1);
        at = until(view.text, end, MAX_COLUMNS, b",);");
        if view.byte(at) != b',' {
            return None;
        }
    }
    string(view, at)
}

/// How far the list of columns is read on either side of a name, in bytes.
const MAX_COLUMNS: usize = 256;

/// Whether dashes in front of `start` make it an option.
fn is_option(view: &View, start: usize) -> bool {
    view.before(start) == b'-' && !view.before(start - 1).is_ascii_alphanumeric()
}

/// `<password>`, `<wsse:Password Type="...">`
fn is_tag(view: &View, name: &Name) -> bool {
    let space = if view.before(name.start) == b':' {
        behind(view.text, view.from, name.start - 1, b"abcdefghijklmnopqrstuvwxyz")
    } else {
        name.start
    };
    view.before(space) == b'<'
}

/// `ALTER USER x PASSWORD 'y'` of SQL, which is written in capitals.
pub(super) fn is_sql(view: &View, name: &Name) -> bool {
    view.part(name.start, name.end) == b"PASSWORD"
}

/// The value of an option at `at`: `--password x`. A plain word goes with it when another option follows: "the
/// --password option" is a sentence, and `--password string` help.
#[inline(never)]
fn option(view: &View, at: usize) -> Option<(usize, usize)> {
    if let Some(found) = string(view, at) {
        let content = view.part(found.0, found.1);
        let phrase = content.iter().filter(|byte| matches!(**byte, b'-' | b' ')).count() > 2;
        return (view.byte(at + 1) != b'-' && (phrase || !content::is_words(content))).then_some(found);
    }
    let end = bare(view, at);
    let content = view.part(at, end);
    if matches!(content.first()?, b'-' | b'[' | b'<' | b'(' | b'=' | b'$' | b'{') || find(content, b"://").is_some() {
        return None;
    }
    let secret = if content::is_words(content) {
        let rest = view.part(end, usize::MAX);
        let last = content.len() >= 10 && rest.is_empty();
        let word = content.iter().all(u8::is_ascii_lowercase) && !is_one(content, &[b"and", b"or"]);
        let mixed = content.len() >= 12
            && content.iter().any(u8::is_ascii_uppercase)
            && content.iter().any(u8::is_ascii_lowercase);
        mixed || word && (last || rest.starts_with(b" -"))
    } else {
        // A shorter one is a count.
        content.len() >= 5
    };
    secret.then_some((at, end))
}

/// Where the value without quotes at `at` ends; punctuation of the sentence does not belong to it.
#[inline(never)]
pub(super) fn bare(view: &View, at: usize) -> usize {
    let end = until(view.text, at, MAX_VALUE, b" \"'`<>\\|");
    behind(view.text, at, end, b".,;:?])}")
}

/// The content of the string whose quote is at `at`; backslashes and a prefix of Python may stand in front.
#[inline(never)]
pub(super) fn string(view: &View, at: usize) -> Option<(usize, usize)> {
    let first = at + usize::from(view.byte(at) == b'b');
    let mut open = first;
    while view.byte(open) == b'\\' && open - first < 8 {
        open += 1;
    }
    let quote = view.byte(open);
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    // `"\"x\""` of code that writes code
    let inner = open == first && view.byte(open + 1) == b'\\' && view.byte(open + 2) == quote;
    let start = open + if inner { 3 } else { 1 };
    let end = until(view.text, start, MAX_VALUE, &[quote]);
    (view.byte(end) == quote).then(|| (start, end.saturating_sub(open - first + usize::from(inner)).max(start)))
}

/// A name in quotes that none of `:` and `=` follows: `("password", "x")`, `"--password", "x"`, `a1="--password" a2="x"`,
/// `name="password">x</`, `name="password"\r\n\r\nx`.
#[inline(never)]
fn quoted(view: &View, name: &Name) -> Option<(usize, usize)> {
    let mut end = name.end;
    while view.byte(end) == b'\\' && end - name.end < 8 {
        end += 1;
    }
    let slashes = end - name.end;
    let quote = view.byte(end);
    end += 1;
    // `"password" with value "x" fails`, `` `password` (`x`) is shorter``
    if let Some(with) = first_of(view.part(end, usize::MAX), &[b" with value ", b" ("])
        && let Some(found) = string(view, end + with.len())
    {
        return Some(found);
    }
    // `INSERT INTO "users" ("name", "password") VALUES (`
    if matches!(view.byte(end), b')' | b',')
        && quote == b'"'
        && let Some(found) = inserted(view, name)
    {
        return Some(found);
    }
    // "the password's x"
    if quote == b'\'' && view.part(end, end + 2) == b"s " {
        let found = string(view, end + 2).unwrap_or_else(|| (end + 2, bare(view, end + 2)));
        return is_strong(view.part(found.0, found.1), 6).then_some(found);
    }
    let dashes = behind(view.text, view.from, name.start, b"-");
    let mut open = dashes.checked_sub(slashes + 1).filter(|open| *open >= view.from)?;
    if view.byte(dashes - 1) != quote {
        return None;
    }
    if view.before(open) == b'b' {
        open -= 1;
    }
    if view.before(open) == b'=' {
        let named = ends_in(view.part(view.from, open - 1), &[b" name", b" key"]);
        let tag = until(view.text, end, MAX_SENTENCE, b"<>");
        if view.byte(tag) == b'>' {
            return named.then(|| element::text_of(view, tag + 1))?;
        }
        // multipart/form-data, https://www.rfc-editor.org/rfc/rfc7578
        if let Some(blank) = first_of(view.part(end, usize::MAX), &[b"\r\n\r\n", b"\\r\\n\\r\\n", b"\n\n"]) {
            return named.then(|| (end + blank.len(), bare(view, end + blank.len())));
        }
        // On one line.
        if view.byte(end) == b' ' && find(view.part(end, end + MAX_SENTENCE), b" ------").is_some() {
            return named.then(|| (end + 1, until(view.text, end + 1, MAX_SENTENCE, b" ")));
        }
    }
    // `config['MAIL_PASSWORD'] is 'x'`
    if view.byte(end) == b']' {
        let said = verb(view, value::spaces(view, end + 1), name.rule == PASSWORD)?;
        return string(view, said);
    }
    let option = dashes < name.start;
    let comma = view.byte(end) == b',';
    let mut next = value::spaces(view, end + usize::from(comma));
    if option && !comma {
        // auditd numbers its arguments.
        let equals = until(view.text, next, 6, b"=\"' ");
        next = if view.byte(equals) == b'=' { equals + 1 } else { next };
    }
    let (start, end) = string(view, next)?;
    let content = view.part(start, end);
    // `expire_passwords`, and what it is called with.
    let many = view.before(name.end) == b's';
    let uuid = content.len() == 36 && content.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let first = matches!(view.before(behind(view.text, view.from, open, b" ")), b'(' | b'[' | 0);
    let secret = match (option, comma) {
        (true, _) => view.byte(start) != b'-',
        (false, true) if name.rule == COOKIE => content.contains(&b'='),
        // WordPress' keys have all signs: `define('AUTH_KEY', 'x')`.
        (false, true) if content.len() >= 40 && view.part(view.from, open).ends_with(b"define(") => true,
        (false, true) => !many && !uuid && is_strong(content, if first { 4 } else { 8 }),
        (false, false) => next > name.end + 1 && is_strong(view.part(start, end), 8),
    };
    secret.then_some((start, end))
}
