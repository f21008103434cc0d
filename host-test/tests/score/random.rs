//! Numbers that are the same on every machine and in every run.

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    /// Numbers that depend on this text and nothing else, so that a new template changes no case of another.
    pub(crate) fn of(text: &str, n: usize) -> Random {
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Random(hash.wrapping_add((n as u64).wrapping_mul(0x5851_f42d_4c95_7f2d)))
    }

    /// A number below the bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    pub(crate) fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// FNV-1a of 32 bits: whether a template, a family or a line is held out is a matter of its text alone.
pub(crate) fn is_held_out(text: &str) -> bool {
    let hash = text.bytes().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % 4 == 0
}
