//! An instance of a filter, and what the host keeps for it.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use wasmtime::{Instance, Memory, Store, TypedFunc, WasmParams, WasmResults};

use super::compiled::Compiled;
use super::metrics::Metrics;
use super::stream::{Local, Side, Stream};
use crate::Error;

/// The context of the plugin itself; those of streams follow.
pub(super) const ROOT: u32 = 1;

/// What is called of a request and of a response.
const ON_HEADERS: [&str; 2] = ["proxy_on_request_headers", "proxy_on_response_headers"];
const ON_BODY: [&str; 2] = ["proxy_on_request_body", "proxy_on_response_body"];
const ON_TRAILERS: [&str; 2] = ["proxy_on_request_trailers", "proxy_on_response_trailers"];

/// How grave a line is that a filter logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// For who looks for a fault.
    Debug,
    /// What happens.
    Info,
    /// What may be wrong.
    Warn,
    /// What is wrong.
    Error,
    /// What makes everything else impossible.
    Critical,
}

impl LogLevel {
    pub(super) fn from_number(number: u32) -> Option<Self> {
        use LogLevel::{Critical, Debug, Error, Info, Trace, Warn};
        [Trace, Debug, Info, Warn, Error, Critical].get(number as usize).copied()
    }
}

/// A line that a filter logged; all are kept, whatever their level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// How grave it is.
    pub level: LogLevel,
    /// What it says, with what is no text replaced.
    pub message: String,
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", format!("{:?}", self.level).to_lowercase(), self.message)
    }
}

/// What outlives a VM.
#[derive(Default)]
pub(super) struct Outside {
    pub(super) logs: Vec<Log>,
    pub(super) metrics: Metrics,
    /// Nanoseconds since the epoch.
    pub(super) now: u64,
    pub(super) failure: Option<String>,
}

/// What is fixed for all VMs of a plugin.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) configuration: Vec<u8>,
    pub(super) vm_configuration: Vec<u8>,
    pub(super) allow_on_headers_stop_iteration: bool,
    pub(super) buffer_limit: usize,
    pub(super) log_level: LogLevel,
}

/// What a guest asked for, to be done after its call.
pub(super) enum Deferred {
    Continue(Side),
    Respond(Local),
    Close,
}

/// What the host keeps for an instance.
pub(super) struct Host {
    pub(super) outside: Outside,
    pub(super) settings: Settings,
    pub(super) memory: Option<Memory>,
    pub(super) malloc: Option<TypedFunc<u32, u32>>,
    /// No call but `proxy_log` is allowed.
    pub(super) restricted: bool,
    pub(super) failed: bool,
    /// The plugin's configuration can be read.
    pub(super) configuring: bool,
    pub(super) streams: BTreeMap<u32, Stream>,
    /// The context that was called, and the one it wants to act for.
    pub(super) called: u32,
    pub(super) effective: Option<u32>,
    pub(super) deferred: VecDeque<(u32, Deferred)>,
    /// Whatever the guest returns, nothing goes on.
    pub(super) stopped: bool,
    pub(super) tick_period: u32,
    /// The plugin was told to stop and wanted to finish first.
    pub(super) finishing: bool,
}

impl Host {
    fn new(outside: Outside, settings: Settings) -> Self {
        Host {
            outside,
            settings,
            memory: None,
            malloc: None,
            restricted: true,
            failed: false,
            configuring: false,
            streams: BTreeMap::new(),
            called: ROOT,
            effective: None,
            deferred: VecDeque::new(),
            stopped: false,
            tick_period: 0,
            finishing: false,
        }
    }

    /// The context that the guest acts for.
    pub(super) fn acting(&self) -> u32 {
        self.effective.unwrap_or(self.called)
    }

    pub(super) fn stream(&mut self) -> Option<&mut Stream> {
        let context = self.acting();
        self.streams.get_mut(&context)
    }

    pub(super) fn fail(&mut self, function: &str, error: &wasmtime::Error) {
        self.failed = true;
        let cause = error.chain().last().map(ToString::to_string).unwrap_or_default();
        self.outside.failure = Some(format!("{function}: {}", cause.replace('\n', " ")));
    }
}

/// A function that says whether the stream may go on.
type Callback<P> = Option<TypedFunc<P, u32>>;

