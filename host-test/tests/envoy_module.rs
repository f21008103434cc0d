//! The plugin for Envoy in a host that behaves as Envoy does: the corpus, every mode, every format, and hostile input.

mod common;
#[allow(unsafe_code, reason = "it has the shape of C's function")]
#[path = "../../filters/envoy/src/compare.rs"]
mod compare;

use std::sync::OnceLock;

use common::cases::load;
use common::text::shown;
use podsieve_host::json::{self, Verdict};
use podsieve_host::proxy::{Compiled, Exchange, LogLevel, Options, Outcome, Plugin, Request, Response};
use podsieve_host::{Native, Runner};
use proptest::prelude::*;

fn compiled() -> &'static Compiled {
    static COMPILED: OnceLock<Compiled> = OnceLock::new();
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist/podsieve-envoy.wasm");
    let wasm = || std::fs::read(module).expect("`make test` makes the module first");
    COMPILED.get_or_init(|| Compiled::new(&wasm()).expect("the module is one for Envoy"))
}

fn start(configuration: &str) -> Plugin {
    start_with(configuration.as_bytes())
}

fn start_with(configuration: &[u8]) -> Plugin {
    let options = Options::default().allow_on_headers_stop_iteration(true);
    Plugin::start(compiled(), configuration, options).unwrap_or_else(|error| panic!("it does not start: {error}"))
}

fn refused(configuration: impl AsRef<[u8]>) -> String {
    match Plugin::start(compiled(), configuration, Options::default()) {
        Ok(_) => panic!("it starts"),
        Err(error) => error.to_string(),
    }
}

fn ndjson(body: &[u8], piece: usize) -> Request {
    let length = body.len().to_string();
    Request::new("POST", "/")
        .header("content-type", "application/x-ndjson")
        .header("content-length", length)
        .body(body, piece)
}

/// The body that the upstream gets.
fn passed(exchange: &Exchange) -> &[u8] {
    &exchange.forwarded().unwrap_or_else(|| panic!("it is not forwarded: {exchange:?}")).body
}

fn metric(plugin: &mut Plugin, name: &str) -> u64 {
    plugin.tick();
    plugin.metrics().get(&format!("podsieve.{name}")).map_or(0, |metric| metric.value)
}

#[test]
fn a_request_whose_context_is_not_known_is_answered() {
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist/podsieve-envoy.wasm");
    let engine = wasmtime::Engine::default();
    let module = wasmtime::Module::from_file(&engine, module).expect("`make test` makes the module first");
    let mut store = wasmtime::Store::new(&engine, Vec::new());
    let mut linker: wasmtime::Linker<Vec<i32>> = wasmtime::Linker::new(&engine);
    linker
        .func_wrap(
            "env",
            "proxy_send_local_response",
            |mut caller: wasmtime::Caller<'_, Vec<i32>>,
             status: i32,
             _: i32,
             _: i32,
             _: i32,
             _: i32,
             _: i32,
             _: i32,
             _: i32| {
                caller.data_mut().push(status);
                0
            },
        )
        .expect("it is not there yet");
    linker.define_unknown_imports_as_default_values(&mut store, &module).expect("all of them are functions");
    let instance = linker.instantiate(&mut store, &module).expect("it starts");
    for (name, arguments) in [("headers", &[7, 0, 1][..]), ("body", &[7, 5, 1]), ("trailers", &[7, 0])] {
        let function = instance.get_func(&mut store, &format!("proxy_on_request_{name}")).expect("it is exported");
        let arguments: Vec<_> = arguments.iter().map(|number| wasmtime::Val::I32(*number)).collect();
        let mut action = [wasmtime::Val::I32(9)];
        function.call(&mut store, &arguments, &mut action).expect("it does not trap");
        assert_eq!(action[0].i32(), Some(1), "{name}: it is paused");
        assert_eq!(store.data_mut().pop(), Some(500), "{name}");
    }
}

#[test]
#[allow(unsafe_code, reason = "it has the shape of C's function")]
fn bytes_are_compared_as_c_compares_them() {
    let text: Vec<u8> = (0..40).map(|n| if n % 3 == 0 { 0xfe } else { n }).collect();
    for (length, place) in (0..40).flat_map(|length| (0..=length).map(move |place| (length, place))) {
        for byte in [0, 1, 0x7f, 0x80, 0xff] {
            let mut other = text.clone();
            other[place] = byte;
            // SAFETY: both are longer.
            let found = unsafe { compare::memcmp(text.as_ptr(), other.as_ptr(), length) };
            assert_eq!(found.cmp(&0), text[..length].cmp(&other[..length]), "{length} {place} {byte}");
        }
    }
}

