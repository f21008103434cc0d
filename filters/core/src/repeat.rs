//! A record that is like the last one: both are compared, eight bytes at a time. What is the same is neither read nor
//! scanned nor written once more, but copied from the last output; only the values that differ are.

use crate::enrich;
use crate::json::{Nesting, Span};
use crate::lanes;
use crate::layout::{Asked, How, Layout, Place};
use crate::output::{Fields, Output};
use crate::policy::Severity;

/// What is left to do for a record whose fields were written.
struct Repeated {
    fields: Fields,
    /// A field changed that what comes behind the fields depends on.
    asked: bool,
    /// The only one that says how bad the record is did: it and its value are these.
    severity: Option<(usize, Place)>,
    /// A body did, which may say so too.
    body: bool,
}

impl Output<'_> {
    /// Writes a record that has `layout`, whose fields those of the index are. False, and something written, if it has
    /// another one.
    pub(crate) fn write_like(mut self, layout: &mut Layout, nesting: &mut Nesting) -> bool {
        let Repeated { mut fields, mut asked, severity, body } = match self.repeat(layout, nesting) {
            Some(Some(repeated)) => repeated,
            Some(None) => return false,
            // Never: what is remembered fits together. If not, it is worth nothing.
            None => {
                layout.forget();
                return false;
            }
        };
        let input = self.buffers.input;
        let end = self.writer.out.len();
        if let Some((field, place)) = severity {
            layout.severity = self.said(field, &place);
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
        layout.remember(input, self.writer.out.as_slice());
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

    /// How bad the record is by its field `field`, whose value is at `place`.
    fn said(&self, field: usize, place: &Place) -> Option<Severity> {
        let kind = self.record.fields.get(field)?.kind;
        enrich::said(kind, self.buffers.input, place.value, self.policy)
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
    fn repeat(&mut self, layout: &mut Layout, nesting: &mut Nesting) -> Option<Option<Repeated>> {
        let input = self.buffers.input;
        let Layout { values, record, output, service, .. } = &mut *layout;
        let (last, output) = (record.as_slice(), output.as_slice());
        let mut repeated = Repeated { fields: Fields::new(self.enriches), asked: false, severity: None, body: false };
        // An offset in the last record up to where it is the same as this one, which is `shift` bytes further on there.
        let (mut same, mut shift) = (0usize, 0usize);
        // They are known to differ there.
        let mut differ = false;
        // This one has another layout.
        let mut other = false;
        // Where the value in front ended in the last record.
        let mut at = 0;
        // In the last output: up to where it was copied, and where the value in front ended.
        let (mut copied, mut seen) = (0, 0);
        for value in values.iter_mut() {
            if at + value.reach <= same {
                at += value.length;
                seen += value.written;
                continue;
            }
            let (start, end) = (at + value.gap, at + value.length);
            let closed = end + value.close;
            if !differ && same < closed {
                same += common(last, input, same, shift);
                differ = true;
                if at + value.reach <= same {
                    at = end;
                    seen += value.written;
                    continue;
                }
            }
            let from = start.wrapping_add(shift);
            let place = if same >= closed {
                let value_end = end.wrapping_add(shift);
                Place { value: Span { start: from, end: value_end }, plain: value.plain, clean: value.clean }
            } else {
                let known = if value.clean && same > start { same.min(end) - start } else { 0 };
                let read = if same < start { None } else { value.form.read(input, from, known, self.policy, nesting) };
                let Some(place) = read else {
                    other = true;
                    break;
                };
                (same, differ) = (end, false);
                place
            };
            at = end;
            shift = place.value.end.wrapping_sub(end);
            match value.asked {
                Asked::No => {}
                Asked::Body => repeated.body = true,
                Asked::Severity => repeated.severity = Some((value.field, place)),
                Asked::Yes => repeated.asked = true,
            }
            let front = seen + value.front;
            seen += value.written;
            if value.how == How::Dropped {
                value.set(&place, 0, true);
                continue;
            }
            self.writer.put(output.get(copied..front)?);
            copied = seen;
            if place.clean && value.how != How::Field {
                self.writer.put(input.get(place.value.start..place.value.end)?);
                value.set(&place, place.value.len(), true);
                continue;
            }
            let begin = self.writer.out.len();
            let mut settled = false;
            match value.how {
                How::Text if place.plain => self.writer.scanned(input, place.value, value.identifier),
                How::Text => self.writer.mended(input, place.value, value.escaped, value.identifier),
                How::Number => self.writer.number(place.value.of(input), value.identifier),
                How::Field | How::Dropped => {
                    let mut field = self.record.fields.get(value.field).copied()?;
                    field.moved(place.value, place.plain);
                    let written = self.one(&field, &mut repeated.fields);
                    if *service == Some(value.field) {
                        repeated.fields.service = written;
                    } else {
                        settled = !self.writer.redacted && self.is_copied(&field);
                    }
                }
            }
            value.set(&place, self.writer.out.len() - begin, settled);
        }
        if !differ {
            same += common(last, input, same, shift);
        }
        self.writer.put(output.get(copied..)?);
        if other || same != last.len() || input.len() != last.len().wrapping_add(shift) {
            let begin = input.get(..at.wrapping_add(shift)).unwrap_or_default();
            layout.turn(begin, at, self.writer.out.as_slice());
            return Some(None);
        }
        Some(Some(repeated))
    }
}

/// How far the last record is the same as this one from `at` on, in bytes.
#[inline(always)]
fn common(last: &[u8], record: &[u8], at: usize, shift: usize) -> usize {
    let (Some(last), Some(record)) = (last.get(at..), record.get(at.wrapping_add(shift)..)) else { return 0 };
    lanes::common(last, record)
}
