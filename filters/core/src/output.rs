//! The record as it leaves, member by member: the indexed fields, what enrichment adds, the audit, the route.

use crate::audit::{self, Failure, PODSIEVE};
use crate::enrich::{self, KUBERNETES, Origin};
use crate::json::{Kind, Span};
use crate::key::Role;
use crate::layout::{How, Layout};
use crate::policy::{Policy, Severity};
use crate::record::{Buffers, Field, Name, Record, Roles};
use crate::route::{self, ARCHIVE_TAG};
use crate::write::Writer;

/// What the jobs left to write.
pub(crate) struct Output<'a> {
    pub(crate) writer: &'a mut Writer,
    pub(crate) record: &'a Record,
    pub(crate) buffers: Buffers<'a>,
    pub(crate) roles: &'a Roles,
    pub(crate) origin: &'a Origin,
    pub(crate) policy: &'static Policy,
    /// How bad the record says it is.
    pub(crate) severity: Option<Severity>,
    pub(crate) enriches: bool,
    pub(crate) routes: bool,
    /// What is known of the record, if it is like one before.
    pub(crate) layout: Option<&'a mut Layout>,
    pub(crate) failure: Option<Failure>,
}

/// What is found out while the fields are written.
struct Fields {
    /// The field that holds the service's name.
    service: Option<usize>,
    /// Where that stands in the output.
    place: Span,
    /// The `kubernetes` object is still to be written.
    kubernetes: bool,
}

impl Output<'_> {
    /// Writes the record.
    pub(crate) fn write(mut self) {
        // In front of every member stands a comma; the first one becomes the brace.
        let service = self.fields();
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
            && let Some(tag) = route::route(self.record, self.roles, self.severity, self.policy)
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

    /// Writes the fields, with what enrichment adds, and returns where the service's name stands in the output.
    fn fields(&mut self) -> Span {
        let service = self.roles.service.iter().flatten().next();
        let mut fields =
            Fields { service: service.map(|n| usize::from(*n)), place: Span::default(), kubernetes: self.enriches };
        if let Some(layout) = self.layout.take() {
            self.known(layout, &mut fields);
        } else {
            for (n, field) in self.record.fields.iter().enumerate().filter(|(_, field)| field.live) {
                self.one(n, field, &mut fields);
            }
        }
        if fields.kubernetes {
            self.kubernetes(None);
        }
        if self.enriches {
            let Output { record, roles, origin, severity, buffers, .. } = *self;
            let added = enrich::write(record, roles, origin, severity, self.writer, &buffers);
            fields.place = added.unwrap_or(fields.place);
        }
        fields.place
    }

    /// Writes the fields of a record that is like one before: what did not change is copied in runs.
    #[inline(always)]
    fn known(&mut self, layout: &mut Layout, fields: &mut Fields) {
        let input = self.buffers.input;
        let last = layout.output.as_slice();
        let begin = self.writer.out.len();
        // In the output before: up to where it was copied, and up to where it was looked at.
        let (mut copied, mut at) = (0, 0);
        for put in &mut layout.puts {
            let Some(place) = layout.places.get(put.place) else { return };
            let front = at + put.front;
            at = front + put.length;
            if place.same {
                if fields.service == Some(put.field) {
                    let end = self.writer.out.len() + (at - copied);
                    fields.place = Span { start: end - put.length, end };
                }
                continue;
            }
            self.writer.put(Span { start: copied, end: front }.of(last));
            copied = at;
            let start = self.writer.out.len();
            match put.how {
                How::Text | How::Number if place.clean => self.writer.put(place.value.of(input)),
                How::Text if place.plain => self.writer.scanned(input, place.value, put.identifier),
                How::Text if put.escaped => self.writer.mended::<true>(input, place.value, put.identifier),
                How::Text => self.writer.mended::<false>(input, place.value, put.identifier),
                How::Number => self.writer.number(place.value.of(input), put.identifier),
                How::Field => {
                    if let Some(field) = self.record.fields.get(put.field) {
                        self.one(put.field, field, fields);
                    }
                }
            }
            put.length = self.writer.out.len() - start;
            if fields.service == Some(put.field) && put.how != How::Field {
                fields.place = Span { start, end: start + put.length };
            }
        }
        self.writer.put(Span { start: copied, end: last.len() }.of(last));
        layout.output.clear();
        layout.output.extend_from_slice(self.writer.out.as_slice().get(begin..).unwrap_or_default());
    }

    /// Writes a field, unless its name is reserved.
    #[inline(always)]
    fn one(&mut self, n: usize, field: &Field, fields: &mut Fields) {
        if let Role::Reserved(name) = field.class.role {
            let object = field.kind == Kind::Object;
            if name == PODSIEVE && self.writer.redact {
                if !object {
                    // Only the audit has this name.
                    self.write_field(&Field { name: Name { conflicts: 1, ..field.name }, ..*field });
                }
                return;
            }
            if name == ARCHIVE_TAG && self.routes {
                // What it holds is gone, but counts as redacted if it was.
                let length = self.writer.out.len();
                self.write_field(field);
                self.writer.out.truncate(length);
                return;
            }
            if name == KUBERNETES && fields.kubernetes {
                fields.kubernetes = false;
                if object {
                    self.kubernetes(Some((self.buffers.of(field.buffer), field.value)));
                    return;
                }
            }
        }
        let written = self.write_field(field);
        if fields.service == Some(n) {
            fields.place = written;
        }
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
