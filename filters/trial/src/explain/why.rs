//! How something is known, in words.

use podsieve_core::Policy;
use podsieve_core::policy::{CARD, Checksum, DETECTORS, EXTRA_DETECTORS, IBAN, RuleId};
use podsieve_core::trace::{Found, Why};

/// How what was found is known.
pub(super) fn why(policy: &Policy, found: &Found) -> String {
    let why = match &found.why {
        Why::Key(name) => format!("name of its key, `{name}`"),
        Why::Path(_) => "path of the policy".to_owned(),
        Why::Beside => "name beside it".to_owned(),
        Why::Name(name) => format!("name `{name}` in front of it"),
        Why::Word(word) => format!("behind `{word}`"),
        Why::Token(prefix) => format!("vendor's token, begins with `{prefix}`"),
        Why::Rule(rule, keyword) => own(policy, *rule, keyword),
        Why::Form => form(found.rule),
        Why::Base64 => "base64 of a text that has it".to_owned(),
    };
    if found.encoded { format!("{why}; seen when decoded once more") } else { why }
}

/// A rule of the policy's own.
fn own(policy: &Policy, rule: usize, keyword: &str) -> String {
    let Some(rule) = policy.custom.and_then(|custom| custom.rules.get(rule)) else { return String::new() };
    let mut why = format!("regex `{}` near `{keyword}`", rule.regex.as_str());
    match rule.checksum {
        Some(Checksum::Luhn) => why += ", checksum luhn",
        Some(Checksum::Mod97) => why += ", checksum mod97",
        None => {}
    }
    if rule.entropy > 0 {
        why += ", entropy";
    }
    why
}

/// What the detector looks for.
fn form(rule: RuleId) -> String {
    let mut detectors = DETECTORS.iter().chain(EXTRA_DETECTORS);
    let finds = detectors.find(|detector| detector.rule == rule).map_or("its form", |detector| detector.finds);
    // What comes behind says more than is asked here.
    let end = [": ", ", ", "; "].iter().filter_map(|mark| finds.find(mark)).min().unwrap_or(finds.len());
    let finds = &finds[..end];
    match rule {
        CARD => format!("{finds}, checksum luhn"),
        IBAN => format!("{finds}, checksum mod97"),
        _ => finds.to_owned(),
    }
}
