//! The host behaves as Envoy does, shown with filters of a few lines.

#[path = "proxy/filter.rs"]
mod filter;
#[path = "proxy/hostile.rs"]
mod hostile;

use std::time::Duration;

use podsieve_host::proxy::{
    Compiled, Exchange, Framing, Headers, LogLevel, Metric, MetricKind, OnFailure, Options, Outcome, Phase, Plugin,
    Request, Response,
};

use filter::{callback, logged, refusal, start, text, texts, wasm, without_malloc};

const PAUSE: &str = "(i32.const 1)";
const CONTINUE: &str = "(i32.const 0)";

fn with_flag() -> Options {
    Options::default().allow_on_headers_stop_iteration(true)
}

fn post() -> Request {
    Request::new("POST", "/ingest?x=1")
}

fn run(parts: &str, options: Options, request: &Request) -> (Exchange, String) {
    let mut plugin = start(&wasm(parts), options);
    let exchange = plugin.exchange(request);
    (exchange, logged(&mut plugin))
}

fn upstream_body(exchange: &Exchange) -> &[u8] {
    exchange.upstream.as_ref().map_or(b"", |message| &message.body)
}

/// Pauses at the headers and at each piece but the last, which `last` is for.
fn buffering(last: &str) -> String {
    callback("request_headers", "(i32.eqz (local.get $end))")
        + &callback("request_body", &format!("(if (result i32) (local.get $end) (then {last}) (else (i32.const 1)))"))
}

/// Logs the length and whether it is the last, and goes on.
fn telling(name: &str) -> String {
    callback(name, "(call $number (local.get $n)) (call $digit (local.get $end)) (i32.const 0)")
}

// Life cycle.

#[test]
fn a_filter_without_callbacks_changes_nothing() {
    let request = post().header("a", "1").body("hello", 2).answer(Response::new(201).header("b", "2").chunk("yes"));
    let (exchange, _) = run("", Options::default(), &request);
    assert_eq!(exchange.outcome, Outcome::Forwarded);
    let upstream = exchange.forwarded().expect("it is forwarded");
    assert_eq!(upstream.headers.get("A"), Some(b"1".as_slice()));
    assert_eq!(upstream.body, b"hello");
    assert_eq!(exchange.status(), Some(201));
    let downstream = exchange.downstream.expect("there is an answer");
    assert_eq!((downstream.body.as_slice(), downstream.headers.get("b")), (b"yes".as_slice(), Some(b"2".as_slice())));
}

#[test]
fn it_is_called_in_envoys_order() {
    let note = |letter: char| format!("(call $char (i32.const {}))", u32::from(letter));
    let mut parts = format!(r#"(func (export "_initialize") {})"#, note('i'));
    for (name, letter) in [
        ("context_create", 'c'),
        ("vm_start", 'v'),
        ("configure", 'p'),
        ("request_headers", 'h'),
        ("request_body", 'b'),
        ("request_trailers", 't'),
        ("response_headers", 'H'),
        ("response_body", 'B'),
        ("response_trailers", 'T'),
        ("log", 'l'),
        ("done", 'd'),
        ("delete", 'x'),
    ] {
        let result = match name {
            "context_create" | "log" | "delete" => "",
            "vm_start" | "configure" | "done" => "(i32.const 1)",
            _ => CONTINUE,
        };
        parts += &callback(name, &format!("{} (call $digit (local.get $id)) {result}", note(letter)));
    }
    let request = post().chunk("a").trailer("t", "1").answer(Response::new(200).chunk("b").trailer("u", "1"));
    let (_, log) = run(&parts, Options::default(), &request);
    assert_eq!(log, "i c 1 v 1 p 1 c 2 h 2 b 2 t 2 H 2 B 2 T 2 l 2 d 2 x 2");
}

#[test]
fn configurations_are_read_when_they_are_handed_over() {
    let read = |buffer: u32| {
        format!(
            "(call $digit (call $get_buffer (i32.const {buffer}) (i32.const 0) (i32.const 99) (i32.const 0) (i32.const 4)))
             (call $given)"
        )
    };
    let parts = callback("vm_start", &format!("(call $number (local.get $n)) {} (i32.const 1)", read(6)))
        + &callback("configure", &format!("(call $number (local.get $n)) {} (i32.const 1)", read(7)))
        + &callback(
            "request_headers",
            "(call $digit (call $get_buffer (i32.const 7) (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 4)))
             (call $digit (call $set_buffer (i32.const 6) (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 4)))
             (i32.const 0)",
        );
    let compiled = Compiled::new(&wasm(&parts)).expect("it compiles");
    let options = Options::default().vm_configuration("vm").log_level(LogLevel::Warn);
    let mut plugin = Plugin::start(&compiled, b"plug\xff", options).expect("it starts");
    plugin.exchange(&post());
    assert_eq!(logged(&mut plugin), "2 0 vm 5 0 plug\u{fffd} 1 2");
}

#[test]
fn what_cannot_start_is_refused_with_what_it_logged() {
    let refuses = callback("configure", "(call $digit (i32.const 7)) (i32.const 0)");
    assert_eq!(
        refusal(&wasm(&refuses), "{}"),
        "filter: `proxy_on_configure` answered false; it logged: [info] 7; Envoy would not start with it"
    );
    let refuses = callback("vm_start", CONTINUE);
    assert!(refusal(&wasm(&refuses), "").contains("`proxy_on_vm_start` answered false"));
    let traps = callback("configure", "(call $digit (i32.const 7)) unreachable");
    let text = refusal(&wasm(&traps), "");
    assert!(text.contains("trapped when it was started: proxy_on_configure: "), "{text}");
    assert!(text.contains("unreachable") && text.contains("[info] 7"), "{text}");
    let traps = r#"(func (export "_start") unreachable)"#;
    assert!(refusal(&wasm(traps), "").contains("trapped when it was initialized"));
    let traps = "(func $f unreachable) (start $f)";
    assert!(refusal(&wasm(traps), "").contains("cannot be instantiated: start"));
    assert!(refusal(&without_malloc(""), "").contains("exports neither `malloc` nor `proxy_on_memory_allocate`"));
    let wrong = r#"(func (export "proxy_on_log"))"#;
    assert!(refusal(&wasm(wrong), "").contains("exports `proxy_on_log` with another signature"));
}

#[test]
fn the_allocator_may_have_the_name_of_the_abi() {
    let parts = r#"(export "proxy_on_memory_allocate" (func $malloc))"#.to_owned()
        + &callback("request_body", "(call $body (i32.const 0)) (call $given) (i32.const 0)");
    let mut plugin = start(&without_malloc(&parts), Options::default());
    plugin.exchange(&post().chunk("abc").end_with_last());
    assert_eq!(logged(&mut plugin), "abc");
}

#[test]
fn what_envoy_does_not_offer_is_named() {
    let text = refusal(
        &wat::parse_str(
            r#"(module (import "env" "proxy_fly" (func)) (import "wasi_snapshot_preview1" "fd_write" (func))
              (func (export "proxy_abi_version_0_2_1")))"#,
        )
        .expect("it is valid"),
        "",
    );
    assert!(text.contains("imports `proxy_fly` from `env`, `fd_write` from `wasi_snapshot_preview1`"), "{text}");
    let other = wat::parse_str(
        r#"(module (import "env" "proxy_done" (func (param i64))) (func (export "proxy_abi_version_0_2_1")))"#,
    );
    assert!(refusal(&other.expect("it is valid"), "").contains("cannot be linked"));
    let text = refusal(&wat::parse_str("(module)").expect("it is valid"), "");
    assert!(text.contains("exports no `proxy_abi_version_0_2_0` or `proxy_abi_version_0_2_1`"), "{text}");
    assert!(refusal(b"\0asm", "").contains("refused"));
}

