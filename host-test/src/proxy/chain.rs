//! How a stream passes its filter: what goes on, what is held back, and how it ends before its time.

use super::headers::Headers;
use super::message::{Message, Phase};
use super::stream::{End, Local, Pause, Side};
use super::vm::{Deferred, Vm};

/// What a callback may answer: of headers, of a piece of the body, of trailers.
const CONTINUE: u32 = 0;
const STOP: u32 = 1;
const STOP_ALL_AND_BUFFER: u32 = 3;
const STOP_AND_WATERMARK: u32 = 2;
/// Whatever a callback that sent a response answers.
const STOPPED: u32 = u32::MAX;

impl Vm {
    /// The headers have come.
    pub(super) fn headers(&mut self, id: u32, side: Side, end: bool) {
        let allow = self.host().settings.allow_on_headers_stop_iteration;
        let Some(count) = self.with(id, side, |half| {
            half.sees_headers = true;
            half.at_end = end;
            half.complete = end;
            half.headers.len()
        }) else {
            return;
        };
        let answer = self.on_headers(id, side, count, end);
        let Some(answer) = self.after(id, side, answer) else { return };
        let phase = phase(side, Phase::RequestHeaders, Phase::ResponseHeaders);
        match answer {
            CONTINUE | STOP_AND_WATERMARK => {
                self.with(id, side, |half| half.sees_headers = false);
                self.send_headers(id, side, end);
            }
            STOP if allow => self.pause(id, side, Pause::Held, phase),
            answer => {
                if answer == STOP_ALL_AND_BUFFER {
                    self.with(id, side, |half| half.unlimited = false);
                }
                self.pause(id, side, Pause::Unseen, phase);
            }
        }
    }

    /// A piece of the body has come.
    pub(super) fn piece(&mut self, id: u32, side: Side, bytes: Vec<u8>, end: bool) {
        let limit = self.host().settings.buffer_limit;
        let unseen = self.with(id, side, |half| {
            half.arrived += bytes.len();
            half.complete |= end;
            half.pause == Pause::Unseen
        });
        match unseen {
            None => {}
            Some(true) => {
                self.with(id, side, |half| half.hold(bytes, limit));
                self.refuse_too_long(id, side);
            }
            Some(false) => self.ask_about(id, side, bytes, end),
        }
    }

    /// Asks the filter about a piece, or about all that is held with it.
    fn ask_about(&mut self, id: u32, side: Side, bytes: Vec<u8>, end: bool) {
        let limit = self.host().settings.buffer_limit;
        let Some(len) = self.with(id, side, |half| {
            half.at_end = end;
            half.piece = bytes;
            half.sees_piece = true;
            if half.buffering {
                let piece = std::mem::take(&mut half.piece);
                half.hold(piece, limit);
            }
            half.body().len()
        }) else {
            return;
        };
        let answer = self.on_body(id, side, len, end);
        let Some(answer) = self.after(id, side, answer) else { return };
        let Some((piece, held_up)) = self.with(id, side, |half| {
            half.buffering = false;
            (std::mem::take(&mut half.piece), half.pause == Pause::Held)
        }) else {
            return;
        };
        match answer {
            CONTINUE => {
                self.with(id, side, |half| half.sees_piece = false);
                if held_up {
                    self.with(id, side, |half| half.hold(piece, limit));
                    self.refuse_too_long(id, side);
                    self.resume(id, side);
                } else {
                    self.send_piece(id, side, piece, end);
                }
                return;
            }
            STOP | STOP_AND_WATERMARK => {
                self.with(id, side, |half| {
                    half.buffering = answer == STOP;
                    half.unlimited = answer == STOP_AND_WATERMARK;
                    half.hold(piece, limit);
                });
                self.refuse_too_long(id, side);
            }
            // The piece is gone.
            _ => {}
        }
        self.pause(id, side, Pause::Held, phase(side, Phase::RequestBody, Phase::ResponseBody));
    }

    /// The trailers have come.
    pub(super) fn trailers(&mut self, id: u32, side: Side) {
        let Some(Some(count)) = self.with(id, side, |half| {
            half.complete = true;
            half.has_trailers = true;
            half.sees_trailers = half.pause != Pause::Unseen;
            half.sees_trailers.then(|| half.trailers.len())
        }) else {
            return;
        };
        let answer = self.on_trailers(id, side, count);
        let Some(answer) = self.after(id, side, answer) else { return };
        if answer != CONTINUE {
            return self.pause(id, side, Pause::Held, phase(side, Phase::RequestTrailers, Phase::ResponseTrailers));
        }
        match self.with(id, side, |half| {
            half.sees_trailers = false;
            half.pause
        }) {
            Some(Pause::Held) => self.resume(id, side),
            Some(_) => self.send_trailers(id, side),
            None => {}
        }
    }

    /// Does what guests asked for in their last call.
    pub(super) fn settle(&mut self) {
        while let Some((id, deferred)) = self.host_mut().deferred.pop_front() {
            match deferred {
                Deferred::Continue(side) => self.resume(id, side),
                Deferred::Respond(local) => self.respond(id, local),
                Deferred::Close => self.end(id, End::Reset),
            }
        }
    }

