//! The plugin in a real Envoy: every mode and format, and every way in which a body can come. Without an Envoy every test
//! here says on standard error that it is SKIPPED.

#[allow(dead_code, reason = "each test uses its part of this")]
#[path = "envoy/mod.rs"]
mod envoy;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, thread};

use envoy::client::Request;
use envoy::config::{Config, Listener, Plugin};
use envoy::http2::Post;
use envoy::run::{Envoy, Process};
use envoy::upstream::{Answer, Upstream};
use podsieve_host::json::{self, Verdict};

/// The module that is shipped.
fn module() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../dist/podsieve-envoy.wasm")
        .canonicalize()
        .expect("`make test` makes it first")
}

/// A listener with the plugin, both of this name, that lets trailers by.
fn listener(name: &str, configuration: &str) -> Listener {
    let plugin = Plugin::new(name, &module()).text(configuration).stopping();
    Listener::new(name).filter(&plugin.filter()).manager("http_protocol_options: {enable_trailers: true}")
}

fn start(envoy: &Envoy, upstream: &Upstream, listeners: impl IntoIterator<Item = Listener>) -> Process {
    let config = Config::new().cluster("upstream", upstream.address());
    envoy.start(&listeners.into_iter().fold(config, Config::listener))
}

/// A format: its path, its content type, a body of it, and what arrives of that.
type Sample = (&'static str, &'static str, &'static str, &'static str);

const SAMPLES: &[Sample] = &[
    (
        "/_bulk",
        "application/x-ndjson",
        "{\"create\":{\"_index\":\"x\"}}\n{\"log\":\"to ada@example.com\"}\n{\"create\":{}}\n{\"log\":\"fine\"}\n",
        "{\"create\":{\"_index\":\"x\"}}\n{\"log\":\"to [REDACTED:email]\",\"podsieve\":{\"redacted\":{\"email\":1}}}\n{\"create\":{}}\n{\"log\":\"fine\"}\n",
    ),
    (
        "/lines",
        "application/x-ndjson",
        "{\"log\":\"to ada@example.com\"}\n{\"log\":\"fine\"}",
        "{\"log\":\"to [REDACTED:email]\",\"podsieve\":{\"redacted\":{\"email\":1}}}\n{\"log\":\"fine\"}",
    ),
    (
        "/array",
        "application/json",
        r#"[{"log":"to ada@example.com"},{"log":"fine"}]"#,
        r#"[{"log":"to [REDACTED:email]","podsieve":{"redacted":{"email":1}}},{"log":"fine"}]"#,
    ),
    (
        "/services/collector/event",
        "",
        r#"{"event":{"log":"to ada@example.com"},"time":1.5}{"event":"to ada@example.com"}"#,
        r#"{"event":{"log":"to [REDACTED:email]","podsieve":{"redacted":{"email":1}}},"time":1.5}{"event":"to [REDACTED:email]"}"#,
    ),
    (
        "/loki/api/v1/push",
        "application/json",
        r#"{"streams":[{"stream":{"app":"x"},"values":[["1","{\"log\":\"to ada@example.com\"}"],["2","to ada@example.com",{"a":"b"}]]}]}"#,
        r#"{"streams":[{"stream":{"app":"x"},"values":[["1","{\"log\":\"to [REDACTED:email]\",\"podsieve\":{\"redacted\":{\"email\":1}}}"],["2","to [REDACTED:email]",{"a":"b"}]]}]}"#,
    ),
    (
        "/v1/logs",
        "application/json",
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"to ada@example.com"},"attributes":[{"key":"password","value":{"stringValue":"hunter22"}}]}]}]}]}"#,
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"to [REDACTED:email]"},"attributes":[{"key":"password","value":{"stringValue":"[REDACTED:password]"}}]}]}]}]}"#,
    ),
    ("/text", "text/plain", "to ada@example.com\nfine", "to [REDACTED:email]\nfine"),
];

