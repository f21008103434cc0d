//! The value behind a name, and what a value says of itself: that it stands for a secret and is none.

use super::mark;
use super::run::{self, Run};
use super::text::View;
use super::words::{find, first_of, is_one};
use crate::policy::{COOKIE, PASSWORD, RuleId, SESSION, TOKEN};

/// Spaces around a separator.
/// They align what Terraform, `kubectl describe` and configuration files print in columns.
pub(super) const MAX_SPACES: usize = 32;

/// The value behind a separator.
pub(super) struct Value {
    pub(super) start: usize,
    /// The quote around it, or 0.
    pub(super) quote: u8,
    /// A space stands between the separator and the value.
    pub(super) spaced: bool,
    form: Form,
}

/// What a value begins with, which says where it ends.
enum Form {
    /// A quote behind this many backslashes.
    Quoted(usize),
    Mark,
    /// A bracket of JSON.
    Json,
    /// Another bracket.
    Brackets,
    Bare,
}

impl Value {
    /// The value behind the separator that ends at `behind`; `quoted_key` if the name stood in quotes.
    pub(super) fn find(view: &View, behind: usize, quoted_key: bool) -> Value {
        let mut start = spaces(view, behind);
        let spaced = start > behind;
        start = ansi(view, start);
        start += prefix(view, start);
        // b'...' of Python, &"..." of Rust.
        if matches!(view.byte(start), b'b' | b'u' | b'r' | b'f' | b'&') && is_quote(view.byte(start + 1)) {
            start += 1;
        }
        if let Some(inner) = wrapper(view, start) {
            start = inner;
        }
        // `[]string{"..."}` of Go.
        if view.text.get(start..).is_some_and(|rest| rest.starts_with(b"[]string{")) {
            start += 9;
        }
        let mut open = start;
        while view.byte(open) == b'\\' {
            open += 1;
        }
        let quote = view.byte(open);
        if is_quote(quote) {
            // `"""x"""`
            let three =
                view.text.get(open..).is_some_and(|rest| rest.starts_with(&[quote; 3])) && view.byte(open + 3) > b' ';
            let open = open + if three { 2 } else { 0 };
            let start = start + if three { 2 } else { 0 };
            return Value { start: open + 1, quote, spaced, form: Form::Quoted(open - start) };
        }
        let form = match view.byte(start) {
            b'[' if view.text.get(start..).is_some_and(|rest| rest.starts_with(mark::OPEN)) => Form::Mark,
            b'[' | b'{' if quoted_key => Form::Json,
            b'[' if matches!(view.byte(start + 1), b'"' | b'\'' | b'\\') => Form::Json,
            b'[' | b'{' | b'<' | b'(' => Form::Brackets,
            _ => Form::Bare,
        };
        Value { start, quote: 0, spaced, form }
    }

    /// Where the value ends in `text`; `bare` is the last value without quotes that was looked at there.
    pub(super) fn end(&self, text: &[u8], bare: &Run) -> usize {
        let start = self.start;
        match self.form {
            Form::Quoted(escapes) => closing_quote(text, start, self.quote, escapes),
            // A mark has no spaces and ends with a bracket.
            Form::Mark => {
                let mark = text.get(start..).unwrap_or_default().iter().take(48);
                let end = start + mark.take_while(|byte| **byte != b']').count();
                end + usize::from(text.get(end) == Some(&b']'))
            }
            Form::Json => closing_bracket(text, start),
            Form::Brackets => bracketed(text, start, bare),
            Form::Bare => bare_end(text, start, bare),
        }
    }

    /// Whether its `content` is a call, an index or a path in code (`os.environ["X"]`): what it gives is not in the text.
    pub(super) fn is_code(&self, content: &[u8]) -> bool {
        matches!(self.form, Form::Bare) && is_code(content)
    }
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
    content.first() == Some(&b'/') || 2 * longest < content.len()
}

