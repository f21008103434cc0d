//! The redaction check: what the present policy finds in a record that is archived.

use podsieve_core::{Engine, Function, Policy};

/// Looks for what should not be there.
pub(super) struct Check {
    engine: Engine,
    /// Says what was found where; it is slower, and asked only for records with something.
    tracing: Engine,
    policy: &'static Policy,
    safe: Vec<u8>,
}

/// What a line of an archive is.
pub(super) enum Looked<'a> {
    Clean,
    /// Rules that found something and how often, and the record without it.
    Found(Vec<(&'static str, u64)>, &'a [u8]),
    /// No JSON object.
    NoRecord,
    /// Longer than the policy lets a record be.
    TooLong,
}

impl Check {
    pub(super) fn new(policy: &'static Policy) -> Check {
        let mut tracing = Engine::new(policy);
        tracing.set_trace(true);
        Check { engine: Engine::new(policy), tracing, policy, safe: Vec::new() }
    }

    /// Redacts a record once more. What stands for something that was redacted before is left alone by the engine, and
    /// so is what the policy allows or only counts.
    pub(super) fn look(&mut self, record: &[u8]) -> Looked<'_> {
        self.engine.run(Function::Redact, b"", record);
        if self.engine.is_no_object() {
            return Looked::NoRecord;
        }
        if self.engine.has_failed() {
            return Looked::TooLong;
        }
        if !self.engine.has_redacted() {
            return Looked::Clean;
        }
        self.safe.clear();
        self.safe.extend_from_slice(self.tracing.run(Function::Redact, b"", record));
        let mut rules: Vec<(&'static str, u64)> = Vec::new();
        for found in self.tracing.trace().found().iter().filter(|found| found.kept.is_none()) {
            let Some(name) = self.policy.rules.get(usize::from(found.rule)) else { continue };
            match rules.iter_mut().find(|(rule, _)| rule == name) {
                Some((_, count)) => *count += 1,
                None => rules.push((name, 1)),
            }
        }
        if rules.is_empty() { Looked::Clean } else { Looked::Found(rules, &self.safe) }
    }
}
