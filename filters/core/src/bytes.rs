//! A buffer that says when there was no memory for it, where a `Vec` would end the program.

use crate::json::Span;
use alloc::vec::Vec;

/// Bytes, used again for each record. The room for them is filled with zeros as soon as there is some: to append is then
/// one comparison and a copy.
#[derive(Default)]
pub(crate) struct Bytes {
    room: Vec<u8>,
    length: usize,
    short: bool,
}

impl Bytes {
    pub(crate) fn new() -> Bytes {
        Bytes::default()
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.get().unwrap_or_default()
    }

    /// All of them, which always are some. For an interpreter it is cheaper to leave early if not than to select.
    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&[u8]> {
        self.room.get(..self.length)
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn clear(&mut self) {
        self.length = 0;
        self.short = false;
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// Appends what stands at `span` once more and returns the copy.
    pub(crate) fn repeat(&mut self, span: Span) -> &mut [u8] {
        let start = self.length;
        self.reserve(span.len());
        if !self.short && span.end <= start {
            self.room.copy_within(span.start.min(span.end)..span.end, start);
            self.length += span.len();
        }
        self.room.get_mut(start..self.length).unwrap_or_default()
    }

    /// Replaces the first byte, if there is one.
    #[inline(always)]
    pub(crate) fn set_first(&mut self, byte: u8) {
        if let Some(first) = self.room.first_mut() {
            *first = byte;
        }
    }

    /// Whether something is missing, since the last [`Bytes::clear`], because there was no memory for it.
    pub(crate) fn is_short(&self) -> bool {
        self.short
    }

    pub(crate) fn short_if(&mut self, short: bool) {
        self.short |= short;
    }

    /// Makes room for `length` bytes more; by a quarter and not by half of what it is when it grows later.
    #[inline(always)]
    pub(crate) fn reserve(&mut self, length: usize) {
        if self.room.len() - self.length < length {
            self.grow(length);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, length: usize) {
        // Only what is used has to be moved.
        self.room.truncate(self.length);
        let roomy = self.room.try_reserve_exact(length + self.length / 4 + 64);
        if roomy.is_err() && self.room.try_reserve_exact(length).is_err() {
            self.short = true;
        }
        self.room.resize(self.room.capacity(), 0);
    }

    /// What is left of the room, to be filled from its beginning on; [`Bytes::filled`] says up to where.
    #[inline(always)]
    pub(crate) fn room(&mut self) -> Option<&mut [u8]> {
        self.room.get_mut(self.length..)
    }

    /// Appends what was written into [`Bytes::room`], but for so many bytes that are left of it.
    #[inline(always)]
    pub(crate) fn filled(&mut self, left: usize) {
        self.length = self.room.len() - left;
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, byte: u8) {
        if self.length == self.room.len() {
            self.grow(1);
        }
        if let Some(place) = self.room.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    /// Appends `bytes[span]`. Of a short one so many bytes are copied as fit into a register, and the rest is cut off.
    #[inline(always)]
    pub(crate) fn extend_short(&mut self, bytes: &[u8], span: Span) {
        let lane = bytes.get(span.start..).and_then(|rest| rest.first_chunk::<8>());
        let place = self.room.get_mut(self.length..).and_then(|rest| rest.first_chunk_mut::<8>());
        match (lane, place) {
            (Some(lane), Some(place)) if span.len() <= 8 => {
                *place = *lane;
                self.length += span.len();
            }
            _ => self.extend(span.of(bytes)),
        }
    }

    #[inline(never)]
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        if let Some(room) = self.room.get_mut(self.length..self.length + bytes.len()) {
            room.copy_from_slice(bytes);
            self.length += bytes.len();
        }
    }
}
