//! A record that has a known layout: what is the same in all of them is compared, and copied from the output's pattern;
//! only the values that vary are read, probed and written.

use crate::audit;
use crate::json::Span;
use crate::lanes;
use crate::layout::{Asked, How, Layout, Place, Step};
use crate::output::{Fields, Output};
use crate::record::Record;
use crate::{Engine, Function};

/// A level of more than eight bytes, or none.
const LONG: u64 = !0;

/// What the fields of a record said while they were written.
#[derive(Default)]
pub(crate) struct Seen {
    fields: Fields,
    /// A field changed that what comes behind the fields depends on.
    asked: bool,
    /// The value of the only field that says how bad the record is, or [`LONG`]; 0 if it is the same in every record.
    level: u64,
    /// A body was read, which says so if no field does.
    body: bool,
}

impl Seen {
    /// Notes a value that someone asks for, and with which `text` begins.
    fn note(&mut self, step: &mut Step, text: &[u8], length: usize, plain: bool) {
        step.plain = plain;
        match (step.what.asked, text.first_chunk::<8>()) {
            (Asked::Severity, Some(lane)) if (1..=8).contains(&length) => {
                self.level = u64::from_le_bytes(*lane) << (8 * (8 - length));
            }
            (Asked::Severity, _) => self.level = LONG,
            (Asked::Body, _) => self.body = true,
            _ => {
                let value = text.get(..length).unwrap_or_default();
                if !step.known || !step.last.get().is_some_and(|last| lanes::equal(last, value)) {
                    self.asked = true;
                    step.last.clear();
                    step.last.extend(value);
                    step.known = !step.last.is_short();
                }
            }
        }
    }
}

impl Engine {
    /// Does the jobs to a record that has this layout, with a NUL behind the object. False, and something written, if it
    /// has another one.
    #[inline(never)]
    pub(crate) fn known(&mut self, function: Function, input: &[u8], number: usize) -> bool {
        self.writer.restart(function.does(Function::Redact));
        self.seen = Seen { fields: Fields::new(function.does(Function::Enrich), self.policy), ..Seen::default() };
        let done = self.repeat(function, input, number).is_some();
        if !done && self.seen.asked {
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
                let (run, text) = rest.split_at_checked(step.run.len())?;
                if !step.run.is(run, rest) {
                    return None;
                }
                let length = step.length(input, text, policy, &mut scratch.texts);
                let front = step.front.len();
                if room.len() < front {
                    return None;
                }
                let (place, left) = room.split_at_mut(front);
                place.copy_from_slice(&step.front);
                room = left;
                if length > text.len() {
                    break Some((text.len(), more.len()));
                }
                let (value, behind) = text.split_at(length);
                if room.len() < length {
                    return None;
                }
                let (place, left) = room.split_at_mut(length);
                place.copy_from_slice(value);
                room = left;
                (step.length, step.written) = (length, length);
                if step.is_asked() {
                    seen.note(step, text, length, true);
                }
                (rest, steps) = (behind, more);
            };
            let Some((text, more)) = slowly else {
                if !layout.tail.ends(input, rest.len()) || room.len() < layout.back.len() {
                    return None;
                }
                let (place, left) = room.split_at_mut(layout.back.len());
                place.copy_from_slice(&layout.back);
                let left = left.len();
                writer.out.filled(left);
                break;
            };
            let left = room.len();
            writer.out.filled(left);
            done = layout.steps.len() - more;
            from = self.step(function, input, number, done - 1, input.len() - text)?;
        }
        let Engine { layouts, writer, origin, seen, .. } = &mut *self;
        let (layout, ..) = layouts.get(number)?;
        if seen.asked || done != 0 || layout.origin != origin.number || !layout.planned {
            return self.finish(function, input, number);
        }
        let Some(rest) = layout.rest(seen.level).filter(|rest| !seen.body || rest.said) else {
            return self.finish(function, input, number);
        };
        let rest = rest.bytes.get()?;
        let room = writer.out.room()?;
        if room.len() < rest.len() {
            return None;
        }
        let (place, left) = room.split_at_mut(rest.len());
        place.copy_from_slice(rest);
        let left = left.len();
        writer.out.filled(left);
        writer.out.set_first(b'{');
        Some(())
    }

    /// Writes the value of step `n`, which begins at `from` and is not simply copied. Returns its end, if it is of the
    /// step's form.
    #[inline(never)]
    fn step(&mut self, function: Function, input: &[u8], number: usize, n: usize, from: usize) -> Option<usize> {
        let Engine { layouts, writer, origin, policy, seen, .. } = self;
        let (Layout { steps, service, .. }, record, scratch) = layouts.get(number)?;
        let step = steps.get_mut(n)?;
        let (place, candidate) = match step.suspect {
            0 => (step.what.form.read(input, from, &mut scratch.nesting)?, 0),
            length => (Place { value: Span { start: from, end: from + length }, plain: true }, step.candidate),
        };
        let begin = writer.out.len();
        let redacted = core::mem::take(&mut writer.redacted);
        let mut settled = true;
        match step.what.how {
            How::Dropped => {}
            How::Text if place.plain && !writer.redact => writer.put(place.value.of(input)),
            How::Text if place.plain => writer.scanned(input, place.value, candidate, step.what.identifier),
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
            seen.note(step, input.get(from..)?, place.value.len(), place.plain);
        }
        Some(place.value.end)
    }

    /// Writes what comes behind the fields. Nothing, if it could not be written for want of memory.
    #[inline(never)]
    fn finish(&mut self, function: Function, input: &[u8], number: usize) -> Option<()> {
        let Engine { layouts, writer, origin, policy, seen, .. } = self;
        let (layout, record, _) = layouts.get(number)?;
        let Seen { mut fields, asked, level, body } = core::mem::take(seen);
        let end = writer.out.len();
        if !layout.planned {
            layout.plan(input, writer.out.as_slice());
        }
        if asked || layout.origin != origin.number {
            layout.forget_rests();
            layout.origin = origin.number;
        }
        let mut output = Output::new(function, input, writer, record, origin, policy);
        let mut key = level;
        if !layout.rest(level).is_some_and(|rest| !body || rest.said) {
            move_asked(layout, output.record, &mut fields);
            let (severity, said) = output.severity(&layout.roles);
            if level == LONG || (body && !said) {
                // No level is a number as small as these.
                key = severity.map_or(1, |severity| 2 + severity as u64);
            }
            if key == level || layout.rest(key).is_none() {
                // As if nothing was redacted: what stands here then is known for the next record, whatever it holds. An
                // audit that the record came with is another each time.
                let audited = layout.roles.reserved[usize::from(audit::PODSIEVE)].is_some();
                let known = end != 0 && !audited && !policy.is_fickle();
                let redacted = known && core::mem::take(&mut output.writer.redacted);
                let audit = output.rest(&layout.roles, severity, fields, None);
                writer.put_byte(0);
                if writer.redacted || !known {
                    // If something was in what was added, the audit says all.
                    return (!writer.is_short()).then_some(());
                }
                layout.remember_rest(key, said, writer.out.as_slice().get(end..)?, audit - end);
                writer.redacted = redacted;
                writer.out.truncate(end);
            }
        }
        let rest = layout.rest(key)?;
        if writer.redacted && policy.audits(true) {
            let (front, back) = rest.bytes.as_slice().split_at_checked(rest.audit)?;
            writer.put(front);
            writer.put_byte(b',');
            audit::write(writer, None, None, policy);
            writer.put(back);
        } else {
            writer.put(rest.bytes.as_slice());
        }
        writer.out.set_first(b'{');
        (!writer.is_short()).then_some(())
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
