//! How bytes are compared. What comes with Rust for WebAssembly does so one by one.

use core::cmp::Ordering;

/// `memcmp` of C, which all comparisons of bytes call.
///
/// # Safety
///
/// There are `length` bytes at `a` and at `b`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, length: usize) -> i32 {
    // SAFETY: each offset is less than `length`, by so many bytes as are read there.
    let lane = |from: *const u8, at: usize| unsafe { u64::from_be_bytes(from.add(at).cast::<[u8; 8]>().read()) };
    // SAFETY: as for `lane`.
    let byte = |from: *const u8, at: usize| unsafe { from.add(at).read() };
    let mut at = 0;
    while at + 8 <= length {
        match lane(a, at).cmp(&lane(b, at)) {
            Ordering::Equal => at += 8,
            other => return other as i32,
        }
    }
    if length >= 8 {
        // Once more some that are the same, and the rest.
        return lane(a, length - 8).cmp(&lane(b, length - 8)) as i32;
    }
    while at < length {
        match byte(a, at).cmp(&byte(b, at)) {
            Ordering::Equal => at += 1,
            other => return other as i32,
        }
    }
    0
}
