//! The index of a record: where the members at its top lie, and what becomes of them. No tree: nested values are
//! ranges of bytes that the writer walks once.

use crate::json::{self, Kind, Member, Nesting, Span, Stop};
use crate::key::{self, Class, Keys, Role};
use crate::policy::Policy;
use alloc::vec::Vec;

/// Members of one record that the index holds. What is more stays in the record behind them, redacted as they are,
/// but is neither lifted, nor read by enrichment and routes.
pub(crate) const MAX_FIELDS: usize = 512;

/// Which buffer a field lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Buffer {
    /// The record as it came.
    Input,
    /// Bodies that had to be unescaped before they could be read.
    Scratch,
    /// The tag.
    Tag,
    /// A text of the program's own.
    Static(&'static str),
}

/// A member at the top of the record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) buffer: Buffer,
    /// Lies one level of string escapes deep in its buffer: it was lifted out of a string without copying it.
    pub(crate) escaped: bool,
    /// Comes from the body.
    pub(crate) lifted: bool,
    pub(crate) live: bool,
    pub(crate) kind: Kind,
    pub(crate) key: Span,
    pub(crate) key_plain: bool,
    pub(crate) value: Span,
    pub(crate) value_plain: bool,
    pub(crate) name: Name,
    pub(crate) class: Class,
    /// Of the key, for the search for conflicts.
    pub(crate) hash: u32,
    /// Where the value's content stands in the output.
    pub(crate) written: Span,
}

/// How a field is called when it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// Stands in front of the key.
    pub(crate) prefix: &'static str,
    /// Stands in place of the key, unless empty.
    pub(crate) instead: &'static str,
    /// How many times the policy's conflict prefix stands in front of all.
    pub(crate) conflicts: u8,
}

impl Name {
    /// The key itself.
    pub(crate) const KEY: Name = Name { prefix: "", instead: "", conflicts: 0 };

    pub(crate) const fn prefixed(prefix: &'static str) -> Name {
        Name { prefix, ..Name::KEY }
    }

    pub(crate) const fn instead(name: &'static str) -> Name {
        Name { instead: name, ..Name::KEY }
    }
}

/// The buffers that fields lie in.
#[derive(Clone, Copy)]
pub(crate) struct Buffers<'a> {
    pub(crate) input: &'a [u8],
    pub(crate) scratch: &'a [u8],
    pub(crate) tag: &'a [u8],
}

impl<'a> Buffers<'a> {
    pub(crate) fn of(&self, buffer: Buffer) -> &'a [u8] {
        match buffer {
            Buffer::Input => self.input,
            Buffer::Scratch => self.scratch,
            Buffer::Tag => self.tag,
            Buffer::Static(text) => text.as_bytes(),
        }
    }
}

/// The index.
pub(crate) struct Record {
    pub(crate) fields: Vec<Field>,
    pub(crate) nesting: Nesting,
}

impl Record {
    pub(crate) fn new() -> Record {
        Record { fields: Vec::new(), nesting: Nesting::default() }
    }

    /// Indexes the object that is the whole of `input`.
    pub(crate) fn index(&mut self, input: &[u8], keys: &mut Keys, policy: &Policy) -> Result<(), Stop> {
        self.fields.clear();
        let start = json::skip_space::<false>(input, 0);
        if json::byte(input, start) != b'{' {
            return Err(Stop::Invalid);
        }
        let Record { fields, nesting } = self;
        let mut rest = None;
        let end = json::members::<false>(input, start + 1, usize::MAX, nesting, |member| {
            if fields.len() == MAX_FIELDS {
                let key = member.key.span.start;
                rest = Some(key - usize::from(input.get(key - 1) == Some(&b'"')));
                return Err(Stop::TooMany);
            }
            fields.push(field(input, &member, Buffer::Input, false, keys, policy));
            Ok(())
        });
        let end = match (end, rest) {
            (Err(Stop::TooMany), Some(rest)) => {
                let end = json::value::<false>(input, start, usize::MAX, nesting)?.next;
                let mut members = field_of(Kind::Members, Span { start: rest, end: end - 1 });
                members.key_plain = true;
                fields.push(members);
                end
            }
            (end, _) => end?,
        };
        if json::skip_space::<false>(input, end) < input.len() {
            return Err(Stop::Invalid);
        }
        Ok(())
    }

