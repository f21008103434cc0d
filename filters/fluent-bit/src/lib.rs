//! podsieve as a module for Fluent Bit's WASM filter: the host's ABI and nothing else.
//!
//! The host asks `malloc` for room for the tag and the record, copies both in with a NUL behind each, calls one of
//! the five functions, and copies the NUL-terminated result out. Some versions `free` what they asked for and some
//! never do, so `free` does nothing: the first `malloc` after a call starts over.
//!
//! Each function is a feature of the same name, and all are on: a module with one of them is a smaller one.
#![allow(unsafe_code, reason = "this is the boundary to the host: raw addresses come in and go out")]
#![cfg(target_arch = "wasm32")]

mod memory;

use core::cell::UnsafeCell;
use memory::Inbox;
use podsieve_core::{Engine, Function, Policy};

static POLICY: Policy = Policy::DEFAULT;

struct Guest {
    engine: Engine,
    inbox: Inbox,
}

/// The one guest of this instance; made at the first call.
struct Instance(UnsafeCell<Option<Guest>>);

// SAFETY: a module instance has one thread; the host makes one call at a time.
unsafe impl Sync for Instance {}

static INSTANCE: Instance = Instance(UnsafeCell::new(None));

#[inline(always)]
fn guest() -> &'static mut Guest {
    // SAFETY: one thread, and no export calls another, so no other reference is alive.
    let guest = unsafe { &mut *INSTANCE.0.get() };
    match guest {
        Some(guest) => guest,
        None => first(guest),
    }
}

#[cold]
#[inline(never)]
fn first(guest: &'static mut Option<Guest>) -> &'static mut Guest {
    guest.insert(Guest { engine: Engine::new(&POLICY), inbox: Inbox::new() })
}

/// Room for `length` bytes that the host is about to write, or 0 if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn malloc(length: u32) -> u32 {
    guest().inbox.room(length as usize)
}

/// Takes a policy in place of the default one: its text in YAML, and the keys of its hashes, a line each, `id=` and
/// hexadecimal digits. Returns the address of what is wrong, a line each and a NUL behind; nothing if the policy was taken.
#[cfg(feature = "policy")]
#[unsafe(no_mangle)]
pub extern "C" fn podsieve_policy(text: u32, text_length: u32, keys: u32, keys_length: u32) -> u32 {
    // SAFETY: who bakes wrote them before the call and does nothing during it.
    unsafe {
        podsieve_bake::take((text, text_length), (keys, keys_length), |policy| {
            // As in `guest`.
            *INSTANCE.0.get() = Some(Guest { engine: Engine::new(policy), inbox: Inbox::new() });
        })
    }
}

/// Nothing: see the crate's documentation.
#[unsafe(no_mangle)]
pub extern "C" fn free(_address: u32) {}

macro_rules! export {
    ($($feature:literal => $name:ident: $function:ident),* $(,)?) => {$(
        /// One of the five functions: addresses and lengths of the tag and the record (without their NULs), and the
        /// record's time in seconds and nanoseconds since the epoch. Returns the address of a NUL-terminated JSON object.
        #[cfg(feature = $feature)]
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(tag: u32, tag_length: u32, _seconds: u32, _nanoseconds: u32, record: u32, record_length: u32) -> u32 {
            call(Function::$function, (tag, tag_length), (record, record_length))
        }
    )*};
}

export! {
    "pipeline" => pipeline: Pipeline,
    "parse" => parse: Parse,
    "redact" => redact: Redact,
    "enrich" => enrich: Enrich,
    "route" => route: Route,
}

fn call(function: Function, tag: (u32, u32), record: (u32, u32)) -> u32 {
    let guest = guest();
    guest.inbox.delivered();
    let out = match (given(tag), given(record)) {
        (Some(tag), Some(record)) => guest.engine.run_to_nul(function, tag, record),
        (None, Some(record)) => guest.engine.run_to_nul(function, b"", record),
        (tag, None) => guest.engine.unreadable_to_nul(function, tag.unwrap_or_default()),
    };
    out.as_ptr() as u32
}

/// The bytes that the host handed over; none if it had no room for them and passes 0 or an address outside of memory.
#[inline(always)]
fn given((address, length): (u32, u32)) -> Option<&'static [u8]> {
    if length == 0 {
        return Some(&[]);
    }
    // The page of the last byte tells, in 32 bits also where memory ends at 4 GiB.
    let last = address.checked_add(length - 1)?;
    if address == 0 || last >> 16 >= core::arch::wasm32::memory_size(0) as u32 {
        return None;
    }
    // SAFETY: within memory, as was checked; the host wrote it before the call and does not during it.
    Some(unsafe { core::slice::from_raw_parts(address as *const u8, length as usize) })
}
