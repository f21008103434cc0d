//! The `redact` job: what in a text, a number or behind a key must not leave.

mod address;
mod assignment;
mod base64;
mod call;
mod command;
mod content;
#[cfg(feature = "custom")]
mod custom;
mod digits;
mod element;
#[cfg(feature = "extra")]
pub(crate) mod extra;
mod header;
#[cfg(feature = "extra")]
mod iban;
mod jwt;
pub(crate) mod mark;
mod name;
#[cfg(feature = "extra")]
mod network;
mod pair;
mod pem;
#[cfg(feature = "extra")]
mod phone;
mod probe;
mod run;
mod scheme;
mod secret;
mod sentence;
mod spoken;
mod text;
mod token;
mod unnamed;
mod value;
mod webhook;
mod words;

pub(crate) use command::Tool;
pub(crate) use content::{is_random, is_strong};
#[cfg(feature = "custom")]
pub(crate) use custom::Everywhere;
pub(crate) use digits::is_card_number;
pub(crate) use probe::{SHORTEST, may_hold, survey};
pub(crate) use secret::MIN_DIGITS;

pub(crate) use text::{Match, Scan};

#[cfg(test)]
mod tests;
