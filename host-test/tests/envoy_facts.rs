//! What Envoy does that podsieve relies on, shown with filters of a few lines. Without an Envoy every test here says on
//! standard error that it is SKIPPED.

#[allow(dead_code, reason = "each test uses its part of this")]
#[path = "envoy/mod.rs"]
mod envoy;

use std::thread;
use std::time::{Duration, Instant};

use envoy::client::Request;
use envoy::config::{Config, Listener, Plugin};
use envoy::http2::Post;
use envoy::probe::probe;
use envoy::run::{Envoy, Process};
use envoy::upstream::{Answer, Upstream};

const MIB: usize = 1 << 20;

/// A listener with one filter, both of this name.
fn listener(name: &str, module: &str, fields: &str) -> Listener {
    Listener::new(name).filter(&Plugin::new(name, &probe(module)).fields(fields).filter())
}

fn start(envoy: &Envoy, upstream: &Upstream, listeners: impl IntoIterator<Item = Listener>) -> Process {
    let config = Config::new().cluster("upstream", upstream.address());
    envoy.start(&listeners.into_iter().fold(config, Config::listener))
}

/// The configuration for what is only validated.
fn lone(listener: Listener) -> String {
    Config::new().cluster("upstream", ([127, 0, 0, 1], 9).into()).listener(listener).text()
}

// Configuration.

#[test]
fn text_arrives_as_it_is_and_a_map_as_protobuf() {
    let Some(envoy) = Envoy::get() else { return };
    let module = probe("configured");
    let of = |plugin: Plugin| Listener::new("of").filter(&plugin.filter());
    for (plugin, says) in [
        (Plugin::new("none", &module), ["none: no configuration"].as_slice()),
        (
            Plugin::new("text", &module).text(r#"{"mode": "gateway"}"#),
            &["text: length 19", r#"text: {"mode": "gateway"}"#],
        ),
        // Field 1 of a Struct, an entry of 17 bytes: `mode` and a value.
        (Plugin::new("map", &module).map("mode: gateway"), &["map: first byte 10", "map: length 19"]),
    ] {
        let (accepted, said) = envoy.validate(&lone(of(plugin)));
        assert!(accepted, "{said}");
        for line in says {
            assert!(said.contains(line), "{line}\n{said}");
        }
    }
}

#[test]
fn a_refused_configuration_is_no_start() {
    let Some(envoy) = Envoy::get() else { return };
    let module = probe("configured");
    let config = |text| {
        let plugin = Plugin::new("refusing", &module).text(text);
        lone(Listener::new("refusing").filter(&plugin.filter()))
    };
    assert!(envoy.validate(&config("?")).0);
    let (accepted, said) = envoy.validate(&config("!"));
    assert!(!accepted && said.contains("Unable to create Wasm plugin"), "{said}");
    let Err(log) = envoy.try_start(&config("!")) else { panic!("it starts") };
    assert!(log.contains("Unable to create Wasm plugin"), "{log}");
    // FAIL_OPEN is for what comes later.
    let plugin = Plugin::new("refusing", &module).text("!").fields("failure_policy: FAIL_OPEN");
    let (accepted, said) = envoy.validate(&lone(Listener::new("open").filter(&plugin.filter())));
    assert!(!accepted && said.contains("Unable to create Wasm plugin"), "{said}");
}

// Failing.

#[test]
fn a_trap_is_503_and_what_comes_after_depends() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let process = start(
        envoy,
        &upstream,
        [
            listener("default", "trap", ""),
            listener("closed", "trap", "failure_policy: FAIL_CLOSED"),
            listener("open", "trap", "failure_policy: FAIL_OPEN"),
            listener("reload", "trap", "failure_policy: FAIL_RELOAD"),
        ],
    );
    let ask = |name: &str, path: &str| process.connect(name).ask(&Request::get(path)).status;
    let filtered = |path: &str| upstream.last(path).header("x-filtered").is_some();
    for name in ["default", "closed", "open", "reload"] {
        let path = format!("/before/{name}");
        assert_eq!(ask(name, &path), 200);
        assert!(filtered(&path));
        assert_eq!(ask(name, "/trap"), 503, "{name}");
    }
    let trapped = Instant::now();
    for name in ["reload", "default", "closed"] {
        assert_eq!(ask(name, "/after"), 503, "{name}");
    }
    assert!(upstream.received_at("/trap").is_empty() && upstream.received_at("/after").is_empty());
    assert_eq!(ask("open", "/after/open"), 200);
    assert!(!filtered("/after/open"), "it passes, and is not filtered");
    process.wait("it is loaded again", || ask("reload", "/after/reload") == 200);
    assert!(filtered("/after/reload"));
    // Some two seconds, of which some have gone by.
    assert!(trapped.elapsed() > Duration::from_millis(500), "{:?}", trapped.elapsed());
    for name in ["default", "closed"] {
        assert_eq!(ask(name, "/after"), 503, "{name}: for good");
    }
}

#[test]
fn a_value_that_is_no_utf8_arrives_as_bytes() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let process = start(envoy, &upstream, [listener("bytes", "trap", "")]);
    let bytes = b"caf\xe9 \xff\xfe".as_slice();
    let request = Request::get("/one").header("x-bytes", bytes);
    assert_eq!(process.connect("bytes").ask(&request).status, 200);
    let post = Post { path: "/two", headers: &[("x-bytes", bytes)], frames: &[], trailers: &[] };
    assert_eq!(post.send(process.port("bytes")).expect("an answer").status, 200);
    for path in ["/one", "/two"] {
        let copy = upstream.last(path).headers.into_iter().find(|(name, _)| name == "x-copy");
        assert_eq!(copy.expect("the probe copies it").1, bytes);
    }
}

