//! What stays though a detector found it.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Path, Text};
use crate::yaml::Place;

/// Values that stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Exactly as they are found.
    pub values: Vec<String>,
    /// Regexes that the whole of what is found must match.
    pub patterns: Vec<Text>,
}

/// Findings that stay: those of these rules, at this path, with these values. It has a path, values or patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Names of rules, sorted; none: of every rule.
    pub rules: Vec<String>,
    /// Where; `None`: everywhere.
    pub path: Option<Path>,
    /// Which values; empty: every value.
    pub allowed: Allowed,
    /// Where it stands in the file.
    pub place: Place,
}
