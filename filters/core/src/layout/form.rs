//! What a value of a layout is, and how it is read: faster than [`json`] does, since its form is known.

use super::How;
use crate::json::{self, Kind, Nesting, Span};
use crate::lanes::{self, HIGH, ONES};
use crate::parse;
use crate::record::MAX_DEPTH;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A string, behind its quote.
    Text {
        escaped: bool,
        /// A body that stays text.
        body: bool,
        scan: Scan,
    },
    /// A number.
    Number,
    /// Another value of this kind; of a container, whether it is empty.
    Other { kind: Kind, empty: bool, escaped: bool },
}

/// What is looked for in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    Nothing,
    /// It identifies something: no numbers.
    Letters,
    All,
}

/// How a value is read that is like nearly all of its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// It takes a closer look in any case.
    Slowly,
    /// A number.
    Number,
    /// A string in which nothing is looked for.
    Copied,
    /// One that is looked through for [`Scan::Letters`].
    Letters,
    /// For [`Scan::All`].
    All,
    /// A body that stays text, for [`Scan::All`].
    Body,
    /// One in which nothing is looked for.
    BodyCopied,
}

impl Way {
    pub(crate) fn new(form: Form, how: How) -> Way {
        match (form, how) {
            (Form::Number, How::Number) => Way::Number,
            (Form::Text { body: false, scan: Scan::Nothing, .. }, How::Text) => Way::Copied,
            (Form::Text { body: false, scan: Scan::Letters, .. }, How::Text) => Way::Letters,
            (Form::Text { body: false, scan: Scan::All, .. }, How::Text) => Way::All,
            (Form::Text { body: true, scan: Scan::All, .. }, How::Text) => Way::Body,
            (Form::Text { body: true, scan: Scan::Nothing, .. }, How::Text) => Way::BodyCopied,
            _ => Way::Slowly,
        }
    }
}

/// Where a value stands in a record.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place {
    pub(crate) value: Span,
    /// Content and meaning are the same bytes.
    pub(crate) plain: bool,
}

impl Form {
    /// The form of a value of this kind.
    pub(crate) fn new(kind: Kind, escaped: bool, body: bool, scan: Scan, value: &[u8]) -> Form {
        match kind {
            Kind::String => Form::Text { escaped, body, scan },
            Kind::Number => Form::Number,
            kind => Form::Other { kind, empty: is_empty(value), escaped },
        }
    }

    /// The end of the value at `start`, if it is of this form.
    pub(crate) fn end(self, record: &[u8], start: usize, nesting: &mut Nesting) -> Option<usize> {
        let place = match self {
            // What an object in a text is made of are the values of another layout.
            Form::Text { body: true, .. } if json::byte(record, start) == b'{' => return None,
            Form::Text { escaped, body, .. } => {
                string(record, start, escaped).filter(|place| !body || stays_text(record, place, escaped))
            }
            _ => self.bare(record, start, nesting),
        };
        Some(place?.value.end)
    }

    /// The value at `start`, if it is of this form.
    pub(crate) fn read(self, record: &[u8], start: usize, nesting: &mut Nesting) -> Option<Place> {
        match self {
            Form::Text { escaped, body, .. } => {
                let place = string(record, start, escaped)?;
                (!body || stays_text(record, &place, escaped)).then_some(place)
            }
            _ => self.bare(record, start, nesting),
        }
    }

    /// The value at `start`, which is no string.
    #[inline(always)]
    fn bare(self, record: &[u8], start: usize, nesting: &mut Nesting) -> Option<Place> {
        match self {
            Form::Number => number(record, start),
            Form::Other { kind, empty, escaped } => {
                let place = other(record, start, escaped, nesting, kind)?;
                (empty == is_empty(place.value.of(record))).then_some(place)
            }
            Form::Text { .. } => None,
        }
    }
}

/// Whether a body is text and stays that.
#[inline(always)]
fn stays_text(record: &[u8], place: &Place, escaped: bool) -> bool {
    place.plain && json::byte(record, place.value.start).is_ascii_alphabetic()
        || parse::is_text(record, place.value, escaped)
}

/// The string that begins at `start`.
#[inline(never)]
fn string(record: &[u8], start: usize, escaped: bool) -> Option<Place> {
    let text = if escaped { json::string::<true>(record, start) } else { json::string::<false>(record, start) }.ok()?;
    Some(Place { value: text.span, plain: text.plain })
}

