//! [VRL](https://vrl.dev), the language of Vector, as a crate: a program that does the four jobs.
//!
//! The time is that of a record from bytes to bytes, as for podsieve: JSON to VRL's value, the program, and the value to
//! JSON. The program is compiled once. It is the fastest form that was found: one set of patterns over the raw line
//! decides whether the values have to be redacted at all, and one alternation redacts them, because `redact` copies
//! every string once for each of its patterns. In the form of the documentation, a list of patterns and no condition,
//! it takes twice as long.

use super::Engine;
use super::patterns::PATTERNS;
use podsieve_benches::workload::TAG;
use std::collections::BTreeMap;
use vrl::compiler::state::RuntimeState;
use vrl::compiler::{Context, Program, TargetValueRef, TimeZone};
use vrl::value::{Secrets, Value};

/// A compiled program and what it runs in.
pub(crate) struct Vrl {
    program: Program,
    state: RuntimeState,
    /// Holds the tag, as `%tag`.
    metadata: Value,
    secrets: Secrets,
    out: Vec<u8>,
}

impl Vrl {
    pub(crate) fn new() -> Vrl {
        let each = PATTERNS.map(|pattern| format!("r'{pattern}'")).join(", ");
        let any = PATTERNS.map(|pattern| format!("(?:{pattern})")).join("|");
        let source = include_str!("pipeline.vrl").replace("EACH", &each).replace("ANY", &any);
        let compiled = vrl::compiler::compile(&source, &vrl::stdlib::all());
        Vrl {
            program: compiled.unwrap_or_else(|error| panic!("the program does not compile: {error:?}")).program,
            state: RuntimeState::default(),
            metadata: Value::Object(BTreeMap::from([("tag".into(), TAG.into())])),
            secrets: Secrets::default(),
            out: Vec::new(),
        }
    }
}

impl Engine for Vrl {
    fn name(&self) -> &'static str {
        "vrl"
    }

    fn run(&mut self, record: &[u8]) -> Option<&[u8]> {
        let mut value: Value = serde_json::from_slice(record).ok()?;
        self.state.clear();
        let mut target = TargetValueRef { value: &mut value, metadata: &mut self.metadata, secrets: &mut self.secrets };
        self.program.resolve(&mut Context::new(&mut target, &mut self.state, &TimeZone::default())).ok()?;
        self.out.clear();
        serde_json::to_writer(&mut self.out, &value).ok()?;
        Some(&self.out)
    }
}
