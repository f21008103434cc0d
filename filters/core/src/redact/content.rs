//! What a value says of itself: that it stands for a secret and is none, that it is words or code, or that nobody chose it.

use super::mark;
use super::words::{Words, begins_like_one, find, first_of, is_one};
use crate::policy::{COOKIE, PASSWORD, RuleId, SESSION, TOKEN};

/// A value, and what it is made of.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    pub(super) bytes: &'a [u8],
    /// Bits of [`KINDS`].
    has: u16,
}

/// What stands for a secret is at most this long, in bytes.
pub(super) const MAX_PLACEHOLDER: usize = 128;

const LOWER: u16 = 1;
const UPPER: u16 = 2;
const DIGIT: u16 = 4;
/// `.`
const DOT: u16 = 8;
/// `-`
const DASH: u16 = 16;
/// `_`
const UNDERSCORE: u16 = 32;
/// `/` and `:`
const SLASH: u16 = 64;
const OTHER: u16 = 128;
/// It is longer than [`MAX_PLACEHOLDER`]; what is behind was not looked at.
const LONG: u16 = 256;

const KINDS: [u8; 256] = {
    let mut kinds = [OTHER as u8; 256];
    let mut n = 0;
    while n < 256 {
        kinds[n] = match n as u8 {
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            b'.' => DOT,
            b'-' => DASH,
            b'_' => UNDERSCORE,
            b'/' | b':' => SLASH,
            _ => OTHER,
        } as u8;
        n += 1;
    }
    kinds
};

impl<'a> Content<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Content<'a> {
        let near = bytes.get(..MAX_PLACEHOLDER);
        let has = near.unwrap_or(bytes).iter().fold(0, |has, byte| has | u16::from(KINDS[usize::from(*byte)]));
        Content { bytes, has: if bytes.len() > MAX_PLACEHOLDER { has | LONG } else { has } }
    }

    /// Whether nothing is in it but these.
    fn only(self, kinds: u16) -> bool {
        self.has & !kinds == 0
    }

    fn has(self, kinds: u16) -> bool {
        self.has & kinds != 0
    }

    /// Whether it is a number, or a date, or more of them.
    pub(super) fn is_number(self) -> bool {
        !self.has(LOWER | UPPER | UNDERSCORE | SLASH)
            && self.bytes.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b','))
    }

    pub(super) fn has_digit(self) -> bool {
        self.has(DIGIT) || (self.has(LONG) && self.bytes.iter().any(u8::is_ascii_digit))
    }

    /// Whether it has signs as no word of code has.
    pub(super) fn has_sign(self) -> bool {
        self.has(OTHER)
            && self.bytes.iter().filter(|byte| matches!(**byte, b'$' | b'#' | b'}' | b'^' | b'~' | b'%')).count() > 1
    }

    /// Whether it has a bracket as a call does.
    pub(super) fn has_bracket(self) -> bool {
        self.has(OTHER | LONG) && self.bytes.contains(&b'(')
    }

    /// Whether the bare value is code: names with dots, or a name and a call or an index.
    pub(super) fn is_code(self) -> bool {
        !self.only(LOWER | UPPER | DIGIT | UNDERSCORE | SLASH) && !self.has(LONG) && is_code(self.bytes)
    }

    /// Whether it stands where a secret would, but is none: a word like `null` or `expired`, asterisks, a variable
    /// (`${X}`, `$X`, `{{ x }}`, `%(x)s`, `%s`, `<x>`, `#{x}`), a path or a URL.
    pub(super) fn is_placeholder(self) -> bool {
        if self.has(LONG) {
            return false;
        }
        let value = self.bytes;
        let word = if self.has(DOT | SLASH | OTHER) { trimmed(value) } else { value };
        let crossed = |byte: &u8| matches!(byte, b'*' | b'.' | b'x' | b'X' | b'-' | b'_' | b'?' | b'#');
        word.is_empty()
            || WORDS.has(word)
            || value.iter().all(crossed)
            || (self.has(SLASH) && is_reference(value))
            || (self.has(OTHER)
                && (is_variable(value)
                    || is_validation(value)
                    || value.iter().filter(|byte| **byte == b'*').nth(2).is_some()
                    || word.starts_with("\u{2022}\u{2022}".as_bytes())))
    }

    /// Whether it is made of words as people and programs write them: letters, in parts of two or more, that `-`, `_`,
    /// `.`, `/` or a hump of a camel's back separates; no digits. Random letters have humps of one.
    pub(super) fn is_words(self) -> bool {
        let length = self.bytes.len();
        if self.has(DIGIT) || length >= MAX_WORDS {
            return false;
        }
        if self.only(LOWER) { length >= 2 } else { is_words(self.bytes) }
    }
}

