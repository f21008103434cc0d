//! A record that is like the last one: both are compared, eight bytes at a time. What is the same is neither read nor
//! scanned nor written once more, but copied from the last output; only the values that differ are.

use crate::json::{Nesting, Span};
use crate::lanes;
use crate::layout::{How, Layout, Place};
use crate::output::{Fields, Output};

/// Up to where the last record and this one are the same.
struct Same {
    /// An offset in the last record.
    until: usize,
    /// They differ there; else that was not looked at.
    differ: bool,
}

/// What is left to do for a record whose fields were written.
struct Repeated {
    /// Up to where the last output was copied.
    copied: usize,
    /// A field changed that what stands behind the fields depends on.
    asked: bool,
    fields: Fields,
}

impl Output<'_> {
    /// Writes a record that has `layout`, whose fields those of the index are. Whether it has: if not, some of it may
    /// have been written.
    pub(crate) fn write_like(mut self, layout: &mut Layout, nesting: &mut Nesting) -> bool {
        let Some(Repeated { copied, asked, mut fields }) = self.repeat(layout, nesting) else {
            layout.forget();
            return false;
        };
        let whole = !asked && !self.writer.redacted && layout.origin == self.origin.number;
        let end = if whole { layout.output.len() } else { layout.body };
        self.writer.put(Span { start: copied, end }.of(&layout.output));
        if !whole {
            layout.body = self.writer.out.len();
            self.move_asked(layout, &mut fields);
            self.rest(&layout.roles, fields, None);
            layout.origin = if self.writer.redacted { 0 } else { self.origin.number };
        } else {
            layout.body = layout.body - layout.output.len() + self.writer.out.len();
        }
        layout.remember(self.buffers.input, self.writer.out.as_slice());
        true
    }

    /// Puts the fields that are asked for where they are in this record.
    fn move_asked(&mut self, layout: &Layout, fields: &mut Fields) {
        let service = layout.roles.service();
        let (mut at, mut written) = (0, 0);
        for value in &layout.values {
            let start = at + value.gap;
            let front = written + value.front;
            at = start + value.length;
            written = front + value.written;
            if !value.asked {
                continue;
            }
            if let Some(field) = self.record.fields.get_mut(value.field) {
                field.moved(Span { start, end: at }, value.plain);
            }
            if service == Some(value.field) && value.how != How::Field {
                fields.service = Span { start: front, end: written };
            }
        }
    }

    /// Writes the fields of a record that has `layout`, up to the last that changed.
    #[inline(always)]
    fn repeat(&mut self, layout: &mut Layout, nesting: &mut Nesting) -> Option<Repeated> {
        let input = self.buffers.input;
        let Layout { values, record: last, output, roles, .. } = layout;
        let mut fields = Fields::new(self.enriches);
        let mut same = Same { until: 0, differ: false };
        // Where the value in front ended: in the last record, and in this one.
        let (mut was, mut at) = (0usize, 0usize);
        // In the last output: up to where it was copied, and up to where it was looked at.
        let (mut copied, mut seen) = (0, 0);
        let mut asked = false;
        for value in values.iter_mut() {
            let start = was + value.gap;
            let end = start + value.length;
            // With its closing quote, or the byte behind it: it must not go on.
            let closed = end + value.form.close();
            let shift = at.wrapping_sub(was);
            if same.until < closed && !same.differ {
                same = common(last, input, same.until, shift);
            }
            was = end;
            let front = seen + value.front;
            seen = front + value.written;
            if same.until >= closed && value.settled {
                at = end.wrapping_add(shift);
                continue;
            }
            if same.until < start {
                return None;
            }
            let start = start.wrapping_add(shift);
            let place = if same.until >= closed {
                let value_end = end.wrapping_add(shift);
                Place { value: Span { start, end: value_end }, plain: value.plain, clean: value.clean }
            } else {
                same = Same { until: end, differ: false };
                value.form.read(input, start, self.policy, nesting)?
            };
            at = place.value.end;
            asked |= value.asked;
            (value.length, value.plain, value.clean) = (place.value.len(), place.plain, place.clean);
            if value.how == How::Dropped {
                value.settled = true;
                continue;
            }
            self.writer.put(Span { start: copied, end: front }.of(output));
            copied = seen;
            let begin = self.writer.out.len();
            match value.how {
                How::Text | How::Number if place.clean => self.writer.put(place.value.of(input)),
                How::Text if place.plain => self.writer.scanned(input, place.value, value.identifier),
                How::Text if value.escaped => self.writer.mended::<true>(input, place.value, value.identifier),
                How::Text => self.writer.mended::<false>(input, place.value, value.identifier),
                How::Number => self.writer.number(place.value.of(input), value.identifier),
                How::Field | How::Dropped => {
                    if let Some(mut field) = self.record.fields.get(value.field).copied() {
                        field.moved(place.value, place.plain);
                        let written = self.one(&field, &mut fields);
                        if roles.service() == Some(value.field) {
                            fields.service = written;
                        }
                    }
                }
            }
            value.written = self.writer.out.len() - begin;
            value.settled = place.clean && value.how != How::Field;
        }
        let shift = at.wrapping_sub(was);
        if !same.differ {
            same = common(last, input, same.until, shift);
        }
        if same.differ || same.until != last.len() || input.len() != last.len().wrapping_add(shift) {
            return None;
        }
        Some(Repeated { copied, asked, fields })
    }
}

/// Up to where the last record is the same as this one, which is `shift` bytes further on there.
#[inline(always)]
fn common(last: &[u8], record: &[u8], mut at: usize, shift: usize) -> Same {
    let a = last.get(at..).unwrap_or_default().as_chunks::<16>().0;
    let b = record.get(at.wrapping_add(shift)..).unwrap_or_default().as_chunks::<16>().0;
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (u128::from_le_bytes(*a), u128::from_le_bytes(*b));
        let (low, high) = (a as u64 ^ b as u64, (a >> 64) as u64 ^ (b >> 64) as u64);
        if low | high != 0 {
            let first = if low != 0 { lanes::first(low) } else { 8 + lanes::first(high) };
            return Same { until: at + first, differ: true };
        }
        at += 16;
    }
    while let (Some(a), Some(b)) = (last.get(at), record.get(at.wrapping_add(shift))) {
        if a != b {
            return Same { until: at, differ: true };
        }
        at += 1;
    }
    Same { until: at, differ: false }
}
