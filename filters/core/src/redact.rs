//! The `redact` job: what in a text, a number or behind a key must not leave.

mod address;
mod assignment;
mod digits;
#[cfg(feature = "extra")]
pub(crate) mod extra;
mod header;
#[cfg(feature = "extra")]
mod iban;
pub(crate) mod mark;
#[cfg(feature = "extra")]
mod network;
#[cfg(feature = "extra")]
mod phone;
mod probe;
mod run;
mod text;
mod token;
mod value;

pub(crate) use digits::is_card_number;
pub(crate) use probe::{SHORTEST, may_hold, survey};
pub(crate) use text::{Match, Scan};

#[cfg(test)]
mod tests;