    /// Lets go on what was held back.
    fn resume(&mut self, id: u32, side: Side) {
        let Some((pause, end, held)) = self.with(id, side, |half| {
            let end = half.complete && half.held.is_none() && !half.has_trailers;
            (std::mem::take(&mut half.pause), end, half.held.take())
        }) else {
            return;
        };
        self.send_headers(id, side, end);
        let Some((complete, has_trailers)) = self.with(id, side, |half| (half.complete, half.has_trailers)) else {
            return;
        };
        let end = complete && !has_trailers;
        if pause == Pause::Unseen {
            if let Some(held) = held {
                self.ask_about(id, side, held, end);
            }
            if has_trailers {
                self.trailers(id, side);
            }
            return;
        }
        if let Some(held) = held {
            self.send_piece(id, side, held, end);
        }
        if has_trailers {
            self.send_trailers(id, side);
        }
    }

    fn send_headers(&mut self, id: u32, side: Side, end: bool) {
        let incomplete = self.with(id, side, |half| {
            if half.sent.is_some() {
                return false;
            }
            let is_request = side == Side::Request;
            if is_request && (half.headers.get(":method").is_none() || half.headers.get(":path").is_none()) {
                return true;
            }
            half.sent = Some(Message { headers: half.headers.clone(), ..Message::default() });
            half.sent_all = end;
            false
        });
        if incomplete == Some(true) {
            self.respond(id, Local::new(503, "filter removed a header that a request must have"));
        }
    }

    fn send_piece(&mut self, id: u32, side: Side, bytes: Vec<u8>, end: bool) {
        self.with(id, side, |half| {
            if let Some(sent) = &mut half.sent {
                sent.body.extend_from_slice(&bytes);
                half.sent_all = end;
                if end && half.has_trailers {
                    // They came into being at the end of the body.
                    sent.trailers = half.trailers.clone();
                }
            }
        });
    }

    fn send_trailers(&mut self, id: u32, side: Side) {
        self.with(id, side, |half| {
            if let Some(sent) = &mut half.sent {
                sent.trailers = half.trailers.clone();
                half.sent_all = true;
            }
        });
    }

    fn pause(&mut self, id: u32, side: Side, pause: Pause, phase: Phase) {
        self.with(id, side, |half| {
            half.pause = pause;
            half.paused_at = Some(phase);
        });
    }

    /// What a callback answered, unless it ended the stream.
    fn after(&mut self, id: u32, side: Side, answer: Option<u32>) -> Option<u32> {
        self.refuse_too_long(id, side);
        if self.host().failed {
            self.respond(id, Local::new(503, ""));
        }
        let stopped = std::mem::take(&mut self.host_mut().stopped);
        self.settle();
        self.with(id, side, |_| if stopped { STOPPED } else { answer.unwrap_or(CONTINUE) })
    }

    /// Ends a stream whose filter holds more than it may.
    fn refuse_too_long(&mut self, id: u32, side: Side) {
        if self.with(id, side, |half| half.too_long) == Some(true) {
            self.respond(
                id,
                match side {
                    Side::Request => Local::new(413, "Payload Too Large"),
                    Side::Response => Local::new(500, "Internal Server Error"),
                },
            );
        }
    }

    /// Ends a stream with a response, if it is not too late for one.
    pub(super) fn respond(&mut self, id: u32, local: Local) {
        let Some(stream) = self.host().streams.get(&id) else { return };
        let end = match (stream.responding, &stream.response.sent) {
            (false, _) => End::Local(local),
            (true, None) => End::Direct(local),
            (true, Some(_)) => End::Reset,
        };
        self.end(id, end);
    }

    /// Ends a stream; the first end counts.
    fn end(&mut self, id: u32, end: End) {
        if let Some(stream) = self.host_mut().streams.get_mut(&id)
            && !stream.logging
        {
            stream.end.get_or_insert(end);
        }
    }

    /// Does something with one side of a stream, unless it has ended.
    fn with<T>(&mut self, id: u32, side: Side, act: impl FnOnce(&mut super::stream::Half) -> T) -> Option<T> {
        let stream = self.host_mut().streams.get_mut(&id).filter(|stream| stream.end.is_none())?;
        Some(act(stream.half(side)))
    }
}

fn phase(side: Side, request: Phase, response: Phase) -> Phase {
    match side {
        Side::Request => request,
        Side::Response => response,
    }
}

/// Something that comes to a filter.
pub(super) enum Event {
    Headers { end: bool },
    Piece { bytes: Vec<u8>, end: bool },
    Trailers,
}

/// The events of a message, last one first.
pub(super) fn events(chunks: &[Vec<u8>], trailers: &Headers, end_with_last: bool) -> Vec<Event> {
    let mut events = vec![Event::Headers { end: chunks.is_empty() && trailers.is_empty() }];
    events.extend(
        chunks
            .iter()
            .filter(|chunk| end_with_last || !chunk.is_empty())
            .map(|chunk| Event::Piece { bytes: chunk.clone(), end: false }),
    );
    if !trailers.is_empty() {
        events.push(Event::Trailers);
    } else if let Some(Event::Piece { end, .. }) = events.last_mut().filter(|_| end_with_last) {
        *end = true;
    } else if !chunks.is_empty() {
        events.push(Event::Piece { bytes: Vec::new(), end: true });
    }
    events.reverse();
    events
}
