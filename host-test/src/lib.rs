//! A host that behaves as Fluent Bit's WASM filter does, and the readers that feed it.
//!
//! The command `podsieve` and the tests of the repository stand on it. A [`Host`] runs a module on
//! wasmtime under the conditions that Fluent Bit gives it, and says of every record what Fluent Bit
//! would do with it: replace it, or lose it, and why ([`Outcome`], [`Lost`]). [`Native`] runs the
//! core without WebAssembly behind the same [`Runner`] trait. [`input`] turns log files into the
//! records that Fluent Bit would hand over, and [`json`] judges what comes back. [`lint`] judges the
//! configurations that the module stands in, [`check`] policies, and [`inspect`] modules; [`import`] makes policies of
//! others' rules. [`explain`] says what a policy does with a record and why, and [`cases`] try it. [`proxy`] runs filters
//! for Envoy as Envoy would. [`report`] reads what was archived, and [`estimate`] says what a volume of records takes.
//!
//! ```
//! use podsieve_host::{Config, Host, Module, Outcome, Runner};
//!
//! # fn main() -> Result<(), podsieve_host::Error> {
//! let module = Module::compile(podsieve_host::built_in_module())?;
//! let mut host = Host::new(&module, Config::default())?;
//! match host.run("pipeline", b"kube.x", br#"{"log":"hello"}"#) {
//!     Outcome::Record(json) => assert!(json.starts_with(b"{")),
//!     Outcome::Lost(reason) => panic!("lost: {reason}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What it does not do: it is not the interpreter that Fluent Bit carries, so `wasm_stack_size` has
//! no effect here, and speeds are those of compiled code. A test in Fluent Bit itself stays needed.

pub mod bake;
pub mod check;
pub mod estimate;
mod finding;
mod heap;
mod host;
pub mod inspect;
pub mod lint;
mod module;
pub mod numbers;
pub mod proxy;
pub mod report;

pub use finding::{Finding, Level};
pub use host::{Config, Fuel, Host, Instances};
pub use module::Module;
pub use podsieve_trial::{Counters, Error, Lost, Native, Outcome, Runner, cases, explain, import, input, json, policy};

/// The version of podsieve.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The bytes of the module that was built with this crate, `dist/podsieve.wasm`.
pub fn built_in_module() -> &'static [u8] {
    include_bytes!(concat!(env!("OUT_DIR"), "/podsieve.wasm"))
}

/// The bytes of the module that takes a policy, `dist/unbaked.wasm`.
pub fn unbaked_module() -> &'static [u8] {
    include_bytes!(concat!(env!("OUT_DIR"), "/unbaked.wasm"))
}

/// The bytes of the module for Envoy that takes a policy, `dist/unbaked-envoy.wasm`.
pub fn unbaked_envoy_module() -> &'static [u8] {
    include_bytes!(concat!(env!("OUT_DIR"), "/unbaked-envoy.wasm"))
}
