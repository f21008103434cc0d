//! The record as it leaves, member by member: the indexed fields, what enrichment adds, the audit, the route.

use crate::Function;
use crate::audit::{self, Failure, PODSIEVE};
use crate::enrich::{self, KUBERNETES, Origin};
use crate::json::{Kind, Span};
use crate::key::Role;
use crate::policy::{Policy, Severity};
use crate::record::{Buffers, Field, Name, Record, Roles};
use crate::route::{self, ARCHIVE_TAG};
use crate::write::Writer;

/// What the jobs left to write.
pub(crate) struct Output<'a> {
    pub(crate) writer: &'a mut Writer,
    pub(crate) record: &'a mut Record,
    pub(crate) buffers: Buffers<'a>,
    pub(crate) origin: &'a Origin,
    pub(crate) policy: &'static Policy,
    pub(crate) enriches: bool,
    pub(crate) routes: bool,
}

/// What is found out while the fields are written.
#[derive(Default)]
pub(crate) struct Fields {
    /// Where the service's name stands in the output.
    pub(crate) service: Span,
    /// The `kubernetes` object is still to be written.
    kubernetes: bool,
}

impl Fields {
    pub(crate) fn new(enriches: bool, policy: &Policy) -> Fields {
        #[cfg(feature = "custom")]
        let enriches = enriches && policy.convention().is_none();
        let _ = policy;
        Fields { service: Span::default(), kubernetes: enriches }
    }
}

