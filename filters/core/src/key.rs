//! What the name of a key says of its value, with a memory for names seen before: logs repeat theirs.

use crate::bytes::Bytes;
use crate::json::{Span, Text};
use crate::lanes;
use crate::policy::{self, API_KEY, Meaning, PASSWORD, PRIVATE_KEY, Part, Policy, RuleId, SECRET, SESSION, TOKEN};
use crate::text;
use alloc::vec::Vec;

/// What is known of a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class {
    /// The value is secret.
    pub(crate) secret: Option<Meaning>,
    /// The value identifies something: no card numbers, no SSNs.
    pub(crate) identifier: bool,
    /// The name itself holds nothing to redact: letters and separators, maybe behind an `@`, too short for a token.
    pub(crate) clean: bool,
    /// What the name means at the top of a record.
    pub(crate) role: Role,
    /// Its place among the names of the routes' conditions.
    pub(crate) routed: Option<u8>,
    /// What the name is to those beside it.
    pub(crate) beside: Beside,
}

/// What a name is to the value of another one: `{"name": "password", "value": "x"}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Beside {
    #[default]
    None,
    /// Its value names what stands behind a [`Beside::Value`] of the same object.
    Name,
    Value,
    /// In a text the words in front of it say what it is: `Mot de passe`, `account number`, and `code` in a URL,
    /// which is secret there and not elsewhere.
    Word,
}

/// Names of names, as Kubernetes, HAR, OpenTelemetry, CloudFormation and ECS have them.
const NAMES: &[&[u8]] = &[
    b"name",
    b"key",
    b"header",
    b"field",
    b"option",
    b"parameterkey",
    b"variable",
    b"param",
    b"path",
    b"property",
    b"propertypath",
];
const VALUES: &[&[u8]] =
    &[b"value", b"val", b"parametervalue", b"default", b"input", b"rejectedvalue", b"invalidvalue"];
const WORDS: &[&[u8]] = &[b"passe", b"acceso", b"number", b"seed", b"phrase", b"code", b"content", b"signature"];

fn beside(name: &[u8]) -> Beside {
    let is_one = |list: &[&[u8]]| list.iter().any(|known| known.eq_ignore_ascii_case(name));
    match name.len() {
        3..=14 if is_one(NAMES) => Beside::Name,
        3..=14 if is_one(VALUES) => Beside::Value,
        4..=9 if is_one(WORDS) => Beside::Word,
        _ => Beside::None,
    }
}

/// What a name means at the top of a record: indexes are those of the policy's lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    #[default]
    None,
    Body(u8),
    Severity(u8),
    Service(u8),
    Reserved(u8),
    /// `text` and `record`: the two members of what loguru serializes.
    LoguruText,
    LoguruRecord,
}

/// A name that was classified before.
#[derive(Clone, Copy, Default)]
struct Entry {
    words: [u64; 3],
    length: usize,
    class: Class,
}

const ENTRIES: usize = 256;
const MAX_CACHED: usize = 24;

/// Classes of names.
pub(crate) struct Keys {
    entries: Vec<Entry>,
}

impl Keys {
    pub(crate) fn new() -> Keys {
        let mut entries = Vec::new();
        entries.resize(ENTRIES, Entry::default());
        Keys { entries }
    }

    /// Class of the name `bytes[start..end]`.
    pub(crate) fn class(&mut self, bytes: &[u8], start: usize, end: usize, policy: &Policy) -> Class {
        self.class_and_hash(bytes, start, end, policy).0
    }

    /// Class and hash of a key, by what it means.
    #[inline(always)]
    pub(crate) fn class_of(&mut self, escaped: bool, bytes: &[u8], key: &Text, policy: &Policy) -> (Class, u32) {
        if key.plain {
            self.class_and_hash(bytes, key.span.start, key.span.end, policy)
        } else {
            self.class_of_meaning(bytes, key.span, escaped, policy)
        }
    }

