//! A module that is given its policy before it is shipped.

use core::cell::Cell;

use podsieve_core::Policy;

/// The policy that was baked in.
struct Baked(Cell<Option<&'static Policy>>);

// SAFETY: a module instance has one thread.
unsafe impl Sync for Baked {}

static BAKED: Baked = Baked(Cell::new(None));

/// The policy that was baked in, or the default one.
pub(crate) fn policy() -> &'static Policy {
    BAKED.0.get().unwrap_or(&crate::DEFAULT)
}

/// Takes a policy in place of the default one: see [`podsieve_bake::take`].
#[unsafe(no_mangle)]
pub(crate) extern "C" fn podsieve_policy(text: u32, text_length: u32, keys: u32, keys_length: u32) -> u32 {
    // SAFETY: who bakes wrote them before the call and does nothing during it.
    unsafe { podsieve_bake::take((text, text_length), (keys, keys_length), |policy| BAKED.0.set(Some(policy))) }
}
