//! Numbers for people.

use std::time::Duration;

/// With a comma every three digits.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 record`, `2 records`.
pub fn plural(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

/// `1.23 s` or `45 ms`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1e3) } else { format!("{seconds:.2} s") }
}

/// Whole seconds: `2 h 5 min`.
pub fn length(seconds: i64) -> String {
    match (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// Bytes: `2.16 GB`.
pub fn bytes(number: f64) -> String {
    let units = ["B", "KB", "MB", "GB", "TB", "PB"];
    let mut number = number;
    let mut unit = 0;
    while number >= 999.5 && unit + 1 < units.len() {
        number /= 1000.0;
        unit += 1;
    }
    format!("{} {}", digits(number), units[unit])
}

/// A number with three digits that count.
pub fn digits(number: f64) -> String {
    let places = if number >= 100.0 {
        0
    } else if number >= 10.0 {
        1
    } else if number >= 0.9995 {
        2
    } else {
        4
    };
    let text = format!("{number:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A part of all: `1.25 %`.
pub fn percent(part: u64, all: u64) -> String {
    format!("{:.2} %", 100.0 * part as f64 / all.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(plural(1, "line"), "1 line");
        assert_eq!(plural(1000, "line"), "1,000 lines");
        assert_eq!(duration(Duration::from_micros(1500)), "1.5 ms");
        assert_eq!(duration(Duration::from_millis(61_234)), "61.23 s");
        assert_eq!([59, 61, 7500, 90_000].map(length), ["59 s", "1 min 1 s", "2 h 5 min", "1 d 1 h"]);
        assert_eq!([24e6, 720e6, 2.16e9, 999.9e3, 12.0].map(bytes), ["24 MB", "720 MB", "2.16 GB", "1 MB", "12 B"]);
        assert_eq!((percent(1, 80), percent(0, 0)), ("1.25 %".to_owned(), "0.00 %".to_owned()));
    }
}