    #[cold]
    fn class_of_meaning(&mut self, bytes: &[u8], key: Span, escaped: bool, policy: &Policy) -> (Class, u32) {
        let mut name = Bytes::new();
        text::decode(bytes, key, escaped, &mut name);
        self.class_and_hash(name.as_slice(), 0, name.len(), policy)
    }

    /// Class of the name `bytes[start..end]`, and [`name_hash`] of it.
    #[inline]
    pub(crate) fn class_and_hash(&mut self, bytes: &[u8], start: usize, end: usize, policy: &Policy) -> (Class, u32) {
        let length = end.saturating_sub(start);
        if length == 0 || length > MAX_CACHED {
            let name = Span { start, end }.of(bytes);
            return (classify(name, policy), name_hash(name));
        }
        let words = words(bytes, start, length);
        let hash = hash(words, length);
        let class = match self.entries.get(hash as usize % ENTRIES) {
            Some(entry) if entry.length == length && entry.words == words => entry.class,
            _ => self.learn(Span { start, end }.of(bytes), words, hash, policy),
        };
        (class, hash)
    }

    #[cold]
    fn learn(&mut self, name: &[u8], words: [u64; 3], hash: u32, policy: &Policy) -> Class {
        let class = classify(name, policy);
        if let Some(entry) = self.entries.get_mut(hash as usize % ENTRIES) {
            *entry = Entry { words, length: name.len(), class };
        }
        class
    }
}

/// The first 24 bytes of a name, those past its end zero.
#[inline(always)]
fn words(bytes: &[u8], start: usize, length: usize) -> [u64; 3] {
    let word = |n: usize| {
        let left = length.saturating_sub(8 * n);
        match left {
            0 => 0,
            8.. => lanes::load(bytes, start + 8 * n),
            _ => lanes::load(bytes, start + 8 * n) & !(!0u64 << (8 * left)),
        }
    };
    if length <= 8 { [word(0), 0, 0] } else { [word(0), word(1), word(2)] }
}

#[inline(always)]
fn hash(words: [u64; 3], length: usize) -> u32 {
    let mixed = (words[0] ^ words[1].rotate_left(23) ^ words[2].rotate_left(41)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed >> 40) as u32) ^ (length as u32)
}

/// A hash of a name of any length, for [`crate::record::Record`].
#[inline(always)]
pub(crate) fn name_hash(name: &[u8]) -> u32 {
    hash(words(name, 0, name.len().min(MAX_CACHED)), name.len())
}

/// The class of `name`, from the policy.
pub(crate) fn classify(name: &[u8], policy: &Policy) -> Class {
    let (secret, identifier) = match meaning(name, policy) {
        Some(Meaning::Identifier) => (None, true),
        secret => (secret, false),
    };
    let routed = policy.routed().position(|found| found.as_bytes() == name).and_then(|n| u8::try_from(n).ok());
    Class { secret, identifier, clean: is_clean(name), role: role(name, policy), routed, beside: beside(name) }
}

fn is_clean(name: &[u8]) -> bool {
    // `@timestamp`: an address has something in front of its `@`.
    let name = name.strip_prefix(b"@").unwrap_or(name);
    let letters = name.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.'));
    letters && name.len() <= MAX_CACHED && (name.len() < 16 || name.iter().any(u8::is_ascii_lowercase))
}

fn role(name: &[u8], policy: &Policy) -> Role {
    let place =
        |list: &[&str]| list.iter().position(|found| found.as_bytes() == name).and_then(|n| u8::try_from(n).ok());
    if let Some(n) = place(policy.body_keys) {
        return Role::Body(n);
    }
    if let Some(n) = place(policy.severity_keys) {
        return Role::Severity(n);
    }
    if let Some(n) = place(policy.service_keys) {
        return Role::Service(n);
    }
    if let Some(n) = place(policy.reserved) {
        return Role::Reserved(n);
    }
    match name {
        b"text" => Role::LoguruText,
        b"record" => Role::LoguruRecord,
        _ => Role::None,
    }
}