/// Length of what stands in front of some values: a line end and spaces in front of a string, its type as PHP dumps it, what
/// Spring says of a field.
#[inline(never)]
fn prefix(view: &View, at: usize) -> usize {
    let rest = view.text.get(at..).unwrap_or_default();
    if rest.starts_with(b"rejected value [") {
        return b"rejected value [".len();
    }
    let space = rest.iter().take(MAX_SPACES).take_while(|byte| matches!(**byte, b' ' | b'\n')).count();
    let value = rest.get(space..).unwrap_or_default();
    if value.starts_with(b"string(") {
        let digits = value.iter().skip(7).take(5).take_while(|byte| byte.is_ascii_digit()).count();
        let typed = value.get(7 + digits..).is_some_and(|rest| rest.starts_with(b") \""));
        return if typed { space + 7 + digits + 2 } else { 0 };
    }
    if space > 0 && value.first().is_some_and(|quote| is_quote(*quote)) { space } else { 0 }
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Where the spaces at `at` end.
pub(super) fn spaces(view: &View, at: usize) -> usize {
    let rest = view.text.get(at..).unwrap_or_default();
    at + rest.iter().take(MAX_SPACES).take_while(|byte| matches!(**byte, b' ' | b'\t')).count()
}

/// Where the escape sequences for colours at `at` end: ESC, which may be written out, `[`, numbers, `m`.
fn ansi(view: &View, at: usize) -> usize {
    const ESCAPES: &[&[u8]] = &[b"\x1b[", b"\\x1b[", b"\\u001b[", b"\\033[", b"\\e[", b"\xef\xbf\xbd["];
    let mut end = at;
    for _ in 0..4 {
        let rest = view.text.get(end..).unwrap_or_default();
        let Some(escape) = first_of(rest, ESCAPES) else { break };
        let numbers = rest.iter().skip(escape.len()).take(16).take_while(|byte| is_colour(**byte)).count();
        if rest.get(escape.len() + numbers) != Some(&b'm') {
            break;
        }
        end += escape.len() + numbers + 1;
    }
    end
}

fn is_colour(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b';'
}

/// Where the escape sequences for colours that end at `at` begin.
pub(super) fn ansi_before(view: &View, at: usize) -> usize {
    let mut start = at;
    for _ in 0..4 {
        if view.before(start) != b'm' {
            break;
        }
        let mut open = start - 1;
        while open > view.from && start - open < 16 && is_colour(view.byte(open - 1)) {
            open -= 1;
        }
        if view.before(open) != b'[' {
            break;
        }
        // The longest way to write ESC has six bytes.
        let sequence = (1..=7).filter_map(|length| open.checked_sub(length)).find(|first| ansi(view, *first) == start);
        match sequence {
            Some(first) if first >= view.from => start = first,
            _ => break,
        }
    }
    start
}

/// Start of the value inside `Some("...")` and its like.
fn wrapper(view: &View, at: usize) -> Option<usize> {
    const NAMES: &[&[u8]] = &[
        b"Some",
        b"Ok",
        b"Just",
        b"Optional",
        b"Secret",
        b"Sensitive",
        b"Password",
        b"Token",
        b"String",
        b"str",
        b"Protected",
    ];
    let rest = view.text.get(at..)?;
    let name = rest.iter().take(24).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let known = first_of(rest.get(..name)?, NAMES).is_some();
    (known && matches!(rest.get(name), Some(b'(' | b'['))).then_some(at + name + 1)
}

/// End of a value without quotes at `start`. Punctuation that may go on with the text around it ends the value when
/// it does: at a space, the end, another quote or bracket, or `,name=`.
fn bare_end(text: &[u8], start: usize, bare: &Run) -> usize {
    run::end(bare, start, 1, |at| {
        let next = || text.get(at + 1).copied().unwrap_or(0);
        let ends = match text.get(at).copied().unwrap_or(0) {
            0..=b' ' | b'&' | b'`' | 0x7f => true,
            b'>' => {
                matches!(next(), 0..=b' ' | b'"' | b'\'' | b'<' | b'>' | b'=' | b',' | b')') || is_tag_end(text, at)
            }
            b'"' | b'\'' | b')' | b']' | b'}' => !is_inside(next()),
            b'<' => matches!(next(), b'/' | b'a'..=b'z' | b'A'..=b'Z') || !is_inside(next()),
            // `$argon2id$v=19$m=65536,t=3,p=4$...`
            b',' if text.get(start..).is_some_and(|value| value.starts_with(b"$argon2")) => false,
            b',' | b';' | b'|' => !is_inside(next()) || is_pair(text.get(at + 1..).unwrap_or_default()),
            b'\\' => matches!(next(), b'n' | b't' | b'r' | b'u' | b'x' | b'"' | b'\'' | b'\\' | 0),
            _ => false,
        };
        !ends
    })
}

/// Whether the `>` at `at` closes a tag that is near: `<user password=x>`.
fn is_tag_end(text: &[u8], at: usize) -> bool {
    let front = text.get(at.saturating_sub(MAX_PLACEHOLDER)..at).unwrap_or_default();
    front.iter().rev().find(|byte| matches!(**byte, b'<' | b'>')) == Some(&b'<')
}

fn is_inside(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'!' | b'$' | b'%' | b'*' | b'@' | b'^')
}

