//! The chart of a report.

use podsieve_benches::chart::{Section, draw as bars};

use crate::report::Report;

/// What each filter adds to the CPU time of a record.
pub(crate) fn draw(report: &Report) -> String {
    let section = Section {
        heading: "CPU time that a filter adds to one record, in microseconds".to_owned(),
        note: format!("{}; shorter is better", report.place()),
        bars: report.figures.iter().map(|figure| (figure.filter.title.to_owned(), figure.cost)).collect(),
    };
    bars("CPU time that a filter adds to one record in Fluent Bit, in microseconds", &[section])
}
