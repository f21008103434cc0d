//! Templates of tags: `archive.{kubernetes.namespace_name}.{service}`.

use alloc::string::String;
use alloc::vec::Vec;

use super::Path;
use crate::yaml::Place;

/// A tag that takes parts of the record: 1 to 16 parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// In their order.
    pub parts: Vec<TagPart>,
    /// Where it stands in the file.
    pub place: Place,
}

/// A part of a [`Tag`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagPart {
    /// As it is: of `A-Za-z0-9_-.`, all texts of a tag together at most 128 bytes.
    Text(String),
    /// The value of a field, a path without wildcards; what is not of `A-Za-z0-9_-` becomes `-`, and what is longer than
    /// 64 bytes goes. `service` and `severity` are what enrichment adds, whatever the field is called there.
    Field(Path),
}
