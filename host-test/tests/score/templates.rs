//! Lines with places to fill in: `%{user}` for anything, `%{!password}` for what must not survive.

use std::collections::BTreeMap;

use super::functions;
use super::grammar::{Grammar, Names};
use super::random::Random;

/// One line of a file of forms.
#[derive(Debug)]
pub(crate) struct Template {
    /// `<file>:<line>`.
    pub(crate) id: String,
    /// As it is in the file.
    pub(crate) text: String,
    /// It is a whole record and not the text of one.
    pub(crate) is_record: bool,
    /// More than the secret may go: where the line ends with the secret, or nothing around it is worth keeping.
    pub(crate) is_loose: bool,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Slot(Slot),
}

#[derive(Debug)]
struct Slot {
    secret: bool,
    /// The last comes first, as in the text.
    functions: Vec<String>,
    name: String,
    /// Slots of one name and number have one value.
    number: Option<char>,
}

/// What a template became.
#[derive(Debug)]
pub(crate) enum Piece {
    Frame(String),
    /// As it stands in the text, and each way in which it was spelled on the way there.
    Secret(String, Vec<String>),
}

impl Piece {
    pub(crate) fn text(&self) -> &str {
        match self {
            Piece::Frame(text) | Piece::Secret(text, _) => text,
        }
    }
}

impl Template {
    /// # Errors
    ///
    /// A slot has no end.
    pub(crate) fn parse(id: String, line: &str) -> Result<Template, String> {
        let (is_loose, rest) = line.strip_prefix('~').map_or((false, line), |rest| (true, rest));
        let (is_record, rest) = match rest.strip_prefix('@') {
            Some(record) if record.starts_with('{') => (true, record),
            _ => (false, rest),
        };
        let mut parts = Vec::new();
        let mut rest = rest;
        while let Some((before, slot)) = rest.split_once("%{") {
            let (slot, behind) = slot.split_once('}').ok_or_else(|| format!("{id}: expected }} behind %{{"))?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Slot(Slot::parse(slot)));
            rest = behind;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Template { id, text: line.to_owned(), is_record, is_loose, parts })
    }

    /// Fills the slots: those whose name is in `given` with that pattern, others from the generators.
    pub(crate) fn fill(&self, names: &Names, given: &[(&str, &Grammar)], random: &mut Random) -> Vec<Piece> {
        let mut remembered: BTreeMap<(&str, char), String> = BTreeMap::new();
        let mut pieces = Vec::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => pieces.push(Piece::Frame(text.clone())),
                Part::Slot(slot) => {
                    let mut made = || match given.iter().find(|(name, _)| *name == slot.name) {
                        Some((_, grammar)) => grammar.text(names, random),
                        None => Grammar::Named(slot.name.clone()).text(names, random),
                    };
                    let value = match slot.number {
                        Some(number) => remembered.entry((&slot.name, number)).or_insert_with(made).clone(),
                        None => made(),
                    };
                    pieces.push(slot.spelled(value));
                }
            }
        }
        pieces
    }
}

impl Slot {
    fn parse(slot: &str) -> Slot {
        let (secret, slot) = slot.strip_prefix('!').map_or((false, slot), |slot| (true, slot));
        let mut functions: Vec<String> = slot.split(':').map(str::to_owned).collect();
        let mut name = functions.pop().unwrap_or_default();
        let number = match name.split_once('.') {
            Some((_, number)) => number.chars().next(),
            None => None,
        };
        if number.is_some() {
            name.truncate(name.find('.').unwrap_or(name.len()));
        }
        Slot { secret, functions, name, number }
    }

    fn spelled(&self, mut value: String) -> Piece {
        let mut spellings = vec![value.clone()];
        for function in self.functions.iter().rev() {
            value = functions::apply(function, &value);
            spellings.push(value.clone());
        }
        if self.secret { Piece::Secret(value, spellings) } else { Piece::Frame(value) }
    }
}
