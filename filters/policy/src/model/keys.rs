//! Fields whose values are secret whatever they look like.

use alloc::string::{String, ToString};

use super::detectors::GROUPS;
use super::{Action, Path, Text};
use crate::read::{Form, Reader};
use crate::yaml::{Node, Place};

/// A field whose value is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Which fields.
    pub which: Which,
    /// What is done with the value.
    pub action: Action,
    /// The name under which it is counted, and that stands in marks: 1 to 32 of `a-z0-9_`.
    pub rule: String,
    /// Only texts: a number, a boolean or null stays.
    pub text_only: bool,
    /// Where it stands in the file.
    pub place: Place,
}

/// Which fields a [`Key`] means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those of this name at any depth: 2 to 64 letters and digits of ASCII, in any case and with any separators
    /// (`x-api-key` is `XApiKey`).
    Name(Text),
    /// Those at this path.
    Path(Path),
}

pub(crate) const KEY: Form = Form::new("key", &["name", "path", "action", "rule", "text_only"]);

/// What a key is counted under that does not say it.
pub(crate) const DEFAULT_RULE: &str = "key";

impl Key {
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Key> {
        let fields = reader.fields(node, &KEY);
        let which = match fields.one(&["name", "path"], reader) {
            Some(("name", node)) => Some(Which::Name(name(node, reader))),
            Some((_, node)) => Some(Which::Path(Path::read(node, reader))),
            None => {
                reader.lacks(&fields, "expected `name` or `path`");
                None
            }
        };
        let rule = fields.get("rule").map_or_else(|| DEFAULT_RULE.to_string(), |node| counted(node, reader));
        reader.names.insert(rule.clone());
        Some(Key {
            action: fields.get("action").map(|node| Action::read(node, reader)).unwrap_or_default(),
            rule,
            text_only: fields.get("text_only").is_some_and(|node| reader.switch(node)),
            which: which?,
            place: node.place,
        })
    }
}

fn counted(node: &Node, reader: &mut Reader<'_>) -> String {
    let name = reader.rule_name(node);
    if GROUPS.contains(&name.as_str()) {
        reader.wrong(node.place, &alloc::format!("`{name}` is a group, and something is counted under one rule"));
    }
    name
}

fn name(node: &Node, reader: &mut Reader<'_>) -> Text {
    let name = reader.placed_text(node);
    let folded = folded(&name.text);
    let letters = folded.len();
    if let Some(at) = name.text.find(|character: char| !character.is_ascii_alphanumeric() && !is_separator(character)) {
        reader.wrong_in(
            node,
            at,
            "expected only letters and digits of ASCII, and `-`, `_`, `.` or spaces between them",
        );
    } else if !name.text.is_empty() && !(2..=64).contains(&letters) {
        reader.wrong(node.place, &alloc::format!("expected a name of 2 to 64 letters and digits, found {letters}"));
    } else if !reader.keys.insert(folded) {
        reader.wrong(node.place, "another key has this name already; case and separators do not matter");
    }
    name
}

fn is_separator(character: char) -> bool {
    matches!(character, '-' | '_' | '.' | ' ')
}

/// In lower case and without separators: names that are the same so mean the same.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(|character| !is_separator(*character)).map(|character| character.to_ascii_lowercase()).collect()
}
