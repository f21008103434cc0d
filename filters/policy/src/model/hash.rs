//! With what hashes are made. Keys themselves are never part of a policy.

use alloc::string::String;
use alloc::vec::Vec;

use crate::yaml::Place;

/// How [`Action::Hash`](super::Action::Hash) makes its hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hash {
    /// The first one makes hashes; the others are those of before, whose hashes are still known. At least one if an
    /// action hashes.
    pub keys: Vec<HashKey>,
    /// Hexadecimal digits where an action does not say how many, 8 to 64.
    pub length: u8,
}

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashKey {
    /// Stands beside a hash: 1 to 16 of `a-z0-9_`.
    pub id: String,
    /// Where the key is.
    pub from: Source,
    /// Where it stands in the file.
    pub place: Place,
}

/// Where a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the environment variable of this name.
    Env(String),
    /// In the file of this absolute path.
    File(String),
}
