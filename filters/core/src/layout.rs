//! Layouts: logs repeat themselves. Records of one statement of a program have the same keys in the same places, and
//! only some of the values differ. A layout is what such a record taught: what stands in front of each value, and what
//! becomes of the value; [`crate::repeat`] writes the records that have it.
//!
//! A layout only remembers what [`crate::record`] and [`crate::parse`] decided about a record, and nothing that a value
//! could change.

mod form;
mod texts;
mod tree;

pub(crate) use form::{Form, Place};

use crate::Function;
use crate::bytes::Bytes;
use crate::json::{Kind, Nesting};
use crate::key::Role;
use crate::policy::{Policy, Severity};
use crate::record::{Field, Record, Roles};
use crate::write::Writer;
use alloc::vec::Vec;
use form::Scan;
use texts::Texts;
use tree::Tree;

/// Fields of a record that has a layout.
pub(crate) const MAX_VALUES: usize = 128;

/// Longer records have none: what is remembered of them would be too much, and their bytes cost more than their fields.
pub(crate) const MAX_RECORD: usize = 8 << 10;

/// All are forgotten when there are more of either.
const MAX_STEPS: usize = 2048;
const MAX_LAYOUTS: usize = 64;

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// A string whose quotes and name are fixed.
    Text,
    /// A number whose name is fixed.
    Number,
    /// As the writer does without a layout.
    Field,
    /// Not at all.
    Dropped,
}

/// A value, and what it was in the last record.
pub(crate) struct Value {
    /// Bytes from the end of the value in front to the end of this one.
    pub(crate) length: usize,
    /// The same to where it shows that this one ends there; more than any record has if it must be written in any case.
    pub(crate) reach: usize,
    /// Bytes in the output from the end of the value in front to the end of this one.
    pub(crate) written: usize,
    /// Bytes between the value in front and this one.
    pub(crate) gap: usize,
    /// Bytes behind the value that show that it ends there.
    pub(crate) close: usize,
    /// The same in the output.
    pub(crate) front: usize,
    /// The field's index.
    pub(crate) field: usize,
    pub(crate) form: Form,
    pub(crate) how: How,
    /// What comes behind the fields depends on it.
    pub(crate) asked: Asked,
    pub(crate) escaped: bool,
    pub(crate) identifier: bool,
    pub(crate) plain: bool,
    pub(crate) clean: bool,
}

impl Value {
    /// Says where the value is in the record at hand, how much was written for it, and whether it need not be written
    /// once more when it is the same.
    #[inline(always)]
    pub(crate) fn set(&mut self, place: Place, written: usize, settled: bool) {
        let length = self.gap + place.value.len();
        self.length = length;
        self.reach = if settled { length + self.close } else { NEVER };
        self.written = self.front + written;
        (self.plain, self.clean) = (place.plain, place.clean);
    }

    /// The length of the value at `start` if it is written as it stands there: if it is of this form, and nothing in it
    /// is to be redacted. Its first `known` bytes are those of such a value. 0 if that takes a closer look.
    #[inline(always)]
    pub(crate) fn clean_length(
        &self,
        record: &[u8],
        start: usize,
        known: usize,
        policy: &Policy,
        texts: &mut Texts,
    ) -> usize {
        match (self.form, self.how) {
            (Form::Text { escaped, body, scan }, How::Text) => {
                form::clean_text(record, start, known, (escaped, body, scan), policy, texts)
            }
            (Form::Number, How::Number) => form::short_number(record, start),
            _ => 0,
        }
    }
}

/// See [`Value::reach`].
const NEVER: usize = usize::MAX / 2;

/// Who asks for a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    No,
    /// It says how bad the record is, as the only field.
    Severity,
    /// It does, if no other field says so.
    Body,
    Yes,
}

/// What records with the same keys in the same places have in common, and the last of them.
pub(crate) struct Layout {
    pub(crate) values: Vec<Value>,
    pub(crate) roles: Roles,
    /// The field that holds the service's name.
    pub(crate) service: Option<usize>,
    /// As parsing left them.
    pub(crate) fields: Vec<Field>,
    /// The last record.
    pub(crate) record: Bytes,
    /// The fields of the last output, from the comma in front of the first on.
    pub(crate) output: Bytes,
    pub(crate) severity: Option<Severity>,
    /// A field says so.
    pub(crate) said: bool,
    /// What came behind the fields when the severity was this one, and all else that it depends on as it was last time.
    rests: [Bytes; SEVERITIES],
    /// For which tag.
    pub(crate) origin: u32,
}

