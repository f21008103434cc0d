//! A record that is like the last one: both are compared, eight bytes at a time. What is the same is neither read nor
//! scanned nor written once more: the last output becomes the new one, in which only the values that differ are replaced.

use crate::bytes::Bytes;
use crate::enrich;
use crate::json::Span;
use crate::lanes;
use crate::layout::{Asked, How, Layout, Place, Scratch, Value};
use crate::output::{Fields, Output};
use crate::policy::Severity;

/// What is left to do for a record whose fields were written.
struct Repeated {
    fields: Fields,
    /// A field changed that what comes behind the fields depends on.
    asked: bool,
    /// The only one that says how bad the record is did: it and its value are these.
    severity: Option<(usize, Span)>,
    /// A body did, which may say so too.
    body: bool,
}

impl Repeated {
    /// Notes that a value changed, which now stands at `start`.
    #[inline(always)]
    fn note(&mut self, value: &Value, start: usize) {
        match value.asked {
            Asked::No => {}
            Asked::Body => self.body = true,
            Asked::Severity => {
                self.severity = Some((value.field, Span { start, end: start + value.length - value.gap }))
            }
            Asked::Yes => self.asked = true,
        }
    }
}

impl Output<'_> {
    /// Writes a record that has `layout`, whose fields those of the index are. False, and something written, if it has
    /// another one.
    pub(crate) fn write_like(mut self, layout: &mut Layout, scratch: &mut Scratch) -> bool {
        let Repeated { mut fields, mut asked, severity, body } = match self.repeat(layout, scratch) {
            Some(Some(repeated)) => repeated,
            Some(None) => return false,
            // Never: what is remembered fits together. If not, it is worth nothing.
            None => {
                layout.forget();
                return false;
            }
        };
        let input = self.buffers.input;
        self.writer.put(layout.output.as_slice());
        let end = self.writer.out.len();
        if let Some((field, value)) = severity {
            layout.severity = self.said(field, value);
            layout.said = layout.severity.is_some();
            asked |= !layout.said;
        }
        asked |= body && !layout.said;
        let new = asked || layout.origin != self.origin.number;
        if new {
            self.move_asked(layout, &mut fields);
            (layout.severity, layout.said) = self.severity(&layout.roles);
            layout.forget_rests();
            layout.origin = self.origin.number;
        }
        layout.remember(input);
        let rest = layout.rest();
        if !self.writer.redacted && !rest.is_empty() {
            self.writer.put(rest);
            self.writer.out.set_first(b'{');
            return true;
        }
        if !new {
            self.move_asked(layout, &mut fields);
        }
        self.rest(&layout.roles, layout.severity, fields, None);
        if !self.writer.redacted {
            layout.remember_rest(self.writer.out.as_slice().get(end..).unwrap_or_default());
        }
        true
    }

    /// How bad the record is by its field `field`, whose value is this one.
    fn said(&self, field: usize, value: Span) -> Option<Severity> {
        let kind = self.record.fields.get(field)?.kind;
        enrich::said(kind, self.buffers.input, value, self.policy)
    }

    /// Puts the fields that are asked for where they are in this record.
    fn move_asked(&mut self, layout: &Layout, fields: &mut Fields) {
        let (mut at, mut written) = (0, 0);
        for value in &layout.values {
            let (start, front) = (at + value.gap, written + value.front);
            at += value.length;
            written += value.written;
            if value.asked == Asked::No {
                continue;
            }
            if let Some(field) = self.record.fields.get_mut(value.field) {
                field.moved(Span { start, end: at }, value.plain);
            }
            if layout.service == Some(value.field) && value.how != How::Field {
                fields.service = Span { start: front, end: written };
            }
        }
    }

    /// Writes the fields of a record that has `layout`; nothing is returned, within the outer, if it has another one.
    #[inline(always)]
    fn repeat(&mut self, layout: &mut Layout, scratch: &mut Scratch) -> Option<Option<Repeated>> {
        let input = self.buffers.input;
        let Layout { values, record, output, service, .. } = &mut *layout;
        let last = record.as_slice();
        let mut repeated = Repeated { fields: Fields::new(self.enriches), asked: false, severity: None, body: false };
        // An offset in the last record up to where it is the same as this one, which is `shift` bytes further on there.
        let (mut same, mut shift) = (0usize, 0usize);
        // They are known to differ there.
        let mut differ = false;
        // This one has another layout.
        let mut other = false;
        // Where the value in front ended in the last record.
        let mut at = 0;
        // Where the value in front ends in the output.
        let mut written = 0;
        for value in values.iter_mut() {
            if at + value.reach <= same {
                at += value.length;
                written += value.written;
                continue;
            }
            let (start, end) = (at + value.gap, at + value.length);
            if !differ && same < end + value.close {
                same += common(last, input, same, shift);
                differ = true;
                if at + value.reach <= same {
                    at = end;
                    written += value.written;
                    continue;
                }
            }
            let changed = same < end + value.close;
            if same < start {
                other = true;
                break;
            }
            let (from, front) = (start.wrapping_add(shift), written + value.front);
            let before = value.written.wrapping_sub(value.front);
            let known = if value.clean { same.min(end) - start } else { 0 };
            let length =
                if changed { value.clean_length(input, from, known, self.policy, &mut scratch.texts) } else { 0 };
            if length != 0 {
                output.replace(front, before, input.get(from..from + length)?)?;
                if before != length || !value.clean {
                    value.set(
                        Place { value: Span { start: from, end: from + length }, plain: true, clean: true },
                        length,
                        true,
                    );
                }
                if value.asked != Asked::No {
                    repeated.note(value, from);
                }
            } else {
                let place = if changed {
                    value.form.read(input, from, &mut scratch.nesting)
                } else {
                    let value_end = end.wrapping_add(shift);
                    Some(Place { value: Span { start: from, end: value_end }, plain: value.plain, clean: value.clean })
                };
                let Some(place) = place else {
                    other = true;
                    break;
                };
                let service = *service == Some(value.field);
                self.replace(value, place, front, output, service, &mut repeated)?;
            }
            if changed {
                (same, differ) = (end, false);
            }
            shift = (from + value.length - value.gap).wrapping_sub(end);
            at = end;
            written += value.written;
        }
        let left = last.len().wrapping_sub(same);
        let like = !other && input.len() == last.len().wrapping_add(shift);
        if !like || left != 0 && (differ || !lanes::equal_ends(last, input, left)) {
            layout.turn(input.get(..at.wrapping_add(shift)).unwrap_or_default(), at);
            return Some(None);
        }
        Some(Some(repeated))
    }

    /// Writes a value that stands at `place` in the record over the one of the last, which stands at `front` in the output.
    #[inline(never)]
    fn replace(
        &mut self,
        value: &mut Value,
        place: Place,
        front: usize,
        output: &mut Bytes,
        service: bool,
        repeated: &mut Repeated,
    ) -> Option<()> {
        let input = self.buffers.input;
        let mut settled = true;
        match value.how {
            How::Dropped => {}
            How::Text | How::Number if place.clean => self.writer.put(place.value.of(input)),
            How::Text if place.plain => self.writer.scanned(input, place.value, value.identifier),
            How::Text => self.writer.mended(input, place.value, value.escaped, value.identifier),
            How::Number => self.writer.number(place.value.of(input), value.identifier),
            How::Field => {
                let mut field = self.record.fields.get(value.field).copied()?;
                field.moved(place.value, place.plain);
                let Span { start, end } = self.one(&field, &mut repeated.fields);
                if service {
                    repeated.fields.service = Span { start: front + start, end: front + end };
                }
                settled = !service && self.is_copied(&field);
            }
        }
        let length = self.writer.out.len();
        output.replace(front, value.written.wrapping_sub(value.front), self.writer.out.as_slice())?;
        value.set(place, length, settled && !self.writer.redacted);
        self.writer.out.truncate(0);
        repeated.note(value, place.value.start);
        Some(())
    }
}

/// How far the last record is the same as this one from `at` on, in bytes.
#[inline(always)]
fn common(last: &[u8], record: &[u8], at: usize, shift: usize) -> usize {
    let (Some(last), Some(record)) = (last.get(at..), record.get(at.wrapping_add(shift)..)) else { return 0 };
    lanes::common(last, record)
}
