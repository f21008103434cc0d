//! What podsieve is told in files: read with the places of all that stands in them, so that what is wrong can be shown.
//!
//! ```
//! use podsieve_policy::yaml;
//!
//! let node = yaml::read("routes:\n  - tag: audit\n").expect("it is YAML");
//! let routes = node.get("routes").expect("it has routes");
//! assert_eq!((routes.place.line, routes.place.column), (2, 3));
//! let wrong = yaml::read("a: 1\na: 2\n").expect_err("a key stands there twice");
//! assert_eq!(wrong.to_string(), "2:1: this key is there already, in line 1");
//! ```
//!
//! What it does not do: it reads no files, and what a file may say is the concern of who reads the nodes.

#![no_std]

extern crate alloc;

pub mod pattern;
pub mod yaml;
