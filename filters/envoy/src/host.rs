//! Calls to the host, each of which may fail: proxy-wasm's SDK for Rust panics on a status that it does not expect.

use core::ptr::null_mut;
use std::borrow::Cow;

mod raw {
    // <https://github.com/proxy-wasm/spec/blob/main/abi-versions/v0.2.1/README.md>
    unsafe extern "C" {
        pub(super) fn proxy_log(level: u32, message: *const u8, size: usize) -> u32;
        pub(super) fn proxy_get_current_time_nanoseconds(time: *mut u64) -> u32;
        pub(super) fn proxy_get_buffer_bytes(
            buffer: u32,
            start: usize,
            most: usize,
            data: *mut *mut u8,
            size: *mut usize,
        ) -> u32;
        pub(super) fn proxy_get_buffer_status(buffer: u32, length: *mut usize, flags: *mut u32) -> u32;
        pub(super) fn proxy_set_buffer_bytes(
            buffer: u32,
            start: usize,
            size: usize,
            data: *const u8,
            length: usize,
        ) -> u32;
        pub(super) fn proxy_get_header_map_pairs(map: u32, data: *mut *mut u8, size: *mut usize) -> u32;
        pub(super) fn proxy_replace_header_map_value(
            map: u32,
            key: *const u8,
            key_size: usize,
            value: *const u8,
            value_size: usize,
        ) -> u32;
        pub(super) fn proxy_remove_header_map_value(map: u32, key: *const u8, key_size: usize) -> u32;
        pub(super) fn proxy_get_property(
            path: *const u8,
            path_size: usize,
            data: *mut *mut u8,
            size: *mut usize,
        ) -> u32;
        pub(super) fn proxy_set_property(path: *const u8, path_size: usize, value: *const u8, value_size: usize)
        -> u32;
        pub(super) fn proxy_send_local_response(
            status: u32,
            details: *const u8,
            details_size: usize,
            body: *const u8,
            body_size: usize,
            headers: *const u8,
            headers_size: usize,
            grpc_status: i32,
        ) -> u32;
        pub(super) fn proxy_define_metric(kind: u32, name: *const u8, name_size: usize, id: *mut u32) -> u32;
        pub(super) fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
        pub(super) fn proxy_increment_metric(id: u32, by: i64) -> u32;
    }
}

const OK: u32 = 0;
const COUNTER: u32 = 0;

/// How much a line in Envoy's log matters.
#[derive(Clone, Copy)]
pub(crate) enum Level {
    Info = 2,
    Error = 4,
    Critical = 5,
}

/// Where bytes lie.
#[derive(Clone, Copy)]
pub(crate) enum Buffer {
    RequestBody = 0,
    PluginConfiguration = 7,
}

/// Headers of which message.
#[derive(Clone, Copy)]
pub(crate) enum Map {
    Request = 0,
    Response = 2,
}

/// What a request does next.
#[repr(u32)]
pub(crate) enum Action {
    Continue = 0,
    /// It waits: for more of its body, or as it has been answered.
    Pause = 1,
}

/// Writes a line to Envoy's log.
pub(crate) fn log(level: Level, message: &[u8]) {
    // SAFETY: the host reads the bytes and keeps none of them; so do all calls here.
    unsafe { raw::proxy_log(level as u32, message.as_ptr(), message.len()) };
}

/// Nanoseconds since the epoch.
pub(crate) fn now() -> u64 {
    let mut time = 0;
    // SAFETY: the host writes eight bytes.
    unsafe { raw::proxy_get_current_time_nanoseconds(&raw mut time) };
    time
}

/// Memory that the host fills and hands over; null if there is none.
pub(crate) fn memory(size: usize) -> *mut u8 {
    let mut bytes: Vec<u8> = Vec::new();
    if bytes.try_reserve_exact(size).is_err() {
        return null_mut();
    }
    // A `Vec` without any memory has an address all the same.
    let address = bytes.as_mut_ptr();
    core::mem::forget(bytes);
    address
}

