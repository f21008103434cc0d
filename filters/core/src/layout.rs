//! Layouts: logs repeat themselves. Records of one statement of a program have the same keys in the same places, and
//! only some of the values differ. A layout is what such a record taught: what stands in front of each value, and what
//! becomes of the value; [`crate::repeat`] writes the records that have it.
//!
//! A layout only remembers what [`crate::record`] and [`crate::parse`] decided about a record, and nothing that a value
//! could change.

mod form;
mod run;
mod shape;
mod short;
mod step;
mod texts;
mod tree;

pub(crate) use form::{Form, Place};
pub(crate) use step::Step;

use crate::Function;
use crate::bytes::Bytes;
use crate::json::{Kind, Nesting, Span, byte};
use crate::key::{self, Role};
use crate::policy::Policy;
use crate::record::{Field, Record, Roles};
use crate::write::Writer;
use alloc::vec::Vec;
use form::{Scan, Way};
use run::Run;
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

/// What is known of a value whatever it is.
#[derive(Clone, Copy)]
pub(crate) struct What {
    pub(crate) form: Form,
    pub(crate) how: How,
    way: Way,
    /// What comes behind the fields depends on it.
    pub(crate) asked: Asked,
    pub(crate) escaped: bool,
    pub(crate) identifier: bool,
    /// The field's index.
    pub(crate) field: usize,
}

/// A value of the pattern.
struct Value {
    what: What,
    /// Bytes between the value in front and this one.
    gap: usize,
    length: usize,
    /// Bytes in the output between the value in front and this one.
    front: usize,
    written: usize,
    /// Content and meaning are the same bytes.
    plain: bool,
    /// It is read in every record: it was not always the same, or must be written each time.
    varies: bool,
}

/// Who asks for a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    No,
    /// It says how bad the record is, as the only field that does.
    Severity,
    /// It does, if no other field says so.
    Body,
    Yes,
}

/// What records with the same keys in the same places have in common.
pub(crate) struct Layout {
    values: Vec<Value>,
    /// How a record is read: by all values, or, once it was planned, by those that vary.
    pub(crate) steps: Vec<Step>,
    /// What stands behind the last step's value,
    pub(crate) tail: Run,
    /// and in the output.
    pub(crate) back: Vec<u8>,
    pub(crate) planned: bool,
    /// There was no memory for some of it.
    short: bool,
    pub(crate) roles: Roles,
    /// The field that holds the service's name.
    pub(crate) service: Option<usize>,
    /// A record that has this layout.
    pattern: Bytes,
    /// Its fields in the output, from the comma in front of the first on.
    pub(crate) output: Bytes,
    /// What came behind the fields, while all that it depends on but the level was as it is now.
    rests: [Rest; RESTS],
    /// The one that is forgotten next.
    oldest: usize,
    /// For which tag.
    pub(crate) origin: u32,
    /// The layout of the last record that came in between.
    other: usize,
}

/// What comes behind the fields of a record in which nothing was redacted.
#[derive(Default)]
pub(crate) struct Rest {
    /// The level that the record had.
    level: u64,
    /// It says how bad the record is.
    pub(crate) said: bool,
    /// With a NUL at the end; none if there is nothing to know.
    pub(crate) bytes: Bytes,
    /// Where the audit stands if something was redacted.
    pub(crate) audit: usize,
}

/// As many as there are severities, and none.
const RESTS: usize = 7;

