//! Moments and months, in UTC.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::{Date, date};

const EPOCH: Date = date(1970, 1, 1);

/// A moment: whole seconds since 1970-01-01T00:00:00Z, and nanoseconds behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub(super) seconds: i64,
    pub(super) nanoseconds: u32,
}

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

impl Moment {
    /// The moment of an RFC 3339 text, with a space in place of the `T` too; one without an offset is taken as UTC.
    pub(super) fn parse(text: &[u8]) -> Option<Moment> {
        let digits = |from: usize, to: usize| number(text.get(from..to)?);
        let at = |place: usize, bytes: &[u8]| text.get(place).is_some_and(|byte| bytes.contains(byte));
        if !(at(4, b"-") && at(7, b"-") && at(10, b"Tt ") && at(13, b":") && at(16, b":")) {
            return None;
        }
        let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
        let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
        let date = Date::new(year as i16, month as i8, day as i8).ok()?;
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut rest = text.get(19..)?;
        let mut nanoseconds = 0;
        if let [b'.' | b',', fraction @ ..] = rest {
            let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (fraction, behind) = fraction.split_at(length);
            let digits = fraction.iter().copied().chain(std::iter::repeat(b'0')).take(9);
            nanoseconds = digits.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
            rest = behind;
        }
        let offset = match rest {
            b"" | b"Z" | b"z" => 0,
            [sign @ (b'+' | b'-'), hours @ ..] => {
                let (hours, minutes) = match hours {
                    [a, b, b':', c, d] | [a, b, c, d] => (number(&[*a, *b])?, number(&[*c, *d])?),
                    _ => return None,
                };
                (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
            }
            _ => return None,
        };
        let seconds = start(date) + hour * 3600 + minute * 60 + second - offset;
        Some(Moment { seconds, nanoseconds })
    }

    /// The moment of a number of seconds since 1970.
    pub(super) fn of_number(text: &[u8]) -> Option<Moment> {
        let seconds: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
        let is_near = (0.0..2.5e11).contains(&seconds);
        is_near.then(|| Moment { seconds: seconds as i64, nanoseconds: (seconds.fract() * 1e9) as u32 })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = EPOCH.at(0, 0, 0, 0).saturating_add(SignedDuration::from_secs(self.seconds));
        write!(f, "{moment}Z")
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

/// The first second of a day, since 1970.
fn start(day: Date) -> i64 {
    day.duration_since(EPOCH).as_secs()
}

/// A month of the Gregorian calendar, by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    /// The month of a text such as `2025-11`.
    pub fn parse(text: &str) -> Option<Month> {
        let (year, month) = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2)?;
        let (year, month) = (number(year.as_bytes())?, number(month.as_bytes())?);
        Date::new(year as i16, month as i8, 1).ok().map(Month)
    }

    /// The month of a moment.
    pub(super) fn at(moment: Moment) -> Month {
        let days = SignedDuration::from_hours(24 * moment.seconds.div_euclid(DAY));
        Month(EPOCH.saturating_add(days).first_of_month())
    }

    /// Its first second, since 1970.
    pub(super) fn start(self) -> i64 {
        start(self.0)
    }

    /// How many days it has.
    pub(super) fn days(self) -> i64 {
        self.0.days_in_month().into()
    }

    /// The seconds of a moment since the month began, if it is in it.
    pub(super) fn second(self, moment: Moment) -> Option<usize> {
        let second = usize::try_from(moment.seconds - self.start()).ok()?;
        (second < (self.days() * DAY) as usize).then_some(second)
    }

    /// What the nth day is called, from 0: `2025-11-03`.
    pub(super) fn day(self, day: usize) -> String {
        format!("{self}-{:02}", day + 1)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let said = |text: &str| Moment::parse(text.as_bytes()).map(|moment| (moment.to_string(), moment.nanoseconds));
        let is = |text: &str, nanoseconds| Some((text.to_owned(), nanoseconds));
        assert_eq!(said("2025-11-03T10:15:00.5Z"), is("2025-11-03T10:15:00Z", 500_000_000));
        assert_eq!(said("2026-11-23 09:09:02.586169+00:00"), is("2026-11-23T09:09:02Z", 586_169_000));
        assert_eq!(said("2025-12-01T00:30:00+01:00"), is("2025-11-30T23:30:00Z", 0));
        assert_eq!(said("2024-02-29T23:59:59-0030"), is("2024-03-01T00:29:59Z", 0));
        assert_eq!(said("1970-01-01T00:00:00Z"), is("1970-01-01T00:00:00Z", 0));
        for wrong in ["", "2025-11-03", "2025-02-29T00:00:00Z", "2025-11-03T24:00:00Z", "2025-11-03T10:15:00 x"] {
            assert_eq!(said(wrong), None, "{wrong}");
        }
        assert_eq!(Moment::of_number(b"1762164900.25").map(|moment| moment.nanoseconds), Some(250_000_000));
    }

    #[test]
    fn every_day_comes_back() {
        for day in -200_000..200_000 {
            let text = Moment { seconds: day * DAY + 5, nanoseconds: 0 }.to_string();
            let back = Moment::parse(text.as_bytes()).map(|moment| moment.seconds);
            assert_eq!(back, Some(day * DAY + 5), "{text}");
        }
    }

    #[test]
    fn months() {
        let month = Month::parse("2025-11").expect("it is one");
        assert_eq!((month.days(), month.day(2)), (30, "2025-11-03".to_owned()));
        let second = |text: &str| month.second(Moment::parse(text.as_bytes()).expect("it is one"));
        assert_eq!(second("2025-11-01T00:00:00Z"), Some(0));
        assert_eq!(second("2025-11-30T23:59:59.9Z"), Some(30 * 86_400 - 1));
        assert_eq!(second("2025-12-01T00:00:00Z"), None);
        assert_eq!(second("2025-10-31T23:59:59Z"), None);
        for wrong in ["2025-13", "2025-1", "25-11", "2025", "2025-11-03"] {
            assert!(Month::parse(wrong).is_none(), "{wrong}");
        }
    }
}