/// The functions of a filter; Envoy goes on as if it had been called where one is missing.
struct Exports {
    on_context_create: Option<TypedFunc<(u32, u32), ()>>,
    on_vm_start: Option<TypedFunc<(u32, u32), u32>>,
    on_configure: Option<TypedFunc<(u32, u32), u32>>,
    on_tick: Option<TypedFunc<u32, ()>>,
    on_headers: [Callback<(u32, u32, u32)>; 2],
    on_body: [Callback<(u32, u32, u32)>; 2],
    on_trailers: [Callback<(u32, u32)>; 2],
    on_log: Option<TypedFunc<u32, ()>>,
    on_done: Option<TypedFunc<u32, u32>>,
    on_delete: Option<TypedFunc<u32, ()>>,
}

/// An instance.
pub(super) struct Vm {
    pub(super) store: Store<Host>,
    exports: Exports,
    next_context: u32,
}

impl Vm {
    /// Instantiates a module and lets it take its configuration. What outlives a VM stays where it is on an error.
    pub(super) fn start(compiled: &Compiled, outside: &mut Outside, settings: Settings) -> Result<Self, Error> {
        outside.failure = None;
        outside.metrics.forget_numbers();
        let logged_before = outside.logs.len();
        let mut store = Store::new(compiled.engine(), Host::new(std::mem::take(outside), settings));
        let started = Self::instantiate(compiled, &mut store)
            .and_then(|exports| configure(&mut store, &exports).map(|()| exports));
        match started {
            Ok(exports) => Ok(Vm { store, exports, next_context: ROOT + 1 }),
            Err(mut what) => {
                *outside = store.into_data().outside;
                if let Some(failure) = &outside.failure {
                    what = format!("{what}: {failure}");
                }
                let logs: Vec<String> = outside.logs.iter().skip(logged_before).map(ToString::to_string).collect();
                if !logs.is_empty() {
                    what = format!("{what}; it logged: {}", logs.join("; "));
                }
                Err(Error::new("filter", what, "Envoy would not start with it"))
            }
        }
    }

    fn instantiate(compiled: &Compiled, store: &mut Store<Host>) -> Result<Exports, String> {
        let instance = compiled.instantiate(&mut *store).map_err(|error| {
            store.data_mut().fail("start", &error);
            "cannot be instantiated".to_owned()
        })?;
        let memory = instance.get_memory(&mut *store, "memory").ok_or("exports no memory called `memory`")?;
        let malloc = match function(&instance, store, "malloc")? {
            Some(malloc) => Some(malloc),
            None => function(&instance, store, "proxy_on_memory_allocate")?,
        };
        let malloc = malloc.ok_or("exports neither `malloc` nor `proxy_on_memory_allocate`")?;
        store.data_mut().memory = Some(memory);
        store.data_mut().malloc = Some(malloc);
        let exports = Exports {
            on_context_create: function(&instance, store, "proxy_on_context_create")?,
            on_vm_start: function(&instance, store, "proxy_on_vm_start")?,
            on_configure: function(&instance, store, "proxy_on_configure")?,
            on_tick: function(&instance, store, "proxy_on_tick")?,
            on_headers: [function(&instance, store, ON_HEADERS[0])?, function(&instance, store, ON_HEADERS[1])?],
            on_body: [function(&instance, store, ON_BODY[0])?, function(&instance, store, ON_BODY[1])?],
            on_trailers: [function(&instance, store, ON_TRAILERS[0])?, function(&instance, store, ON_TRAILERS[1])?],
            on_log: function(&instance, store, "proxy_on_log")?,
            on_done: function(&instance, store, "proxy_on_done")?,
            on_delete: function(&instance, store, "proxy_on_delete")?,
        };
        initialize(&instance, store)?;
        Ok(exports)
    }

    pub(super) fn host(&self) -> &Host {
        self.store.data()
    }

    pub(super) fn host_mut(&mut self) -> &mut Host {
        self.store.data_mut()
    }

    /// A new context for a stream.
    pub(super) fn open(&mut self, stream: Stream) -> u32 {
        let context = self.next_context;
        self.next_context += 1;
        self.host_mut().streams.insert(context, stream);
        self.call(context, "proxy_on_context_create", self.exports.on_context_create.clone(), (context, ROOT));
        context
    }

    pub(super) fn on_headers(&mut self, context: u32, side: Side, count: usize, end: bool) -> Option<u32> {
        let function = self.exports.on_headers[side as usize].clone();
        self.call(context, ON_HEADERS[side as usize], function, (context, clamp(count), end.into()))
    }

