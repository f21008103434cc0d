//! Fields whose values are secret whatever they look like.

use alloc::string::String;

use super::{Action, Path, Text};
use crate::yaml::Place;

/// A field whose value is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Which fields.
    pub which: Which,
    /// What is done with the value.
    pub action: Action,
    /// The name under which it is counted, and that stands in marks: 1 to 32 of `a-z0-9_`.
    pub rule: String,
    /// Only texts: a number, a boolean or null stays.
    pub text_only: bool,
    /// Where it stands in the file.
    pub place: Place,
}

/// Which fields a [`Key`] means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those of this name at any depth: 2 to 64 letters and digits of ASCII, in any case and with any separators
    /// (`x-api-key` is `XApiKey`).
    Name(Text),
    /// Those at this path.
    Path(Path),
}
