//! How the body of a record becomes fields.

use alloc::string::String;
use alloc::vec::Vec;

/// How the body of a record becomes fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse {
    /// Fields that may hold the body, in order of preference: 1 to 16.
    pub body: Vec<String>,
    /// Put in front of the name of a lifted field that meets another one.
    pub conflict_prefix: String,
    /// Which forms a body may have.
    pub formats: Formats,
    /// How deep JSON that stands in the texts of a body is read into fields, 0 to 8.
    pub depth: u8,
}

/// Which forms a body may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    /// A JSON object.
    pub json: bool,
    /// What loguru serializes.
    pub loguru: bool,
    /// `name=value` pairs.
    pub logfmt: bool,
    /// The header of klog.
    pub klog: bool,
}
