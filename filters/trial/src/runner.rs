//! What becomes of a record, and the count of it.

use std::fmt;

/// What the host does with a record after the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// Exactly one JSON object came back: it replaces the record.
    Record(&'a [u8]),
    /// The record is gone.
    Lost(Lost),
}

impl<'a> Outcome<'a> {
    /// The record that came back, if one did.
    pub fn record(self) -> Option<&'a [u8]> {
        match self {
            Outcome::Record(bytes) => Some(bytes),
            Outcome::Lost(_) => None,
        }
    }
}

/// Why a host loses a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lost {
    /// The guest trapped, or exports the function with another signature.
    Trap,
    /// The guest returned an empty string.
    Empty,
    /// The guest returned address 0.
    AddressZero,
    /// The guest returned JSON that is not an object.
    NotObject,
    /// The guest returned something that is not JSON: Fluent Bit can abort on it.
    InvalidJson,
    /// The result is out of bounds or has no NUL; the record after such a result is lost with it.
    OutOfBounds,
    /// The module exports no function of that name.
    UnknownFunction,
    /// The guest returned several objects: Fluent Bit packs them into one corrupt record.
    SeveralObjects,
}

impl Lost {
    /// All reasons, in the order of the counters.
    pub const ALL: [Lost; 8] = [
        Lost::Trap,
        Lost::Empty,
        Lost::AddressZero,
        Lost::NotObject,
        Lost::InvalidJson,
        Lost::OutOfBounds,
        Lost::UnknownFunction,
        Lost::SeveralObjects,
    ];

    /// The reason in a few words.
    pub fn name(self) -> &'static str {
        match self {
            Lost::Trap => "trap",
            Lost::Empty => "empty result",
            Lost::AddressZero => "address 0",
            Lost::NotObject => "not an object",
            Lost::InvalidJson => "invalid JSON",
            Lost::OutOfBounds => "out of bounds or without NUL",
            Lost::UnknownFunction => "unknown function",
            Lost::SeveralObjects => "several objects",
        }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many records went in and out, and how many were lost for which reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    records_in: u64,
    records_out: u64,
    lost: [u64; Lost::ALL.len()],
}

impl Counters {
    /// Records handed to the runner.
    pub fn records_in(&self) -> u64 {
        self.records_in
    }

    /// Records that came back.
    pub fn records_out(&self) -> u64 {
        self.records_out
    }

    /// Records lost for this reason.
    pub fn lost(&self, reason: Lost) -> u64 {
        self.lost[reason as usize]
    }

    /// Records lost for any reason.
    pub fn lost_total(&self) -> u64 {
        self.lost.iter().sum()
    }

    /// The reasons that occurred, with their counts.
    pub fn losses(&self) -> impl Iterator<Item = (Lost, u64)> + '_ {
        Lost::ALL.into_iter().map(|reason| (reason, self.lost(reason))).filter(|&(_, count)| count > 0)
    }

    /// Counts a record that came back, or was lost.
    pub fn count(&mut self, result: Result<(), Lost>) {
        self.records_in += 1;
        match result {
            Ok(()) => self.records_out += 1,
            Err(reason) => self.lost[reason as usize] += 1,
        }
    }
}

/// Something that takes records one by one and says what becomes of them.
pub trait Runner {
    /// Runs one of the module's functions on one record, with a time stamp of 0.
    fn run(&mut self, function: &str, tag: &[u8], record: &[u8]) -> Outcome<'_>;

    /// The counters since the runner was made.
    fn counters(&self) -> &Counters;

    /// The host has come to the end of a chunk of records; a host may take a new instance then.
    ///
    /// # Errors
    /// When the module cannot be instantiated again.
    fn end_chunk(&mut self) -> Result<(), crate::Error> {
        Ok(())
    }
}
