//! What a module holds, and whether its host can load it: Fluent Bit, or Envoy if it is a plugin of that.
//!
//! ```
//! use podsieve_host::inspect;
//!
//! # fn main() -> Result<(), podsieve_host::Error> {
//! let module = inspect::inspect(podsieve_host::built_in_module())?;
//! assert!(module.imports.is_empty() && module.faults().is_empty());
//! assert_eq!(module.version.as_deref(), Some(podsieve_host::VERSION));
//! assert_eq!(module.policy, None);
//! # Ok(())
//! # }
//! ```
//!
//! Nothing of it is run.

mod features;

use std::fmt::Write;

use podsieve_core::Function;
use sha2::{Digest, Sha256};
use wasmparser::types::{EntityType, TypesRef};
use wasmparser::{FuncType, Parser, Payload, ValType, Validator, WasmFeatures};

use crate::{Error, policy};

pub use features::Feature;

/// Who loads a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// Fluent Bit 2.0 to 5.1.
    FluentBit,
    /// Envoy, and all that speak [proxy-wasm](https://github.com/proxy-wasm/spec) 0.2.1.
    Envoy,
}

impl Runtime {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Runtime::FluentBit => "Fluent Bit 2.0 to 5.1",
            Runtime::Envoy => "Envoy",
        }
    }
}

/// What each plugin of Envoy exports, by the version of what it speaks.
const ABI: &str = "proxy_abi_version_";

/// What Envoy calls to hand something over: the newer name, and the older one.
const ALLOCATORS: [&str; 2] = ["proxy_on_memory_allocate", "malloc"];

/// What a module holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// Its bytes.
    pub size: usize,
    /// The SHA-256 of them, in hexadecimal digits.
    pub sha256: String,
    /// What it asks of its host, `module.name`.
    pub imports: Vec<Port>,
    /// What it gives its host.
    pub exports: Vec<Port>,
    /// The exported functions that Fluent Bit can call as a filter.
    pub filters: Vec<String>,
    /// Its first memory.
    pub memory: Option<Memory>,
    /// What it needs of WebAssembly beyond the first version.
    pub features: Vec<Feature>,
    /// The version of podsieve that it says it is of.
    pub version: Option<String>,
    /// The policy that was baked in.
    pub policy: Option<Policy>,
}

/// An import or an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its type: `func (i32) -> i32`.
    pub ty: String,
}

/// How large a memory is, in pages of 64 KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// When it starts.
    pub initial: u64,
    /// At most; nothing if there is no limit of its own.
    pub maximum: Option<u64>,
}

/// A policy that was baked in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What it is called in audits; nothing if this version cannot read it.
    pub id: Option<String>,
    /// Its canonical form, which is a policy file too. It has no keys.
    pub text: String,
}

impl Inspected {
    /// Whom it is for: it says which version of proxy-wasm it speaks if it is for Envoy.
    #[must_use]
    pub fn runtime(&self) -> Runtime {
        if self.exports.iter().any(|export| export.name.starts_with(ABI)) { Runtime::Envoy } else { Runtime::FluentBit }
    }

    /// Why its host refuses it or loses records with it, a sentence each; nothing if it does neither.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        match self.runtime() {
            Runtime::FluentBit => self.faults_in_fluent_bit(),
            Runtime::Envoy => self.faults_in_envoy(),
        }
    }

    fn faults_in_envoy(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let has = |name: &str, kind: &str| {
            self.exports.iter().any(|export| export.name == name && export.ty.starts_with(kind))
        };
        // Envoy has what WASI calls so as well.
        let known = |import: &Port| {
            ["env.proxy_", "wasi_snapshot_preview1.", "wasi_unstable."]
                .iter()
                .any(|front| import.name.starts_with(front))
        };
        if let Some(import) = self.imports.iter().find(|import| !known(import)) {
            faults.push(format!("it imports {}, which Envoy does not have: call nothing but proxy-wasm", import.name));
        }
        if !has("memory", "memory") {
            faults.push("it exports no memory called `memory`, and Envoy cannot hand anything over".to_owned());
        }
        if !ALLOCATORS.iter().any(|name| has(name, "func (i32) -> i32")) {
            faults.push("it exports no `proxy_on_memory_allocate`, and Envoy cannot hand anything over".to_owned());
        }
        if !has("proxy_on_context_create", "func (i32, i32)") {
            faults.push("it exports no `proxy_on_context_create`, and knows of no request".to_owned());
        }
        faults
    }

    fn faults_in_fluent_bit(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if let Some(import) = self.imports.first() {
            let count = self.imports.len();
            faults.push(format!(
                "it has imports ({count}, the first one is {}): Fluent Bit has none of them and loses records or refuses to start; build it for wasm32-unknown-unknown and call nothing of a host",
                import.name
            ));
        }
        let refused: Vec<&str> =
            self.features.iter().filter(|feature| !feature.loads).map(|feature| feature.name).collect();
        if !refused.is_empty() {
            faults.push(format!("Fluent Bit lacks {}: build it without", refused.join(", ")));
        }
        if !self.exports.iter().any(|export| export.name == "memory" && export.ty.starts_with("memory")) {
            faults.push("it exports no memory called `memory`, and Fluent Bit cannot hand records over".to_owned());
        }
        if self.filters.is_empty() {
            faults.push("it exports no function that is a filter: six i32 in, one i32 out".to_owned());
        }
        faults
    }

    /// Those of podsieve's functions that it has.
    pub fn functions(&self) -> impl Iterator<Item = &'static str> {
        let has = |name: &str| self.filters.iter().any(|filter| filter == name);
        Function::ALL.into_iter().map(Function::name).filter(move |name| has(name))
    }
}