#[test]
fn nothing_but_the_log_is_allowed_before_the_start_and_while_allocating() {
    let early = r#"(func (export "_initialize") (drop (call $time (i32.const 0))))"#;
    assert!(refusal(&wasm(early), "").contains("proxy_get_current_time_nanoseconds is not allowed here"));
    let parts = r#"(func (export "malloc") (param i32) (result i32)
        (call $digit (i32.const 5)) (drop (call $time (i32.const 0))) (i32.const 4096))"#
        .to_owned()
        + &callback("request_body", "(call $body (i32.const 0)) (i32.const 0)");
    let mut plugin = start(&without_malloc(&parts), Options::default());
    assert_eq!(plugin.exchange(&post().chunk("abc")).status(), Some(503));
    assert!(plugin.failure().is_some_and(|failure| failure.starts_with("malloc: ")), "{:?}", plugin.failure());
    assert_eq!(logged(&mut plugin), "5");
}

#[test]
fn a_plugin_that_stops_may_finish_first() {
    let at_once = callback("done", "(i32.const 1)") + &callback("delete", "(call $digit (local.get $id))");
    assert!(start(&wasm(&at_once), Options::default()).stop());
    let later = callback("vm_start", "(drop (call $set_tick (i32.const 100))) (i32.const 1)")
        + &callback("done", "(call $digit (call $done)) (i32.const 0)");
    let in_tick = later.clone() + &callback("tick", "(drop (call $done))");
    assert!(start(&wasm(&in_tick), Options::default()).stop());
    let plugin = start(&wasm(&later), Options::default());
    assert_eq!(plugin.tick_period(), Some(Duration::from_millis(100)));
    assert!(!plugin.stop());
}

// Headers.

#[test]
fn headers_are_bytes_and_can_be_changed() {
    let names = ["x-a", "x-b", "X-C", "new", "gone", "content-type"];
    let get = |number: usize| {
        format!(
            "(call $digit (call $get_header (i32.const 0) {} (i32.const 0) (i32.const 4))) (call $given)",
            text(&names, number)
        )
    };
    let parts = texts(&names)
        + &callback(
            "request_headers",
            &format!(
                "(call $number (local.get $n)) {} {}
                 (drop (call $replace_header (i32.const 0) {a} {new}))
                 (drop (call $add_header (i32.const 0) {c} {new}))
                 (drop (call $add_header (i32.const 0) {c} {gone}))
                 (drop (call $add_header (i32.const 0) {kind} {new}))
                 (drop (call $remove_header (i32.const 0) {gone}))
                 (i32.const 0)",
                get(0),
                get(4),
                a = text(&names, 0),
                c = text(&names, 2),
                new = text(&names, 3),
                gone = text(&names, 4),
                kind = text(&names, 5),
            ),
        );
    let request = post()
        .header("X-A", b"\xff1")
        .header("x-a", "2")
        .header("x-b", b"\xff")
        .header("content-type", "a")
        .header("gone", "1");
    let (exchange, log) = run(&parts, Options::default(), &request);
    assert_eq!(log, "9 0 \u{fffd}1 0 1");
    let headers = exchange.upstream.expect("it is forwarded").headers;
    assert_eq!(headers.get_all("x-a").collect::<Vec<_>>(), [b"new"]);
    assert_eq!(headers.get("x-b"), Some(b"\xff".as_slice()));
    assert_eq!(headers.get_all("x-c").collect::<Vec<_>>(), [b"new".as_slice(), b"gone"]);
    assert_eq!(headers.get("content-type"), Some(b"a,new".as_slice()));
    assert_eq!(headers.get("gone"), None);
}

