//! What a secret looks like at least: a number of bytes of a kind, one behind the other.

use alloc::vec::Vec;

use super::class::Bytes;
use super::length::least;
use super::parse::Node;
use super::{Pattern, flatten, flatten_branch};

/// So many bytes of a set, one behind the other, as every match holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    bytes: Bytes,
    least: usize,
}

impl Run {
    /// The set.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// How many there are at least, from 1.
    #[must_use]
    pub fn least(&self) -> usize {
        self.least
    }

    /// Whether there is such a run, without which the pattern does not match.
    ///
    /// Where there is none it looks at few bytes, one of each [`Run::least`] in the best case, and never at a byte
    /// twice.
    #[inline]
    #[must_use]
    pub fn may_match(&self, window: &[u8]) -> bool {
        // The run would begin at `from`; what is in front of `known` is of the set.
        let (mut from, mut known) = (0_usize, 0);
        while let Some(run) = window.get(from..from.saturating_add(self.least)) {
            match run[known - from..].iter().rposition(|byte| !self.bytes.has(*byte)) {
                None => return true,
                Some(at) => (from, known) = (known + at + 1, from + self.least),
            }
        }
        false
    }
}

impl Pattern {
    /// What every match with this group holds somewhere, the rarest of what is known; nothing if it may hold nothing,
    /// or if there is no such group.
    #[must_use]
    pub fn run(&self, group: u32) -> Option<Run> {
        let mut best = Best::default();
        best.add(rarest(self.group(group)?));
        best.add(rarest(&self.root));
        best.0
    }
}

/// The rarest one of those that were added, and how rare it is.
#[derive(Default)]
struct Best(Option<Run>, usize);

impl Best {
    fn add(&mut self, run: Option<Run>) {
        if let Some(run) = run {
            self.add_rated(run, bits(&run.bytes));
        }
    }

    /// `bits` are those of the run's bytes.
    fn add_rated(&mut self, run: Run, bits: usize) {
        let rarity = bits.saturating_mul(run.least);
        if rarity > self.1 {
            *self = Best(Some(run), rarity);
        }
    }
}

/// How rare one of these bytes is in a log, in twelfths of a bit, from 1.
fn bits(bytes: &Bytes) -> usize {
    // Of 1024 bytes.
    let often = |byte: u8| match byte {
        b' ' => 120,
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 38,
        b'a'..=b'z' => 12,
        b'0'..=b'9' => 16,
        b'"' => 30,
        b'.' | b'-' | b':' | b',' => 12,
        b'_' | b'=' | b'/' => 7,
        b'A'..=b'Z' => 3,
        b'!'..=b'~' => 2,
        b'\n' => 4,
        _ => 0,
    };
    let share: u128 = bytes.iter().map(often).sum::<u128>().clamp(1, 1023);
    (120 - share.pow(12).ilog2() as usize).max(1)
}

/// All bytes of a node's matches.
fn bytes(node: &Node) -> Bytes {
    let all = |nodes: &mut dyn Iterator<Item = &Node>| nodes.fold(Bytes::default(), |all, node| all.union(bytes(node)));
    match node {
        Node::Look(_) => Bytes::default(),
        Node::Class(chars) => chars.bytes(),
        Node::Group(_, inner) => bytes(inner),
        Node::Sequence(items) => all(&mut items.iter().map(|item| &item.node)),
        Node::Either(branches) => all(&mut branches.iter().flat_map(|branch| &branch.items).map(|item| &item.node)),
        Node::Repeat { node, .. } => bytes(node),
    }
}

/// The rarest run in every match of a node.
fn rarest(node: &Node) -> Option<Run> {
    match node {
        Node::Either(branches) => {
            let mut runs = branches.iter().map(|branch| of_parts(&flatten_branch(branch)));
            let first = runs.next()??;
            runs.try_fold(first, |run, branch| {
                let branch = branch?;
                Some(Run { bytes: run.bytes.union(branch.bytes), least: run.least.min(branch.least) })
            })
        }
        _ => {
            let mut parts = Vec::new();
            flatten(node, &mut parts);
            of_parts(&parts)
        }
    }
}

/// Those of neighbours together, and those inside of each.
fn of_parts(parts: &[&Node]) -> Option<Run> {
    /// More neighbours make no rarer runs.
    const NEIGHBOURS: usize = 64;
    let all: Vec<Run> = parts.iter().map(|part| Run { bytes: bytes(part), least: least(part) }).collect();
    let mut best = Best::default();
    for (from, part) in parts.iter().enumerate() {
        match part {
            Node::Either(_) => best.add(rarest(part)),
            Node::Repeat { node, least: 1.., .. } => best.add(rarest(node)),
            _ => {}
        }
        let mut run = Run { bytes: Bytes::default(), least: 0 };
        let mut bits = 0;
        for part in all[from..].iter().take(NEIGHBOURS) {
            let bytes = run.bytes.union(part.bytes);
            if bytes != run.bytes {
                bits = self::bits(&bytes);
            }
            run = Run { bytes, least: run.least.saturating_add(part.least) };
            best.add_rated(run, bits);
        }
    }
    best.0
}
