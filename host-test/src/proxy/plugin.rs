//! A plugin: a filter with its configuration, and the requests that pass it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::chain::{Event, events};
use super::compiled::Compiled;
use super::headers::Headers;
use super::message::{Exchange, Framing, Message, Outcome, Phase, Request};
use super::metrics::Metric;
use super::stream::{End, Half, Local, Side, Stream};
use super::vm::{Log, LogLevel, Outside, ROOT, Settings, Vm};
use crate::Error;

/// What Envoy does once a filter has trapped; the request that met the trap gets 503 always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// All requests after it get 503 (`FAIL_CLOSED`, and the default).
    Closed,
    /// All requests after it pass unfiltered (`FAIL_OPEN`).
    Open,
    /// They get 503 until a new VM is due (`FAIL_RELOAD`).
    Reload,
}

/// How a [`Plugin`] is run; the default is Envoy's.
#[derive(Clone, Debug)]
pub struct Options {
    allow_on_headers_stop_iteration: bool,
    buffer_limit: usize,
    vm_configuration: Vec<u8>,
    log_level: LogLevel,
    on_failure: OnFailure,
    reload_after: Duration,
    time: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            allow_on_headers_stop_iteration: false,
            buffer_limit: 1 << 20,
            vm_configuration: Vec::new(),
            log_level: LogLevel::Info,
            on_failure: OnFailure::Closed,
            reload_after: Duration::from_millis(1500),
            time: Duration::from_secs(1_700_000_000),
        }
    }
}

impl Options {
    /// `allow_on_headers_stop_iteration` of the plugin: a filter that pauses at the headers is asked about the body.
    /// Without, nothing comes to it any more.
    pub fn allow_on_headers_stop_iteration(mut self, allow: bool) -> Self {
        self.allow_on_headers_stop_iteration = allow;
        self
    }

    /// `request_body_buffer_limit`, in bytes: longer bodies that are held back are answered with 413.
    pub fn buffer_limit(mut self, bytes: usize) -> Self {
        self.buffer_limit = bytes;
        self
    }

    /// The configuration of the VM.
    pub fn vm_configuration(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.vm_configuration = bytes.as_ref().to_vec();
        self
    }

    /// What `proxy_get_log_level` answers.
    pub fn log_level(mut self, level: LogLevel) -> Self {
        self.log_level = level;
        self
    }

    /// `failure_policy`.
    pub fn on_failure(mut self, policy: OnFailure) -> Self {
        self.on_failure = policy;
        self
    }

    /// How long a VM must have been there before a new one takes its place; Envoy draws 1 to 1.5 s.
    pub fn reload_after(mut self, time: Duration) -> Self {
        self.reload_after = time;
        self
    }

    /// The time at the start, since the epoch. It stands still but for [`Plugin::advance`].
    pub fn time(mut self, since_epoch: Duration) -> Self {
        self.time = since_epoch;
        self
    }
}

/// A filter that took its configuration.
pub struct Plugin {
    compiled: Compiled,
    options: Options,
    vm: Vm,
    loaded_at: u64,
}

impl Plugin {
    /// Starts a filter with its configuration, the bytes that Envoy would hand over.
    ///
    /// # Errors
    /// When Envoy would refuse to start: the module traps, answers false, or lacks what Envoy needs. The error says what
    /// it logged.
    pub fn start(compiled: &Compiled, configuration: impl AsRef<[u8]>, options: Options) -> Result<Self, Error> {
        let settings = Settings {
            configuration: configuration.as_ref().to_vec(),
            vm_configuration: options.vm_configuration.clone(),
            allow_on_headers_stop_iteration: options.allow_on_headers_stop_iteration,
            buffer_limit: options.buffer_limit,
            log_level: options.log_level,
        };
        let now = nanoseconds(options.time);
        let mut outside = Outside { now, ..Outside::default() };
        let vm = Vm::start(compiled, &mut outside, settings)?;
        Ok(Plugin { compiled: compiled.clone(), options, vm, loaded_at: now })
    }

    /// Lets one request pass.
    pub fn exchange(&mut self, request: &Request) -> Exchange {
        let mut running = self.begin(request);
        while self.step(&mut running) {}
        self.finish(running)
    }

    /// Lets several requests pass at the same time: one piece of each in turn.
    pub fn interleave(&mut self, requests: &[Request]) -> Vec<Exchange> {
        let mut all: Vec<Running<'_>> = requests.iter().map(|request| self.begin(request)).collect();
        let mut going = true;
        while going {
            going = false;
            for running in &mut all {
                going |= self.step(running);
            }
        }
        all.into_iter().map(|running| self.finish(running)).collect()
    }

