//! Which of the built-in detectors are on, and what they do with what they find.

use alloc::string::String;

use super::{Action, Allowed};
use crate::yaml::Place;

/// What the reader must be told of podsieve.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The built-in detectors.
    pub detectors: &'a [Detector<'a>],
}

/// A built-in detector.
#[derive(Clone, Copy, Debug)]
pub struct Detector<'a> {
    /// The name of its rule.
    pub name: &'a str,
    /// The group that switches it too.
    pub group: Group,
    /// Whether it is on when a policy does not name it.
    pub on: bool,
}

/// Detectors that one name switches; `all` switches both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// `pii`: personal data.
    Pii,
    /// `secrets`
    Secrets,
}

/// What a built-in detector does: what the file says of it, else of its group, else of `all`, else the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The name of its rule.
    pub name: String,
    /// What it does with what it finds; `None`: it is off.
    pub action: Option<Action>,
    /// What it leaves.
    pub allow: Allowed,
    /// It leaves addresses that are not of the internet: only `ipv4` and `ipv6` may say so.
    pub keep_private: bool,
    /// Where the file names it; its group's or `all`'s place if it does not, `None` if it names none of them.
    pub place: Option<Place>,
}
