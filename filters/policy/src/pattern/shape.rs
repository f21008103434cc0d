//! Patterns made of a pattern, for the same matches in another setting. None is for patterns with the flag `x`: behind
//! their comments nothing can be written.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::Pattern;
use super::parse::{Branch, Look, Node};

impl Pattern {
    /// Its alternatives as patterns of their own, in their order; the groups of each count from 1 again.
    #[must_use]
    pub fn branches(&self) -> Vec<String> {
        let alternatives = self.alternatives();
        if alternatives.len() == 1 {
            return Vec::from([self.text.clone()]);
        }
        let text = |branch: &Branch| flagged(branch, self.text.get(branch.span.clone()).unwrap_or_default());
        alternatives.iter().map(text).collect()
    }

    /// A pattern that matches all of each text in which this one is found.
    #[must_use]
    pub fn whole(&self) -> String {
        let alternatives = self.alternatives();
        let mut out: Vec<String> = Vec::new();
        for branch in alternatives {
            let anchor = |at: Option<&super::parse::Item>, look: Look| {
                at.filter(|item| matches!(item.node, Node::Look(found) if found == look)).map(|item| item.span.clone())
            };
            let start = anchor(branch.items.first(), Look::Start);
            let end = anchor(branch.items.last(), Look::End);
            if let ([_], Some(_), Some(_)) = (alternatives, &start, &end) {
                return self.text.clone();
            }
            let any = |anchor: &Option<Range<usize>>| if anchor.is_some() { "" } else { "(?s:.*)" };
            let body = self.without([&start, &end].into_iter().flatten(), &branch.span);
            out.push(format!("{}(?:{}){}", any(&start), flagged(branch, &body), any(&end)));
        }
        match out.as_slice() {
            [one] => format!("^{one}$"),
            several => format!("^(?:{})$", several.join("|")),
        }
    }

    /// The same pattern without what it begins with and need not: `[a-z]{0,9}?` and the like. Its groups capture the
    /// same and the matches end where they did, but they may begin later.
    ///
    /// Found where it is not looked for, this makes a search several times as fast.
    #[must_use]
    pub fn without_lead(&self) -> String {
        let mut cut = Vec::new();
        if let [branch] = self.root() {
            lead(&branch.items, &mut cut);
        }
        self.without(cut.iter(), &(0..self.text.len()))
    }

    /// The branches of the outermost alternation; groups that do not capture are looked into.
    fn alternatives(&self) -> &[Branch] {
        let mut branches = self.root();
        while let [branch] = branches
            && let [item] = branch.items.as_slice()
            && let Node::Either(inner) = &item.node
        {
            branches = inner;
        }
        branches
    }

    /// A part of the text without parts of it, which are in their order.
    fn without<'a>(&self, cut: impl Iterator<Item = &'a Range<usize>>, span: &Range<usize>) -> String {
        let mut out = String::new();
        let mut from = span.start;
        for cut in cut {
            out.push_str(self.text.get(from..cut.start).unwrap_or_default());
            from = cut.end;
        }
        out.push_str(self.text.get(from..span.end).unwrap_or_default());
        out
    }
}

fn flagged(branch: &Branch, text: &str) -> String {
    match branch.flags.letters().as_str() {
        "" => text.into(),
        letters => format!("(?{letters}){text}"),
    }
}

/// The first match of the rest is the first one of all: if a longer lead went on to a later match of the rest, then a
/// shorter one of the same characters would lead to the first, and a lazy lead takes that.
fn lead(items: &[super::parse::Item], cut: &mut Vec<Range<usize>>) {
    for item in items {
        match &item.node {
            Node::Repeat { node, least: 0, lazy: true, .. } if matches!(**node, Node::Class(_)) => {
                cut.push(item.span.clone());
            }
            Node::Sequence(inner) => return lead(inner, cut),
            _ => return,
        }
    }
}
