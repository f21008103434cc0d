//! A record that has a known layout: what is the same in all of them is compared, and copied from the output's pattern;
//! only the values that vary are read, probed and written.

use crate::audit;
use crate::enrich;
use crate::json::Span;
use crate::lanes;
use crate::layout::{Asked, How, Layout, Place, Scratch, Step};
use crate::output::{Fields, Output};
use crate::policy::Severity;

/// What is left to do for a record whose fields were written.
struct Repeated {
    fields: Fields,
    /// A field changed that what comes behind the fields depends on.
    asked: bool,
    /// The only one that says how bad the record is did: it and its value are these.
    severity: Option<(usize, Span)>,
    /// A body was read, which may say so too.
    body: bool,
}

impl Repeated {
    /// Notes a value, which begins at `start`, that someone asks for.
    fn note(&mut self, step: &mut Step, value: &[u8], start: usize, plain: bool) {
        step.plain = plain;
        if step.what.asked == Asked::Body {
            self.body = true;
        } else if !step.known || !step.last.get().is_some_and(|last| lanes::equal(last, value)) {
            match step.what.asked {
                Asked::Severity => {
                    self.severity = Some((step.what.field, Span { start, end: start + value.len() }));
                }
                _ => self.asked = true,
            }
            step.last.clear();
            step.last.extend(value);
            step.known = !step.last.is_short();
        }
    }
}

