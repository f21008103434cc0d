//! Bulk requests of Elasticsearch and OpenSearch: an action a line, and a document behind each but `delete`. An action
//! stays as it is, but for the index if the document's route says where it goes.

use alloc::vec::Vec;

use super::Context;
use crate::json::{Member, members, trim};
use crate::sieve::Sieve;

/// What is known of the line in front.
#[derive(Default)]
pub(super) struct Bulk {
    /// The action whose document comes next; empty if an action does.
    action: Vec<u8>,
    operation: Operation,
    /// The last action, which most are like.
    last: (Vec<u8>, Operation),
    made: Vec<u8>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Operation {
    #[default]
    Index,
    Update,
    Delete,
}

/// What an action may say; anything else is no action.
const METADATA: &[&[u8]] = &[
    b"_id",
    b"_index",
    b"_type",
    b"_version",
    b"_version_type",
    b"dynamic_templates",
    b"if_primary_term",
    b"if_seq_no",
    b"list_executed_pipelines",
    b"pipeline",
    b"require_alias",
    b"require_data_stream",
    b"retry_on_conflict",
    b"routing",
    b"version",
    b"version_type",
];

impl Bulk {
    /// Whether no document is awaited.
    pub(super) fn is_settled(&self) -> bool {
        self.action.is_empty()
    }

    /// Takes a line that should be one object. Whether something was written that ends with the line; nothing if it is no
    /// object.
    pub(super) fn object(
        &mut self,
        line: &[u8],
        context: &Context,
        sieve: &mut Sieve,
        out: &mut Vec<u8>,
    ) -> Option<bool> {
        if !self.action.is_empty() {
            return self.document(line, context, sieve, out);
        }
        let line = trim(line);
        let operation = if self.last.0 == line { Some(self.last.1) } else { operation(line) };
        let Some(operation) = operation else { return sieve.object(&context.tag, line, out) };
        if self.last.0 != line {
            self.last.0.clear();
            self.last.0.extend_from_slice(line);
            self.last.1 = operation;
        }
        if operation == Operation::Delete {
            out.extend_from_slice(line);
            return Some(true);
        }
        self.action.extend_from_slice(line);
        self.operation = operation;
        Some(false)
    }

    fn document(&mut self, line: &[u8], context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> Option<bool> {
        self.made.clear();
        let some = if self.operation == Operation::Update {
            // The document is in it, and what else there is must stay what it is.
            members(line)?;
            sieve.kept(line, &mut self.made);
            true
        } else {
            sieve.object(&context.tag, line, &mut self.made)?
        };
        self.complete(some, context, sieve, out);
        Some(some)
    }

    /// Takes a part of a line that is not one object.
    pub(super) fn piece(&mut self, piece: &[u8], context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> bool {
        if let Some(some) = self.object(piece, context, sieve, out) {
            return some;
        }
        if self.action.is_empty() {
            return sieve.record(&context.tag, piece, out);
        }
        self.made.clear();
        let some = sieve.record(&context.tag, piece, &mut self.made);
        self.complete(some, context, sieve, out);
        some
    }

    /// Takes a line that is too long.
    pub(super) fn too_long(&mut self, context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> bool {
        if self.action.is_empty() {
            return sieve.too_large(&context.tag, out);
        }
        self.made.clear();
        let some = sieve.too_large(&context.tag, &mut self.made);
        self.complete(some, context, sieve, out);
        some
    }

    /// The body ends, and no document came.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.action);
    }

    /// Writes the action and what became of its document, if there is something left of it.
    fn complete(&mut self, some: bool, context: &Context, sieve: &Sieve, out: &mut Vec<u8>) {
        if some {
            match &context.destinations.index {
                Some(index) if !sieve.route().is_empty() && self.operation == Operation::Index => {
                    moved(&self.action, |out| index.write(sieve.route(), out), out);
                }
                _ => out.extend_from_slice(&self.action),
            }
            out.push(b'\n');
            out.extend_from_slice(&self.made);
        }
        self.action.clear();
    }
}

/// What the action of this line does; nothing if it is none.
fn operation(line: &[u8]) -> Option<Operation> {
    let [action] = members(line)?[..] else { return None };
    let operation = match action.key {
        b"index" | b"create" => Operation::Index,
        b"update" => Operation::Update,
        b"delete" => Operation::Delete,
        _ => return None,
    };
    members(action.value)?.iter().all(|member| METADATA.contains(&member.key)).then_some(operation)
}

/// Writes an action with another index.
fn moved(action: &[u8], index: impl Fn(&mut Vec<u8>), out: &mut Vec<u8>) {
    let found = members(action).unwrap_or_default();
    let [Member { key, value }] = found[..] else { return out.extend_from_slice(action) };
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(key);
    out.extend_from_slice(b"\":{\"_index\":\"");
    index(out);
    out.push(b'"');
    for member in members(value).unwrap_or_default().iter().filter(|member| member.key != b"_index") {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(member.key);
        out.extend_from_slice(b"\":");
        out.extend_from_slice(member.value);
    }
    out.extend_from_slice(b"}}");
}