/// All that is known of the records before.
#[derive(Default)]
pub(crate) struct Layouts {
    function: Option<Function>,
    tree: Tree,
    /// Each with an index of its fields as parsing left them.
    layouts: Vec<(Layout, Record)>,
    /// The one that is tried first: of the last records, but for a single one among others.
    last: usize,
    /// The one that was found last.
    found: usize,
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
    /// The layout of the last records, if `record` may have it: layouts serve one function at a time.
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
        let found = self.tree.search(record, &mut self.scratch.nesting)?;
        self.came_instead(found);
        Some(found)
    }

    /// The record at hand has this layout, as the last ones had.
    #[inline(always)]
    pub(crate) fn came(&mut self, layout: usize) {
        self.found = layout;
    }

    /// The record at hand has this layout and not that of the last ones. If the one before had it too, it is tried first
    /// from now on.
    #[inline(never)]
    pub(crate) fn came_instead(&mut self, layout: usize) {
        let twice = core::mem::replace(&mut self.found, layout) == layout;
        if layout == self.last {
            return;
        }
        let (one, another) =
            if twice { (layout, core::mem::replace(&mut self.last, layout)) } else { (self.last, layout) };
        if let Some((one, _)) = self.layouts.get_mut(one) {
            one.other = another;
        }
    }

    /// The layout that was found last for a record that did not have `layout`, if it is another one.
    pub(crate) fn other(&self, layout: usize) -> Option<usize> {
        self.layouts.get(layout).map(|(found, _)| found.other).filter(|other| *other != layout)
    }

    #[inline(always)]
    pub(crate) fn get(&mut self, layout: usize) -> Option<(&mut Layout, &mut Record, &mut Scratch)> {
        self.layouts.get_mut(layout).map(|(layout, record)| (layout, record, &mut self.scratch))
    }

    /// Has the next record read by all values of `layout`; false if that is so already.
    #[inline(never)]
    pub(crate) fn read_all(&mut self, layout: usize) -> bool {
        let planned = self.layouts.get_mut(layout).filter(|(layout, _)| layout.planned);
        planned.map(|(layout, _)| layout.read_all()).is_some()
    }

    /// Says that what comes behind the fields is not known to be what the values of this layout say.
    #[cold]
    #[inline(never)]
    pub(crate) fn forget(&mut self, layout: usize) {
        if let Some((layout, _)) = self.layouts.get_mut(layout) {
            layout.steps.iter_mut().for_each(|step| step.known = false);
        }
    }

    fn clear(&mut self) {
        self.tree.clear();
        self.layouts.clear();
        self.strangers = Default::default();
    }

    /// Learns the layout of a record that had none, as parsing left it, when its names come for the second time.
    pub(crate) fn learn(&mut self, input: &[u8], record: &Record, writer: &Writer) {
        if !record.regular || record.fields.len() > MAX_VALUES || input.len() > MAX_RECORD || writer.policy.reads_on() {
            return;
        }
        let names = |hash: u32, field: &Field| hash.rotate_left(5) ^ field.hash;
        let names = record.fields.iter().fold(record.fields.len() as u32, names);
        let Some((stranger, times)) = self.strangers.get_mut(names as usize % 16) else { return };
        if *stranger != names {
            (*stranger, *times) = (names, 0);
        }
        *times = times.saturating_add(1);
        if *times != 2 || (writer.redact && is_looked_into(input, record, writer.policy)) {
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
        if layout.is_short() {
            return;
        }
        let mut at = 0;
        let values = layout.values.iter().map(|value| {
            let front = input.get(at..at + value.gap).unwrap_or_default();
            at += value.gap + value.length;
            (front, value.what.form)
        });
        let end = layout.values.iter().map(|value| value.gap + value.length).sum();
        self.tree.add(values, input.get(end..).unwrap_or_default(), self.layouts.len());
        let mut index = Record::new();
        index.fields.clone_from(&record.fields);
        self.layouts.push((layout, index));
    }
}

/// Whether a field may have the name of one that the policy adds.
fn is_own(field: &Field, policy: &Policy) -> bool {
    let fields = policy.static_fields.iter().map(|(name, _)| *name);
    #[cfg(feature = "custom")]
    let fields =
        fields.chain(policy.custom.iter().flat_map(|custom| &custom.lookups).map(|lookup| lookup.field.as_str()));
    fields.map(|name| key::name_hash(name.as_bytes())).any(|hash| hash == field.hash)
}

/// Whether the policy has to look into each record of this kind: where paths lead depends on what it holds.
fn is_looked_into(input: &[u8], record: &Record, policy: &Policy) -> bool {
    #[cfg(feature = "custom")]
    if let Some(custom) = policy.custom.filter(|custom| custom.is_slow()) {
        let mut name = Vec::new();
        return record.live().any(|field| {
            field.full_name(input, policy, &mut name);
            custom.looks_into(&name)
        });
    }
    let _ = (input, record, policy);
    false
}

