//! What the host calls, by [proxy-wasm's ABI](https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1). What is not
//! here it does not call.
//!
//! A context is a plugin or a request to one, and has a number. One that is not known is none of this module's: its
//! request is answered with 500, as nothing may pass that was not looked at.

use core::cell::RefCell;
use std::rc::Rc;

use crate::host::{self, Action};
use crate::sorted::Sorted;
use crate::{Plugin, Request, Root};

/// All contexts that there are.
struct Contexts {
    /// Plugins, of which one module can be several: a listener for each, or one that is being replaced.
    roots: Sorted<u32, Root>,
    requests: Sorted<u32, Box<Request>>,
}

/// They belong to the instance, which has one thread.
struct Own(RefCell<Contexts>);

// SAFETY: a module instance has one thread.
unsafe impl Sync for Own {}

static CONTEXTS: Own = Own(RefCell::new(Contexts { roots: Sorted::new(), requests: Sorted::new() }));

/// Does something with all contexts. Nothing, if a call of the host came during another: it makes none but for memory.
fn with<T>(work: impl FnOnce(&mut Contexts) -> T) -> Option<T> {
    CONTEXTS.0.try_borrow_mut().ok().map(|mut contexts| work(&mut contexts))
}

fn with_request<T>(context: u32, work: impl FnOnce(&mut Request) -> T) -> Option<T> {
    with(|contexts| contexts.requests.get_mut(&context).map(|request| work(request))).flatten()
}

/// What a request does that has no context.
fn lost() -> Action {
    host::respond(
        500,
        "podsieve_context",
        b"{\"error\":{\"reason\":\"context\",\"message\":\"podsieve: no such request\"}}",
    );
    Action::Pause
}

/// The version of the ABI.
#[unsafe(no_mangle)]
extern "C" fn proxy_abi_version_0_2_1() {}

/// Memory for what the host hands over; null if there is none.
#[unsafe(no_mangle)]
extern "C" fn malloc(size: usize) -> *mut u8 {
    host::memory(size)
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_context_create(context: u32, root: u32) {
    with(|contexts| {
        if root == 0 {
            contexts.roots.insert(context, Root::default());
        } else if let Some(plugin) = contexts.roots.get_mut(&root).and_then(|root| root.plugin.as_ref()) {
            contexts.requests.insert(context, Box::new(Request::new(Rc::clone(plugin))));
        }
    });
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_vm_start(_root: u32, _size: usize) -> u32 {
    1
}

/// 1 if the configuration, of `size` bytes, is right.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_configure(root: u32, size: usize) -> u32 {
    let plugin = Plugin::configured(size).map(Rc::new);
    let is_right = plugin.is_some();
    let before = with(|contexts| contexts.roots.insert(root, Root { plugin })).flatten();
    before.unwrap_or_default().flush();
    u32::from(is_right)
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_tick(root: u32) {
    with(|contexts| contexts.roots.get_mut(&root).map(|root| root.flush()));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_headers(context: u32, _count: u32, end: u32) -> Action {
    with_request(context, |request| request.headers(end != 0)).unwrap_or_else(lost)
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_body(context: u32, size: usize, end: u32) -> Action {
    with_request(context, |request| request.body(size, end != 0)).unwrap_or_else(lost)
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_trailers(context: u32, _count: u32) -> Action {
    with_request(context, Request::trailers).unwrap_or_else(lost)
}

/// A request is over. An access logger hears of it as a plugin, as it has no requests.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_log(context: u32) {
    with(|contexts| match contexts.requests.get_mut(&context) {
        Some(request) => request.log(),
        None => {
            if let Some(root) = contexts.roots.get_mut(&context) {
                root.log();
            }
        }
    });
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_delete(context: u32) {
    with(|contexts| {
        if contexts.requests.remove(&context).is_none()
            && let Some(root) = contexts.roots.remove(&context)
        {
            root.flush();
        }
    });
}
