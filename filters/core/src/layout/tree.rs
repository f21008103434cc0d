//! Which layout a record has: a tree of what stands in front of the values, in which layouts that begin alike share
//! their beginning.

use super::form::Form;
use crate::json::Nesting;
use crate::lanes;
use alloc::vec::Vec;

/// Bytes that do not change, compared eight at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fixed {
    lanes: [u64; Fixed::LANES],
    /// Those of the last lane that count.
    mask: u64,
    length: usize,
    /// The same in whole lanes.
    padded: usize,
}

impl Fixed {
    const LANES: usize = 5;
    const MAX: usize = 8 * Fixed::LANES;

    /// At most [`Fixed::MAX`] bytes.
    fn new(bytes: &[u8]) -> Fixed {
        let length = bytes.len().min(Fixed::MAX);
        let bytes = bytes.get(..length).unwrap_or_default();
        let last = length % 8;
        Fixed {
            lanes: core::array::from_fn(|n| lanes::load(bytes, 8 * n)),
            mask: if last == 0 { !0 } else { !(!0 << (8 * last)) },
            length,
            padded: length.next_multiple_of(8),
        }
    }

    /// Whether they stand at `at`.
    #[inline(always)]
    fn is_at(&self, bytes: &[u8], at: usize) -> bool {
        let Some(found) = bytes.get(at..at + self.padded) else { return self.is_at_end(bytes, at) };
        let mut different = 0;
        for (lane, found) in self.lanes.iter().zip(found.as_chunks::<8>().0) {
            if different != 0 {
                return false;
            }
            different = lane ^ u64::from_le_bytes(*found);
        }
        different & self.mask == 0
    }

    #[cold]
    #[inline(never)]
    fn is_at_end(&self, bytes: &[u8], at: usize) -> bool {
        let lanes = self.lanes.iter().take(self.padded / 8).enumerate();
        let different = lanes.fold(0, |sum, (n, lane)| {
            let found = lanes::load(bytes, at + 8 * n);
            sum | (lane ^ found) & if 8 * n + 8 == self.padded { self.mask } else { !0 }
        });
        different == 0 && at + self.length <= bytes.len()
    }
}

/// What stands behind the fixed bytes of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Value(Form),
    /// More fixed bytes.
    Step,
    /// The end of the record, which has this layout.
    End(usize),
}

/// Fixed bytes and what stands behind them.
struct Step {
    fixed: Fixed,
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
            let start = at + step.fixed.length;
            let end = match step.next {
                _ if !step.fixed.is_at(record, at) => None,
                Next::Step => {
                    (at, n) = (start, step.child);
                    continue;
                }
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
    /// records that differ in what a layout remembers have the same.
    pub(super) fn add<'a>(&mut self, values: impl Iterator<Item = (&'a [u8], Form)>, back: &[u8], layout: usize) {
        let mut step = None;
        for (front, form) in values {
            step = Some(self.step(step, front, Next::Value(form)));
        }
        self.step(step, back, Next::End(layout));
    }

    /// The step behind `parent` with these bytes and what stands behind them; a new one if there is none.
    fn step(&mut self, mut parent: Option<usize>, mut bytes: &[u8], next: Next) -> usize {
        while let Some((fixed, rest)) = bytes.split_at_checked(Fixed::MAX)
            && !rest.is_empty()
        {
            parent = Some(self.child(parent, Fixed::new(fixed), Next::Step));
            bytes = rest;
        }
        self.child(parent, Fixed::new(bytes), next)
    }

    fn child(&mut self, parent: Option<usize>, fixed: Fixed, next: Next) -> usize {
        let mut last = None;
        let mut n = parent.map_or(0, |parent| self.steps.get(parent).map_or(0, |step| step.child));
        while let Some(step) = self.steps.get(n)
            && (n != 0 || (parent.is_none() && last.is_none()))
        {
            if step.fixed == fixed && step.next == next {
                return n;
            }
            last = Some(n);
            n = step.sibling;
        }
        let new = self.steps.len();
        self.steps.push(Step { fixed, next, child: 0, sibling: 0 });
        match (last, parent) {
            (Some(last), _) => self.steps.get_mut(last).map(|step| step.sibling = new),
            (None, Some(parent)) => self.steps.get_mut(parent).map(|step| step.child = new),
            (None, None) => None,
        };
        new
    }
}
