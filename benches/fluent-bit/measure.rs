//! Rounds of runs, and what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use podsieve_benches::workload::Lines;

use crate::filters::Filter;
use crate::run::{FluentBit, Log, Output, Usage};

/// How many of a hundred lines hold something to redact.
const PERCENT: u8 = 7;

/// The runs of one filter, or of none, over the same log.
pub(crate) struct Series {
    /// In the log.
    pub(crate) records: usize,
    /// One for each round.
    pub(crate) runs: Vec<Usage>,
}

impl Series {
    /// CPU time in microseconds per record: of the rounds the smallest, since what else the machine does only adds.
    pub(crate) fn microseconds(&self) -> f64 {
        let cpu = self.runs.iter().map(|run| run.cpu).min().unwrap_or_default();
        cpu.as_secs_f64() * 1e6 / self.records as f64
    }

    /// The most memory that any run held at a time, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        self.runs.iter().map(|run| run.memory).max().unwrap_or_default()
    }
}

/// What is known of one filter.
pub(crate) struct Figure {
    pub(crate) filter: Filter,
    pub(crate) series: Series,
    /// Microseconds of CPU time that it adds to a record: those of the run less those of one without a filter.
    pub(crate) cost: f64,
}

/// Runs no filter and each of these in turn, several times. Returns what no filter takes, and a figure for each.
///
/// # Errors
///
/// Those of the file system and of Fluent Bit.
pub(crate) fn measure(
    fluent_bit: &FluentBit,
    filters: Vec<Filter>,
    records: usize,
    rounds: usize,
    work: &Path,
) -> Result<(Series, Vec<Figure>), String> {
    // Each length of log has a run without a filter: the start of the process weighs more in a short one.
    let mut logs = BTreeMap::new();
    let shares: BTreeSet<usize> = filters.iter().map(|filter| filter.share).chain([1]).collect();
    for share in shares {
        let records = (records / share).max(1);
        let mut lines = Lines::new(1, PERCENT);
        let log = Log::write(work.join(format!("share-{share}")), (0..records).map(|_| lines.cri()));
        logs.insert(share, log.map_err(|error| format!("the log: {error}"))?);
    }
    let series = |log: &Log| Series { records: log.records, runs: Vec::new() };
    let mut none: BTreeMap<usize, Series> = logs.iter().map(|(share, log)| (*share, series(log))).collect();
    let figure = |filter: Filter| Figure { series: series(&logs[&filter.share]), filter, cost: 0.0 };
    let mut figures: Vec<Figure> = filters.into_iter().map(figure).collect();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}: no filter");
        for (share, series) in &mut none {
            series.runs.push(fluent_bit.run(&logs[share], "", Output::Null)?);
        }
        for figure in &mut figures {
            eprintln!("round {round} of {rounds}: {}", figure.filter.title);
            let usage = fluent_bit.run(&logs[&figure.filter.share], &figure.filter.sections, Output::Null);
            figure.series.runs.push(usage.map_err(|error| format!("{}: {error}", figure.filter.name))?);
        }
    }
    for figure in &mut figures {
        figure.cost = figure.series.microseconds() - none[&figure.filter.share].microseconds();
    }
    let none = none.remove(&1).expect("the whole log is always there");
    Ok((none, figures))
}
