//! Log records as they travel over HTTP, without a host: bodies that log shippers send, redacted record by record while
//! they stream, and requests as audit records.
//!
//! How a body flows: [`Format::of`] says by path and content type how it is read, or why it cannot be; [`Body::feed`] takes
//! it in chunks as they come, finds the records, hands each to the [`Sieve`], which runs the engine on it and counts what
//! became of it, and writes the body that goes on. What is cut at the end of a chunk is carried to the next one, so that
//! the same body gives the same bytes however it is cut. Memory is bounded by the longest record that is let by.
//!
//! What it does not do: no HTTP, no compression, no clock.

#![no_std]

extern crate alloc;

mod audit;
mod body;
mod destination;
mod format;
mod json;
mod query;
mod sieve;
mod tally;

pub use audit::{Fields, Request};
pub use body::Body;
pub use destination::{Destinations, Index, Loki};
pub use format::{Format, Uninspected, is_json};
pub use sieve::Sieve;
pub use tally::{Outcome, Tally};
