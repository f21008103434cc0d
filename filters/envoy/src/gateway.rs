//! The HTTP filter between collectors and stores.
//!
//! A body streams: each piece that comes goes on redacted, with what is cut carried to the next one. Its length is not
//! known before its end, so that it goes on in chunks. Two bodies are held back in Envoy instead, as they come: one that
//! needs a tag for the whole, with its headers, and a short text, whose last line only its end tells.

use std::borrow::Cow;
use std::rc::Rc;

use podsieve_config::plugin::{self, ArchiveTag, Mode, Rule, Tag};
use podsieve_http::{Body, Format, Uninspected};

use crate::Plugin;
use crate::host::{self, Action, Headers, Map};

/// A text is held back until it is longer, in bytes: when trailers end a body, only what Envoy still holds of it can be
/// added to. Other formats tell when a record is whole, and go on at once.
const HELD: usize = 16 << 10;

/// So much of a body is read at once.
const PIECE: usize = 256 << 10;

/// What is said of a request in a header of its own.
const SAYS: &str = "x-podsieve";

/// A request on its way to a store.
pub(crate) struct Gateway {
    plugin: Rc<Plugin>,
    stage: Stage,
    /// What was found for the tag so far.
    best: Option<usize>,
}

enum Stage {
    /// It is not looked at, or has been answered.
    Passes,
    Refused,
    /// Nothing of its body was read yet; with its headers held back if it needs a tag.
    Held(Body),
    Streams(Body),
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.leave(Stage::Passes);
    }
}

impl Gateway {
    pub(crate) fn new(plugin: Rc<Plugin>) -> Gateway {
        Gateway { plugin, stage: Stage::Passes, best: None }
    }

    pub(crate) fn headers(&mut self, end: bool) -> Action {
        let headers = Headers::of(Map::Request);
        let tag = self.tag().map(|tag| &*tag.header);
        for own in [Some(SAYS), tag].into_iter().flatten().filter(|own| headers.get(own).is_some()) {
            host::remove_header(own);
        }
        if end {
            return self.settle(None);
        }
        let header = |name: &str| headers.get(name).unwrap_or_default();
        let path = header(":path");
        let read = match self.own_format(&path) {
            Some(None) => {
                self.plugin.one("requests.format.skip");
                return self.settle(None);
            }
            Some(Some(format)) if header("content-encoding").is_empty() => Ok(format),
            _ => Format::of(&path, &header("content-type"), &header("content-encoding")),
        };
        let format = match read {
            Ok(format) => format,
            Err(reason) => return self.uninspected(reason),
        };
        self.plugin.one(requests(format));
        let tag = match self.settings().map(|gateway| &gateway.tag) {
            Some(Tag::Text(tag)) => Cow::Borrowed(tag.as_bytes()),
            Some(Tag::Header(name)) => header(name),
            None => Cow::default(),
        };
        let body = Body::new(format, &tag, &self.plugin.destinations);
        if self.tag().is_some() {
            self.stage = Stage::Held(body);
            return Action::Pause;
        }
        self.stage = if format == Format::Text { Stage::Held(body) } else { Stage::Streams(body) };
        if headers.get("content-length").is_some() {
            host::remove_header("content-length");
        }
        Action::Continue
    }

    pub(crate) fn body(&mut self, size: usize, end: bool) -> Action {
        match &self.stage {
            Stage::Passes => Action::Continue,
            Stage::Refused => Action::Pause,
            Stage::Held(_) if end => self.whole(size),
            Stage::Held(_) => {
                let most = self.tag().map_or(HELD, |tag| tag.buffer as usize);
                if size <= most { Action::Pause } else { self.long(size) }
            }
            Stage::Streams(_) => match self.pass(size, end) {
                Some(_) => Action::Continue,
                None => Action::Pause,
            },
        }
    }

    pub(crate) fn trailers(&mut self) -> Action {
        match &self.stage {
            Stage::Passes => Action::Continue,
            Stage::Refused => Action::Pause,
            Stage::Held(_) => {
                // All of it is there, or there was none.
                self.whole(host::body_length())
            }
            Stage::Streams(body) if body.is_settled() => Action::Continue,
            Stage::Streams(_) => {
                self.refuse(400, "unfinished", "the body ends within a record, and trailers follow");
                Action::Pause
            }
        }
    }

    /// Looks at the body no more: what it held back is given back.
    fn leave(&mut self, stage: Stage) {
        if let Stage::Held(mut body) | Stage::Streams(mut body) = core::mem::replace(&mut self.stage, stage)
            && let Ok(mut sieve) = self.plugin.sieve.try_borrow_mut()
        {
            body.give_up(&mut sieve);
        }
    }

    fn settings(&self) -> Option<&plugin::Gateway> {
        match &self.plugin.mode {
            Mode::Gateway(gateway) => Some(gateway),
            Mode::Edge(_) | Mode::AccessLog(_) => None,
        }
    }

    fn tag(&self) -> Option<&ArchiveTag> {
        self.settings()?.archive_tag.as_ref()
    }

