//! Telephone numbers.

use super::extra::{digits, ends};
use super::text::Match;
use crate::json::byte;
use crate::policy::{Extra, PHONE};

pub(super) fn find(text: &[u8], at: usize, extra: Extra) -> Option<Match> {
    if !extra.has(Extra::PHONE) {
        return None;
    }
    let end = international(text, at).or_else(|| north_american(text, at))?;
    ends(text, end, b".-:").then(|| Match::new(at, end, PHONE))
}

/// `+` and 8 to 15 digits ([E.164](https://www.itu.int/rec/T-REC-E.164)), also in groups. A zone (`+0100`) begins with 0.
fn international(text: &[u8], start: usize) -> Option<usize> {
    if byte(text, start) != b'+' || !matches!(byte(text, start + 1), b'1'..=b'9') {
        return None;
    }
    let mut at = start + 1;
    let mut count = 0;
    loop {
        let group = digits(text, at, 16);
        count += group;
        at += group;
        // One separator, or a bracket and a space.
        let between = (0..2).take_while(|n| matches!(byte(text, at + n), b' ' | b'-' | b'.' | b'(' | b')')).count();
        if group == 0 || between == 0 || !byte(text, at + between).is_ascii_digit() || count >= 15 {
            break;
        }
        at += between;
    }
    (8..=15).contains(&count).then_some(at)
}

/// `(212) 555-0123`, `212-555-0123`, `1-212-555-0123`: area and exchange begin with 2 to 9
/// ([NANP](https://www.nanpa.com/numbering)). Ten digits in one run are no number that can be told.
fn north_american(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    if byte(text, at) == b'1' && matches!(byte(text, at + 1), b'-' | b'.' | b' ') {
        at += 2;
    }
    let bracket = byte(text, at) == b'(';
    at += usize::from(bracket);
    let three = |at: usize| matches!(byte(text, at), b'2'..=b'9') && digits(text, at, 4) == 3;
    if !three(at) {
        return None;
    }
    at += 3;
    let mut separator = byte(text, at);
    if bracket {
        (separator == b')').then_some(())?;
        at += 1 + usize::from(byte(text, at + 1) == b' ');
        separator = byte(text, at + 3);
    } else {
        at += 1;
    }
    let separates = matches!(separator, b'-' | b'.' | b' ') && byte(text, at + 3) == separator;
    (separates && three(at) && digits(text, at + 4, 5) == 4).then_some(at + 8)
}
