//! Layouts: logs repeat themselves. Records of one statement of a program have the same keys in the same places, and
//! only some of the values differ. A layout is what such a record taught: what stands in front of each value, and what
//! becomes of the value.
//!
//! A record is first compared with the last one, eight bytes at a time: what is the same need not be read, scanned or
//! written once more, and only the values that differ are. One that has other keys looks for its layout in a tree of
//! [`Step`]s, in which layouts that begin alike share their beginning. One that leaves the tree takes the way of
//! [`crate::record`] and [`crate::parse`], which decide everything; a layout only remembers what they decided.
//! Nothing that a value could change is remembered.

use crate::json::{self, Kind, Nesting, Span};
use crate::key::Role;
use crate::lanes;
use crate::parse;
use crate::policy::Policy;
use crate::record::{Field, MAX_DEPTH, Record, Roles};
use crate::redact::survey;
use crate::write::Writer;
use crate::Function;
use alloc::vec::Vec;

/// Values of a record that has a layout.
const MAX_VALUES: usize = 128;

/// All are forgotten when there are more of either.
const MAX_STEPS: usize = 2048;
const MAX_LAYOUTS: usize = 64;

/// Bytes that do not change, compared eight at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fixed {
    lanes: [u64; Fixed::LANES],
    /// Those of the last lane that count.
    mask: u64,
    length: usize,
    /// The same in whole lanes.
    padded: usize,
}

impl Fixed {
    const LANES: usize = 5;
    const MAX: usize = 8 * Fixed::LANES;

    /// At most [`Fixed::MAX`] bytes.
    fn new(bytes: &[u8]) -> Fixed {
        let length = bytes.len().min(Fixed::MAX);
        let bytes = bytes.get(..length).unwrap_or_default();
        let last = length % 8;
        Fixed {
            lanes: core::array::from_fn(|n| lanes::load(bytes, 8 * n)),
            mask: if last == 0 { !0 } else { !(!0 << (8 * last)) },
            length,
            padded: length.next_multiple_of(8),
        }
    }

    /// Whether they stand at `at`.
    #[inline(always)]
    fn is_at(&self, bytes: &[u8], at: usize) -> bool {
        let Some(found) = bytes.get(at..at + self.padded) else { return self.is_at_end(bytes, at) };
        let mut different = 0;
        for (lane, found) in self.lanes.iter().zip(found.as_chunks::<8>().0) {
            if different != 0 {
                return false;
            }
            different = lane ^ u64::from_le_bytes(*found);
        }
        different & self.mask == 0
    }

    #[cold]
    #[inline(never)]
    fn is_at_end(&self, bytes: &[u8], at: usize) -> bool {
        let lanes = self.lanes.iter().take(self.padded / 8).enumerate();
        let different = lanes.fold(0, |sum, (n, lane)| {
            let found = lanes::load(bytes, at + 8 * n);
            sum | (lane ^ found) & if 8 * n + 8 == self.padded { self.mask } else { !0 }
        });
        different == 0 && at + self.length <= bytes.len()
    }
}

/// What stands behind the fixed bytes of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// A string, behind its quote.
    Text {
        escaped: bool,
        /// A body that stays text.
        body: bool,
        scan: Scan,
    },
    /// A number.
    Number,
    /// Another value of this kind; of a container, whether it is empty.
    Other { kind: Kind, empty: bool, escaped: bool },
    /// More fixed bytes.
    Step,
    /// The end of the record, which has this layout.
    End(usize),
}

/// What is looked for in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scan {
    Nothing,
    /// It identifies something.
    Letters,
    All,
}

/// Fixed bytes and what stands behind them.
struct Step {
    fixed: Fixed,
    next: Next,
    /// The first step behind this one; 0 if there is none.
    child: usize,
    /// What may stand in place of this step; 0 if nothing may.
    sibling: usize,
}

/// Where a value stands in the record at hand.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place {
    pub(crate) value: Span,
    /// Content and meaning are the same bytes.
    pub(crate) plain: bool,
    /// Plain, and nothing in it is to be redacted.
    pub(crate) clean: bool,
    /// It is clean, and the last record had the same.
    pub(crate) same: bool,
}

