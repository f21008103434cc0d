//! Layouts: logs repeat themselves. Records of one statement of a program have the same keys in the same places, and
//! only some of the values differ. A layout is what such a record taught: what stands in front of each value, and what
//! becomes of the value; [`crate::repeat`] writes the records that have it.
//!
//! A layout only remembers what [`crate::record`] and [`crate::parse`] decided about a record, and nothing that a value
//! could change.

mod form;
mod tree;

pub(crate) use form::{Form, Place};

use crate::Function;
use crate::json::{Kind, Nesting};
use crate::key::Role;
use crate::policy::Policy;
use crate::record::{Field, MAX_RANKS, Record, Roles};
use crate::write::Writer;
use alloc::vec::Vec;
use form::Scan;
use tree::Tree;

/// Fields of a record that has a layout.
pub(crate) const MAX_VALUES: usize = 128;

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
    pub(crate) form: Form,
    /// Bytes between the value in front and this one.
    pub(crate) gap: usize,
    /// Length in the last record.
    pub(crate) length: usize,
    /// Length of what stands in front of it in the output.
    pub(crate) front: usize,
    /// Length of what was written for it.
    pub(crate) written: usize,
    /// The field's index.
    pub(crate) field: usize,
    pub(crate) how: How,
    pub(crate) escaped: bool,
    pub(crate) identifier: bool,
    /// The field has a role: what comes behind the fields depends on it.
    pub(crate) asked: bool,
    pub(crate) plain: bool,
    pub(crate) clean: bool,
    /// It is clean and written: the same again need only be copied.
    pub(crate) settled: bool,
}

/// What records with the same keys in the same places have in common, and the last of them.
pub(crate) struct Layout {
    pub(crate) values: Vec<Value>,
    /// What stands in front of the values in the output, and behind the last.
    fronts: Vec<u8>,
    pub(crate) roles: Roles,
    /// As parsing left them.
    pub(crate) fields: Vec<Field>,
    /// The last record.
    pub(crate) record: Vec<u8>,
    /// The last output, from the comma in front of the first field on.
    pub(crate) output: Vec<u8>,
    /// How much of it the fields are.
    pub(crate) body: usize,
    /// For which tag the rest of it was written; 0 if it held something of the record's own.
    pub(crate) origin: u32,
}

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
    places: Vec<Place>,
    pub(crate) nesting: Nesting,
}

impl Layouts {
    /// The layout of the last record. That of others is not used for `function`.
    #[inline(always)]
    pub(crate) fn last(&mut self, function: Function) -> Option<usize> {
        (self.function == Some(function) && self.last < self.layouts.len()).then_some(self.last)
    }

    /// The layout of `record`, which becomes its last one, not yet written.
    #[inline(never)]
    pub(crate) fn search(&mut self, function: Function, record: &[u8], policy: &Policy) -> Option<usize> {
        if self.function != Some(function) {
            self.clear();
            self.function = Some(function);
        }
        let found = self.tree.search(record, &mut self.places, policy, &mut self.nesting)?;
        self.last = found;
        self.layouts.get_mut(found)?.begin(record, &self.places);
        Some(found)
    }

    pub(crate) fn get(&mut self, layout: usize) -> Option<(&mut Layout, &mut Nesting)> {
        self.layouts.get_mut(layout).map(|layout| (layout, &mut self.nesting))
    }

    fn clear(&mut self) {
        self.tree.clear();
        self.layouts.clear();
        self.strangers = Default::default();
    }

    /// Learns the layout of a record that had none, as parsing left it, when its names come for the second time.
    pub(crate) fn learn(&mut self, input: &[u8], record: &Record, writer: &Writer) {
        if !record.regular || record.fields.len() > MAX_VALUES {
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
        let layout = Layout::new(input, record, writer);
        let mut at = 0;
        let values = layout.values.iter().map(|value| {
            let start = at + value.gap;
            let front = input.get(at..start).unwrap_or_default();
            at = start + value.length;
            (front, value.form)
        });
        let end = layout.values.iter().map(|value| value.gap + value.length).sum();
        self.tree.add(values, input.get(end..).unwrap_or_default(), self.layouts.len());
        self.layouts.push(layout);
    }
}

impl Layout {
    fn new(input: &[u8], record: &Record, writer: &Writer) -> Layout {
        let mut layout = Layout {
            values: Vec::new(),
            fronts: Vec::new(),
            roles: record.roles(),
            fields: record.fields.clone(),
            record: Vec::new(),
            output: Vec::new(),
            body: 0,
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
            let front = layout.fronts.len();
            if how != How::Dropped {
                layout.fronts.extend_from_slice(quote);
                quote = if how == How::Text { b"\"" } else { b"" };
            }
            if matches!(how, How::Text | How::Number) {
                layout.fronts.extend_from_slice(b",\"");
                layout.fronts.extend_from_slice(field.name.text.as_bytes());
                if field.name.key {
                    layout.fronts.extend_from_slice(field.key.of(input));
                }
                layout.fronts.extend_from_slice(b"\":");
                layout.fronts.extend_from_slice(quote);
            }
            let scan = match field.class.identifier {
                _ if !writer.redact => Scan::Nothing,
                true => Scan::Letters,
                false => Scan::All,
            };
            let body = matches!(field.class.role, Role::Body(_));
            let has_role = field.class.routed.is_some()
                || match field.class.role {
                    // It tells the severity if no other field does.
                    Role::Body(_) => layout.roles.severity == [None; MAX_RANKS],
                    role => role != Role::None,
                };
            layout.values.push(Value {
                form: Form::new(field.kind, field.escaped, body, scan, field.value.of(input)),
                gap: field.value.start - at,
                length: field.value.len(),
                front: layout.fronts.len() - front,
                written: 0,
                field: n,
                how,
                escaped: field.escaped,
                identifier: field.class.identifier,
                asked: has_role && field.live || !writer.policy.static_fields.is_empty(),
                plain: false,
                clean: false,
                settled: false,
            });
            at = field.value.end;
        }
        layout.fronts.extend_from_slice(quote);
        layout
    }

    /// Makes `record` and `output` the last ones.
    pub(crate) fn remember(&mut self, record: &[u8], output: &[u8]) {
        self.record.clear();
        self.record.extend_from_slice(record);
        self.output.clear();
        self.output.extend_from_slice(output);
    }

    /// Forgets the last record, which nothing is like then.
    pub(crate) fn forget(&mut self) {
        self.record.clear();
    }

    /// Makes `record` the last one, with its values at `places`, and nothing of it written.
    fn begin(&mut self, record: &[u8], places: &[Place]) {
        self.record.clear();
        self.record.extend_from_slice(record);
        self.output.clear();
        self.output.extend_from_slice(&self.fronts);
        (self.body, self.origin) = (self.fronts.len(), 0);
        for (value, place) in self.values.iter_mut().zip(places) {
            (value.length, value.plain, value.clean) = (place.value.len(), place.plain, place.clean);
            (value.written, value.settled) = (0, false);
        }
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
