//! Which tag a record gets.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Path, Tag};
use crate::yaml::Place;

/// A tag, and when a record gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// All of them must hold; none: it always applies.
    pub when: Vec<Condition>,
    /// The tag.
    pub tag: Tag,
    /// What becomes of the tag when a field is missing, empty, or no text, number or boolean.
    pub missing: Missing,
    /// Where it stands in the file; 1:1 for a default one.
    pub place: Place,
}

/// What becomes of a tag whose field is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// This takes the field's place: 1 to 64 of `A-Za-z0-9_-`.
    Text(String),
    /// The route does not apply, and the next one is tried.
    Skip,
}

/// Something that holds for a record or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A field is like this.
    Field {
        /// A path without wildcards.
        field: Path,
        /// How it must be.
        test: Test,
    },
    /// The severity is at least this.
    Severity(Severity),
    /// Something was redacted.
    Redacted(Redacted),
    /// It does not hold.
    Not(Box<Condition>),
    /// One of them holds; at least one is there.
    Any(Vec<Condition>),
}

/// How a field must be. A number or a boolean is compared as it is spelt; no other test than [`Test::Exists`] holds for
/// an object, a list, null, or a field that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// It is this.
    Equals(String),
    /// It is one of these, which are sorted.
    In(Vec<String>),
    /// It begins with this.
    Prefix(String),
    /// All of it is like this, in which `*` is any text and `?` any character; at most 256 bytes.
    Glob(String),
    /// It is there and not an empty text (true), or the opposite.
    Exists(bool),
}

/// What was redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redacted {
    /// Anything.
    Anything,
    /// Something of one of these rules, which are sorted.
    Rules(Vec<String>),
}

/// How bad a record says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Severity {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}
