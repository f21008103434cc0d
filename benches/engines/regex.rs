//! The crate `regex` over the bytes of the record as they are: no JSON is read, nothing is enriched or routed.

use super::Engine;
use super::patterns::PATTERNS;
use regex::bytes::{Regex, RegexSet};

/// One set that tells which patterns match, and the patterns, each of which replaces what it finds.
pub(crate) struct Regexes {
    set: RegexSet,
    patterns: Vec<Regex>,
    out: Vec<u8>,
}

impl Regexes {
    pub(crate) fn new() -> Regexes {
        let patterns = PATTERNS.map(|pattern| Regex::new(pattern).expect("the pattern is valid"));
        Regexes {
            set: RegexSet::new(PATTERNS).expect("the patterns are valid"),
            patterns: patterns.into(),
            out: Vec::new(),
        }
    }
}

impl Engine for Regexes {
    fn name(&self) -> &'static str {
        "regex"
    }

    fn run(&mut self, record: &[u8]) -> Option<&[u8]> {
        self.out.clear();
        self.out.extend_from_slice(record);
        for pattern in self.set.matches(record).into_iter().filter_map(|n| self.patterns.get(n)) {
            self.out = pattern.replace_all(&self.out, &b"[REDACTED]"[..]).into_owned();
        }
        Some(&self.out)
    }
}
