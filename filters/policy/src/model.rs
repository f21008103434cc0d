//! A policy as typed data, one module for each section of the file.

mod action;
mod allow;
mod case;
mod detectors;
mod enrich;
mod hash;
mod keys;
mod limits;
mod parse;
mod path;
mod route;
mod rules;
mod tag;
mod text;

pub use action::{Action, Mark, MarkPart, Mask};
pub use allow::{Allowed, Exception};
pub use case::{Case, Gone};
pub use detectors::{Detector, Group, Known, Setting};
pub use enrich::{Enrich, Lookup, Names};
pub use hash::{Hash, HashKey, Source};
pub use keys::{Key, Which};
pub use limits::{Audit, Limits, OnError, Write};
pub use parse::Parse;
pub use path::{Path, Segment};
pub use podsieve_core::policy::{Checksum, Formats, Severity};
pub use route::{Condition, Missing, Redacted, Route, Test};
pub use rules::{Rule, Secret};
pub use tag::{Tag, TagPart};
pub use text::Text;

pub(crate) use keys::{DEFAULT_RULE, folded};
pub(crate) use route::DEFAULT_MISSING;
pub(crate) use rules::{DEFAULT_WITHIN, written_entropy};

use alloc::vec::Vec;

use crate::read::{Form, Reader};
use crate::yaml::Node;

/// A whole policy, with the defaults for all that its file does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// One for each detector of [`Known`], in its order.
    pub detectors: Vec<Setting>,
    /// Detectors that the file defines.
    pub rules: Vec<Rule>,
    /// Fields whose values are secret by their name or place.
    pub keys: Vec<Key>,
    /// What stays though it was found.
    pub allow: Vec<Exception>,
    /// How hashes are signed.
    pub hash: Hash,
    /// How bodies become fields.
    pub parse: Parse,
    /// What is added.
    pub enrich: Enrich,
    /// The first one that applies sets the tag.
    pub route: Vec<Route>,
    /// What a record says of its redactions.
    pub audit: Audit,
    /// What becomes of a record that could not be handled.
    pub on_error: OnError,
    /// How much is looked at.
    pub limits: Limits,
}

pub(crate) const POLICY: Form = Form::section(
    "policy",
    &[
        "version",
        "detectors",
        "rules",
        "keys",
        "allow",
        "hash",
        "parse",
        "enrich",
        "route",
        "audit",
        "on_error",
        "limits",
    ],
);

/// All maps of the format whose keys are fixed.
#[cfg(test)]
pub(crate) const FORMS: &[&Form] = &[
    &POLICY,
    &action::ACTION,
    &action::HASHED,
    &action::MASK,
    &allow::ALLOWED,
    &allow::EXCEPTION,
    &detectors::DETECTOR,
    &enrich::ENRICH,
    &enrich::LOOKUP,
    &hash::HASH,
    &hash::HASH_KEY,
    &keys::KEY,
    &limits::AUDIT,
    &limits::LIMITS,
    &parse::CONFLICT,
    &parse::FORMATS,
    &parse::PARSE,
    &route::CONDITION,
    &route::ROUTE,
    &rules::RULE,
];

impl File {
    /// What names of rules mean is known before they are read, and so is the length of hashes.
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> File {
        let fields = reader.fields(node, &POLICY);
        if let Some(node) = fields.get("version").filter(|node| node.as_str() != Some("1")) {
            reader.expected(node, "version 1");
        }
        let hash = fields.get("hash").map(|node| Hash::read(node, reader)).unwrap_or_default();
        reader.hash_length = hash.length;
        let detectors = Setting::read(fields.get("detectors"), reader);
        let mut list = |name, what| fields.get(name).map(|node| reader.list(node, what)).unwrap_or_default();
        let (rules, keys) = (list("rules", "a list of rules"), list("keys", "a list of keys"));
        let allow = list("allow", "a list of exceptions");
        let rules = rules.iter().map(|node| Rule::read(node, reader)).collect();
        let keys = keys.iter().filter_map(|node| Key::read(node, reader)).collect();
        let allow = allow.iter().map(|node| Exception::read(node, reader)).collect();
        let route = fields.get("route").map(|node| Route::read_all(node, reader));
        if let Some(place) = reader.hashes.filter(|_| hash.keys.is_empty()) {
            reader.wrong(place, "hashes need a key: add `hash: {keys: [{id: k1, from: env:NAME}]}`");
        }
        File {
            detectors,
            rules,
            keys,
            allow,
            hash,
            parse: fields.get("parse").map(|node| Parse::read(node, reader)).unwrap_or_default(),
            enrich: fields.get("enrich").map(|node| Enrich::read(node, reader)).unwrap_or_default(),
            route: route.unwrap_or_else(Route::defaults),
            audit: fields.get("audit").map(|node| Audit::read(node, reader)).unwrap_or_default(),
            on_error: fields.get("on_error").map(|node| OnError::read(node, reader)).unwrap_or_default(),
            limits: fields.get("limits").map(|node| Limits::read(node, reader)).unwrap_or_default(),
        }
    }
}
