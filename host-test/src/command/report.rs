//! `podsieve report`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, thread};

use clap::Args;
use podsieve_host::Error;
use podsieve_host::numbers::duration;
use podsieve_host::policy;
use podsieve_host::report::{Archive, Month, Options};

use super::Stop;
use super::bake::Policy;
use super::progress::Progress;

const NOTES: &str = "\
Buckets are read with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION, and for another server \
than AWS's with --endpoint or AWS_ENDPOINT_URL, the bucket in the path. gs://bucket/prefix is read the same way, with the \
HMAC key of a service account.

What is counted:
  events        records whose time (`time`, else `timestamp`, `@timestamp`, `date`) is in the month, in UTC; those of
                other months and those without a time are counted apart, and checked all the same
  errors        records with the status failure, failed or error, or of severity error or fatal; rate: of all events
  latency       percentiles of `duration_ms`, in milliseconds, exact to 0.1 %
  silences      from one record of a service to the next, if longer than --gap, or than 10 times the median distance
                and 5 minutes; a service that did not come back is silent until the last event of any service
  duplicates    records with the same bytes as another (SHA-256); behind 7 million different ones it is an estimate
  out of order  earlier than the record before it of the same container in the same object
  bad objects   corrupt, cut off, not there any more, or with lines that are no JSON object: what can be read is counted

The redaction check runs each record through `redact` once more. What it finds is told by object, line and rule.

Exit codes:
  0  the report was made, and the check found nothing
  1  the check found something
  2  wrong arguments, a policy with errors, or no record that could be read";

/// Report a month of archived records: what happened, what was redacted, and whether a secret was left.
///
/// Objects hold JSON records, one a line, with gzip or without, whatever they are called.
#[derive(Args)]
#[command(after_help = NOTES)]
pub(super) struct Report {
    /// Files, folders, or buckets: s3://bucket/prefix
    #[arg(required = true)]
    sources: Vec<String>,

    /// The month, as 2025-11
    #[arg(long, value_name = "MONTH", value_parser = month)]
    month: Month,

    /// Write the report as JSON too; to standard output, in place of the tables, with -
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the report as an HTML page too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// The policy of the redaction check; the default one if not given
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// Threads that read objects; as many as there are processors if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,

    /// Another server that speaks as S3: https://minio.example:9000
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,

    /// Which silence of a service is told, as 90s, 15m or 2h, from a minute on
    #[arg(long, value_name = "TIME", value_parser = gap)]
    gap: Option<Duration>,

    /// Neither tables nor progress
    #[arg(long, short)]
    quiet: bool,
}

impl Report {
    /// True when the check found nothing.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let (policy, policy_id) = self.policy()?;
        let threads = match self.threads {
            Some(threads) => threads.into(),
            None => thread::available_parallelism().map_or(1, usize::from),
        };
        let options =
            Options { month: self.month, policy, policy_id, threads, endpoint: self.endpoint.clone(), gap: self.gap };
        let started = Instant::now();
        let archive = Archive::find(&self.sources, options)?;
        let progress = Progress::alone(archive.size(), !self.quiet);
        let report = archive.read(|bytes| progress.at(bytes));
        progress.finish();
        let report = report?;
        let elapsed = started.elapsed();

        let mut out = io::stdout().lock();
        let to_output = self.json.as_deref() == Some(Path::new("-"));
        if to_output {
            out.write_all(report.json().as_bytes())?;
        } else if let Some(path) = &self.json {
            write(path, &report.json())?;
        }
        if let Some(path) = &self.html {
            write(path, &report.html())?;
        }
        if !self.quiet && !to_output {
            out.write_all(report.text().as_bytes())?;
        }
        out.flush()?;
        if !self.quiet {
            let rate = report.bytes() as f64 / 1e6 / elapsed.as_secs_f64().max(1e-9);
            eprintln!("podsieve: {}, {rate:.0} MB/s of plain text", duration(elapsed));
        }
        Ok(report.is_clean())
    }

    /// The policy of the check, and what it is called.
    fn policy(&self) -> Result<(&'static podsieve_core::Policy, String), Stop> {
        let (name, file, keys) = match &self.policy {
            Some(path) => {
                let policy = Policy::read(path)?;
                let keys = policy.keys()?;
                (policy.name, policy.file, keys)
            }
            None => {
                let file =
                    policy::read("").map_err(|wrong| Stop::Wrong(wrong.iter().map(ToString::to_string).collect()))?;
                ("the default policy".to_owned(), file, Vec::new())
            }
        };
        let id = policy::id(&file);
        if self.policy.is_none() {
            static DEFAULT: podsieve_core::Policy = podsieve_core::Policy::DEFAULT;
            return Ok((&DEFAULT, id));
        }
        let compiled = policy::compiled(&file, &keys);
        let compiled =
            compiled.map_err(|wrong| Stop::Wrong(wrong.iter().map(|wrong| format!("{name}:{wrong}")).collect()))?;
        Ok((compiled, id))
    }
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| "expected a year and a month, as 2025-11".to_owned())
}

fn gap(text: &str) -> Result<Duration, String> {
    let units = [("ms", 0), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
    let parsed =
        units.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?.parse::<u64>().ok()?, seconds)));
    let seconds = parsed.and_then(|(number, seconds)| number.checked_mul(*seconds));
    match seconds {
        Some(seconds @ 60..=2_678_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("expected a time from 1m to 31d, as 90s, 15m, 2h or 1d".to_owned()),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|error| {
        let what = format!("cannot be written: {error}");
        Error::new(path.display().to_string(), what, "give a path in a folder that is there")
    })
}