impl<'a> Output<'a> {
    /// For a record that lies in `input` alone.
    pub(crate) fn new(
        function: Function,
        input: &'a [u8],
        writer: &'a mut Writer,
        record: &'a mut Record,
        origin: &'a Origin,
        policy: &'static Policy,
    ) -> Output<'a> {
        let buffers = Buffers { input, scratch: &[] };
        let (enriches, routes) = (function.does(Function::Enrich), function.does(Function::Route));
        Output { writer, record, buffers, origin, policy, enriches, routes }
    }

    /// Writes the record.
    pub(crate) fn write(mut self, failure: Option<Failure>) {
        let roles = self.record.roles();
        let mut fields = Fields::new(self.enriches, self.policy);
        for n in 0..self.record.fields.len() {
            if let Some(field) = self.record.fields.get(n).copied()
                && field.live
            {
                let written = self.one(&field, &mut fields);
                if roles.service() == Some(n) {
                    fields.service = written;
                }
            }
        }
        let (severity, _) = self.severity(&roles);
        self.rest(&roles, severity, fields, failure);
    }

    /// How bad the record says it is, if that is asked for, and whether one of its fields does.
    pub(crate) fn severity(&self, roles: &Roles) -> (Option<Severity>, bool) {
        if !self.enriches && !self.routes {
            return (None, true);
        }
        enrich::severity(self.record, roles, &self.buffers, self.policy)
    }

    /// Writes what comes behind the fields: what enrichment adds, the audit, the route. Returns the audit's place.
    pub(crate) fn rest(
        &mut self,
        roles: &Roles,
        severity: Option<Severity>,
        fields: Fields,
        failure: Option<Failure>,
    ) -> usize {
        let mut service = fields.service;
        let Output { buffers, policy, origin, enriches, routes, .. } = *self;
        if fields.kubernetes {
            self.kubernetes(None);
        }
        if enriches && let Some(added) = enrich::write(self.record, roles, origin, severity, self.writer, &buffers) {
            service = added;
        }
        self.forget_removal();
        let audit = self.writer.out.len();
        if self.writer.redact {
            let before = self.record.field(roles.reserved[usize::from(PODSIEVE)]);
            let before = before.filter(|field| field.kind == Kind::Object);
            if audit::is_due(self.writer, before.is_some(), failure) {
                self.writer.put_byte(b',');
                #[cfg(feature = "trace")]
                self.writer.trace.field(b"podsieve", None);
                let before = before.map(|field| (buffers.of(field.buffer), field.value));
                audit::write(self.writer, before, failure, policy);
            }
        }
        #[cfg(feature = "custom")]
        let routes = match policy.custom.and_then(|custom| custom.routes.as_ref()) {
            Some(own) if routes => {
                if !self.writer.redact && policy.is_fickle() {
                    // What was redacted an earlier call has counted.
                    let before = self.record.field(roles.reserved[usize::from(PODSIEVE)]);
                    if let Some(field) = before.filter(|field| field.kind == Kind::Object) {
                        audit::add(self.writer, (buffers.of(field.buffer), field.value), policy);
                    }
                }
                route::write_own(own, severity, self.writer);
                false
            }
            _ => routes,
        };
        if routes && let Some(tag) = route::route(self.record, roles, severity, policy) {
            #[cfg(feature = "trace")]
            self.writer.trace.routed(policy.routes.iter().position(|route| route.tag == tag).unwrap_or_default());
            self.writer.put_byte(b',');
            route::write(tag, service, self.writer);
        }
        // In front of every member stands a comma; the first one becomes the brace.
        if self.writer.out.len() == 0 {
            self.writer.put_byte(b'{');
        }
        self.writer.out.set_first(b'{');
        self.writer.put_byte(b'}');
        audit
    }

    /// Writes a field, unless its name is reserved, and returns where its value stands in the output.
    #[inline(never)]
    pub(crate) fn one(&mut self, field: &Field, fields: &mut Fields) -> Span {
        if let Role::Reserved(name) = field.class.role {
            let object = field.kind == Kind::Object;
            if name == PODSIEVE && self.writer.redact {
                if !object {
                    // Only the audit has this name.
                    self.write_field(&Field { name: Name { conflicts: 1, ..field.name }, ..*field });
                }
                return Span::default();
            }
            if name == ARCHIVE_TAG && self.routes {
                // What it holds is gone, but counts as redacted if it was.
                let length = self.writer.out.len();
                self.write_field(field);
                self.writer.out.truncate(length);
                return Span::default();
            }
            if name == KUBERNETES && fields.kubernetes {
                fields.kubernetes = false;
                if object && !self.is_secret(b"kubernetes") {
                    self.kubernetes(Some((self.buffers.of(field.buffer), field.value)));
                    return Span::default();
                }
            }
        }
        self.write_field(field)
    }

    /// Whether a field with nothing to redact is written as it came.
    pub(crate) fn is_copied(&self, field: &Field) -> bool {
        match field.class.role {
            Role::Reserved(name) => name == KUBERNETES && !self.enriches,
            _ => true,
        }
    }

    fn kubernetes(&mut self, present: Option<(&[u8], Span)>) {
        if present.is_some() || self.origin.is_known() {
            #[cfg(feature = "trace")]
            self.writer.trace.field(b"kubernetes", None);
            self.writer.put(b",\"kubernetes\":");
            self.origin.kubernetes(self.writer, present);
            self.forget_removal();
        }
    }

    /// What enrichment added stays, empty if a rule had it go: no field of the record goes for it.
    fn forget_removal(&mut self) {
        #[cfg(feature = "custom")]
        self.writer.end_field(self.writer.out.len());
    }

    /// Whether a path of the policy says so of the field of this name.
    #[cfg(feature = "custom")]
    fn is_secret(&mut self, name: &[u8]) -> bool {
        let secret = self.writer.redact && self.writer.at_field(name).is_some();
        self.writer.end_field(self.writer.out.len());
        secret
    }

    #[cfg(not(feature = "custom"))]
    #[inline(always)]
    fn is_secret(&mut self, _: &[u8]) -> bool {
        false
    }

    #[cfg(feature = "custom")]
    fn write_field(&mut self, field: &Field) -> Span {
        #[cfg(feature = "trace")]
        if self.writer.trace.is_on() {
            let mut name = alloc::vec::Vec::new();
            field.full_name(self.buffers.of(field.buffer), self.policy, &mut name);
            self.writer.trace.field(&name, None);
        }
        if !self.writer.redact || !self.policy.custom.is_some_and(|custom| custom.is_slow()) {
            return self.write_known(field);
        }
        let start = self.writer.out.len();
        let mut name = alloc::vec::Vec::new();
        field.full_name(self.buffers.of(field.buffer), self.policy, &mut name);
        let mut field = *field;
        field.class.secret = self.writer.at_field(&name).or(field.class.secret);
        let written = self.write_known(&field);
        let gone = self.writer.end_field(start);
        if gone { Span::default() } else { written }
    }

    #[cfg(not(feature = "custom"))]
    #[inline(always)]
    fn write_field(&mut self, field: &Field) -> Span {
        self.write_known(field)
    }

    #[inline(always)]
    fn write_known(&mut self, field: &Field) -> Span {
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
            return self.writer.value(false, bytes, field.kind, field.value, true, &field.class);
        }
        self.writer.put(b",\"");
        for _ in 0..field.name.conflicts {
            self.writer.put(self.policy.conflict_prefix.as_bytes());
        }
        self.writer.put(field.name.text.as_bytes());
        if field.name.key {
            self.writer.key(field.escaped, bytes, field.key, field.key_plain, &field.class);
        }
        self.writer.put(b"\":");
        self.writer.value(field.escaped, bytes, field.kind, field.value, field.value_plain, &field.class)
    }
}
