//! A tree of nodes that know their places.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// How deep nodes may be in each other, the outermost counted.
pub const MAX_DEPTH: usize = 64;

/// How many nodes a document may have, those counted again that an alias stands for.
pub const MAX_NODES: usize = 100_000;

/// A scalar, a list or a map, and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it begins: a block with its text, and a list or a map with its anchor if it has one. What is inside of that
    /// which an alias stands for is where the anchor is.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text, a number, a boolean or nothing: which of them is not told apart.
    Scalar {
        /// The text without quotes and escapes.
        text: String,
        /// It stands there without quotes, and not as a block: only then can it be a number, a boolean or nothing.
        plain: bool,
    },
    /// Nodes in their order.
    List(Vec<Node>),
    /// Keys, which are scalars, and their values, in their order.
    Map(Vec<(Node, Node)>),
}

/// What is wrong with a text, and where. It shows nothing of the text but a character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub what: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl core::error::Error for Wrong {}

impl Node {
    /// The text of a scalar.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// The nodes of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::List(nodes) => Some(nodes),
            Kind::Scalar { .. } | Kind::Map(_) => None,
        }
    }

    /// The keys and values of a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&[(Node, Node)]> {
        match &self.kind {
            Kind::Map(pairs) => Some(pairs),
            Kind::Scalar { .. } | Kind::List(_) => None,
        }
    }

    /// The value of a key of a map, the first one if there are several.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        let (_, value) = self.as_map()?.iter().find(|(name, _)| name.as_str() == Some(key))?;
        Some(value)
    }

    /// Whether there is nothing: `~`, `null`, or no text at all.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match &self.kind {
            Kind::Scalar { text, plain } => *plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"),
            Kind::List(_) | Kind::Map(_) => false,
        }
    }
}

impl Place {
    /// The place of byte `offset` of the text that begins here in the file `source`; this one if the file spells it in
    /// another way (with escapes, or on several lines). Takes time linear in the file: it is for errors.
    #[must_use]
    pub fn within(self, text: &str, source: &str, offset: usize) -> Place {
        let place = self;
        let Some(before) = text.get(..offset) else { return place };
        let Some(rest) = rest_from(source, place) else { return place };
        let quote = rest.starts_with(['"', '\'']) && !rest.starts_with(text);
        if !rest.get(usize::from(quote)..).is_some_and(|rest| rest.starts_with(text)) || text.contains(['\n', '\r']) {
            return place;
        }
        let characters = before.chars().count() + usize::from(quote);
        Place { column: place.column.saturating_add(u32::try_from(characters).unwrap_or(u32::MAX)), ..place }
    }
}

/// What of `source` follows from `place` on.
fn rest_from(source: &str, place: Place) -> Option<&str> {
    let mut rest = source.strip_prefix('\u{feff}').unwrap_or(source);
    for _ in 1..place.line {
        let end = rest.find(['\n', '\r'])?;
        let length = if rest.get(end..)?.starts_with("\r\n") { 2 } else { 1 };
        rest = rest.get(end + length..)?;
    }
    let mut characters = rest.char_indices();
    match place.column {
        0 | 1 => Some(rest),
        column => {
            let (at, character) = characters.nth(column as usize - 2)?;
            rest.get(at + character.len_utf8()..)
        }
    }
}
