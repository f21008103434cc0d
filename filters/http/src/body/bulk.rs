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
    /// A document, while its action is written anew.
    made: Vec<u8>,
}

/// The last action of all bodies, which most are like.
#[derive(Default)]
pub(crate) struct LastAction {
    line: Vec<u8>,
    operation: Operation,
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
        if sieve.last_action.line != line {
            let Some(operation) = operation(line) else { return sieve.object(&context.tag, line, out) };
            sieve.last_action = LastAction { line: line.to_vec(), operation };
        }
        let operation = sieve.last_action.operation;
        if operation == Operation::Delete {
            out.extend_from_slice(line);
            return Some(true);
        }
        self.action.extend_from_slice(line);
        self.operation = operation;
        Some(false)
    }

    fn document(&mut self, line: &[u8], context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> Option<bool> {
        let kept = self.operation == Operation::Update;
        // The document is in it, and what else there is must stay what it is.
        if kept {
            members(line)?;
        }
        self.complete(context, sieve, out, |sieve, out| {
            if !kept {
                return sieve.object(&context.tag, line, out);
            }
            sieve.kept(line, out);
            Some(true)
        })
    }

    /// Takes a part of a line that is not one object.
    pub(super) fn piece(&mut self, piece: &[u8], context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> bool {
        if let Some(some) = self.object(piece, context, sieve, out) {
            return some;
        }
        if self.action.is_empty() {
            return sieve.record(&context.tag, piece, out);
        }
        let some = self.complete(context, sieve, out, |sieve, out| Some(sieve.record(&context.tag, piece, out)));
        some.unwrap_or_default()
    }

    /// Takes a line that is too long.
    pub(super) fn too_long(&mut self, context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> bool {
        if self.action.is_empty() {
            return sieve.too_large(&context.tag, out);
        }
        let some = self.complete(context, sieve, out, |sieve, out| Some(sieve.too_large(&context.tag, out)));
        some.unwrap_or_default()
    }

    /// The body ends, and no document came.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.action);
    }

    /// Writes the action, and what `made` makes of its document behind it. Whether there is something left of it: if not,
    /// the action goes too. Nothing, and nothing written, if it is no document: then the action still awaits one.
    fn complete(
        &mut self,
        context: &Context,
        sieve: &mut Sieve,
        out: &mut Vec<u8>,
        made: impl FnOnce(&mut Sieve, &mut Vec<u8>) -> Option<bool>,
    ) -> Option<bool> {
        let from = out.len();
        out.extend_from_slice(&self.action);
        out.push(b'\n');
        let document = out.len();
        let some = made(sieve, out);
        match &context.destinations.index {
            _ if some != Some(true) => out.truncate(from),
            Some(index) if !sieve.route().is_empty() && self.operation == Operation::Index => {
                // The record said where it goes.
                self.made.clear();
                self.made.extend_from_slice(out.get(document..).unwrap_or_default());
                out.truncate(from);
                moved(&self.action, |out| index.write(sieve.route(), out), out);
                out.push(b'\n');
                out.extend_from_slice(&self.made);
            }
            _ => {}
        }
        if some.is_some() {
            self.action.clear();
        }
        some
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
