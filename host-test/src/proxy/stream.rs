//! A stream as its filter sees it.

use std::collections::BTreeMap;

use super::guest::Status;
use super::headers::Headers;
use super::message::{Message, Phase, Request, Response};

/// Not even a hostile guest may make a body or a map longer than this.
const ROOM: usize = 128 << 20;

/// One of the two directions of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Request,
    Response,
}

/// Whether the filter lets its side of the stream pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Pause {
    #[default]
    None,
    /// What comes is held back, and the filter is asked about all of it.
    Held,
    /// What comes is held back unseen.
    Unseen,
}

/// One side of a stream: what has come, what the filter holds back, and what went on.
#[derive(Default)]
pub(super) struct Half {
    pub(super) headers: Headers,
    pub(super) trailers: Headers,
    /// Whether the filter may read and write them now.
    pub(super) sees_headers: bool,
    pub(super) sees_trailers: bool,
    /// The piece of the body that has just come, unless it went to what is held.
    pub(super) piece: Vec<u8>,
    pub(super) sees_piece: bool,
    /// What is held back of the body.
    pub(super) held: Option<Vec<u8>>,
    /// Whether the filter is asked about what is held, not about a piece.
    pub(super) buffering: bool,
    /// Too long a body makes the sender wait and is no error.
    pub(super) unlimited: bool,
    pub(super) too_long: bool,
    pub(super) pause: Pause,
    pub(super) paused_at: Option<Phase>,
    /// The call that runs is the last of this side.
    pub(super) at_end: bool,
    /// All of it has come.
    pub(super) complete: bool,
    pub(super) has_trailers: bool,
    pub(super) arrived: usize,
    /// What went on to the receiver, if the headers did.
    pub(super) sent: Option<Message>,
    pub(super) sent_all: bool,
}

impl Half {
    fn new(headers: &Headers, trailers: &Headers) -> Self {
        Half { headers: headers.clone(), trailers: trailers.clone(), unlimited: true, ..Half::default() }
    }

    /// The body as the filter may read and write it now.
    pub(super) fn body(&self) -> &[u8] {
        match &self.held {
            Some(held) if self.buffering => held,
            _ if self.sees_piece => &self.piece,
            _ => &[],
        }
    }

    /// Replaces the first bytes of the body, or appends to it; Envoy can do nothing else.
    pub(super) fn set_body(&mut self, start: u32, len: u32, bytes: &[u8], limit: usize) -> Result<(), Status> {
        let body = match &mut self.held {
            Some(held) if self.buffering => held,
            _ if self.sees_piece => &mut self.piece,
            _ => return Err(Status::BadArgument),
        };
        if body.len().saturating_add(bytes.len()) > ROOM {
            return Err(Status::InternalFailure);
        }
        if start == 0 {
            let replaced = body.len().min(len as usize);
            body.splice(..replaced, bytes.iter().copied());
        } else if start as usize >= body.len() {
            body.extend_from_slice(bytes);
        } else {
            return Err(Status::BadArgument);
        }
        // What streams on is not counted, however much is written at once.
        if self.buffering && !self.unlimited && body.len() > limit {
            self.too_long = true;
        }
        Ok(())
    }

    /// Holds these bytes back with those that are held.
    pub(super) fn hold(&mut self, bytes: Vec<u8>, limit: usize) {
        let held = match &mut self.held {
            Some(held) => {
                held.extend_from_slice(&bytes);
                held
            }
            none => none.insert(bytes),
        };
        if !self.unlimited && held.len() > limit {
            self.too_long = true;
        }
    }
}

/// A response that Envoy gives itself.
pub(super) struct Local {
    pub(super) status: u32,
    pub(super) body: Vec<u8>,
    pub(super) headers: Headers,
}

impl Local {
    pub(super) fn new(status: u32, body: &str) -> Self {
        Local { status, body: body.as_bytes().to_vec(), headers: Headers::new() }
    }

    pub(super) fn into_message(self) -> Message {
        let mut headers = Headers::from([(":status", self.status.to_string())]);
        for (name, value) in self.headers.iter() {
            headers.add(name, value);
        }
        if self.body.is_empty() {
            headers.remove("content-length");
            headers.remove("content-type");
        } else {
            headers.replace("content-length", self.body.len().to_string());
            if headers.get("content-type").is_none() {
                headers.add("content-type", "text/plain");
            }
        }
        Message { headers, body: self.body, trailers: Headers::new() }
    }
}

/// How a stream ends before its time.
pub(super) enum End {
    /// With this response, which the filter sees as any other.
    Local(Local),
    /// With this response, in place of the one that is under way.
    Direct(Local),
    /// Without any.
    Reset,
}

/// A stream.
pub(super) struct Stream {
    pub(super) request: Half,
    pub(super) response: Half,
    /// The response has begun.
    pub(super) responding: bool,
    pub(super) end: Option<End>,
    /// It is over and is being logged: all maps can be read and none written.
    pub(super) logging: bool,
    /// What is logged is not the filter's own stream.
    pub(super) foreign: bool,
    pub(super) filter_state: BTreeMap<Vec<u8>, Vec<u8>>,
    properties: BTreeMap<Vec<u8>, Vec<u8>>,
    started: u64,
}

impl Stream {
    pub(super) fn new(request: &Request, started: u64) -> Self {
        Stream {
            request: Half::new(&request.headers, &request.trailers),
            response: Half::new(&Headers::new(), &Headers::new()),
            responding: false,
            end: None,
            logging: false,
            foreign: false,
            filter_state: BTreeMap::new(),
            properties: request.properties.clone(),
            started,
        }
    }