// Headers that wait for the body.

#[test]
fn headers_wait_only_with_the_flag() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    // By the tag, which is not there yet when the headers come.
    let routes = "[{match: {prefix: /, headers: [{name: x-tag, string_match: {exact: audit}}]}, route: {cluster: upstream}, \
                  request_headers_to_add: [{header: {key: x-chosen, value: by tag}}]}, {match: {prefix: /}, route: \
                  {cluster: upstream}, request_headers_to_add: [{header: {key: x-chosen, value: without}}]}]";
    let process = start(
        envoy,
        &upstream,
        [
            listener("without", "stop", "").routes(routes),
            listener("flag", "stop", "allow_on_headers_stop_iteration: true")
                .routes(routes)
                .virtual_host("request_body_buffer_limit: 2097152"),
        ],
    );
    let mut client = process.connect("without");
    client.send(&Request::post("/hangs", "hello")).expect("it is sent");
    client.patience(Duration::from_secs(2));
    assert!(client.response().is_err(), "it hangs");
    assert!(process.logged("without").is_empty(), "the body never comes");
    assert!(upstream.received_at("/hangs").is_empty());

    let chunks = Request::new("POST", "/tagged").chunks(&["hel", "lo"]).slow(Duration::from_millis(50));
    assert_eq!(process.connect("flag").ask(&chunks).status, 200);
    let received = upstream.last("/tagged");
    assert_eq!((received.header("x-tag").as_deref(), received.text().as_str()), (Some("audit"), "hello"));
    assert_eq!(received.header("x-chosen").as_deref(), Some("by tag"), "the route is chosen again");
    let post = Post { path: "/frames", headers: &[], frames: &[b"hel", b"lo"], trailers: &[] };
    assert_eq!(post.send(process.port("flag")).expect("an answer").status, 200);
    assert_eq!(upstream.last("/frames").header("x-chosen").as_deref(), Some("by tag"));
    // What is there grows from call to call.
    assert_eq!(process.logged("flag")[..3], ["body 3", "body 5", "body 5"]);
    // What has no body never comes to the body: no tag.
    assert_eq!(process.connect("flag").ask(&Request::get("/bare")).status, 200);
    assert_eq!(upstream.last("/bare").header("x-chosen").as_deref(), Some("without"));
    // Tagged by the first 256 KiB; the rest of it streams behind.
    let parts = vec![vec![b'x'; 64 << 10]; 64];
    for (at, slow) in [0, 1].into_iter().enumerate() {
        let path = format!("/first/{at}");
        let request = Request::new("POST", &path).parts(&parts).slow(Duration::from_millis(slow));
        assert_eq!(process.connect("flag").ask(&request).status, 200);
        let received = upstream.last(&path);
        assert_eq!((received.body.len(), received.header("x-tag").as_deref()), (4 * MIB, Some("audit")));
        assert_eq!(received.header("x-chosen").as_deref(), Some("by tag"));
    }
}

