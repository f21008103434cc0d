//! The core without WebAssembly, behind the same surface.

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
        Native { engine: Engine::new(&Policy::DEFAULT), counters: Counters::default() }
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
