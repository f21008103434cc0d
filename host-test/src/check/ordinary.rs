//! Rules that find what is in every log.

use podsieve_policy::model::Rule;

use super::Warning;
use super::report::Report;
use super::trial::Trial;

pub(super) const CATCH_ALL: Warning = Warning {
    name: "rule-ordinary",
    finds: "A rule finds ordinary text beside its keywords: words, or three kinds of what is in every log.",
};

/// What stands in logs and is no secret, by what it is.
const TEXTS: [(&str, &[&str]); 10] = [
    (WORDS, &["is not set", "could not be read from the store", "changed by the operator and saved"]),
    ("the name of a program", &["checkout-worker"]),
    ("a number", &["42 of 1500", "200"]),
    ("a date", &["2026-01-02"]),
    ("a time", &["2026-01-02T03:04:05.678Z", "03:04:05"]),
    ("milliseconds since 1970", &["1767322800123"]),
    ("a UUID", &["9c3d1e5a-7b24-4f0a-8d61-2e5f8a7c9b03"]),
    ("a path", &["/var/lib/app/data.db", "/api/v2/orders"]),
    ("a version", &["v1.24.3", "1.24.3-rc.1"]),
    ("a duration", &["12.50ms", "3m20s"]),
];

const WORDS: &str = "words";

/// So many kinds are too many.
const TOO_MANY: usize = 3;

/// True if a rule finds ordinary text.
pub(super) fn check(rule: &Rule, alone: &mut Trial, report: &mut Report<'_>) -> bool {
    let mut finds = |text: &&str| {
        rule.keywords.iter().take(4).any(|keyword| {
            [format!("{keyword} {text}"), format!("{text} {keyword}")]
                .iter()
                .any(|line| alone.on(line).is_by(&rule.name))
        })
    };
    let found: Vec<&str> =
        TEXTS.iter().filter(|(_, texts)| texts.iter().any(&mut finds)).map(|(kind, _)| *kind).collect();
    let is_ordinary = found.contains(&WORDS) || found.len() >= TOO_MANY;
    if is_ordinary {
        report.warn(
            &CATCH_ALL,
            rule.regex.place,
            format!("rule `{}` finds ordinary text beside its keywords: {}", rule.name, found.join(", ")),
            "let the regex say more of the secret: a prefix, its length, its characters, or an entropy",
        );
    }
    is_ordinary
}
