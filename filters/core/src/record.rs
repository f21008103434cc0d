//! The index of a record: where the members at its top lie, and what becomes of them. No tree: nested values are
//! ranges of bytes that the writer walks once.

use crate::bytes::Bytes;
use crate::json::{self, Kind, Nesting, Span, Stop};
use crate::key::{self, Class, Keys, Role};
use crate::layout::MAX_VALUES;
use crate::policy::Policy;
use crate::text;
use alloc::vec::Vec;
use core::ops::Range;

/// Members of one record that the index holds. What is more stays in the record behind them, redacted as they are,
/// but is not read by enrichment and routes.
const MAX_FIELDS: usize = 8192;

/// Members that a body may have to be lifted.
const MAX_LIFTED: usize = 512;

/// Containers inside each other in a body that is lifted, its own object not counted. Fluent Bit reads no msgpack with
/// more than 32 (older versions) or 64 levels and loses the record, and its neighbours, at more: what is deeper stays text.
pub(crate) const MAX_DEPTH: usize = 24;

/// Which buffer a field lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Buffer {
    /// The record as it came.
    Input,
    /// Bodies that had to be unescaped before they could be read.
    Scratch,
}

/// The buffers that fields lie in.
#[derive(Clone, Copy)]
pub(crate) struct Buffers<'a> {
    pub(crate) input: &'a [u8],
    pub(crate) scratch: &'a [u8],
}

impl<'a> Buffers<'a> {
    #[inline(always)]
    pub(crate) fn of(&self, buffer: Buffer) -> &'a [u8] {
        match buffer {
            Buffer::Input => self.input,
            Buffer::Scratch => self.scratch,
        }
    }
}

/// A member at the top of the record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) key: Span,
    pub(crate) value: Span,
    /// Of the key, for the search for conflicts.
    pub(crate) hash: u32,
    pub(crate) name: Name,
    pub(crate) class: Class,
    pub(crate) kind: Kind,
    pub(crate) buffer: Buffer,
    /// Lies one level of string escapes deep in its buffer: it was lifted out of a string without copying it.
    pub(crate) escaped: bool,
    /// Comes from the body.
    pub(crate) lifted: bool,
    pub(crate) live: bool,
    pub(crate) key_plain: bool,
    pub(crate) value_plain: bool,
}

/// Where a value begins: a string behind its quote.
#[derive(Clone, Copy)]
struct Open {
    at: usize,
    quoted: bool,
}

/// How a field is called when it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// Stands in front of the key, or in its place.
    pub(crate) text: &'static str,
    /// Whether the key follows.
    pub(crate) key: bool,
    /// How many times the policy's conflict prefix stands in front of all.
    pub(crate) conflicts: u8,
}

impl Name {
    /// The key itself.
    pub(crate) const KEY: Name = Name::prefixed("");

    pub(crate) const fn prefixed(text: &'static str) -> Name {
        Name { text, key: true, conflicts: 0 }
    }

    pub(crate) const fn instead(text: &'static str) -> Name {
        Name { text, key: false, conflicts: 0 }
    }
}

impl Field {
    /// A field with an empty string for a value.
    #[inline(always)]
    fn new(key: Span, key_plain: bool, buffer: Buffer, escaped: bool, (class, hash): (Class, u32)) -> Field {
        Field {
            key,
            value: Span::default(),
            hash,
            name: Name::KEY,
            class,
            kind: Kind::String,
            buffer,
            escaped,
            lifted: false,
            live: true,
            key_plain,
            value_plain: true,
        }
    }

    /// A plain string that lies in `buffer`, called `name`.
    pub(crate) fn text(name: &'static str, value: Span, buffer: Buffer, keys: &mut Keys, policy: &Policy) -> Field {
        let class = keys.class_and_hash(name.as_bytes(), 0, name.len(), policy);
        Field { name: Name::instead(name), value, ..Field::new(Span::default(), true, buffer, false, class) }
    }