    /// Adds the members of the object that is the whole of `bytes[span]`; on an error, none.
    pub(crate) fn lift<const ESC: bool>(
        &mut self,
        bytes: &[u8],
        span: Span,
        buffer: Buffer,
        max_depth: usize,
        keys: &mut Keys,
        policy: &Policy,
    ) -> Result<(), Stop> {
        let bytes = bytes.get(..span.end).ok_or(Stop::Invalid)?;
        let Record { fields, nesting } = self;
        let count = fields.len();
        let start = json::skip_space::<ESC>(bytes, span.start);
        let end = json::members::<ESC>(bytes, start + 1, max_depth, nesting, |member| {
            if fields.len() == MAX_FIELDS {
                return Err(Stop::TooMany);
            }
            let mut field = field(bytes, &member, buffer, ESC, keys, policy);
            field.lifted = true;
            fields.push(field);
            Ok(())
        });
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
            self.lift::<true>(bytes, value, buffer, usize::MAX, keys, policy)?;
        } else {
            self.lift::<false>(bytes, value, buffer, usize::MAX, keys, policy)?;
        }
        if name != Name::KEY {
            for field in self.fields.iter_mut().skip(from) {
                field.name = name;
                field.classify(bytes, policy);
            }
        }
        Ok(())
    }

    pub(crate) fn live(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.live)
    }

    /// The live field whose role `rank` ranks lowest.
    pub(crate) fn best(&self, rank: impl Fn(&Field) -> Option<u8>) -> Option<&Field> {
        self.live()
            .filter_map(|field| Some((rank(field)?, field)))
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, field)| field)
    }
}

fn field_of(kind: Kind, value: Span) -> Field {
    Field {
        buffer: Buffer::Input,
        escaped: false,
        lifted: false,
        live: true,
        kind,
        key: Span::default(),
        key_plain: true,
        value,
        value_plain: true,
        name: Name::KEY,
        class: Class::default(),
        hash: 0,
        written: Span::default(),
    }
}

#[inline(always)]
fn field(bytes: &[u8], member: &Member, buffer: Buffer, escaped: bool, keys: &mut Keys, policy: &Policy) -> Field {
    let key = member.key.span;
    let (class, hash) = keys.class_and_hash(bytes, key.start, key.end, policy);
    Field {
        buffer,
        escaped,
        key,
        key_plain: member.key.plain,
        value_plain: member.value.plain,
        class,
        hash,
        ..field_of(member.value.kind, member.value.span)
    }
}

impl Field {
    /// A string that lies in `buffer`, called `name`.
    pub(crate) fn text(name: &'static str, value: Span, buffer: Buffer, policy: &Policy) -> Field {
        let mut field = field_of(Kind::String, value);
        field.buffer = buffer;
        field.name = Name::instead(name);
        field.classify(&[], policy);
        field
    }

    /// A text of the program's own, called `name`.
    pub(crate) fn fixed(name: &'static str, text: &'static str, policy: &Policy) -> Field {
        Field::text(name, Span { start: 0, end: text.len() }, Buffer::Static(text), policy)
    }

    /// The name in parts: conflict prefixes apart.
    pub(crate) fn stem<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        if self.name.instead.is_empty() { self.key.of(bytes) } else { self.name.instead.as_bytes() }
    }

    /// Classifies the field anew, by the name that it leaves with; `bytes` is its buffer.
    pub(crate) fn classify(&mut self, bytes: &[u8], policy: &Policy) {
        let mut name = Vec::new();
        self.full_name(bytes, policy, &mut name);
        self.class = key::classify(&name, policy);
        self.hash = key::name_hash(&name);
    }

    /// Writes the name that the field leaves with, as it stands between quotes, into `name`.
    pub(crate) fn full_name(&self, bytes: &[u8], policy: &Policy, name: &mut Vec<u8>) {
        name.clear();
        for _ in 0..self.name.conflicts {
            name.extend_from_slice(policy.conflict_prefix.as_bytes());
        }
        name.extend_from_slice(self.name.prefix.as_bytes());
        name.extend_from_slice(self.stem(bytes));
    }

    /// Whether the field leaves as `name`.
    pub(crate) fn is_called(&self, name: &str, buffers: &Buffers) -> bool {
        let rest = name.as_bytes().strip_prefix(self.name.prefix.as_bytes());
        self.name.conflicts == 0 && rest == Some(self.stem(buffers.of(self.buffer)))
    }

    pub(crate) fn severity_rank(&self) -> Option<u8> {
        match self.class.role {
            Role::Severity(rank) => Some(rank),
            _ => None,
        }
    }

    pub(crate) fn service_rank(&self) -> Option<u8> {
        match self.class.role {
            Role::Service(rank) if self.kind == Kind::String && self.value.len() > 0 => Some(rank),
            _ => None,
        }
    }

    /// Whether the field is the one at `n` in the policy's list of reserved names.
    pub(crate) fn is_reserved(&self, n: u8) -> bool {
        self.class.role == Role::Reserved(n)
    }

    /// Whether the field has nothing to say: `null` or an empty string.
    pub(crate) fn is_empty(&self) -> bool {
        self.kind == Kind::Null || (self.kind == Kind::String && self.value.len() == 0)
    }
}
