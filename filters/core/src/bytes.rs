//! A buffer that says when there was no memory for it, where a `Vec` would end the program.

use crate::json::Span;
use alloc::vec::Vec;

/// Bytes, used again for each record.
#[derive(Default)]
pub(crate) struct Bytes {
    bytes: Vec<u8>,
    short: bool,
}

impl Bytes {
    pub(crate) fn new() -> Bytes {
        Bytes::default()
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.short = false;
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.bytes.truncate(length);
    }

    /// Appends what stands at `span` once more and returns the copy.
    pub(crate) fn repeat(&mut self, span: Span) -> &mut [u8] {
        let start = self.bytes.len();
        self.reserve(span.len());
        if !self.short && span.end <= start {
            self.bytes.extend_from_within(span.start.min(span.end)..span.end);
        }
        self.bytes.get_mut(start..).unwrap_or_default()
    }

    /// Replaces the first byte, if there is one.
    pub(crate) fn set_first(&mut self, byte: u8) {
        if let Some(first) = self.bytes.first_mut() {
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
    pub(crate) fn reserve(&mut self, length: usize) {
        if self.bytes.capacity() - self.bytes.len() < length {
            self.grow(length);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, length: usize) {
        let roomy = self.bytes.try_reserve_exact(length + self.bytes.len() / 4 + 64);
        if roomy.is_err() && self.bytes.try_reserve_exact(length).is_err() {
            self.short = true;
        }
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, byte: u8) {
        if self.bytes.len() == self.bytes.capacity() {
            self.grow(1);
            if self.short {
                return;
            }
        }
        self.bytes.push(byte);
    }

    /// Appends `bytes[span]`. Of a short one so many bytes are copied as fit into a register, and the rest is cut off.
    #[inline(always)]
    pub(crate) fn extend_short(&mut self, bytes: &[u8], span: Span) {
        let lane = bytes.get(span.start..).and_then(|rest| rest.first_chunk::<8>());
        match lane {
            Some(lane) if span.len() <= 8 && self.bytes.capacity() - self.bytes.len() >= 8 => {
                self.bytes.extend_from_slice(lane);
                self.bytes.truncate(self.bytes.len() - (8 - span.len()));
            }
            _ => self.extend(span.of(bytes)),
        }
    }

    #[inline(always)]
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        if self.bytes.capacity() - self.bytes.len() < bytes.len() {
            self.grow(bytes.len());
            if self.short {
                return;
            }
        }
        self.bytes.extend_from_slice(bytes);
    }
}
