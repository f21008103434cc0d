//! What podsieve is told, as a tree of nodes that know their places, so that what is wrong can be shown; and what a plugin
//! in Envoy is told.
//!
//! A file becomes a [`Node`], by [`json`] here or by the reader of YAML in `podsieve-policy`. A [`Reader`] makes values of
//! nodes and keeps what is wrong with them; a [`Form`] is a map whose keys are fixed. Policies are read with them too, in
//! `podsieve-policy`, which a module without policies of one's own does not have.
//!
//! ```
//! use podsieve_config::{json, plugin};
//!
//! let text = r#"{"mode": "egde"}"#;
//! let node = json::read(text).expect("it is JSON");
//! let wrongs = plugin::read(node, text, |_, _| None::<()>).expect_err("a mode is misspelt");
//! assert_eq!(wrongs[0].to_string(), "1:10: unknown mode `egde`; did you mean `edge`?");
//! ```

#![no_std]

extern crate alloc;

pub mod json;
mod near;
mod node;
pub mod plugin;
mod read;

pub use node::{Kind, MAX_DEPTH, MAX_NODES, Node, Place, Wrong};
pub use read::{Fields, Form, MAX_WRONGS, Reader, bytes};
