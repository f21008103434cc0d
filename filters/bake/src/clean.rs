//! Memory that is given back while a policy is taken becomes zeros, which a baked module need not hold.

use core::cell::Cell;
use std::alloc::{GlobalAlloc, Layout, System};

struct Clean {
    taking: Cell<bool>,
}

// SAFETY: a module instance has one thread.
unsafe impl Sync for Clean {}

#[global_allocator]
static ALLOCATOR: Clean = Clean { taking: Cell::new(false) };

// SAFETY: all is done by the system's allocator. What is overwritten is what was given back, before it is.
unsafe impl GlobalAlloc for Clean {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        // SAFETY: as for this function.
        unsafe {
            if self.taking.get() {
                address.write_bytes(0, layout.size());
            }
            System.dealloc(address, layout);
        }
    }

    unsafe fn realloc(&self, address: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if self.taking.get() {
            // SAFETY: a layout of this size and the same alignment is valid if the caller keeps to the contract.
            unsafe {
                let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
                if !new.is_null() {
                    new.copy_from_nonoverlapping(address, layout.size().min(size));
                    self.dealloc(address, layout);
                }
                return new;
            }
        }
        // SAFETY: as for this function.
        unsafe { System.realloc(address, layout, size) }
    }
}

/// Does something, and leaves nothing of what it gave back.
pub(crate) fn cleanly<T>(work: impl FnOnce() -> T) -> T {
    ALLOCATOR.taking.set(true);
    let done = work();
    ALLOCATOR.taking.set(false);
    done
}
