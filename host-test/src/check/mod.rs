//! Policies: all that is wrong with one, what in it has no effect or another one than meant, and what it costs.
//!
//! ```
//! use podsieve_host::Level;
//! use podsieve_host::check;
//!
//! let policy = "rules:\n  - {name: ours, regex: 'ghp_[A-Za-z0-9]{36}', keywords: [ghp_]}\n";
//! let checked = check::check("policy.yaml", policy);
//! let [finding] = checked.findings.as_slice() else { panic!("one is found") };
//! assert_eq!((finding.line, finding.level, finding.rule), (2, Level::Warning, "rule-shadowed"));
//! assert!(checked.cost.is_some());
//! ```
//!
//! What a rule finds is not judged by its text but tried: on samples of its own regex, and on ordinary text. A policy is
//! baked and run for its cost. Keys of hashes are not asked for: others stand for them.

mod allow;
mod cost;
mod enrich;
mod hash;
mod keys;
mod ordinary;
mod report;
mod routes;
mod rules;
mod samples;
mod trial;

use std::thread;

use podsieve_policy::model::File;
use podsieve_policy::yaml::Wrong;

use crate::Finding;
use crate::bake;
use crate::policy::{self, Key};
use report::Report;

pub use cost::Cost;

/// A kind of warning.
#[derive(Clone, Copy, Debug)]
pub struct Warning {
    /// Its name, which ends each finding.
    pub name: &'static str,
    /// What it finds.
    pub finds: &'static str,
}

/// All kinds.
pub const WARNINGS: [&Warning; 14] = [
    &rules::SHADOWED,
    &rules::NEVER,
    &ordinary::CATCH_ALL,
    &cost::EXPENSIVE,
    &cost::COMMON,
    &allow::EVERYTHING,
    &allow::OFF,
    &keys::EVERYTHING,
    &keys::KNOWN,
    &enrich::NEVER,
    &enrich::EMPTY,
    &routes::UNREACHED,
    &routes::OFF,
    &hash::UNUSED,
];

/// What was found in a policy.
#[derive(Clone, Debug)]
pub struct Checked {
    /// In the order of their places.
    pub findings: Vec<Finding>,
    /// What the policy costs; nothing if it has errors.
    pub cost: Option<Cost>,
}

/// Checks the policy of this text. `name` is what its file is called.
#[must_use]
pub fn check(name: &str, text: &str) -> Checked {
    checked(name, text, true)
}

/// As [`check`], without what is measured in a module, which takes most of the time.
#[must_use]
pub fn check_without_cost(name: &str, text: &str) -> Checked {
    checked(name, text, false)
}

fn checked(name: &str, text: &str, measures: bool) -> Checked {
    let mut report = Report::new(name);
    let file = match policy::read(text) {
        Ok(file) => file,
        Err(wrong) => return refused(report, &wrong),
    };
    let keys = stand_ins(&file);
    if let Err(wrong) = policy::compiled(&file, &keys) {
        return refused(report, &wrong);
    }
    let found = rules::check(&file, &mut report);
    allow::check(&file, &mut report);
    keys::check(&file, &mut report);
    enrich::check(&file, &mut report);
    routes::check(&file, &mut report);
    hash::check(&file, &mut report);
    let cost = measures.then(|| measured(&file, text, &keys, &found, &mut report)).flatten();
    Checked { findings: report.findings(), cost }
}

/// What the policy costs; rules of which a name is in `found` find something in the records for that.
fn measured(file: &File, text: &str, keys: &[Key], found: &[&str], report: &mut Report<'_>) -> Option<Cost> {
    let (module, by_default) = thread::scope(|scope| {
        let by_default = scope.spawn(cost::by_default);
        (bake::bake(text, keys), by_default.join())
    });
    match module {
        Ok(module) => cost::check(file, &module, by_default.ok()??, found, report),
        Err(error) => {
            report.error(None, &error.to_string());
            None
        }
    }
}

fn refused(mut report: Report<'_>, wrong: &[Wrong]) -> Checked {
    for wrong in wrong {
        report.error(Some(wrong.place), &wrong.what);
    }
    Checked { findings: report.findings(), cost: None }
}

/// Keys for the hashes of a policy, none of which is secret.
fn stand_ins(file: &File) -> Vec<Key> {
    file.hash.keys.iter().map(|key| (key.id.clone(), b"stands for a key".to_vec())).collect()
}
