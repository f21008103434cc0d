//! Texts that every match holds.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::length::most;
use super::parse::Node;
use super::{Pattern, flatten, flatten_branch};

/// Texts that are shorter from their first letter on are in too much that is logged.
const SHORTEST: usize = 3;

/// How many texts a set may have.
const MOST: usize = 64;

/// Bytes that are enough of a text.
const LONGEST: usize = 32;

impl Pattern {
    /// Texts of which every match holds at least one, in small letters; nothing if there are none of three bytes and
    /// more from their first letter on. Of several such sets it is the one with the longest and rarest texts.
    ///
    /// A match holds them in small letters, capitals or both.
    #[must_use]
    pub fn literals(&self) -> Option<Vec<String>> {
        let mut texts = required(&self.root)?;
        texts.sort_by(|a, b| a.len().cmp(&b.len()).then(a.cmp(b)));
        let mut kept: Vec<String> = Vec::new();
        for text in texts {
            if !kept.iter().any(|shorter| text.contains(shorter.as_str())) {
                kept.push(text);
            }
        }
        Some(kept)
    }
}

/// All texts that a node matches, in small letters, if they are few, short and ASCII.
pub(super) fn language(node: &Node) -> Option<Vec<String>> {
    match node {
        Node::Look(_) => Some(vec![String::new()]),
        Node::Class(chars) => {
            if chars.wide.is_some() {
                return None;
            }
            let mut texts: Vec<String> = Vec::new();
            for byte in (0..128).filter(|byte| chars.ascii >> byte & 1 != 0) {
                let text = String::from(char::from(byte).to_ascii_lowercase());
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
            (texts.len() <= MOST).then_some(texts)
        }
        Node::Group(_, inner) => language(inner),
        Node::Sequence(items) => {
            items.iter().try_fold(vec![String::new()], |texts, item| product(&texts, &language(&item.node)?))
        }
        Node::Either(branches) => {
            let mut texts = Vec::new();
            for branch in branches {
                let more = branch
                    .items
                    .iter()
                    .try_fold(vec![String::new()], |texts, item| product(&texts, &language(&item.node)?))?;
                add(&mut texts, more)?;
            }
            Some(texts)
        }
        Node::Repeat { node, least, most, .. } => {
            let most = most.filter(|most| *most <= 16)?;
            let once = language(node)?;
            let mut times = vec![String::new()];
            let mut texts = Vec::new();
            for n in 0..=most {
                if n > 0 {
                    times = product(&times, &once)?;
                }
                if n >= *least {
                    add(&mut texts, times.clone())?;
                }
            }
            Some(texts)
        }
    }
}

fn add(texts: &mut Vec<String>, more: Vec<String>) -> Option<()> {
    for text in more {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    (texts.len() <= MOST).then_some(())
}

/// Each text with each other one behind it, if they are few and short.
pub(super) fn product(texts: &[String], behind: &[String]) -> Option<Vec<String>> {
    if texts.len() * behind.len() > MOST {
        return None;
    }
    let mut all = Vec::new();
    for text in texts {
        for end in behind {
            if text.len() + end.len() > LONGEST {
                return None;
            }
            all.push(text.to_owned() + end);
        }
    }
    Some(all)
}

/// A part of a sequence.
pub(super) struct Piece<'a> {
    /// What is to be looked into, if there is something.
    pub(super) node: Option<&'a Node>,
    /// All that it matches, if that is little.
    pub(super) language: Option<Vec<String>>,
    /// How many bytes that are at most.
    pub(super) most: Option<usize>,
}

/// The parts of a sequence. The first and the last one of many times are parts by themselves, so that `SK[0-9]{32}` has
/// a text of three bytes.
pub(super) fn pieces<'a>(parts: &[&'a Node]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    for part in parts {
        let language = language(part);
        if let (None, Node::Repeat { node, least, most: times, .. }) = (&language, part)
            && *least > 0
            && let Some(once) = self::language(node)
        {
            let piece = || Piece { node: None, language: Some(once.clone()), most: most(node) };
            let ends = (*least).min(2);
            let others = times.map(|times| (times - ends) as usize);
            let others = most(node).zip(others).and_then(|(length, times)| length.checked_mul(times));
            pieces.push(piece());
            pieces.push(Piece { node: None, language: None, most: others });
            if ends == 2 {
                pieces.push(piece());
            }
        } else {
            pieces.push(Piece { node: Some(part), language, most: most(part) });
        }
    }
    pieces
}

/// The best set of texts of which every match of a node holds one.
fn required(node: &Node) -> Option<Vec<String>> {
    match node {
        Node::Either(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                add(&mut all, required_of(&flatten_branch(branch))?)?;
            }
            Some(all)
        }
        _ => {
            let mut parts = Vec::new();
            flatten(node, &mut parts);
            required_of(&parts)
        }
    }
}

fn required_of(parts: &[&Node]) -> Option<Vec<String>> {
    let pieces = pieces(parts);
    let mut best = pieces.iter().filter_map(|piece| inside(piece.node?)).max_by_key(|texts| worth(texts));
    for from in 0..pieces.len() {
        let mut texts = vec![String::new()];
        for piece in &pieces[from..] {
            let Some(longer) = piece.language.as_ref().and_then(|language| product(&texts, language)) else { break };
            texts = longer;
            if worth(&texts) > best.as_deref().map_or(0, worth) {
                best = Some(texts.clone());
            }
        }
    }
    best
}

/// That of a part of a sequence, looked into.
fn inside(part: &Node) -> Option<Vec<String>> {
    match part {
        Node::Either(_) => required(part),
        Node::Repeat { node, least: 1.., .. } => required(node),
        _ => None,
    }
}

/// How rarely one of them comes in a log, 0 if one is too short.
fn worth(texts: &[String]) -> u32 {
    let rare = |byte: u8| match byte {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b' ' => 3,
        b'q' | b'x' | b'z' | b'j' => 6,
        b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'"' | b':' | b'/' => 4,
        _ => 5,
    };
    let is_short = |text: &String| text.trim_start_matches(|c: char| !c.is_ascii_lowercase()).len() < SHORTEST;
    if texts.iter().any(is_short) {
        return 0;
    }
    let least = texts.iter().map(|text| text.bytes().map(rare).sum()).min().unwrap_or(0_u32);
    least.saturating_sub(2 * texts.len().ilog2()).max(1)
}