/// How a field is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// A string whose quotes and name are fixed.
    Text,
    /// A number whose name is fixed.
    Number,
    /// As the writer does without a layout.
    Field,
}

/// A field to write.
pub(crate) struct Put {
    /// The value's index among the places.
    pub(crate) place: usize,
    /// Length of what stands in front of the value, in [`Layout::output`].
    pub(crate) front: usize,
    /// Length of the value there.
    pub(crate) length: usize,
    /// The field's index.
    pub(crate) field: usize,
    pub(crate) how: How,
    pub(crate) escaped: bool,
    pub(crate) identifier: bool,
}

/// What records with the same keys in the same places have in common.
pub(crate) struct Layout {
    /// The last one.
    record: Vec<u8>,
    /// Its values.
    pub(crate) places: Vec<Place>,
    /// What they are.
    values: Vec<Next>,
    pub(crate) puts: Vec<Put>,
    /// Its fields as they were written, behind one another; at first without values.
    pub(crate) output: Vec<u8>,
    pub(crate) roles: Roles,
    /// As parsing left them.
    fields: Vec<Field>,
    count: usize,
    /// Fields that others than the puts ask for, with the index of their place.
    asked: Vec<(usize, usize)>,
}

/// All that is known of the records before.
pub(crate) struct Layouts {
    function: Option<Function>,
    steps: Vec<Step>,
    layouts: Vec<Layout>,
    /// The one that was found last.
    last: usize,
    /// Hashes of the names of records that had no layout, and how often they came.
    strangers: [(u32, u8); 16],
    nesting: Nesting,
}

impl Layouts {
    pub(crate) fn new() -> Layouts {
        Layouts {
            function: None,
            steps: Vec::new(),
            layouts: Vec::new(),
            last: 0,
            strangers: [(0, 0); 16],
            nesting: Nesting::default(),
        }
    }

    fn clear(&mut self) {
        self.steps.clear();
        self.layouts.clear();
        self.strangers = [(0, 0); 16];
    }

    /// The layout of `record`, which has its places then.
    #[inline(always)]
    pub(crate) fn find(&mut self, function: Function, record: &[u8], policy: &Policy) -> Option<usize> {
        let last = self.last;
        if self.function == Some(function)
            && let Some(layout) = self.layouts.get_mut(last)
            && layout.follows(record, policy, &mut self.nesting)
        {
            return Some(last);
        }
        self.search(function, record, policy)
    }

    /// The same for a record that is not like the last one.
    #[inline(never)]
    fn search(&mut self, function: Function, record: &[u8], policy: &Policy) -> Option<usize> {
        if self.function != Some(function) {
            self.clear();
            self.function = Some(function);
        }
        let mut places = [Place::default(); MAX_VALUES];
        let (mut n, mut at, mut count) = (0, 0, 0);
        loop {
            let step = self.steps.get(n)?;
            let start = at + step.fixed.length;
            let place = match step.next {
                _ if !step.fixed.is_at(record, at) => None,
                Next::Step => {
                    (at, n) = (start, step.child);
                    continue;
                }
                Next::End(found) if start == record.len() => {
                    let layout = self.layouts.get_mut(found)?;
                    layout.places.clear();
                    layout.places.extend_from_slice(places.get(..count)?);
                    layout.remember(record);
                    self.last = found;
                    return Some(found);
                }
                Next::End(_) => None,
                value => value.read(record, start, policy, &mut self.nesting),
            };
            n = if let Some(place) = place {
                *places.get_mut(count)? = place;
                count += 1;
                at = place.value.end;
                step.child
            } else {
                step.sibling
            };
            if n == 0 {
                return None;
            }
        }
    }

    /// The layout with this index.
    pub(crate) fn get(&mut self, layout: usize) -> Option<&mut Layout> {
        self.layouts.get_mut(layout)
    }

