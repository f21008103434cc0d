//! Secrets that a text gives to a name: `password=...`, `"api_key": "..."`, `token => ...`, `Authorization: ...`.

use super::content::{self, Content};
use super::header;
use super::mark;
use super::run::{self, Kind};
use super::spoken;
use super::text::{Match, View};
use super::token;
use super::value::{self, MAX_SPACES, Value};
use super::words::{behind, ends_in, find, first_of, is_one, until};
use crate::bytes::Bytes;
use crate::json::{Span, hex4};
use crate::key::{Class, Keys, letters};
use crate::policy::{API_KEY, AUTHORIZATION, COOKIE, Meaning, PASSWORD, RuleId, SECRET, SESSION, TOKEN};
use crate::text;

/// What stands around a separator.
pub(crate) enum Found {
    Secret(Match),
    /// The name says that the value, which ends at `until`, identifies something.
    Identifier {
        until: usize,
    },
}

/// No name of a policy is shorter, in bytes.
const MIN_NAME: usize = 2;
/// An index behind a name has fewer characters than this, its bracket included.
const MAX_INDEX: usize = 7;
/// Names in texts are at most this long, in bytes.
pub(super) const MAX_NAME: usize = 64;

/// The name in front of a separator.
pub(super) struct Name {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The quote around it, or 0.
    pub(super) quote: u8,
    /// Backslashes in front of that quote.
    escapes: u8,
    /// Some of its letters are written `\u0061`.
    escaped: bool,
}

/// The class of a name with escapes in it.
#[cold]
fn by_meaning(view: &View, name: &Name, keys: &mut Keys) -> Class {
    let mut meaning = Bytes::new();
    text::decode(view.text, Span { start: name.start, end: name.end }, false, &mut meaning);
    keys.class(meaning.as_slice(), 0, meaning.len(), view.policy)
}

/// What the `:` or `=` at `at` gives to the name in front of it. The separator may go on: `=>`, `:=`, `==`, `=~`.
///
/// The name must be a whole one of [`crate::policy::Policy::names`] or end in one, as for keys; the value ends at its
/// closing quote (of the same depth of escapes), or at a space or what separates values. Left alone: placeholders,
/// words of prose (`password: must not be empty`), names of things (`secret="team/tls"`), code, paths and URLs, and
/// numbers behind names that count (`token: 512`).
pub(crate) fn assignment(view: &View, at: usize, keys: &mut Keys) -> Option<Found> {
    if let Some(found) = unnamed(view, at, keys) {
        return Some(Found::Secret(found));
    }
    let name = name(view, at).filter(|name| name.end.saturating_sub(name.start) >= MIN_NAME)?;
    let class = if name.escaped {
        by_meaning(view, &name, keys)
    } else {
        keys.class(view.text, name.start, name.end, view.policy)
    };
    let class = match class.secret {
        None | Some(Meaning::Random(_)) => {
            let before = named_before(view, &name, keys);
            // `Partition key: x` is no key, whatever x is.
            let words = view.before(name.start) == b' ' && name.quote == 0;
            before.filter(|before| before.secret.is_some() || before.identifier || words).unwrap_or(class)
        }
        _ => class,
    };
    if class.secret.is_none() && !class.identifier {
        return None;
    }
    if class.identifier {
        return Some(Found::Identifier { until: identifier_end(view, at + 1) });
    }
    // `Token::new` of code, `TestApiKeys::test_one`.
    if view.byte(at) == b':' && (view.byte(at + 1) == b':' || view.before(at) == b':') {
        return None;
    }
    let mut behind = at + 1;
    while matches!(view.byte(behind), b'>' | b'=' | b'~') && behind < at + 3 {
        behind += 1;
    }
    let annotated = if view.byte(at) == b':' { annotated(view, behind) } else { None };
    let (behind, separator) = annotated.map_or((behind, view.byte(at)), |behind| (behind, b'='));
    secret(view, &class, &name, behind, separator).map(Found::Secret)
}