    /// Classifies the field anew, by the name that it leaves with; `bytes` is its buffer.
    pub(crate) fn classify(&mut self, bytes: &[u8], policy: &Policy) {
        let mut name = Vec::new();
        self.full_name(bytes, policy, &mut name);
        self.class = key::classify(&name, policy);
        self.hash = key::name_hash(&name);
    }

    /// Moves the field to where its value is in another record that is the same in front of it.
    pub(crate) fn moved(&mut self, value: Span, plain: bool) {
        self.key.start = value.start - (self.value.start - self.key.start);
        self.key.end = value.start - (self.value.start - self.key.end);
        (self.value, self.value_plain) = (value, plain);
    }

    /// Writes the name that the field leaves with, as it is meant, into `name`.
    pub(crate) fn full_name(&self, bytes: &[u8], policy: &Policy, name: &mut Vec<u8>) {
        name.clear();
        for _ in 0..self.name.conflicts {
            name.extend_from_slice(policy.conflict_prefix.as_bytes());
        }
        name.extend_from_slice(self.name.text.as_bytes());
        if self.name.key && self.key_plain {
            name.extend_from_slice(self.key.of(bytes));
        } else if self.name.key {
            let mut meaning = Bytes::new();
            text::decode(bytes, self.key, self.escaped, &mut meaning);
            name.extend_from_slice(meaning.as_slice());
        }
    }

    /// Whether the field has nothing to say: `null` or an empty string.
    pub(crate) fn is_empty(&self) -> bool {
        self.kind == Kind::Null || (self.kind == Kind::String && self.value.len() == 0)
    }
}

/// Which fields have which role, as indexes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Roles {
    /// By rank.
    pub(crate) severity: [Option<u16>; MAX_RANKS],
    /// By rank.
    pub(crate) service: [Option<u16>; MAX_RANKS],
    pub(crate) body: Option<u16>,
    /// By place in the policy's list.
    pub(crate) reserved: [Option<u16>; MAX_RANKS],
    /// By place among the names of the routes' conditions.
    pub(crate) routed: [Option<u16>; MAX_RANKS],
}

impl Roles {
    /// The field that holds the service's name.
    pub(crate) fn service(&self) -> Option<usize> {
        self.service.iter().flatten().next().map(|n| usize::from(*n))
    }
}

/// How many names a policy may list for one purpose.
pub(crate) const MAX_RANKS: usize = 16;

/// The index.
pub(crate) struct Record {
    pub(crate) fields: Vec<Field>,
    /// The fields of the body, if it was lifted while it was indexed.
    pub(crate) body: Option<Range<usize>>,
    /// Every member was found at the same bytes at which it stands in the record: nothing was cut, split or unescaped.
    /// Such a record may teach a [`crate::layout`].
    pub(crate) regular: bool,
    nesting: Nesting,
}

impl Record {
    pub(crate) fn new() -> Record {
        Record { fields: Vec::new(), body: None, regular: false, nesting: Nesting::default() }
    }

    /// Indexes the object that is the whole of `input`. With `lift`, and if the value of the first of the policy's body
    /// keys is an object in a string, its members take its place, read in one go.
    pub(crate) fn index(&mut self, input: &[u8], lift: bool, keys: &mut Keys, policy: &Policy) -> Result<(), Stop> {
        self.fields.clear();
        self.body = None;
        self.regular = true;
        let start = json::skip_space::<false>(input, 0);
        if json::byte(input, start) != b'{' {
            return Err(Stop::Invalid);
        }
        let mut at = start + 1;
        let mut more = json::byte(input, json::skip_space::<false>(input, at)) != b'}';
        if !more {
            at = json::skip_space::<false>(input, at) + 1;
        }
        while more {
            if self.fields.len() >= MAX_FIELDS {
                at = self.rest(input, start, json::skip_space::<false>(input, at))?;
                break;
            }
            let (open, role) = self.key::<false>(input, at, Buffer::Input, false, keys, policy)?;
            let lifted = match role {
                Role::Body(0) if lift && self.body.is_none() => self.body_at(input, open, keys, policy),
                _ => None,
            };
            at = if let Some(end) = lifted { end } else { self.value::<false>(input, open, usize::MAX)? };
            (at, more) = json::next_member::<false>(input, at)?;
        }
        if json::skip_space::<false>(input, at) < input.len() {
            return Err(Stop::Invalid);
        }
        Ok(())
    }