#[test]
fn headers_are_the_filters_until_it_lets_them_go() {
    let names = ["x-a", "1"];
    let touch = format!(
        "(call $digit (call $add_header (i32.const 0) {a} {b}))
         (call $digit (call $get_header (i32.const 0) {a} (i32.const 0) (i32.const 4)))
         (call $digit (call $get_map (i32.const 0) (i32.const 0) (i32.const 4)))
         (call $digit (call $map_size (i32.const 0) (i32.const 0)))
         (i32.const 0)",
        a = text(&names, 0),
        b = text(&names, 1)
    );
    let parts = texts(&names) + &callback("request_body", &touch);
    let (exchange, log) = run(&parts, Options::default(), &post().chunk("a").end_with_last());
    assert_eq!(log, "2 2 0 2", "they went on before the body came");
    assert_eq!(exchange.upstream.expect("it is forwarded").headers.get("x-a"), None);
    let parts = parts + &callback("request_headers", PAUSE);
    let (exchange, log) = run(&parts, with_flag(), &post().chunk("a").end_with_last());
    assert_eq!(log, "0 0 0 0");
    assert_eq!(exchange.upstream.expect("it is forwarded").headers.get("x-a"), Some(b"1".as_slice()));
}

#[test]
fn whole_maps_cross_the_border_and_malformed_ones_are_empty() {
    // What is read is written to the trailers of the response.
    let copy = "(drop (call $get_map (i32.const 2) (i32.const 0) (i32.const 4)))
                (call $digit (call $set_map (i32.const 2) (i32.load (i32.const 0)) (i32.load (i32.const 4))))";
    let parts = callback("response_headers", &format!("{copy} (i32.const 0)"));
    let request = post().answer(Response::new(200).header("a", b"\0\xff").header("a", "").header("b", "x"));
    let (exchange, log) = run(&parts, Options::default(), &request);
    assert_eq!(log, "0");
    let headers = exchange.downstream.expect("there is an answer").headers;
    assert_eq!(headers, Headers::from([(":status", "200".as_bytes()), ("a", b"\0\xff"), ("a", b""), ("b", b"x")]));

    for (map, len) in [(r"\ff\ff\ff\ff", 4), (r"\01\00\00\00\01\00\00\00\01\00\00\00a\00b\01", 16), (r"\00", 1)] {
        let parts = format!(r#"(data (i32.const 1024) "{map}")"#)
            + &callback(
                "request_headers",
                &format!(
                    "(call $digit (call $set_map (i32.const 0) (i32.const 1024) (i32.const {len}))) (i32.const 0)"
                ),
            );
        let (exchange, log) = run(&parts, Options::default(), &post());
        assert_eq!(log, "0");
        assert_eq!(exchange.status(), Some(503), "a request without a method goes nowhere");
        assert_eq!((exchange.outcome, exchange.upstream), (Outcome::Local { upstream_reset: false }, None));
    }
}

#[test]
fn trailers_can_be_read_changed_and_made_at_the_end() {
    let names = ["x-t", "new"];
    let replace = format!("(call $digit (call $replace_header (i32.const 1) {} {}))", text(&names, 0), text(&names, 1));
    let parts = texts(&names) + &callback("request_trailers", &format!("{replace} (i32.const 0)"));
    let (exchange, log) = run(&parts, Options::default(), &post().chunk("a").trailer("x-t", "old"));
    assert_eq!(log, "0");
    assert_eq!(exchange.upstream.expect("it is forwarded").trailers, Headers::from([("x-t", "new")]));
    let parts = texts(&names) + &callback("request_body", &format!("{replace} (i32.const 0)"));
    let (exchange, log) = run(&parts, Options::default(), &post().chunk("a"));
    assert_eq!(log, "2 0", "not before the end");
    assert_eq!(exchange.outcome, Outcome::Forwarded);
    assert_eq!(exchange.upstream.expect("it is forwarded").trailers, Headers::from([("x-t", "new")]));
}

// Pausing and bodies.

#[test]
fn a_pause_at_the_headers_hangs_without_the_flag() {
    let parts =
        callback("request_headers", PAUSE) + &callback("request_body", "(call $digit (i32.const 1)) (i32.const 0)");
    let (exchange, log) = run(&parts, Options::default(), &post().chunk("a").trailer("t", "1"));
    assert_eq!((exchange.outcome, exchange.upstream), (Outcome::Hung(Phase::RequestHeaders), None));
    assert_eq!((log.as_str(), exchange.downstream), ("", None));
    let (exchange, log) = run(&parts, with_flag(), &post().chunk("a"));
    assert_eq!((exchange.outcome, log.as_str()), (Outcome::Forwarded, "1 1"));
    let (exchange, _) = run(&parts, with_flag(), &Request::new("GET", "/"));
    assert_eq!(exchange.outcome, Outcome::Hung(Phase::RequestHeaders), "no body ever comes");
}

#[test]
fn the_headers_wait_for_what_the_body_says() {
    let names = ["x-tag", "all"];
    let last = format!("(drop (call $add_header (i32.const 0) {} {})) (i32.const 0)", text(&names, 0), text(&names, 1));
    let (exchange, _) = run(&(texts(&names) + &buffering(&last)), with_flag(), &post().body("abcdef", 2));
    let upstream = exchange.forwarded().expect("it is forwarded");
    assert_eq!(
        (upstream.headers.get("x-tag"), upstream.body.as_slice()),
        (Some(b"all".as_slice()), b"abcdef".as_slice())
    );
}

#[test]
fn a_pause_in_the_body_holds_it_back_and_the_next_call_sees_all() {
    let parts = callback(
        "request_body",
        "(call $number (local.get $n)) (call $body (i32.const 0)) (call $given) (i32.eqz (local.get $end))",
    );
    let (exchange, log) = run(&parts, Options::default(), &post().chunk("ab").chunk("c").chunk("d"));
    assert_eq!(log, "2 ab 3 abc 4 abcd 4 abcd");
    assert_eq!((exchange.outcome, upstream_body(&exchange)), (Outcome::Forwarded, b"abcd".as_slice()));
    let parts = callback("request_body", PAUSE);
    let (exchange, _) = run(&parts, Options::default(), &post().chunk("ab"));
    assert_eq!(exchange.outcome, Outcome::Hung(Phase::RequestBody));
    let upstream = exchange.upstream.as_ref().expect("the headers went on");
    assert_eq!((upstream.body.len(), upstream.headers.get(":path")), (0, Some(b"/ingest?x=1".as_slice())));
    assert_eq!(exchange.status(), None);
}

#[test]
fn the_end_comes_by_itself_in_http1_and_with_the_last_piece_in_http2() {
    let parts = telling("request_headers") + &telling("request_body");
    let (_, log) = run(&parts, Options::default(), &post().chunk("ab").chunk("").chunk("c"));
    assert_eq!(log, "4 0 2 0 1 0 0 1");
    let (_, log) = run(&parts, Options::default(), &post().chunk("ab").chunk("c").end_with_last());
    assert_eq!(log, "4 0 2 0 1 1");
    let (_, log) = run(&parts, Options::default(), &post());
    assert_eq!(log, "4 1");
    let (_, log) = run(&parts, Options::default(), &post().chunk("ab").end_with_last().trailer("t", "1"));
    assert_eq!(log, "4 0 2 0", "trailers end it");
}

#[test]
fn a_body_is_replaced_appended_to_and_read_in_parts() {
    let words = ["XYZ"];
    let set = |start: u32, len: u32| {
        format!(
            "(call $digit (call $set_buffer (i32.const 0) (i32.const {start}) (i32.const {len}) {}))",
            text(&words, 0)
        )
    };
    for (start, len, status, body) in [
        (0, 0, 0, "XYZabcd"),
        (0, 2, 0, "XYZcd"),
        (0, 4, 0, "XYZ"),
        (0, u32::MAX, 0, "XYZ"),
        (4, 0, 0, "abcdXYZ"),
        (u32::MAX, 7, 0, "abcdXYZ"),
        (1, 1, 2, "abcd"),
        (3, 0, 2, "abcd"),
    ] {
        let parts = texts(&words)
            + &callback("request_body", &format!("(if (local.get $n) (then {})) (i32.const 0)", set(start, len)));
        let (exchange, log) = run(&parts, Options::default(), &post().chunk("abcd"));
        assert_eq!((log, upstream_body(&exchange)), (status.to_string(), body.as_bytes()), "{start} {len}");
    }
    for (start, len, given) in [(0, 2, "ab"), (1, 2, "bc"), (3, 9, "d"), (4, 1, ""), (9, 9, ""), (0, 0, "")] {
        let parts = callback(
            "request_body",
            &format!(
                "(drop (call $get_buffer (i32.const 0) (i32.const {start}) (i32.const {len}) (i32.const 0) (i32.const 4)))
                 (call $given)
                 (call $digit (call $buffer_status (i32.const 0) (i32.const 0) (i32.const 4)))
                 (call $number (i32.load (i32.const 0))) (i32.const 0)"
            ),
        );
        let (_, log) = run(&parts, Options::default(), &post().chunk("abcd").end_with_last());
        assert_eq!(log, format!("{given} 0 4"));
    }
}

#[test]
fn buffers_that_are_not_there_say_so() {
    let ask = |buffer: u32| {
        format!(
            "(call $digit (call $get_buffer (i32.const {buffer}) (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 4)))"
        )
    };
    let all: String = (0..10).map(ask).collect();
    let (_, log) = run(&callback("request_headers", &format!("{all} (i32.const 0)")), Options::default(), &post());
    assert_eq!(log, "0 0 0 0 1 0 0 1 0 2");
    let set = |buffer: u32| {
        format!(
            "(call $digit (call $set_buffer (i32.const {buffer}) (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 4)))"
        )
    };
    let all: String = (0..10).map(set).collect();
    let (_, log) = run(&callback("request_headers", &format!("{all} (i32.const 0)")), Options::default(), &post());
    assert_eq!(log, "2 2 2 2 1 2 2 1 2 2");
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let limit = 1 << 20;
    for (len, status) in [(limit, 200), (limit + 1, 413)] {
        let (exchange, _) = run(&buffering(CONTINUE), with_flag(), &post().body(vec![b'a'; len], 65536));
        assert_eq!(exchange.status(), Some(status));
        if status == 413 {
            assert_eq!((exchange.outcome, &exchange.upstream), (Outcome::Local { upstream_reset: false }, &None));
            assert_eq!(exchange.local().map(|local| local.body.as_slice()), Some(b"Payload Too Large".as_slice()));
        } else {
            assert_eq!(upstream_body(&exchange).len(), limit);
        }
    }
    let all_at_once = post().chunk(vec![b'a'; 101]).end_with_last();
    let (exchange, _) = run(&callback("request_body", PAUSE), Options::default().buffer_limit(100), &all_at_once);
    assert_eq!((exchange.status(), exchange.outcome), (Some(413), Outcome::Local { upstream_reset: true }));
    let (exchange, _) =
        run(&buffering(CONTINUE), with_flag().buffer_limit(2 << 20), &post().body(vec![b'a'; 2 << 20], 65536));
    assert_eq!(exchange.status(), Some(200));
    let (exchange, _) = run("", Options::default(), &post().body(vec![b'a'; 3 << 20], 65536));
    assert_eq!(exchange.status(), Some(200), "what is not held back has no limit");
}

#[test]
fn what_is_written_counts_where_it_is_held_back() {
    let grow = "(if (i32.lt_u (memory.size) (i32.const 32)) (then (drop (memory.grow (i32.const 32)))))";
    let write = |len: u32| {
        format!("(drop (call $set_buffer (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const {len})))")
    };
    let request = post().chunk("a").chunk("b").end_with_last();
    for writes in [write(5 << 18), write(1 << 18).repeat(5)] {
        let code = format!("{grow} (if (local.get $end) (then {writes})) (i32.const 0)");
        let (exchange, _) = run(&callback("request_body", &code), Options::default(), &request);
        assert_eq!((exchange.status(), upstream_body(&exchange).len()), (Some(200), (5 << 18) + 2), "it streams on");
        // Kept in the filter's memory and given back while the headers wait: it is held back all the same.
        let (exchange, _) = run(&buffering(&code), with_flag(), &request);
        assert_eq!((exchange.status(), exchange.upstream), (Some(413), None));
    }
}

#[test]
fn in_the_trailers_there_is_a_body_to_write_to_if_it_is_held_back() {
    let words = ["tail"];
    let write = format!(
        "(call $digit (call $set_buffer (i32.const 0) (i32.const -1) (i32.const 0) {})) (i32.const 0)",
        text(&words, 0)
    );
    let trailers = texts(&words) + &callback("request_trailers", &write);
    let request = post().chunk("ab").chunk("c").trailer("t", "1");
    let (exchange, log) = run(&(trailers.clone() + &callback("request_body", CONTINUE)), Options::default(), &request);
    assert_eq!((log.as_str(), upstream_body(&exchange)), ("2", b"abc".as_slice()));
    let (exchange, log) = run(&(trailers.clone() + &callback("request_body", PAUSE)), Options::default(), &request);
    assert_eq!((log.as_str(), upstream_body(&exchange)), ("0", b"abctail".as_slice()));
    assert_eq!(
        (exchange.outcome, exchange.forwarded().map(|message| message.trailers.len())),
        (Outcome::Forwarded, Some(1))
    );
    let parts = callback("request_headers", PAUSE) + &callback("request_body", PAUSE) + &trailers;
    let (exchange, log) = run(&parts, with_flag(), &request);
    assert_eq!((log.as_str(), upstream_body(&exchange)), ("0", b"abctail".as_slice()));
    let (exchange, _) = run(&callback("request_trailers", PAUSE), Options::default(), &request);
    assert_eq!(exchange.outcome, Outcome::Hung(Phase::RequestTrailers));
}

#[test]
fn a_wrong_content_length_is_told() {
    let words = ["longer", "content-length"];
    let change = |len: u32| {
        callback(
            "request_body",
            &format!(
                "(if (local.get $n) (then (drop (call $set_buffer (i32.const 0) (i32.const 0) (i32.const -1)
                   (i32.const 1024) (i32.const {len}))))) (i32.const 0)"
            ),
        )
    };
    let request = post().body("abc", 9);
    let (exchange, _) = run(&(texts(&words) + &change(6)), Options::default(), &request);
    assert_eq!(exchange.outcome, Outcome::Desynchronised);
    let framing = exchange.upstream.map(|message| message.framing());
    assert_eq!(framing, Some(Framing::Longer { declared: 3, sent: 6 }));
    let (exchange, _) = run(&(texts(&words) + &change(2)), Options::default(), &request);
    assert_eq!((exchange.outcome, exchange.downstream), (Outcome::Hung(Phase::ContentLength), None));
    let remove = format!("(drop (call $remove_header (i32.const 0) {})) (i32.const 0)", text(&words, 1));
    let parts = texts(&words) + &callback("request_headers", &remove) + &change(6);
    let (exchange, _) = run(&parts, Options::default(), &request);
    assert_eq!((exchange.outcome, upstream_body(&exchange)), (Outcome::Forwarded, b"longer".as_slice()));
}

