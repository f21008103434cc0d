//! podsieve: the core as it is, and the module in wasmtime.

use super::Engine;
use podsieve_benches::workload::TAG;
use podsieve_core::{Function, Policy};
use podsieve_host::{Config, Host, Module, Runner, built_in_module};

/// The core, compiled for this machine.
pub(crate) struct Native(podsieve_core::Engine);

impl Native {
    pub(crate) fn new() -> Native {
        Native(podsieve_core::Engine::new(&Policy::DEFAULT))
    }
}

impl Engine for Native {
    fn name(&self) -> &'static str {
        "podsieve"
    }

    fn run(&mut self, record: &[u8]) -> Option<&[u8]> {
        Some(self.0.run(Function::Pipeline, TAG.as_bytes(), record))
    }

    fn is_podsieve(&self) -> bool {
        true
    }
}

/// The module, called as Fluent Bit does it. What the host does is part of the time: the record goes into the guest's
/// memory, the result is copied out of it and read once to see whether it is one JSON object.
pub(crate) struct Wasm(Host);

impl Wasm {
    pub(crate) fn new() -> Wasm {
        let module = Module::compile(built_in_module()).expect("the built-in module compiles");
        Wasm(Host::new(&module, Config::default()).expect("the built-in module starts"))
    }
}

impl Engine for Wasm {
    fn name(&self) -> &'static str {
        "podsieve in wasmtime"
    }

    fn run(&mut self, record: &[u8]) -> Option<&[u8]> {
        self.0.run(Function::Pipeline.name(), TAG.as_bytes(), record).record()
    }

    fn is_podsieve(&self) -> bool {
        true
    }
}