/// Whether `text` begins with `name=` or `name:`.
fn is_pair(text: &[u8]) -> bool {
    let name =
        text.iter().take(40).take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-' | b'.'));
    matches!(text.get(name.count()), Some(b'=' | b':' | b' ' | b'"' | b'\''))
}

/// End of the value in brackets at `start`: behind the closing bracket, if it is near.
fn bracketed(text: &[u8], start: usize, bare: &Run) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let close = match rest.first() {
        Some(b'{') => b'}',
        Some(b'<') => b'>',
        Some(b'[') => b']',
        _ => b')',
    };
    let near = rest.iter().take(MAX_PLACEHOLDER).take_while(|byte| **byte != close && **byte > b' ').count();
    match rest.get(near) {
        Some(found) if *found == close => {
            let again = rest.iter().skip(near).take(2).take_while(|byte| **byte == close).count();
            start + near + again
        }
        _ => bare_end(text, start, bare),
    }
}

/// Where a string ends whose quotes have `escapes` backslashes in front of them: at its closing quote, or at the end
/// of its line without one.
fn closing_quote(text: &[u8], start: usize, quote: u8, escapes: usize) -> usize {
    let mut slashes = 0;
    for (n, &found) in text.get(start..).unwrap_or_default().iter().enumerate() {
        match found {
            b'\\' => {
                slashes += 1;
                continue;
            }
            b'\n' => return start + n,
            _ => {}
        }
        if found == quote && slashes >= escapes && (slashes - escapes).is_multiple_of(2 * (escapes + 1)) {
            return start + n - escapes;
        }
        // Fewer backslashes than at the opening: the string around this one ends.
        if found == quote && slashes < escapes {
            return start + n - slashes;
        }
        slashes = 0;
    }
    text.len()
}

/// Behind the bracket that closes the one at `start`; brackets in strings do not count.
fn closing_bracket(text: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    let mut slashes = 0usize;
    // Backslashes in front of the quotes of this depth of escapes, once one was seen.
    let mut escapes = None;
    let mut in_string = false;
    for (n, &found) in text.get(start..).unwrap_or_default().iter().enumerate() {
        match found {
            b'\\' => {
                slashes += 1;
                continue;
            }
            b'"' if slashes <= *escapes.get_or_insert(slashes) => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return start + n + 1;
                }
            }
            _ => {}
        }
        slashes = 0;
    }
    text.len()
}

