//! Keys that make no hashes.

use podsieve_policy::model::{Action, File};

use super::Warning;
use super::report::Report;

pub(super) const UNUSED: Warning = Warning {
    name: "hash-unused",
    finds: "There are keys for hashes, which go into the module, and nothing is hashed.",
};

pub(super) fn check(file: &File, report: &mut Report<'_>) {
    let detectors = file.detectors.iter().filter_map(|setting| setting.action.as_ref());
    let rules = file.rules.iter().map(|rule| &rule.action);
    let mut actions = detectors.chain(rules).chain(file.keys.iter().map(|key| &key.action));
    let hashes = actions.any(|action| matches!(action, Action::Hash { .. }));
    if let (Some(key), false) = (file.hash.keys.first(), hashes) {
        report.warn(
            &UNUSED,
            key.place,
            "nothing is hashed, and the module would hold this key for nothing",
            "leave `hash` out, or hash something: `detectors: {email: hash}`",
        );
    }
}
