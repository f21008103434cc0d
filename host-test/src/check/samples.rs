//! Texts in which a rule should find something, by its own regex and keywords.

use std::ops::Range;

use podsieve_policy::model::{Checksum, Rule, Secret};
use podsieve_policy::pattern::Pattern;
use regex_lite::{Captures, Regex};

/// A keyword and beside it what the regex matches.
pub(super) struct Sample {
    pub(super) text: String,
    /// Where the secret is.
    pub(super) secret: Range<usize>,
}

/// The samples of a rule.
#[derive(Default)]
pub(super) struct Samples {
    pub(super) found: Vec<Sample>,
    /// How many more the regex matches with a group that holds nothing.
    pub(super) empty: usize,
}

/// Samples of a rule; none when its regex matches no text that was made of it.
pub(super) fn of(rule: &Rule) -> Samples {
    let mut samples = Samples::default();
    let (Ok(pattern), Ok(regex)) = (Pattern::parse(&rule.regex.text), Regex::new(&rule.regex.text)) else {
        return samples;
    };
    // As many as it takes for some to have the checksum.
    let count = match rule.checksum {
        None => 128,
        Some(Checksum::Luhn) => 256,
        Some(Checksum::Mod97) => 1024,
    };
    for number in 0..count {
        let place = number as usize / 2;
        let Some(keyword) = rule.keywords.get(place / 4 % rule.keywords.len().max(1)) else { break };
        let sample = pattern.sample(number);
        let text = match place % 4 {
            0 => format!("{keyword} {sample}"),
            1 => format!("{sample} {keyword}"),
            2 => format!("{keyword}={sample}"),
            _ => format!("{keyword}: {sample}"),
        };
        let Some(found) = regex.captures(&text) else { continue };
        match secret(rule, &regex, &found).filter(|secret| !secret.is_empty()) {
            Some(secret) => samples.found.push(Sample { text, secret }),
            None => samples.empty += 1,
        }
    }
    samples
}

/// The part of a match that is secret.
fn secret(rule: &Rule, regex: &Regex, found: &Captures<'_>) -> Option<Range<usize>> {
    let group = match &rule.secret {
        Secret::Default => found.get(usize::from(regex.captures_len() > 1)),
        Secret::Number(number) => found.get(*number as usize),
        Secret::Name(name) => found.name(&name.text),
    };
    group.map(|group| group.range())
}
