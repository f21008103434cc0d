//! Payment card numbers and US social security numbers.

use super::text::{Match, View};
use super::words::{behind, ends_in};
use crate::policy::{CARD, SSN, TELEGRAM};

/// A card number or SSN that begins with the digit at `at`, where a word begins.
pub(crate) fn number(view: &View, at: usize) -> Option<Match> {
    let before = view.before(at);
    // Behind `%` come two digits of an encoded character; an id may be negative (`blk_-1`).
    let joined = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if joined(before)
        || before == b'%'
        || (matches!(before, b'.' | b'-' | b'+') && at >= view.from + 2 && joined(view.byte(at - 2)))
    {
        return None;
    }
    if let Some(end) = ssn(view, at) {
        return Some(Match::new(at, end, SSN));
    }
    if let Some(end) = telegram(view, at) {
        return Some(Match::new(at, end, TELEGRAM));
    }
    let end = card(view, at).or_else(|| mistyped(view, at))?;
    let mut found = Match::new(at, end, CARD);
    found.quoted = in_json(view, at, end);
    Some(found)
}

/// A token of a Telegram bot: its number, `:AA`, and 33 characters of base64url
/// ([Bot API](https://core.telegram.org/bots/api#authorizing-your-bot)).
fn telegram(view: &View, at: usize) -> Option<usize> {
    let rest = view.text.get(at..)?;
    let number = rest.iter().take(11).take_while(|byte| byte.is_ascii_digit()).count();
    let secret = rest.get(number..)?.strip_prefix(b":AA")?;
    let length =
        secret.iter().take(34).take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    ((8..=10).contains(&number) && length == 33).then_some(at + number + 3 + length)
}

/// Whether a number is a value of JSON in the text: then its mark needs quotes, behind this many backslashes.
fn in_json(view: &View, at: usize, end: usize) -> Option<u8> {
    let front = view.text.get(view.start..at)?.trim_ascii_end();
    let back = view.text.get(end..)?.trim_ascii_start();
    if !matches!(back.first(), Some(b',' | b'}' | b']')) {
        return None;
    }
    let (last, front) = front.split_last()?;
    if !matches!(last, b':' | b'[' | b',') {
        return None;
    }
    let quote = view.runs.quote_before(view.text, view.start + front.len())?.checked_sub(view.start)?;
    let quote = (front.len() - 1).checked_sub(quote).filter(|distance| *distance < MAX_KEY)?;
    if *last == b':' && quote != front.len() - front.trim_ascii_end().len() {
        return None;
    }
    let escapes = front.iter().rev().skip(quote + 1).take_while(|byte| **byte == b'\\').count();
    u8::try_from(escapes).ok()
}

/// How far in front of a number in an array a key is looked for, in bytes.
const MAX_KEY: usize = 256;

/// Where a number in the groups of a card ends that is no card's, directly behind a word that says that it is: somebody
/// mistyped it. `card 4532-1234-5678-9010`, `Card: 4532 1234 5678 9012`
#[inline(never)]
fn mistyped(view: &View, at: usize) -> Option<usize> {
    let separator = view.byte(at + 4);
    if !matches!(separator, b' ' | b'-' | b'.') {
        return None;
    }
    let digits = |from: usize, to: usize| {
        let digits = view.part(from, to);
        digits.len() == to - from && digits.iter().all(u8::is_ascii_digit)
    };
    let between = |at: usize| view.byte(at) == separator;
    let four = digits(at, at + 4) && digits(at + 5, at + 9) && between(at + 9);
    let end = if four && digits(at + 10, at + 14) && between(at + 14) && digits(at + 15, at + 19) {
        at + 19
    } else if digits(at, at + 4) && digits(at + 5, at + 11) && between(at + 11) && digits(at + 12, at + 17) {
        at + 17
    } else {
        return None;
    };
    let words = behind(view.text, view.from, at, b" :=#'\"");
    let front = view.part(view.from, words);
    let said = words < at
        && ends_in(front, &[b"card", b"Card", b"CARD", b"card number", b"Card number", b"CC", b"cc", b"card no"]);
    (said && ends_here(view, end)).then_some(end)
}