    /// Puts the fields of a layout into `fields`, with the values of the record that was found last where they are
    /// asked for.
    pub(crate) fn lend(&mut self, layout: usize, fields: &mut Vec<Field>) {
        let Some(Layout { fields: own, asked, places, .. }) = self.layouts.get_mut(layout) else { return };
        for &(field, place) in asked.iter() {
            if let (Some(field), Some(place)) = (own.get_mut(field), places.get(place)) {
                field.key.start = place.value.start - (field.value.start - field.key.start);
                field.key.end = place.value.start - (field.value.start - field.key.end);
                field.value = place.value;
                field.value_plain = place.plain;
            }
        }
        core::mem::swap(own, fields);
    }

    /// Takes back what was lent.
    pub(crate) fn take_back(&mut self, layout: usize, fields: &mut Vec<Field>) {
        let Some(Layout { fields: own, count, .. }) = self.layouts.get_mut(layout) else { return };
        fields.truncate(*count);
        core::mem::swap(own, fields);
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
        if self.steps.len() > MAX_STEPS || self.layouts.len() >= MAX_LAYOUTS {
            self.clear();
        }
        let _ = self.teach(input, record, writer);
    }

    #[cold]
    #[inline(never)]
    fn teach(&mut self, input: &[u8], record: &Record, writer: &Writer) -> Option<()> {
        let places = places(record);
        let mut values = Vec::new();
        let mut step = None;
        let mut at = 0;
        for &n in &places {
            let field = record.fields.get(n)?;
            let next = match field.kind {
                Kind::String => Next::Text {
                    escaped: field.escaped,
                    body: matches!(field.class.role, Role::Body(_)),
                    scan: match field.class.identifier {
                        _ if !writer.redact => Scan::Nothing,
                        true => Scan::Letters,
                        false => Scan::All,
                    },
                },
                Kind::Number => Next::Number,
                kind => Next::Other { kind, empty: is_empty(field.value, input), escaped: field.escaped },
            };
            values.push(next);
            step = Some(self.step(step, input.get(at..field.value.start)?, next));
            at = field.value.end;
        }
        let layout = Layout::new(input, record, &places, values, writer)?;
        self.step(step, input.get(at..)?, Next::End(self.layouts.len()));
        self.layouts.push(layout);
        Some(())
    }

    /// The step behind `parent` with these bytes and what stands behind them; a new one if there is none.
    fn step(&mut self, mut parent: Option<usize>, mut bytes: &[u8], next: Next) -> usize {
        while let Some((fixed, rest)) = bytes.split_at_checked(Fixed::MAX) {
            if rest.is_empty() {
                break;
            }
            parent = Some(self.child(parent, Fixed::new(fixed), Next::Step));
            bytes = rest;
        }
        self.child(parent, Fixed::new(bytes), next)
    }

    fn child(&mut self, parent: Option<usize>, fixed: Fixed, next: Next) -> usize {
        let new = self.steps.len();
        let mut last = None;
        let mut n = parent.map_or(0, |parent| self.steps.get(parent).map_or(0, |step| step.child));
        while n != 0 || (parent.is_none() && last.is_none()) {
            let Some(step) = self.steps.get(n) else { break };
            if step.fixed == fixed && step.next == next {
                return n;
            }
            last = Some(n);
            n = step.sibling;
        }
        let step = Step { fixed, next, child: 0, sibling: 0 };
        self.steps.push(step);
        match (last, parent) {
            (Some(last), _) => self.steps.get_mut(last).map(|step| step.sibling = new),
            (None, Some(parent)) => self.steps.get_mut(parent).map(|step| step.child = new),
            (None, None) => None,
        };
        new
    }
}

