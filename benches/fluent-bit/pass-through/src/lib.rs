//! A filter that returns its input: what Fluent Bit's WASM filter costs before any work is done. It takes what the host
//! hands over as podsieve's module does, so that the two differ by the work alone.
#![allow(unsafe_code, reason = "this is the boundary to the host: exports have fixed names")]
#![cfg(target_arch = "wasm32")]

#[path = "../../../../filters/fluent-bit/src/memory.rs"]
mod memory;

use core::cell::UnsafeCell;
use memory::Inbox;

/// The one inbox of this instance; made at the first call.
struct Instance(UnsafeCell<Option<Inbox>>);

// SAFETY: a module instance has one thread; the host makes one call at a time.
unsafe impl Sync for Instance {}

static INSTANCE: Instance = Instance(UnsafeCell::new(None));

fn inbox() -> &'static mut Inbox {
    // SAFETY: one thread, and no export calls another, so no other reference is alive.
    let inbox = unsafe { &mut *INSTANCE.0.get() };
    inbox.get_or_insert_with(Inbox::new)
}

/// Room for `length` bytes that the host is about to write, or 0 if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn malloc(length: u32) -> u32 {
    inbox().room(length as usize)
}

/// Nothing: the first `malloc` after a call starts over.
#[unsafe(no_mangle)]
pub extern "C" fn free(_address: u32) {}

/// The record as it came: the host wrote the NUL behind it that it looks for now.
#[unsafe(no_mangle)]
pub extern "C" fn pass_through(_tag: u32, _tag_len: u32, _sec: u32, _nsec: u32, record: u32, _record_len: u32) -> u32 {
    inbox().delivered();
    record
}
