//! Nodes into policies, and what is wrong with them.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

use podsieve_config as config;

use crate::model::{Case, File, Known, Text};
use crate::yaml::{self, Kind, Node, Place, Wrong};

pub(crate) use config::{Fields, Form};

/// Reads a policy.
///
/// # Errors
/// All that is wrong, in the order of the places and up to [`MAX_WRONGS`](crate::MAX_WRONGS); only the first mistake if the text is no
/// YAML. A name that is not known is shown if it is short; nothing else of the text is, and nothing of what says how
/// hashes are made.
pub fn read(text: &str, known: &Known<'_>) -> Result<File, Vec<Wrong>> {
    let mut node = yaml::read(text).map_err(|wrong| alloc::vec![wrong])?;
    if node.is_null() {
        node.kind = Kind::Map(Vec::new());
    }
    let mut reader = Reader::new(text, known);
    let file = File::read(&node, &mut reader);
    reader.end(file)
}

/// Reads cases by which the policy `file` is tried.
///
/// # Errors
/// As for [`read`]; a rule that the policy does not have is wrong too.
pub fn read_cases(text: &str, known: &Known<'_>, file: &File) -> Result<Vec<Case>, Vec<Wrong>> {
    let node = yaml::read(text).map_err(|wrong| alloc::vec![wrong])?;
    let mut reader = Reader::new(text, known);
    reader.names.extend(file.rules.iter().map(|rule| rule.name.clone()));
    reader.names.extend(file.keys.iter().map(|key| key.rule.clone()));
    let cases = Case::read_all(&node, &mut reader);
    reader.end(cases)
}

/// What a policy is read with: a reader that knows what there is besides.
pub(crate) struct Reader<'a> {
    base: config::Reader<'a>,
    pub(crate) known: &'a Known<'a>,
    /// Of a hash that does not say it.
    pub(crate) hash_length: u8,
    /// The first place where something is hashed.
    pub(crate) hashes: Option<Place>,
    /// Names of rules that the file defines.
    pub(crate) names: BTreeSet<String>,
    /// Names of fields that are secret, folded.
    pub(crate) keys: BTreeSet<String>,
}

impl<'a> Deref for Reader<'a> {
    type Target = config::Reader<'a>;

    fn deref(&self) -> &config::Reader<'a> {
        &self.base
    }
}

impl DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.base
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a str, known: &'a Known<'a>) -> Reader<'a> {
        Reader {
            base: config::Reader::new(source),
            known,
            hash_length: 0,
            hashes: None,
            names: BTreeSet::new(),
            keys: BTreeSet::new(),
        }
    }

    /// What was read, if nothing was wrong.
    pub(crate) fn end<T>(self, read: T) -> Result<T, Vec<Wrong>> {
        self.base.end(read)
    }

    /// A list of texts that are not empty, each with its place.
    pub(crate) fn placed_texts(&mut self, node: &Node) -> Vec<Text> {
        self.list(node, "a list of texts").iter().map(|node| self.placed_text(node)).collect()
    }

    /// A text that is not empty, with its place.
    pub(crate) fn placed_text(&mut self, node: &Node) -> Text {
        Text { text: self.text(node), place: node.place }
    }

    /// The name of a rule that the file defines or counts under.
    pub(crate) fn rule_name(&mut self, node: &Node) -> String {
        self.name(node, 32, "a-z, 0-9 and _", |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    }

    /// Names of rules that there are, one or a list; of a group, all of it. Sorted.
    pub(crate) fn rules(&mut self, node: &Node) -> Vec<String> {
        let mut names = BTreeSet::new();
        let nodes = self.one_or_many(node, "a list of names");
        if nodes.is_empty() {
            self.wrong(node.place, "expected at least one name");
        }
        for node in nodes {
            let Some(name) = node.as_str().filter(|_| !node.is_null()) else {
                self.expected(node, "the name of a rule");
                continue;
            };
            let mut found = self.names.contains(name);
            if found {
                names.insert(name.to_string());
            } else {
                for detector in self.known.members(name) {
                    found = true;
                    names.insert(detector.name.to_string());
                }
            }
            if !found && !self.is_full() {
                let defined = core::mem::take(&mut self.names);
                let mut known: Vec<&str> = self.known.names().collect();
                known.extend(defined.iter().map(String::as_str));
                self.unknown(node, "rule", &known);
                self.names = defined;
            }
        }
        names.into_iter().collect()
    }
}
/// Sorted, and each once.
pub(crate) fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut set = BTreeSet::new();
    for text in texts {
        set.insert(text);
    }
    set.into_iter().collect()
}