/// Names are looked at up to this many bytes from their end.
const MAX_NAME: usize = 64;

/// Folds a name (lower case, no separators) and asks the policy for the whole of it, then for its last words.
fn meaning(name: &[u8], policy: &Policy) -> Option<Meaning> {
    let name = name.get(name.len().saturating_sub(MAX_NAME)..)?;
    let mut folded = [0u8; MAX_NAME];
    // Bit n: a word, or a segment of a dotted path, begins at folded[n].
    let (mut words, mut segments) = (0u64, 1u64);
    let mut length = 0usize;
    let mut previous = 0u8;
    for (n, &byte) in name.iter().enumerate() {
        let begins = match byte {
            b'a'..=b'z' | b'0'..=b'9' => !previous.is_ascii_alphanumeric(),
            b'A'..=b'Z' => !previous.is_ascii_uppercase() || name.get(n + 1).is_some_and(u8::is_ascii_lowercase),
            _ => {
                if matches!(byte, b'.' | b'/' | b'[' | b']' | b':') && length < MAX_NAME {
                    segments |= 1 << length;
                }
                previous = byte;
                continue;
            }
        };
        words |= u64::from(begins) << (length & 63);
        *folded.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
        previous = byte;
    }
    let folded = folded.get(..length)?;
    if is_session_of_drupal(folded) {
        return Some(Meaning::SecretText(SESSION));
    }
    let starts = words | segments;
    named(folded, starts, segments, words, policy).or_else(|| {
        // What tells several of a kind apart: `password2`, `API_KEY_PROD`.
        let rest = without_suffixes(folded, starts);
        (5..length)
            .contains(&rest.len())
            .then(|| named(rest, starts, segments, words, policy))
            .flatten()
            .or_else(|| part(folded))
            .or_else(|| joined(folded))
    })
}

/// What a name says that is written as one word: `tlspassword`, `myapikey`.
fn joined(name: &[u8]) -> Option<Meaning> {
    const LAST: &[(&[u8], RuleId)] = &[
        (b"password", PASSWORD),
        (b"passphrase", PASSWORD),
        (b"apikey", API_KEY),
        (b"accesstoken", TOKEN),
        (b"authtoken", TOKEN),
    ];
    let last = LAST.iter().find(|(last, _)| name.ends_with(last) && name.len() > last.len())?;
    Some(Meaning::SecretText(last.1))
}

/// `SESS` or `SSESS` and 32 hexadecimal digits: [Drupal's cookies](https://www.drupal.org/docs/develop/user-accounts-permissions-and-sessions/cookies).
fn is_session_of_drupal(name: &[u8]) -> bool {
    let hash = name.strip_prefix(b"sess").or_else(|| name.strip_prefix(b"ssess"));
    hash.is_some_and(|hash| hash.len() == 32 && hash.iter().all(u8::is_ascii_hexdigit))
}

/// What the policy says of a folded name, in which words and segments begin at these places: of the whole of it, else of
/// its last words.
fn named(name: &[u8], mut starts: u64, segments: u64, words: u64, policy: &Policy) -> Option<Meaning> {
    let length = name.len();
    core::iter::from_fn(|| {
        let start = starts.trailing_zeros() as usize;
        starts &= starts.wrapping_sub(1);
        (start < length).then_some(start)
    })
    .find_map(|n| {
        let (front, rest) = name.split_at_checked(n)?;
        let place = policy::shape(lanes::load(rest, 0), rest.len());
        if policy.name_shapes[place >> 6 & 63] >> (place & 63) & 1 == 0 {
            return None;
        }
        let found = policy.names.binary_search_by(|known| known.folded.as_bytes().cmp(rest)).ok()?;
        let known = policy.names.get(found)?;
        let is_part = match known.part {
            Part::LastWords => true,
            Part::Whole => segments >> n & 1 == 1,
            Part::OneWord => words == 1,
        };
        match known.meaning {
            Meaning::Secret(rule) | Meaning::SecretText(rule) if !is_part => Some(Meaning::Random(rule)),
            Meaning::Identifier if !is_part => None,
            Meaning::SecretText(_) if is_count(front) => None,
            Meaning::Random(_) if is_count(front) || is_public(front) => None,
            meaning => Some(meaning),
        }
    })
}