/// Envoy adds what it reads, up to 1 MiB at once, to what is held before the filter is asked.
#[test]
fn what_is_held_and_what_is_read_at_once_count_together() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let flag = "allow_on_headers_stop_iteration: true";
    let process = start(
        envoy,
        &upstream,
        [
            listener("default", "stop", flag),
            listener("twice", "stop", flag).virtual_host("request_body_buffer_limit: 2097152"),
            listener("small", "stop", flag)
                .fields("per_connection_buffer_limit_bytes: 131072")
                .virtual_host("request_body_buffer_limit: 1048576"),
            // What is read is less, but that is the limit of the body too.
            listener("smaller", "stop", flag).fields("per_connection_buffer_limit_bytes: 524288"),
        ],
    );
    let body = vec![b'x'; 4 * MIB];
    let (held, rest) = body.split_at(200 << 10);
    for (name, status) in [("default", 413), ("twice", 200), ("small", 200), ("smaller", 413)] {
        let path = format!("/first/{name}");
        let mut client = process.connect(name);
        client.write(&[&Request::post(&path, &body).head(), held].concat()).expect("it is sent");
        process.wait("it is held", || process.logged(name).contains(&format!("body {}", held.len())));
        let response = thread::scope(|scope| {
            let mut response = None;
            process.while_stopped(|| {
                response = Some(scope.spawn(|| {
                    let _ = client.write(rest);
                    client.response().expect("an answer")
                }));
                // More than 1 MiB is in the socket then.
                thread::sleep(Duration::from_secs(1));
            });
            response.expect("it is sent").join().expect("no panic")
        });
        assert_eq!(response.status, status, "{name}: {:?}", process.logged(name));
        if status == 200 {
            assert_eq!(upstream.last(&path).body.len(), body.len());
        }
    }
}

// Content-Length.

#[test]
fn a_length_that_is_left_alone_breaks_the_connection() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let process = start(envoy, &upstream, [listener("length", "length", "allow_on_headers_stop_iteration: true")]);
    let mut client = process.connect("length");
    // Removed: in chunks. Set while the headers wait: as set.
    assert_eq!(client.ask(&Request::post("/removed/grow", "hello")).status, 200);
    let received = upstream.last("/removed/grow");
    assert_eq!((received.text().as_str(), received.header("content-length")), ("hello++more++", None));
    assert_eq!(received.header("transfer-encoding").as_deref(), Some("chunked"));
    assert_eq!(client.ask(&Request::post("/removed/shrink", "hello")).status, 200);
    assert_eq!(upstream.last("/removed/shrink").text(), "x");
    assert_eq!(client.ask(&Request::post("/right/grow", "hello")).status, 200);
    let received = upstream.last("/right/grow");
    assert_eq!((received.text().as_str(), received.chunks), ("hello++more++", 0));

    // What is too much runs into the next request, and nobody is told.
    for request in [Request::post("/grow", "hello"), Request::get("/next")] {
        assert_eq!(client.ask(&request).status, 200);
    }
    assert_eq!(upstream.last("/grow").text(), "hello");
    assert_eq!(upstream.last("/next").method, "++more++GET");

    let mut client = process.connect("length");
    client.patience(Duration::from_secs(2));
    client.send(&Request::post("/shrink", "hello")).expect("it is sent");
    assert!(client.response().is_err(), "it hangs");
    assert!(upstream.received_at("/shrink").is_empty());
    drop(client);
    let received = upstream.wait_for("/shrink");
    assert_eq!((received.text().as_str(), received.complete()), ("x", false));
}