    /// Reads a key and its colon and adds its field, without a value. Returns where the value begins and the name's role.
    #[inline(always)]
    fn key<const ESC: bool>(
        &mut self,
        bytes: &[u8],
        at: usize,
        buffer: Buffer,
        lifted: bool,
        keys: &mut Keys,
        policy: &Policy,
    ) -> Result<(Open, Role), Stop> {
        let key = json::key::<ESC>(bytes, json::skip_space::<ESC>(bytes, at))?;
        let value = json::colon::<ESC>(bytes, key.next)?;
        let class = keys.class_of(ESC, bytes, &key, policy);
        let quote = json::open_quote::<ESC>(bytes, value);
        let field = Field::new(key.span, key.plain, buffer, ESC, class);
        self.fields.push(Field { lifted, ..field });
        Ok((Open { at: quote.unwrap_or(value), quoted: quote.is_some() }, class.0.role))
    }

    /// Reads the value at `open`, gives it to the last field, and returns its end.
    #[inline(always)]
    fn value<const ESC: bool>(&mut self, bytes: &[u8], open: Open, max_depth: usize) -> Result<usize, Stop> {
        let field = self.fields.last_mut().ok_or(Stop::Invalid)?;
        if open.quoted {
            let text = json::string::<ESC>(bytes, open.at)?;
            (field.value, field.value_plain) = (text.span, text.plain);
            return Ok(text.next);
        }
        let value = json::value::<ESC>(bytes, open.at, max_depth, &mut self.nesting)?;
        (field.kind, field.value, field.value_plain) = (value.kind, value.span, value.plain);
        Ok(value.next)
    }

    /// Makes one field of the members from the one at `at` on.
    #[cold]
    fn rest(&mut self, input: &[u8], start: usize, at: usize) -> Result<usize, Stop> {
        let end = json::value::<false>(input, start, usize::MAX, &mut self.nesting)?.next;
        let members = Field::new(Span::default(), true, Buffer::Input, false, (Class::default(), 0));
        self.regular = false;
        self.fields.push(Field { kind: Kind::Members, value: Span { start: at, end: end - 1 }, ..members });
        Ok(end)
    }

    /// Lifts the members of the object in the string at `open`. Returns the offset behind the string.
    #[inline(always)]
    fn body_at(&mut self, input: &[u8], open: Open, keys: &mut Keys, policy: &Policy) -> Option<usize> {
        let start = json::skip_space::<true>(input, open.at);
        if !open.quoted || json::byte(input, start) != b'{' {
            return None;
        }
        let first = self.fields.len();
        let end = self.members::<true>(input, start, Buffer::Input, MAX_DEPTH, keys, policy);
        let end = end.map_or(0, |end| json::skip_space::<true>(input, end));
        // An empty object has nothing to lift.
        if end == 0 || json::byte(input, end) != b'"' || self.fields.len() == first {
            self.fields.truncate(first);
            return None;
        }
        self.body = Some(first..self.fields.len());
        if let Some(field) = first.checked_sub(1).and_then(|body| self.fields.get_mut(body)) {
            field.live = false;
            field.value = Span { start: open.at, end };
        }
        Some(end + 1)
    }

