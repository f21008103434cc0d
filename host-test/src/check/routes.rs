//! Routes that no record takes.

use podsieve_policy::model::{Condition, File, Missing, Redacted, Route, TagPart, Test};

use super::Warning;
use super::allow::is_rule_off;
use super::report::Report;

pub(super) const UNREACHED: Warning = Warning {
    name: "route-unreached",
    finds: "A route before this one applies whenever this one would, so that no record comes here.",
};

pub(super) const OFF: Warning = Warning {
    name: "route-off",
    finds: "A route waits for what detectors redact that are off, so that it never applies.",
};

pub(super) fn check(file: &File, report: &mut Report<'_>) {
    for (n, route) in file.route.iter().enumerate() {
        if let Some(before) = file.route.iter().take(n).find(|before| always_before(before, route)) {
            report.warn(
                &UNREACHED,
                route.place,
                format!(
                    "no record comes here: the route in line {} applies whenever this one would",
                    before.place.line
                ),
                "put this one in front of it, or leave it out",
            );
        } else if route.when.iter().any(|condition| never(condition, file)) {
            report.warn(
                &OFF,
                route.place,
                "no record comes here: the detectors that `redacted` names are off",
                "switch one on under `detectors`, or leave the route out",
            );
        }
    }
}

/// Whether `before` gives its tag to each record for which `route` would hold.
fn always_before(before: &Route, route: &Route) -> bool {
    let takes_field = before.tag.parts.iter().any(|part| matches!(part, TagPart::Field(_)));
    let skips = takes_field && before.missing == Missing::Skip;
    !skips && before.when.iter().all(|needs| route.when.iter().any(|given| implies(given, needs)))
}

/// Whether `needs` holds where `given` holds; no where it is not plain.
fn implies(given: &Condition, needs: &Condition) -> bool {
    match (given, needs) {
        (Condition::Any(given), _) => given.iter().all(|given| implies(given, needs)),
        (_, Condition::Any(needs)) => needs.iter().any(|needs| implies(given, needs)),
        (Condition::Severity(given), Condition::Severity(needs)) => given >= needs,
        (Condition::Redacted(given), Condition::Redacted(needs)) => match (given, needs) {
            (_, Redacted::Anything) => true,
            (Redacted::Rules(given), Redacted::Rules(needs)) => given.iter().all(|rule| needs.contains(rule)),
            (Redacted::Anything, Redacted::Rules(_)) => false,
        },
        (Condition::Not(given), Condition::Not(needs)) => implies(needs, given),
        (Condition::Field { field, test }, Condition::Field { field: other, test: needs }) => {
            field.segments == other.segments && narrower(test, needs)
        }
        _ => false,
    }
}

/// Whether a field that is like `given` is like `needs`.
fn narrower(given: &Test, needs: &Test) -> bool {
    match (given, needs) {
        (Test::Equals(given), Test::In(needs)) => needs.contains(given),
        (Test::In(given), Test::In(needs)) => given.iter().all(|given| needs.contains(given)),
        (Test::Equals(given), Test::Prefix(needs)) => given.starts_with(needs),
        (Test::Prefix(given), Test::Prefix(needs)) => given.starts_with(needs),
        (Test::Equals(given), Test::Exists(true)) => !given.is_empty(),
        (Test::Prefix(_), Test::Exists(true)) => true,
        _ => given == needs,
    }
}

/// Whether a condition holds for no record.
fn never(condition: &Condition, file: &File) -> bool {
    match condition {
        Condition::Redacted(Redacted::Rules(rules)) => rules.iter().all(|rule| is_rule_off(rule, file)),
        Condition::Any(any) => any.iter().all(|condition| never(condition, file)),
        Condition::Redacted(Redacted::Anything)
        | Condition::Field { .. }
        | Condition::Severity(_)
        | Condition::Not(_) => false,
    }
}
