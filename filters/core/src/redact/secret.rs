//! Whether what a separator gives to a secret name is a secret, or known to be something else.

use super::call;
use super::content::{self, Content};
use super::digits;
use super::header;
use super::mark;
use super::name::Name;
use super::spoken;
use super::text::{Match, View};
use super::token;
use super::value::Value;
use super::words::{ends_in, find, first_of, is_one, until};
use crate::key::Class;
use crate::policy::{
    API_KEY, AUTHORIZATION, CARD, COOKIE, Meaning, PASSWORD, PRIVATE_KEY, RuleId, SECRET, SESSION, SSN, TOKEN,
};

/// A shorter text in quotes that is compared with a name is no secret, in bytes.
pub(super) const MIN_COMPARED: usize = 6;

/// A number of fewer digits is a count, also behind the name of a key.
pub(crate) const MIN_DIGITS: usize = 16;

/// The secret behind a separator that ends at `behind`.
pub(super) fn secret(view: &View, class: &Class, name: &Name, behind: usize, separator: u8) -> Option<Match> {
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
    // `label:"Password:",next:"..."`: the quote ends the string that the name is in.
    if value.quote != 0 && !value.spaced && name.quote == 0 && view.before(name.start) == value.quote {
        let next = view.byte(value.start);
        if matches!(next, b',' | b')' | b']' | b'}' | b';' | b' ' | 0) {
            return None;
        }
    }
    // `pam_unix(passwd:chauthtok)`
    if separator == b':' && view.before(name.start) == b'(' && name.quote == 0 && is_in_brackets(view, value.start) {
        return None;
    }
    // `--- PASS: TestLogin (0.02s)`
    if label == b"PASS" && separator == b':' && view.text.get(value.start..)?.starts_with(b"Test") {
        return None;
    }
    if header {
        // `Auth: (91) Login incorrect`
        let open = if view.byte(value.start) == b'(' { value.start } else { value.start.wrapping_sub(1) };
        if view.byte(open) == b'(' && view.byte(open + 1).is_ascii_digit() {
            return None;
        }
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
    // `{'password': ['This password is too common.']}`
    if list
        && bytes.iter().filter(|byte| **byte == b' ').count() > 2
        && bytes.ends_with(b".']") | bytes.ends_with(b".\"]")
    {
        return None;
    }
    // `rack.session: {"session_id"=>"x"}`, "password: Path `password` is shorter"
    if value.quote == 0 && (rule == SESSION && bytes.starts_with(b"{") || bytes == b"Path") {
        return None;
    }
    let content = Content::new(bytes);
    if value.is_code(content) {
        // `process.env.API_KEY || "..."`
        if let Some(or) = first_of(view.part(end, usize::MAX), &[b" || ", b" ?? ", b" or "]) {
            let (start, end) = spoken::string(view, end + or.len())?;
            return content::is_strong(view.part(start, end), 8).then(|| Match::new(start, end, rule));
        }
        return call::last(view, value.start, rule);
    }
    let bare = value.quote == 0;
    let sentence = bare && matches!(name.quote, 0 | b'`') && separator == b':' && value.spaced;
    // So do the groups of a number, also of a mistyped one.
    if bare && matches!(rule, CARD | SSN) && view.byte(value.start).is_ascii_digit() {
        let mut last = end;
        while last < end + MAX_GROUPS && (view.byte(last).is_ascii_digit() || is_between_groups(view, last)) {
            last += 1;
        }
        if last > end {
            return Some(Match::new(value.start, last, rule));
        }
        if let Some(found) = digits::number(view, value.start) {
            return Some(found);
        }
    }
    // A phrase goes on behind its first word.
    if bare
        && (rule == PRIVATE_KEY || ends_in(label, &[b"passphrase", b"Passphrase"]))
        && let Some(end) = phrase(view, value.start, if separator == b'=' { 3 } else { 4 })
    {
        return Some(Match::new(value.start, end, rule));
    }
    // `user_pass: ada / x`
    if bare && rule == PASSWORD && view.part(end, end + 3) == b" / " {
        let last = spoken::bare(view, end + 3);
        let content = view.part(end + 3, last);
        let hex = content.len() > 8 && content.iter().all(u8::is_ascii_hexdigit);
        if hex || content::is_strong(content, 6) {
            return Some(Match::new(end + 3, last, rule));
        }
    }
    if (sentence && is_prose(view, end, bytes)) || mark::is_masked(bytes) || content.is_placeholder() {
        return None;
    }
    let number = bare && content.is_number();
    if is_other(view, name, &value, rule, separator, content) {
        return None;
    }
    // A number that is no count.
    let long =
        number && matches!(rule, API_KEY | SECRET) && bytes.len() >= MIN_DIGITS && bytes.iter().all(u8::is_ascii_digit);
    if only_text && number && !long {
        return None;
    }
    // `api_key=api_key` of code.
    if bytes.strip_suffix(b"_").unwrap_or(bytes).eq_ignore_ascii_case(label) {
        return None;
    }
    // "password: 24 bytes"
    if number && sentence && bytes.len() < 4 && view.byte(end) == b' ' && view.byte(end + 1).is_ascii_lowercase() {
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

/// A card's number is at most this long behind its first group, in bytes.
const MAX_GROUPS: usize = 19;

/// Whether a space or a dash stands at `at` in front of four digits.
fn is_between_groups(view: &View, at: usize) -> bool {
    let next = view.part(at + 1, at + 5);
    matches!(view.byte(at), b' ' | b'-') && next.len() == 4 && next.iter().all(u8::is_ascii_digit)
}

/// Whether a small word stands at `at`, and a bracket closes behind it.
#[cold]
fn is_in_brackets(view: &View, at: usize) -> bool {
    let end = at + view.part(at, at + MAX_WORD).iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    end > at && view.byte(end) == b')'
}

/// Where a phrase of so many words or more ends that begins at `start` and is all that is left of its line: a mnemonic of
/// [BIP 39](https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki), a passphrase; and no sentence.
#[cold]
fn phrase(view: &View, start: usize, least: usize) -> Option<usize> {
    const MAX_PHRASE: usize = 256;
    let line = view.part(start, until(view.text, start, MAX_PHRASE, b"\"'`,;"));
    // No sentence ends in a number.
    let number = line.last().is_some_and(u8::is_ascii_digit);
    let is_word = |word: &[u8]| {
        let mut rest = word.iter().skip(usize::from(number));
        !word.is_empty() && rest.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let said: &[&[u8]] =
        &[b"must", b"is", b"be", b"for", b"the", b"not", b"required", b"was", b"to", b"of", b"from", b"has"];
    let mut words = line.split(|byte| *byte == b' ');
    let phrase = words.clone().count() >= least && words.all(|word| is_word(word) && (number || !is_one(word, said)));
    phrase.then_some(start + line.len())
}

/// Whether what a separator gives to a name is known to be something else than a secret.
#[inline(never)]
fn is_other(view: &View, name: &Name, value: &Value, rule: RuleId, separator: u8, content: Content) -> bool {
    let label = view.part(name.start, name.end);
    let bare = value.quote == 0;
    let words = content.is_words();
    let signs = !words && content.has_sign();
    // `m{{h}o)p${e]nob(ody` is none.
    let call = content.has_bracket()
        && !content
            .bytes
            .iter()
            .take_while(|byte| **byte != b'(')
            .any(|byte| matches!(byte, b'{' | b'$' | b'}' | b'%'));
    let digits = content.has_digit();
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
        let word = !signs && (bare || words || content.len() < MIN_COMPARED || rule != PASSWORD);
        return content.starts_with(b"-") || (word && !digits);
    }
    // A class: `["password":"App\User":private]=>` of PHP.
    if !bare && next == value.quote && then == b':' && view.part(end + 2, end + 10) == b"private]" {
        return true;
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
        // A volume of Kubernetes, which kubectl may cut off; what JSON Schema says of a field.
        [b'{', ..] => {
            let named = |part: &[u8]| find(content, part).is_some();
            rule == SECRET && (named(b"secretName") || named(b" [truncated ")) || is_schema(content)
        }
        // A list of marks of others: `["[FILTERED]", "[FILTERED]"]`.
        [b'[', b'"' | b'\\' | b'\'', ..] => {
            let strings = content.split(|byte| matches!(byte, b'"' | b'\'')).skip(1).step_by(2);
            let mut strings = strings.map(|string| string.strip_suffix(b"\\").unwrap_or(string));
            strings.all(content::is_placeholder)
        }
        _ => content.starts_with("\u{201d}".as_bytes()),
    }
}

/// Whether the first member of an object is its type.
fn is_schema(content: &[u8]) -> bool {
    let open = content.iter().take_while(|byte| matches!(**byte, b'{' | b' ' | b'\\' | b'"' | b'\'')).count();
    content.get(open..).is_some_and(|rest| rest.starts_with(b"type"))
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

/// Whether a value is the name of something, as Kubernetes and Vault have them: `namespace/name`, `secret/data/db:password`,
/// or words in lower case that dashes join, without digits.
fn is_resource(content: &[u8]) -> bool {
    let (mut slashes, mut digits, mut dashes, mut length) = (0, 0, 0, 0);
    for byte in content {
        length += 1;
        match byte {
            b'a'..=b'z' | b'.' => {}
            b':' if slashes > 1 => {}
            b'-' => dashes += 1,
            b'0'..=b'9' => digits += 1,
            b'/' if length > 1 => (slashes, length) = (slashes + 1, 0),
            _ => return false,
        }
    }
    match slashes {
        0 => dashes > 0 && digits == 0 && content::is_words(content),
        1..=4 => length > 0 && digits <= 3,
        _ => false,
    }
}
