//! What the rules of a policy of one's own find: near their keywords, or in any text.

use super::mark;
use super::text::{Match, View};
use crate::policy::{Checksum, Custom, Rule, RuleId, SEAL};
use alloc::vec;
use alloc::vec::Vec;

/// What a rule of the keyword finds that may begin at `at`: of several the first one.
#[inline(never)]
pub(super) fn find(view: &View, custom: &Custom, keyword: u16, at: usize) -> Option<Match> {
    let keyword = custom.keywords.get(usize::from(keyword))?;
    let length = keyword.text.len();
    // A head has its first characters only. The name of a rule in a mark announces nothing.
    if !view.text.get(at..at + length)?.eq_ignore_ascii_case(keyword.text.as_bytes())
        || around(view.text, custom, at).is_some()
    {
        return None;
    }
    let rules = keyword.rules.iter();
    let found = rules.filter_map(|rule| {
        let rule = custom.rules.get(usize::from(*rule))?;
        let from = view.from.max(at.saturating_sub(rule.within));
        let to = view.text.len().min(at + length + rule.within);
        #[cfg(feature = "trace")]
        note_allowed(rule, view, from, to);
        let (start, end) = undone(view.text, custom, from, &|from| {
            let (start, end) = within(rule, view.text.get(from..to)?)?;
            Some((from + start, from + end))
        })?;
        (start >= view.from).then(|| Match::new(start, end, rule.id))
    });
    found.min_by_key(|found| found.start)
}

/// What the rules find that need no keyword, in order.
pub(crate) struct Everywhere {
    /// What each of them finds next.
    next: Vec<Next>,
}

/// What a rule finds.
#[derive(Clone, Copy)]
enum Next {
    Unknown,
    At(usize, usize),
    Nothing,
}

impl Everywhere {
    pub(crate) fn new(custom: &Custom) -> Everywhere {
        Everywhere { next: vec![Next::Unknown; custom.full.len()] }
    }

    /// The first match of `text` at `from` or behind it: the rule, and where it begins and ends.
    pub(crate) fn next(&mut self, custom: &Custom, text: &[u8], from: usize) -> Option<(RuleId, usize, usize)> {
        let mut first: Option<(RuleId, usize, usize)> = None;
        for (rule, next) in custom.full.iter().zip(&mut self.next) {
            let rule = custom.rules.get(usize::from(*rule))?;
            if matches!(next, Next::Unknown) || matches!(next, Next::At(start, _) if *start < from) {
                let found = undone(text, custom, from, &|from| {
                    let (start, end) = within(rule, text.get(from..)?)?;
                    Some((from + start, from + end))
                });
                *next = found.map_or(Next::Nothing, |(start, end)| Next::At(start, end));
            }
            if let Next::At(start, end) = *next
                && first.is_none_or(|(_, known, _)| start < known)
            {
                first = Some((rule.id, start, end));
            }
        }
        first
    }
}

/// The first of what `find` finds from `from` on that does not begin in what stands for something that was redacted before;
/// what of it ends in such is none of it.
fn undone(
    text: &[u8],
    custom: &Custom,
    mut from: usize,
    find: &dyn Fn(usize) -> Option<(usize, usize)>,
) -> Option<(usize, usize)> {
    loop {
        let (start, end) = find(from)?;
        let Some((_, behind)) = around(text, custom, start) else {
            let last = around(text, custom, end.saturating_sub(1));
            return Some((start, last.filter(|(mark, _)| *mark > start).map_or(end, |(mark, _)| mark)));
        };
        from = behind;
    }
}

/// The mark or the pseudonym that the byte at `at` is a part of.
fn around(text: &[u8], custom: &Custom, at: usize) -> Option<(usize, usize)> {
    let first = at.saturating_sub(mark::OPEN.len() + MAX_NAME);
    let mark = (first..=at).rev().find(|start| text.get(*start..).is_some_and(|rest| rest.starts_with(mark::OPEN)));
    let mark = mark.and_then(|start| {
        let length =
            text.get(start..)?.iter().take(mark::OPEN.len() + MAX_NAME + 1).position(|byte| *byte == b']')? + 1;
        (at < start + length && mark::is_mark(text.get(start..start + length)?)).then_some((start, start + length))
    });
    if mark.is_some() || custom.keys.is_empty() {
        return mark;
    }
    pseudonym(text, custom, at)
}

/// The pseudonym that the byte at `at` is a part of; letters in front of it belong to it.
fn pseudonym(text: &[u8], custom: &Custom, at: usize) -> Option<(usize, usize)> {
    let front = at.saturating_sub(MAX_PSEUDONYM);
    let near = text.get(front..text.len().min(at + MAX_PSEUDONYM))?;
    let colons = near.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(n, _)| front + n);
    for colon in colons {
        let digits = text.get(colon + 1..)?.iter().take(64).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let end = colon + 1 + digits + SEAL;
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-');
        let start = colon - text.get(front..colon)?.iter().rev().take_while(is_part).count();
        let around = digits > 0 && start <= at && at < end;
        if around && text.get(start..end).is_some_and(|text| custom.is_pseudonym(text)) {
            return Some((start, end));
        }
    }
    None
}

/// Of a rule.
const MAX_NAME: usize = 32;

/// A rule's name, a key's, 64 digits and a seal.
const MAX_PSEUDONYM: usize = MAX_NAME + 16 + 64 + 2 + SEAL;