/// What the separator at `at` stands beside that no name in front announces. Each of these has a sign that few separators
/// have beside them.
#[inline(always)]
fn unnamed(view: &View, at: usize, keys: &mut Keys) -> Option<Match> {
    let (before, next, then) = (view.before(at), view.byte(at + 1), view.byte(at + 2));
    let found = match (next, then) {
        (b'*' | b'2' | b'5' | b'6', _) => pgpass(view, at),
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
    if view.byte(start) != b'$' {
        return None;
    }
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
    (fields && spoken::is_strong(view.part(start, last), 6)).then(|| Match::new(start, last, PASSWORD))
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
    (spoken::is_secret(content) && !value.is_code(Content::new(content))).then(|| Match::new(value.start, end, PASSWORD))
}

/// Behind the type that stands between a name and its value at `at`: `password: String = "x"`.
#[inline(never)]
fn annotated(view: &View, at: usize) -> Option<usize> {
    let start = value::spaces(view, at);
    let mut equals = start;
    while view.byte(equals).is_ascii_alphabetic() {
        equals += 1;
    }
    // A word of prose has another behind it, and what a colon follows is a name.
    let goes_on = match view.byte(equals) {
        b' ' => matches!(view.byte(equals + 1), b' ' | b'=' | b'|' | b'*' | b'&'),
        b':' => view.byte(equals + 1) == b':',
        next => is_type(next),
    };
    while goes_on && equals < start + MAX_NAME {
        let byte = view.byte(equals);
        // `std::string`, but no other name with a value.
        let inside = byte == b':' && (view.byte(equals + 1) == b':' || view.byte(equals - 1) == b':');
        if !inside && !is_type(byte) && !byte.is_ascii_alphabetic() {
            break;
        }
        equals += 1;
    }
    let is_it = equals > start + 1 && view.part(equals - 1, equals + 2) == b" = ";
    (is_it && matches!(view.byte(equals + 2), b'"' | b'\'')).then_some(equals + 2)
}

/// Whether a type has this sign in it.
fn is_type(byte: u8) -> bool {
    matches!(byte, b'_' | b'.' | b'<' | b'>' | b'&' | b'[' | b']' | b'?' | b'|' | b'*' | b' ')
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

/// A shorter text in quotes that is compared with a name is no secret, in bytes.
const MIN_COMPARED: usize = 6;

/// The class that the name of another member gives to a `value`: `"name": "password", "value": "x"`,
/// `<add key="Password" value="x"/>`, `- name: DB_PASSWORD` and `value: x` on the next line; to a word behind others:
/// `api key: x`, `Mot de passe: x`; and to the input of a field: `"loc": ["body", "password"], "input": "x"`.
#[inline(never)]
fn named_before(view: &View, name: &Name, keys: &mut Keys) -> Option<Class> {
    const BETWEEN: &[u8] = b" \t\n\r\"'\\,]{-";
    let label = view.part(name.start, name.end);
    let mut end = name.start;
    if name.quote == 0 && view.before(end) == b' ' && is_one(label, &[b"key", b"passe", b"number"]) {
        end = behind(view.text, view.from, end, b" ");
        while name.start - end < 12 && view.before(end).is_ascii_alphabetic() {
            end -= 1;
        }
        let french = ends_in(view.part(view.from, end), &[b"Mot ", b"mot "]);
        return Some(keys.class(view.text, end - if french { 4 } else { 0 }, name.end, view.policy));
    }
    // An authorization code in the URL that a user comes back to (https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2).
    if matches!(view.before(end), b'?' | b'&') && label == b"code" && view.run(Kind::Bare, name.end + 1) > name.end + 16
    {
        return Some(Class { secret: Some(Meaning::SecretText(SECRET)), ..Class::default() });
    }
    if !is_one(label, &[b"value", b"input", b"default", b"parametervalue"]) {
        return None;
    }
    loop {
        let next = behind(view.text, view.from, end, BETWEEN);
        let escape = matches!(view.before(next), b'n' | b'r' | b't') && view.before(next - 1) == b'\\';
        end = next - usize::from(escape);
        if !escape || name.start - end > MAX_NAME {
            break;
        }
    }
    let mut start = end;
    while end - start < MAX_NAME && is_name(view.before(start)) {
        start -= 1;
    }
    let before = behind(view.text, view.from, start, b" \"'\\");
    let front = view.part(view.from, before);
    let named = match label.first()? | 0x20 {
        b'v' | b'p' => {
            let member = behind(view.text, view.from, before.saturating_sub(1).max(view.from), b" \"'\\");
            matches!(front.last(), Some(b':' | b'='))
                && ends_in(view.part(view.from, member), &[b"name", b"Name", b"key", b"Key"])
        }
        b'd' => front.ends_with(b"variable"),
        _ => front.ends_with(b",") && find(view.part(end, name.start), b"]").is_some(),
    };
    if named { Some(keys.class(view.text, start, end, view.policy)) } else { name_behind(view, name, keys) }
}

/// The class that the name of the next member gives to a `value`: `"value": "x", "name": "password"`.
#[inline(never)]
fn name_behind(view: &View, name: &Name, keys: &mut Keys) -> Option<Class> {
    if name.quote == 0 {
        return None;
    }
    let value = Value::find(view, value::spaces(view, name.end + usize::from(name.escapes) + 1) + 1, true);
    if value.quote == 0 {
        return None;
    }
    let near = view.text.get(..view.text.len().min(value.start + MAX_IDENTIFIER))?;
    let end = value.end(near, &run::nowhere());
    let between = |at: usize, signs: &[u8]| {
        let rest = view.part(at, at + 16);
        at + rest.iter().take_while(|byte| signs.contains(byte)).count()
    };
    let key = between(end, b"\\\"', ");
    let known = first_of(view.part(key, usize::MAX), &[b"name", b"Name", b"key", b"Key"])?;
    let start = between(key + known.len(), b"\\\"': ");
    let length = view.part(start, start + MAX_NAME).iter().take_while(|byte| is_name(**byte)).count();
    Some(keys.class(view.text, start, start + length, view.policy))
}

/// How far the value of an identifier is looked at, in bytes: farther than any number that matters, and no farther,
/// because it may hold more identifiers.
const MAX_IDENTIFIER: usize = 64;

/// Where the value of an identifier behind a separator ends.
fn identifier_end(view: &View, behind: usize) -> usize {
    let rest = view.text.get(behind..).unwrap_or_default();
    let open =
        rest.iter().take(8).take_while(|byte| matches!(**byte, b' ' | b'\\' | b'"' | b'\'' | b'>' | b'=')).count();
    let quoted = rest.get(..open).is_some_and(|open| open.iter().any(|byte| matches!(*byte, b'"' | b'\'')));
    let kind = if quoted { Kind::InQuotes } else { Kind::Bare };
    let start = behind + open;
    view.run(kind, start).min(start + MAX_IDENTIFIER)
}

fn name(view: &View, at: usize) -> Option<Name> {
    let last = view.before(at);
    // Most names end there; a colour does in `m`.
    let plain = last.is_ascii_alphabetic() && last != b'm';
    let (end, quote, bracket, escapes) = if plain { (at, 0, false, 0) } else { behind_name(view, at) };
    if !may_end_a_name(view.before(end)) {
        let digits = behind(view.text, view.from, end, b"0123456789");
        let numbered = digits < end && end - digits < 3;
        if !numbered || !view.before(behind(view.text, view.from, digits, b"_-")).is_ascii_alphabetic() {
            return None;
        }
    }
    let mut start = end;
    let mut escaped = false;
    loop {
        let front = view.text.get(view.from.max(end.saturating_sub(MAX_NAME))..start).unwrap_or_default();
        start -= front.iter().rev().take_while(|byte| is_name(**byte)).count();
        if view.before(start) != b'\\' || view.byte(start) != b'u' || hex4(view.text, start + 1).is_none() {
            break;
        }
        escaped = true;
        start -= 1;
    }
    // A mark is no name.
    if bracket && view.text.get(..start).is_some_and(|front| front.ends_with(mark::OPEN)) {
        return None;
    }
    match view.before(start) {
        // In escaped text a name may stand behind `\n`.
        b'\\' if matches!(view.byte(start), b'n' | b't' | b'r') => start += 1,
        // Behind a colour, its number and `m` are no part of the name.
        b'[' | b';' => {
            let number = (start..end).take_while(|at| view.byte(*at).is_ascii_digit()).count();
            if number > 0 && view.byte(start + number) == b'm' {
                start += number + 1;
            }
        }
        _ => {}
    }
    while start < end && matches!(view.byte(start), b'-' | b'.' | b'_') {
        start += 1;
    }
    Some(Name { start, end, quote, escapes, escaped })
}

/// Where the name in front of the separator at `at` ends; the quote around it, or the bracket of an index; whether there is
/// such a bracket; and how many backslashes stand in front of the quote.
#[inline(never)]
fn behind_name(view: &View, at: usize) -> (usize, u8, bool, u8) {
    let mut end = at;
    while end > view.from && at - end < MAX_SPACES && view.byte(end - 1) == b' ' {
        end -= 1;
    }
    end = value::ansi_before(view, end);
    // `!=`, `?=`
    if matches!(view.before(end), b'!' | b'?') && view.byte(end) != b':' {
        end = behind(view.text, view.from, end - 1, b" ");
    }
    // An array: `char password[25] = "..."`.
    if view.before(end) == b']' {
        let digits = behind(view.text, view.from, end - 1, b"0123456789");
        if view.before(digits) == b'[' && end - digits < MAX_INDEX {
            end = digits - 1;
        }
    }
    let quote = view.before(end);
    if !matches!(quote, b'"' | b'\'' | b'`' | b']') {
        return (end, 0, false, 0);
    }
    end -= 1;
    if quote == b']' && matches!(view.before(end), b'"' | b'\'') {
        end -= 1;
    }
    let mut escapes = 0u8;
    while view.before(end) == b'\\' {
        escapes = escapes.saturating_add(1);
        end -= 1;
    }
    // `"user[password]"`
    let bracket = quote == b']' || view.before(end) == b']';
    end -= usize::from(quote != b']' && bracket);
    (end, quote, bracket, escapes)
}

/// Letters beyond ASCII are left out of a name: "contraseña" is `contrasea`.
pub(super) fn is_name(byte: u8) -> bool {
    run::is(Kind::Name, byte)
}

/// Names whose meaning matters end in one of these letters; a digit never ends one but `cvv2` and its like.
fn may_end_a_name(byte: u8) -> bool {
    const LAST: u32 = letters(b"acdefghiklmnprstvwxyz");
    byte == b'2' || (byte.is_ascii_alphabetic() && LAST >> (byte & 31) & 1 == 1)
}

/// A number of fewer digits is a count, also behind the name of a key.
pub(crate) const MIN_DIGITS: usize = 16;

/// The secret behind a separator that ends at `behind`.
fn secret(view: &View, class: &Class, name: &Name, behind: usize, separator: u8) -> Option<Match> {
    let (rule, only_text, random) = match class.secret? {
        Meaning::Secret(rule) => (rule, false, false),
        Meaning::SecretText(rule) => (rule, true, false),
        Meaning::Random(rule) => (rule, true, true),
        Meaning::Identifier => return None,
    };
    let header = !random && (rule == AUTHORIZATION || rule == COOKIE);
    let label = view.part(name.start, name.end);
    // "unexpected token: x" of a parser, `arn:aws:secretsmanager:...:123456789012:secret:x`. What refuses a value
    // without its end comes first: the next one may have the same end.
    if !header
        && ((label.eq_ignore_ascii_case(b"token") && is_unexpected(view, name))
            || (rule == SECRET && view.before(name.start) == b':' && view.before(name.start - 1).is_ascii_digit()))
    {
        return None;
    }
    let value = Value::find(view, behind, name.quote != 0);
    // `--- PASS: TestLogin (0.02s)`
    if label == b"PASS" && separator == b':' && view.text.get(value.start..)?.starts_with(b"Test") {
        return None;
    }
    if header {
        return header::header(view, name, &value, rule);
    }
    // A list is not read to its end for a name that it may not be the value of.
    let list = view.byte(value.start) == b'[';
    if random && list && !content::is_random(view.part(value.start, value.start + content::MAX_LOOK), rule) {
        return None;
    }
    let end = value.end(view.text, &view.runs.bare);
    let bytes = view.text.get(value.start..end)?;
    if random && !content::is_random(bytes, rule) {
        return None;
    }
    let content = Content::new(bytes);
    if value.is_code(content) {
        // `process.env.API_KEY || "..."`
        let or = first_of(view.part(end, usize::MAX), &[b" || ", b" ?? ", b" or "])?;
        let (start, end) = spoken::string(view, end + or.len())?;
        return spoken::is_strong(view.part(start, end), 8).then(|| Match::new(start, end, rule));
    }
    let bare = value.quote == 0;
    let sentence = bare && matches!(name.quote, 0 | b'`') && separator == b':' && value.spaced;
    if (sentence && is_prose(view, end, bytes)) || mark::is_masked(bytes) || content.is_placeholder() {
        return None;
    }
    let number = bare && content.is_number();
    if is_other(view, name, &value, rule, separator, content) {
        return None;
    }
    // A number that is no count.
    let long = number && matches!(rule, API_KEY | SECRET) && bytes.len() >= MIN_DIGITS && bytes.iter().all(u8::is_ascii_digit);
    if only_text && number && !long {
        return None;
    }
    // `api_key=api_key` of code.
    if bytes.eq_ignore_ascii_case(label) {
        return None;
    }
    // The name of a thing that holds the secret: `secret="team/tls"`, `secret=api-tls`.
    if rule == SECRET && is_resource(bytes) {
        return None;
    }
    // The rule that knows the value itself says more than the name.
    let known = token::word(view, value.start).filter(|known| known.start == value.start && known.end == end);
    if let Some(known) = known {
        return Some(known);
    }
    let mut found = Match::new(value.start, end, rule);
    // A JSON number or array becomes a JSON string.
    let json = number
        || matches!(
            bytes,
            [b'[', b'"' | b'\\' | b'[' | b'{' | b'0'..=b'9' | b'-', .., b']'] | [b'{', b'"' | b'\\', .., b'}']
        );
    found.quoted = (bare && json && name.quote == b'"').then_some(name.escapes);
    Some(found)
}

/// Whether what a separator gives to a name is known to be something else than a secret.
#[inline(never)]
fn is_other(view: &View, name: &Name, value: &Value, rule: RuleId, separator: u8, content: Content) -> bool {
    let label = view.part(name.start, name.end);
    let bare = value.quote == 0;
    let words = content.is_words();
    let (digits, call) = (content.has_digit(), content.has_bracket());
    let content = content.bytes;
    let end = value.start + content.len();
    let (next, then) = (view.byte(end), view.byte(end + 1));
    if rule != PASSWORD {
        // `token = lookahead`, `e.token = old_token`, `struct token: 'struct token'` of code.
        let code = value.spaced || matches!(next, b',' | b')');
        if bare && ((words && code && content.len() < MAX_WORD) || call) {
            return true;
        }
        let named = content.len().checked_sub(label.len()).and_then(|front| content.split_at_checked(front));
        if named.is_some_and(|(front, last)| {
            matches!(front.last(), Some(b' ' | b'_' | b'.')) && last.eq_ignore_ascii_case(label)
        }) {
            return true;
        }
    }
    // A number that tells sessions apart: `sessionid: 0x14ede63a5a70002` of ZooKeeper.
    if rule == SESSION && content.starts_with(b"0x") {
        return true;
    }
    // What an object says of itself: `token=Token{a64f992 ...}`, `token: android.os.BinderProxy@2bd79ce`.
    if bare && rule == TOKEN && is_object(content) {
        return true;
    }
    // A comparison, in which a word is an option or the name of something: `token === '--require'`.
    let front = || view.part(view.from, value.start);
    let operator = separator == b'=' && (value.spaced || value.quote != 0);
    if operator && ends_in(front(), &[b"== '", b"== \"", b"!= '", b"!= \"", b"== ", b"!= "]) {
        if bare && value.spaced {
            return true;
        }
        let word = bare || words || content.len() < MIN_COMPARED || rule != PASSWORD;
        return content.starts_with(b"-") || (word && !digits);
    }
    // "PASS: TestLogin" of test runners.
    if words && view.byte(name.start) == b'P' && label.eq_ignore_ascii_case(b"pass") {
        return true;
    }
    // "DEBUG app.auth.password: cache evicted" of a logger, and a signature in a trace and not in a URL.
    if bare && separator == b':' {
        let goes_on = value.spaced && next == b' ' && then.is_ascii_alphabetic();
        let dotted = label.contains(&b'.');
        if label.eq_ignore_ascii_case(b"sig") || (dotted && (goes_on || view.before(name.start) == b':')) {
            return true;
        }
    }
    match content {
        // `password = 5;`
        [_] => bare,
        // `token = 1*tchar` of a grammar.
        [b'0'..=b'9', b'*', ..] => bare && rule == TOKEN,
        // `--password= --verbose`
        [b'-', b'-', ..] => bare && value.spaced,
        // `(known after apply)`
        [b'(', .., last] => bare && *last != b')' && matches!(next, b' ' | b','),
        // `$this->password`
        [b'$', .., b'-'] => bare && next == b'>',
        // A volume of Kubernetes, which kubectl may cut off.
        [b'{', ..] => {
            let named = |part: &[u8]| find(content, part).is_some();
            rule == SECRET && (named(b"secretName") || named(b" [truncated "))
        }
        _ => content.starts_with("\u{201d}".as_bytes()),
    }
}

/// Whether `content` is a class and the beginning of its fields, or the hash of an object behind its class.
fn is_object(content: &[u8]) -> bool {
    let class = content.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'.').count();
    let (class, rest) = content.split_at_checked(class).unwrap_or_default();
    let named =
        class.rsplit(|byte| *byte == b'.').next().is_some_and(|last| last.first().is_some_and(u8::is_ascii_uppercase));
    named
        && match rest {
            [b'{', ..] => true,
            [b'@', hash @ ..] => hash.len() <= 8 && hash.iter().all(u8::is_ascii_hexdigit),
            _ => false,
        }
}

/// Words that stand for a token or a key in code are shorter than this, in bytes.
const MAX_WORD: usize = 20;

/// Whether a parser speaks of its own tokens.
fn is_unexpected(view: &View, name: &Name) -> bool {
    const WORDS: &[&[u8]] = &[b"nexpected", b"nknown", b"llegal", b"ffending"];
    view.before(name.start) == b' ' && ends_in(view.part(view.from, name.start - 1), WORDS)
}

/// `name: value` in a sentence and not in a setting ("password: must not be empty"): the value is a plain word and the
/// sentence goes on.
fn is_prose(view: &View, end: usize, content: &[u8]) -> bool {
    let plain = content
        .iter()
        .skip(1)
        .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'!' | b'?' | b'-' | b':' | b'\''));
    plain && view.byte(end) == b' ' && view.byte(end + 1).is_ascii_alphabetic()
}

/// Whether a value is the name of something, as Kubernetes has them: `namespace/name`, or words in lower case that
/// dashes join, without digits.
fn is_resource(content: &[u8]) -> bool {
    let (mut slashes, mut digits, mut dashes, mut length) = (0, 0, 0, 0);
    for byte in content {
        length += 1;
        match byte {
            b'a'..=b'z' | b'.' => {}
            b'-' => dashes += 1,
            b'0'..=b'9' => digits += 1,
            b'/' if length > 1 => (slashes, length) = (slashes + 1, 0),
            _ => return false,
        }
    }
    match slashes {
        0 => dashes > 0 && digits == 0 && content::is_words(content),
        1 => length > 0 && digits <= 3,
        _ => false,
    }
}