// Trailers.

#[test]
fn with_trailers_the_body_has_no_end() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let decompressor = "name: decompressor
typed_config:
  '@type': type.googleapis.com/envoy.extensions.filters.http.decompressor.v3.Decompressor
  decompressor_library:
    name: gzip
    typed_config: {'@type': type.googleapis.com/envoy.extensions.compression.gzip.decompressor.v3.Gzip}";
    let trailers = Plugin::new("trailers", &probe("trailers")).filter();
    let unpacked = Plugin::new("unpacked", &probe("trailers")).filter();
    let process = start(
        envoy,
        &upstream,
        [
            Listener::new("trailers").filter(&trailers).manager("http_protocol_options: {enable_trailers: true}"),
            listener("without", "trailers", ""),
            Listener::new("unpacked").filter(decompressor).filter(&unpacked),
        ],
    );
    let written = |path: &str| {
        let received = upstream.last(path);
        let names: Vec<String> = received.trailers.iter().map(|(name, _)| name.clone()).collect();
        (received.text(), names)
    };
    for (path, end, status) in [("/buffered", "T", 0), ("/streaming", "", 2)] {
        let chunks = Request::new("POST", path).chunks(&["hello"]).trailer("x-end", "1");
        assert_eq!(process.connect("trailers").ask(&chunks).status, 200);
        assert_eq!(written(path), (format!("hello{end}"), vec!["x-end".to_owned()]));
        let frames = format!("{path}/frames");
        let post = Post { path: &frames, headers: &[], frames: &[b"hello"], trailers: &[("x-end", "1")] };
        assert_eq!(post.send(process.port("trailers")).expect("an answer").status, 200);
        assert_eq!(written(&frames), (format!("hello{end}"), vec!["x-end".to_owned()]));
        let once = ["headers, end 0", "body 5", "body, end 0", "path, status 2", "trailers 1"];
        let once = once.into_iter().map(str::to_owned).chain([format!("set_buffer {status}")]);
        let twice: Vec<String> = once.clone().chain(once).collect();
        assert!(process.logged("trailers").ends_with(&twice), "{:?}", process.logged("trailers"));

        let packed = format!("{path}/packed");
        let request = Request::post(&packed, GZIP).header("content-encoding", "gzip");
        assert_eq!(process.connect("unpacked").ask(&request).status, 200);
        let (text, trailers) = written(&packed);
        assert_eq!(text, format!("{{\"log\":\"x\"}}\n{end}"));
        let bytes = |what: &str| format!("x-envoy-decompressor-gzip-{what}-bytes");
        assert_eq!(trailers, [bytes("compressed"), bytes("uncompressed")]);
        assert!(upstream.last(&packed).header("content-encoding").is_none());
        let logged = process.logged("unpacked");
        assert!(!logged.contains(&"body, end 1".to_owned()), "{logged:?}");
        assert!(logged.ends_with(&["trailers 2".to_owned(), format!("set_buffer {status}")]), "{logged:?}");
    }
    // HTTP/1.1 needs the connection manager's option: else they are left out, and the body ends.
    let chunks = Request::new("POST", "/without").chunks(&["hello"]).trailer("x-end", "1");
    assert_eq!(process.connect("without").ask(&chunks).status, 200);
    assert!(upstream.last("/without").trailers.is_empty());
    let logged = process.logged("without");
    assert!(logged.contains(&"body, end 1".to_owned()) && !logged.contains(&"trailers 1".to_owned()), "{logged:?}");
}

/// `{"log":"x"}` and a line feed.
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\xc9\x4f\x57\xb2\x52\xaa\x50\xaa\xe5\x02\x00\xe8\x52\x16\xcb\x0c\x00\x00\x00";

// Limits.