impl Layout {
    fn new(input: &[u8], record: &Record, places: &[usize], values: Vec<Next>, writer: &Writer) -> Option<Layout> {
        let mut layout = Layout {
            record: Vec::new(),
            places: Vec::new(),
            values,
            puts: Vec::new(),
            output: Vec::new(),
            roles: record.roles(),
            fields: record.fields.clone(),
            count: record.fields.len(),
            asked: Vec::new(),
        };
        let mut quote: &[u8] = b"";
        for (n, field) in record.fields.iter().enumerate().filter(|(_, field)| field.live) {
            let place = places.iter().position(|place| *place == n)?;
            let how = how(field, writer);
            let start = layout.output.len();
            layout.output.extend_from_slice(quote);
            if how != How::Field {
                layout.output.extend_from_slice(b",\"");
                layout.output.extend_from_slice(field.name.text.as_bytes());
                if field.name.key {
                    layout.output.extend_from_slice(field.key.of(input));
                }
                layout.output.extend_from_slice(b"\":");
            }
            quote = if how == How::Text { b"\"" } else { b"" };
            layout.output.extend_from_slice(quote);
            layout.puts.push(Put {
                place,
                front: layout.output.len() - start,
                length: 0,
                field: n,
                how,
                escaped: field.escaped,
                identifier: field.class.identifier,
            });
            let has_role = field.class.role != Role::None || field.class.routed.is_some();
            if how == How::Field || has_role || !writer.policy.static_fields.is_empty() {
                layout.asked.push((n, place));
            }
        }
        layout.output.extend_from_slice(quote);
        Some(layout)
    }

    fn remember(&mut self, record: &[u8]) {
        self.record.clear();
        self.record.extend_from_slice(record);
    }

    /// Whether `record` is like the last one but for some values; if so, its places are those of `record` then.
    #[inline(always)]
    fn follows(&mut self, record: &[u8], policy: &Policy, nesting: &mut Nesting) -> bool {
        let Layout { record: last, places, values, .. } = self;
        // Up to where the last record is the same as this one, `shift` bytes further on.
        let (mut until, mut shift) = (0usize, 0usize);
        let mut differs = false;
        for (place, next) in places.iter_mut().zip(values.iter()) {
            let Span { start, end } = place.value;
            // With its closing quote, or the byte behind it: it must not go on.
            let closed = end + next.close();
            if until < closed && !differs {
                (until, differs) = common(last, record, until, shift);
            }
            if until >= closed {
                place.value = Span { start: start.wrapping_add(shift), end: end.wrapping_add(shift) };
                place.same = place.clean;
                continue;
            }
            if until < start {
                return false;
            }
            let Some(read) = next.read(record, start.wrapping_add(shift), policy, nesting) else { return false };
            shift = read.value.end.wrapping_sub(end);
            *place = read;
            (until, differs) = (end, false);
        }
        if !differs {
            (until, differs) = common(last, record, until, shift);
        }
        let whole = !differs && until == last.len() && record.len() == last.len().wrapping_add(shift);
        if whole {
            self.remember(record);
        }
        whole
    }
}

/// How far two records are the same from `at` on in the first and `shift` bytes further in the second, as an offset in
/// the first, and whether they differ there, rather than end.
#[inline(always)]
fn common(last: &[u8], record: &[u8], mut at: usize, shift: usize) -> (usize, bool) {
    let a = last.get(at..).unwrap_or_default().as_chunks::<8>().0;
    let b = record.get(at.wrapping_add(shift)..).unwrap_or_default().as_chunks::<8>().0;
    for (a, b) in a.iter().zip(b) {
        let different = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if different != 0 {
            return (at + lanes::first(different), true);
        }
        at += 8;
    }
    while let (Some(a), Some(b)) = (last.get(at), record.get(at.wrapping_add(shift))) {
        if a != b {
            return (at, true);
        }
        at += 1;
    }
    (at, false)
}

/// Whether the name of a field is written as it is, and nothing but the value decides about the value.
fn how(field: &Field, writer: &Writer) -> How {
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

/// Whether a container has nothing but white space in it.
fn is_empty(value: Span, bytes: &[u8]) -> bool {
    matches!(value.of(bytes), [b'{' | b'[', inner @ .., _] if inner.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'\\' | b'n' | b'r' | b't')))
}

