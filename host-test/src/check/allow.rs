//! Exceptions that leave everything or nothing.

use podsieve_policy::model::{Allowed, Exception, File, Path, Segment};
use podsieve_policy::yaml::Place;
use regex_lite::Regex;

use super::Warning;
use super::report::Report;

pub(super) const EVERYTHING: Warning = Warning {
    name: "allow-everything",
    finds: "An exception leaves all that is found: its path is every path, or its pattern matches everything.",
};

pub(super) const OFF: Warning =
    Warning { name: "allow-off", finds: "An exception is for detectors only that are off, so that it leaves nothing." };

/// What detectors find; who matches all of them matches everything.
const FOUND: [&str; 8] = [
    "ada@example.com",
    "4111111111111111",
    "123-45-6789",
    "hunter2!x",
    "9c3d1e5a-7b24-4f0a-8d61-2e5f8a7c9b03",
    "Zm9vYmFy+/ZGVm==",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "p#1",
];

pub(super) fn check(file: &File, report: &mut Report<'_>) {
    let mut told: Vec<Place> = Vec::new();
    for exception in &file.allow {
        let what = if exception.rules.is_empty() { "all that is found" } else { "all that its rules find" };
        if exception.allowed.is_empty() && exception.path.as_ref().is_some_and(is_everywhere) {
            report.warn(
                &EVERYTHING,
                exception.place,
                format!("the path is every path, so that {what} stays"),
                "name the field, or switch the detectors off",
            );
        }
        patterns(&exception.allowed, what, &mut told, report);
        if is_off(exception, file) {
            report.warn(
                &OFF,
                exception.place,
                format!("this leaves nothing: {} off", named(&exception.rules)),
                "leave it out, or switch them on under `detectors`",
            );
        }
    }
    for setting in file.detectors.iter().filter(|setting| setting.action.is_some()) {
        patterns(&setting.allow, &format!("all that `{}` finds", setting.name), &mut told, report);
    }
}

/// Patterns that match everything. What is said of a group of detectors is told once.
fn patterns(allowed: &Allowed, what: &str, told: &mut Vec<Place>, report: &mut Report<'_>) {
    for pattern in &allowed.patterns {
        let Ok(regex) = Regex::new(&format!("^(?:{})$", pattern.text)) else { continue };
        if FOUND.iter().all(|found| regex.is_match(found)) && !told.contains(&pattern.place) {
            told.push(pattern.place);
            report.warn(
                &EVERYTHING,
                pattern.place,
                format!("the pattern matches everything, so that {what} stays"),
                "let it match only what is no secret",
            );
        }
    }
}

/// Whether a path is that of every value.
pub(super) fn is_everywhere(path: &Path) -> bool {
    let any = path.segments.iter().filter(|segment| matches!(segment, Segment::Any)).count();
    let deep = path.segments.iter().filter(|segment| matches!(segment, Segment::Deep)).count();
    any + deep == path.segments.len() && any <= 1
}

fn is_off(exception: &Exception, file: &File) -> bool {
    !exception.rules.is_empty() && exception.rules.iter().all(|rule| is_rule_off(rule, file))
}

/// Whether nothing is ever found under this name.
pub(super) fn is_rule_off(rule: &str, file: &File) -> bool {
    let counted = file.keys.iter().any(|key| key.rule == rule) || file.rules.iter().any(|own| own.name == rule);
    let setting = file.detectors.iter().find(|setting| setting.name == rule);
    !counted && setting.is_some_and(|setting| setting.action.is_none())
}

/// `` `a` and `b` are ``.
pub(super) fn named(rules: &[String]) -> String {
    let verb = if rules.len() == 1 { "is" } else { "are" };
    let rules: Vec<String> = rules.iter().map(|rule| format!("`{rule}`")).collect();
    format!("{} {verb}", rules.join(", "))
}
