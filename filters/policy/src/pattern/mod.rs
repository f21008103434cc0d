//! What can be said of a regular expression without running it, in the syntax of
//! [regex-lite](https://docs.rs/regex-lite/latest/regex_lite/#syntax).
//!
//! A rule's expression is too slow to be run over all that is logged. This tells where it need not be run: which words
//! every match holds ([`Pattern::literals`]), how far a match reaches from one of them ([`Pattern::around`]), and what
//! its secret looks like at least ([`Pattern::run`]).
//!
//! ```
//! use podsieve_policy::pattern::{Around, Pattern};
//!
//! let pattern = Pattern::parse(r"(?i)acme[a-z_]{0,8}=([a-f0-9]{32})\b").expect("a pattern");
//! assert_eq!(pattern.literals(), Some(vec!["acme".into()]));
//! assert_eq!(pattern.around(&["acme"]), Some(Around { before: Some(0), behind: Some(41) }));
//! let run = pattern.run(1).expect("its secret is not empty");
//! assert_eq!((run.bytes().count(), run.least()), (22, 32));
//! assert!(!run.may_match(b"acme_key=unset"));
//! assert!(run.may_match(b"acme_key=0123456789abcdef0123456789abcdef"));
//! ```
//!
//! What it does not do: it matches nothing. Letters count in both cases only in ASCII, as for regex-lite, and what it
//! reads it may read more strictly: nested at most [`MAX_DEPTH`] deep, at most [`MAX_LENGTH`] bytes. Time is linear in
//! the text but for its longest sequence, of which neighbours are looked at in all combinations.

mod around;
mod class;
mod go;
mod length;
mod literal;
mod parse;
mod run;
mod sample;
mod shape;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use parse::{Branch, Node, Parser};

pub use around::Around;
pub use class::Bytes;
pub use go::from_go;
pub use parse::{MAX_DEPTH, MAX_LENGTH};
pub use run::Run;

/// A regular expression that was read.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    root: Node,
    groups: u32,
}

/// What is wrong with a pattern, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The byte of the pattern at which it begins, from 0.
    pub at: usize,
    /// What it is.
    pub what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {}", self.at, self.what)
    }
}

impl core::error::Error for Wrong {}

/// How many bytes a match has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// At least.
    pub least: usize,
    /// At most; nothing if there is no limit.
    pub most: Option<usize>,
}

/// When a group is part of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Once in every match.
    Always,
    /// Not in every match, as it is in an alternative or may be left out.
    Sometimes,
    /// Maybe several times, of which only the last one counts.
    Repeatedly,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is none, or has something that regex-lite or this module does not support; the error says where.
    pub fn parse(text: &str) -> Result<Pattern, Wrong> {
        let (branches, groups) = Parser::parse(text)?;
        Ok(Pattern { text: text.into(), root: Node::Either(branches), groups })
    }

    /// The pattern as it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many groups capture. They count from 1; group 0 is the whole match.
    #[must_use]
    pub fn groups(&self) -> u32 {
        self.groups
    }

    /// The lengths of what a group captures, of a whole match for group 0; nothing if there is no such group.
    #[must_use]
    pub fn lengths(&self, group: u32) -> Option<Lengths> {
        let node = self.group(group)?;
        Some(Lengths { least: length::least(node), most: length::most(node) })
    }

    /// When a group is part of a match; nothing if there is no such group.
    #[must_use]
    pub fn takes(&self, group: u32) -> Option<Takes> {
        if group == 0 { Some(Takes::Always) } else { find(&self.root, group).map(|(_, takes)| takes) }
    }

    fn group(&self, group: u32) -> Option<&Node> {
        if group == 0 { Some(&self.root) } else { find(&self.root, group).map(|(node, _)| node) }
    }

    /// The branches of the outermost alternation, one if there is none.
    fn root(&self) -> &[Branch] {
        match &self.root {
            Node::Either(branches) => branches,
            _ => &[],
        }
    }
}

/// What is in a group, and when the group takes part.
fn find(node: &Node, group: u32) -> Option<(&Node, Takes)> {
    match node {
        Node::Look(_) | Node::Class(_) => None,
        Node::Group(index, inner) if *index == group => Some((inner, Takes::Always)),
        Node::Group(_, inner) => find(inner, group),
        Node::Sequence(items) => items.iter().find_map(|item| find(&item.node, group)),
        Node::Either(branches) => {
            let (inner, takes) =
                branches.iter().find_map(|branch| branch.items.iter().find_map(|item| find(&item.node, group)))?;
            let several = branches.len() > 1 && takes == Takes::Always;
            Some((inner, if several { Takes::Sometimes } else { takes }))
        }
        Node::Repeat { node, most, least, .. } => {
            let (inner, takes) = find(node, group)?;
            Some(match (least, most) {
                (_, Some(0 | 1)) if *least == 0 && takes == Takes::Always => (inner, Takes::Sometimes),
                (_, Some(0 | 1)) => (inner, takes),
                _ => (inner, Takes::Repeatedly),
            })
        }
    }
}

/// What comes one behind the other in a node, without groups around it and without places that take no bytes.
fn flatten<'a>(node: &'a Node, parts: &mut Vec<&'a Node>) {
    match node {
        Node::Look(_) => {}
        Node::Sequence(items) => items.iter().for_each(|item| flatten(&item.node, parts)),
        Node::Group(_, inner) => flatten(inner, parts),
        Node::Either(branches) if branches.len() == 1 => {
            branches.iter().flat_map(|branch| &branch.items).for_each(|item| flatten(&item.node, parts));
        }
        Node::Class(_) | Node::Either(_) | Node::Repeat { .. } => parts.push(node),
    }
}

/// The same of a branch.
fn flatten_branch(branch: &Branch) -> Vec<&Node> {
    let mut parts = Vec::new();
    branch.items.iter().for_each(|item| flatten(&item.node, &mut parts));
    parts
}