/// The number at `start`.
fn number(record: &[u8], start: usize) -> Option<Place> {
    let length = digits(first_lane(record, record.get(start..)?)?);
    // Nearly all are few digits and nothing else.
    if length == 0 || !matches!(json::byte(record, start + length), b',' | b'}' | b' ') {
        return other(record, start, false, &mut Nesting::default(), Kind::Number);
    }
    Some(Place { value: Span { start, end: start + length }, plain: true })
}

/// The first eight bytes of `text`, the end of `record`; behind its end there are zeros.
#[inline(always)]
pub(super) fn first_lane(record: &[u8], text: &[u8]) -> Option<u64> {
    match text.first_chunk::<8>() {
        Some(lane) => Some(u64::from_le_bytes(*lane)),
        // What is in front of the text is shifted out.
        None => Some(u64::from_le_bytes(*record.last_chunk::<8>()?) >> 8 >> (8 * (7 - text.len()))),
    }
}

/// How many digits stand at the beginning of these bytes: fewer than eight, and no zero in front of others. Else 0.
#[inline(always)]
pub(super) fn digits(lane: u64) -> usize {
    let others = lanes::others_than_digits(lane);
    if others == 0 {
        return 0;
    }
    let digits = lanes::first(others);
    if lane as u8 != b'0' || digits == 1 { digits } else { 0 }
}

/// Whether these bytes begin with so many digits, fewer than eight, of which the first is no zero if there are others.
#[inline(always)]
pub(super) fn are_digits(lane: u64, digits: usize) -> bool {
    let Digits { least, far, count } = &DIGITS[digits & 7];
    let distance = lane.wrapping_sub(*least);
    (distance | distance.wrapping_add(*far)) & count == 0
}

/// So many digits.
#[derive(Clone, Copy)]
struct Digits {
    least: u64,
    /// What, added to the distance from these, sets bit 7 of a byte that is too far away.
    far: u64,
    /// Bit 7 of each.
    count: u64,
}

const DIGITS: [Digits; 8] = {
    let mut table = [Digits { least: 0, far: 0, count: 0 }; 8];
    let mut n = 1;
    while n < 8 {
        let bytes = !0 >> (64 - 8 * n);
        let leading = (n > 1) as u64;
        table[n] = Digits {
            least: ((ONES * b'0' as u64) & bytes) + leading,
            far: ((ONES * (0x80 - 10)) & bytes) + leading,
            count: HIGH & bytes,
        };
        n += 1;
    }
    // None are never so many.
    table[0].count = HIGH;
    table[0].far = HIGH;
    table
};

/// A value of this kind, if it is one.
#[inline(never)]
fn other(record: &[u8], start: usize, escaped: bool, nesting: &mut Nesting, kind: Kind) -> Option<Place> {
    // A body may be less deep here than elsewhere, since some of its depth may be above.
    let value = if escaped {
        json::value::<true>(record, start, MAX_DEPTH / 2, nesting)
    } else {
        json::value::<false>(record, start, usize::MAX, nesting)
    };
    let value = value.ok().filter(|value| value.kind == kind)?;
    Some(Place { value: value.span, plain: true })
}

/// Whether a value is a container with nothing but white space in it, which may be escaped.
fn is_empty(value: &[u8]) -> bool {
    let space = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'\\' | b'n' | b'r' | b't');
    matches!(value, [b'{' | b'[', inner @ .., _] if inner.iter().all(space))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn digits_are_counted_and_known() {
        for text in
            ["0", "7", "10", "99", "123", "1000", "98765", "100000", "7654321", "00", "01", "007", "", "12345678"]
        {
            let plain = text.len() < 8 && !text.is_empty() && (text == "0" || !text.starts_with('0'));
            let lane = lanes::load(format!("{text}, \"a\": 1").as_bytes(), 0);
            assert_eq!(digits(lane), if plain { text.len() } else { 0 }, "{text}");
            for n in 0..8 {
                let known = n != 0 && n <= text.len() && (n == 1 || !text.starts_with('0'));
                assert_eq!(are_digits(lane, n), known, "{text} {n}");
            }
        }
        for byte in 0..=255u8 {
            for place in 0..3 {
                let mut text = *b"555,\"a\":";
                text[place] = byte;
                let lane = lanes::load(&text, 0);
                let digit = byte.is_ascii_digit() && (byte != b'0' || place != 0);
                assert_eq!(are_digits(lane, 3), digit, "{byte:#x} {place}");
            }
        }
    }
}
