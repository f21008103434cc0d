//! What is done with what is found.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::read::{Form, Reader};
use crate::yaml::Node;

/// What is done with what is found. All but [`Action::Keep`] leave nothing of it, or of a [`Mask`] a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The mark takes its place.
    Redact(Mark),
    /// Its characters become one and the same, but for the first and last ones.
    Mask(Mask),
    /// A keyed hash takes its place: the same for the same value, and only who has the key can tell which one.
    Hash {
        /// Hexadecimal digits, 8 to 64.
        length: u8,
    },
    /// Nothing takes its place; of a key the whole field goes.
    Remove,
    /// It stays, and is counted: a dry run.
    Keep,
}

/// What stands for a value: parts in their order, at least one. The default is `[REDACTED:{rule}]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The texts among them hold no quotes, backslashes and control characters.
    pub parts: Vec<MarkPart>,
}

/// A part of a [`Mark`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkPart {
    /// As it is.
    Text(String),
    /// The rule's name.
    Rule,
}

/// How many characters stay, separators not counted: the last 4 if only `mask` is said, none if it is a map without them. Whatever
/// the numbers, at most half of a value's letters and digits may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask {
    /// At the beginning, up to 16.
    pub first: u8,
    /// At the end, up to 16.
    pub last: u8,
    /// What the others become; printable, no quote and no backslash.
    pub with: char,
}

pub(crate) const ACTION: Form = Form::new("action", &["redact", "mask", "hash"]);
pub(crate) const MASK: Form = Form::new("mask", &["first", "last", "with"]);
pub(crate) const HASHED: Form = Form::new("hashed", &["length"]);

const NAMES: &[&str] = &["redact", "mask", "hash", "remove", "keep"];

const MAX_MARK: usize = 64;
const MAX_KEPT: u8 = 16;

impl Default for Action {
    fn default() -> Action {
        Action::Redact(Mark::default())
    }
}

impl Default for Mark {
    fn default() -> Mark {
        let text = |text: &str| MarkPart::Text(text.to_string());
        Mark { parts: alloc::vec![text("[REDACTED:"), MarkPart::Rule, text("]")] }
    }
}

impl Default for Mask {
    fn default() -> Mask {
        Mask { first: 0, last: 4, with: '*' }
    }
}

impl Action {
    /// A name, or a map with more than a name.
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Action {
        Action::read_or(node, &[], reader)
    }

    /// The same where other words may stand too, which the caller has looked for.
    pub(crate) fn read_or(node: &Node, others: &[&'static str], reader: &mut Reader<'_>) -> Action {
        if node.as_map().is_none() {
            return match node.as_str() {
                Some("redact") => Action::default(),
                Some("mask") => Action::Mask(Mask::default()),
                Some("hash") => {
                    reader.hashes.get_or_insert(node.place);
                    Action::Hash { length: reader.hash_length }
                }
                Some("remove") => Action::Remove,
                Some("keep") => Action::Keep,
                _ => {
                    reader.no_choice(node, "action", &[others, NAMES].concat());
                    Action::default()
                }
            };
        }
        let fields = reader.fields(node, &ACTION);
        match fields.one(ACTION.keys, reader) {
            Some((name, node)) => Action::read_named(name, node, reader),
            None => {
                reader.lacks(&fields, "expected `redact`, `mask` or `hash` in it");
                Action::default()
            }
        }
    }

    /// What `redact`, `mask` or `hash` has in a map.
    pub(crate) fn read_named(name: &str, node: &Node, reader: &mut Reader<'_>) -> Action {
        match name {
            "redact" => Action::Redact(Mark::read(node, reader)),
            "mask" => Action::Mask(Mask::read(node, reader)),
            _ => {
                reader.hidden = true;
                reader.hashes.get_or_insert(node.place);
                let fields = reader.fields(node, &HASHED);
                let length = fields.get("length").map(|node| reader.small(node, 8, 64));
                reader.hidden = false;
                Action::Hash { length: length.unwrap_or(reader.hash_length) }
            }
        }
    }
}

impl Mark {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Mark {
        const RULE: &str = "{rule}";
        let text = reader.any_text(node);
        if text.is_empty() && node.as_str().is_some() {
            reader.wrong(node.place, "expected a text, found an empty one; the action `remove` leaves nothing");
        }
        if text.len() > MAX_MARK {
            reader.wrong(node.place, "a mark has at most 64 bytes");
        }
        let mut parts = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let rest = text.get(at..).unwrap_or_default();
            let end = if rest.starts_with(RULE) {
                parts.push(MarkPart::Rule);
                RULE.len()
            } else {
                let end = rest.find('{').unwrap_or(rest.len());
                let part = rest.get(..end).unwrap_or_default();
                let bad = part.find(|character: char| !is_safe(character) || character == '}');
                if let Some(bad) = bad.or((end == 0).then_some(0)) {
                    reader.wrong_in(
                        node,
                        at + bad,
                        "a mark holds no quotes, backslashes, control characters, and no braces but {rule}",
                    );
                    break;
                }
                parts.push(MarkPart::Text(part.to_string()));
                end
            };
            at += end;
        }
        Mark { parts }
    }

    /// As it is written: the same for the same mark.
    pub(crate) fn written(&self) -> String {
        self.parts.iter().map(|part| if let MarkPart::Text(text) = part { text } else { "{rule}" }).collect()
    }
}

impl Mask {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Mask {
        let fields = reader.fields(node, &MASK);
        let mut kept = |key| fields.get(key).map_or(0, |node| reader.small(node, 0, MAX_KEPT));
        let (first, last) = (kept("first"), kept("last"));
        let mut mask = Mask { first, last, ..Mask::default() };
        if let Some(node) = fields.get("with") {
            let mut characters = node.as_str().unwrap_or_default().chars();
            match (characters.next(), characters.next()) {
                (Some(character), None) if is_safe(character) => mask.with = character,
                _ => reader.wrong(node.place, "expected one character, no quote and no backslash"),
            }
        }
        mask
    }
}

/// Whether it stands as it is in every JSON string, also in one that is inside another one.
fn is_safe(character: char) -> bool {
    !character.is_control() && !matches!(character, '"' | '\'' | '\\' | '`' | '\u{2028}' | '\u{2029}')
}