    /// What the configuration says of this path.
    fn own_format(&self, path: &[u8]) -> Option<Option<Format>> {
        let formats = &self.settings()?.formats;
        formats.iter().find(|(front, _)| path.starts_with(front.as_bytes())).map(|(_, format)| *format)
    }

    /// A body that cannot be looked at.
    fn uninspected(&mut self, reason: Uninspected) -> Action {
        match self.rule(reason) {
            Rule::Reject => {
                let what = match reason {
                    Uninspected::Compressed => "the body is compressed: put Envoy's decompressor in front of podsieve",
                    Uninspected::Protobuf => "the body is protobuf: have it sent as JSON",
                    _ => "the content type is not one that podsieve reads",
                };
                self.refuse(415, reason.name(), what);
                Action::Pause
            }
            Rule::PassAndTag => {
                self.says(reason);
                self.settle(Some(0))
            }
            Rule::Skip => self.settle(None),
        }
    }

    /// The rule for what cannot be looked at, which is counted.
    fn rule(&self, reason: Uninspected) -> Rule {
        let rules = self.settings().map(|gateway| gateway.uninspected);
        let rule = rules.and_then(|rules| rules.get(reason as usize).copied()).unwrap_or(Rule::Reject);
        self.plugin.one(&format!("uninspected.reason.{}.action.{}", reason.name(), rule.name()));
        rule
    }

    fn says(&self, reason: Uninspected) {
        host::set_header(SAYS, format!("uninspected; reason={}", reason.name()).as_bytes());
    }

    /// The request goes on; if it gets a tag, it is the one at this place of the order.
    fn settle(&self, best: Option<usize>) -> Action {
        if let Some(tag) = self.tag() {
            let value = best.and_then(|best| tag.order.get(best)).unwrap_or(&tag.default);
            host::set_header(&tag.header, value.as_bytes());
        }
        Action::Continue
    }

    /// The client is told what is wrong.
    fn refuse(&mut self, status: u32, reason: &str, what: &str) {
        self.plugin.one(&format!("refused.reason.{reason}"));
        self.leave(Stage::Refused);
        let body = format!("{{\"error\":{{\"reason\":\"{reason}\",\"message\":\"podsieve: {what}\"}}}}");
        host::respond(status, &format!("podsieve_{reason}"), body.as_bytes());
    }

    /// All of the body is there.
    fn whole(&mut self, size: usize) -> Action {
        let Some(length) = self.pass(size, true) else { return Action::Pause };
        self.leave(Stage::Passes);
        if self.tag().is_some() {
            host::set_header("content-length", length.to_string().as_bytes());
        }
        self.settle(self.best)
    }

    /// The body is longer than what is held back.
    fn long(&mut self, size: usize) -> Action {
        let rule = if self.tag().is_some() { Some(self.rule(Uninspected::TooLarge)) } else { None };
        if rule == Some(Rule::Reject) {
            self.refuse(413, Uninspected::TooLarge.name(), "the body is longer than what is held back for its tag");
            return Action::Pause;
        }
        if self.pass(size, false).is_none() {
            return Action::Pause;
        }
        if let Stage::Held(body) = core::mem::replace(&mut self.stage, Stage::Passes) {
            self.stage = Stage::Streams(body);
        }
        let Some(rule) = rule else { return Action::Continue };
        host::remove_header("content-length");
        self.settle(if rule == Rule::PassAndTag { Some(0) } else { self.best })
    }

    /// Redacts the `size` bytes of the body that are there. Returns how many there are then; nothing if the request was
    /// refused, as nothing may pass that was not redacted.
    fn pass(&mut self, size: usize, end: bool) -> Option<usize> {
        let written = self.redacted(size, end);
        if written.is_none() {
            self.refuse(500, "host", "the body could not be read or written");
        }
        written
    }

    fn redacted(&mut self, size: usize, end: bool) -> Option<usize> {
        let (Stage::Held(body) | Stage::Streams(body)) = &mut self.stage else { return None };
        let mut sieve = self.plugin.sieve.try_borrow_mut().ok()?;
        sieve.set_best(self.best);
        let mut out = Vec::with_capacity(size + size / 8 + 64);
        let mut read = 0;
        while read < size {
            let piece = host::buffer(host::Buffer::RequestBody, read, PIECE.min(size - read))?;
            if piece.is_empty() {
                return None;
            }
            body.feed(&piece, &mut sieve, &mut out);
            read += piece.len();
        }
        if end {
            body.finish(&mut sieve, &mut out);
        }
        self.best = sieve.best();
        (size == 0 && out.is_empty() || host::set_body(size, &out)).then_some(out.len())
    }
}

fn requests(format: Format) -> &'static str {
    match format {
        Format::Ndjson => "requests.format.ndjson",
        Format::Json => "requests.format.json",
        Format::Bulk => "requests.format.bulk",
        Format::Hec => "requests.format.hec",
        Format::Loki => "requests.format.loki",
        Format::Otlp => "requests.format.otlp",
        Format::Text => "requests.format.text",
    }
}
