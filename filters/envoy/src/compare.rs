//! How bytes are compared. What comes with Rust for WebAssembly does so one by one.

use core::cmp::Ordering;

/// `memcmp` of C, which all comparisons of bytes call.
///
/// # Safety
///
/// There are `length` bytes at `a` and at `b`.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub(crate) unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, length: usize) -> i32 {
    // SAFETY: each offset is less than `length`, by so many bytes as are read there.
    let lane = |from: *const u8, at: usize| unsafe { from.add(at).cast::<u64>().read_unaligned() };
    let order = |a: u64, b: u64| a.swap_bytes().cmp(&b.swap_bytes()) as i32;
    // SAFETY: as for `lane`.
    let byte = |from: *const u8, at: usize| unsafe { from.add(at).read() };
    let mut at = 0;
    while at + 8 <= length {
        let (x, y) = (lane(a, at), lane(b, at));
        if x != y {
            return order(x, y);
        }
        at += 8;
    }
    if length >= 8 {
        // Once more some that are the same, and the rest.
        let (x, y) = (lane(a, length - 8), lane(b, length - 8));
        return if x == y { 0 } else { order(x, y) };
    }
    while at < length {
        match byte(a, at).cmp(&byte(b, at)) {
            Ordering::Equal => at += 1,
            other => return other as i32,
        }
    }
    0
}
