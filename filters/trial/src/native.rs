//! The core without WebAssembly, behind the same surface.

use podsieve_core::trace::Trace;
use podsieve_core::{Engine, Function, Policy};

use crate::json::{self, Verdict};
use crate::runner::{Counters, Lost, Outcome, Runner};

/// Runs `podsieve-core` in this process.
///
/// The result is judged as strictly as that of a module: the two must agree on everything.
pub struct Native {
    engine: Engine,
    counters: Counters,
}

impl Native {
    /// An engine with the built-in policy.
    pub fn new() -> Self {
        Native::with(&Policy::DEFAULT)
    }

    /// An engine with this policy.
    pub fn with(policy: &'static Policy) -> Self {
        Native { engine: Engine::new(policy), counters: Counters::default() }
    }

    /// From now on, what is done to a record is kept until the next one comes; or no more.
    pub fn set_trace(&mut self, on: bool) {
        self.engine.set_trace(on);
    }

    /// What was done to the last record, if that is kept.
    pub fn trace(&self) -> &Trace {
        self.engine.trace()
    }
}

impl Default for Native {
    fn default() -> Self {
        Native::new()
    }
}

impl Runner for Native {
    fn run(&mut self, function: &str, tag: &[u8], record: &[u8]) -> Outcome<'_> {
        let result = match Function::from_name(function) {
            None => Err(Lost::UnknownFunction),
            Some(function) => {
                let bytes = self.engine.run(function, tag, record);
                match json::judge(bytes) {
                    Verdict::Object => Ok(bytes),
                    verdict => Err(verdict.loss(bytes)),
                }
            }
        };
        self.counters.count(result.map(|_| ()));
        match result {
            Ok(bytes) => Outcome::Record(bytes),
            Err(reason) => Outcome::Lost(reason),
        }
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }
}
