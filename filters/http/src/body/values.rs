//! JSON whose records lie somewhere inside: each format says which containers are gone through and which values are taken
//! whole, to be redacted. Only what is cut of a value that is taken is carried.

use alloc::vec::Vec;

use super::{Context, hec, loki, otlp};
use crate::format::Format;
use crate::json::{Frame, Member, is_space};
use crate::sieve::Sieve;

/// A place in a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    /// Values, one after the other.
    Json,
    Hec,
    LokiRoot,
    OtlpRoot,
    /// An array of records.
    Records,
    /// An array of events.
    Events,
    Push,
    Streams,
    Stream,
    Entries,
    Logs,
    ResourceList,
    OfResource,
    ScopeList,
    OfScope,
    RecordList,
}

/// A value that is taken whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Take {
    /// The key of a member.
    Key,
    /// A member that the format does not know, or does not look into.
    Member,
    Record,
    Event,
    Labels,
    Entry,
    Resource,
    Scope,
    LogRecord,
}

enum Does {
    Enters(Node),
    Takes(Take),
}

/// What a value at this place, which begins with `first`, is; `key` if it is a member.
fn child(node: Node, key: &[u8], first: u8) -> Does {
    use Does::{Enters, Takes};
    let list = first == b'[';
    let object = first == b'{';
    match (node, key) {
        (Node::Json, _) if list => Enters(Node::Records),
        (Node::Json | Node::Records, _) => Takes(Take::Record),
        (Node::Hec, _) if list => Enters(Node::Events),
        (Node::Hec | Node::Events, _) => Takes(Take::Event),
        (Node::LokiRoot, _) if object => Enters(Node::Push),
        (Node::Push, b"streams") if list => Enters(Node::Streams),
        (Node::Streams, _) if object => Enters(Node::Stream),
        (Node::Stream, b"stream") => Takes(Take::Labels),
        (Node::Stream, b"values") if list => Enters(Node::Entries),
        (Node::Entries, _) => Takes(Take::Entry),
        (Node::OtlpRoot, _) if object => Enters(Node::Logs),
        (Node::Logs, b"resourceLogs") if list => Enters(Node::ResourceList),
        (Node::ResourceList, _) if object => Enters(Node::OfResource),
        (Node::OfResource, b"resource") => Takes(Take::Resource),
        (Node::OfResource, b"scopeLogs") if list => Enters(Node::ScopeList),
        (Node::ScopeList, _) if object => Enters(Node::OfScope),
        (Node::OfScope, b"scope") => Takes(Take::Scope),
        (Node::OfScope, b"logRecords") if list => Enters(Node::RecordList),
        (Node::RecordList, _) => Takes(Take::LogRecord),
        (Node::Push | Node::Stream | Node::Logs | Node::OfResource | Node::OfScope, _) => Takes(Take::Member),
        (Node::LokiRoot | Node::OtlpRoot | Node::Streams | Node::ResourceList | Node::ScopeList, _) => {
            Takes(Take::Record)
        }
    }
}

/// What comes next inside a container, or outside of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// A key or a value, or the end.
    First,
    /// A key or a value, behind a comma.
    Item,
    Colon,
    /// The value of a member.
    Value,
    /// A comma or the end.
    Behind,
}

/// A container that is gone through.
#[derive(Clone, Copy, Debug)]
struct Level {
    node: Node,
    object: bool,
    /// Nothing was written in it yet.
    empty: bool,
}

/// JSON that is being read.
pub(super) struct Values {
    levels: Vec<Level>,
    next: Next,
    /// What is being taken: it begins where what is carried does.
    taking: Option<(Take, Frame)>,
    /// It is too long: only its beginning was kept.
    begun: Option<Vec<u8>>,
    /// The key of the member that is being read, as it stands there.
    key: Vec<u8>,
    broken: bool,
    stream: loki::Stream,
    resource: otlp::Resource,
}

/// So much of what is too long is kept to say when it was.
const BEGINNING: usize = 64;

impl Values {
    pub(super) fn new(format: Format) -> Values {
        let node = match format {
            Format::Hec => Node::Hec,
            Format::Loki => Node::LokiRoot,
            Format::Otlp => Node::OtlpRoot,
            _ => Node::Json,
        };
        Values {
            levels: alloc::vec![Level { node, object: false, empty: true }],
            next: Next::First,
            taking: None,
            begun: None,
            key: Vec::new(),
            broken: false,
            stream: loki::Stream::default(),
            resource: otlp::Resource::default(),
        }
    }

    /// Whether it turned out to be something else: what [`Values::read`] did not take is left.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Whether nothing is being taken.
    pub(super) fn is_settled(&self) -> bool {
        self.taking.is_none()
    }

    /// What is being taken is too long.
    pub(super) fn skip(&mut self, carry: &[u8]) {
        if self.begun.is_none() {
            self.begun = Some(carry.get(..BEGINNING).unwrap_or(carry).to_vec());
        }
    }

