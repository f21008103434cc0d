//! What is done with what is found.

use alloc::string::String;
use alloc::vec::Vec;

/// What is done with what is found. All but [`Action::Keep`] leave nothing of it, or of a [`Mask`] a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The mark takes its place.
    Redact(Mark),
    /// Its characters become one and the same, but for the first and last ones.
    Mask(Mask),
    /// A keyed hash takes its place: the same for the same value, and only who has the key can tell which one.
    Hash {
        /// Hexadecimal digits, 8 to 64.
        length: u8,
    },
    /// Nothing takes its place; of a key the whole field goes.
    Remove,
    /// It stays, and is counted: a dry run.
    Keep,
}

/// What stands for a value: parts in their order, at least one. The default is `[REDACTED:{rule}]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The texts among them hold no quotes, backslashes and control characters.
    pub parts: Vec<MarkPart>,
}

/// A part of a [`Mark`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkPart {
    /// As it is.
    Text(String),
    /// The rule's name.
    Rule,
}

/// How many characters stay, separators not counted: `{first: 0, last: 4, with: "*"}` if nothing else is said. Whatever
/// the numbers, at most half of a value's letters and digits may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask {
    /// At the beginning, up to 16.
    pub first: u8,
    /// At the end, up to 16.
    pub last: u8,
    /// What the others become; printable, no quote and no backslash.
    pub with: char,
}