    /// What an access logger is given of an exchange that others handled.
    pub(super) fn logged(request: &Request, started: u64) -> Self {
        let mut stream = Stream::new(request, started);
        stream.respond(&request.response);
        stream.request.arrived = request.chunks.iter().map(Vec::len).sum();
        stream.response.arrived = request.response.chunks.iter().map(Vec::len).sum();
        stream.response.has_trailers = !request.response.trailers.is_empty();
        stream.logging = true;
        stream.foreign = true;
        stream
    }

    pub(super) fn respond(&mut self, response: &Response) {
        self.response = Half::new(&response.headers, &response.trailers);
        self.responding = true;
    }

    pub(super) fn half(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Request => &mut self.request,
            Side::Response => &mut self.response,
        }
    }

    /// The map of this number to read from, if it is there now.
    pub(super) fn map(&self, number: u32) -> Option<&Headers> {
        let (request, response) = (&self.request, &self.response);
        let (seen, logged, map) = match number {
            0 => (request.sees_headers, true, &request.headers),
            1 => (request.sees_trailers, false, &request.trailers),
            2 => (response.sees_headers, self.responding, &response.headers),
            3 => (response.sees_trailers, response.has_trailers, &response.trailers),
            _ => return None,
        };
        (if self.logging { logged } else { seen }).then_some(map)
    }

    /// The map of this number to write to. Trailers come into being when they are asked for at the end of a body.
    pub(super) fn map_mut(&mut self, number: u32) -> Option<&mut Headers> {
        if self.logging {
            return None;
        }
        let half = self.half(if number < 2 { Side::Request } else { Side::Response });
        match number {
            0 | 2 if half.sees_headers => Some(&mut half.headers),
            1 | 3 => {
                if !half.sees_trailers && half.sees_piece && half.at_end {
                    half.sees_trailers = true;
                    half.has_trailers = true;
                }
                half.sees_trailers.then_some(&mut half.trailers)
            }
            _ => None,
        }
    }

    /// Whether a map could take so many bytes more.
    pub(super) fn has_room(map: &Headers, more: usize) -> bool {
        map.size().saturating_add(more) <= ROOM
    }

    /// A property: those of the request, of the test, or set by the filter.
    pub(super) fn property(&self, path: &[u8], now: u64) -> Result<Vec<u8>, Status> {
        let parts: Vec<&[u8]> = path.split(|&byte| byte == 0).collect();
        let dotted = parts.join(&b'.');
        if self.is_hidden(&parts) {
            return Err(Status::NotFound);
        }
        if let Some(value) = self.properties.get(&dotted) {
            return Ok(value.clone());
        }
        let found = match parts.as_slice() {
            [b"request", rest @ ..] => self.of_request(rest, now),
            [b"response", rest @ ..] => self.of_response(rest),
            [b"filter_state", name] => self.filter_state.get(*name).cloned(),
            [name] => self.filter_state.get([b"wasm.", *name].concat().as_slice()).cloned(),
            _ => None,
        };
        found.ok_or(Status::NotFound)
    }

    /// Envoy finds what comes from headers while the filter has them, and what comes from the end at the end.
    fn is_hidden(&self, parts: &[&[u8]]) -> bool {
        match parts {
            [b"request", b"duration"] => !self.logging,
            [
                b"request",
                b"path" | b"url_path" | b"query" | b"host" | b"scheme" | b"method" | b"referer" | b"useragent" | b"id"
                | b"headers",
                ..,
            ] => self.map(0).is_none(),
            [b"response", b"headers", ..] => self.map(2).is_none(),
            [b"response", b"trailers", ..] => self.map(3).is_none(),
            [b"response", ..] => !self.responding,
            _ => false,
        }
    }

    fn of_request(&self, rest: &[&[u8]], now: u64) -> Option<Vec<u8>> {
        let header = |name: &str| self.request.headers.get(name).map(<[u8]>::to_vec);
        let path = || self.request.headers.get(":path").unwrap_or_default();
        let query_at = || path().iter().position(|&byte| byte == b'?');
        match rest {
            [b"path"] => header(":path"),
            [b"url_path"] => path().get(..query_at().unwrap_or(path().len())).map(<[u8]>::to_vec),
            [b"query"] => Some(query_at().and_then(|at| path().get(at + 1..)).unwrap_or_default().to_vec()),
            [b"host"] => header(":authority"),
            [b"scheme"] => header(":scheme"),
            [b"method"] => header(":method"),
            [b"referer"] => header("referer"),
            [b"useragent"] => header("user-agent"),
            [b"id"] => header("x-request-id"),
            [b"headers", name] => joined(&self.request.headers, name),
            [b"protocol"] => Some(b"HTTP/1.1".to_vec()),
            [b"time"] => Some(self.started.to_le_bytes().to_vec()),
            [b"duration"] => Some(now.saturating_sub(self.started).to_le_bytes().to_vec()),
            [b"size"] => {
                let declared = header("content-length").and_then(|value| str::from_utf8(&value).ok()?.parse().ok());
                Some(declared.unwrap_or(self.request.arrived as u64).to_le_bytes().to_vec())
            }
            _ => None,
        }
    }

    fn of_response(&self, rest: &[&[u8]]) -> Option<Vec<u8>> {
        match rest {
            [b"code"] => {
                let code: u64 = str::from_utf8(self.response.headers.get(":status")?).ok()?.parse().ok()?;
                Some(code.to_le_bytes().to_vec())
            }
            [b"size"] => Some((self.response.arrived as u64).to_le_bytes().to_vec()),
            [b"headers", name] => joined(&self.response.headers, name),
            [b"trailers", name] => joined(&self.response.trailers, name),
            _ => None,
        }
    }
}

fn joined(headers: &Headers, name: &[u8]) -> Option<Vec<u8>> {
    let values: Vec<&[u8]> = headers.get_all(name).collect();
    (!values.is_empty()).then(|| values.join(&b','))
}
