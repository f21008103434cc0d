//! podsieve as a plugin of Envoy, on [proxy-wasm](https://github.com/proxy-wasm/spec).
//!
//! One module for three modes, which the plugin's configuration chooses: `gateway` redacts the records in the bodies that
//! log shippers send, `edge` writes an audit record for each request to an application, `access_log` does so as an access
//! logger. What they do is in `podsieve-http`; here is what Envoy has to do with it.
//!
//! What becomes of a policy is chosen by features, each of which makes a module of its own: without any it is the default
//! one; with `policy` the configuration may have one; with `unbaked`, `podsieve bake --envoy` gives the module one.
//!
//! No trap: a plugin that trapped answers 503 from then on, or, set to fail open, lets everything pass as it is. So all
//! that comes from outside is bytes, every call to the host may fail, and what fails there fails the request.
#![allow(unsafe_code, reason = "this is the boundary to the host: raw addresses come in and go out")]
#![cfg(target_arch = "wasm32")]
#![deny(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod audit;
mod compare;
mod exports;
mod gateway;
mod host;
mod metrics;
mod settings;
mod sorted;
mod structure;
#[cfg(feature = "unbaked")]
mod unbaked;

use core::cell::RefCell;
use std::rc::Rc;

use audit::Edge;
use gateway::Gateway;
use host::Action;
use metrics::Metrics;
use podsieve_config::plugin::Mode;
use podsieve_core::Policy;
use podsieve_http::Sieve;

static DEFAULT: Policy = Policy::DEFAULT;

/// The policy of all plugins whose configuration has none.
#[cfg(not(feature = "unbaked"))]
fn policy() -> &'static Policy {
    &DEFAULT
}

#[cfg(feature = "unbaked")]
use unbaked::policy;

/// How often the host is told what was counted, in milliseconds.
const TICK: u32 = 500;

/// A configured plugin: what all its requests share.
struct Plugin {
    mode: Mode,
    sieve: RefCell<Sieve>,
    metrics: RefCell<Metrics>,
    destinations: Rc<podsieve_http::Destinations>,
}

impl Plugin {
    /// The plugin that the configuration says, of `size` bytes. If it is wrong, what is wrong is logged.
    fn configured(size: usize) -> Option<Plugin> {
        match settings::read(size) {
            Ok(plugin) => {
                host::tick(TICK);
                Some(plugin)
            }
            Err(wrong) => {
                for line in wrong {
                    host::log(host::Level::Critical, format!("podsieve: plugin configuration: {line}").as_bytes());
                }
                None
            }
        }
    }

    /// Tells the host what was counted.
    fn flush(&self) {
        if let (Ok(mut sieve), Ok(mut metrics)) = (self.sieve.try_borrow_mut(), self.metrics.try_borrow_mut()) {
            metrics.tally(sieve.tally());
            metrics.flush();
        }
    }

    /// Counts one thing.
    fn one(&self, name: &str) {
        if let Ok(mut metrics) = self.metrics.try_borrow_mut() {
            metrics.add(name, 1);
        }
    }
}

/// A plugin as the host knows it: it is there before its configuration is.
#[derive(Default)]
struct Root {
    plugin: Option<Rc<Plugin>>,
}

impl Root {
    /// Tells the host what was counted.
    fn flush(&self) {
        if let Some(plugin) = &self.plugin {
            plugin.flush();
        }
    }

    /// A request is over of which an access logger is to tell.
    fn log(&self) {
        if let Some(plugin) = &self.plugin
            && let Mode::AccessLog(audited) = &plugin.mode
        {
            audit::access(plugin, audited);
        }
    }
}

/// A request, and what its plugin does with it.
enum Request {
    Gateway(Gateway),
    Edge(Edge),
}

impl Request {
    fn new(plugin: Rc<Plugin>) -> Request {
        match &plugin.mode {
            Mode::Gateway(_) => Request::Gateway(Gateway::new(plugin)),
            Mode::Edge(_) | Mode::AccessLog(_) => Request::Edge(Edge::new(plugin)),
        }
    }

    /// Its headers are there; with `end` there is nothing more.
    fn headers(&mut self, end: bool) -> Action {
        match self {
            Request::Gateway(gateway) => gateway.headers(end),
            Request::Edge(edge) => edge.headers(end),
        }
    }

    /// `size` bytes of its body are there; with `end` they are the last ones.
    fn body(&mut self, size: usize, end: bool) -> Action {
        match self {
            Request::Gateway(gateway) => gateway.body(size, end),
            Request::Edge(edge) => edge.body(size),
        }
    }

    /// Trailers end it.
    fn trailers(&mut self) -> Action {
        match self {
            Request::Gateway(gateway) => gateway.trailers(),
            Request::Edge(_) => Action::Continue,
        }
    }

    /// It is over.
    fn log(&mut self) {
        if let Request::Edge(edge) = self {
            edge.log();
        }
    }
}
