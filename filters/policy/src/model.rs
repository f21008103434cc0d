//! A policy as typed data, one module for each section of the file.

mod action;
mod allow;
mod detectors;
mod enrich;
mod hash;
mod keys;
mod limits;
mod parse;
mod path;
mod route;
mod rules;
mod tag;
mod text;

pub use action::{Action, Mark, MarkPart, Mask};
pub use allow::{Allowed, Exception};
pub use detectors::{Detector, Group, Known, Setting};
pub use enrich::{Enrich, Lookup, Names};
pub use hash::{Hash, HashKey, Source};
pub use keys::{Key, Which};
pub use limits::{Audit, Limits, OnError, Write};
pub use parse::{Formats, Parse};
pub use path::{Path, Segment};
pub use route::{Condition, Missing, Redacted, Route, Severity, Test};
pub use rules::{Checksum, Rule, Secret};
pub use tag::{Tag, TagPart};
pub use text::Text;

use alloc::vec::Vec;

/// A whole policy, with the defaults for all that its file does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// One for each detector of [`Known`], in its order.
    pub detectors: Vec<Setting>,
    /// Detectors that the file defines.
    pub rules: Vec<Rule>,
    /// Fields whose values are secret by their name or place.
    pub keys: Vec<Key>,
    /// What stays though it was found.
    pub allow: Vec<Exception>,
    /// How hashes are signed.
    pub hash: Hash,
    /// How bodies become fields.
    pub parse: Parse,
    /// What is added.
    pub enrich: Enrich,
    /// The first one that applies sets the tag.
    pub route: Vec<Route>,
    /// What a record says of its redactions.
    pub audit: Audit,
    /// What becomes of a record that could not be handled.
    pub on_error: OnError,
    /// How much is looked at.
    pub limits: Limits,
}
