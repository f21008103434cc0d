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
mod gateway;
mod host;
mod metrics;
mod settings;
mod structure;
#[cfg(feature = "unbaked")]
mod unbaked;

use core::cell::RefCell;
use std::rc::Rc;

use podsieve_config::plugin::Mode;
use podsieve_core::Policy;
use podsieve_http::Sieve;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::ContextType;

use audit::Edge;
use gateway::Gateway;
use metrics::Metrics;

static DEFAULT: Policy = Policy::DEFAULT;

mod start {
    #![allow(missing_docs, reason = "the macro writes functions without any")]

    proxy_wasm::main! {{
        crate::start();
    }}
}

fn start() {
    proxy_wasm::set_root_context(|_| Box::new(Root { plugin: None }));
}

/// The policy of all plugins whose configuration has none.
#[cfg(not(feature = "unbaked"))]
fn policy() -> &'static Policy {
    &DEFAULT
}

#[cfg(feature = "unbaked")]
use unbaked::policy;

/// A configured plugin: what all its requests share.
struct Plugin {
    mode: Mode,
    sieve: RefCell<Sieve>,
    metrics: RefCell<Metrics>,
    destinations: Rc<podsieve_http::Destinations>,
}

impl Plugin {
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

struct Root {
    plugin: Option<Rc<Plugin>>,
}

/// How often the host is told what was counted, in milliseconds.
const TICK: u32 = 500;

impl Drop for Root {
    fn drop(&mut self) {
        self.on_tick();
    }
}

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, size: usize) -> bool {
        match settings::read(size) {
            Ok(plugin) => {
                self.plugin = Some(Rc::new(plugin));
                host::tick(TICK);
                true
            }
            Err(wrong) => {
                for line in wrong {
                    host::log(host::Level::Critical, format!("podsieve: plugin configuration: {line}").as_bytes());
                }
                false
            }
        }
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        let plugin = Rc::clone(self.plugin.as_ref()?);
        Some(match &plugin.mode {
            Mode::Gateway(_) => Box::new(Gateway::new(plugin)),
            Mode::Edge(_) | Mode::AccessLog(_) => Box::new(Edge::new(plugin)),
        })
    }

    fn on_tick(&mut self) {
        if let Some(plugin) = &self.plugin {
            plugin.flush();
        }
    }

    fn on_log(&mut self) {
        if let Some(plugin) = &self.plugin
            && let Mode::AccessLog(audited) = &plugin.mode
        {
            audit::access(plugin, audited);
        }
    }
}