    /// Logs an exchange that others handled, as an access logger is called to; `false` if the filter has failed.
    ///
    /// Of the request its headers and properties count, and those of its answer.
    pub fn log(&mut self, request: &Request) -> bool {
        self.reload();
        let stream = Stream::logged(request, self.vm.host().outside.now);
        self.vm.host_mut().streams.insert(ROOT, stream);
        self.vm.on_log(ROOT);
        self.vm.host_mut().streams.remove(&ROOT);
        self.vm.settle();
        !self.vm.host().failed
    }

    /// Calls `proxy_on_tick` if the filter asked for ticks, whatever the time.
    pub fn tick(&mut self) {
        if self.vm.host().tick_period != 0 {
            self.vm.on_tick();
            self.vm.settle();
        }
    }

    /// The time between the ticks that the filter asked for.
    pub fn tick_period(&self) -> Option<Duration> {
        Some(self.vm.host().tick_period)
            .filter(|&period| period != 0)
            .map(|period| Duration::from_millis(period.into()))
    }

    /// Lets time pass.
    pub fn advance(&mut self, time: Duration) {
        let now = &mut self.vm.host_mut().outside.now;
        *now = now.saturating_add(nanoseconds(time));
    }

    /// The metrics that the filter defined, also in VMs before.
    pub fn metrics(&self) -> BTreeMap<String, Metric> {
        self.vm.host().outside.metrics.all()
    }

    /// What the filter logged so far, also in VMs before.
    pub fn logs(&self) -> &[Log] {
        &self.vm.host().outside.logs
    }

    /// Takes what the filter logged so far.
    pub fn take_logs(&mut self) -> Vec<Log> {
        std::mem::take(&mut self.vm.host_mut().outside.logs)
    }

    /// Size of the VM's memory in bytes. It never shrinks.
    pub fn memory_size(&self) -> u64 {
        self.vm.host().memory.map_or(0, |memory| memory.data_size(&self.vm.store)) as u64
    }

    /// Why the VM failed, if it did: the function that trapped, and the trap.
    pub fn failure(&self) -> Option<&str> {
        self.vm.host().outside.failure.as_deref().filter(|_| self.vm.host().failed)
    }

    /// Tells the filter that it is over, as Envoy does when its configuration goes; `false` if it did not finish.
    pub fn stop(mut self) -> bool {
        let done = self.vm.on_done(ROOT);
        if !done {
            self.vm.host_mut().finishing = true;
            self.tick();
        }
        let finished = done || !self.vm.host().finishing;
        if finished {
            self.vm.on_delete(ROOT);
        }
        finished && !self.vm.host().failed
    }

    fn begin<'a>(&mut self, request: &'a Request) -> Running<'a> {
        self.reload();
        let mut running = Running { request, path: Path::Around, side: Side::Request, events: Vec::new(), local: None };
        if !self.vm.host().failed {
            let stream = Stream::new(request, self.vm.host().outside.now);
            running.path = Path::Through(self.vm.open(stream));
            running.events = events(&request.chunks, &request.trailers, request.end_with_last);
        } else if self.options.on_failure != OnFailure::Open {
            running.path = Path::Refused;
        }
        running
    }

    /// One event for the filter; `false` if there is none any more.
    fn step(&mut self, running: &mut Running<'_>) -> bool {
        let Path::Through(id) = running.path else { return false };
        if let Some(event) = running.events.pop() {
            match event {
                Event::Headers { end } => self.vm.headers(id, running.side, end),
                Event::Piece { bytes, end } => self.vm.piece(id, running.side, bytes, end),
                Event::Trailers => self.vm.trailers(id, running.side),
            }
            if self.vm.host().streams.get(&id).is_some_and(|stream| stream.end.is_some()) {
                running.events.clear();
            }
            return true;
        }
        running.side == Side::Request && self.turn_around(id, running)
    }

    /// Begins the response, if there is one.
    fn turn_around(&mut self, id: u32, running: &mut Running<'_>) -> bool {
        let Some(stream) = self.vm.host_mut().streams.get_mut(&id) else { return false };
        let response = match stream.end.take() {
            Some(End::Local(local)) => {
                let message = local.into_message();
                running.local = Some(stream.request.sent.is_some());
                super::Response {
                    headers: message.headers,
                    chunks: Some(message.body).into_iter().filter(|body| !body.is_empty()).collect(),
                    trailers: Headers::new(),
                    end_with_last: true,
                }
            }
            None if stream.request.sent_all && !is_short(stream.request.sent.as_ref()) => {
                running.request.response.clone()
            }
            end => {
                stream.end = end;
                return false;
            }
        };
        running.side = Side::Response;
        running.events = events(&response.chunks, &response.trailers, response.end_with_last);
        stream.respond(&response);
        true
    }

    /// Logs the stream and lets the filter forget it.
    fn finish(&mut self, running: Running<'_>) -> Exchange {
        let id = match running.path {
            Path::Through(id) => id,
            Path::Around => return around(running.request),
            Path::Refused => return refused(),
        };
        let Some(stream) = self.vm.host_mut().streams.get_mut(&id) else { return refused() };
        let (outcome, downstream) = conclude(stream, running.local);
        if let Some(message) = downstream {
            stream.response.headers = message.headers.clone();
            stream.response.has_trailers = false;
            stream.response.sent = Some(message);
        }
        stream.logging = true;
        self.vm.on_log(id);
        // What is set later, Envoy's access loggers do not see.
        let stream = self.vm.host_mut().streams.get_mut(&id);
        let filter_state = stream.map(|stream| std::mem::take(&mut stream.filter_state)).unwrap_or_default();
        self.vm.on_done(id);
        self.vm.on_delete(id);
        self.vm.settle();
        let Some(stream) = self.vm.host_mut().streams.remove(&id) else { return refused() };
        let text = |name: Vec<u8>| String::from_utf8_lossy(&name).into_owned();
        Exchange {
            outcome,
            upstream: stream.request.sent,
            downstream: stream.response.sent,
            filter_state: filter_state.into_iter().map(|(name, value)| (text(name), value)).collect(),
        }
    }

    /// Puts a new VM in the place of a failed one, if it is time for it.
    fn reload(&mut self) {
        let host = self.vm.host_mut();
        let now = host.outside.now;
        let due = now.saturating_sub(self.loaded_at) >= nanoseconds(self.options.reload_after);
        if !host.failed || self.options.on_failure != OnFailure::Reload || !due {
            return;
        }
        self.loaded_at = now;
        let settings = host.settings.clone();
        if let Ok(vm) = Vm::start(&self.compiled, &mut host.outside, settings) {
            self.vm = vm;
        }
    }
}

