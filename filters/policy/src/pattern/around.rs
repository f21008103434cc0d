//! How far a match reaches from a word in it.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::length::{longer, most};
use super::literal::{Piece, pieces, product};
use super::parse::Node;
use super::{Pattern, flatten, flatten_branch};

/// The bytes of a match in front of and behind a word in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Around {
    /// From the match's begin to the word's, at most; nothing if there is no limit.
    pub before: Option<usize>,
    /// From the word's end to the match's, at most; nothing if there is no limit.
    pub behind: Option<usize>,
}

impl Around {
    fn or(self, other: Around) -> Around {
        Around { before: longer(self.before, other.before), behind: longer(self.behind, other.behind) }
    }

    /// The longer side; the least one is the best.
    fn reach(self) -> usize {
        longer(self.before, self.behind).unwrap_or(usize::MAX)
    }
}

impl Pattern {
    /// How far every match reaches from one of these words, which are in small letters; nothing if not every match is
    /// known to hold one.
    ///
    /// Whatever the text: each match holds one of the words, in any case, so that these are bounds. What anchors and
    /// word boundaries look at is not counted: one character more on each side.
    #[must_use]
    pub fn around(&self, words: &[&str]) -> Option<Around> {
        either(&self.root, words)
    }
}

fn either(node: &Node, words: &[&str]) -> Option<Around> {
    match node {
        Node::Either(branches) => {
            let mut all = branches.iter().map(|branch| sequence(&flatten_branch(branch), words));
            let first = all.next()??;
            all.try_fold(first, |around, branch| Some(around.or(branch?)))
        }
        _ => {
            let mut parts = Vec::new();
            flatten(node, &mut parts);
            sequence(&parts, words)
        }
    }
}

fn sequence(parts: &[&Node], words: &[&str]) -> Option<Around> {
    let pieces = pieces(parts);
    let sum = |pieces: &[Piece<'_>]| pieces.iter().try_fold(0, |sum: usize, piece| sum.checked_add(piece.most?));
    let mut best: Option<Around> = None;
    let mut consider = |from: usize, to: usize, inner: Around| {
        let plus = |inner: Option<usize>, pieces: &[Piece<'_>]| inner?.checked_add(sum(pieces)?);
        let before = plus(inner.before, &pieces[..from]);
        let around = Around { before, behind: plus(inner.behind, &pieces[to..]) };
        if best.is_none_or(|best| around.reach() < best.reach()) {
            best = Some(around);
        }
    };
    for (from, piece) in pieces.iter().enumerate() {
        if let Some(inner) = piece.node.and_then(|node| inside(node, words)) {
            consider(from, from + 1, inner);
        }
        let mut texts = vec![String::new()];
        for (n, piece) in pieces[from..].iter().enumerate() {
            let Some(longer) = piece.language.as_ref().and_then(|language| product(&texts, language)) else { break };
            texts = longer;
            if let Some(inner) = in_texts(&texts, words) {
                consider(from, from + n + 1, inner);
                break;
            }
        }
    }
    best
}

fn inside(part: &Node, words: &[&str]) -> Option<Around> {
    match part {
        Node::Either(_) => either(part, words),
        Node::Repeat { node, least: 1.., most: times, .. } => {
            let Around { before, behind } = either(node, words)?;
            let others = match (most(node), times) {
                (Some(0), _) | (_, Some(1)) => Some(0),
                (length, times) => {
                    length.and_then(|length| length.checked_mul(times.as_ref()?.saturating_sub(1) as usize))
                }
            };
            Some(Around { before, behind: behind.and_then(|behind| behind.checked_add(others?)) })
        }
        _ => None,
    }
}

/// If each of the texts holds one of the words.
fn in_texts(texts: &[String], words: &[&str]) -> Option<Around> {
    let of = |text: &String| {
        let places = words.iter().filter_map(|word| Some((text.find(word)?, word.len())));
        let places = places.map(|(at, length)| Around { before: Some(at), behind: Some(text.len() - at - length) });
        places.min_by_key(|around| around.reach())
    };
    let mut all = texts.iter().map(of);
    let first = all.next()??;
    all.try_fold(first, |around, text| Some(around.or(text?)))
}