/// Whether something else is to be put there, or it was masked: where nothing but a secret can stand, a word is one.
pub(super) fn is_template(value: &[u8]) -> bool {
    is_placeholder(value) && !value.iter().all(|byte| byte.is_ascii_alphanumeric())
        || is_one(
            value,
            &[b"xxxx", b"xxxxx", b"xxxxxx", b"redacted", b"masked", b"hidden", b"filtered", b"null", b"none"],
        )
}

/// [`Content::is_placeholder`] of a value.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    Content::new(value).is_placeholder()
}

/// Words that stand where a secret would: that there is none, what is wrong with it, or what to put there.
const LIST: &[&str] = &[
    "-",
    "absent",
    "always",
    "any",
    "await",
    "bool",
    "bytes",
    "changeme",
    "convertto-securestring",
    "change-me",
    "change_me",
    "default",
    "denied",
    "disabled",
    "empty",
    "enabled",
    "env",
    "example",
    "expected",
    "expired",
    "expires",
    "failed",
    "false",
    "filtered",
    "found",
    "hidden",
    "incorrect",
    "include",
    "int",
    "invalid",
    "lambda",
    "is",
    "mask",
    "masked",
    "mismatch",
    "missing",
    "must",
    "n/a",
    "needed",
    "new",
    "nil",
    "no",
    "none",
    "not",
    "null",
    "nullptr",
    "off",
    "ok",
    "omitted",
    "on",
    "optional",
    "present",
    "private",
    "protected",
    "provided",
    "read-host",
    "redacted",
    "rejected",
    "removed",
    "required",
    "reset",
    "revoked",
    "rotated",
    "scrubbed",
    "same-origin",
    "secretstr",
    "sensitive",
    "set",
    "should",
    "str",
    "string",
    "suppressed",
    "todo",
    "true",
    "unavailable",
    "undefined",
    "unknown",
    "unset",
    "valid",
    "vault",
    "was",
    "wrong",
    "yes",
    "your",
];

static WORDS: Words<{ LIST.len() }> = Words::new(LIST);

/// [`Content::is_code`] of a short value.
fn is_code(text: &[u8]) -> bool {
    let name = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'.')).count();
    let Some(path) = text.get(..name).filter(|path| path.first().is_some_and(u8::is_ascii_alphabetic)) else {
        return false;
    };
    let readable = path.iter().all(|byte| !byte.is_ascii_digit());
    match text.get(name) {
        // `settings.DB_PASSWORD`, but no version and no token.
        None => {
            let mut parts = path.rsplit(|byte| *byte == b'.');
            readable
                && path.contains(&b'.')
                && parts.next().is_some_and(|last| last.len() > 2)
                && parts.all(|part| !part.is_empty())
        }
        // `os.environ["X"]`, but no password with a bracket.
        Some(b'(') => readable,
        Some(b'[') => {
            readable
                && text
                    .get(name + 1)
                    .is_none_or(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'"' | b'\'' | b'_' | b':'))
        }
        // `self->token`
        Some(b'-') => readable && text.get(name + 1) == Some(&b'>'),
        _ => false,
    }
}

/// A value without the brackets and the full stop around it.
fn trimmed(value: &[u8]) -> &[u8] {
    let outside = |byte: &u8| {
        matches!(
            byte,
            b'[' | b']' | b'(' | b')' | b'<' | b'>' | b'{' | b'}' | b'.' | b'!' | b'?' | b':' | b'*' | b'"' | b'\''
        )
    };
    let start = value.iter().take_while(|byte| outside(byte)).count();
    let end = value.iter().rev().take_while(|byte| outside(byte)).count();
    value.get(start..value.len().saturating_sub(end)).unwrap_or_default()
}