    /// Adds the members of the object at `at` and returns its end. On an error, some of them may have been added.
    #[inline(never)]
    fn members<const ESC: bool>(
        &mut self,
        bytes: &[u8],
        at: usize,
        buffer: Buffer,
        max_depth: usize,
        keys: &mut Keys,
        policy: &Policy,
    ) -> Result<usize, Stop> {
        let mut at = at + 1;
        let limit = self.fields.len() + MAX_LIFTED;
        let first = json::skip_space::<ESC>(bytes, at);
        if json::byte(bytes, first) == b'}' {
            return Ok(first + 1);
        }
        loop {
            if self.fields.len() >= limit {
                return Err(Stop::TooMany);
            }
            let (open, _) = self.key::<ESC>(bytes, at, buffer, true, keys, policy)?;
            at = self.value::<ESC>(bytes, open, max_depth)?;
            let more;
            (at, more) = json::next_member::<ESC>(bytes, at)?;
            if !more {
                return Ok(at);
            }
        }
    }

    /// Adds the members of the object that is the whole of `bytes[span]`; on an error, none.
    #[inline(never)]
    pub(crate) fn lift<const ESC: bool>(
        &mut self,
        bytes: &[u8],
        span: Span,
        buffer: Buffer,
        keys: &mut Keys,
        policy: &Policy,
    ) -> Result<(), Stop> {
        let bytes = bytes.get(..span.end).ok_or(Stop::Invalid)?;
        let count = self.fields.len();
        let start = json::skip_space::<ESC>(bytes, span.start);
        let end = self.members::<ESC>(bytes, start, buffer, MAX_DEPTH, keys, policy);
        let whole = match end {
            Ok(end) if json::skip_space::<ESC>(bytes, end) == span.end => Ok(()),
            Ok(_) => Err(Stop::Invalid),
            Err(stop) => Err(stop),
        };
        if whole.is_err() {
            self.fields.truncate(count);
        }
        whole
    }

    /// Adds the members of the object that is the field `of`, named `name`.
    pub(crate) fn spread(
        &mut self,
        bytes: &[u8],
        of: usize,
        name: Name,
        keys: &mut Keys,
        policy: &Policy,
    ) -> Result<(), Stop> {
        let Some(&Field { value, buffer, escaped, .. }) = self.fields.get(of) else { return Ok(()) };
        let from = self.fields.len();
        if escaped {
            self.lift::<true>(bytes, value, buffer, keys, policy)?;
        } else {
            self.lift::<false>(bytes, value, buffer, keys, policy)?;
        }
        if name != Name::KEY {
            for field in self.fields.iter_mut().skip(from) {
                field.name = name;
                field.classify(bytes, policy);
            }
        }
        Ok(())
    }

    /// Puts the fields into the order in which they lie in the record, if that says anything.
    pub(crate) fn sort(&mut self) {
        // Nearly always they are in order; a log that has more is not worth the while.
        if !self.regular || self.fields.len() > MAX_VALUES {
            return;
        }
        for n in 1..self.fields.len() {
            let mut at = n;
            while let Some([a, b]) = at.checked_sub(1).and_then(|from| self.fields.get(from..=at))
                && a.value.start > b.value.start
            {
                self.fields.swap(at - 1, at);
                at -= 1;
            }
        }
    }

    pub(crate) fn live(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.live)
    }

    /// Which fields have which role.
    pub(crate) fn roles(&self) -> Roles {
        let mut roles = Roles::default();
        for (n, field) in self.fields.iter().enumerate() {
            if field.class.role == Role::None && field.class.routed.is_none() || !field.live {
                continue;
            }
            let n = u16::try_from(n).ok();
            match field.class.role {
                Role::Severity(rank) => set(&mut roles.severity, rank, n),
                Role::Service(rank) => set(&mut roles.service, rank, n),
                Role::Body(_) => roles.body = roles.body.or(n),
                Role::Reserved(place) => set(&mut roles.reserved, place, n),
                _ => {}
            }
            if let Some(place) = field.class.routed {
                set(&mut roles.routed, place, n);
            }
        }
        roles
    }

    /// A field by its index.
    pub(crate) fn field(&self, n: Option<u16>) -> Option<&Field> {
        self.fields.get(usize::from(n?))
    }
}

fn set(ranks: &mut [Option<u16>; MAX_RANKS], rank: u8, n: Option<u16>) {
    if let Some(place) = ranks.get_mut(usize::from(rank)) {
        *place = place.or(n);
    }
}
