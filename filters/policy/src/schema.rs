//! The format for editors.

/// [JSON Schema 2020-12](https://json-schema.org/draft/2020-12/schema) of a policy. Names of rules, regexes, paths and
/// tags it knows as texts only.
pub const SCHEMA: &str = include_str!("schema.json");
