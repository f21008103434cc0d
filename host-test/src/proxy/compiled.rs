//! A filter, compiled once for many plugins.

use wasmtime::{AsContextMut, Config, Engine, ExternType, Instance, InstancePre, Linker, Module};

use super::imports;
use super::vm::Host;
use crate::Error;

/// A filter, compiled once for many plugins. Cloning is cheap.
#[derive(Clone)]
pub struct Compiled {
    ready: InstancePre<Host>,
}

impl Compiled {
    /// Compiles a module in the binary format.
    ///
    /// # Errors
    /// When the bytes are no module, name no known version of the ABI, or import what Envoy does not offer.
    pub fn new(wasm: &[u8]) -> Result<Self, Error> {
        let refused = |what: String| Error::new("filter", what, "Envoy would not start with it");
        let mut config = Config::new();
        config.wasm_backtrace_max_frames(None);
        let engine = Engine::new(&config).map_err(|error| refused(format!("wasmtime cannot start: {error}")))?;
        let module = Module::from_binary(&engine, wasm).map_err(|error| refused(format!("refused: {error:#}")))?;
        let knows_abi = ["proxy_abi_version_0_2_0", "proxy_abi_version_0_2_1"]
            .iter()
            .any(|version| matches!(module.get_export(version), Some(ExternType::Func(_))));
        if !knows_abi {
            return Err(refused("exports no `proxy_abi_version_0_2_0` or `proxy_abi_version_0_2_1`".to_owned()));
        }
        let unknown: Vec<String> = module
            .imports()
            .filter(|import| import.module() != "env" || !imports::NAMES.contains(&import.name()))
            .map(|import| format!("`{}` from `{}`", import.name(), import.module()))
            .collect();
        if !unknown.is_empty() {
            return Err(refused(format!("imports {}", unknown.join(", "))));
        }
        let mut linker = Linker::new(&engine);
        let ready = imports::offer(&mut linker)
            .and_then(|()| linker.instantiate_pre(&module))
            .map_err(|error| refused(format!("cannot be linked: {error:#}")))?;
        Ok(Compiled { ready })
    }

    pub(super) fn engine(&self) -> &Engine {
        self.ready.module().engine()
    }

    pub(super) fn instantiate(&self, store: impl AsContextMut<Data = Host>) -> wasmtime::Result<Instance> {
        self.ready.instantiate(store)
    }
}