#[test]
fn every_case_has_the_verdict_that_it_has_natively() {
    let mut native = Native::new();
    let (mut same, mut others) = (0, 0);
    let functions = ["pipeline", "parse", "redact", "enrich", "route"];
    let configuration = |function| format!(r#"{{"function":"{function}","tag":{{"header":"fluent-tag"}}}}"#);
    let mut plugins = functions.map(|function| (function, start(&configuration(function))));
    for case in load() {
        let Some((_, plugin)) = plugins.iter_mut().find(|(function, _)| *function == case.function) else { continue };
        // Lines are no other records only if there is one, and if it is not several objects.
        let several = json::judge(&case.input) == Verdict::SeveralObjects;
        if case.input.contains(&b'\n') || several || case.input.trim_ascii().is_empty() || case.input.len() > 1 << 22 {
            others += 1;
            continue;
        }
        let expected =
            native.run(&case.function, case.tag.as_bytes(), &case.input).record().expect("it is kept").to_vec();
        let request = ndjson(&[&case.input[..], b"\n"].concat(), 1 << 16).header("fluent-tag", &case.tag);
        let exchange = plugin.exchange(&request);
        let found = passed(&exchange).strip_suffix(b"\n").expect("a line ends");
        // What follows an object on its line is another record there.
        if found.contains(&b'\n') {
            others += 1;
            continue;
        }
        assert_eq!(shown(found), shown(&expected), "{}", case.name);
        same += 1;
    }
    assert!(same >= 900 && others < same / 20, "{same} cases ran, {others} are no lines");
}

const BULK: &str = "{\"create\":{\"_index\":\"logs\"}}\n{\"log\":\"to ada@example.com\",\"operation\":\"x\"}\n{\"create\":{}}\n{\"log\":\"fine\"}\n";

#[test]
fn the_gateway_redacts_what_shippers_send() {
    let mut plugin = start(r#"{"gateway":{"destinations":{"index":"a-{route}","loki":"structured_metadata"}}}"#);
    let cases = [
        (
            "/_bulk",
            "application/x-ndjson",
            BULK,
            "{\"create\":{\"_index\":\"a-archive.audit.unknown\"}}\n{\"log\":\"to [REDACTED:email]\",\"operation\":\"x\",\"podsieve\":{\"redacted\":{\"email\":1}},\"archive_tag\":\"archive.audit.unknown\"}\n{\"create\":{}}\n{\"log\":\"fine\"}\n",
        ),
        (
            "/ingest",
            "application/json",
            r#"[{"log":"to ada@example.com"}]"#,
            r#"[{"log":"to [REDACTED:email]","podsieve":{"redacted":{"email":1}}}]"#,
        ),
        ("/services/collector/event", "", r#"{"event":"to ada@example.com"}"#, r#"{"event":"to [REDACTED:email]"}"#),
        (
            "/loki/api/v1/push",
            "application/json",
            r#"{"streams":[{"stream":{},"values":[["1","{\"operation\":\"x\"}"]]}]}"#,
            r#"{"streams":[{"stream":{},"values":[["1","{\"operation\":\"x\",\"archive_tag\":\"archive.audit.unknown\"}",{"archive_tag":"archive.audit.unknown"}]]}]}"#,
        ),
        (
            "/v1/logs",
            "application/json",
            r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"to ada@example.com"}}]}]}]}"#,
            r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"to [REDACTED:email]"}}]}]}]}"#,
        ),
        ("/x", "text/plain", "to ada@example.com", "to [REDACTED:email]"),
    ];
    for (path, kind, body, expected) in cases {
        for piece in [body.len(), 7, 1] {
            for trailers in [false, true] {
                let mut request =
                    Request::new("POST", path).header("content-length", body.len().to_string()).body(body, piece);
                if !kind.is_empty() {
                    request = request.header("content-type", kind);
                }
                if trailers {
                    request = request.trailer("x-sum", "1");
                }
                let exchange = plugin.exchange(&request);
                assert_eq!(shown(passed(&exchange)), shown(expected.as_bytes()), "{path} in pieces of {piece}");
                let headers = &exchange.upstream.as_ref().expect("it is forwarded").headers;
                assert_eq!(headers.get("content-length"), None, "{path}");
            }
        }
    }
    assert_eq!(metric(&mut plugin, "requests.format.bulk"), 6);
    assert_eq!(metric(&mut plugin, "records.outcome.redacted"), 30);
    assert_eq!(metric(&mut plugin, "records.outcome.unchanged"), 12);
    assert_eq!(metric(&mut plugin, "redacted.rule.email"), 30);
    assert_eq!(metric(&mut plugin, "routed.route.archive.audit"), 12);
}

