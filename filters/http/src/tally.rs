//! What became of records, counted until the host asks.

use alloc::vec::Vec;

/// So many routes have counts of their own, others go to the last of them: parts of a tag can come from records.
const MAX_ROUTES: usize = 64;

/// What became of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing in it was secret.
    Unchanged,
    /// Something in it was redacted.
    Redacted,
    /// It could not be handled: what is left of it says so.
    Masked,
    /// The policy lets go what could not be handled.
    Dropped,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 4] = [Outcome::Unchanged, Outcome::Redacted, Outcome::Masked, Outcome::Dropped];

    /// Its name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Unchanged => "unchanged",
            Outcome::Redacted => "redacted",
            Outcome::Masked => "masked",
            Outcome::Dropped => "dropped",
        }
    }
}

/// Counts since they were last taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records by [`Outcome`], in the order of [`Outcome::ALL`].
    pub outcomes: [u64; Outcome::ALL.len()],
    /// Redactions by rule.
    pub rules: Vec<(&'static str, u64)>,
    /// Records by the first two parts of their `archive_tag`.
    pub routes: Vec<(Vec<u8>, u64)>,
    /// Which of the routes the last `archive_tag` is of.
    last: usize,
}

impl Tally {
    pub(crate) fn record(&mut self, outcome: Outcome) {
        if let Some(count) = self.outcomes.get_mut(outcome as usize) {
            *count += 1;
        }
    }

    pub(crate) fn rule(&mut self, rule: &'static str, count: u32) {
        match self.rules.iter_mut().find(|(known, _)| core::ptr::eq(*known, rule)) {
            Some((_, known)) => *known += u64::from(count),
            None => self.rules.push((rule, u64::from(count))),
        }
    }

    /// Counts an `archive_tag`, which may be `another` than the last.
    pub(crate) fn route(&mut self, tag: &[u8], another: bool) {
        if another || self.last >= self.routes.len() {
            self.last = self.place(tag);
        }
        if let Some((_, count)) = self.routes.get_mut(self.last) {
            *count += 1;
        }
    }

    /// Which of the routes this tag is of.
    fn place(&mut self, tag: &[u8]) -> usize {
        let mut dots = tag.iter().enumerate().filter(|(_, byte)| **byte == b'.');
        let name = dots.nth(1).and_then(|(at, _)| tag.get(..at)).unwrap_or(tag);
        let known = self.routes.iter().position(|(known, _)| known == name);
        known.unwrap_or_else(|| {
            if self.routes.len() < MAX_ROUTES {
                self.routes.push((name.to_vec(), 0));
            }
            self.routes.len() - 1
        })
    }

    /// Whether there is anything to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outcomes.iter().all(|count| *count == 0) && self.rules.is_empty() && self.routes.is_empty()
    }

    /// Begins anew, and keeps the memory.
    pub fn clear(&mut self) {
        self.outcomes = [0; Outcome::ALL.len()];
        self.rules.clear();
        self.routes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_counted_by_the_first_two_parts_of_their_tags() {
        let mut tally = Tally::default();
        for (tag, another) in [
            ("archive.audit.a", true),
            ("archive.audit.a", false),
            ("archive.error.a", true),
            ("archive.audit.b", true),
        ] {
            tally.route(tag.as_bytes(), another);
        }
        assert_eq!(tally.routes, [(b"archive.audit".to_vec(), 3), (b"archive.error".to_vec(), 1)]);
        tally.clear();
        tally.route(b"archive.error.a", true);
        tally.clear();
        tally.route(b"archive.error.a", false);
        assert_eq!(tally.routes, [(b"archive.error".to_vec(), 1)]);
        for n in 0..2 * MAX_ROUTES {
            tally.route(alloc::format!("archive.r{n}").as_bytes(), true);
        }
        let counted: u64 = tally.routes.iter().map(|(_, count)| count).sum();
        assert_eq!((tally.routes.len(), counted), (MAX_ROUTES, 1 + 2 * MAX_ROUTES as u64));
    }
}