impl Output<'_> {
    /// Writes a record that has `layout`, whose fields those of the index are. False, and something written, if it has
    /// another one.
    pub(crate) fn write_like(mut self, layout: &mut Layout, scratch: &mut Scratch) -> bool {
        let mut repeated = Repeated { fields: Fields::new(self.enriches), asked: false, severity: None, body: false };
        if layout.is_short() || self.repeat(layout, scratch, &mut repeated).is_none() {
            if repeated.asked || repeated.severity.is_some() {
                layout.forget();
            }
            return false;
        }
        let Repeated { mut fields, asked, severity, body } = repeated;
        let end = self.writer.out.len();
        if !layout.planned {
            layout.plan(self.buffers.input, self.writer.out.as_slice());
        }
        let new = asked || layout.origin != self.origin.number;
        if let Some((field, value)) = severity {
            layout.severity = self.said(field, value);
            layout.said = layout.severity.is_some();
        }
        if new || (!layout.said && (body || severity.is_some())) {
            self.move_asked(layout, &mut fields);
            (layout.severity, layout.said) = self.severity(&layout.roles);
            if new {
                layout.forget_rests();
                layout.origin = self.origin.number;
            }
        }
        let Some((rest, audit)) = layout.rest() else {
            self.move_asked(layout, &mut fields);
            let audit = self.rest(&layout.roles, layout.severity, fields, None);
            if !self.writer.redacted && end != 0 {
                layout.remember_rest(self.writer.out.as_slice().get(end..).unwrap_or_default(), audit - end);
            }
            return true;
        };
        if self.writer.redacted {
            let (front, back) = rest.split_at_checked(audit).unwrap_or_default();
            self.writer.put(front);
            self.writer.put_byte(b',');
            audit::write(self.writer, None, None, self.policy);
            self.writer.put(back);
        } else {
            self.writer.put(rest);
        }
        self.writer.out.set_first(b'{');
        true
    }

    /// How bad the record is by its field `field`, whose value is this one.
    fn said(&self, field: usize, value: Span) -> Option<Severity> {
        let kind = self.record.fields.get(field)?.kind;
        enrich::said(kind, self.buffers.input, value, self.policy)
    }

    /// Puts the fields that are asked for where they are in this record.
    fn move_asked(&mut self, layout: &Layout, fields: &mut Fields) {
        for (what, place, written) in layout.asked() {
            if let Some(field) = self.record.fields.get_mut(what.field) {
                field.moved(place.value, place.plain);
            }
            if layout.service == Some(what.field) && what.how != How::Field {
                fields.service = written;
            }
        }
    }

    /// Writes the fields of a record that has `layout`; nothing is returned if it has another one.
    #[inline(always)]
    fn repeat(&mut self, layout: &mut Layout, scratch: &mut Scratch, repeated: &mut Repeated) -> Option<()> {
        let input = self.buffers.input;
        let Layout { steps, script, tail, service, .. } = &mut *layout;
        // All of both is at most what is copied, so that there is room wherever no value grew.
        let most = input.len() + script.len();
        self.writer.out.reserve(most);
        let mut room = self.writer.out.room()?;
        let (mut rest, mut script) = (input, script.get()?);
        for step in steps.iter_mut() {
            let ((run, behind), (known, more)) = (rest.split_at_checked(step.run)?, script.split_at_checked(step.run)?);
            if !lanes::same(run, known) {
                return None;
            }
            let (front, more) = more.split_at_checked(step.front)?;
            room = copy(front, room)?;
            script = more;
            let from = input.len() - behind.len();
            let (length, clean) = step.length(input, behind, self.policy, &mut scratch.texts);
            if clean && length != 0 {
                let (value, behind) = behind.split_at_checked(length)?;
                room = copy(value, room)?;
                rest = behind;
                (step.length, step.written) = (length, length);
                if step.what.asked != Asked::No {
                    repeated.note(step, value, from, true);
                }
            } else {
                let left = room.len();
                self.writer.out.filled(left);
                let place = Place { value: Span { start: from, end: from + length }, plain: true };
                let read = |nesting| step.what.form.read(input, from, nesting);
                let place = if length != 0 { place } else { read(&mut scratch.nesting)? };
                self.value(step, &place, *service, repeated)?;
                rest = behind.get(step.length..)?;
                self.writer.out.reserve(most);
                room = self.writer.out.room()?;
            }
        }
        let (known, output) = script.split_at_checked(*tail)?;
        if !lanes::equal(rest, known) {
            return None;
        }
        let left = copy(output, room)?.len();
        self.writer.out.filled(left);
        Some(())
    }

    /// Writes a value that is not simply copied.
    #[inline(never)]
    fn value(&mut self, step: &mut Step, place: &Place, service: Option<usize>, repeated: &mut Repeated) -> Option<()> {
        let input = self.buffers.input;
        let begin = self.writer.out.len();
        let redacted = core::mem::take(&mut self.writer.redacted);
        let mut settled = true;
        match step.what.how {
            How::Dropped => {}
            How::Text if place.plain && !self.writer.redact => self.writer.put(place.value.of(input)),
            How::Text if place.plain => self.writer.scanned(input, place.value, step.what.identifier),
            How::Text => self.writer.mended(input, place.value, step.what.escaped, step.what.identifier),
            How::Number => self.writer.number(place.value.of(input), step.what.identifier),
            How::Field => {
                let mut field = self.record.fields.get(step.what.field).copied()?;
                field.moved(place.value, place.plain);
                let written = self.one(&field, &mut repeated.fields);
                settled = self.is_copied(&field);
                if service == Some(step.what.field) {
                    repeated.fields.service = written;
                    settled = false;
                }
            }
        }
        (step.length, step.written) = (place.value.len(), self.writer.out.len() - begin);
        step.unsettled |= !settled || self.writer.redacted;
        self.writer.redacted |= redacted;
        if step.what.asked != Asked::No {
            repeated.note(step, place.value.of(input), place.value.start, place.plain);
        }
        Some(())
    }
}

/// Copies `bytes` to the beginning of `room` and returns what is left of it.
#[inline(always)]
fn copy<'a>(bytes: &[u8], room: &'a mut [u8]) -> Option<&'a mut [u8]> {
    let (place, left) = room.split_at_mut_checked(bytes.len())?;
    place.copy_from_slice(bytes);
    Some(left)
}

#[cfg(test)]
mod tests {
    use crate::{Engine, Function, Policy};

    static POLICY: Policy = Policy::DEFAULT;

    #[test]
    fn nothing_is_redacted_by_another_job_however_often_it_comes() {
        for function in [Function::Parse, Function::Enrich, Function::Route] {
            for text in ["ada@example.com", "2 ada@example.com", "mail ada@example.com"] {
                let mut engine = Engine::new(&POLICY);
                for _ in 0..5 {
                    let record = alloc::format!("{{\"log\":\"{text}\"}}");
                    let out = core::str::from_utf8(engine.run(function, b"app", record.as_bytes())).unwrap_or_default();
                    assert!(out.contains(text), "{function:?} {out}");
                }
            }
        }
    }
}