#[test]
fn another_stream_lets_one_go_on() {
    // The first stream pauses at its headers, also without the flag; the second lets it go on.
    let parts = callback("request_headers", "(i32.eq (local.get $id) (i32.const 2))")
        + &callback(
            "request_body",
            "(call $number (local.get $n))
             (if (i32.and (i32.eq (local.get $id) (i32.const 3)) (local.get $end)) (then
               (call $digit (call $act_for (i32.const 9)))
               (call $digit (call $act_for (i32.const 2)))
               (call $digit (call $continue (i32.const 0)))))
             (i32.const 0)",
        );
    let mut plugin = start(&wasm(&parts), Options::default());
    let exchanges = plugin.interleave(&[post().chunk("ab").chunk("c"), post().chunk("d").chunk("efgh").chunk("i")]);
    let bodies: Vec<&[u8]> = exchanges.iter().map(upstream_body).collect();
    assert_eq!(bodies, [b"abc".as_slice(), b"defghi"]);
    assert!(exchanges.iter().all(|exchange| exchange.outcome == Outcome::Forwarded));
    assert_eq!(logged(&mut plugin), "1 4 1 0 2 0 0 3");
}

// Ends before the time.

const RESPOND: &str = "(drop (call $respond (i32.const 429) (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const 4)
    (i32.const 0) (i32.const 0) (i32.const -1)))";

