//! What goes in and what comes out of an exchange.

use std::collections::BTreeMap;
use std::fmt;

use super::headers::Headers;

/// A request as its client sends it, and what the upstream will answer.
///
/// Each chunk is one call of `proxy_on_request_body`, and an empty one after the last says that the body is over, as
/// Envoy's HTTP/1 does; [`end_with_last`](Self::end_with_last) makes the last chunk say so itself, as HTTP/2 can. After
/// trailers nothing says it. Without chunks and trailers the headers end the stream.
#[derive(Clone, Debug)]
pub struct Request {
    pub(super) headers: Headers,
    pub(super) chunks: Vec<Vec<u8>>,
    pub(super) trailers: Headers,
    pub(super) end_with_last: bool,
    pub(super) properties: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) response: Response,
}

impl Request {
    /// A request without a body, answered with status 200.
    pub fn new(method: &str, path: &str) -> Self {
        Request {
            headers: [(":method", method), (":path", path), (":authority", "upstream"), (":scheme", "http")].into(),
            chunks: Vec::new(),
            trailers: Headers::new(),
            end_with_last: false,
            properties: BTreeMap::new(),
            response: Response::new(200),
        }
    }

    /// One more header.
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.headers.add(name, value);
        self
    }

    /// One more piece of the body.
    pub fn chunk(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.chunks.push(bytes.as_ref().to_vec());
        self
    }

    /// A body in pieces of this size, with the right `content-length`.
    pub fn body(mut self, bytes: impl AsRef<[u8]>, piece: usize) -> Self {
        let bytes = bytes.as_ref();
        self.headers.replace("content-length", bytes.len().to_string());
        self.chunks.extend(bytes.chunks(piece.max(1)).map(<[u8]>::to_vec));
        self
    }

    /// One more trailer.
    pub fn trailer(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.trailers.add(name, value);
        self
    }

    /// The last chunk ends the stream, not an empty one behind it.
    pub fn end_with_last(mut self) -> Self {
        self.end_with_last = true;
        self
    }

    /// What `proxy_get_property` finds under this path, its parts joined with dots: numbers as eight bytes in
    /// little-endian order, times and durations in nanoseconds.
    ///
    /// What follows from headers, status and clock (`request.path`, `response.code`, `request.time` and so on) is there
    /// without; what Envoy takes from headers is only found while the filter has them, be it set here or not.
    pub fn property(mut self, path: &str, value: impl AsRef<[u8]>) -> Self {
        self.properties.insert(path.as_bytes().to_vec(), value.as_ref().to_vec());
        self
    }

    /// What the upstream answers once it has the whole request.
    pub fn answer(mut self, response: Response) -> Self {
        self.response = response;
        self
    }
}

/// A response as the upstream sends it; chunks and trailers as in [`Request`].
#[derive(Clone, Debug)]
pub struct Response {
    pub(super) headers: Headers,
    pub(super) chunks: Vec<Vec<u8>>,
    pub(super) trailers: Headers,
    pub(super) end_with_last: bool,
}

impl Response {
    /// A response without a body.
    pub fn new(status: u16) -> Self {
        Response {
            headers: [(":status", status.to_string())].into(),
            chunks: Vec::new(),
            trailers: Headers::new(),
            end_with_last: false,
        }
    }

    /// One more header.
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.headers.add(name, value);
        self
    }

    /// One more piece of the body.
    pub fn chunk(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.chunks.push(bytes.as_ref().to_vec());
        self
    }

    /// One more trailer.
    pub fn trailer(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.trailers.add(name, value);
        self
    }

    /// The last chunk ends the stream, not an empty one behind it.
    pub fn end_with_last(mut self) -> Self {
        self.end_with_last = true;
        self
    }
}

/// A request or response as it left the filter.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// The headers.
    pub headers: Headers,
    /// The body, all pieces together.
    pub body: Vec<u8>,
    /// The trailers.
    pub trailers: Headers,
}

impl Message {
    /// The status, of a response.
    pub fn status(&self) -> Option<u16> {
        str::from_utf8(self.headers.get(":status")?).ok()?.parse().ok()
    }

    /// Whether `content-length`, if there is one, says how long the body is.
    pub fn framing(&self) -> Framing {
        let declared = self.headers.get("content-length").and_then(|value| str::from_utf8(value).ok()?.parse().ok());
        let sent = self.body.len() as u64;
        match declared {
            Some(declared) if declared < sent => Framing::Longer { declared, sent },
            Some(declared) if declared > sent => Framing::Shorter { declared, sent },
            _ => Framing::Right,
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("headers", &self.headers)
            .field("body", &format_args!("\"{}\"", self.body.escape_ascii()))
            .field("trailers", &self.trailers)
            .finish()
    }
}

/// How a body stands to its `content-length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// It is as long as declared, or nothing is declared.
    Right,
    /// The rest of it will be read as the start of the next message.
    Longer {
        /// What `content-length` says.
        declared: u64,
        /// How long it is.
        sent: u64,
    },
    /// The receiver waits for the rest.
    Shorter {
        /// What `content-length` says.
        declared: u64,
        /// How long it is.
        sent: u64,
    },
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The upstream got all of it, and the client the upstream's answer.
    Forwarded,
    /// Envoy answered itself: the filter's local response, or one of Envoy's own (413, 500, 503).
    Local {
        /// The upstream had seen the request, and it or the answer was cut off.
        upstream_reset: bool,
    },
    /// It waits for ever, for the filter to continue or for the rest of a body.
    Hung(Phase),
    /// A body is longer than its `content-length`: its end is taken for the next message on the connection.
    Desynchronised,
    /// The connection was cut off, with the client's answer under way or at the filter's wish.
    Reset,
}

/// Where an exchange waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// At the request's headers.
    RequestHeaders,
    /// At its body.
    RequestBody,
    /// At its trailers.
    RequestTrailers,
    /// At the response's headers.
    ResponseHeaders,
    /// At its body.
    ResponseBody,
    /// At its trailers.
    ResponseTrailers,
    /// The receiver of a body that is shorter than its `content-length` waits for the rest.
    ContentLength,
}

/// What came out of an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What became of the request.
    pub outcome: Outcome,
    /// What the upstream saw, all of it or not; `None` if nothing.
    pub upstream: Option<Message>,
    /// What the client saw, all of it or not; `None` if nothing.
    pub downstream: Option<Message>,
    /// What `%FILTER_STATE(...)%` finds in an access log: `wasm.` and the name of each property that was set before or in
    /// `proxy_on_log`.
    pub filter_state: BTreeMap<String, Vec<u8>>,
}

impl Exchange {
    /// The request as the upstream got it, if it got all of it.
    pub fn forwarded(&self) -> Option<&Message> {
        self.upstream.as_ref().filter(|_| self.outcome == Outcome::Forwarded)
    }

    /// The response that Envoy gave itself, if it did.
    pub fn local(&self) -> Option<&Message> {
        self.downstream.as_ref().filter(|_| matches!(self.outcome, Outcome::Local { .. }))
    }

    /// The status that the client saw.
    pub fn status(&self) -> Option<u16> {
        self.downstream.as_ref()?.status()
    }
}