/// A request under way.
struct Running<'a> {
    request: &'a Request,
    path: Path,
    side: Side,
    /// What is still to come, last one first.
    events: Vec<Event>,
    /// The response is Envoy's own; the upstream was cut off or not.
    local: Option<bool>,
}

/// Which way a request goes.
enum Path {
    /// Through the filter, as this context.
    Through(u32),
    /// As if there were none.
    Around,
    /// No further than Envoy.
    Refused,
}

/// What became of a stream, and the response that takes the place of the one that was under way.
fn conclude(stream: &mut Stream, local: Option<bool>) -> (Outcome, Option<Message>) {
    let seen = stream.request.sent.is_some();
    match stream.end.take() {
        Some(End::Reset) => return (Outcome::Reset, None),
        Some(End::Direct(response)) => {
            let upstream_reset = local.unwrap_or(seen && !stream.response.complete);
            return (Outcome::Local { upstream_reset }, Some(response.into_message()));
        }
        Some(End::Local(response)) => {
            return (Outcome::Local { upstream_reset: seen }, Some(response.into_message()));
        }
        None => {}
    }
    let hung = |half: &Half, otherwise| Outcome::Hung(half.paused_at.unwrap_or(otherwise));
    let outcome = if let Some(upstream_reset) = local.filter(|_| stream.response.sent_all) {
        Outcome::Local { upstream_reset }
    } else if local.is_none() && !stream.request.sent_all {
        hung(&stream.request, Phase::RequestBody)
    } else if stream.responding && !stream.response.sent_all {
        hung(&stream.response, Phase::ResponseBody)
    } else if is_short(stream.request.sent.as_ref()) || is_short(stream.response.sent.as_ref()) {
        Outcome::Hung(Phase::ContentLength)
    } else if is_long(stream.request.sent.as_ref()) || is_long(stream.response.sent.as_ref()) {
        Outcome::Desynchronised
    } else {
        Outcome::Forwarded
    };
    (outcome, None)
}

fn is_short(message: Option<&Message>) -> bool {
    message.is_some_and(|message| matches!(message.framing(), Framing::Shorter { .. }))
}

fn is_long(message: Option<&Message>) -> bool {
    message.is_some_and(|message| matches!(message.framing(), Framing::Longer { .. }))
}

/// What comes out where no filter is.
fn around(request: &Request) -> Exchange {
    let message = |headers: &Headers, chunks: &[Vec<u8>], trailers: &Headers| {
        Some(Message { headers: headers.clone(), body: chunks.concat(), trailers: trailers.clone() })
    };
    let response = &request.response;
    Exchange {
        outcome: Outcome::Forwarded,
        upstream: message(&request.headers, &request.chunks, &request.trailers),
        downstream: message(&response.headers, &response.chunks, &response.trailers),
        filter_state: BTreeMap::new(),
    }
}

/// What comes out where the filter has failed before.
fn refused() -> Exchange {
    Exchange {
        outcome: Outcome::Local { upstream_reset: false },
        upstream: None,
        downstream: Some(Local::new(503, "").into_message()),
        filter_state: BTreeMap::new(),
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
