//! What a volume of records takes: storage by tier, its cost, and CPU.
//!
//! Units are decimal: 1 KB is 1000 bytes, a month is 30 days. What goes in is what comes out: no compression, no overhead
//! of an index and no growth is taken into account, as they differ from one store to the next.

/// Days of a month.
pub const MONTH: f64 = 30.0;

/// Bytes of the records of which the README's rates are.
pub const RECORD: f64 = 545.0;

/// What podsieve adds to such a record in Fluent Bit's interpreter, in nanoseconds of CPU (README, Performance).
pub const CPU: f64 = 18_400.0;

/// What is known.
#[derive(Clone, Debug)]
pub struct Load {
    /// Requests in each hour in which there are some.
    pub requests_per_hour: f64,
    /// Such hours of a day.
    pub hours_per_day: f64,
    /// Bytes that a request logs.
    pub bytes_per_request: f64,
    /// Records that a request logs.
    pub records_per_request: f64,
    /// Copies that an index keeps beside the first one, in hot and warm storage.
    pub replicas: f64,
    /// The tiers in the order in which a record goes through them: hot, warm, cold.
    pub tiers: [Tier; 3],
    /// Nanoseconds of CPU that the filters take for a record.
    pub cpu_per_record: f64,
    /// How many times the mean of a busy hour the busiest moment is.
    pub peak: f64,
}

/// Where records are kept.
#[derive(Clone, Copy, Debug)]
pub struct Tier {
    /// Days that a record stays.
    pub days: f64,
    /// The price of a GB for a month.
    pub price: Option<f64>,
}

/// What it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Bytes that are logged in a day.
    pub day: f64,
    /// Bytes that are logged in a month.
    pub month: f64,
    /// Bytes that a tier holds once it is full, and their cost in a month.
    pub tiers: [(f64, Option<f64>); 3],
    /// The cost of all tiers in a month, if one has a price.
    pub cost: Option<f64>,
    /// Records in a second of a busy hour.
    pub records_per_second: f64,
    /// Thousandths of a processor that the filters take: on average of the day, in a busy hour, and at the peak.
    pub millicores: [f64; 3],
}

impl Load {
    /// What it takes.
    pub fn estimate(&self) -> Estimate {
        let day = self.requests_per_hour * self.hours_per_day * self.bytes_per_request;
        let copies = [1.0 + self.replicas, 1.0 + self.replicas, 1.0];
        let mut tiers = [(0.0, None); 3];
        for ((tier, asked), copies) in tiers.iter_mut().zip(&self.tiers).zip(copies) {
            let held = day * asked.days * copies;
            *tier = (held, asked.price.map(|price| held / 1e9 * price));
        }
        let costs = tiers.iter().filter_map(|(_, cost)| *cost);
        let records_per_second = self.requests_per_hour * self.records_per_request / 3600.0;
        // Nanoseconds of a second, in thousandths.
        let busy = records_per_second * self.cpu_per_record / 1e6;
        Estimate {
            day,
            month: day * MONTH,
            tiers,
            cost: self.tiers.iter().any(|tier| tier.price.is_some()).then(|| costs.sum()),
            records_per_second,
            millicores: [busy * self.hours_per_day / 24.0, busy, busy * self.peak],
        }
    }
}

/// The bytes of a text such as `5KB`, `1.5 MB` or `512`.
pub fn parse_bytes(text: &str) -> Option<f64> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let power = ["B", "KB", "MB", "GB", "TB"].iter().position(|name| name.eq_ignore_ascii_case(unit.trim()));
    let power = if unit.trim().is_empty() { 0 } else { power? };
    let number: f64 = number.parse().ok()?;
    Some(number * 1000_f64.powi(power as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        let said = [
            ("5KB", Some(5e3)),
            ("1.5 mb", Some(1.5e6)),
            ("512", Some(512.0)),
            ("5KiB", None),
            ("", None),
            ("x", None),
        ];
        for (text, bytes) in said {
            assert_eq!(parse_bytes(text), bytes, "{text}");
        }
    }
}
