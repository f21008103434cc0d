//! What the name of a key says of its value, with a memory for names seen before: logs repeat theirs.

use crate::bytes::Bytes;
use crate::json::{Span, Text};
use crate::lanes;
use crate::policy::{self, Meaning, Part, Policy};
use crate::text;
use alloc::vec::Vec;

/// What is known of a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class {
    /// The value is secret.
    pub(crate) secret: Option<Meaning>,
    /// The value identifies something: no card numbers, no SSNs.
    pub(crate) identifier: bool,
    /// The name itself holds nothing to redact: letters and separators, too short for a token.
    pub(crate) clean: bool,
    /// What the name means at the top of a record.
    pub(crate) role: Role,
    /// Its place among the names of the routes' conditions.
    pub(crate) routed: Option<u8>,
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
    Class { secret, identifier, clean: is_clean(name), role: role(name, policy), routed }
}

fn is_clean(name: &[u8]) -> bool {
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
    // Zeros behind, as many as are read at once.
    let mut folded = [0u8; MAX_NAME + 8];
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
    let mut starts = words | segments;
    core::iter::from_fn(|| {
        let start = starts.trailing_zeros() as usize;
        starts &= starts.wrapping_sub(1);
        (start < length).then_some(start)
    })
    .find_map(|n| {
        let place = policy::shape(lanes::load(&folded, n), length - n);
        if policy.name_shapes[place >> 6 & 63] >> (place & 63) & 1 == 0 {
            return None;
        }
        let rest = folded.get(n..length)?;
        let found = policy.names.binary_search_by(|known| known.folded.as_bytes().cmp(rest)).ok()?;
        let known = policy.names.get(found)?;
        let whole = segments >> n & 1 == 1;
        let counted = matches!(known.meaning, Meaning::SecretText(_)) && is_count(folded.get(..n)?);
        let part = match known.part {
            Part::LastWords => true,
            Part::Whole => whole,
            Part::OneWord => words == 1,
        };
        (part && !counted).then_some(known.meaning)
    })
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
        classify(name.as_bytes(), &Policy::DEFAULT).secret.is_some()
    }

    #[test]
    fn names_are_sorted_so_that_they_are_found() {
        assert!(Policy::DEFAULT.names.is_sorted_by(|a, b| a.folded < b.folded));
        for name in Policy::DEFAULT.names {
            assert_eq!(meaning(name.folded.as_bytes(), &Policy::DEFAULT), Some(name.meaning), "{}", name.folded);
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