    /// Reads on, where `known` bytes were read before as the beginning of what is being taken, and returns how many are
    /// done with.
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        known: usize,
        end: bool,
        context: &Context,
        sieve: &mut Sieve,
        out: &mut Vec<u8>,
    ) -> usize {
        let (mut start, mut at) = (0, known);
        loop {
            if let Some((take, frame)) = &mut self.taking {
                let take = *take;
                let Some(behind) = frame.advance(bytes, at).or((end && frame.is_bare()).then_some(bytes.len())) else {
                    if end && self.begun.is_some() {
                        self.taken(take, &[], context, sieve, out);
                        return bytes.len();
                    }
                    self.broken = end && start < bytes.len();
                    return if self.begun.is_some() { bytes.len() } else { start };
                };
                self.taking = None;
                let value = bytes.get(start..behind).unwrap_or_default();
                if sieve.is_too_long(value.len()) {
                    self.skip(value);
                }
                self.taken(take, value, context, sieve, out);
                if self.broken {
                    return behind;
                }
                at = behind;
                continue;
            }
            let Some(byte) = bytes.get(at).copied() else { return at };
            if is_space(byte) {
                out.push(byte);
                at += 1;
                continue;
            }
            let root = self.levels.len() == 1;
            let Some(level) = self.levels.last_mut() else { return at };
            let close = if level.object { b'}' } else { b']' };
            match (self.next, byte) {
                (Next::First | Next::Behind, byte) if byte == close && !root => {
                    out.push(byte);
                    at += 1;
                    self.levels.pop();
                    self.next = Next::Behind;
                }
                (Next::Behind, b',') if !root => {
                    // Written in front of what follows, if something does.
                    at += 1;
                    self.next = Next::Item;
                }
                (Next::Colon, b':') => {
                    at += 1;
                    self.next = Next::Value;
                }
                (Next::First | Next::Item, b'"') if level.object => {
                    self.taking = Some((Take::Key, Frame::default()));
                    start = at;
                }
                // Outside of all there are containers and nothing else: words are no JSON, and text as a whole.
                (_, byte) if root && !matches!(byte, b'{' | b'[') => {
                    self.broken = true;
                    return at;
                }
                (Next::First | Next::Item | Next::Value | Next::Behind, byte)
                    if (level.object == (self.next == Next::Value))
                        && (self.next != Next::Behind || root)
                        && !matches!(byte, b',' | b':' | b'}' | b']') =>
                {
                    match child(level.node, &self.key, byte) {
                        Does::Enters(node) => {
                            if !level.empty && !root {
                                out.push(b',');
                            }
                            level.empty = false;
                            if level.object {
                                named(&self.key, out);
                            }
                            out.push(byte);
                            at += 1;
                            self.levels.push(Level { node, object: byte == b'{', empty: true });
                            self.next = Next::First;
                        }
                        Does::Takes(take) => {
                            self.taking = Some((take, Frame::default()));
                            start = at;
                        }
                    }
                }
                _ => {
                    self.broken = true;
                    return at;
                }
            }
        }
    }

    /// Writes what was taken.
    fn taken(&mut self, take: Take, value: &[u8], context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) {
        if take == Take::Key {
            self.key.clear();
            self.key.extend_from_slice(crate::json::string(value).unwrap_or_default());
            // A key so long is no key of a format.
            self.broken = self.begun.take().is_some();
            self.next = Next::Colon;
            return;
        }
        self.next = Next::Behind;
        let root = self.levels.len() == 1;
        let Some(level) = self.levels.last_mut() else { return };
        let first = level.empty || root;
        let from = out.len();
        let some = if let Some(begun) = self.begun.take() {
            match take {
                Take::Entry => self.stream.too_long(&begun, first, context, sieve, out),
                _ => {
                    separate(first, out);
                    match take {
                        Take::Event => hec::too_long(context, sieve, out),
                        Take::LogRecord => otlp::too_long(context, sieve, out),
                        Take::Record => sieve.too_large(&context.tag, out),
                        _ => {
                            sieve.too_large(&context.tag, &mut Vec::new());
                            sieve.member(&Member { key: &self.key, value: b"{}" }, out);
                            true
                        }
                    }
                }
            }
        } else {
            match take {
                Take::Entry => self.stream.entry(value, first, context, sieve, out),
                Take::Member => {
                    separate(first, out);
                    let from = out.len();
                    sieve.member(&Member { key: &self.key, value }, out);
                    out.len() > from
                }
                _ => {
                    separate(first, out);
                    match take {
                        Take::Record if value.starts_with(b"{") => sieve.record(&context.tag, value, out),
                        Take::Event => hec::event(value, context, sieve, out),
                        Take::LogRecord => {
                            self.resource.record(value, context, sieve, out);
                            true
                        }
                        Take::Labels => {
                            named(&self.key, out);
                            self.stream.labels(value, context, sieve, out);
                            true
                        }
                        Take::Resource => {
                            named(&self.key, out);
                            self.resource.resource(value, sieve, out);
                            true
                        }
                        Take::Scope => {
                            named(&self.key, out);
                            otlp::scope(value, sieve, out);
                            true
                        }
                        _ => {
                            sieve.kept(value, out);
                            true
                        }
                    }
                }
            }
        };
        if some {
            level.empty = false;
        } else {
            out.truncate(from);
        }
    }
}

fn separate(first: bool, out: &mut Vec<u8>) {
    if !first {
        out.push(b',');
    }
}

fn named(key: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(key);
    out.extend_from_slice(b"\":");
}
