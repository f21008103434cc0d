//! One record a line: NDJSON, bulk requests and text.

use alloc::vec::Vec;

use super::Context;
use super::bulk::Bulk;
use crate::format::Format;
use crate::json::{Frame, is_space, line_end, skip_space, trim};
use crate::sieve::Sieve;

/// Lines that are being read.
pub(super) struct Lines {
    kind: Kind,
    /// What is known of the line that is cut.
    cut: Cut,
}

enum Kind {
    Records,
    Bulk(Bulk),
    Text,
}

/// How far a line is read that has not ended yet.
enum Cut {
    /// White space so far.
    Start,
    /// An object that is not closed.
    Object(Frame),
    /// Something else, or an object and more: its end decides.
    Other,
    /// An object that was closed, and went on if `some`: the line should end now.
    Done { some: bool },
    /// Too long: what comes is left out.
    Skipped { some: bool },
}

impl Lines {
    pub(super) fn new(format: Format) -> Lines {
        let kind = match format {
            Format::Bulk => Kind::Bulk(Bulk::default()),
            Format::Text => Kind::Text,
            _ => Kind::Records,
        };
        Lines { kind, cut: Cut::Start }
    }

    pub(super) fn is_settled(&self) -> bool {
        match &self.kind {
            Kind::Bulk(bulk) => bulk.is_settled(),
            Kind::Records | Kind::Text => true,
        }
    }

    /// Reads lines, of whose first one `known` bytes were there before, and returns how many bytes are done with.
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        known: usize,
        end: bool,
        context: &Context,
        sieve: &mut Sieve,
        out: &mut Vec<u8>,
    ) -> usize {
        let (mut start, mut from) = (self.goes_on(bytes, out), known);
        from = from.max(start);
        while let Some(feed) = line_end(bytes, from) {
            self.cut = Cut::Start;
            self.line(bytes.get(start..feed).unwrap_or_default(), true, context, sieve, out);
            (start, from) = (feed + 1, feed + 1);
        }
        let rest = bytes.get(start..).unwrap_or_default();
        if end {
            self.line(rest, false, context, sieve, out);
            if let Kind::Bulk(bulk) = &mut self.kind {
                bulk.end(out);
            }
            return bytes.len();
        }
        if self.cut_off(rest, from - start) {
            // As good as ended: what could follow on this line is a record of its own.
            let some = self.line(rest, false, context, sieve, out);
            self.cut = Cut::Done { some };
            return bytes.len();
        }
        start
    }

    /// How much at the beginning of `bytes` belongs to a line that is done with.
    fn goes_on(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> usize {
        let (next, some) = match self.cut {
            Cut::Start | Cut::Object(_) | Cut::Other => return 0,
            Cut::Skipped { some } => (line_end(bytes, 0), some),
            Cut::Done { some } => (bytes.iter().position(|byte| *byte == b'\n' || !is_space(*byte)), some),
        };
        let Some(next) = next else { return bytes.len() };
        self.cut = Cut::Start;
        if some {
            out.push(b'\n');
        }
        if bytes.get(next) == Some(&b'\n') { next + 1 } else { next }
    }

    /// Notes how far a line came of which `known` bytes were read before. True if it is an object that is closed.
    fn cut_off(&mut self, line: &[u8], known: usize) -> bool {
        if matches!(self.kind, Kind::Text) {
            return false;
        }
        let mut at = known;
        if matches!(self.cut, Cut::Start) {
            at = skip_space(line, 0);
            match line.get(at) {
                None => return false,
                Some(b'{') => self.cut = Cut::Object(Frame::default()),
                Some(_) => self.cut = Cut::Other,
            }
        }
        let Cut::Object(frame) = &mut self.cut else { return false };
        let Some(closed) = frame.advance(line, at) else { return false };
        let alone = line.get(closed..).is_some_and(|rest| rest.iter().all(|byte| is_space(*byte)));
        if !alone {
            self.cut = Cut::Other;
        }
        alone
    }

    /// A whole line. Whether something is left of it.
    fn line(&mut self, line: &[u8], feed: bool, context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> bool {
        let some = if trim(line).is_empty() {
            Some(true)
        } else if sieve.is_too_long(line.len()) {
            None
        } else {
            match &mut self.kind {
                Kind::Text => Some(text(line, context, sieve, out)),
                Kind::Records => sieve.object(&context.tag, line, out),
                Kind::Bulk(bulk) => bulk.object(line, context, sieve, out),
            }
        };
        let Some(some) = some else { return self.pieces(line, feed, context, sieve, out) };
        if some && feed {
            out.push(b'\n');
        }
        some
    }

    /// A line that is too long or not one object: each object that it begins with is a record, and so is the rest.
    #[cold]
    fn pieces(&mut self, mut line: &[u8], feed: bool, context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> bool {
        loop {
            let start = skip_space(line, 0);
            let object = line.get(start) == Some(&b'{') && !matches!(self.kind, Kind::Text);
            let closed = if object { Frame::default().advance(line, start) } else { None };
            let (piece, rest) = line.split_at(closed.unwrap_or(line.len()));
            let rest = rest.get(skip_space(rest, 0)..).unwrap_or_default();
            let too_long = sieve.is_too_long(piece.len());
            let some = match &mut self.kind {
                _ if too_long => self.too_long(context, sieve, out),
                Kind::Bulk(bulk) => bulk.piece(piece, context, sieve, out),
                Kind::Records | Kind::Text => sieve.record(&context.tag, piece, out),
            };
            let last = rest.is_empty() || too_long;
            if some && (feed || !last) {
                out.push(b'\n');
            }
            if last {
                return some;
            }
            line = rest;
        }
    }

    /// The line that is cut is too long.
    pub(super) fn skip(&mut self, context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) {
        let some = self.too_long(context, sieve, out);
        self.cut = Cut::Skipped { some };
    }

    fn too_long(&mut self, context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> bool {
        match &mut self.kind {
            Kind::Bulk(bulk) => bulk.too_long(context, sieve, out),
            Kind::Records | Kind::Text => sieve.too_large(&context.tag, out),
        }
    }
}

/// A line of text: a JSON object is a record, all else stays text.
fn text(line: &[u8], context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> bool {
    if line.starts_with(b"{")
        && let Some(some) = sieve.object(&context.tag, line, out)
    {
        return some;
    }
    let (text, back) = match line.strip_suffix(b"\r") {
        Some(text) => (text, &b"\r"[..]),
        None => (line, &[][..]),
    };
    sieve.text(text, out);
    out.extend_from_slice(back);
    true
}
