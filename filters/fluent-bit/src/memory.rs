//! Room for what the host hands over.

/// Buffers that the host writes into: one for each `malloc` between two calls, used again after the call. Memory
/// grows to the largest record that came and stays there, whether the host frees or not.
pub(crate) struct Inbox {
    slots: Vec<Vec<u8>>,
    /// How many of them were given out since the last call.
    used: usize,
}

impl Inbox {
    pub(crate) fn new() -> Inbox {
        Inbox { slots: Vec::new(), used: 0 }
    }

    /// Address of room for `length` bytes, or 0 if there is none.
    #[inline(always)]
    pub(crate) fn room(&mut self, length: usize) -> u32 {
        match self.slots.get_mut(self.used) {
            Some(slot) if slot.capacity() >= length => {
                self.used += 1;
                slot.as_mut_ptr() as u32
            }
            _ => self.grow(length),
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, length: usize) -> u32 {
        if self.used == self.slots.len() {
            if self.slots.try_reserve(1).is_err() {
                return 0;
            }
            self.slots.push(Vec::new());
        }
        let Some(slot) = self.slots.get_mut(self.used) else { return 0 };
        // Release first, so that the old and the new buffer need not fit side by side.
        *slot = Vec::new();
        let roomy = length.saturating_add(length / 8).saturating_add(64);
        if slot.try_reserve_exact(roomy).is_err() && slot.try_reserve_exact(length).is_err() {
            return 0;
        }
        self.used += 1;
        slot.as_mut_ptr() as u32
    }

    /// What was given out is being read now: the next `malloc` starts over.
    pub(crate) fn delivered(&mut self) {
        self.used = 0;
    }
}
