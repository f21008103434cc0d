//! What podsieve is told in files: read with the places of all that stands in them, so that what is wrong can be shown.
//!
//! ```
//! use podsieve_policy::model::{Action, Detector, Group, Known};
//!
//! let detectors = [Detector { name: "email", group: Group::Pii, on: true }];
//! let known = Known { detectors: &detectors };
//! let file = podsieve_policy::read("detectors:\n  pii: remove\n", &known).expect("it is a policy");
//! assert_eq!(file.detectors[0].action, Some(Action::Remove));
//! let wrongs = podsieve_policy::read("detectors:\n  emial: remove\n", &known).expect_err("a name is misspelt");
//! assert_eq!(wrongs[0].to_string(), "2:3: unknown detector `emial`; did you mean `email`?");
//! ```
//!
//! What it does not do: it reads no files and no environment, and finds nothing itself: the engine in `podsieve-core` does.

#![no_std]

extern crate alloc;

mod canonical;
pub mod compile;
pub mod model;
pub mod pattern;
pub mod plugin;
mod read;
mod schema;
pub mod yaml;

pub use canonical::{canonical, id};
pub use podsieve_config::MAX_WRONGS;
pub use read::{read, read_cases};
pub use schema::SCHEMA;

/// The default policy as a file, with comments on all that there is: it means what an empty file means.
pub const DEFAULT: &str = include_str!("default.yaml");