/// Whether the bare value is code: names with dots, or a name and a call or an index.
fn is_code(text: &[u8]) -> bool {
    if text.len() > MAX_PLACEHOLDER {
        return false;
    }
    let name = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'.')).count();
    let Some(path) = text.get(..name).filter(|path| path.first().is_some_and(u8::is_ascii_alphabetic)) else {
        return false;
    };
    let readable = path.iter().all(|byte| !byte.is_ascii_digit());
    match text.get(name) {
        // `settings.DB_PASSWORD`, but no version and no token.
        None => readable && path.contains(&b'.') && path.split(|byte| *byte == b'.').all(|part| part.len() > 1),
        Some(b'(' | b'[') => readable,
        // `self->token`
        Some(b'-') => readable && text.get(name + 1) == Some(&b'>'),
        _ => false,
    }
}

/// What stands for a secret is at most this long, in bytes.
const MAX_PLACEHOLDER: usize = 128;

/// Words that stand where a secret would: that there is none, what is wrong with it, or what to put there.
const WORDS: &[&str] = &[
    "-",
    "absent",
    "always",
    "any",
    "await",
    "bool",
    "bytes",
    "changeme",
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
    "protected",
    "provided",
    "redacted",
    "rejected",
    "removed",
    "required",
    "reset",
    "revoked",
    "rotated",
    "scrubbed",
    "secret",
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

/// Whether a value stands where a secret would, but is none: a word like `null` or `expired`, asterisks, a variable
/// (`${X}`, `$X`, `{{ x }}`, `%(x)s`, `%s`, `<x>`, `#{x}`), a path or a URL.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    if value.len() > MAX_PLACEHOLDER {
        return false;
    }
    let word = trimmed(value);
    word.is_empty()
        || value.iter().all(|byte| matches!(byte, b'*' | b'.' | b'x' | b'X' | b'-' | b'_' | b'?' | b'#'))
        || value.iter().filter(|byte| **byte == b'*').nth(2).is_some()
        || word.starts_with("\u{2022}\u{2022}".as_bytes())
        || is_known_word(word)
        || is_variable(value)
        || is_reference(value)
}

fn is_known_word(word: &[u8]) -> bool {
    may_be(word, &WORD_SHAPES) && WORDS.iter().any(|known| is_one(word, &[known.as_bytes()]))
}

const WORD_SHAPES: Shapes = shapes(WORDS);

/// A bit for the first letter of each of some words, by their length.
pub(super) type Shapes = [u32; 16];

pub(super) const fn shapes(words: &[&str]) -> Shapes {
    let mut shapes = [0; 16];
    let mut n = 0;
    while n < words.len() {
        let word = words[n].as_bytes();
        shapes[word.len()] |= 1 << (word[0] & 31);
        n += 1;
    }
    shapes
}

/// Whether `word` may be one of the words that have these shapes, in any case.
pub(super) fn may_be(word: &[u8], shapes: &Shapes) -> bool {
    word.first().zip(shapes.get(word.len())).is_some_and(|(first, shapes)| shapes >> (first & 31) & 1 != 0)
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
        [b'$', b'{' | b'(', ..] | [b'{', b'{', ..] | [b'#', b'{', ..] | [b'%', b'{' | b'(', ..] => true,
        [b'$', rest @ ..] => {
            let lower = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
            upper(rest)
                || (rest.len() > 2 && rest.iter().all(lower))
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

/// Where a secret is to be found: a path or a URL. What a URL holds is looked at on its own.
fn is_reference(value: &[u8]) -> bool {
    const SCHEMES: &[&[u8]] = &[b"arn:", b"vault:", b"op://", b"file:", b"env:", b"projects/"];
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
    if !value.iter().any(|byte| matches!(byte, b'/' | b':')) {
        return false;
    }
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

/// Whether `text` is made of words as people and programs write them: letters, in parts of two or more, that `-`, `_`,
/// `.`, `/` or a hump of a camel's back separates; no digits. Random letters have humps of one.
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