fn with_type(request: Request, kind: &str) -> Request {
    if kind.is_empty() { request } else { request.header("content-type", kind) }
}

#[test]
fn every_format_in_every_way_it_can_come() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let process = start(envoy, &upstream, [listener("gateway", "")]);
    let mut client = process.connect("gateway");
    for (path, kind, body, expected) in SAMPLES {
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(9).collect();
        let ways = [
            ("at once", Request::post(path, body)),
            ("part by part", Request::new("POST", path).parts(&pieces).slow(Duration::from_millis(2))),
            ("in chunks", Request::new("POST", path).chunks(&pieces).slow(Duration::from_millis(2))),
            ("with trailers", Request::new("POST", path).chunks(&pieces).trailer("x-end", "1")),
            ("one chunk and trailers", Request::new("POST", path).chunks(&[body]).trailer("x-end", "1")),
            ("when it may", Request::post(path, body).header("expect", "100-continue")),
        ];
        for (way, request) in ways {
            let response = client.ask(&with_type(request, kind));
            assert_eq!(response.status, 200, "{path} {way}");
            let received = upstream.last(path);
            assert_eq!(received.text(), *expected, "{path} {way}");
            assert!(received.complete() && received.header("content-length").is_none(), "{path} {way}");
        }
        for trailers in [&[][..], &[("x-end", "1")]] {
            let headers: Vec<(&str, &[u8])> =
                if kind.is_empty() { vec![] } else { vec![("content-type", kind.as_bytes())] };
            let response = Post { path, headers: &headers, frames: &pieces, trailers }.send(process.port("gateway"));
            assert_eq!(response.expect("an answer").status, 200, "{path}");
            assert_eq!(upstream.last(path).text(), *expected, "{path} over HTTP/2");
        }
    }
    let count = |name: &str| process.stat(&format!("wasmcustom.podsieve.{name}"));
    process.wait("it has counted", || count("redacted.rule.password") == Some(8));
    assert_eq!(count("requests.format.bulk"), Some(8));
    assert_eq!(count("records.outcome.masked"), None);
    assert_eq!(count("refused.reason.host"), None);
}