/// A folded name without the digits at its end, and without the words there that tell several of a kind apart.
fn without_suffixes(name: &[u8], starts: u64) -> &[u8] {
    const SUFFIXES: &[&[u8]] = &[
        b"prod",
        b"production",
        b"dev",
        b"test",
        b"staging",
        b"stage",
        b"live",
        b"sandbox",
        b"primary",
        b"secondary",
        b"default",
        b"backup",
        b"value",
        b"plain",
        b"plaintext",
        b"v",
        b"old",
        b"new",
    ];
    let digits = |name: &[u8]| name.iter().rev().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = name.get(..name.len() - digits(name)).unwrap_or_default();
    let suffix = SUFFIXES.iter().find(|suffix| {
        let front = rest.len().checked_sub(suffix.len());
        rest.ends_with(suffix) && front.is_some_and(|front| front > 2 && starts >> (front & 63) & 1 == 1)
    });
    if let Some(suffix) = suffix {
        rest = rest.get(..rest.len() - suffix.len()).unwrap_or_default();
    }
    rest
}

/// A bit for each of these letters.
pub(crate) const fn letters(set: &[u8]) -> u32 {
    let mut bits = 0;
    let mut n = 0;
    while n < set.len() {
        bits |= 1 << (set[n] & 31);
        n += 1;
    }
    bits
}

/// What a name says that has a sensitive word somewhere in it, which no separator needs to set off: at its end as much
/// as the word alone, elsewhere that the value may be secret (`mypassword`, `password_super_secure`).
fn part(name: &[u8]) -> Option<Meaning> {
    const WORDS: &[(&[u8], RuleId)] = &[
        (b"password", PASSWORD),
        (b"passphrase", PASSWORD),
        (b"apikey", API_KEY),
        (b"accesskey", API_KEY),
        (b"secretkey", SECRET),
        (b"clientsecret", SECRET),
        (b"privatekey", PRIVATE_KEY),
        (b"accesstoken", TOKEN),
        (b"authtoken", TOKEN),
    ];
    // What these say is not the secret itself.
    const OTHERS: &[&[u8]] = &[b"id", b"hash", b"url", b"uri", b"path", b"file", b"name"];
    // Most names have none: one look at each place.
    const FIRST: u32 = letters(b"pasc");
    const SECOND: u32 = letters(b"apcelru");
    let is_in = |set: u32, letter: u8| set >> (letter & 31) & 1 != 0;
    let pairs = name.iter().zip(name.iter().skip(1));
    let mut places = pairs.enumerate().filter(|(_, (first, second))| is_in(FIRST, **first) && is_in(SECOND, **second));
    places.find_map(|(n, _)| {
        let rest = name.get(n..)?;
        let (word, rule) = WORDS.iter().find(|(word, _)| rest.starts_with(word))?;
        let other = OTHERS.iter().any(|last| rest.ends_with(last));
        (!other).then_some(if rest.len() == word.len() { Meaning::SecretText(*rule) } else { Meaning::Random(*rule) })
    })
}

/// Words in front of `key` and its like that make it one that anyone may know, or a place in a store.
fn is_public(words: &[u8]) -> bool {
    const PUBLIC: &[&[u8]] = &[
        b"public",
        b"pub",
        b"publishable",
        b"verify",
        b"verification",
        b"site",
        b"host",
        b"ssh",
        b"primary",
        b"foreign",
        b"partition",
        b"sort",
        b"range",
        b"hash",
        b"row",
        b"cache",
        b"object",
        b"s3",
        b"bucket",
        b"file",
        b"path",
        b"map",
        b"group",
        b"routing",
        b"dedup",
        b"idempotency",
        b"websocket",
        b"websocketaccept",
        b"lookup",
        b"index",
        b"search",
        b"record",
        b"message",
        b"event",
        b"state",
        b"query",
        b"tag",
        b"label",
        b"etag",
        b"translation",
        b"i18n",
        b"registry",
        b"entity",
        b"item",
        b"unique",
        b"build",
        b"react",
        b"shard",
        b"lock",
        b"metadata",
    ];
    PUBLIC.iter().any(|word| words.ends_with(word))
}