#[test]
fn a_local_response_before_the_headers_went_on_hides_the_request() {
    let seen = telling("response_headers") + &telling("response_body");
    let words = texts(&["slow"]);
    let parts = format!("{words} {seen}") + &callback("request_headers", &format!("{RESPOND} (i32.const 0)"));
    let (exchange, log) = run(&parts, Options::default(), &post().chunk("a"));
    assert_eq!((exchange.outcome, &exchange.upstream), (Outcome::Local { upstream_reset: false }, &None));
    let local = exchange.local().expect("it is local");
    assert_eq!((local.status(), local.body.as_slice()), (Some(429), b"slow".as_slice()));
    assert_eq!(local.headers.get("content-length"), Some(b"4".as_slice()));
    assert_eq!(local.headers.get("content-type"), Some(b"text/plain".as_slice()));
    assert_eq!(log, "3 0 4 1", "the filter sees its own response");
    let parts = words + &buffering(&format!("{RESPOND} (i32.const 1)"));
    let (exchange, _) = run(&parts, with_flag(), &post().chunk("a"));
    assert_eq!((exchange.outcome, exchange.upstream), (Outcome::Local { upstream_reset: false }, None));
}

#[test]
fn a_local_response_after_the_headers_went_on_cuts_the_upstream_off() {
    let parts =
        texts(&["slow"]) + &callback("request_body", &format!("(if (local.get $end) (then {RESPOND})) (i32.const 0)"));
    let (exchange, _) = run(&parts, Options::default(), &post().chunk("ab"));
    assert_eq!((exchange.outcome, exchange.status()), (Outcome::Local { upstream_reset: true }, Some(429)));
    assert_eq!(upstream_body(&exchange), b"ab");
    let parts = texts(&["slow"]) + &callback("response_headers", &format!("{RESPOND} (i32.const 0)"));
    let (exchange, _) = run(&parts, Options::default(), &post().answer(Response::new(200).chunk("yes")));
    assert_eq!((exchange.outcome, exchange.status()), (Outcome::Local { upstream_reset: true }, Some(429)));
    let (exchange, _) = run(&parts, Options::default(), &post());
    assert_eq!((exchange.outcome, exchange.status()), (Outcome::Local { upstream_reset: false }, Some(429)));
    let parts = texts(&["slow"]) + &callback("response_body", &format!("{RESPOND} (i32.const 0)"));
    let (exchange, _) = run(&parts, Options::default(), &post().answer(Response::new(200).chunk("yes")));
    assert_eq!((exchange.outcome, exchange.status()), (Outcome::Reset, Some(200)), "the client has its headers");
}