    pub(super) fn on_body(&mut self, context: u32, side: Side, len: usize, end: bool) -> Option<u32> {
        let function = self.exports.on_body[side as usize].clone();
        self.call(context, ON_BODY[side as usize], function, (context, clamp(len), end.into()))
    }

    pub(super) fn on_trailers(&mut self, context: u32, side: Side, count: usize) -> Option<u32> {
        let function = self.exports.on_trailers[side as usize].clone();
        self.call(context, ON_TRAILERS[side as usize], function, (context, clamp(count)))
    }

    pub(super) fn on_log(&mut self, context: u32) {
        self.call(context, "proxy_on_log", self.exports.on_log.clone(), context);
    }

    pub(super) fn on_tick(&mut self) {
        self.call(ROOT, "proxy_on_tick", self.exports.on_tick.clone(), ROOT);
    }

    /// The context is over; `false` if the guest wants to finish something first.
    pub(super) fn on_done(&mut self, context: u32) -> bool {
        self.call(context, "proxy_on_done", self.exports.on_done.clone(), context).is_none_or(|done| done != 0)
    }

    pub(super) fn on_delete(&mut self, context: u32) {
        self.call(context, "proxy_on_delete", self.exports.on_delete.clone(), context);
    }

    /// Calls the guest, if it has not failed before; what it asked for is still to be done.
    fn call<P: WasmParams, R: WasmResults>(
        &mut self,
        context: u32,
        name: &str,
        function: Option<TypedFunc<P, R>>,
        parameters: P,
    ) -> Option<R> {
        call(&mut self.store, context, name, function.as_ref(), parameters)
    }
}

/// Lets an instance take its configuration.
fn configure(store: &mut Store<Host>, exports: &Exports) -> Result<(), String> {
    store.data_mut().configuring = true;
    call(store, ROOT, "proxy_on_context_create", exports.on_context_create.as_ref(), (ROOT, 0));
    store.data_mut().configuring = false;
    let size = clamp(store.data().settings.vm_configuration.len());
    if call(store, ROOT, "proxy_on_vm_start", exports.on_vm_start.as_ref(), (ROOT, size)) == Some(0) {
        return Err("`proxy_on_vm_start` answered false".to_owned());
    }
    store.data_mut().configuring = true;
    let size = clamp(store.data().settings.configuration.len());
    let configured = call(store, ROOT, "proxy_on_configure", exports.on_configure.as_ref(), (ROOT, size));
    let host = store.data_mut();
    host.configuring = false;
    // There is no stream yet that anything could be done to.
    host.deferred.clear();
    host.stopped = false;
    if host.failed {
        return Err("trapped when it was started".to_owned());
    }
    if configured == Some(0) { Err("`proxy_on_configure` answered false".to_owned()) } else { Ok(()) }
}

fn call<P: WasmParams, R: WasmResults>(
    store: &mut Store<Host>,
    context: u32,
    name: &str,
    function: Option<&TypedFunc<P, R>>,
    parameters: P,
) -> Option<R> {
    let function = function?;
    let host = store.data_mut();
    if host.failed {
        return None;
    }
    host.called = context;
    host.effective = None;
    host.stopped = false;
    match function.call(&mut *store, parameters) {
        Ok(result) => Some(result),
        Err(error) => {
            store.data_mut().fail(name, &error);
            None
        }
    }
}

/// Runs what a module runs before anything else. It may call nothing but `proxy_log`.
fn initialize(instance: &Instance, store: &mut Store<Host>) -> Result<(), String> {
    for name in ["_initialize", "_start"] {
        if let Some(function) = function::<(), ()>(instance, store, name)? {
            call(store, ROOT, name, Some(&function), ());
            break;
        }
    }
    store.data_mut().restricted = false;
    if store.data().failed { Err("trapped when it was initialized".to_owned()) } else { Ok(()) }
}

fn function<P: WasmParams, R: WasmResults>(
    instance: &Instance,
    store: &mut Store<Host>,
    name: &str,
) -> Result<Option<TypedFunc<P, R>>, String> {
    match instance.get_func(&mut *store, name) {
        None => Ok(None),
        Some(function) => {
            function.typed(&*store).map(Some).map_err(|_| format!("exports `{name}` with another signature"))
        }
    }
}

fn clamp(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
