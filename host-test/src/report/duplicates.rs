//! Records that came more than once, in bounded memory.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

/// Parts of the set, so that threads seldom wait for each other.
const SHARDS: usize = 64;

/// Different records that one part remembers: what its table holds before it would grow to more than 2.2 MB.
const KEPT: usize = (1 << 17) / 8 * 7;

/// The records that were seen, by the first 128 bits of their SHA-256.
///
/// Up to 7 million different records all are remembered, and the count is exact. When a part is full it forgets half of
/// the hashes, those with the next bit set, and from then on counts for each record that it still remembers one more:
/// an estimate that depends neither on the order of records nor on threads. 140 MB at most.
pub(super) struct Seen {
    shards: Vec<Mutex<Shard>>,
    kept: usize,
}

#[derive(Default)]
struct Shard {
    seen: HashSet<u128>,
    /// How many of the lowest bits of a hash must be 0 for it to be remembered.
    level: u32,
    /// Duplicates by how many of the lowest bits of their hash are 0.
    again: Vec<u64>,
}

impl Seen {
    pub(super) fn new() -> Seen {
        Seen::keeping(KEPT)
    }

    fn keeping(kept: usize) -> Seen {
        Seen { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), kept }
    }

    pub(super) fn add(&self, record: &[u8]) {
        let digest = Sha256::digest(record);
        let hash = digest.iter().take(16).fold(0, |hash: u128, byte| hash << 8 | u128::from(*byte));
        let Some(shard) = self.shards.get((hash >> 122) as usize) else { return };
        shard.lock().unwrap_or_else(PoisonError::into_inner).add(hash, self.kept);
    }

    /// How many records were the same as one before, and whether that is exact.
    pub(super) fn count(&self) -> (u64, bool) {
        let mut all = (0, true);
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let again: u64 = shard.again.iter().skip(shard.level as usize).sum();
            all = (all.0 + (again << shard.level), all.1 && shard.level == 0);
        }
        all
    }
}

impl Shard {
    fn add(&mut self, hash: u128, kept: usize) {
        // Those of the shard's number are not among them.
        let zeros = hash.trailing_zeros().min(40);
        if zeros < self.level {
            return;
        }
        if !self.seen.insert(hash) {
            let place = zeros as usize;
            self.again.resize(self.again.len().max(place + 1), 0);
            self.again[place] += 1;
        }
        while self.seen.len() > kept && self.level < 40 {
            self.level += 1;
            self.seen.retain(|hash| hash.trailing_zeros() >= self.level);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(kept: usize, numbers: impl Iterator<Item = u32>) -> (u64, bool) {
        let seen = Seen::keeping(kept);
        numbers.for_each(|number| seen.add(&number.to_le_bytes()));
        seen.count()
    }

    #[test]
    fn exact_while_there_is_room() {
        let numbers = || (0..5000).chain(100..150).chain(100..101);
        assert_eq!(counted(KEPT, numbers()), (51, true));
    }

    #[test]
    fn an_estimate_behind_that_whatever_the_order() {
        let (count, exact) = counted(100, (0..50_000).chain(0..50_000));
        assert!(!exact && (40_000..60_000).contains(&count), "{count}");
        assert_eq!(counted(100, (0..50_000).rev().flat_map(|number| [number, number])), (count, exact));
    }
}