#[test]
fn more_than_a_mebibyte_in_the_buffer_is_413() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let process = start(
        envoy,
        &upstream,
        [
            listener("default", "buffer", ""),
            listener("lifted", "buffer", "").virtual_host("request_body_buffer_limit: 16777216"),
            listener("per_request", "buffer", "").virtual_host("per_request_buffer_limit_bytes: 16777216"),
            listener("connection", "buffer", "").fields("per_connection_buffer_limit_bytes: 16777216"),
        ],
    );
    let large = Request::post("/all", vec![b'x'; 5 * MIB / 4]);
    let two = |path: &str| Request::new("POST", path).chunks(&["a", "b"]).slow(Duration::from_millis(20));
    for name in ["default", "lifted", "per_request", "connection"] {
        let held = if name == "default" { 413 } else { 200 };
        // What is held counts, whether it came or was written, at once or piece by piece.
        for request in [&large, &two("/held/one"), &two("/held/pieces")] {
            assert_eq!(process.connect(name).ask(request).status, held, "{name}");
        }
        // What streams does not.
        for (path, length) in [("/one", 5 * MIB / 4), ("/piece", MIB / 4), ("/pieces", 5 * MIB / 4)] {
            let path = format!("{path}/{name}");
            assert_eq!(process.connect(name).ask(&two(&path)).status, 200, "{path}");
            assert_eq!(upstream.last(&path).body.len(), 2 * length);
        }
    }
}

// What is said of a request when it is over.

#[test]
fn what_is_logged_and_counted() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let format = "%PROTOCOL% %RESPONSE_CODE% %FILTER_STATE(wasm.in_headers:PLAIN)% %FILTER_STATE(wasm.in_log:PLAIN)% \
                  %FILTER_STATE(wasm.in_done:PLAIN)%";
    let logger = Plugin::new("logger", &probe("log")).access_logger();
    // The file's logger is before and behind the other.
    let listener = listener("log", "log", "").file_log("first", format).access_log(&logger).file_log("second", format);
    let tags = "stats_config:
  stats_tags:
  - {tag_name: rule, regex: '^wasmcustom\\.podsieve\\..*?(\\.rule\\.([^.]+))'}
  - {tag_name: reason, regex: '^wasmcustom\\.podsieve\\..*?(\\.reason\\.([^.]+))'}
  - {tag_name: route, regex: '^wasmcustom\\.podsieve\\..*?(\\.route\\.(.+))$'}";
    for tagged in [false, true] {
        let config = Config::new().cluster("upstream", upstream.address());
        let config = if tagged { config.bootstrap(tags) } else { config };
        let process = envoy.start(&config.listener(listener.clone()));
        assert_eq!(process.connect("log").ask(&Request::get("/path?a=b")).status, 200);
        let post = Post { path: "/two", headers: &[], frames: &[b"x"], trailers: &[] };
        assert_eq!(post.send(process.port("log")).expect("an answer").status, 200);
        // One that is given up.
        let mut client = process.connect("log");
        client.write(b"POST /gone HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhe").expect("it is sent");
        process.wait("it has come", || process.stat("wasmcustom.podsieve.redacted.rule.e-mail") == Some(9));
        drop(client);
        // In proxy_on_log is early enough for the access log, in proxy_on_done is too late.
        for file in ["first", "second"] {
            let wanted = ["HTTP/1.1 200 headers log -", "HTTP/2 200 headers log -", "HTTP/1.1 0 headers log -"];
            assert_eq!(process.lines(file, 3), wanted);
        }
        let logged = process.logged("log");
        let mut logs = logged.split(|line| line == "log of a request").skip(1);
        for path in ["/path?a=b", "/two", "/gone"] {
            let log = logs.next().expect("every request is logged");
            assert_eq!(log[..2], ["set in log 0", path]);
            assert_eq!(log.contains(&"200".to_owned()), path != "/gone");
        }
        assert!(!logged.contains(&"log of the root".to_owned()));
        // As an access logger it is asked in its root context, where no property can be set.
        let logged = process.logged("logger");
        assert_eq!(logged.iter().filter(|line| *line == "log of the root").count(), 3);
        assert!(logged.windows(2).any(|lines| lines == ["set in log 1", "/path?a=b"]), "{logged:?}");
        assert!(!logged.contains(&"log of a request".to_owned()));

        for (tagless, name, value) in [
            ("podsieve_redacted_rule_e_mail{}", r#"podsieve_redacted{rule="e-mail"}"#, 9),
            // What was never counted is there as well.
            (
                "podsieve_uninspected_reason_compressed_rule_phone{}",
                r#"podsieve_uninspected{rule="phone",reason="compressed"}"#,
                0,
            ),
            ("podsieve_routed_route_archive_audit{}", r#"podsieve_routed{route="archive.audit"}"#, 0),
        ] {
            assert_eq!(process.prometheus(tagless), (!tagged).then_some(value));
            assert_eq!(process.prometheus(name), tagged.then_some(value));
        }
    }
}

#[test]
fn the_compressor_has_to_know_the_content_type() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::start();
    let compressor = |types: &str| {
        format!(
            "name: compressor
typed_config:
  '@type': type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor
  request_direction_config: {{common_config: {{min_content_length: 1{types}}}}}
  response_direction_config: {{common_config: {{enabled: {{default_value: false, runtime_key: none}}}}}}
  compressor_library:
    name: gzip
    typed_config: {{'@type': type.googleapis.com/envoy.extensions.compression.gzip.compressor.v3.Gzip}}"
        )
    };
    let process = start(
        envoy,
        &upstream,
        [
            Listener::new("default").filter(&compressor("")),
            Listener::new("listed").filter(&compressor(", content_type: [application/x-ndjson]")),
        ],
    );
    for (listener, kind, compressed) in [
        ("default", "application/json", true),
        ("default", "application/x-ndjson", false),
        ("listed", "application/x-ndjson", true),
    ] {
        let path = format!("/{listener}/{kind}");
        let request = Request::post(&path, "{}\n".repeat(100)).header("content-type", kind);
        assert_eq!(process.connect(listener).ask(&request).status, 200);
        let encoding = upstream.last(&path).header("content-encoding");
        assert_eq!(encoding.as_deref() == Some("gzip"), compressed, "{path}: {encoding:?}");
    }
}