fn is_variable(value: &[u8]) -> bool {
    let name = |text: &[u8]| {
        !text.is_empty()
            && text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b' '))
    };
    let upper = |text: &[u8]| {
        text.len() > 1 && text.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
    };
    match value {
        [b'<', b'%', ..] | [b'$', b'{' | b'(', ..] | [b'{', b'{', ..] | [b'#', b'{', ..] | [b'%', b'{' | b'(', ..] => {
            true
        }
        [b'$', rest @ ..] => {
            let lower = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
            // `$PREFIX/path`, `$accountName`
            let path = rest.iter().position(|byte| *byte == b'/').is_some_and(|end| rest.get(..end).is_some_and(upper));
            upper(rest)
                || path
                || (rest.len() > 2 && rest.iter().all(lower))
                || (rest.first().is_some_and(u8::is_ascii_lowercase) && is_words(rest))
                || matches!(rest, [b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9'])
                || find(rest, b"->").is_some()
        }
        // A tag of YAML: `!Ref X`, `!vault |`.
        [b'!', rest @ ..] => rest.iter().all(u8::is_ascii_alphabetic),
        [b'%', rest @ .., b'%'] => upper(rest),
        [b'%', b's' | b'v' | b'd' | b'r' | b'q'] | [b'%', b'+' | b'#', b'v'] => true,
        [b'<', rest @ .., b'>'] => name(rest),
        [b'{', rest @ .., b'}'] => {
            rest.is_empty() || (name(rest) && !rest.iter().any(u8::is_ascii_digit)) || rest == b"0" || rest == b"1"
        }
        [b'[', rest @ .., b']'] => rest.is_empty() || (name(rest) && !rest.iter().any(u8::is_ascii_digit)),
        _ => false,
    }
}

/// What a value must be, in Laravel's words: `required|string|min:8`.
fn is_validation(value: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[b"required", b"min", b"max", b"nullable", b"string", b"confirmed"];
    let inside = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b':' | b'|');
    value.contains(&b'|')
        && value.iter().all(inside)
        && value.split(|byte| matches!(byte, b'|' | b':')).any(|word| is_one(word, WORDS))
}

/// Where a secret is to be found: a path or a URL; the value has a slash or a colon. What a URL holds is looked at on its own.
fn is_reference(value: &[u8]) -> bool {
    const SCHEMES: &[&[u8]] = &[b"arn:", b"vault:", b"op://", b"file:", b"env:", b"projects/", b"@Microsoft.KeyVault("];
    const ROOTS: &[&[u8]] = &[
        b"/home/",
        b"/var/",
        b"/run/",
        b"/etc/",
        b"/usr/",
        b"/opt/",
        b"/app",
        b"/tmp",
        b"/mnt/",
        b"/root",
        b"/srv/",
        b"/data/",
        b"/Users/",
        b"/workspace",
        b"./",
        b"../",
        b"~/",
        b"C:\\",
    ];
    let lower_path = || {
        value.starts_with(b"/")
            && value
                .iter()
                .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'/' | b'.' | b'-' | b'_' | b'0'..=b'9'))
    };
    const FIRST: u64 = firsts(SCHEMES) | firsts(ROOTS);
    let first = value.first().copied().unwrap_or(0);
    (FIRST >> (first & 63) & 1 != 0 && (first_of(value, SCHEMES).is_some() || first_of(value, ROOTS).is_some()))
        || lower_path()
        || value
            .iter()
            .take(16)
            .skip_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
            .take(3)
            .eq(b"://")
}

/// A bit for the first character of each text.
const fn firsts(texts: &[&[u8]]) -> u64 {
    let mut bits = 0;
    let mut n = 0;
    while n < texts.len() {
        bits |= 1 << (texts[n][0] & 63);
        n += 1;
    }
    bits
}

/// Words that are joined are shorter than this, in bytes.
const MAX_WORDS: usize = 64;

/// [`Content::is_words`] of any text.
pub(super) fn is_words(text: &[u8]) -> bool {
    if text.len() >= MAX_WORDS {
        return false;
    }
    let mut length = 0usize;
    let mut previous = 0u8;
    for &byte in text {
        match byte {
            b'a'..=b'z' => length += 1,
            b'A'..=b'Z' => {
                if previous.is_ascii_lowercase() {
                    if length < 3 {
                        return false;
                    }
                    length = 0;
                }
                length += 1;
            }
            b'-' | b'_' | b'.' | b'/' | b',' | b'=' | b':' => {
                if length < 2 {
                    return false;
                }
                length = 0;
            }
            _ => return false,
        }
        previous = byte;
    }
    length >= 2 || (length == 0 && previous == b'=')
}

/// The least length of what nobody chose, in bytes.
const MIN_RANDOM: usize = 20;
/// The same behind a name that has the word for a password in it.
const MIN_RANDOM_PASSWORD: usize = 8;
/// Longer values are data, in bytes.
const MAX_RANDOM: usize = 4096;
/// So much of a value says whether it is random, in bytes.
pub(super) const MAX_LOOK: usize = 256;

