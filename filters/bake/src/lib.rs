//! A module that takes a policy before it is shipped: `podsieve bake` calls the one function that is exported for it, and
//! writes the module down as it then is.
#![allow(unsafe_code, reason = "this is the boundary to who bakes: raw addresses come in and go out")]
#![cfg(target_arch = "wasm32")]

mod clean;

use podsieve_core::Policy;
use podsieve_policy::model::Known;
use podsieve_policy::{compile, id, read};

/// Takes a policy in place of the default one, from what `podsieve bake` handed over: addresses and lengths of its text in
/// YAML, and of the keys of its hashes, a line each, `id=` and hexadecimal digits. Returns the address of what is wrong, a
/// line each and a NUL behind; nothing if the policy was taken.
///
/// # Safety
/// What lies at the addresses stays as it is meanwhile.
pub unsafe fn take(text: (u32, u32), keys: (u32, u32), taken: impl FnOnce(&'static Policy)) -> u32 {
    // SAFETY: as for this function.
    let (text, keys) = unsafe { (given(text), given(keys)) };
    let wrong = match clean::cleanly(|| policy(text, keys)) {
        Ok(policy) => {
            taken(policy);
            String::new()
        }
        Err(wrong) => wrong,
    };
    String::leak(wrong + "\0").as_ptr() as u32
}

/// # Safety
/// As for [`take`].
unsafe fn given((address, length): (u32, u32)) -> &'static [u8] {
    let fits = address.checked_add(length).is_some_and(|end| end >> 16 < core::arch::wasm32::memory_size(0) as u32);
    if length == 0 || address == 0 || !fits {
        return &[];
    }
    // SAFETY: within memory, as was checked, and as for this function.
    unsafe { core::slice::from_raw_parts(address as *const u8, length as usize) }
}

/// The policy that `text` asks for, or what is wrong with it, a line each.
fn policy(text: &[u8], keys: &[u8]) -> Result<&'static Policy, String> {
    let detectors = compile::detectors();
    let known = Known { detectors: &detectors };
    let lines =
        |wrong: Vec<podsieve_policy::yaml::Wrong>| wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let text = core::str::from_utf8(text).map_err(|_| "1:1: the policy is no UTF-8".to_owned())?;
    let file = read(text, &known).map_err(lines)?;
    let keys = core::str::from_utf8(keys).unwrap_or_default();
    let secret = |id: &str| {
        let digits = keys.lines().find_map(|line| line.strip_prefix(id)?.strip_prefix('='))?;
        digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()).collect()
    };
    compile::compile(&file, &id(&file, &known), |key| secret(&key.id)).map_err(lines)
}
