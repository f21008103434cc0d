//! Texts that every match holds.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::parse::Node;
use super::{Pattern, flatten, flatten_branch};

/// Shorter texts are in too much that is logged.
const SHORTEST: usize = 3;

/// How many texts a set may have.
const MOST: usize = 32;

/// Bytes that are enough of a text.
const LONGEST: usize = 32;

impl Pattern {
    /// Texts of which every match holds at least one, in small letters; nothing if there are none of three bytes and
    /// more. Of several such sets it is the one with the longest and rarest texts.
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
            if chars.wide.is_some() || chars.ascii.count_ones() > 16 {
                return None;
            }
            let mut texts: Vec<String> = Vec::new();
            for byte in (0..128).filter(|byte| chars.ascii >> byte & 1 != 0) {
                let text = String::from(char::from(byte).to_ascii_lowercase());
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
            Some(texts)
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

/// The best set of texts of which every match of a node holds one.
fn required(node: &Node) -> Option<Vec<String>> {
    let sequence = |parts: Vec<&Node>| {
        let mut best = parts.iter().filter_map(|part| inside(part)).max_by_key(|texts| worth(texts));
        let languages: Vec<_> = parts.iter().map(|part| language(part)).collect();
        for from in 0..languages.len() {
            let mut texts = vec![String::new()];
            for part in &languages[from..] {
                let Some(longer) = part.as_ref().and_then(|part| product(&texts, part)) else { break };
                texts = longer;
                if worth(&texts) > best.as_deref().map_or(0, worth) {
                    best = Some(texts.clone());
                }
            }
        }
        best
    };
    match node {
        Node::Either(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                add(&mut all, sequence(flatten_branch(branch))?)?;
            }
            Some(all)
        }
        _ => {
            let mut parts = Vec::new();
            flatten(node, &mut parts);
            sequence(parts)
        }
    }
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
    let of = |text: &String| -> u32 { if text.len() < SHORTEST { 0 } else { text.bytes().map(rare).sum() } };
    let least = texts.iter().map(of).min().unwrap_or(0);
    least.saturating_sub(2 * texts.len().ilog2())
}