/// Whether nobody chose a value, so that it is secret behind a name that alone does not say so ([`Meaning::Random`]).
///
/// It is long, and its digits and letters of both cases are mixed: they change places more often than in words, numbers and
/// times that are joined. Without upper case it is one run of letters and digits, as PHP's session ids are. No digests, no
/// UUIDs, no other identifiers: these have no upper case or no lower case; no base64 of JSON, but in a session; no paths.
///
/// [`Meaning::Random`]: crate::policy::Meaning::Random
#[inline(never)]
pub(crate) fn is_random(content: &[u8], rule: RuleId) -> bool {
    // Of a list, the first string.
    let list = content.first() == Some(&b'[');
    let outside = |byte: &&u8| matches!(**byte, b'[' | b' ' | b'"' | b'\'' | b'\\');
    let start = if list { content.iter().take(16).take_while(outside).count() } else { 0 };
    let content = content.get(start..).unwrap_or_default();
    let end = if list { content.iter().position(|byte| matches!(byte, b'"' | b'\'' | b'\\')) } else { None };
    let content = content.get(..end.unwrap_or(content.len())).unwrap_or_default();
    let session = rule == SESSION || rule == COOKIE;
    if rule == COOKIE && content.iter().position(|byte| *byte == b'=').is_some_and(|equals| equals + 6 < content.len())
    {
        return !is_placeholder(content);
    }
    let least = if rule == PASSWORD { MIN_RANDOM_PASSWORD } else { MIN_RANDOM };
    if !(least..=MAX_RANDOM).contains(&content.len()) {
        return false;
    }
    let (mut digits, mut upper, mut lower, mut signs, mut dashes, mut changes, mut hex) = (0, 0, 0, 0, 0, 0, true);
    let mut previous = 0;
    let content = content.get(..MAX_LOOK).unwrap_or(content);
    for (n, &byte) in content.iter().enumerate() {
        let kind = match byte {
            b'0'..=b'9' => 1,
            b'a'..=b'z' => 2,
            b'A'..=b'Z' => 3,
            _ => 0,
        };
        // Some services put two letters in front of what identifies something: `SM0123...`
        hex &= n < 2 || byte.is_ascii_hexdigit() || byte == b'-';
        changes += usize::from(kind != previous && kind != 0 && previous != 0);
        previous = kind;
        match byte {
            b'0'..=b'9' => digits += 1,
            b'a'..=b'z' => lower += 1,
            b'A'..=b'Z' => upper += 1,
            b'-' | b'_' => dashes += 1,
            b'+' | b'/' => {}
            // What separates is not looked behind: there may be another name and its value.
            b'=' if content.get(n + 1).is_some_and(|next| *next != b'=') => return false,
            b'=' => {}
            b':' if n != 1 => return false,
            b'.' => dashes += 1,
            b'%' | b':' | b'~' | b'!' | b'*' | b'|' if session => dashes += 1,
            0..=b' ' | 0x7f.. => return false,
            _ => signs += 1,
        }
    }
    let least = content.len() / 3;
    if rule == PASSWORD {
        let kinds = [digits, upper, lower, signs].iter().filter(|count| **count > 0).count();
        return kinds >= 3 && !is_placeholder(content) && !is_code(content) && !is_path(content)
            || (signs > 3 && lower > 3 && !is_placeholder(content) && !is_code(content));
    }
    // Of sessions, what SHA-1 made, and tokens are often hexadecimal; of all else that is a digest or a UUID.
    if hex && (rule == TOKEN && content.len() >= 32 || session && dashes == 0 && content.len() == 40) {
        return digits > 0 && upper + lower > 0;
    }
    if signs > 0 || hex || is_path(content) {
        return false;
    }
    let json = content.starts_with(b"eyJ") || content.starts_with(b".eJ");
    if json || content.starts_with(b"AAAA") {
        return session && json;
    }
    match (upper, lower) {
        (0, _) => digits > 1 && lower > 3 && dashes == 0 && changes >= content.len() / 5 && content.len() > MIN_RANDOM,
        (_, 0) => false,
        _ => digits > 0 && changes >= least,
    }
}

/// Whether words in it are joined by `/`, or by full stops.
fn is_path(content: &[u8]) -> bool {
    let longest = content.split(|byte| matches!(byte, b'/' | b'.')).map(<[u8]>::len).max().unwrap_or_default();
    content.first() == Some(&b'/') || (2 * longest < content.len() && content.last() != Some(&b'='))
}