/// Words in front of `token` that make it a place in a list or a number of words.
fn is_count(words: &[u8]) -> bool {
    const COUNTS: &[&[u8]] = &[
        b"next",
        b"prev",
        b"previous",
        b"page",
        b"nextpage",
        b"continuation",
        b"sync",
        b"max",
        b"min",
        b"total",
        b"per",
        b"first",
        b"last",
        b"stop",
        b"eos",
        b"bos",
        b"pad",
    ];
    COUNTS.iter().any(|word| words.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(name: &str) -> bool {
        matches!(classify(name.as_bytes(), &Policy::DEFAULT).secret, Some(Meaning::Secret(_) | Meaning::SecretText(_)))
    }

    #[test]
    fn names_are_sorted_so_that_they_are_found() {
        assert!(Policy::DEFAULT.names.is_sorted_by(|a, b| a.folded < b.folded));
        for name in Policy::DEFAULT.names {
            assert_eq!(meaning(name.folded.as_bytes(), &Policy::DEFAULT), Some(name.meaning), "{}", name.folded);
        }
    }

    #[test]
    fn a_name_is_clean_that_can_hold_nothing() {
        for name in ["message", "@timestamp", "http.request.method", "kubernetes-labels", "@"] {
            assert!(is_clean(name.as_bytes()), "{name}");
        }
        for name in ["ada@example.com", "@@x", "a@", "user 7", "AKIAIOSFODNNEXAMPLE", "AKIAABCDEFGHIJKL"] {
            assert!(!is_clean(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn whole_words_and_never_substrings() {
        for name in [
            "api_key",
            "apiKey",
            "X-Api-Key",
            "APIKEY",
            "password",
            "db.password",
            "DB_PASSWORD",
            "stripeApiKey",
            "http.request.headers.authorization",
            "AWS_SECRET_ACCESS_KEY",
            "XApiKey",
            "users[0].ssn",
            "log.token",
            "password2",
            "API_KEY_PROD",
            "api_key_v2",
            "mypassword",
            "theapikey",
        ] {
            assert!(secret(name), "{name}");
        }
        for name in [
            "total_tokens",
            "public_key",
            "monkey",
            "password_policy_enabled",
            "tokens",
            "max_tokens",
            "next_token",
            "keyboard",
            "secretary",
            "apikeys_count",
            "unauthorized",
            "compass",
            "encompassed",
            "authorization_url",
        ] {
            assert!(!secret(name), "{name}");
        }
    }

    #[test]
    fn names_that_mean_many_things() {
        let meaning = |name: &str| classify(name.as_bytes(), &Policy::DEFAULT).secret;
        for name in ["key", "acmeKey", "session_id", "sid", "my_session", "tokens", "password_super_secure"] {
            assert!(matches!(meaning(name), Some(Meaning::Random(_))), "{name}: {:?}", meaning(name));
        }
        for name in ["public_key", "cache_key", "partitionKey", "total_tokens", "stop_tokens", "monkey", "inside"] {
            assert_eq!(meaning(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_keeps_its_class_in_the_memory() {
        let mut keys = Keys::new();
        for _ in 0..2 {
            for name in ["password", "passwords", "level", "a_name_of_more_than_24_bytes.password", "tenant_id"] {
                let class = keys.class(name.as_bytes(), 0, name.len(), &Policy::DEFAULT);
                assert_eq!(class, classify(name.as_bytes(), &Policy::DEFAULT), "{name}");
            }
        }
    }
}