/// The secret that the rule finds in a text.
fn within(rule: &Rule, text: &[u8]) -> Option<(usize, usize)> {
    if !may_match(rule, text) {
        return None;
    }
    // Characters that the ends cut, and bytes that are none, end what is read.
    let mut at = 0;
    for chunk in text.utf8_chunks() {
        let valid = chunk.valid();
        let mut from = 0;
        while let Some(found) = rule.regex.captures_at(valid, from) {
            let whole = found.get(0)?;
            if let Some(secret) = found.get(rule.group).filter(|secret| !secret.is_empty())
                && is_one(rule, secret.as_str())
            {
                return Some((at + secret.start(), at + secret.end()));
            }
            from = whole.end().max(whole.start() + 1);
            if from > valid.len() || !valid.is_char_boundary(from) {
                break;
            }
        }
        at += valid.len() + chunk.invalid().len();
    }
    None
}

/// Whether a text has the run of characters without which there is no match.
fn may_match(rule: &Rule, text: &[u8]) -> bool {
    let Some((class, least)) = rule.run else { return true };
    let mut length = 0;
    text.iter().any(|byte| {
        let is_in = class.get(usize::from(byte >> 6)).is_some_and(|bits| bits >> (byte & 63) & 1 != 0);
        length = if is_in { length + 1 } else { 0 };
        length >= least
    })
}

/// Whether what the regex found has what else the rule asks for, and is not allowed.
fn is_one(rule: &Rule, secret: &str) -> bool {
    is_checked(rule, secret) && !rule.allowed.allows(rule.id, secret.as_bytes())
}

fn is_checked(rule: &Rule, secret: &str) -> bool {
    let checked = match rule.checksum {
        None => true,
        Some(Checksum::Luhn) => luhn(secret.as_bytes()),
        Some(Checksum::Mod97) => mod97(secret.as_bytes()),
    };
    checked && (rule.entropy == 0 || entropy(secret.as_bytes()) >= rule.entropy)
}

/// Notes what stays in a part of the text because the rule allows it.
#[cfg(feature = "trace")]
fn note_allowed(rule: &Rule, view: &View, from: usize, to: usize) {
    let text = view.text.get(from..to).filter(|_| view.notes.is_on()).unwrap_or_default();
    let mut at = from;
    for chunk in text.utf8_chunks() {
        for found in rule.regex.captures_iter(chunk.valid()).filter_map(|found| found.get(rule.group)) {
            let allowed = rule.allowed.allows(rule.id, found.as_str().as_bytes());
            if allowed && is_checked(rule, found.as_str()) {
                let found = Match::new(at + found.start(), at + found.end(), rule.id);
                view.notes.found(&found, Some(crate::trace::Kept::Rule));
            }
        }
        at += chunk.valid().len() + chunk.invalid().len();
    }
}

/// Bits of entropy of a character of `text`, in 1/256
/// ([Shannon](https://en.wikipedia.org/wiki/Entropy_(information_theory))).
fn entropy(text: &[u8]) -> u32 {
    let mut counts = [0u32; 256];
    for byte in text {
        counts[usize::from(*byte)] += 1;
    }
    let length = text.len() as u64;
    if length == 0 {
        return 0;
    }
    let sum: u64 = counts.iter().map(|count| u64::from(*count) * u64::from(log2(*count))).sum();
    log2(length as u32).saturating_sub((sum / length) as u32)
}

/// The logarithm of a number, in 1/256: of 0 and 1 it is 0.
fn log2(number: u32) -> u32 {
    if number < 2 {
        return 0;
    }
    let whole = number.ilog2();
    // From 1 up to 2, in 1 / 2^31; its square has the next bit.
    let mut rest = u64::from(number) << (31 - whole);
    let mut bits = whole;
    for _ in 0..8 {
        rest = (rest * rest) >> 31;
        let bit = rest >> 32;
        rest >>= bit;
        bits = bits << 1 | bit as u32;
    }
    bits
}

fn luhn(text: &[u8]) -> bool {
    let mut digits = text.iter().rev().filter(|byte| byte.is_ascii_digit()).enumerate().peekable();
    let any = digits.peek().is_some();
    let sum: u32 = digits
        .map(|(n, byte)| match (n % 2, u32::from(byte - b'0')) {
            (0, digit) => digit,
            (_, digit @ 5..) => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    any && sum.is_multiple_of(10)
}

fn mod97(text: &[u8]) -> bool {
    let characters = || text.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let (front, rest) = (characters().take(4), characters().skip(4));
    let remainder = rest.chain(front).fold(0u32, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        _ => (remainder * 100 + u32::from(byte.to_ascii_lowercase() - b'a') + 10) % 97,
    });
    remainder == 1 && characters().count() > 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_and_entropy() {
        for (number, bits) in [(1, 0.0), (2, 1.0), (3, 1.585), (5, 2.3219), (1000, 9.9658), (u32::MAX, 32.0)] {
            assert!((f64::from(log2(number)) / 256.0 - bits).abs() < 0.01, "{number}: {}", log2(number));
        }
        for (text, bits) in [("aaaa", 0.0), ("abab", 1.0), ("0123456789abcdef", 4.0), ("", 0.0)] {
            assert!((f64::from(entropy(text.as_bytes())) / 256.0 - bits).abs() < 0.02, "{text}");
        }
    }

    #[test]
    fn check_digits() {
        assert!(luhn(b"4111 1111 1111 1111") && !luhn(b"4111111111111112") && !luhn(b"-"));
        assert!(mod97(b"GB82 WEST 1234 5698 7654 32") && !mod97(b"GB82WEST12345698765433") && !mod97(b"1"));
    }
}