/// `AAA-GG-SSSS`, with `-` or a space, or with dots or without any behind words that say so. Area 000, 666 and 900-999, group 00
/// and serial 0000 were never given out ([SSA](https://www.ssa.gov/employer/randomization.html)); an area from 900 on
/// with a group of 50-65, 70-88, 90-92 or 94-99 is an [ITIN](https://www.irs.gov/irm/part3/irm_03-021-263r), taken for
/// one behind such words only. With spaces, another number beside it makes it a row of a table.
fn ssn(view: &View, at: usize) -> Option<usize> {
    let text = view.text.get(at..)?;
    let ([a0, a1, a2, g0, g1, n0, n1, n2, n3], length) = match text.first_chunk::<11>() {
        Some(&[a0, a1, a2, s0 @ (b'-' | b' '), g0, g1, s1, n0, n1, n2, n3]) if s0 == s1 => {
            if s0 == b' ' && is_in_row(view, at, at + 11) {
                return None;
            }
            ([a0, a1, a2, g0, g1, n0, n1, n2, n3], 11)
        }
        Some(&[a0, a1, a2, b'.', g0, g1, b'.', n0, n1, n2, n3]) => ([a0, a1, a2, g0, g1, n0, n1, n2, n3], DOTTED),
        _ => (*text.first_chunk::<9>()?, 9),
    };
    if ![a0, a1, a2, g0, g1, n0, n1, n2, n3].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let group = (g0 - b'0') * 10 + (g1 - b'0');
    let itin = a0 == b'9' && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    let area = [a0, a1, a2];
    if area == *b"000" || area == *b"666" || (a0 == b'9' && !itin) || group == 0 || [n0, n1, n2, n3] == *b"0000" {
        return None;
    }
    let end = at + if length == DOTTED { 11 } else { length };
    (ends_here(view, end) && ((length == 11 && !itin) || is_said(view, at, end))).then_some(end)
}

/// A length that stands for 11 bytes with dots, which are as likely a version.
const DOTTED: usize = 12;

/// Whether another number, or the quote of a request line, stands in front of `start`, or a number behind `end`.
fn is_in_row(view: &View, start: usize, end: usize) -> bool {
    let in_front = start >= view.start + 2 && view.byte(start - 1) == b' ';
    (in_front && matches!(view.byte(start - 2), b'0'..=b'9' | b'"'))
        || (view.byte(end) == b' ' && view.byte(end + 1).is_ascii_digit())
}

/// How many bytes beside a number may say what it is.
const BESIDE: usize = 40;

/// Whether the words around `text[start..end]` say that it is an SSN or ITIN: `tax id (SSN) 123456789`,
/// `123456789 is the SSN`. Another number, or the name of another value, takes them for itself.
#[cold]
fn is_said(view: &View, start: usize, end: usize) -> bool {
    let words = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'(' | b')' | b'_');
    let mut first = start;
    let mut named = false;
    while first > view.start.max(start.saturating_sub(BESIDE)) {
        let byte = view.byte(first - 1);
        if !(words(byte)
            || matches!(byte, b':' | b'#' | b'.' | b'"' | b'\'' | b'\\' | b'=') && !(named && byte == b'='))
        {
            break;
        }
        named |= byte.is_ascii_alphabetic();
        first -= 1;
    }
    let mut last = end;
    while last < end + BESIDE && words(view.byte(last)) {
        last += 1;
    }
    let another = matches!(view.byte(last), b'=' | b':' | b'"');
    says(view.text.get(first..start)) || (!another && says(view.text.get(end..last)))
}

/// Whether one of these words is about SSNs or ITINs.
fn says(words: Option<&[u8]>) -> bool {
    const SAID: &[&[u8]] = &[b"ssn", b"itin", b"tin", b"social", b"taxpayer", b"tax id", b"tax_id", b"taxid"];
    let words = words.unwrap_or_default();
    let letter = |at: usize| words.get(at).is_some_and(u8::is_ascii_alphabetic);
    (0..words.len()).filter(|at| letter(*at) && !letter(at.wrapping_sub(1))).any(|at| {
        SAID.iter().any(|said| {
            let end = at + said.len();
            !letter(end) && words.get(at..end).is_some_and(|word| word.eq_ignore_ascii_case(said))
        })
    })
}

