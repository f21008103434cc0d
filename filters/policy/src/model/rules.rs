//! Detectors that a policy defines.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Action, Allowed, Text};
use crate::yaml::Place;

/// A detector by a regex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in marks and in the audit: 1 to 32 of `a-z0-9_`, no built-in detector's.
    pub name: String,
    /// What it finds, in the syntax of regex-lite; it is not compiled here.
    pub regex: Text,
    /// One of them must be near: in any case, each of 3 to 64 bytes; none only if `full_scan`.
    pub keywords: Vec<String>,
    /// How many bytes may lie between a keyword and what is found, 1 to 1024.
    pub within: u16,
    /// Which part of what the regex matches is secret.
    pub secret: Secret,
    /// A checksum that the secret must have.
    pub checksum: Option<Checksum>,
    /// At least this Shannon entropy, in thousandths of a bit per character, up to 8000.
    pub entropy: Option<u16>,
    /// What it leaves.
    pub allow: Allowed,
    /// The regex is tried on every text, which costs time: `scan: full`.
    pub full_scan: bool,
    /// What it does with what it finds.
    pub action: Action,
    /// For people.
    pub description: Option<String>,
    /// Where it stands in the file.
    pub place: Place,
}

/// The part of a match that is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The first group if there is one, else the whole match.
    Default,
    /// The group of this number; 0 is the whole match.
    Number(u32),
    /// The group of this name.
    Name(Text),
}

/// A checksum of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// [ISO/IEC 7812-1](https://www.iso.org/standard/70484.html), of payment cards.
    Luhn,
    /// [ISO 7064](https://www.iso.org/standard/31531.html) modulo 97, of IBANs.
    Mod97,
}
