//! The one error type of this crate.

use std::fmt;

/// What went wrong, where, and what to do about it.
///
/// It names files, lines, exports and functions, and never holds any part of a record.
#[derive(Debug)]
pub struct Error {
    place: String,
    what: String,
    advice: &'static str,
}

impl Error {
    /// An error from its three parts: `place` is a file, a file and line, a part of a module or an
    /// argument; `advice` may be empty.
    pub fn new(place: impl Into<String>, what: impl Into<String>, advice: &'static str) -> Self {
        Error { place: place.into(), what: what.into(), advice }
    }

    /// The same error, said of the file that was being read.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = place.into();
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)?;
        if !self.advice.is_empty() {
            write!(f, "; {}", self.advice)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
