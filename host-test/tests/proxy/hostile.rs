//! Filters that mean no good: whatever they do, the host answers it and goes on.

use std::fmt::Write as _;

use podsieve_host::proxy::{Options, Outcome, Request};

use crate::filter::{callback, logged, module, start, wasm, without_malloc};

/// All calls of the host, with the kinds of their parameters: `i` and `l` for 32 and 64 bits.
const CALLS: [(&str, &str); 39] = [
    ("log", "iii"),
    ("get_log_level", "i"),
    ("get_current_time_nanoseconds", "i"),
    ("set_tick_period_milliseconds", "i"),
    ("get_buffer_bytes", "iiiii"),
    ("get_buffer_status", "iii"),
    ("set_buffer_bytes", "iiiii"),
    ("get_header_map_pairs", "iii"),
    ("set_header_map_pairs", "iii"),
    ("get_header_map_size", "ii"),
    ("get_header_map_value", "iiiii"),
    ("add_header_map_value", "iiiii"),
    ("replace_header_map_value", "iiiii"),
    ("remove_header_map_value", "iii"),
    ("get_property", "iiii"),
    ("set_property", "iiii"),
    ("continue_stream", "i"),
    ("close_stream", "i"),
    ("send_local_response", "iiiiiiii"),
    ("set_effective_context", "i"),
    ("done", ""),
    ("define_metric", "iiii"),
    ("increment_metric", "il"),
    ("record_metric", "il"),
    ("get_metric", "ii"),
    ("get_status", "iii"),
    ("get_shared_data", "iiiii"),
    ("set_shared_data", "iiiii"),
    ("register_shared_queue", "iii"),
    ("resolve_shared_queue", "iiiii"),
    ("dequeue_shared_queue", "iii"),
    ("enqueue_shared_queue", "iii"),
    ("http_call", "iiiiiiiiii"),
    ("grpc_call", "iiiiiiiiiiii"),
    ("grpc_stream", "iiiiiiiii"),
    ("grpc_send", "iiii"),
    ("grpc_cancel", "i"),
    ("grpc_close", "i"),
    ("call_foreign_function", "iiiiii"),
];

/// A filter that makes every call, in every callback, with all arguments of this value but the first.
fn calling_all(first: u32, others: u32) -> Vec<u8> {
    let mut imports = String::new();
    let mut calls = String::new();
    for (name, kinds) in CALLS {
        let kind = |kind| if kind == 'l' { "i64" } else { "i32" };
        let kinds: Vec<&str> = kinds.chars().map(kind).collect();
        write!(imports, r#"(import "env" "proxy_{name}" (func $all_{name} (param {}) (result i32)))"#, kinds.join(" "))
            .expect("a string takes all");
        let value = |at| if at == 0 { first } else { others };
        let arguments: String =
            kinds.iter().enumerate().map(|(at, kind)| format!("({kind}.const {})", value(at))).collect();
        // A status that is none would be as bad as a panic.
        write!(calls, "(if (i32.gt_u (call $all_{name} {arguments}) (i32.const 12)) (then unreachable))")
            .expect("a string takes all");
    }
    let mut parts = format!(r#"(func $all {calls}) (export "malloc" (func $malloc))"#);
    for name in ["context_create", "log", "delete", "tick"] {
        parts += &callback(name, "(call $all)");
    }
    for name in ["vm_start", "configure", "done"] {
        parts += &callback(name, "(call $all) (i32.const 1)");
    }
    for side in ["request", "response"] {
        for part in ["headers", "body", "trailers"] {
            parts += &callback(&format!("{side}_{part}"), "(call $all) (i32.const 0)");
        }
    }
    module(&imports, &parts)
}

#[test]
fn no_argument_of_any_call_breaks_the_host() {
    let values =
        [0, 1, 2, 7, 8, 65535, 65536, 131_068, 131_071, 131_072, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, u32::MAX];
    let request = Request::new("POST", "/").chunk("abc").chunk("def").trailer("t", "1");
    for first in values {
        for others in values {
            let mut plugin = start(&calling_all(first, others), Options::default());
            plugin.exchange(&request);
            plugin.log(&request);
            plugin.tick();
            assert!(plugin.failure().is_none_or(|failure| !failure.contains("unreachable")), "{first} {others}");
        }
    }
}

#[test]
fn an_allocator_that_gives_nothing_or_nonsense_is_answered() {
    for (address, status) in [("0", "6"), ("-1", "6"), ("131070", "6"), ("131069", "0")] {
        let parts = format!(r#"(func (export "malloc") (param i32) (result i32) (i32.const {address}))"#)
            + &callback(
                "request_body",
                "(call $digit (call $get_buffer (i32.const 0) (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 4)))
                 (i32.const 0)",
            );
        let mut plugin = start(&without_malloc(&parts), Options::default());
        let exchange = plugin.exchange(&Request::new("POST", "/").chunk("abc").end_with_last());
        assert_eq!((exchange.outcome, logged(&mut plugin).as_str()), (Outcome::Forwarded, status), "{address}");
    }
}

#[test]
fn recursion_without_end_is_a_trap() {
    let parts = "(func $down (param i64) (call $down (i64.add (local.get 0) (i64.const 1))))".to_owned()
        + &callback("request_headers", "(call $down (i64.const 0)) (i32.const 0)");
    let mut plugin = start(&wasm(&parts), Options::default());
    assert_eq!(plugin.exchange(&Request::new("GET", "/")).status(), Some(503));
    assert!(plugin.failure().is_some_and(|failure| failure.contains("stack")), "{:?}", plugin.failure());
    // In the allocator, which the host calls.
    let parts = r#"(func $down (export "malloc") (param i32) (result i32)
        (i32.add (call $down (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))"#
        .to_owned()
        + &callback("request_body", "(call $body (i32.const 0)) (i32.const 0)");
    let mut plugin = start(&without_malloc(&parts), Options::default());
    assert_eq!(plugin.exchange(&Request::new("GET", "/").chunk("a")).status(), Some(503));
}

#[test]
fn bodies_and_maps_do_not_grow_without_end() {
    // Each goes on until it is refused.
    let body = "(loop $more (br_if $more (i32.eqz
        (call $set_buffer (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 131072)))))";
    let map = "(loop $more (br_if $more (i32.eqz
        (call $add_header (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 131072)))))";
    let parts = callback("request_headers", &format!("{map} (i32.const 1)"))
        + &callback("request_body", &format!("{body} (i32.const 0)"));
    let options = Options::default().allow_on_headers_stop_iteration(true);
    let exchange = start(&wasm(&parts), options).exchange(&Request::new("POST", "/").chunk("a").end_with_last());
    assert_eq!(exchange.outcome, Outcome::Forwarded);
    assert!(exchange.forwarded().is_some_and(|message| message.body.len() <= 128 << 20));
}
