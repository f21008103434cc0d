//! What stays though a detector found it.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Path, Text};
use crate::read::{Fields, Form, Reader};
use crate::yaml::{Node, Place};

/// Values that stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Exactly as they are found.
    pub values: Vec<String>,
    /// Regexes that the whole of what is found must match.
    pub patterns: Vec<Text>,
    /// What has one of these in it, in any case.
    pub words: Vec<String>,
}

/// Findings that stay: those of these rules, at this path, with these values. It has a path, values, patterns or words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Names of rules, sorted; none: of every rule.
    pub rules: Vec<String>,
    /// Where; `None`: everywhere.
    pub path: Option<Path>,
    /// Which values; empty: every value.
    pub allowed: Allowed,
    /// Where it stands in the file.
    pub place: Place,
}

pub(crate) const ALLOWED: Form = Form::new("allowed", &["values", "patterns", "words"]);
pub(crate) const EXCEPTION: Form = Form::new("exception", &["rule", "path", "values", "patterns", "words"]);

impl Allowed {
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Allowed {
        let fields = reader.fields(node, &ALLOWED);
        Allowed::read_fields(&fields, reader)
    }

    fn read_fields(fields: &Fields<'_>, reader: &mut Reader<'_>) -> Allowed {
        Allowed {
            values: fields.get("values").map(|node| reader.texts(node)).unwrap_or_default(),
            patterns: fields.get("patterns").map(|node| reader.placed_texts(node)).unwrap_or_default(),
            words: fields.get("words").map(|node| reader.texts(node)).unwrap_or_default(),
        }
    }

    /// Whether it leaves nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.patterns.is_empty() && self.words.is_empty()
    }
}

impl Exception {
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Exception {
        let fields = reader.fields(node, &EXCEPTION);
        let exception = Exception {
            rules: fields.get("rule").map(|node| reader.rules(node)).unwrap_or_default(),
            path: fields.get("path").map(|node| Path::read(node, reader)),
            allowed: Allowed::read_fields(&fields, reader),
            place: node.place,
        };
        for (key, node) in ["values", "patterns", "words"].iter().filter_map(|key| fields.entry(key)) {
            if node.as_list().is_some_and(<[Node]>::is_empty) {
                reader.wrong(key.place, "expected at least one text: without any, all values would stay");
            }
        }
        let some = fields.entry("values").or(fields.entry("patterns")).or(fields.entry("words"));
        if exception.path.is_none() && some.is_none() {
            reader.lacks(
                &fields,
                "expected `path`, `values`, `patterns` or `words`: without them all findings would stay",
            );
        }
        exception
    }
}
