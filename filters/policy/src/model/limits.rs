//! What a record says of its redactions, what becomes of one that failed, and how much is looked at.

/// What a record says of its redactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Which records have `podsieve.redacted`.
    pub write: Write,
    /// Whether the id of the policy stands in it.
    pub policy: bool,
}

/// Which records say what was redacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// Those in which something was.
    WhenRedacted,
    /// All.
    Always,
    /// None.
    Never,
}

/// What becomes of a record that could not be handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// Nothing of its text is left, and it says why.
    Mask,
    /// It goes.
    Drop,
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// A record of more bytes could not be handled; `None`: any number of bytes.
    pub record: Option<u32>,
}
