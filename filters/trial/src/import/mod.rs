//! What others have as rules, as a policy of podsieve.
//!
//! ```
//! # fn main() -> Result<(), podsieve_trial::Error> {
//! let text = r#"
//! [[rules]]
//! id = "acme-key"
//! regex = '''\b(acme_[a-z0-9]{32})\b'''
//! keywords = ["acme_"]
//! "#;
//! let import = podsieve_trial::import::gitleaks("gitleaks.toml", text)?;
//! assert_eq!((import.count.rules, import.count.taken), (1, 1));
//! assert!(import.policy.contains(r"regex: '\b(acme_[a-z0-9]{32})\b'"));
//! # Ok(())
//! # }
//! ```
//!
//! Of a [configuration of gitleaks](https://github.com/gitleaks/gitleaks#configuration) all is taken over that means
//! something for logs. What changes is told ([`Note`]), and is on the side of redacting more: an exception that cannot
//! be taken over is none. Regexes are written for regex-lite; of a regex with a group that is in every match, what it
//! begins with and need not is left away, as it only costs time.

mod allow;
mod config;
mod names;
mod rules;
mod write;

use std::fmt;

use crate::Error;

/// A policy, and what became of the rules.
#[derive(Debug)]
pub struct Import {
    /// The policy, as YAML.
    pub policy: String,
    /// What is not as it was, in the order of the lines.
    pub notes: Vec<Note>,
    /// How many of what.
    pub count: Count,
}

/// Something that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The line, from 1.
    pub line: usize,
    /// The rule's id; empty if it is about all.
    pub rule: String,
    /// Whether the rule, or the exception, was left out.
    pub left_out: bool,
    /// What, and why.
    pub what: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Note { line, rule, left_out, what } = self;
        let verdict = if *left_out { "left out" } else { "changed" };
        match rule.as_str() {
            "" => write!(f, "{line}: {verdict}: {what}"),
            rule => write!(f, "{line}: {verdict}: {rule}: {what}"),
        }
    }
}

/// How many of what there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Rules in the configuration.
    pub rules: u64,
    /// Those of them that the policy has.
    pub taken: u64,
    /// Rules in the policy: one of the configuration may become several.
    pub written: u64,
    /// Regexes that regex-lite reads in another way than Go.
    pub translated: u64,
    /// Regexes that begin later than they did.
    pub shortened: u64,
    /// Rules without a limit for how long a match is: what is more than 1024 bytes from its keyword is not seen.
    pub unlimited: u64,
    /// Exceptions for paths and commits, which records do not have.
    pub places: u64,
    /// Other exceptions that were left out.
    pub exceptions: u64,
}

/// Makes a policy of a configuration of gitleaks; `file` is its name for errors and for the policy.
///
/// # Errors
/// When the text is no TOML, or a value is not what gitleaks reads: the error says where.
pub fn gitleaks(file: &str, text: &str) -> Result<Import, Error> {
    let config = config::read(file, text)?;
    Ok(rules::import(file, &config))
}
