//! The `redact` job: what in a text, a number or behind a key must not leave.

mod address;
mod assignment;
mod digits;
pub(crate) mod mark;
mod text;
mod token;
mod value;

pub(crate) use digits::is_card_number;
pub(crate) use text::{Match, SHORTEST, Scan, may_hold};

#[cfg(test)]
mod tests;