impl Layout {
    /// What `record`, which lies in `input`, teaches. The pattern of the output has the names and no values yet.
    fn new(input: &[u8], record: &Record, writer: &Writer) -> Layout {
        let mut layout = Layout {
            values: Vec::new(),
            steps: Vec::new(),
            tail: Run::default(),
            back: Vec::new(),
            planned: false,
            short: false,
            service: record.roles().service(),
            roles: record.roles(),
            pattern: Bytes::new(),
            output: Bytes::new(),
            rests: Default::default(),
            oldest: 0,
            origin: 0,
            other: usize::MAX,
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
                _ if !field.live => Asked::No,
                _ if field.class.routed.is_some() || is_own(field, writer.policy) => Asked::Yes,
                Role::Body(_) => Asked::Body,
                Role::Severity(_) if layout.roles.severity.iter().flatten().eq(&[n as u16]) => Asked::Severity,
                Role::None => Asked::No,
                _ => Asked::Yes,
            };
            let form = Form::new(field.kind, field.escaped, body, scan, field.value.of(input));
            let what = What {
                form,
                how,
                way: Way::new(form, how),
                asked,
                escaped: field.escaped,
                identifier: field.class.identifier,
                field: n,
            };
            layout.values.push(Value {
                what,
                gap: field.value.start - at,
                length: field.value.len(),
                front: layout.output.len() - front,
                written: 0,
                plain: field.value_plain,
                varies: false,
            });
            at = field.value.end;
        }
        layout.output.extend(quote);
        layout.pattern.extend(input);
        layout.read_all();
        layout
    }

    /// Has the next record read by all values: one that was thought to be the same in every record is not.
    fn read_all(&mut self) {
        self.planned = false;
        self.steps(|_| true);
    }

    /// Makes a record that was read by all values the pattern, and has the next ones read by those that vary.
    #[inline(never)]
    pub(crate) fn plan(&mut self, record: &[u8], output: &[u8]) {
        let (mut before, mut at) = (0, 0);
        for (value, step) in self.values.iter_mut().zip(&self.steps) {
            (before, at) = (before + value.gap, at + value.gap);
            let old = Span { start: before, end: before + value.length }.of(self.pattern.as_slice());
            let new = Span { start: at, end: at + step.length }.of(record);
            value.varies |= step.unsettled || old != new;
            (before, at) = (before + value.length, at + step.length);
            (value.length, value.written, value.plain) = (step.length, step.written, step.plain);
        }
        self.pattern.clear();
        self.pattern.extend(record);
        self.output.clear();
        self.output.extend(output);
        self.planned = true;
        self.steps(|value| value.varies);
        // Which level they are of depends on whether it varies.
        self.forget_rests();
    }

    fn steps(&mut self, varies: impl Fn(&Value) -> bool) {
        self.steps.clear();
        let lost = self.pattern.is_short() || self.output.is_short();
        self.short = lost || self.try_steps(varies).is_none();
    }

    fn try_steps(&mut self, varies: impl Fn(&Value) -> bool) -> Option<()> {
        let (mut pattern, mut output) = (self.pattern.as_slice(), self.output.as_slice());
        let (mut run, mut front) = (0, 0);
        for (n, value) in self.values.iter().enumerate() {
            (run, front) = (run + value.gap, front + value.front);
            if varies(value) {
                let (same, behind) = pattern.split_at_checked(run)?;
                pattern = behind.get(value.length..)?;
                let (written, behind) = output.split_at_checked(front)?;
                output = behind.get(value.written..)?;
                let close = core::array::from_fn(|n| byte(pattern, n));
                self.steps.try_reserve(1).ok()?;
                let mut step = Step::new(value.what, n, (same, written), close)?;
                (step.length, step.written, step.plain) = (value.length, value.written, value.plain);
                self.steps.push(step);
                (run, front) = (0, 0);
            } else {
                (run, front) = (run + value.length, front + value.written);
            }
        }
        self.tail = Run::new(pattern)?;
        self.back.clear();
        self.back.try_reserve_exact(output.len()).ok()?;
        self.back.extend_from_slice(output);
        Some(())
    }

    /// Whether there was no memory for some of it.
    pub(crate) fn is_short(&self) -> bool {
        self.short
    }

    /// Where the values stand in the record at hand for which someone asks: the value, its place, whether it is plain,
    /// and its place in the output.
    pub(crate) fn asked(&self) -> impl Iterator<Item = (What, Place, Span)> {
        let (mut at, mut written, mut steps) = (0, 0, self.steps.iter().peekable());
        self.values.iter().enumerate().filter_map(move |(n, value)| {
            let step = steps.next_if(|step| step.value == n);
            let (length, plain, wrote) =
                step.map_or((value.length, value.plain, value.written), |step| (step.length, step.plain, step.written));
            let (start, front) = (at + value.gap, written + value.front);
            (at, written) = (start + length, front + wrote);
            let place = Place { value: Span { start, end: at }, plain };
            (value.what.asked != Asked::No).then_some((value.what, place, Span { start: front, end: written }))
        })
    }

    /// What came behind the fields of a record of this level; nothing if that is not known.
    #[inline(always)]
    pub(crate) fn rest(&self, level: u64) -> Option<&Rest> {
        self.rests.iter().find(|rest| rest.level == level && rest.bytes.len() != 0)
    }

    /// Remembers what comes behind the fields of a record of this level, which says how bad the record is or does not, and
    /// where the audit would stand.
    pub(crate) fn remember_rest(&mut self, level: u64, said: bool, bytes: &[u8], audit: usize) {
        self.oldest = (self.oldest + 1) % RESTS;
        let place = self.rests.iter().position(|rest| rest.level == level).unwrap_or(self.oldest);
        if let Some(rest) = self.rests.get_mut(place) {
            (rest.level, rest.said, rest.audit) = (level, said, audit);
            rest.bytes.clear();
            rest.bytes.extend(bytes);
            if rest.bytes.is_short() {
                rest.bytes.clear();
            }
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn forget_rests(&mut self) {
        self.rests.iter_mut().for_each(|rest| rest.bytes.clear());
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
