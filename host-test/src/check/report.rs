//! What was found, in its order.

use podsieve_policy::yaml::Place;

use super::Warning;
use crate::{Finding, Level};

/// Of what a policy may not have.
const INVALID: &str = "invalid";

pub(super) struct Report<'a> {
    file: &'a str,
    found: Vec<Finding>,
}

impl<'a> Report<'a> {
    pub(super) fn new(file: &'a str) -> Report<'a> {
        Report { file, found: Vec::new() }
    }

    pub(super) fn error(&mut self, place: Option<Place>, what: &str) {
        self.add(Level::Error, INVALID, place.unwrap_or(Place { line: 1, column: 1 }), what.to_owned(), String::new());
    }

    pub(super) fn warn(
        &mut self,
        warning: &'static Warning,
        place: Place,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.add(Level::Warning, warning.name, place, what.into(), advice.into());
    }

    fn add(&mut self, level: Level, rule: &'static str, place: Place, what: String, advice: String) {
        self.found.push(Finding {
            file: self.file.to_owned(),
            line: place.line,
            column: Some(place.column),
            level,
            rule,
            what,
            advice,
            excerpt: None,
        });
    }

    pub(super) fn findings(mut self) -> Vec<Finding> {
        self.found.sort_by_key(|finding| (finding.line, finding.column));
        self.found
    }
}
