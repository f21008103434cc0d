//! A policy on lines, outside of any host: the command `podsieve` and the playground stand on it.
//!
//! [`input`] turns log files into the records that Fluent Bit would hand over, [`Native`] runs the core on them behind the
//! [`Runner`] trait, and [`json`] judges what comes out as strictly as Fluent Bit does. [`policy`] reads what to do,
//! [`explain`] says what was done and why, [`cases`] try it, and [`import`] makes policies of others' rules.
//!
//! ```
//! use podsieve_trial::{explain::Explainer, policy};
//!
//! let file = policy::read("detectors:\n  email: remove\n").expect("it is a policy");
//! let mut explainer = Explainer::new(file, &[]).expect("the engine has it all");
//! let explained = explainer.explain("pipeline", b"kube.x", br#"{"log":"from ann@example.org"}"#);
//! assert_eq!((explained.found[0].rule, explained.found[0].action), ("email", "remove"));
//! ```
//!
//! What it does not do: it is no WebAssembly host, so what a module does in one is not seen here.

pub mod cases;
mod error;
pub mod explain;
pub mod import;
pub mod input;
pub mod json;
mod native;
pub mod policy;
mod runner;

pub use error::Error;
pub use native::Native;
pub use runner::{Counters, Lost, Outcome, Runner};
