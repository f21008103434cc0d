//! The record as it leaves, member by member: the indexed fields, what enrichment adds, the audit, the route.

use crate::audit::{self, Failure, PODSIEVE};
use crate::enrich::{KUBERNETES, Origin};
use crate::json::{Kind, Span};
use crate::key::Role;
use crate::policy::Policy;
use crate::record::{Buffers, Field, Name, Record, Roles};
use crate::route::{self, ARCHIVE_TAG};
use crate::write::Writer;

/// What the jobs left to write.
pub(crate) struct Output<'a> {
    pub(crate) writer: &'a mut Writer,
    pub(crate) record: &'a Record,
    pub(crate) buffers: Buffers<'a>,
    pub(crate) roles: Roles,
    pub(crate) origin: &'a Origin,
    pub(crate) policy: &'static Policy,
    /// Where the fields begin that enrichment added, if it did.
    pub(crate) enriched: Option<usize>,
    pub(crate) routes: bool,
    pub(crate) failure: Option<Failure>,
}

impl Output<'_> {
    /// Writes the record.
    pub(crate) fn write(mut self) {
        // In front of every member stands a comma; the first one becomes the brace.
        let service = self.roles.service.iter().flatten().next().copied();
        let service = self.fields(service);
        if self.writer.redact {
            let before = self
                .record
                .field(self.roles.reserved[usize::from(PODSIEVE)])
                .filter(|field| field.kind == Kind::Object);
            if audit::is_due(self.writer, before.is_some(), self.failure) {
                self.writer.put_byte(b',');
                let before = before.map(|field| (self.buffers.of(field.buffer), field.value));
                audit::write(self.writer, before, self.failure, self.policy);
            }
        }
        if self.routes
            && let Some(tag) = route::route(self.record, &self.roles, &self.buffers, self.policy)
        {
            self.writer.put_byte(b',');
            route::write(tag, service, self.writer);
        }
        if self.writer.out.len() == 0 {
            self.writer.put_byte(b'{');
        }
        self.writer.out.set_first(b'{');
        self.writer.put_byte(b'}');
    }

    /// Writes the fields and returns where the value of the one at `watched` stands in the output.
    fn fields(&mut self, watched: Option<u16>) -> Span {
        let mut place = Span::default();
        let mut kubernetes = self.enriched.is_some();
        for (n, field) in self.record.fields.iter().enumerate() {
            if self.enriched == Some(n) && kubernetes {
                kubernetes = false;
                self.kubernetes(None);
            }
            if !field.live {
                continue;
            }
            if let Role::Reserved(name) = field.class.role {
                let object = field.kind == Kind::Object;
                if name == PODSIEVE && self.writer.redact {
                    if !object {
                        // Only the audit has this name.
                        self.write_field(&Field { name: Name { conflicts: 1, ..field.name }, ..*field });
                    }
                    continue;
                }
                if name == ARCHIVE_TAG && self.routes {
                    // What it holds is gone, but counts as redacted if it was.
                    let length = self.writer.out.len();
                    self.write_field(field);
                    self.writer.out.truncate(length);
                    continue;
                }
                if name == KUBERNETES && kubernetes {
                    kubernetes = false;
                    if object {
                        self.kubernetes(Some((self.buffers.of(field.buffer), field.value)));
                        continue;
                    }
                }
            }
            let written = self.write_field(field);
            if watched.is_some_and(|watched| usize::from(watched) == n) {
                place = written;
            }
        }
        if kubernetes {
            self.kubernetes(None);
        }
        place
    }

    fn kubernetes(&mut self, present: Option<(&[u8], Span)>) {
        if present.is_some() || self.origin.is_known() {
            self.writer.put(b",\"kubernetes\":");
            self.origin.kubernetes(self.writer, present);
        }
    }

    #[inline(always)]
    fn write_field(&mut self, field: &Field) -> Span {
        if field.escaped { self.field::<true>(field) } else { self.field::<false>(field) }
    }

    #[inline(always)]
    fn field<const ESC: bool>(&mut self, field: &Field) -> Span {
        let bytes = self.buffers.of(field.buffer);
        let simple = field.name == Name::KEY && field.key_plain && (field.class.clean || !self.writer.redact);
        if simple && field.kind == Kind::String && field.value_plain && field.class.secret.is_none() {
            // Nearly all fields are such.
            self.writer.put(b",\"");
            self.writer.put(field.key.of(bytes));
            self.writer.put(b"\":\"");
            let start = self.writer.out.len();
            self.writer.plain(bytes, field.value, field.class.identifier);
            let end = self.writer.out.len();
            self.writer.put_byte(b'"');
            return Span { start, end };
        }
        if field.kind == Kind::Members {
            self.writer.put_byte(b',');
            return self.writer.value::<false>(bytes, field.kind, field.value, true, &field.class);
        }
        self.writer.put(b",\"");
        for _ in 0..field.name.conflicts {
            self.writer.put(self.policy.conflict_prefix.as_bytes());
        }
        self.writer.put(field.name.text.as_bytes());
        if field.name.key {
            self.writer.key::<ESC>(bytes, field.key, field.key_plain, &field.class);
        }
        self.writer.put(b"\":");
        self.writer.value::<ESC>(bytes, field.kind, field.value, field.value_plain, &field.class)
    }
}