#[test]
fn what_cannot_be_inspected_follows_its_rule() {
    let cases = [
        ("/_bulk", "application/x-ndjson", "gzip", "compressed"),
        ("/v1/logs", "application/x-protobuf", "", "protobuf"),
        ("/loki/api/v1/push", "application/x-protobuf", "", "protobuf"),
        ("/", "application/octet-stream", "", "unknown"),
        ("/", "", "", "unknown"),
    ];
    for (path, kind, encoding, reason) in cases {
        let mut request = Request::new("POST", path)
            .header("x-podsieve", "mine")
            .header("x-archive-tag", "mine")
            .chunk("ada@example.com");
        for (name, value) in [("content-type", kind), ("content-encoding", encoding)] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        let mut plugin = start("");
        let exchange = plugin.exchange(&request);
        assert_eq!((exchange.status(), exchange.upstream.is_some()), (Some(415), false), "{path} {reason}");
        let told = String::from_utf8_lossy(&exchange.local().expect("it is told").body).into_owned();
        assert!(told.contains(reason) && !told.contains("ada@"), "{told}");
        assert_eq!(metric(&mut plugin, &format!("uninspected.reason.{reason}.action.reject")), 1);

        let mut plugin =
            start(&format!(r#"{{"gateway":{{"uninspected":{{"{reason}":"pass_and_tag"}},"archive_tag":{{}}}}}}"#));
        let exchange = plugin.exchange(&request);
        let headers = &exchange.forwarded().expect("it passes").headers;
        assert_eq!(headers.get("x-podsieve"), Some(format!("uninspected; reason={reason}").as_bytes()));
        assert_eq!(headers.get_all("x-archive-tag").collect::<Vec<_>>(), [b"archive.audit"]);
        assert_eq!(metric(&mut plugin, &format!("uninspected.reason.{reason}.action.pass_and_tag")), 1);

        let mut plugin = start(&format!(r#"{{"gateway":{{"uninspected":{{"{reason}":"skip"}}}}}}"#));
        let exchange = plugin.exchange(&request);
        assert_eq!(passed(&exchange), b"ada@example.com");
        assert_eq!(exchange.forwarded().expect("it passes").headers.get("x-podsieve"), None);
        assert_eq!(metric(&mut plugin, &format!("uninspected.reason.{reason}.action.skip")), 1);
    }
}

#[test]
fn a_body_gets_one_tag() {
    let mut plugin = start(r#"{"gateway":{"archive_tag":{"buffer":"2KiB"}}}"#);
    let long = "{\"n\":1}\n".repeat(1000);
    let cases = [
        ("{\"n\":1}\n", "standard", None),
        ("{\"to\":\"ada@example.com\"}\n", "sensitive", None),
        ("{\"to\":\"ada@example.com\"}\n{\"operation\":\"x\"}\n", "archive.audit", None),
        // Longer than what is held back: the most important one.
        (&long, "archive.audit", Some("too_large")),
    ];
    for (body, tag, reason) in cases {
        for (piece, trailers) in [(1 << 10, false), (100, true)] {
            let mut request = ndjson(body.as_bytes(), piece).header("x-archive-tag", "mine");
            if trailers {
                request = request.trailer("x-sum", "1");
            }
            let exchange = plugin.exchange(&request);
            let headers = &exchange.forwarded().unwrap_or_else(|| panic!("{exchange:?}")).headers;
            assert_eq!(headers.get_all("x-archive-tag").collect::<Vec<_>>(), [tag.as_bytes()], "{body}");
            let length = passed(&exchange).len().to_string();
            assert_eq!(headers.get("content-length"), reason.is_none().then_some(length.as_bytes()));
        }
    }
    // Without a body there is nothing to wait for.
    let exchange = plugin.exchange(&Request::new("GET", "/").header("x-archive-tag", "mine").end_with_last());
    assert_eq!(exchange.forwarded().expect("it passes").headers.get("x-archive-tag"), Some(&b"standard"[..]));
    let mut plugin = start(r#"{"gateway":{"archive_tag":{"buffer":"2KiB"},"uninspected":{"too_large":"reject"}}}"#);
    assert_eq!(plugin.exchange(&ndjson(long.as_bytes(), 1 << 10)).status(), Some(413));
    assert_eq!(plugin.failure(), None);
}

#[test]
fn bodies_of_any_length_stream() {
    let mut plugin = start("");
    let line = "{\"log\":\"to ada@example.com\",\"n\":\"0123456789\"}\n";
    let body = line.repeat((50 << 20) / line.len());
    let exchange = plugin.exchange(&ndjson(body.as_bytes(), 100_000));
    let out = passed(&exchange);
    assert!(!out.windows(4).any(|bytes| bytes == b"ada@"));
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), body.len() / line.len());
    assert!(plugin.memory_size() < 24 << 20, "{} bytes of memory", plugin.memory_size());
}

#[test]
fn a_thousand_ways_to_cut_a_body_give_the_same_bytes() {
    let mut plugin = start(r#"{"gateway":{"destinations":{"index":"a-{route}"}}}"#);
    let bulk = |piece| Request::new("POST", "/_bulk").body(BULK.repeat(5), piece);
    let whole = passed(&plugin.exchange(&bulk(1 << 20))).to_vec();
    let mut seed = 88_172_645_463_325_252_u64;
    for _ in 0..1000 {
        let body = BULK.repeat(5);
        let mut request = Request::new("POST", "/_bulk");
        let mut rest = body.as_bytes();
        while !rest.is_empty() {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let (piece, more) = rest.split_at(rest.len().min(1 + (seed % 90) as usize));
            request = request.chunk(piece);
            rest = more;
        }
        let exchange = plugin.exchange(&request);
        assert_eq!(shown(passed(&exchange)), shown(&whole));
    }
}

#[test]
fn the_edge_writes_an_audit_record_for_each_request() {
    let settings = r#"{"mode":"edge","edge":{"service":"webhook-api","tenant":{"header":"x-tenant"},"body":{"fields":["ticket.id","mail"]}}}"#;
    let mut plugin = start(settings);
    let body = r#"{"ticket":{"id":"T-17"},"mail":"ada@example.com","secret":"not asked for"}"#;
    let request = Request::new("POST", "/hooks?api_key=abcd1234efgh5678&page=2")
        .header("content-type", "application/json")
        .header("x-request-id", "r-1")
        .header("x-tenant", "acme")
        .body(body, 10)
        .answer(Response::new(202));
    let exchange = plugin.exchange(&request);
    assert_eq!(passed(&exchange), body.as_bytes());
    let logs: Vec<_> = plugin.take_logs().into_iter().filter(|log| log.level == LogLevel::Info).collect();
    let [log] = &logs[..] else { panic!("{logs:?}") };
    assert_eq!(json::judge(log.message.as_bytes()), Verdict::Object);
    let text = &log.message;
    for part in [
        r#""message":"POST /hooks 202","#,
        r#""service":"webhook-api","operation":"http.request","tenant_id":"acme","request_id":"r-1","#,
        r#""url.path":"/hooks","url.query":"api_key=[REDACTED:api_key]&page=2","http.response.status_code":202"#,
        r#""id":"T-17","mail":"[REDACTED:email]""#,
        r#""archive_tag":"archive.audit.webhook-api""#,
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("not asked for") && !text.contains("ada@"), "{text}");
    assert_eq!(metric(&mut plugin, "audited.mode.edge"), 1);

    let mut plugin = start(&settings.replace(r#""service""#, r#""to":"filter_state","service""#));
    let exchange = plugin.exchange(&request);
    let record = exchange.filter_state.get("wasm.podsieve_audit").expect("it is in the filter state");
    assert_eq!(json::judge(record), Verdict::Object);
    assert!(plugin.take_logs().is_empty());
}

#[test]
fn the_access_logger_writes_a_line_for_each_request() {
    let mut plugin = start(r#"{"mode":"access_log","access_log":{"service":"web"}}"#);
    let request = Request::new("GET", "/u/ada@example.com")
        .header("x-request-id", "r-2")
        .end_with_last()
        .answer(Response::new(503));
    assert!(plugin.log(&request));
    let logs = plugin.take_logs();
    let [log] = &logs[..] else { panic!("{logs:?}") };
    let text = &log.message;
    assert!(text.contains(r#""level":"ERROR","message":"GET /u/[REDACTED:email] 503","service":"web""#), "{text}");
    assert_eq!(metric(&mut plugin, "audited.mode.access_log"), 1);
}

/// A `google.protobuf.Struct` of texts, booleans and structs, from JSON.
fn wire(value: &serde_json::Value) -> Vec<u8> {
    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![number << 3 | 2];
        let mut length = content.len();
        while length > 0x7f {
            out.push(length as u8 & 0x7f | 0x80);
            length >>= 7;
        }
        out.push(length as u8);
        out.extend_from_slice(content);
        out
    }
    fn one(value: &serde_json::Value) -> Vec<u8> {
        match value {
            serde_json::Value::Null => vec![1 << 3, 0],
            serde_json::Value::Bool(truth) => vec![4 << 3, u8::from(*truth)],
            serde_json::Value::Number(number) => {
                let mut out = vec![2 << 3 | 1];
                out.extend_from_slice(&number.as_f64().expect("a number").to_le_bytes());
                out
            }
            serde_json::Value::String(text) => field(3, text.as_bytes()),
            serde_json::Value::Array(items) => {
                field(6, &items.iter().flat_map(|item| field(1, &one(item))).collect::<Vec<_>>())
            }
            object => field(5, &wire(object)),
        }
    }
    let members = value.as_object().expect("an object");
    members
        .iter()
        .flat_map(|(key, value)| field(1, &[field(1, key.as_bytes()), field(2, &one(value))].concat()))
        .collect()
}

#[test]
fn a_configuration_is_json_or_a_struct() {
    let settings = serde_json::json!({"gateway": {"archive_tag": {"buffer": 1024, "order": ["archive.audit", "sensitive"]}, "uninspected": {"unknown": "skip"}}});
    for configuration in [settings.to_string().into_bytes(), wire(&settings)] {
        let mut plugin = start_with(&configuration);
        let exchange = plugin.exchange(&ndjson(b"{\"to\":\"ada@example.com\"}\n", 100));
        assert_eq!(exchange.forwarded().expect("it passes").headers.get("x-archive-tag"), Some(&b"sensitive"[..]));
    }
}

#[test]
fn a_wrong_configuration_refuses_to_start_and_says_where() {
    for (text, said) in [
        ("{\"mod\":\"edge\"}", "1:2: unknown key `mod`; did you mean `mode`?"),
        ("{\n  \"mode\": \"gatewya\"\n}", "2:11: unknown mode `gatewya`; did you mean `gateway`?"),
        ("{\"gateway\":{\"destinations\":{\"index\":\"A b\"}}}", "the name of an index has only"),
        ("{\"mode\":\"edge\",\"gateway\":{}}", "`gateway` says nothing in mode edge"),
        ("[", "1:"),
        ("{\"tag\":{}}", "`header` is missing"),
    ] {
        let found = refused(text);
        assert!(found.contains(said), "{text}: {found}");
    }
    let found = refused(wire(&serde_json::json!({"gateway": {"uninspected": {"unknown": "sikp"}}})));
    assert!(found.contains("at `unknown`: unknown rule `sikp`; did you mean `skip`?"), "{found}");
    assert!(refused([0xff, 0xfe]).contains("neither UTF-8 nor a Struct"));
}

#[test]
fn what_a_refused_body_held_back_is_given_back() {
    let mut plugin = start("");
    let begun = format!("{{\"log\":\"{}", "x".repeat(4_000_000));
    // More than all bodies together may hold back.
    for _ in 0..140 {
        let request = Request::new("POST", "/").header("content-type", "application/x-ndjson");
        assert_eq!(plugin.exchange(&request.body(&begun, 1 << 20).trailer("x-sum", "1")).status(), Some(400));
    }
    let exchange = plugin.exchange(&ndjson(b"{\"n\":1}\n", 3));
    assert_eq!(passed(&exchange), b"{\"n\":1}\n");
}

#[test]
fn memory_stays_what_it_is() {
    let mut plugin = start("");
    let body = BULK.repeat(8);
    let mut run = |times: usize| {
        for _ in 0..times {
            plugin.exchange(&Request::new("POST", "/_bulk").body(&body, 300));
        }
        plugin.memory_size()
    };
    let before = run(200);
    assert_eq!(run(20_000), before);
}

#[derive(Clone, Debug)]
struct Hostile {
    path: Vec<u8>,
    headers: Vec<(&'static str, Vec<u8>)>,
    chunks: Vec<Vec<u8>>,
    trailers: bool,
    last: bool,
}

fn hostile() -> impl Strategy<Value = Hostile> {
    let text = |pieces: Vec<&'static str>| {
        let piece = prop_oneof![
            4 => prop::sample::select(pieces).prop_map(|text| text.as_bytes().to_vec()),
            1 => prop::collection::vec(any::<u8>(), 0..12),
        ];
        prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
    };
    let path = text(vec![
        "/",
        "_bulk",
        "/_bulk",
        "/loki/api/v1/push",
        "/services/collector",
        "/v1/logs",
        "?",
        "a=b",
        "&",
        "%",
        "%zz",
        "token=abc",
        "//",
    ]);
    let header = (
        prop::sample::select(vec![
            "content-type",
            "content-encoding",
            "x-archive-tag",
            "fluent-tag",
            "x-request-id",
            "x-tenant",
            "x-envoy-original-path",
        ]),
        text(vec![
            "application/json",
            "application/x-ndjson",
            "text/plain",
            ";",
            "identity",
            ",",
            "kube.var.log.pods.a_b_c.d.0.log",
        ]),
    );
    let chunk = text(vec![
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        ",",
        ":",
        "\n",
        "\r\n",
        " ",
        "{\"index\":{}}\n",
        "{\"a\":1}",
        "{\"to\":\"ada@example.com\"}",
        "{\"operation\":\"x\"}",
        "{\"streams\":[",
        "{\"stream\":{},\"values\":[",
        "[\"1\",\"{}\"]",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[",
        "{\"event\":",
        "null",
        "1e999",
    ]);
    (path, prop::collection::vec(header, 0..4), prop::collection::vec(chunk, 0..6), any::<bool>(), any::<bool>())
        .prop_map(|(path, headers, chunks, trailers, last)| Hostile { path, headers, chunks, trailers, last })
}

/// Modes and settings that requests of any kind meet.
const SETTINGS: &[&str] = &[
    "",
    r#"{"gateway":{"archive_tag":{"buffer":"1KiB"},"destinations":{"index":"{route}","loki":"label"},"uninspected":{"unknown":"skip","compressed":"pass_and_tag"}},"tag":{"header":"fluent-tag"}}"#,
    r#"{"mode":"edge","edge":{"tenant":{"header":"x-tenant"},"body":{"fields":["a","b.c"]},"to":"filter_state"}}"#,
    r#"{"mode":"access_log","access_log":{"tenant":{"header":"x-tenant"}}}"#,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_peer_sends_nothing_traps_hangs_or_breaks_a_connection(requests in prop::collection::vec(hostile(), 1..12)) {
        for settings in SETTINGS {
            let mut plugin = start(settings);
            for hostile in &requests {
                let mut request = Request::new("POST", "/").header(":path", &hostile.path);
                for (name, value) in &hostile.headers {
                    request = request.header(name, value);
                }
                for chunk in &hostile.chunks {
                    request = request.chunk(chunk);
                }
                if hostile.trailers {
                    request = request.trailer("x-sum", [0xff, b'1']);
                } else if hostile.last {
                    request = request.end_with_last();
                }
                let exchange = plugin.exchange(&request);
                plugin.log(&request);
                let fine = matches!(exchange.outcome, Outcome::Forwarded | Outcome::Local { .. });
                prop_assert!(fine, "{:?}: {:?}", settings, exchange.outcome);
                prop_assert!(exchange.status().is_some_and(|status| status < 500), "{:?}: {:?}", settings, exchange);
                prop_assert_eq!(plugin.failure(), None, "{}", settings);
            }
        }
    }

    #[test]
    fn whatever_it_is_configured_with_it_starts_or_says_why(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..60),
            "[a-z{}\\[\\]\":, \n]{0,60}".prop_map(String::into_bytes),
            r#"\{"(mode|gateway|edge|tag|function)":("(edge|gateway|access_log|x)"|\{\}|\[\]|null|1)(,"(gateway|edge|access_log)":\{("(archive_tag|uninspected|body|to|tenant|formats)":(\{\}|\[\]|""|1|null))?\})?\}"#.prop_map(String::into_bytes),
        ]
    ) {
        if let Err(error) = Plugin::start(compiled(), &bytes, Options::default()) {
            let said = error.to_string();
            prop_assert!(said.contains("podsieve: plugin configuration: "), "{}", said);
        }
    }
}
