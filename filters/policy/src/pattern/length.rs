//! How long matches are, in bytes.

use super::parse::{Branch, Node};

/// At least.
pub(super) fn least(node: &Node) -> usize {
    match node {
        Node::Look(_) => 0,
        Node::Class(chars) => chars.least(),
        Node::Group(_, inner) => least(inner),
        Node::Sequence(items) => items.iter().fold(0, |sum, item| sum.saturating_add(least(&item.node))),
        Node::Either(branches) => branches.iter().map(least_of_branch).min().unwrap_or(0),
        Node::Repeat { node, least: times, .. } => self::least(node).saturating_mul(*times as usize),
    }
}

fn least_of_branch(branch: &Branch) -> usize {
    branch.items.iter().fold(0, |sum, item| sum.saturating_add(least(&item.node)))
}

/// At most; nothing if there is no limit.
pub(super) fn most(node: &Node) -> Option<usize> {
    match node {
        Node::Look(_) => Some(0),
        Node::Class(chars) => Some(chars.most()),
        Node::Group(_, inner) => most(inner),
        Node::Sequence(items) => sum(items.iter().map(|item| &item.node)),
        Node::Either(branches) => {
            let lengths = branches.iter().map(|branch| sum(branch.items.iter().map(|item| &item.node)));
            lengths.reduce(longer).unwrap_or(Some(0))
        }
        Node::Repeat { node, most: times, .. } => match (self::most(node), times) {
            (Some(0), _) => Some(0),
            (length, times) => length?.checked_mul((*times)? as usize),
        },
    }
}

/// Of one behind the other.
fn sum<'a>(mut nodes: impl Iterator<Item = &'a Node>) -> Option<usize> {
    nodes.try_fold(0, |sum: usize, node| sum.checked_add(most(node)?))
}

/// The longer one; no limit is longer than any.
pub(super) fn longer(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    Some(a?.max(b?))
}