/// Whether a number that ends before `at` does not go on there.
fn ends_here(view: &View, at: usize) -> bool {
    let next = view.byte(at);
    let joined = matches!(next, b'-' | b'.' | b'_') && view.byte(at + 1).is_ascii_alphanumeric();
    !next.is_ascii_alphanumeric() && next != b'_' && !joined
}

const MAX_DIGITS: usize = 19;

/// A card number at `at`: its issuer's range and length, the Luhn checksum
/// ([ISO/IEC 7812-1](https://www.iso.org/standard/70484.html)), and digits in one run or in groups as printed on
/// cards with the same separator throughout.
fn card(view: &View, at: usize) -> Option<usize> {
    let mut digits = [0u8; MAX_DIGITS];
    let mut groups = [0usize; 5];
    let mut count = 0;
    let mut group = 0;
    let mut separator = 0;
    let mut end = at;
    loop {
        let found = view.byte(end);
        if found.is_ascii_digit() {
            *digits.get_mut(count)? = found - b'0';
            *groups.get_mut(group)? += 1;
            count += 1;
            end += 1;
            continue;
        }
        let separates = matches!(found, b' ' | b'-' | b'.') && (separator == 0 || separator == found);
        let complete = is_card(digits.get(..count)?, groups.get(..=group)?);
        // A number may follow the card behind a space; another separator would make it one number.
        if complete && (found == b' ' || !separates || !view.byte(end + 1).is_ascii_digit()) {
            return ends_here(view, end).then_some(end);
        }
        if !separates || !view.byte(end + 1).is_ascii_digit() {
            return None;
        }
        separator = found;
        group += 1;
        end += 1;
    }
}

/// Whether a JSON number's text is a card number.
pub(crate) fn is_card_number(number: &[u8]) -> bool {
    let mut digits = [0u8; MAX_DIGITS];
    for (n, &found) in number.iter().enumerate() {
        match digits.get_mut(n) {
            Some(digit) if found.is_ascii_digit() => *digit = found - b'0',
            _ => return false,
        }
    }
    is_card(digits.get(..number.len()).unwrap_or_default(), &[number.len()])
}

fn is_card(digits: &[u8], groups: &[usize]) -> bool {
    if !matches!(digits.len(), 13..=MAX_DIGITS) {
        return false;
    }
    let grouped = matches!(groups, [_] | [4, 6, 4 | 5] | [4, 4, 4, 1..=4] | [4, 4, 4, 4, 1..=3] | [6, 13]);
    grouped && is_issued(digits) && luhn(digits)
}

/// Issuer ranges and lengths in use, from the networks' own pages as collected in
/// [Payment card number](https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN)).
fn is_issued(digits: &[u8]) -> bool {
    let six = digits.iter().take(6).fold(0u32, |number, &digit| number * 10 + u32::from(digit));
    let length = digits.len();
    match six {
        400_000..=499_999 => matches!(length, 13 | 16 | 19),
        510_000..=559_999 | 222_100..=272_099 => length == 16,
        340_000..=349_999 | 370_000..=379_999 => length == 15,
        601_100..=601_199 | 644_000..=659_999 | 622_126..=622_925 => (16..=19).contains(&length),
        352_800..=358_999 => (16..=19).contains(&length),
        300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999 => (14..=19).contains(&length),
        620_000..=629_999 | 810_000..=817_199 => (16..=19).contains(&length),
        500_000..=509_999 | 560_000..=589_999 | 630_000..=639_999 | 670_000..=679_999 => (16..=19).contains(&length),
        _ => false,
    }
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(n, &digit)| {
            let digit = u32::from(digit);
            match n % 2 {
                0 => digit,
                _ if digit > 4 => digit * 2 - 9,
                _ => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers() {
        for good in [
            "4111111111111111",
            "5555555555554444",
            "2223003122003222",
            "378282246310005",
            "6011111111111117",
            "3530111333300000",
            "30569309025904",
            "6200000000000005",
            "6759649826438453",
            "4222222222222",
        ] {
            assert!(is_card_number(good.as_bytes()), "{good}");
        }
        for bad in [
            "4111111111111112",
            "0000000000000000",
            "1764000000000000000",
            "1111111111111117",
            "411111111111111",
            "41111111111111111111",
            "",
        ] {
            assert!(!is_card_number(bad.as_bytes()), "{bad}");
        }
    }
}