/// What the host hands over, in [`memory`] that it asked for.
fn handed(call: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Option<Vec<u8>> {
    let (mut data, mut size) = (null_mut(), 0);
    let status = call(&raw mut data, &raw mut size);
    if status != OK {
        return None;
    }
    if data.is_null() {
        return Some(Vec::new());
    }
    // SAFETY: the host asked `memory` for a `Vec` of this capacity, and filled it.
    Some(unsafe { Vec::from_raw_parts(data, size, size) })
}

/// Up to `most` bytes of a buffer from `start` on; none if the host does not have it.
pub(crate) fn buffer(buffer: Buffer, start: usize, most: usize) -> Option<Vec<u8>> {
    // SAFETY: as for `log`; where to and how much, the host writes.
    handed(|data, size| unsafe { raw::proxy_get_buffer_bytes(buffer as u32, start, most, data, size) })
}

/// How many bytes of the request's body the host holds.
pub(crate) fn body_length() -> usize {
    let (mut length, mut flags) = (0, 0);
    // SAFETY: as for `log`; the host writes both numbers.
    let status = unsafe { raw::proxy_get_buffer_status(Buffer::RequestBody as u32, &raw mut length, &raw mut flags) };
    if status == OK { length } else { 0 }
}

/// What is written to a buffer at once: of more than 1 MiB Envoy makes a 413.
const PIECE: usize = 256 << 10;

/// Replaces all `size` bytes of the request's body that are there. False if the host does not let it.
pub(crate) fn set_body(size: usize, bytes: &[u8]) -> bool {
    let mut pieces = bytes.chunks(PIECE);
    let first = pieces.next().unwrap_or_default();
    let set = |start: usize, size: usize, piece: &[u8]| {
        let (buffer, data) = (Buffer::RequestBody as u32, piece.as_ptr());
        // SAFETY: as for `log`.
        unsafe { raw::proxy_set_buffer_bytes(buffer, start, size, data, piece.len()) == OK }
    };
    let mut length = first.len();
    set(0, size, first)
        && pieces.all(|piece| {
            let start = length;
            length += piece.len();
            set(start, 0, piece)
        })
}

/// The headers of a message, all of them at once: each call to the host costs.
pub(crate) struct Headers(Vec<u8>);

impl Headers {
    /// Those of a message; none if the host does not have them.
    pub(crate) fn of(map: Map) -> Headers {
        // SAFETY: as for `buffer`.
        let pairs = handed(|data, size| unsafe { raw::proxy_get_header_map_pairs(map as u32, data, size) });
        Headers(pairs.unwrap_or_default())
    }

    /// The values of a header, with commas between them if there are several.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        let mut found: Option<Cow<'_, [u8]>> = None;
        self.each(|key, value| {
            if key == name.as_bytes() {
                match &mut found {
                    None => found = Some(Cow::Borrowed(value)),
                    Some(joined) => {
                        let joined = joined.to_mut();
                        if !joined.is_empty() {
                            joined.push(b',');
                        }
                        joined.extend_from_slice(value);
                    }
                }
            }
        });
        found
    }

    /// [How many there are, the lengths of all names and values, and all of them with a NUL
    /// behind](https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1#serialization).
    fn each<'a>(&'a self, mut each: impl FnMut(&'a [u8], &'a [u8])) -> Option<()> {
        let number = |bytes: &mut &'a [u8]| {
            let (number, rest) = bytes.split_first_chunk::<4>()?;
            *bytes = rest;
            usize::try_from(u32::from_le_bytes(*number)).ok()
        };
        let mut lengths = &self.0[..];
        let count = number(&mut lengths)?;
        let (mut lengths, mut texts) = lengths.split_at_checked(count.checked_mul(8)?)?;
        for _ in 0..count {
            let (key, value) = (number(&mut lengths)?, number(&mut lengths)?);
            let behind = texts.get(key.checked_add(1)?..)?;
            each(texts.get(..key)?, behind.get(..value)?);
            texts = behind.get(value.checked_add(1)?..)?;
        }
        Some(())
    }
}

/// Sets a header of the request in place of all that have its name.
pub(crate) fn set_header(name: &str, value: &[u8]) -> bool {
    let map = Map::Request as u32;
    // SAFETY: as for `log`.
    unsafe { raw::proxy_replace_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), value.len()) == OK }
}

/// Removes all headers of the request that have this name.
pub(crate) fn remove_header(name: &str) {
    // SAFETY: as for `log`.
    unsafe { raw::proxy_remove_header_map_value(Map::Request as u32, name.as_ptr(), name.len()) };
}

/// A number that the host knows of the request: an integer, nanoseconds of a time or a duration.
pub(crate) fn number(path: &[&str]) -> Option<u64> {
    let path = path.join("\0");
    // SAFETY: as for `buffer`.
    let value = handed(|data, size| unsafe { raw::proxy_get_property(path.as_ptr(), path.len(), data, size) })?;
    let number = i64::from_le_bytes(value.try_into().ok()?);
    u64::try_from(number).ok()
}

/// Sets `wasm.<name>` of the filter state.
pub(crate) fn set_filter_state(name: &str, value: &[u8]) -> bool {
    // SAFETY: as for `log`.
    unsafe { raw::proxy_set_property(name.as_ptr(), name.len(), value.as_ptr(), value.len()) == OK }
}

/// Answers the request with a status and a JSON body; `details` are what `%RESPONSE_CODE_DETAILS%` says. False if it is
/// too late.
pub(crate) fn respond(status: u32, details: &str, body: &[u8]) -> bool {
    let mut headers = Vec::with_capacity(64);
    let (name, value) = (b"content-type", b"application/json");
    for number in [1, name.len() as u32, value.len() as u32] {
        headers.extend_from_slice(&number.to_le_bytes());
    }
    for text in [&name[..], &value[..]] {
        headers.extend_from_slice(text);
        headers.push(0);
    }
    // SAFETY: as for `log`.
    unsafe {
        raw::proxy_send_local_response(
            status,
            details.as_ptr(),
            details.len(),
            body.as_ptr(),
            body.len(),
            headers.as_ptr(),
            headers.len(),
            -1,
        ) == OK
    }
}

/// Makes a counter, or finds the one of this name.
pub(crate) fn counter(name: &str) -> Option<u32> {
    let mut id = 0;
    // SAFETY: as for `log`; the host writes the id.
    let status = unsafe { raw::proxy_define_metric(COUNTER, name.as_ptr(), name.len(), &raw mut id) };
    (status == OK).then_some(id)
}

/// Adds to a counter.
pub(crate) fn add(counter: u32, number: u64) {
    // SAFETY: nothing is handed over.
    unsafe { raw::proxy_increment_metric(counter, i64::try_from(number).unwrap_or(i64::MAX)) };
}

/// Has the host call every so many milliseconds.
pub(crate) fn tick(period: u32) {
    // SAFETY: nothing is handed over.
    unsafe { raw::proxy_set_tick_period_milliseconds(period) };
}
