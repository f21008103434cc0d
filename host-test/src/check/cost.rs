//! What a policy costs, in instructions that Fluent Bit's interpreter executes.

use std::fmt;
use std::sync::OnceLock;

use podsieve_policy::model::{File, Rule};

use super::Warning;
use super::report::Report;
use crate::{Config, Host, Module, Outcome, Runner, built_in_module};

pub(super) const EXPENSIVE: Warning = Warning {
    name: "rule-expensive",
    finds: "Looking for a rule's secret near a keyword costs a hundred times as much as a clean record, though there is none.",
};

pub(super) const COMMON: Warning = Warning {
    name: "keyword-common",
    finds: "A keyword of a rule is a word of ordinary records, each of which then costs several times as much.",
};

/// What records cost on average, once the module has seen some of their kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Instructions for a record with nothing to redact.
    pub clean: u64,
    /// The same with the default policy.
    pub clean_by_default: u64,
    /// Instructions for a record with an address or a bearer token in it.
    pub redacted: u64,
    /// Bytes of the module.
    pub bytes: usize,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { clean, clean_by_default, redacted, bytes } = self;
        write!(
            f,
            "estimated cost: {clean} instructions for a clean record (default policy: {clean_by_default}), {redacted} for one with something to redact; module {} KiB",
            bytes.div_ceil(1024)
        )
    }
}

/// So many clean records are too many for a keyword: most regexes take half of it at worst.
const TIMES: u64 = 100;

/// Words that stand in most logs, often as names of fields.
const ORDINARY: &str = "\
    action address attempt client code component connection container count debug duration error event \
    fatal file function get host http https info level line log logger message method module msg name \
    namespace operation path pod post request response server service severity span status time \
    timestamp trace type user warning";

/// Records whose cost does not count, as the module has not seen their kind.
const FIRST: usize = 32;

/// Records whose cost counts.
const COUNTED: usize = 64;

const TAG: &[u8] = b"kube.var.log.pods.shop_checkout-6b7c9d8f4-abcde_0b6c5f3e-1111-2222-3333-444455556666.worker.0.log";

/// Instructions for a clean record with the default policy; measured once.
pub(super) fn by_default() -> Option<u64> {
    static BY_DEFAULT: OnceLock<Option<u64>> = OnceLock::new();
    *BY_DEFAULT.get_or_init(|| mean(&mut host(built_in_module())?, plain))
}

/// Measures a baked module, and looks at each rule.
pub(super) fn check(
    file: &File,
    module: &[u8],
    clean_by_default: u64,
    found: &[&str],
    report: &mut Report<'_>,
) -> Option<Cost> {
    let mut host = host(module)?;
    let clean = mean(&mut host, plain)?;
    let redacted = mean(&mut host, |n| match n % 2 {
        0 => record(n, &format!("mail to customer{n}@example.com was sent")),
        _ => record(n, &format!("Authorization: Bearer abcdefgh{n:08}ijklmnop")),
    })?;
    for rule in &file.rules {
        let common: Vec<String> =
            rule.keywords.iter().filter(|keyword| is_common(keyword)).map(|keyword| format!("`{keyword}`")).collect();
        if !common.is_empty() {
            report.warn(
                &COMMON,
                rule.place,
                format!("rule `{}` is tried on most records: they have its keyword {}", rule.name, common.join(", ")),
                "take words that only stand beside such a secret",
            );
        }
        if found.contains(&rule.name.as_str()) || is_shared(rule, file) {
            continue;
        }
        let Some(more) = more(rule, &mut host).filter(|more| *more > clean_by_default * TIMES) else { continue };
        report.warn(
            &EXPENSIVE,
            rule.place,
            format!(
                "rule `{}` is expensive: a keyword of it costs {more} instructions, {} times as much as a clean record",
                rule.name,
                more / clean_by_default.max(1)
            ),
            "lower `within`, or let the regex begin with a literal and have no repetition in front of it",
        );
    }
    Some(Cost { clean, clean_by_default, redacted, bytes: module.len() })
}

/// Whether a keyword begins a word of most logs: it is found there too.
fn is_common(keyword: &str) -> bool {
    let word = keyword.trim_matches(|character: char| !character.is_ascii_alphanumeric());
    word.len() == keyword.len() && ORDINARY.split(' ').any(|ordinary| ordinary == word)
}

/// Whether other rules are tried at the keyword too: what it costs is not the rule's alone.
fn is_shared(rule: &Rule, file: &File) -> bool {
    let Some(keyword) = rule.keywords.first() else { return false };
    let mut others = file.rules.iter().filter(|other| other.name != rule.name);
    others.any(|other| other.keywords.iter().any(|other| keyword.contains(other.as_str())))
}

/// Instructions that a keyword adds to a record in which the rule finds nothing.
fn more(rule: &Rule, host: &mut Host) -> Option<u64> {
    let keyword = rule.keywords.first()?;
    let neutral = "lo".repeat(keyword.len().div_ceil(2));
    mean(host, |n| near(n, keyword))?.checked_sub(mean(host, |n| near(n, &neutral))?)
}

fn host(module: &[u8]) -> Option<Host> {
    let module = Module::compile_metered(module).ok()?;
    Host::new(&module, Config::default()).ok()
}

/// What records cost on average.
fn mean(host: &mut Host, record: impl Fn(usize) -> String) -> Option<u64> {
    let mut sum = 0;
    for n in 0..FIRST + COUNTED {
        if let Outcome::Lost(_) = host.run("pipeline", TAG, record(n).as_bytes()) {
            return None;
        }
        sum += if n < FIRST { 0 } else { host.fuel().function };
    }
    Some(sum / COUNTED as u64)
}

fn plain(n: usize) -> String {
    record(n, "Order was taken over, and three of its parts went on to the store")
}

/// A line with a word in its middle.
fn near(n: usize, word: &str) -> String {
    record(
        n,
        &format!("order {n} of today was taken over by {word} after 12 ms, and part {n} of it went on to store-7"),
    )
}

/// A record of a worker's log, as `multiline.parser cri` hands it over.
fn record(n: usize, message: &str) -> String {
    format!(
        concat!(
            r#"{{"stream":"stderr","logtag":"F","log":"{{\"timestamp\": \"2026-11-23T08:40:{:02}.{:06}+00:00\", "#,
            r#"\"level\": \"INFO\", \"logger\": \"app.services.orders\", \"message\": \"{}\", "#,
            r#"\"service\": \"checkout\", \"operation\": \"order_taken\", \"status\": \"success\", "#,
            r#"\"tenant_id\": \"tenant-acme-{:03}\", \"correlation_id\": \"1818e811-892f-902b-d23f-0824128b{:04x}\", "#,
            r#"\"duration_ms\": {}, \"attempt\": 0, \"function\": \"take_over\", \"line\": 219}}"}}"#,
        ),
        n % 60,
        n * 7919 % 1_000_000,
        message,
        n % 1000,
        n,
        n * 13 % 60_000,
    )
}
