//! Which layout a record has: a tree of what stands in front of the values, in which layouts that begin alike share
//! their beginning.

use super::form::Form;
use super::run::Run;
use crate::json::Nesting;
use alloc::vec::Vec;

/// What stands behind the bytes of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Value(Form),
    /// The end of the record, which has this layout.
    End(usize),
}

/// Bytes that do not change and what stands behind them.
struct Step {
    run: Run,
    next: Next,
    /// The first step behind this one; 0 if there is none.
    child: usize,
    /// What may stand in place of this step; 0 if nothing may.
    sibling: usize,
}

/// The tree. Its root is the first step.
#[derive(Default)]
pub(super) struct Tree {
    steps: Vec<Step>,
}

impl Tree {
    pub(super) fn clear(&mut self) {
        self.steps.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// The layout of `record`.
    pub(super) fn search(&self, record: &[u8], nesting: &mut Nesting) -> Option<usize> {
        let (mut n, mut at) = (0, 0);
        loop {
            let step = self.steps.get(n)?;
            let rest = record.get(at..)?;
            let begins = rest.get(..step.run.len()).is_some_and(|run| step.run.is(run, rest));
            let start = at + step.run.len();
            let end = match step.next {
                _ if !begins => None,
                Next::End(found) if start == record.len() => return Some(found),
                Next::End(_) => None,
                Next::Value(form) => form.end(record, start, nesting),
            };
            n = if let Some(end) = end {
                at = end;
                step.child
            } else {
                step.sibling
            };
            if n == 0 {
                return None;
            }
        }
    }

    /// Adds a layout: what stands in front of each value, the value, and what stands behind the last one. No two
    /// records that differ in what a layout remembers have the same. Nothing is found by it that there was no memory for.
    pub(super) fn add<'a>(&mut self, values: impl Iterator<Item = (&'a [u8], Form)>, back: &[u8], layout: usize) {
        let mut step = None;
        for (front, form) in values {
            step = self.child(step, front, Next::Value(form));
            if step.is_none() {
                return;
            }
        }
        self.child(step, back, Next::End(layout));
    }

    /// The step behind `parent`, or the root, with these bytes and what stands behind them; a new one if there is none.
    fn child(&mut self, parent: Option<usize>, bytes: &[u8], next: Next) -> Option<usize> {
        let run = Run::new(bytes)?;
        let mut last = None;
        let mut n = parent.map_or(0, |parent| self.steps.get(parent).map_or(0, |step| step.child));
        while let Some(step) = self.steps.get(n)
            && (n != 0 || (parent.is_none() && last.is_none()))
        {
            if step.run == run && step.next == next {
                return Some(n);
            }
            last = Some(n);
            n = step.sibling;
        }
        let new = self.steps.len();
        self.steps.push(Step { run, next, child: 0, sibling: 0 });
        match (last, parent) {
            (Some(last), _) => self.steps.get_mut(last).map(|step| step.sibling = new),
            (None, Some(parent)) => self.steps.get_mut(parent).map(|step| step.child = new),
            (None, None) => None,
        };
        Some(new)
    }
}
