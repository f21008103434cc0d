//! A compiled module, under the limits of Fluent Bit's runtime.

use wasmtime::{Config, Engine, ExternType, OperatorCost, OptLevel};

use crate::Error;

/// A module, validated with the features that Fluent Bit's runtime has and compiled once.
///
/// Off are SIMD, relaxed SIMD, tail calls, extended constants, GC, exceptions, threads, memory64
/// and several memories; on are multi-value, bulk memory, sign extension, non-trapping conversions
/// and reference types. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Module {
    compiled: wasmtime::Module,
    metered: bool,
}

impl Module {
    /// Compiles a module in the binary format.
    ///
    /// # Errors
    /// When the bytes are no module, need a feature that is off, import anything, or export no
    /// memory called `memory`.
    pub fn compile(wasm: &[u8]) -> Result<Self, Error> {
        Self::with(wasm, false, true).and_then(Self::without_imports)
    }

    /// As [`compile`](Self::compile), and counts the instructions that are executed, which makes
    /// the module slower; see [`Host::fuel`](crate::Host::fuel).
    ///
    /// # Errors
    /// As for [`compile`](Self::compile).
    pub fn compile_metered(wasm: &[u8]) -> Result<Self, Error> {
        Self::with(wasm, true, false).and_then(Self::without_imports)
    }

    /// As [`compile`](Self::compile), for a module that runs once, whoever its host will be: it may import what is not
    /// called, and have SIMD.
    pub(crate) fn compile_for_once(wasm: &[u8]) -> Result<Self, Error> {
        Self::with(wasm, false, false)
    }

    fn with(wasm: &[u8], metered: bool, often: bool) -> Result<Self, Error> {
        let mut config = Config::new();
        config
            .wasm_relaxed_simd(false)
            .wasm_simd(!often && !metered)
            .wasm_tail_call(false)
            .wasm_extended_const(false)
            .wasm_gc(false)
            .wasm_memory64(false)
            .wasm_multi_memory(false)
            .wasm_multi_value(true)
            .wasm_bulk_memory(true)
            .wasm_backtrace_max_frames(None)
            .consume_fuel(metered);
        if !often {
            // It takes half the time to compile, and does the same; its frames are larger.
            config.cranelift_opt_level(OptLevel::None).max_wasm_stack(1 << 20);
        }
        if metered {
            // What Fluent Bit's interpreter dispatches counts one, however many bytes it moves. Constants and locals are
            // operands there, and nearly all that is set is written by the instruction that computes it.
            let mut cost =
                OperatorCost { LocalGet: 0, LocalSet: 0, I32Const: 0, I64Const: 0, ..OperatorCost::default() };
            cost.variable.memory_copy_per_byte = 0;
            cost.variable.memory_fill_per_byte = 0;
            cost.variable.memory_init_per_byte = 0;
            config.operator_cost(cost);
        }
        let engine = Engine::new(&config).map_err(|error| {
            Error::new("wasmtime", format!("cannot start: {error}"), "this machine may not be supported")
        })?;
        let compiled = wasmtime::Module::from_binary(&engine, wasm).map_err(|error| {
            Error::new(
                "module",
                format!("refused: {}", describe(&error)),
                "build it for wasm32-unknown-unknown without target features that Fluent Bit lacks (SIMD, tail calls, threads)",
            )
        })?;
        if !matches!(compiled.get_export("memory"), Some(ExternType::Memory(_))) {
            return Err(Error::new(
                "module",
                "exports no memory called `memory`",
                "export it, so that the host can hand records over",
            ));
        }
        Ok(Module { compiled, metered })
    }

    fn without_imports(self) -> Result<Self, Error> {
        if let Some(import) = self.compiled.imports().next() {
            return Err(Error::new(
                "module",
                format!("imports `{}` from `{}`", import.name(), import.module()),
                "this host offers no imports, and a module without any runs in every Fluent Bit",
            ));
        }
        Ok(self)
    }

    /// The names of the functions that a host can call as a filter: six i32 in, one i32 out.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.compiled.exports().filter_map(|export| {
            let ExternType::Func(function) = export.ty() else {
                return None;
            };
            let is_i32 = |ty: wasmtime::ValType| matches!(ty, wasmtime::ValType::I32);
            let fits = function.params().len() == 6
                && function.results().len() == 1
                && function.params().all(is_i32)
                && function.results().all(is_i32);
            fits.then(|| export.name())
        })
    }

    pub(crate) fn compiled(&self) -> &wasmtime::Module {
        &self.compiled
    }

    pub(crate) fn is_metered(&self) -> bool {
        self.metered
    }
}

/// The whole chain of causes on one line.
fn describe(error: &wasmtime::Error) -> String {
    error.chain().map(|cause| cause.to_string().replace('\n', " ")).collect::<Vec<_>>().join(": ")
}
