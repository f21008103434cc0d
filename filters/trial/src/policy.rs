//! Policies on this side: read with the engine's detectors, and the keys of their hashes from where they are.

use std::{env, fs};

use podsieve_policy::compile::{compile, detectors};
use podsieve_policy::model::{File, HashKey, Known, Source};
use podsieve_policy::yaml::Wrong;

use crate::Error;

/// A key of hashes: its id, and its bytes.
pub type Key = (String, Vec<u8>);

/// The policy of a text in YAML.
///
/// # Errors
/// What is wrong with it, with places.
pub fn read(text: &str) -> Result<File, Vec<Wrong>> {
    podsieve_policy::read(text, &Known { detectors: &detectors() })
}

/// One text for all policies that mean the same, without keys: only where they are.
pub fn canonical(file: &File) -> String {
    podsieve_policy::canonical(file, &Known { detectors: &detectors() })
}

/// What a policy is called in audits.
pub fn id(file: &File) -> String {
    podsieve_policy::id(file, &Known { detectors: &detectors() })
}

/// A policy as the engine has it; it is never freed.
///
/// # Errors
/// What the engine cannot do.
pub fn compiled(file: &File, keys: &[Key]) -> Result<&'static podsieve_core::Policy, Vec<Wrong>> {
    let secret = |key: &HashKey| keys.iter().find(|(id, _)| *id == key.id).map(|(_, bytes)| bytes.clone());
    compile(file, &id(file), secret)
}

/// The bytes of a key, from the environment or a file. A line end behind them is none of them.
///
/// # Errors
/// It is not there, or empty. The message does not show it.
pub fn key(key: &HashKey) -> Result<Key, Error> {
    let (place, bytes) = match &key.from {
        Source::Env(name) => (format!("environment variable {name}"), env::var(name).ok().map(String::into_bytes)),
        Source::File(path) => (format!("file {path}"), fs::read(path).ok()),
    };
    let bytes = bytes.map(|bytes| bytes.trim_ascii_end().to_vec()).filter(|bytes| !bytes.is_empty());
    let bytes = bytes.ok_or_else(|| {
        Error::new(
            "",
            format!("{}: the key `{}` of hashes is not in the {place}", key.place, key.id),
            "set it, at least 32 random bytes",
        )
    })?;
    Ok((key.id.clone(), bytes))
}
