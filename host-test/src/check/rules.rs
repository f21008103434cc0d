//! Rules of a policy that find nothing, or nothing that is not found without them.

use std::collections::BTreeMap;

use podsieve_policy::model::{Allowed, File, Rule};

use super::report::Report;
use super::samples::{self, Sample, Samples};
use super::trial::{Trial, Tried};
use super::{Warning, ordinary};

pub(super) const SHADOWED: Warning = Warning {
    name: "rule-shadowed",
    finds: "All that a rule finds is found by a built-in detector too, or first by another rule.",
};

pub(super) const NEVER: Warning = Warning {
    name: "rule-never",
    finds: "A rule does not find what its own regex matches beside its own keywords: a checksum, an entropy, what it allows or `within` refuses all of it.",
};

/// So many samples tell.
const ENOUGH: usize = 24;

/// Looks at each rule, and returns the names of those that find ordinary text.
pub(super) fn check<'a>(file: &'a File, report: &mut Report<'_>) -> Vec<&'a str> {
    let (Some(mut all), Some(mut detectors)) = (Trial::of(file), Trial::of_detectors(file)) else { return Vec::new() };
    let mut ordinary = Vec::new();
    for rule in &file.rules {
        let samples = samples::of(rule);
        let Some(mut alone) = Trial::of_rule(file, rule) else { continue };
        if ordinary::check(rule, &mut alone, report) {
            ordinary.push(rule.name.as_str());
        }
        let finds = |sample: &&Sample| alone.on(&sample.text).is_by(&rule.name);
        let found: Vec<&Sample> = samples.found.iter().filter(finds).take(ENOUGH).collect();
        if found.is_empty() {
            never(file, rule, &samples, report);
        } else if let Some(others) = covered(&found, |text| detectors.on(text)) {
            report.warn(
                &SHADOWED,
                rule.place,
                format!("all that rule `{}` finds is found without it, by {others}", rule.name),
                "leave the rule out, or switch off what finds it too if its name or its action is to differ",
            );
        } else if !found.iter().any(|sample| all.on(&sample.text).is_by(&rule.name))
            && let Some(others) = covered(&found, |text| all.on(text))
        {
            report.warn(
                &SHADOWED,
                rule.place,
                format!("all that rule `{}` would find is found first by {others}", rule.name),
                "leave one of them out, or put the one that finds less in front",
            );
        }
    }
    ordinary
}

/// Which rules find the secrets of all samples.
fn covered(samples: &[&Sample], mut tried: impl FnMut(&str) -> Tried) -> Option<String> {
    let mut by: BTreeMap<String, usize> = BTreeMap::new();
    for sample in samples {
        let tried = tried(&sample.text);
        if !tried.covers(&sample.text, sample.secret.clone()) {
            return None;
        }
        for rule in tried.rules {
            *by.entry(rule).or_default() += 1;
        }
    }
    let mut by: Vec<(String, usize)> = by.into_iter().collect();
    by.sort_by_key(|(_, count)| usize::MAX - count);
    let names: Vec<String> = by.iter().take(3).map(|(name, _)| format!("`{name}`")).collect();
    Some(names.join(", "))
}

/// Says why a rule finds nothing: what is left out, and it finds something.
fn never(file: &File, rule: &Rule, samples: &Samples, report: &mut Report<'_>) {
    let mut told = |why: &str, advice: &str| {
        report.warn(&NEVER, rule.place, format!("rule `{}` finds nothing: {why}", rule.name), advice);
    };
    if samples.found.is_empty() {
        // What is made of the regex and does not match it tells nothing.
        if samples.empty > 0 {
            told("the group that is its secret holds nothing in any match", "name another group with `secret`");
        }
        return;
    }
    let finds = |file: &File, rule: &Rule| {
        Trial::of_rule(file, rule)
            .is_some_and(|mut trial| samples.found.iter().any(|sample| trial.on(&sample.text).is_by(&rule.name)))
    };
    let freely = File { allow: Vec::new(), ..file.clone() };
    let far = Rule { within: FARTHEST, ..rule.clone() };
    let bare = Rule { checksum: None, entropy: None, allow: Allowed::default(), ..far.clone() };
    if finds(file, &Rule { checksum: None, ..rule.clone() }) {
        told("what its regex matches never has the checksum", "leave `checksum` out, or let the regex match digits");
    } else if finds(file, &Rule { entropy: None, ..rule.clone() }) {
        told("what its regex matches never has the entropy", "lower `entropy`, or leave it out");
    } else if finds(file, &Rule { allow: Allowed::default(), ..rule.clone() }) {
        told("its own `allow` leaves all that its regex matches", "name only what is no secret there");
    } else if finds(&freely, rule) {
        told("`allow` leaves all that its regex matches", "name only what is no secret there");
    } else if finds(file, &far) {
        told("what its regex matches ends farther from a keyword than `within`", "raise `within`, up to 1024");
    } else if finds(&freely, &bare) {
        told("its conditions together refuse all that its regex matches", "leave some of them out");
    } else {
        told("none of its keywords is seen near what its regex matches", "name words that begin as words do beside it");
    }
}

/// The most that `within` may be.
const FARTHEST: u16 = 1024;
