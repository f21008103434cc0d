//! International bank account numbers ([ISO 13616](https://www.swift.com/standards/data-standards/iban)).

use super::extra::ends;
use super::text::Match;
use crate::json::byte;
use crate::policy::{Extra, IBAN};

/// Countries and the lengths of their numbers, from the
/// [registry](https://www.swift.com/resource/iban-registry-pdf).
const COUNTRIES: &[u8] =
    b"AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18\
FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24\
ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23\
TN24TR26UA29VA22VG24XK20YE30";

/// A country, two check digits and an account, in one run or in groups of four; the remainder by 97 is 1.
pub(super) fn find(text: &[u8], at: usize, extra: Extra) -> Option<Match> {
    if !extra.has(Extra::IBAN) || !byte(text, at + 2).is_ascii_digit() || !byte(text, at + 3).is_ascii_digit() {
        return None;
    }
    let country = [byte(text, at), byte(text, at + 1)];
    let [_, _, tens, ones] = COUNTRIES.as_chunks::<4>().0.iter().find(|known| known.starts_with(&country))?;
    let length = usize::from((tens - b'0') * 10 + (ones - b'0'));
    let grouped = byte(text, at + 4) == b' ';
    let place = |n: usize| at + n + if grouped { n / 4 } else { 0 };
    let remainder = (4..length).chain(0..4).try_fold(0, |number, n| {
        let spaced = !grouped || n % 4 != 0 || n == 0 || byte(text, place(n) - 1) == b' ';
        match byte(text, place(n)) {
            digit @ b'0'..=b'9' if spaced => Some((number * 10 + u32::from(digit - b'0')) % 97),
            letter @ b'A'..=b'Z' if spaced => Some((number * 100 + u32::from(letter - b'A') + 10) % 97),
            _ => None,
        }
    })?;
    let end = place(length - 1) + 1;
    (remainder == 1 && ends(text, end, b"-")).then(|| Match::new(at, end, IBAN))
}