#[test]
fn a_stream_that_is_closed_is_reset() {
    let parts = callback("request_body", "(call $digit (call $close (i32.const 0))) (i32.const 0)");
    let (exchange, log) = run(&parts, Options::default(), &post().chunk("ab"));
    assert_eq!((exchange.outcome, log.as_str(), exchange.downstream), (Outcome::Reset, "0", None));
}

/// Traps where the request has the header `boom`.
fn trapping(name: &str) -> Vec<u8> {
    let names = ["boom"];
    let find = format!("(call $get_header (i32.const 0) {} (i32.const 0) (i32.const 4))", text(&names, 0));
    wasm(
        &(texts(&names)
            + "(global $boom (mut i32) (i32.const 0))"
            + &callback(
                "request_headers",
                &format!(
                    "(global.set $boom (i32.eqz {find})) (if (global.get $boom) (then {})) (i32.const 0)",
                    if name == "request_headers" { "unreachable" } else { "" }
                ),
            )
            + &if name == "request_headers" {
                String::new()
            } else {
                callback(name, "(if (global.get $boom) (then unreachable)) (i32.const 0)")
            }),
    )
}

#[test]
fn a_trap_is_503_for_this_request_and_all_later_ones() {
    for (name, seen) in [("request_headers", false), ("request_body", true), ("response_headers", true)] {
        let mut plugin = start(&trapping(name), Options::default());
        assert_eq!(plugin.exchange(&post().chunk("a")).status(), Some(200));
        assert_eq!(plugin.failure(), None);
        let exchange = plugin.exchange(&post().header("boom", "1").chunk("a"));
        assert_eq!((exchange.status(), exchange.upstream.is_some()), (Some(503), seen), "{name}");
        assert!(plugin.failure().is_some_and(|failure| failure.starts_with(&format!("proxy_on_{name}: "))));
        let exchange = plugin.exchange(&post());
        assert_eq!((exchange.status(), exchange.upstream), (Some(503), None));
        plugin.advance(Duration::from_secs(3600));
        assert_eq!(plugin.exchange(&post()).status(), Some(503));
    }
    let mut plugin = start(&trapping("response_body"), Options::default());
    let answered = post().answer(Response::new(200).chunk("a"));
    assert_eq!(plugin.exchange(&answered.clone().header("boom", "1")).outcome, Outcome::Reset);
    assert_eq!(plugin.exchange(&answered).status(), Some(503));
}

#[test]
fn a_trap_opens_the_way_if_it_shall() {
    let mut plugin = start(&trapping("request_headers"), Options::default().on_failure(OnFailure::Open));
    assert_eq!(plugin.exchange(&post().header("boom", "1")).status(), Some(503));
    let exchange = plugin.exchange(&post().header("boom", "1").chunk("secret"));
    assert_eq!((exchange.outcome, upstream_body(&exchange)), (Outcome::Forwarded, b"secret".as_slice()));
}

