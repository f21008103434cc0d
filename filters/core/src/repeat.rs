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
            writer.out.reserve(input.len() + layout.output.len() + lanes::COPIED);
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
                room = step.front.copied(room)?;
                if length > text.len() {
                    break Some((text.len(), more.len()));
                }
                let behind = text.get(length..)?;
                room = lanes::copied(text, length, room)?;
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
            How::Text if place.plain => {
                if writer.scanned(input, place.value, candidate, step.what.identifier) {
                    step.remember(place.value.of(input), &mut scratch.texts);
                }
            }
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

    /// What becomes of records that come one after the other is what becomes of each alone.
    fn alone(records: impl IntoIterator<Item = alloc::string::String>) {
        let mut engine = Engine::new(&POLICY);
        for record in records {
            let mut fresh = Engine::new(&POLICY);
            let [repeated, alone] = [&mut engine, &mut fresh]
                .map(|engine| engine.run(Function::Pipeline, b"app", record.as_bytes()).escape_ascii());
            assert!(repeated.clone().eq(alone.clone()), "{record}\n{repeated}\n{alone}");
        }
    }

    #[test]
    fn numbers_that_are_known_are_those_that_there_are() {
        let numbers = [
            "1795424717.031018",
            "1795424718.931026",
            "0795424718.931026",
            "1795424718.93102",
            "17954247180.931026",
            "1795424718.931026e5",
            "1795424718.93102x",
            "1795424718..31026",
            "-1795424718.93102",
            "17954247181031026",
            "0.8125",
            "0.0",
            "00.1",
            "0.",
            ".5",
            "17.967",
            "17.9671",
            "12345678",
            "012345678",
            "4111111111111111",
            "4111111111111111.5",
            "1795424718931",
            "1e5",
            "-7",
            "344",
            "0",
            "01",
            "",
            "null",
            "1 2",
            "0.45395787636214860000000000000000000000000",
            "100000000000000000000000000000000000000000000000",
        ];
        for text in ["{\"n\":#,\"m\":\"x\"}", "{\"m\":\"x\",\"n\":#}", "{\"log\":\"{\\\"n\\\": #, \\\"m\\\": 1}\"}"] {
            for number in numbers {
                let others = numbers.iter().flat_map(|other| [number, number, number, other]);
                alone(others.map(|number| text.replace('#', number)));
            }
        }
    }

    #[test]
    fn texts_that_are_known_hold_what_they_hold() {
        let texts = [
            "context gathered from knowledge_base: 5 hits, 17 tokens",
            "request to http://127.0.0.1:8100/v1/chat done: total=5",
            "login of ada@example.com with password=hunter22 failed",
            "user said password hunter22",
            "Task ai_agents.enhance[06f831ab-31c8-44fa-8b41-015b48576] done",
        ];
        for key in ["message", "note", "user_id", "password"] {
            for text in texts {
                let others = texts.iter().flat_map(|other| [text, text, other, text]);
                alone(others.enumerate().map(|(n, text)| alloc::format!("{{\"n\":{n},\"{key}\":\"{text}\",\"a\":1}}")));
            }
        }
    }

    #[test]
    fn the_layout_that_comes_is_tried_first() {
        let mut engine = Engine::new(&POLICY);
        let mut come = |kind: &str, times: usize| {
            for n in 0..times {
                engine.run(Function::Pipeline, b"app", alloc::format!("{{\"{kind}\":{n},\"b\":1}}").as_bytes());
            }
            engine.layouts.last(Function::Pipeline, b"{}")
        };
        let (first, second) = (come("first", 9), come("second", 9));
        assert_ne!(first, second);
        // One alone among others changes nothing.
        assert_eq!(come("first", 1), second);
        assert_eq!(come("second", 1), second);
        assert_eq!(come("first", 1), second);
        assert_eq!(come("first", 1), first);
    }

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