/// Reads a module.
///
/// # Errors
/// It is no WebAssembly module, or not a valid one.
pub fn inspect(wasm: &[u8]) -> Result<Inspected, Error> {
    let no = |what: &str, advice| Err(Error::new("module", what, advice));
    if wasm.starts_with(b"\0aot") {
        return no(
            "is machine code that wamrc made of a module, and not the module",
            "inspect the .wasm file that it was made of",
        );
    }
    if Parser::is_component(wasm) {
        return no(
            "is a component and not a module, which Fluent Bit does not load",
            "build it for wasm32-unknown-unknown",
        );
    }
    if !wasm.starts_with(b"\0asm") {
        return no("is no WebAssembly: it does not begin as a module does", "give a .wasm file");
    }
    let refused = |error: wasmparser::BinaryReaderError| {
        Error::new("module", format!("is not valid: {error}"), "it may be cut off: copy or build it again")
    };
    let types = Validator::new_with_features(WasmFeatures::all()).validate_all(wasm).map_err(refused)?;
    let mut module = Inspected {
        size: wasm.len(),
        sha256: Sha256::digest(wasm).iter().map(|byte| format!("{byte:02x}")).collect(),
        imports: Vec::new(),
        exports: Vec::new(),
        filters: Vec::new(),
        memory: None,
        features: features::used(wasm),
        version: None,
        policy: None,
    };
    for payload in Parser::new(0).parse_all(wasm) {
        module.take(&payload.map_err(refused)?, types.as_ref()).map_err(refused)?;
    }
    Ok(module)
}

impl Inspected {
    fn take(&mut self, payload: &Payload<'_>, types: TypesRef<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    let import = import?;
                    let ty = types.entity_type_from_import(&import);
                    let name = format!("{}.{}", import.module, import.name);
                    self.imports.push(Port { name: printable(&name), ty: written(ty, types) });
                }
            }
            Payload::ExportSection(section) => {
                for export in section.clone() {
                    let export = export?;
                    let ty = types.entity_type_from_export(&export);
                    let port = Port { name: printable(export.name), ty: written(ty, types) };
                    if ty.and_then(|ty| function(ty, types)).is_some_and(is_filter) {
                        self.filters.push(port.name.clone());
                    }
                    self.exports.push(port);
                }
            }
            Payload::MemorySection(section) => {
                if let Some(memory) = section.clone().into_iter().next() {
                    let memory = memory?;
                    self.memory = Some(Memory { initial: memory.initial, maximum: memory.maximum });
                }
            }
            Payload::CustomSection(section) => {
                let text = String::from_utf8_lossy(section.data());
                match section.name() {
                    podsieve_tune::VERSION => self.version = Some(printable(&text)),
                    podsieve_tune::POLICY => self.policy = Some(Policy { id: id(&text), text: printable(&text) }),
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn id(text: &str) -> Option<String> {
    policy::read(text).ok().map(|file| policy::id(&file))
}

fn function<'a>(ty: EntityType, types: TypesRef<'a>) -> Option<&'a FuncType> {
    match ty {
        EntityType::Func(id) | EntityType::FuncExact(id) => Some(types.get(id)?.unwrap_func()),
        _ => None,
    }
}

fn is_filter(function: &FuncType) -> bool {
    function.params() == [ValType::I32; 6] && function.results() == [ValType::I32]
}

/// A type as it is written.
fn written(ty: Option<EntityType>, types: TypesRef<'_>) -> String {
    let list = |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match ty {
        Some(ty @ (EntityType::Func(_) | EntityType::FuncExact(_))) => {
            let Some(function) = function(ty, types) else { return "func".to_owned() };
            let mut out = format!("func ({})", list(function.params()));
            if !function.results().is_empty() {
                // Writing into a string does not fail.
                let _ = write!(out, " -> {}", list(function.results()));
            }
            out
        }
        Some(EntityType::Table(_)) => "table".to_owned(),
        Some(EntityType::Memory(memory)) => match memory.maximum {
            Some(maximum) => format!("memory {} to {maximum} pages", memory.initial),
            None => format!("memory {} pages", memory.initial),
        },
        Some(EntityType::Global(global)) => {
            format!("global {}{}", if global.mutable { "mut " } else { "" }, global.content_type)
        }
        Some(EntityType::Tag(_)) => "tag".to_owned(),
        None => "unknown".to_owned(),
    }
}

/// Without what would move a terminal's cursor.
fn printable(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if character.is_control() { out.extend(character.escape_default()) } else { out.push(character) }
    }
    out
}