#[test]
fn a_new_vm_takes_the_place_of_a_failed_one_when_it_is_time() {
    let options = Options::default().on_failure(OnFailure::Reload).reload_after(Duration::from_secs(2));
    let mut plugin = start(&trapping("request_headers"), options);
    let size = plugin.memory_size();
    assert_eq!(plugin.exchange(&post().header("boom", "1")).status(), Some(503));
    plugin.advance(Duration::from_millis(1999));
    assert_eq!(plugin.exchange(&post()).status(), Some(503));
    plugin.advance(Duration::from_millis(1));
    assert_eq!(plugin.exchange(&post()).status(), Some(200));
    assert_eq!((plugin.failure(), plugin.memory_size()), (None, size));
}

// The response.

#[test]
fn a_response_is_filtered_as_a_request_is() {
    let words = ["changed", "content-length"];
    let parts = texts(&words)
        + &callback(
            "response_headers",
            &format!("(drop (call $remove_header (i32.const 2) {})) (i32.const 1)", text(&words, 1)),
        )
        + &callback(
            "response_body",
            &format!(
                "(if (result i32) (local.get $end)
                   (then (drop (call $set_buffer (i32.const 1) (i32.const 0) (i32.const -1) {})) (i32.const 0))
                   (else (i32.const 1)))",
                text(&words, 0)
            ),
        );
    let answer = Response::new(200).header("content-length", "4").chunk("ab").chunk("cd");
    let (exchange, _) = run(&parts, with_flag(), &post().answer(answer.clone()));
    let downstream = exchange.downstream.expect("there is an answer");
    assert_eq!((exchange.outcome, downstream.body.as_slice()), (Outcome::Forwarded, b"changed".as_slice()));
    assert_eq!(downstream.headers.get("content-length"), None);
    let (exchange, _) = run(&parts, Options::default(), &post().answer(answer.clone()));
    assert_eq!(exchange.outcome, Outcome::Hung(Phase::ResponseHeaders));
    let (exchange, _) = run(&parts, with_flag().buffer_limit(3), &post().answer(answer.clone()));
    assert_eq!((exchange.status(), exchange.outcome), (Some(500), Outcome::Local { upstream_reset: true }));
    let (exchange, _) = run(&callback("response_body", PAUSE), Options::default(), &post().answer(answer.clone()));
    assert_eq!(exchange.outcome, Outcome::Hung(Phase::ResponseBody));
    let (exchange, _) =
        run(&callback("response_trailers", PAUSE), Options::default(), &post().answer(answer.trailer("t", "1")));
    assert_eq!(exchange.outcome, Outcome::Hung(Phase::ResponseTrailers));
}

// Properties, metrics, logs.

fn asking(name: &str, properties: &[&str]) -> String {
    let asks: String = (0..properties.len())
        .map(|at| {
            format!(
                "(i64.store (i32.const 0) (i64.const 0))
                 (call $digit (call $get_property {} (i32.const 0) (i32.const 4))) (call $given)",
                text(properties, at)
            )
        })
        .collect();
    let result = if name == "log" { "" } else { CONTINUE };
    texts(properties) + &callback(name, &format!("{asks} {result}"))
}

#[test]
fn properties_are_found_while_envoy_has_them() {
    let properties =
        ["request\0path", "request\0url_path", "request\0query", "request\0headers\0x-a", "source\0address"];
    let request = post().header("x-a", "1").header("x-a", "2").property("source.address", "10.0.0.1:80");
    let (_, log) = run(&asking("request_headers", &properties), Options::default(), &request);
    assert_eq!(log, "0 /ingest?x=1 0 /ingest 0 x=1 0 1,2 0 10.0.0.1:80");
    let (_, log) =
        run(&asking("request_body", &properties), Options::default(), &request.clone().chunk("a").end_with_last());
    assert_eq!(log, "1  1  1  1  0 10.0.0.1:80", "the headers are no longer the filter's");
    let (_, log) = run(&asking("log", &properties), Options::default(), &request);
    assert_eq!(log, "0 /ingest?x=1 0 /ingest 0 x=1 0 1,2 0 10.0.0.1:80");
    let others = ["", "nobody", "request\0duration", "response\0code", "plugin_name", "request\0id"];
    let request = request.property("request.id", "r1").property("response.code", "c");
    let (_, log) = run(&asking("request_headers", &others), Options::default(), &request);
    assert_eq!(log, "3  1  1  1  0  0 r1");
    let (_, log) = run(&asking("log", &["request\0duration", "response\0code"]), Options::default(), &request);
    assert_eq!(log, "0 \0\0\0\0\0\0\0\0 0 c");
}

#[test]
fn a_property_that_was_set_is_filter_state() {
    let names = ["tag", "wasm.tag", "filter_state\0wasm.tag", "value"];
    let set = format!("(call $digit (call $set_property {} {}))", text(&names, 0), text(&names, 3));
    let asks: String = (0..3)
        .map(|at| {
            format!("(call $digit (call $get_property {} (i32.const 0) (i32.const 4))) (call $given)", text(&names, at))
        })
        .collect();
    let parts = texts(&names)
        + &callback("configure", &format!("{set} (i32.const 1)"))
        + &callback("log", &format!("{set} {asks}"))
        + &callback(
            "done",
            &format!("(call $digit (call $set_property {} {})) (i32.const 1)", text(&names, 1), text(&names, 3)),
        );
    let (exchange, log) = run(&parts, Options::default(), &post());
    assert_eq!(log, "1 0 0 value 1 value 0 value 0");
    assert_eq!(exchange.filter_state.get("wasm.tag").map(Vec::as_slice), Some(b"value".as_slice()));
    assert_eq!(exchange.filter_state.len(), 1, "what is set when it is done is too late for the log");
}