#[test]
fn a_thousand_ways_to_cut_a_body_give_the_same_bytes() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let process = start(envoy, &upstream, [listener("gateway", "")]);
    let mut client = process.connect("gateway");
    let (path, kind, body, expected) = SAMPLES[0];
    let (body, expected) = (body.repeat(20), expected.repeat(20));
    let mut seed = 88_172_645_463_325_252_u64;
    for _ in 0..1000 {
        let mut chunks = Vec::new();
        let mut rest = body.as_bytes();
        while !rest.is_empty() {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let (chunk, more) = rest.split_at(rest.len().min(1 + (seed % 300) as usize));
            chunks.push(chunk);
            rest = more;
        }
        assert_eq!(client.ask(&with_type(Request::new("POST", path).chunks(&chunks), kind)).status, 200);
        assert!(
            upstream.last(path).text() == expected,
            "{:?}",
            chunks.iter().map(|chunk| chunk.len()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn fifty_megabytes_pass_under_the_default_limits() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let process = start(envoy, &upstream, [listener("gateway", "")]);
    let line = "{\"create\":{}}\n{\"log\":\"to ada@example.com\",\"n\":\"0123456789\"}\n";
    let times = (50 << 20) / line.len();
    let response =
        process.connect("gateway").ask(&with_type(Request::post("/_bulk", line.repeat(times)), "application/x-ndjson"));
    assert_eq!(response.status, 200);
    let text = upstream.last("/_bulk").text();
    assert_eq!(text.matches("[REDACTED:email]").count(), times);
    assert!(!text.contains("ada@"));
    let memory = process.memory().unwrap_or_default();
    assert!(memory < 200 << 20, "{memory} bytes");
}

#[test]
fn a_body_gets_a_tag_and_its_route() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let archive = Upstream::start();
    let routes = "[{match: {prefix: /, headers: [{name: x-archive-tag, string_match: {exact: archive.audit}}]}, route: {cluster: archive}}, {match: {prefix: /}, route: {cluster: upstream}}]";
    let listener = listener("tags", r#"{"gateway":{"archive_tag":{}}}"#)
        .routes(routes)
        .virtual_host("request_body_buffer_limit: 2097152");
    let config =
        Config::new().cluster("upstream", upstream.address()).cluster("archive", archive.address()).listener(listener);
    let process = envoy.start(&config);
    let mut client = process.connect("tags");
    let long = "{\"n\":1}\n".repeat(100_000);
    for (path, body, tag, to) in [
        ("/a", "{\"n\":1}\n", "standard", &upstream),
        ("/b", "{\"to\":\"ada@example.com\"}\n", "sensitive", &upstream),
        ("/c", "{\"to\":\"ada@example.com\"}\n{\"operation\":\"x\"}\n", "archive.audit", &archive),
        ("/d", &long, "archive.audit", &archive),
    ] {
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(50_000).collect();
        for request in [
            Request::post(path, body),
            Request::new("POST", path).chunks(&pieces),
            Request::new("POST", path).chunks(&pieces).trailer("x-end", "1"),
        ] {
            let request = request.header("x-archive-tag", "mine").header("content-type", "application/x-ndjson");
            assert_eq!(client.ask(&request).status, 200, "{path}");
            let received = to.last(path);
            assert_eq!(received.header("x-archive-tag").as_deref(), Some(tag), "{path}");
            assert_eq!(received.body.iter().filter(|byte| **byte == b'\n').count(), body.matches('\n').count());
            assert!(!received.text().contains("ada@"));
        }
    }
    assert_eq!(client.ask(&Request::get("/e").header("x-archive-tag", "archive.audit")).status, 200);
    assert_eq!(upstream.last("/e").header("x-archive-tag").as_deref(), Some("standard"));
}

#[test]
fn what_cannot_be_inspected_follows_its_rule() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let rules = |rule: &str| {
        format!(r#"{{"gateway":{{"uninspected":{{"compressed":"{rule}","protobuf":"{rule}","unknown":"{rule}"}}}}}}"#)
    };
    let process = start(
        envoy,
        &upstream,
        [listener("reject", ""), listener("tag", &rules("pass_and_tag")), listener("skip", &rules("skip"))],
    );
    for (path, kind, encoding, reason) in [
        ("/_bulk", "application/x-ndjson", "gzip", "compressed"),
        ("/v1/logs", "application/x-protobuf", "", "protobuf"),
        ("/unknown", "image/png", "", "unknown"),
    ] {
        let request = Request::post(path, "ada@example.com").header("content-type", kind).header("x-podsieve", "mine");
        let request = if encoding.is_empty() { request } else { request.header("content-encoding", encoding) };
        let refused = process.connect("reject").ask(&request);
        assert_eq!(refused.status, 415);
        assert!(String::from_utf8_lossy(&refused.body).contains(reason));
        assert!(upstream.received_at(path).is_empty());
        assert_eq!(process.connect("tag").ask(&request).status, 200);
        assert_eq!(upstream.last(path).header("x-podsieve"), Some(format!("uninspected; reason={reason}")));
        assert_eq!(process.connect("skip").ask(&request).status, 200);
        assert_eq!(upstream.last(path).header("x-podsieve"), None);
        for action in ["reject", "pass_and_tag", "skip"] {
            let name = format!("wasmcustom.podsieve.uninspected.reason.{reason}.action.{action}");
            process.wait(&name, || process.stat(&name) == Some(1));
        }
    }
}

const DECOMPRESSOR: &str = "name: decompressor
typed_config:
  '@type': type.googleapis.com/envoy.extensions.filters.http.decompressor.v3.Decompressor
  decompressor_library:
    name: gzip
    typed_config: {'@type': type.googleapis.com/envoy.extensions.compression.gzip.decompressor.v3.Gzip, max_inflate_ratio: 1032}";

const COMPRESSOR: &str = "name: compressor
typed_config:
  '@type': type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor
  request_direction_config: {common_config: {enabled: {default_value: true, runtime_key: packs}, content_type: [application/json, application/x-ndjson, text/plain]}}
  response_direction_config: {common_config: {enabled: {default_value: false, runtime_key: packs_answers}}}
  compressor_library:
    name: gzip
    typed_config: {'@type': type.googleapis.com/envoy.extensions.compression.gzip.compressor.v3.Gzip}";

#[test]
fn compressed_bodies_pass_between_a_decompressor_and_a_compressor() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let plugin = Plugin::new("chain", &module()).text("").filter();
    let chain = Listener::new("chain").filter(DECOMPRESSOR).filter(&plugin).filter(COMPRESSOR);
    let process = start(envoy, &upstream, [chain]);
    let mut client = process.connect("chain");
    for (path, kind, body, expected) in SAMPLES {
        // Longer than what is held back of a text, whose last line has to end then.
        for times in [1, 400] {
            let separator = if path.ends_with("logs") || path.ends_with("push") { continue } else { "\n" };
            if path.ends_with("array") && times > 1 || path.ends_with("collector/event") {
                continue;
            }
            let (body, expected) =
                ([body, separator].concat().repeat(times), [expected, separator].concat().repeat(times));
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(body.as_bytes()).expect("it is packed");
            let packed = packed.finish().expect("it is packed");
            let request = with_type(Request::post(path, packed), kind).header("content-encoding", "gzip");
            assert_eq!(client.ask(&request).status, 200, "{path}");
            let received = upstream.last(path);
            assert_eq!(received.header("content-encoding").as_deref(), Some("gzip"), "{path}");
            let mut text = String::new();
            flate2::read::GzDecoder::new(&received.body[..]).read_to_string(&mut text).expect("it is gzip");
            assert!(text == expected, "{path}: {} bytes, not {}", text.len(), expected.len());
        }
    }
}

#[test]
fn the_edge_and_the_access_logger_write_audit_records() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::answering(|_| Answer::new(202, "ok"));
    let settings =
        r#"{"mode":"edge","edge":{"service":"web","tenant":{"header":"x-tenant"},"body":{"fields":["ticket_id"]}}}"#;
    let to_file = settings.replace(r#""service""#, r#""to":"filter_state","service""#);
    let logger = Plugin::new("logger", &module()).text(r#"{"mode":"access_log","access_log":{"service":"web"}}"#);
    let process = start(
        envoy,
        &upstream,
        [
            listener("edge", settings),
            listener("file", &to_file).file_log("audit", "%FILTER_STATE(wasm.podsieve_audit:PLAIN)%"),
            Listener::new("logger").access_log(&logger.access_logger()),
        ],
    );
    let request =
        Request::post("/hooks/ada@example.com?token=abcd1234&page=2", r#"{"ticket_id":"T-17","password":"hunter22"}"#)
            .header("content-type", "application/json")
            .header("x-tenant", "acme");
    for name in ["edge", "file", "logger"] {
        let response = process.connect(name).ask(&request);
        assert_eq!((response.status, response.body.as_slice()), (202, &b"ok"[..]));
        let lines = match name {
            "file" => process.lines("audit", 1),
            _ => {
                process.says("\"operation\":\"http.request\"");
                process.wait("the record is logged", || !process.logged(name).is_empty());
                process.logged(name)
            }
        };
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!(json::judge(line.as_bytes()), Verdict::Object, "{line}");
        for part in [
            r#""message":"POST /hooks/[REDACTED:email] 202","service":"web","operation":"http.request""#,
            r#""url.query":"token=[REDACTED:token]&page=2","http.response.status_code":202,"duration_ms":"#,
            r#""archive_tag":"archive.audit.web""#,
        ] {
            assert!(line.contains(part), "{name}: {part} is not in {line}");
        }
        let asked = line.contains(r#""ticket_id":"T-17""#) && line.contains(r#""tenant_id":"acme""#);
        assert_eq!(asked, name != "logger", "{line}");
        assert!(!line.contains("hunter22") && !line.contains("ada@"), "{line}");
    }
    // What Envoy answers itself is audited too.
    let refused = Request::get("/x").header("a_b", "1");
    process.connect("edge").ask(&refused);
    assert_eq!(upstream.received().iter().filter(|received| received.path.starts_with("/hooks")).count(), 3);
}

#[test]
fn bytes_that_are_no_text_trap_nothing() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let process = start(
        envoy,
        &upstream,
        [
            listener("gateway", r#"{"tag":{"header":"x-tag"}}"#),
            listener("edge", r#"{"mode":"edge","edge":{"tenant":{"header":"x-tag"}}}"#),
        ],
    );
    for name in ["gateway", "edge"] {
        for value in [&b"\xff\xfe"[..], b"\xc3\x28", b"\""] {
            let request = Request::post("/odd", b"{\"a\":\"\xff\"}\n")
                .header("content-type", "application/x-ndjson")
                .header("x-tag", value)
                .header("x-request-id", value);
            assert_eq!(process.connect(name).ask(&request).status, 200);
        }
        assert_eq!(
            process.connect(name).ask(&with_type(Request::post("/_bulk", SAMPLES[0].2), SAMPLES[0].1)).status,
            200
        );
    }
    assert!(!process.log().contains("panicked"), "{}", process.log());
}

#[test]
fn counts_are_seen_by_prometheus_with_labels() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let tags = r"stats_config:
  stats_tags:
  - {tag_name: rule, regex: '^wasmcustom\.podsieve\..*?(\.rule\.([^.]+))'}
  - {tag_name: outcome, regex: '^wasmcustom\.podsieve\..*?(\.outcome\.([^.]+))'}
  - {tag_name: route, regex: '^wasmcustom\.podsieve\..*?(\.route\.(.+))$'}
";
    let config =
        Config::new().cluster("upstream", upstream.address()).listener(listener("gateway", "")).bootstrap(tags);
    let process = envoy.start(&config);
    let body = "{\"operation\":\"x\",\"to\":\"ada@example.com\"}\n{\"n\":1}\n";
    assert_eq!(
        process.connect("gateway").ask(&with_type(Request::post("/x", body), "application/x-ndjson")).status,
        200
    );
    for (name, value) in [
        ("podsieve_redacted{rule=\"email\"}", 1),
        ("podsieve_records{outcome=\"redacted\"}", 1),
        ("podsieve_records{outcome=\"unchanged\"}", 1),
        ("podsieve_routed{route=\"archive.audit\"}", 1),
    ] {
        process.wait(name, || process.prometheus(name) == Some(value));
    }
}

#[test]
fn a_wrong_configuration_is_no_start_and_says_where() {
    let Some(envoy) = Envoy::get() else { return };
    let config = |plugin: Plugin| {
        Config::new()
            .cluster("upstream", ([127, 0, 0, 1], 9).into())
            .listener(Listener::new("x").filter(&plugin.filter()))
            .text()
    };
    let plugin = |name| Plugin::new(name, &module());
    let (accepted, said) = envoy.validate(&config(plugin("text").text("{\n  \"mode\": \"gatewya\"\n}")));
    assert!(
        !accepted
            && said.contains("podsieve: plugin configuration: 2:11: unknown mode `gatewya`; did you mean `gateway`?"),
        "{said}"
    );
    let (accepted, said) = envoy.validate(&config(plugin("map").map("gateway: {uninspected: {unknown: sikp}}")));
    assert!(!accepted && said.contains("at `unknown`: unknown rule `sikp`; did you mean `skip`?"), "{said}");
    let (accepted, said) = envoy.validate(&config(
        plugin("right").map("gateway: {uninspected: {unknown: skip}, archive_tag: {buffer: 65536}}"),
    ));
    assert!(accepted, "{said}");
}

#[test]
fn a_reload_under_load_loses_nothing() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lds.yaml");
    // The listener of the static form, as a resource that a file holds and a renamed file replaces.
    let put = |order: u32| {
        let configuration =
            format!(r#"{{"gateway":{{"archive_tag":{{"order":["version.{order}"],"default":"version.{order}"}}}}}}"#);
        let text =
            Config::new().cluster("upstream", upstream.address()).listener(listener("gateway", &configuration)).text();
        let (_, rest) = text.split_once("  listeners:\n").expect("it has listeners");
        let (listener, _) = rest.split_once("  clusters:\n").expect("it has clusters");
        let listener = listener.trim_start().strip_prefix("- ").expect("it is an item");
        let mut resource = "resources:\n- '@type': type.googleapis.com/envoy.config.listener.v3.Listener\n".to_owned();
        for (n, line) in listener.lines().enumerate() {
            let line = if n == 0 { line } else { line.get(6..).unwrap_or_default() };
            resource.push_str(&format!("  {line}\n"));
        }
        let new = folder.path().join("new.yaml");
        fs::write(&new, resource).expect("it is written");
        fs::rename(&new, &path).expect("it is moved");
    };
    put(0);
    let bootstrap = format!(
        "dynamic_resources:\n  lds_config: {{path_config_source: {{path: {}, watched_directory: {{path: {}}}}}}}\nnode: {{id: x, cluster: x}}",
        path.display(),
        folder.path().display()
    );
    let config = Config::new()
        .cluster("upstream", upstream.address())
        .bootstrap(&bootstrap)
        .text()
        .replace("  listeners:\n", "");
    let process = envoy.try_start(&config).unwrap_or_else(|log| panic!("{config}\n{log}"));
    process.wait("the listener is there", || {
        process.admin("GET", "/listeners").is_some_and(|said| said.contains("gateway::"))
    });
    let done = AtomicBool::new(false);
    let port = process.port("gateway");
    let sent = thread::scope(|scope| {
        let senders: Vec<_> = (0..4)
            .map(|_| {
                let done = &done;
                scope.spawn(move || {
                    let mut sent = 0;
                    while !done.load(Ordering::Relaxed) {
                        let request = with_type(Request::post("/_bulk", SAMPLES[0].2), SAMPLES[0].1)
                            .header("connection", "close");
                        // The new listener may have another port: an old connection ends, and is not counted.
                        let Ok(mut client) = envoy::client::Client::try_connect(port) else { break };
                        if client.send(&request).is_ok()
                            && let Ok(response) = client.response()
                        {
                            assert_eq!(response.status, 200);
                            sent += 1;
                        }
                    }
                    sent
                })
            })
            .collect();
        for order in 1..=5 {
            thread::sleep(Duration::from_millis(400));
            put(order);
        }
        process.wait("the last one is in use", || {
            upstream.received().last().and_then(|received| received.header("x-archive-tag")).as_deref()
                == Some("version.5")
        });
        done.store(true, Ordering::Relaxed);
        senders.into_iter().map(|sender| sender.join().expect("it sent")).sum::<usize>()
    });
    let received = upstream.received();
    let whole = received.iter().filter(|received| received.complete()).count();
    assert!(sent > 50 && whole >= sent, "{sent} sent, {whole} arrived");
    for received in &received {
        assert!(!received.text().contains("ada@"), "{}", received.text());
        assert!(!received.complete() || received.text() == SAMPLES[0].3);
    }
    let mut versions: Vec<_> = received.iter().filter_map(|received| received.header("x-archive-tag")).collect();
    versions.sort();
    versions.dedup();
    assert!(versions.len() > 2, "{versions:?}");
}