/// The fields that are values of the record and not made of others, by where they lie.
fn places(record: &Record) -> Vec<usize> {
    let mut places: Vec<(usize, usize)> =
        record.fields.iter().enumerate().map(|(n, field)| (field.value.start, n)).collect();
    places.sort_unstable();
    let mut inner = usize::MAX;
    let mut whole: Vec<usize> = Vec::new();
    for &(start, n) in places.iter().rev() {
        let Some(field) = record.fields.get(n) else { continue };
        // Its members are fields themselves.
        let parent = inner < field.value.end;
        inner = start;
        if !parent {
            whole.push(n);
        }
    }
    whole.reverse();
    whole
}

impl Next {
    /// How many bytes behind a value show that it ends there.
    #[inline(always)]
    fn close(self) -> usize {
        if let Next::Text { escaped: true, .. } = self { 2 } else { 1 }
    }

    /// The value of this form at `start`.
    #[inline(always)]
    fn read(self, record: &[u8], start: usize, policy: &Policy, nesting: &mut Nesting) -> Option<Place> {
        match self {
            Next::Text { escaped, body, scan } => {
                let place = text(record, start, escaped, scan, policy)?;
                let text = !body
                    || place.plain && json::byte(record, start).is_ascii_alphabetic()
                    || parse::is_text(record, place.value, escaped);
                text.then_some(place)
            }
            Next::Number => number(record, start),
            Next::Other { kind, empty, escaped } => other(record, start, escaped, nesting, kind)
                .filter(|place| empty == is_empty(place.value, record)),
            Next::Step | Next::End(_) => None,
        }
    }
}

/// The string that begins at `start`.
#[inline(always)]
fn text(record: &[u8], start: usize, escaped: bool, scan: Scan, policy: &Policy) -> Option<Place> {
    if scan == Scan::Nothing {
        let place = string(record, start, escaped)?;
        return Some(Place { clean: place.plain, ..place });
    }
    let read = survey(record, start, scan == Scan::All, policy);
    let closed = if escaped {
        json::byte(record, read.end) == b'\\' && json::byte(record, read.end + 1) == b'"'
    } else {
        json::byte(record, read.end) == b'"'
    };
    if closed {
        return Some(Place { value: Span { start, end: read.end }, plain: true, clean: !read.found, same: false });
    }
    string(record, start, escaped)
}

/// A string of any form.
#[inline(never)]
fn string(record: &[u8], start: usize, escaped: bool) -> Option<Place> {
    let text = if escaped { json::string::<true>(record, start) } else { json::string::<false>(record, start) }.ok()?;
    Some(Place { value: text.span, plain: text.plain, clean: false, same: false })
}

/// The number at `start`. Nearly all have fewer than eight digits and nothing else.
#[inline(always)]
fn number(record: &[u8], start: usize) -> Option<Place> {
    let lane = lanes::load(record, start);
    let digits = lanes::leading_digits(lane);
    // What stands behind it is the next step's.
    let zero = lane as u8 == b'0' && digits != 1;
    if digits == 0 || digits == 8 || zero || !ends_number((lane >> (8 * digits)) as u8) {
        return other(record, start, false, &mut Nesting::default(), Kind::Number);
    }
    Some(Place { value: Span { start, end: start + digits }, plain: true, clean: true, same: false })
}

/// Whether a number ends in front of this byte, rather than going on.
fn ends_number(byte: u8) -> bool {
    matches!(byte, b',' | b'}' | b' ')
}

/// A value of this kind.
#[inline(never)]
fn other(record: &[u8], start: usize, escaped: bool, nesting: &mut Nesting, kind: Kind) -> Option<Place> {
    // Bodies are allowed less than the whole depth here, since some of it may be above.
    let value = if escaped {
        json::value::<true>(record, start, MAX_DEPTH / 2, nesting)
    } else {
        json::value::<false>(record, start, usize::MAX, nesting)
    };
    let value = value.ok().filter(|value| value.kind == kind)?;
    Some(Place { value: value.span, plain: true, clean: false, same: false })
}
