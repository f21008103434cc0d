//! `podsieve estimate`.

use std::io::{self, Write};

use clap::Args;
use podsieve_host::estimate::{self, Load, Tier};
use podsieve_host::numbers::{bytes, digits};

use super::Stop;

const NOTES: &str = "\
Units are decimal (1 KB is 1000 bytes), a month has 30 days. Nothing is compressed, and no store adds anything: \
multiply by what yours does. The CPU is that of the module in Fluent Bit's interpreter, measured on records of 545 \
bytes; compiled ahead of time it takes less than half.

The replicas are the copies that an index of Elasticsearch or OpenSearch keeps beside the first one, in hot and warm \
storage; an archive has none.

Exit codes:
  0  the estimate was made
  2  wrong arguments";

/// Estimate what a volume of logs takes: storage by tier, its cost, and the CPU that the filters add.
#[derive(Args)]
#[command(after_help = NOTES)]
pub(super) struct Estimate {
    /// Requests in each hour of use
    #[arg(long, value_name = "N", value_parser = number)]
    requests_per_hour: f64,

    /// Hours of use in a day
    #[arg(long, value_name = "N", default_value = "24", value_parser = hours)]
    hours_per_day: f64,

    /// What a request logs, as 5KB or 1.5MB
    #[arg(long, value_name = "SIZE", value_parser = size)]
    bytes_per_request: f64,

    /// Records that a request logs; its bytes by 545 if not given
    #[arg(long, value_name = "N", value_parser = number)]
    records_per_request: Option<f64>,

    /// Copies that the index keeps beside the first one
    #[arg(long, value_name = "N", default_value = "0", value_parser = number)]
    replicas: f64,

    /// Days in hot storage
    #[arg(long, value_name = "N", default_value = "30", value_parser = number)]
    hot_days: f64,

    /// Days in warm storage
    #[arg(long, value_name = "N", default_value = "30", value_parser = number)]
    warm_days: f64,

    /// Days in the archive
    #[arg(long, value_name = "N", default_value = "90", value_parser = number)]
    cold_days: f64,

    /// The price of a GB for a month in hot storage
    #[arg(long, value_name = "USD", value_parser = number)]
    price_hot: Option<f64>,

    /// The same in warm storage
    #[arg(long, value_name = "USD", value_parser = number)]
    price_warm: Option<f64>,

    /// The same in the archive
    #[arg(long, value_name = "USD", value_parser = number)]
    price_cold: Option<f64>,

    /// Nanoseconds of CPU that the filters take for a record
    #[arg(long, value_name = "NS", default_value = "18400", value_parser = number)]
    cpu_ns_per_record: f64,

    /// How many times the mean of an hour of use the busiest moment is
    #[arg(long, value_name = "N", default_value = "10", value_parser = number)]
    peak: f64,

    /// The estimate as JSON: bytes, USD a month, thousandths of a processor
    #[arg(long)]
    json: bool,
}

const TIERS: [&str; 3] = ["hot", "warm", "cold"];

impl Estimate {
    /// Always true.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let tier = |days, price| Tier { days, price };
        let load = Load {
            requests_per_hour: self.requests_per_hour,
            hours_per_day: self.hours_per_day,
            bytes_per_request: self.bytes_per_request,
            records_per_request: self.records_per_request.unwrap_or(self.bytes_per_request / estimate::RECORD),
            replicas: self.replicas,
            tiers: [
                tier(self.hot_days, self.price_hot),
                tier(self.warm_days, self.price_warm),
                tier(self.cold_days, self.price_cold),
            ],
            cpu_per_record: self.cpu_ns_per_record,
            peak: self.peak,
        };
        let estimate = load.estimate();
        let text = if self.json { json(&load, &estimate) } else { table(&load, &estimate) };
        io::stdout().write_all(text.as_bytes())?;
        Ok(true)
    }
}

fn table(load: &Load, estimate: &estimate::Estimate) -> String {
    let mut out = format!("a day     {}\na month   {}\n\n", bytes(estimate.day), bytes(estimate.month));
    for ((name, tier), (held, cost)) in TIERS.iter().zip(&load.tiers).zip(estimate.tiers) {
        let cost = cost.map(|cost| format!("  {cost:>10.2} USD a month")).unwrap_or_default();
        let row = format!("{name:<9} {:>10}  {:>4} days{cost}", bytes(held), digits(tier.days));
        out += &format!("{row}\n");
    }
    if let Some(cost) = estimate.cost {
        out += &format!(
            "all tiers {:>10}             {cost:>10.2} USD a month\n",
            bytes(estimate.tiers.iter().map(|(held, _)| held).sum())
        );
    }
    let [mean, busy, peak] = estimate.millicores.map(digits);
    out += &format!(
        "\nfilters   {mean} millicores on average of the day, {busy} in an hour of use ({} records a second), {peak} at the peak\n",
        digits(estimate.records_per_second)
    );
    out
}

fn json(load: &Load, estimate: &estimate::Estimate) -> String {
    let or_null = |cost: Option<f64>| cost.map_or("null".to_owned(), |cost| format!("{cost:.4}"));
    let tiers = TIERS.iter().zip(&load.tiers).zip(estimate.tiers).map(|((name, tier), (held, cost))| {
        format!("\"{name}\":{{\"bytes\":{held:.0},\"days\":{},\"cost\":{}}}", tier.days, or_null(cost))
    });
    let [mean, busy, peak] = estimate.millicores;
    format!(
        "{{\"day_bytes\":{:.0},\"month_bytes\":{:.0},\"tiers\":{{{}}},\"cost\":{},\"records_per_second\":{:.4},\
         \"millicores\":{{\"mean\":{mean:.4},\"busy\":{busy:.4},\"peak\":{peak:.4}}}}}\n",
        estimate.day,
        estimate.month,
        tiers.collect::<Vec<_>>().join(","),
        or_null(estimate.cost),
        estimate.records_per_second,
    )
}

fn number(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    number.filter(|number| (0.0..=1e15).contains(number)).ok_or_else(|| "expected a number from 0 on".to_owned())
}

fn hours(text: &str) -> Result<f64, String> {
    number(text).ok().filter(|hours| *hours <= 24.0).ok_or_else(|| "expected hours from 0 to 24".to_owned())
}

fn size(text: &str) -> Result<f64, String> {
    estimate::parse_bytes(text)
        .filter(|bytes| *bytes <= 1e15)
        .ok_or_else(|| "expected bytes, as 512, 5KB or 1.5MB".to_owned())
}
