//! Paths of fields: `users[*].email`, `**.secret`, `labels["app.kubernetes.io/name"]`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::yaml::Place;

/// The way from a record to fields of it: 1 to 16 segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// From the record on.
    pub segments: Vec<Segment>,
    /// Where it stands in the file.
    pub place: Place,
}

/// A step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The member of this name, exactly: `name`, or `["any name"]`.
    Name(String),
    /// Any element of a list: `[*]`.
    AnyIndex,
    /// One element of a list, from 0: `[3]`.
    Index(u32),
    /// Any member of an object: `*`.
    Any,
    /// Any number of members and elements, also none: `**`. Never twice in a row.
    Deep,
}