/// None, and those of [`Severity`].
const SEVERITIES: usize = 7;

/// All that is known of the records before.
#[derive(Default)]
pub(crate) struct Layouts {
    function: Option<Function>,
    tree: Tree,
    layouts: Vec<Layout>,
    /// The one of the last record.
    last: usize,
    /// Hashes of the names of records that had no layout, and how often they came.
    strangers: [(u32, u8); 16],
    scratch: Scratch,
}

/// What reading values takes.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(crate) nesting: Nesting,
    pub(crate) texts: Texts,
}

impl Layouts {
    /// The layout of the last record, if `record` may have it: layouts serve one function at a time.
    #[inline(always)]
    pub(crate) fn last(&self, function: Function, record: &[u8]) -> Option<usize> {
        (self.function == Some(function) && record.len() <= MAX_RECORD).then_some(self.last)
    }

    /// The layout of `record`.
    #[inline(never)]
    pub(crate) fn search(&mut self, function: Function, record: &[u8]) -> Option<usize> {
        if record.len() > MAX_RECORD {
            return None;
        }
        if self.function != Some(function) {
            self.clear();
            self.function = Some(function);
        }
        self.last = self.tree.search(record, &mut self.scratch.nesting)?;
        Some(self.last)
    }

    pub(crate) fn get(&mut self, layout: usize) -> Option<(&mut Layout, &mut Scratch)> {
        self.layouts.get_mut(layout).map(|layout| (layout, &mut self.scratch))
    }

    fn clear(&mut self) {
        self.tree.clear();
        self.layouts.clear();
        self.strangers = Default::default();
    }

    /// Learns the layout of a record that had none, as parsing left it, when its names come for the second time.
    pub(crate) fn learn(&mut self, input: &[u8], record: &Record, writer: &Writer) {
        if !record.regular || record.fields.len() > MAX_VALUES || input.len() > MAX_RECORD {
            return;
        }
        let names = |hash: u32, field: &Field| hash.rotate_left(5) ^ field.hash;
        let names = record.fields.iter().fold(record.fields.len() as u32, names);
        let Some((stranger, times)) = self.strangers.get_mut(names as usize % 16) else { return };
        if *stranger != names {
            (*stranger, *times) = (names, 0);
        }
        *times = times.saturating_add(1);
        if *times != 2 {
            return;
        }
        if self.tree.len() > MAX_STEPS || self.layouts.len() >= MAX_LAYOUTS {
            self.clear();
        }
        self.teach(input, record, writer);
    }

    #[cold]
    #[inline(never)]
    fn teach(&mut self, input: &[u8], record: &Record, writer: &Writer) {
        let layout = Layout::new(input, record, writer, &mut self.scratch.nesting);
        let mut at = 0;
        let values = layout.values.iter().map(|value| {
            let front = input.get(at..at + value.gap).unwrap_or_default();
            at += value.length;
            (front, value.form)
        });
        let end = layout.values.iter().map(|value| value.length).sum();
        self.tree.add(values, input.get(end..).unwrap_or_default(), self.layouts.len());
        self.layouts.push(layout);
    }
}

