//! Counts by name in bounded memory, with the same result in whatever order and portions they come.

use std::collections::BTreeMap;

/// What can be added up, in any order.
pub(super) trait Merge: Default {
    fn merge(&mut self, other: Self);
}

impl Merge for u64 {
    fn merge(&mut self, other: u64) {
        *self += other;
    }
}

/// Values by name: of more names than the limit, the first ones in the order of bytes stay, and the rest are added up.
///
/// A name that stays in the end was among the first ones all the time, so that its value is exact: any other choice, of
/// the most frequent for example, would depend on what came first.
pub(super) struct Bounded<V> {
    limit: usize,
    named: BTreeMap<Vec<u8>, V>,
    other: Option<V>,
}

impl<V: Merge> Bounded<V> {
    pub(super) fn new(limit: usize) -> Bounded<V> {
        Bounded { limit: limit.max(1), named: BTreeMap::new(), other: None }
    }

    /// The value of a name.
    pub(super) fn of(&mut self, name: &[u8]) -> &mut V {
        if self.named.contains_key(name) {
            return self.named.entry(name.to_vec()).or_default();
        }
        if self.named.len() == self.limit {
            if self.named.last_key_value().is_some_and(|(last, _)| last.as_slice() < name) {
                return self.other.get_or_insert_default();
            }
            if let Some((_, value)) = self.named.pop_last() {
                self.other.get_or_insert_default().merge(value);
            }
        }
        self.named.entry(name.to_vec()).or_default()
    }

    /// Adds to the count of a name, without an allocation where it is known.
    pub(super) fn with(&mut self, name: &[u8], change: impl FnOnce(&mut V)) {
        match self.named.get_mut(name) {
            Some(value) => change(value),
            None => change(self.of(name)),
        }
    }

    /// The values with their names, in the order of names.
    pub(super) fn named(&self) -> impl Iterator<Item = (&[u8], &V)> {
        self.named.iter().map(|(name, value)| (name.as_slice(), value))
    }

    /// The names that stay, and then the rest as `(other)`.
    pub(super) fn all(&self) -> impl Iterator<Item = (String, &V)> {
        let named = self.named().map(|(name, value)| (String::from_utf8_lossy(name).into_owned(), value));
        named.chain(self.other.iter().map(|value| ("(other)".to_owned(), value)))
    }

    /// There were more names than the limit.
    pub(super) fn is_over(&self) -> bool {
        self.other.is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.named.len()
    }
}

impl<V: Merge> Bounded<V> {
    pub(super) fn merge(&mut self, other: Bounded<V>) {
        for (name, value) in other.named {
            self.of(&name).merge(value);
        }
        if let Some(value) = other.other {
            self.other.get_or_insert_default().merge(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_portions_do_not_matter() {
        let names = ["d", "a", "c", "b", "a", "d", "e", "c"];
        let counted = |portions: &[&[&str]]| {
            let mut all = Bounded::<u64>::new(3);
            for portion in portions {
                let mut part = Bounded::new(3);
                portion.iter().for_each(|name| part.with(name.as_bytes(), |count: &mut u64| *count += 1));
                all.merge(part);
            }
            all.all().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>()
        };
        let expected = ["a 2", "b 1", "c 2", "(other) 3"];
        assert_eq!(counted(&[&names]), expected);
        assert_eq!(counted(&[&names[5..], &names[..2], &names[2..5]]), expected);
    }
}