/// What a word has all of that may be [mixed](is_mixed).
pub(super) const MIXED: u8 = 7;

/// Neither one of [`MIXED`] nor in the way.
pub(super) const SIGN: u8 = 16;

/// What a character makes of a word: bits of [`MIXED`], another where it has no place in a mixed word, and 0 where it ends
/// the word.
pub(super) fn mixture(byte: u8) -> u8 {
    const KINDS: [u8; 256] = {
        let mut kinds = [8; 256];
        let mut n = 0;
        while n < 256 {
            kinds[n] = match n as u8 {
                b'a'..=b'z' => 1,
                b'A'..=b'Z' => 2,
                b'0'..=b'9' => 4,
                b'!' | b'@' | b'#' | b'$' | b'^' | b'*' | b'+' | b'_' | b'.' | b'-' | b'~' => SIGN,
                0..=b' '
                | b'"'
                | b'\''
                | b'`'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'<'
                | b'>'
                | b','
                | b';'
                | b'='
                | b'|'
                | b'\\' => 0,
                _ => 8,
            };
            n += 1;
        }
        kinds
    };
    KINDS[usize::from(byte)]
}

/// Whether it has letters of both cases and digits, mixed as neither words nor names of types have them: a letter behind
/// two digits or more, or a digit between letters more than once.
#[inline(never)]
pub(super) fn is_mixed(content: &[u8]) -> bool {
    if !(8..=40).contains(&content.len()) {
        return false;
    }
    let (mut has, mut digits, mut runs, mut last) = (0, 0, 0, b'.');
    for &byte in content {
        has |= mixture(byte) & !SIGN;
        digits += usize::from(byte.is_ascii_digit());
        runs += usize::from(byte.is_ascii_alphabetic() && last.is_ascii_digit());
        last = byte;
    }
    // Numbers that names of algorithms and types have.
    const KNOWN: &[&[u8]] = &[b"64", b"32", b"16", b"256", b"509", b"512", b"128"];
    has == MIXED
        && runs > 0
        && (digits > 1 || runs > 1)
        && (runs > 1 || !KNOWN.iter().any(|number| find(content, number).is_some()))
}

/// Whether a value says of itself that it is no prose, no code and no name of a thing: letters and digits, or signs.
#[inline(never)]
pub(crate) fn is_strong(content: &[u8], least: usize) -> bool {
    const DIGIT: u8 = 1;
    const UPPER: u8 = 2;
    const LOWER: u8 = 4;
    const SIGN: u8 = 8;
    const JOINED: u8 = 16;
    const CODE: u8 = 32;
    const NOT_HEX: u8 = 64;
    if content.len() < least {
        return false;
    }
    let mut has = 0;
    let padding = if content.ends_with(b"=") { b'=' } else { 0 };
    for &byte in content {
        has |= match byte {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'f' => LOWER,
            b'g'..=b'z' => LOWER | NOT_HEX,
            b'A'..=b'F' => UPPER,
            b'G'..=b'Z' => UPPER | NOT_HEX,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'*' | b'+' | b'~' => SIGN | NOT_HEX,
            b'-' => JOINED,
            b'/' | b':' => JOINED | NOT_HEX,
            b'(' | b'[' | b'{' | b'=' | b' ' if byte != padding => CODE,
            _ => NOT_HEX,
        };
    }
    let known = content.len() < 14
        && begins_like_one(content, &[b"sha", b"md5", b"base", b"utf", b"pbkdf", b"oauth", b"aes", b"v1", b"v2"]);
    let all = |bits: u8| has & bits == bits;
    has & (DIGIT | SIGN) != 0
        && has & (UPPER | LOWER) != 0
        && has & CODE == 0
        && !known
        && !matches!(content, [b'/' | b'%' | b'*' | b'-', ..] | [b'$', b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'{', ..])
        && (has & JOINED == 0
            || (has & NOT_HEX == 0 && content.len() >= 20)
            || all(UPPER | LOWER | DIGIT)
            || has & SIGN != 0)
}

/// Whether a value is there, is not masked and is no placeholder.
#[inline(never)]
pub(super) fn is_secret(content: &[u8]) -> bool {
    let named = is_one(
        content,
        &[b"password", b"passwd", b"pass", b"pwd", b"passphrase", b"mypassword", b"yourpassword", b"token"],
    );
    !named
        && content.len() >= 2
        && !content.starts_with(mark::OPEN)
        && !mark::is_masked(content)
        && !is_placeholder(content)
}
