//! A record that has a known layout: what is the same in all of them is compared, and copied from the output's pattern;
//! only the values that vary are read, probed and written.

use crate::audit;
use crate::enrich;
use crate::json::Span;
use crate::lanes;
use crate::layout::{Asked, How, Layout, Place, Step};
use crate::output::{Fields, Output};
use crate::record::Record;
use crate::{Engine, Function};

/// What the fields of a record said while they were written.
#[derive(Default)]
pub(crate) struct Seen {
    fields: Fields,
    /// A field changed that what comes behind the fields depends on.
    asked: bool,
    /// The only one that says how bad the record is did, and this is its value.
    severity: Option<(usize, Span)>,
    /// A body was read, which may say so too.
    body: bool,
}

impl Seen {
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

impl Engine {
    /// Does the jobs to a record that has this layout, with a NUL behind the object. False, and something written, if it
    /// has another one.
    #[inline(never)]
    pub(crate) fn known(&mut self, function: Function, input: &[u8], number: usize) -> bool {
        self.writer.restart(function.does(Function::Redact));
        self.seen = Seen { fields: Fields::new(function.does(Function::Enrich)), ..Seen::default() };
        let done = self.repeat(function, input, number).is_some();
        if !done && (self.seen.asked || self.seen.severity.is_some()) {
            self.layouts.forget(number);
        }
        done
    }

    #[inline(always)]
    fn repeat(&mut self, function: Function, input: &[u8], number: usize) -> Option<()> {
        let (mut from, mut done) = (0, 0);
        loop {
            let Engine { layouts, writer, policy, seen, .. } = &mut *self;
            let (layout, _, scratch) = layouts.get(number)?;
            // All of both is at most what is copied, so that there is room wherever no value grew.
            writer.out.reserve(input.len() + layout.output.len());
            let mut room = writer.out.room()?;
            let mut rest = input.get(from..)?;
            let mut steps = layout.steps.get_mut(done..)?;
            let slowly = loop {
                let Some((step, more)) = steps.split_first_mut() else { break None };
                let text = step.run.behind(rest)?;
                room = copy(&step.front, room)?;
                let Some(length) = step.length(text, policy, &mut scratch.texts) else { break Some((text.len(), more.len())) };
                let (value, behind) = text.split_at_checked(length)?;
                room = copy(value, room)?;
                (step.length, step.written) = (length, length);
                if step.is_asked() {
                    seen.note(step, value, input.len() - text.len(), true);
                }
                (rest, steps) = (behind, more);
            };
            let Some((text, more)) = slowly else {
                if !layout.tail.ends(input, rest.len()) {
                    return None;
                }
                let left = copy(&layout.back, room)?.len();
                writer.out.filled(left);
                break;
            };
            let left = room.len();
            writer.out.filled(left);
            done = layout.steps.len() - more;
            from = self.value(function, input, number, done - 1, input.len() - text)?;
        }
        let Engine { layouts, writer, origin, seen, .. } = &mut *self;
        let (layout, ..) = layouts.get(number)?;
        let new = seen.asked || seen.body || seen.severity.is_some() || layout.origin != origin.number;
        if new || !layout.planned || done != 0 {
            return self.finish(function, input, number);
        }
        let (rest, _) = layout.rest()?;
        let left = copy(rest, writer.out.room()?)?.len();
        writer.out.filled(left);
        writer.out.set_first(b'{');
        Some(())
    }

    /// Writes the value of step `n`, which begins at `from` and is not simply copied. Returns its end, if it is of the
    /// step's form.
    #[inline(never)]
    fn value(&mut self, function: Function, input: &[u8], number: usize, n: usize, from: usize) -> Option<usize> {
        let Engine { layouts, writer, origin, policy, seen, .. } = self;
        let (Layout { steps, service, .. }, record, scratch) = layouts.get(number)?;
        let step = steps.get_mut(n)?;
        let place = match step.suspect {
            0 => step.what.form.read(input, from, &mut scratch.nesting)?,
            length => Place { value: Span { start: from, end: from + length }, plain: true },
        };
        let begin = writer.out.len();
        let redacted = core::mem::take(&mut writer.redacted);
        let mut settled = true;
        match step.what.how {
            How::Dropped => {}
            How::Text if place.plain && !writer.redact => writer.put(place.value.of(input)),
            How::Text if place.plain => writer.scanned(input, place.value, step.what.identifier),
            How::Text => writer.mended(input, place.value, step.what.escaped, step.what.identifier),
            How::Number => writer.number(place.value.of(input), step.what.identifier),
            How::Field => {
                let mut field = record.fields.get(step.what.field).copied()?;
                field.moved(place.value, place.plain);
                let mut output = Output::new(function, input, writer, record, origin, policy);
                let written = output.one(&field, &mut seen.fields);
                settled = output.is_copied(&field);
                if *service == Some(step.what.field) {
                    seen.fields.service = written;
                    settled = false;
                }
            }
        }
        (step.length, step.written) = (place.value.len(), writer.out.len() - begin);
        step.unsettled |= !settled || writer.redacted;
        writer.redacted |= redacted;
        if step.is_asked() {
            seen.note(step, place.value.of(input), place.value.start, place.plain);
        }
        Some(place.value.end)
    }

    /// Writes what comes behind the fields. Nothing, if it could not be written for want of memory.
    #[inline(never)]
    fn finish(&mut self, function: Function, input: &[u8], number: usize) -> Option<()> {
        let Engine { layouts, writer, origin, policy, seen, .. } = self;
        let (layout, record, _) = layouts.get(number)?;
        let Seen { mut fields, asked, severity, body } = core::mem::take(seen);
        let end = writer.out.len();
        if !layout.planned {
            layout.plan(input, writer.out.as_slice());
        }
        let new = asked || layout.origin != origin.number;
        if let Some((field, value)) = severity {
            layout.severity = enrich::said(record.fields.get(field)?.kind, input, value, policy);
            layout.said = layout.severity.is_some();
        }
        let mut output = Output::new(function, input, writer, record, origin, policy);
        if new || (!layout.said && (body || severity.is_some())) {
            move_asked(layout, output.record, &mut fields);
            (layout.severity, layout.said) = output.severity(&layout.roles);
            if new {
                layout.forget_rests();
                layout.origin = output.origin.number;
            }
        }
        if let Some((rest, audit)) = layout.rest() {
            let writer = output.writer;
            if writer.redacted {
                let (front, back) = rest.split_at_checked(audit).unwrap_or_default();
                writer.put(front);
                writer.put_byte(b',');
                audit::write(writer, None, None, policy);
                writer.put(back);
            } else {
                writer.put(rest);
            }
            writer.out.set_first(b'{');
        } else {
            move_asked(layout, output.record, &mut fields);
            let audit = output.rest(&layout.roles, layout.severity, fields, None);
            writer.put_byte(0);
            if !writer.redacted && end != 0 {
                layout.remember_rest(writer.out.as_slice().get(end..).unwrap_or_default(), audit - end);
            }
        }
        (!self.writer.is_short()).then_some(())
    }
}

/// Puts the fields that are asked for where they are in this record.
fn move_asked(layout: &Layout, record: &mut Record, fields: &mut Fields) {
    for (what, place, written) in layout.asked() {
        if let Some(field) = record.fields.get_mut(what.field) {
            field.moved(place.value, place.plain);
        }
        if layout.service == Some(what.field) && what.how != How::Field {
            fields.service = written;
        }
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