// The tools themselves.

#[test]
fn a_body_of_50_mb_and_requests_one_right_after_the_other() {
    let Some(envoy) = Envoy::get() else { return };
    let upstream = Upstream::answering(|received| Answer { chunks: Some(3), ..Answer::new(200, &received.path) });
    let process = start(envoy, &upstream, [listener("plain", "trap", "")]);
    let mut body = vec![0; 50_000_000];
    for (at, byte) in body.iter_mut().enumerate() {
        *byte = (at % 251) as u8;
    }
    let mut client = process.connect("plain");
    let parts: Vec<&[u8]> = body.chunks(70_000).collect();
    for request in [Request::post("/length", &body), Request::new("POST", "/chunks").chunks(&parts)] {
        assert_eq!(client.ask(&request).status, 200);
        let received = upstream.received().pop().expect("it has come");
        assert!(received.complete() && received.body == body);
    }
    let post = Post { path: "/frames", headers: &[], frames: &parts, trailers: &[] };
    assert_eq!(post.send(process.port("plain")).expect("an answer").status, 200);
    assert!(upstream.last("/frames").body == body);

    let three: Vec<u8> = ["/1", "/2", "/3"].into_iter().flat_map(|path| Request::post(path, path).bytes()).collect();
    client.write(&three).expect("it is sent");
    for path in ["/1", "/2", "/3"] {
        assert_eq!(client.response().expect("an answer").body, path.as_bytes());
    }
    let expecting = Request::post("/expecting", "hello").header("expect", "100-continue");
    client.write(&expecting.head()).expect("it is sent");
    assert_eq!(client.any_response().expect("an answer").status, 100);
    client.write(b"hello").expect("it is sent");
    assert_eq!(client.response().expect("an answer").status, 200);
    assert_eq!(upstream.last("/expecting").text(), "hello");
}