impl Layout {
    /// What `record`, which lies in `input`, teaches. It is the last one then, not yet written.
    fn new(input: &[u8], record: &Record, writer: &Writer, nesting: &mut Nesting) -> Layout {
        let mut layout = Layout {
            values: Vec::new(),
            service: record.roles().service(),
            roles: record.roles(),
            fields: record.fields.clone(),
            record: Bytes::new(),
            output: Bytes::new(),
            severity: None,
            said: false,
            rests: Default::default(),
            origin: 0,
        };
        let (mut at, mut quote) = (0, b"".as_slice());
        let fields = &record.fields;
        for (n, field) in fields.iter().enumerate() {
            if fields.get(n + 1).is_some_and(|next| next.value.start < field.value.end) {
                // Its members are fields themselves.
                continue;
            }
            let how = how(field, writer);
            let front = layout.output.len();
            if how != How::Dropped {
                layout.output.extend(quote);
                quote = if how == How::Text { b"\"" } else { b"" };
            }
            if matches!(how, How::Text | How::Number) {
                layout.output.extend(b",\"");
                layout.output.extend(field.name.text.as_bytes());
                if field.name.key {
                    layout.output.extend(field.key.of(input));
                }
                layout.output.extend(b"\":");
                layout.output.extend(quote);
            }
            let scan = match field.class.identifier {
                _ if !writer.redact => Scan::Nothing,
                true => Scan::Letters,
                false => Scan::All,
            };
            let body = matches!(field.class.role, Role::Body(_));
            let asked = match field.class.role {
                _ if !writer.policy.static_fields.is_empty() || field.class.routed.is_some() => Asked::Yes,
                Role::Body(_) => Asked::Body,
                Role::Severity(_) if layout.roles.severity.iter().flatten().eq(&[n as u16]) => Asked::Severity,
                Role::None => Asked::No,
                _ => Asked::Yes,
            };
            let form = Form::new(field.kind, field.escaped, body, scan, field.value.of(input));
            let unclean = Place { value: field.value, plain: field.value_plain, clean: false };
            let place = form.read(input, field.value.start, nesting).unwrap_or(unclean);
            let (gap, front) = (field.value.start - at, layout.output.len() - front);
            layout.values.push(Value {
                length: gap + field.value.len(),
                reach: NEVER,
                written: front,
                gap,
                front,
                field: n,
                close: form.close(),
                form,
                how,
                asked: if field.live { asked } else { Asked::No },
                escaped: field.escaped,
                identifier: field.class.identifier,
                plain: place.plain,
                clean: place.clean,
            });
            at = field.value.end;
        }
        layout.output.extend(quote);
        layout.record.extend(input);
        layout
    }

    /// Makes `record` the last one.
    pub(crate) fn remember(&mut self, record: &[u8]) {
        self.record.clear();
        self.record.extend(record);
        if self.record.is_short() {
            self.forget();
        }
    }

    /// Makes a record the last one that begins as `record` does and goes on as the last one from `at` on: another layout
    /// may begin as this one does, and the output was written up to there.
    #[cold]
    #[inline(never)]
    pub(crate) fn turn(&mut self, record: &[u8], at: usize) {
        self.origin = 0;
        if self.record.replace(0, at, record).is_none() {
            self.forget();
        }
    }

    /// Forgets the last record. No other is like it from then on.
    #[cold]
    #[inline(never)]
    pub(crate) fn forget(&mut self) {
        self.record = Bytes::new();
        self.output = Bytes::new();
    }

    /// What came behind the fields when the severity was the present one; nothing if that is not known.
    pub(crate) fn rest(&self) -> &[u8] {
        self.rests.get(self.rank()).map_or(&[], Bytes::as_slice)
    }

    /// Remembers what comes behind the fields when the severity is the present one.
    pub(crate) fn remember_rest(&mut self, rest: &[u8]) {
        let rank = self.rank();
        if let Some(place) = self.rests.get_mut(rank) {
            place.extend(rest);
            if place.is_short() {
                place.clear();
            }
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn forget_rests(&mut self) {
        self.rests.iter_mut().for_each(Bytes::clear);
    }

    fn rank(&self) -> usize {
        self.severity.map_or(0, |severity| 1 + severity as usize)
    }
}

/// Whether nothing but the value decides about the value, and its name is written as it is.
fn how(field: &Field, writer: &Writer) -> How {
    if !field.live {
        return How::Dropped;
    }
    let named = field.name.conflicts == 0 && (!field.name.key || field.key_plain);
    let clean = field.class.clean || !field.name.key || !writer.redact;
    if !named || !clean || field.class.secret.is_some() || matches!(field.class.role, Role::Reserved(_)) {
        return How::Field;
    }
    match field.kind {
        Kind::String => How::Text,
        Kind::Number => How::Number,
        _ => How::Field,
    }
}
