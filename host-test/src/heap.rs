//! The heap that the host carves out of guest memory when the guest exports no allocator.

/// Bytes that the runtime's allocator spends on each block.
const HEADER: u64 = 8;

/// A region of guest memory, handed out from its start and taken back as a whole.
///
/// The real allocator also reuses single blocks; for the two blocks of a call, which are freed
/// together, this comes to the same.
#[derive(Debug)]
pub(crate) struct Heap {
    start: u64,
    size: u64,
    used: u64,
}

impl Heap {
    pub(crate) fn new(start: u64, size: u64) -> Self {
        Heap { start, size, used: 0 }
    }

    /// The address of a block of `len` bytes, or 0 when it does not fit.
    pub(crate) fn allocate(&mut self, len: u64) -> u32 {
        let taken = HEADER + len.next_multiple_of(8);
        if self.size - self.used < taken {
            return 0;
        }
        let address = self.start + self.used + HEADER;
        self.used += taken;
        u32::try_from(address).unwrap_or(0)
    }

    /// Frees all blocks.
    pub(crate) fn clear(&mut self) {
        self.used = 0;
    }
}
