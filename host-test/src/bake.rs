//! Makes a module of a policy: the one that takes policies is given it, builds its tables, and is written down as it then
//! is, so that there is nothing left to do when it starts.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use podsieve_policy::yaml::Wrong;
use wasmtime::{Instance, Linker, Memory, Store, Val};
use wasmtime_wizer::{InstanceState, ModuleContext, SnapshotVal, ValType, Wizer};

use crate::policy::{self, Key};
use crate::{Error, Module, VERSION, unbaked_envoy_module, unbaked_module};

/// What the unbaked module takes policies by; a baked one has it no more.
const TAKE: &str = "podsieve_policy";

/// Who runs a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// Fluent Bit.
    #[default]
    FluentBit,
    /// Envoy.
    Envoy,
}

/// The module for Fluent Bit that follows the policy of this text in YAML, with these keys for its hashes. The same policy and keys give
/// the same bytes.
///
/// # Errors
/// What is wrong with the policy, a line each: `line:column: what`.
pub fn bake(policy: &str, keys: &[Key]) -> Result<Vec<u8>, Error> {
    Baker::new(Target::FluentBit)?.bake(policy, keys)
}

/// What bakes several policies: the module that takes them is compiled once.
pub struct Baker {
    wizer: Wizer,
    context: ModuleContext<'static>,
    module: Module,
}

impl Baker {
    /// Compiles the module that takes policies.
    ///
    /// # Errors
    /// When that is broken.
    pub fn new(target: Target) -> Result<Baker, Error> {
        let wizer = Wizer::new();
        let unbaked = match target {
            Target::FluentBit => unbaked_module(),
            Target::Envoy => unbaked_envoy_module(),
        };
        let (context, instrumented) = wizer.instrument(unbaked).map_err(broken)?;
        Ok(Baker { wizer, context, module: Module::compile_for_once(&instrumented)? })
    }

    /// As [`bake`].
    ///
    /// # Errors
    /// As there.
    pub fn bake(&self, policy: &str, keys: &[Key]) -> Result<Vec<u8>, Error> {
        let compiled = self.module.compiled();
        let mut store = Store::new(compiled.engine(), ());
        // What is imported is not called while a policy is taken.
        let mut linker = Linker::new(compiled.engine());
        let linked = linker.define_unknown_imports_as_traps(compiled);
        let instance = linked.and_then(|()| linker.instantiate(&mut store, compiled)).map_err(broken)?;
        let mut baking = Baking { store, instance };
        let wrong = baking.take(policy, &lines(keys)).map_err(broken)?;
        if !wrong.is_empty() {
            return Err(Error::new("policy", wrong, ""));
        }
        let baked = done(self.wizer.snapshot(&self.context, &mut baking)).map_err(broken)?;
        let pruned = podsieve_tune::prune(&baked, &[TAKE]);
        // What it says of itself: of keys the canonical policy has only where they are.
        let canonical = policy::read(policy).map(|file| policy::canonical(&file)).unwrap_or_default();
        let sections = [(podsieve_tune::POLICY, canonical.as_bytes()), (podsieve_tune::VERSION, VERSION.as_bytes())];
        let named = pruned.and_then(|module| podsieve_tune::with_sections(&module, &sections));
        named.map_err(|error| Error::new("baked module", error, "this is a bug of podsieve"))
    }
}

fn broken(error: wasmtime::Error) -> Error {
    Error::new("unbaked module", format!("{error:#}"), "this is a bug of podsieve")
}

/// Keys as the module reads them.
fn lines(keys: &[Key]) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    keys.iter().map(|(id, bytes)| format!("{id}={}\n", hex(bytes))).collect()
}

/// What several things that are wrong say, each behind its place.
pub fn told(wrong: &[Wrong]) -> String {
    wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// An instance that is to be written down.
struct Baking {
    store: Store<()>,
    instance: Instance,
}

impl Baking {
    /// Hands a policy over, and returns what is wrong with it.
    fn take(&mut self, policy: &str, keys: &str) -> wasmtime::Result<String> {
        let take = self.instance.get_typed_func::<(u32, u32, u32, u32), u32>(&mut self.store, TAKE)?;
        let (text, text_length) = self.put(policy)?;
        let (keys, keys_length) = self.put(keys)?;
        let address = take.call(&mut self.store, (text, text_length, keys, keys_length))?;
        let wrong = self.memory()?.data(&self.store).get(address as usize..).unwrap_or_default();
        let end = wrong.iter().position(|byte| *byte == 0).unwrap_or_default();
        Ok(String::from_utf8_lossy(&wrong[..end]).into_owned())
    }

    /// A text in the memory of the module: its address and length.
    fn put(&mut self, text: &str) -> wasmtime::Result<(u32, u32)> {
        let length = u32::try_from(text.len())?;
        let malloc = self.instance.get_typed_func::<u32, u32>(&mut self.store, "malloc")?;
        let address = malloc.call(&mut self.store, length)?;
        self.memory()?.write(&mut self.store, address as usize, text.as_bytes())?;
        Ok((address, length))
    }

    fn memory(&mut self) -> wasmtime::Result<Memory> {
        self.instance.get_memory(&mut self.store, "memory").ok_or_else(|| wasmtime::Error::msg("there is no memory"))
    }
}

impl InstanceState for Baking {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        let global = self.instance.get_global(&mut self.store, name).map(|global| global.get(&mut self.store));
        match global {
            Some(Val::I32(value)) => SnapshotVal::I32(value),
            Some(Val::I64(value)) => SnapshotVal::I64(value),
            Some(Val::F32(value)) => SnapshotVal::F32(value),
            Some(Val::F64(value)) => SnapshotVal::F64(value),
            other => unreachable!("a global that nothing of podsieve has: {other:?}"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        if let Some(memory) = self.instance.get_memory(&mut self.store, name) {
            contents(memory.data(&self.store));
        }
    }
}

/// The result of what never waits.
fn done<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result;
        }
    }
}
