//! A push of Loki: streams, each with labels and entries. A record is the text of an entry.

use alloc::vec::Vec;

use super::Context;
use crate::destination::Loki;
use crate::json::{elements, escape, members, string};
use crate::sieve::Sieve;

/// The name under which the route is told.
const ROUTE: &[u8] = b"archive_tag";

/// What is known of the stream that is being read.
#[derive(Default)]
pub(super) struct Stream {
    /// Its labels, redacted and without brackets, if they came in front of its entries.
    labels: Option<Vec<u8>>,
    /// The route that the label of the stream being written tells of.
    route: Vec<u8>,
}

impl Stream {
    /// Writes the labels of a stream that begins with them.
    pub(super) fn labels(&mut self, labels: &[u8], context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) {
        let Some(members) = members(labels) else { return sieve.value(labels, out) };
        let mut kept = Vec::new();
        for member in &members {
            if context.destinations.loki == Some(Loki::Label) && member.key == ROUTE {
                continue;
            }
            let end = kept.len();
            if end > 0 {
                kept.push(b',');
            }
            let from = kept.len();
            sieve.member(member, &mut kept);
            if kept.len() == from {
                kept.truncate(end);
            }
        }
        out.push(b'{');
        out.extend_from_slice(&kept);
        out.push(b'}');
        self.labels = Some(kept);
        self.route.clear();
    }

    /// Writes an entry, `["nanoseconds","text"]` or with an object of structured metadata behind, and in front of it what
    /// separates it from the one before. False if there is nothing left of it.
    pub(super) fn entry(
        &mut self,
        entry: &[u8],
        first: bool,
        context: &Context,
        sieve: &mut Sieve,
        out: &mut Vec<u8>,
    ) -> bool {
        let parts = elements(entry);
        let parts = parts.as_deref().unwrap_or_default();
        let ([time, text] | [time, text, _]) = parts else {
            return separated(first, out, |out| {
                sieve.kept(entry, out);
                true
            });
        };
        let mut made = Vec::new();
        let some = match string(text) {
            Some(content) => {
                made.push(b'"');
                let some = sieve.within(&context.tag, content, &mut made);
                made.push(b'"');
                some
            }
            None => {
                sieve.kept(text, &mut made);
                true
            }
        };
        if !some {
            return false;
        }
        let told = context.destinations.loki.filter(|_| !sieve.route().is_empty());
        let moved = context.destinations.loki == Some(Loki::Label) && self.moves(sieve.route(), out);
        if !first && !moved {
            out.push(b',');
        }
        out.push(b'[');
        if string(time).is_some_and(|time| time.iter().all(u8::is_ascii_digit)) {
            out.extend_from_slice(time);
        } else {
            sieve.value(time, out);
        }
        out.push(b',');
        out.extend_from_slice(&made);
        let route = (told == Some(Loki::StructuredMetadata)).then(|| sieve.route().to_vec());
        metadata(parts.get(2).copied(), route.as_deref(), sieve, out);
        out.push(b']');
        true
    }

    /// Ends the stream and begins one with the same labels and that of `route`, if it has another one.
    fn moves(&mut self, route: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(labels) = self.labels.as_ref().filter(|_| self.route != route) else { return false };
        out.extend_from_slice(b"]},{\"stream\":{");
        out.extend_from_slice(labels);
        if !route.is_empty() {
            if !labels.is_empty() {
                out.push(b',');
            }
            named(route, out);
        }
        out.extend_from_slice(b"},\"values\":[");
        self.route.clear();
        self.route.extend_from_slice(route);
        true
    }

    /// Writes what stands for an entry that is too long and begins like this.
    pub(super) fn too_long(
        &mut self,
        begun: &[u8],
        first: bool,
        context: &Context,
        sieve: &mut Sieve,
        out: &mut Vec<u8>,
    ) -> bool {
        let time = begun.split(|byte| *byte == b'"').nth(1).unwrap_or_default();
        let time = if time.iter().all(u8::is_ascii_digit) { time } else { b"0" };
        let mut mark = Vec::new();
        if !sieve.too_large(&context.tag, &mut mark) {
            return false;
        }
        separated(first, out, |out| {
            out.extend_from_slice(b"[\"");
            out.extend_from_slice(time);
            out.extend_from_slice(b"\",\"");
            escape(&mark, out);
            out.extend_from_slice(b"\"]");
            true
        })
    }
}

fn separated(first: bool, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> bool) -> bool {
    if !first {
        out.push(b',');
    }
    write(out)
}

fn named(route: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(ROUTE);
    out.extend_from_slice(b"\":\"");
    out.extend_from_slice(route);
    out.push(b'"');
}

/// Writes the structured metadata of an entry, with the route if there is one to tell.
fn metadata(present: Option<&[u8]>, route: Option<&[u8]>, sieve: &mut Sieve, out: &mut Vec<u8>) {
    let found = present.and_then(members);
    if present.is_some() && found.is_none() {
        out.push(b',');
        return sieve.value(present.unwrap_or_default(), out);
    }
    let mut separator = b'{';
    let mut part = Vec::new();
    if found.is_some() || route.is_some() {
        out.push(b',');
    }
    for member in found.iter().flatten().filter(|member| route.is_none() || member.key != ROUTE) {
        part.clear();
        sieve.member(member, &mut part);
        if !part.is_empty() {
            out.push(core::mem::replace(&mut separator, b','));
            out.extend_from_slice(&part);
        }
    }
    if let Some(route) = route {
        out.push(core::mem::replace(&mut separator, b','));
        named(route, out);
    }
    if found.is_some() || route.is_some() {
        if separator == b'{' {
            out.push(b'{');
        }
        out.push(b'}');
    }
}