#[test]
fn an_access_logger_sees_headers_and_properties_and_no_body() {
    let names = ["x-a", ":status", "request\0path", "response\0code", "x-t"];
    let parts = texts(&names)
        + &callback(
            "log",
            &format!(
                "(call $digit (local.get $id))
                 (call $digit (call $get_header (i32.const 0) {a} (i32.const 0) (i32.const 4))) (call $given)
                 (call $digit (call $get_header (i32.const 2) {status} (i32.const 0) (i32.const 4))) (call $given)
                 (call $digit (call $get_header (i32.const 1) {a} (i32.const 0) (i32.const 4)))
                 (call $digit (call $get_header (i32.const 3) {t} (i32.const 0) (i32.const 4))) (call $given)
                 (call $digit (call $get_property {path} (i32.const 0) (i32.const 4))) (call $given)
                 (call $digit (call $get_property {code} (i32.const 0) (i32.const 4))) (call $number (i32.load (i32.load (i32.const 0))))
                 (call $digit (call $set_property {a} {a}))
                 (call $digit (call $add_header (i32.const 0) {a} {a}))
                 (call $body (i32.const 0)) (call $given)",
                a = text(&names, 0),
                status = text(&names, 1),
                path = text(&names, 2),
                code = text(&names, 3),
                t = text(&names, 4),
            ),
        );
    let mut plugin = start(&wasm(&parts), Options::default());
    let request = post().header("x-a", b"\xfe").chunk("body").answer(Response::new(202).trailer("x-t", "end"));
    assert!(plugin.log(&request));
    assert_eq!(logged(&mut plugin), "1 0 \u{fffd} 0 202 1 0 end 0 /ingest?x=1 0 202 1 2 ");
    let mut plugin = start(&wasm(&callback("log", "unreachable")), Options::default());
    assert!(!plugin.log(&request));
}

#[test]
fn metrics_are_counted_over_vms() {
    let names = ["requests", "level", "sizes"];
    let define = |kind: u32| {
        format!(
            "(call $digit (call $define (i32.const {kind}) {} (i32.const {})))",
            text(&names, kind as usize),
            kind * 4 + 32
        )
    };
    let number = |kind: u32| format!("(i32.load (i32.const {}))", kind * 4 + 32);
    let parts = texts(&names)
        + &callback(
            "configure",
            &format!("(call $digit (call $define (i32.const 3) {} (i32.const 0))) {} {} {} (i32.const 1)",
                text(&names, 0), define(0), define(1), define(2)),
        )
        + &callback(
            "request_headers",
            &format!(
                "(call $digit (call $increment {c} (i64.const 2))) (call $digit (call $increment {c} (i64.const -1)))
                 (call $digit (call $increment {c} (i64.const 0))) (call $digit (call $increment {g} (i64.const -3)))
                 (call $digit (call $increment {h} (i64.const 1))) (call $digit (call $increment (i32.const 99) (i64.const 1)))
                 (call $digit (call $record {c} (i64.const 5))) (call $digit (call $record {g} (i64.const 9)))
                 (call $digit (call $record {h} (i64.const 7))) (call $digit (call $get_metric {h} (i32.const 0)))
                 (call $digit (call $get_metric {c} (i32.const 0))) (call $number (i32.load (i32.const 0)))
                 (if (i32.load (i32.const 0)) (then unreachable)) (i32.const 0)",
                c = number(0), g = number(1), h = number(2)
            ),
        );
    let mut plugin =
        start(&wasm(&parts), Options::default().on_failure(OnFailure::Reload).reload_after(Duration::ZERO));
    plugin.exchange(&post());
    // Numbers are kept below where `$number` writes.
    assert_eq!(logged(&mut plugin), "2 0 0 0 0 2 2 0 2 1 0 0 0 2 0 7");
    plugin.exchange(&post());
    let metrics = plugin.metrics();
    assert_eq!(metrics.get("requests"), Some(&Metric { kind: MetricKind::Counter, value: 14 }));
    assert_eq!(metrics.get("level"), Some(&Metric { kind: MetricKind::Gauge, value: 9 }));
    assert_eq!(metrics.get("sizes"), Some(&Metric { kind: MetricKind::Histogram, value: 14 }));
}

#[test]
fn time_stands_still_unless_it_is_moved() {
    let parts = callback(
        "request_headers",
        "(call $digit (call $time (i32.const 64)))
         (call $number (i32.wrap_i64 (i64.div_u (i64.load (i32.const 64)) (i64.const 1000000000)))) (i32.const 0)",
    );
    let mut plugin = start(&wasm(&parts), Options::default().time(Duration::from_secs(1000)));
    plugin.exchange(&post());
    plugin.exchange(&post());
    plugin.advance(Duration::from_secs(5));
    plugin.exchange(&post());
    assert_eq!(logged(&mut plugin), "0 1000 0 1000 0 1005");
}

#[test]
fn logs_keep_their_level() {
    let parts = callback(
        "request_headers",
        "(call $digit (call $log_at (i32.const 0) (i32.const 0) (i32.const 0)))
         (call $digit (call $log_at (i32.const 5) (i32.const 0) (i32.const 0)))
         (call $digit (call $log_at (i32.const 6) (i32.const 0) (i32.const 0)))
         (call $digit (call $log_level (i32.const 0))) (call $digit (i32.load (i32.const 0))) (i32.const 0)",
    );
    let mut plugin = start(&wasm(&parts), Options::default().log_level(LogLevel::Warn));
    plugin.exchange(&post());
    let lines: Vec<String> = plugin.logs().iter().map(ToString::to_string).collect();
    assert_eq!(lines.join(""), "[trace] [info] 0[critical] [info] 0[info] 2[info] 0[info] 3");
}
