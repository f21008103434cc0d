//! The configurations of `examples/envoy` in a real Envoy, with real requests, and with a real Fluent Bit in front. Without
//! an Envoy every test here that needs one says on standard error that it is SKIPPED.

#[allow(dead_code, reason = "each test uses its part of this")]
#[path = "envoy/mod.rs"]
mod envoy;
#[allow(dead_code, reason = "each test uses its part of this")]
#[path = "fluent_bit/run.rs"]
mod fluent_bit;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use envoy::client::Request;
use envoy::run::{Envoy, Process};
use envoy::upstream::{Answer, Received, Upstream};
use fluent_bit::{FluentBit, Folder};
use podsieve_policy::yaml;
use serde_json::Value;

/// What runs by itself.
const CONFIGURATIONS: [&str; 5] =
    ["gateway.yaml", "gateway-tag.yaml", "gateway-compressed.yaml", "edge.yaml", "access-log.yaml"];

/// Where the module is, seen from the top of the repository.
const MODULE: &str = "dist/podsieve-envoy.wasm";

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn folder() -> PathBuf {
    top().join("examples/envoy")
}

/// A configuration, with the module named from anywhere.
fn read(name: &str) -> String {
    let text = fs::read_to_string(folder().join(name)).expect("an example can be read");
    let module = top().join(MODULE);
    assert!(module.exists(), "there is no {MODULE}: `make build`");
    let from = format!("filename: {MODULE}");
    assert_eq!(text.matches(&from).count(), 1, "{name} names the module");
    text.replace(&from, &format!("filename: {}", Value::from(module.to_str().expect("the path is UTF-8"))))
}

/// Starts one: what listens does so where the system says, and what is sent to these ports goes elsewhere.
fn start(envoy: &Envoy, text: &str, ports: &[(u16, SocketAddr)]) -> Process {
    let mut text = text.to_owned();
    let mut port = |from: u16, to: u16| {
        let from = format!("port_value: {from}}}");
        assert!(text.contains(&from), "nothing has {from}");
        text = text.replace(&from, &format!("port_value: {to}}}"));
    };
    port(9901, 0);
    port(10080, 0);
    for (from, to) in ports {
        port(*from, to.port());
    }
    envoy.try_start(&text).unwrap_or_else(|log| panic!("envoy does not start\n{log}"))
}

fn json(path: &str, body: impl AsRef<[u8]>) -> Request {
    Request::post(path, body).header("content-type", "application/json")
}

#[test]
fn each_is_accepted() {
    let Some(envoy) = Envoy::get() else { return };
    for name in CONFIGURATIONS {
        let (accepted, said) = envoy.validate(&read(name));
        assert!(accepted, "{name}: {said}");
        assert!(!said.contains("eprecated"), "{name} has what goes: {said}");
    }
}

/// What others apply is YAML, and says what it is; the page names each file.
#[test]
fn each_file_is_one_that_the_page_names() {
    let page = fs::read_to_string(folder().join("README.md")).expect("the page can be read");
    let mut count = 0;
    for of in ["", "istio", "envoy-gateway"] {
        for entry in fs::read_dir(folder().join(of)).expect("a folder can be read") {
            let path = entry.expect("an entry can be read").path();
            let name = path.file_name().expect("a file has a name").to_string_lossy();
            if path.extension().is_none_or(|end| end != "yaml") {
                continue;
            }
            count += 1;
            assert!(
                page.contains(&format!("({name})")) || page.contains(&format!("({of}/)")),
                "{name} is not in the page"
            );
            let text = fs::read_to_string(&path).expect("an example can be read");
            for document in text.split("\n---\n") {
                let node = match yaml::read(document) {
                    Ok(node) => node,
                    Err(wrong) => panic!("{name}: {wrong}\n{document}"),
                };
                let yaml::Kind::Map(pairs) = node.kind else { panic!("{name} is a map") };
                let has = |key: &str| pairs.iter().any(|(name, _)| name.as_str() == Some(key));
                let needs =
                    if of.is_empty() { &["static_resources"][..] } else { &["apiVersion", "kind", "metadata", "spec"] };
                assert!(name == "fluent-bit.yaml" || needs.iter().all(|key| has(key)), "{name} has {needs:?}");
            }
        }
    }
    assert_eq!(count, CONFIGURATIONS.len() + 6, "each file is known here");
}

/// The configurations that the page shows are accepted.
#[test]
fn the_reference_is_accepted() {
    let Some(envoy) = Envoy::get() else { return };
    let page = fs::read_to_string(folder().join("README.md")).expect("the page can be read");
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let blocks: Vec<_> = blocks.filter(|block| block.starts_with("mode:")).collect();
    assert_eq!(blocks.len(), 3, "one for each mode");
    for (block, name) in blocks.iter().zip(["gateway.yaml", "edge.yaml", "access-log.yaml"]) {
        let text = read(name);
        let (front, rest) = text.split_once("          value:\n").expect("a configuration is a struct");
        let column = front.len() - front.rfind('\n').map_or(0, |at| at + 1) + "          ".len();
        let behind = rest.lines().take_while(|line| line.len() - line.trim_start().len() > column);
        let behind: usize = behind.map(|line| line.len() + 1).sum();
        let mut own = String::new();
        for line in block.lines() {
            let _ = writeln!(own, "{:width$}{line}", "", width = column + 2);
        }
        let (accepted, said) = envoy.validate(&format!("{front}          value:\n{own}{}", &rest[behind..]));
        assert!(accepted, "{name}\n{own}\n{said}");
    }
}

// The gateway, with Fluent Bit.

const RECORDS: usize = 600;

/// A pod's log: each record has a number and two secrets; every third one belongs to an audit.
fn pod_log() -> String {
    let mut text = String::new();
    for n in 0..RECORDS {
        let operation = if n % 3 == 0 { r#","operation":"ticket_updated""# } else { "" };
        let _ = writeln!(
            text,
            r#"2026-11-23T09:09:02.558{n:06}Z stdout F {{"level":"INFO","n":{n},"message":"mail ada{n}@example.com","password":"hunter-{n:06}-xyz"{operation}}}"#
        );
    }
    text
}

/// The records in what came to the stores: by store, and where each is to be stored.
fn records(received: &[Received]) -> BTreeMap<&'static str, Vec<(Value, Value)>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let parsed = |text: &[u8]| -> Vec<Value> {
        let values = serde_json::Deserializer::from_slice(text).into_iter();
        values.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text)))
    };
    for request in received {
        assert!(request.complete(), "{:?}", request.error);
        let values = parsed(&request.body);
        match request.path.as_str() {
            "/_bulk" => {
                let pairs = values.chunks(2).map(|pair| (pair[1].clone(), pair[0]["create"]["_index"].clone()));
                found.entry("es").or_default().extend(pairs);
            }
            "/loki/api/v1/push" => {
                for stream in values[0]["streams"].as_array().expect("there are streams") {
                    for entry in stream["values"].as_array().expect("there are entries") {
                        let line = parsed(entry[1].as_str().expect("a line is text").as_bytes()).remove(0);
                        found.entry("loki").or_default().push((line, stream["stream"]["archive_tag"].clone()));
                    }
                }
            }
            "/services/collector/event" => {
                let events = values.into_iter().map(|mut event| (event["event"].take(), event["index"].take()));
                found.entry("splunk").or_default().extend(events);
            }
            "/ingest" => found.entry("http").or_default().extend(values.into_iter().map(|value| (value, Value::Null))),
            path => panic!("something comes to {path}"),
        }
    }
    found
}

#[test]
fn records_of_fluent_bit_reach_all_stores_redacted() {
    let (Some(envoy), Some(fluent_bit)) = (Envoy::get(), FluentBit::get()) else { return };
    let stores = Upstream::answering(|request| match request.path.as_str() {
        "/_bulk" => {
            Answer::new(200, r#"{"took":1,"errors":false,"items":[]}"#).header("content-type", "application/json")
        }
        "/services/collector/event" => Answer::new(200, r#"{"text":"Success","code":0}"#),
        "/loki/api/v1/push" => Answer::new(204, ""),
        _ => Answer::new(200, "{}"),
    });
    let process = start(envoy, &read("gateway.yaml"), &[9200, 3100, 8088, 8081].map(|port| (port, stores.address())));
    let folder = Folder::new();
    folder.write("var/log/pods/shop_web-7d9f6c5b8d-x2x4q_1f2e/app/0.log", pod_log());
    let (pods, state) = (folder.path("var/log/pods"), folder.path("state"));
    fs::create_dir(&state).expect("a folder is made");
    let port = process.port("logs").to_string();
    let variables: [(&str, &Path); 5] = [
        ("PODS", &pods),
        ("STATE", &state),
        ("GATEWAY", Path::new("127.0.0.1")),
        ("GATEWAY_PORT", Path::new(&port)),
        ("SPLUNK_TOKEN", Path::new("00000000")),
    ];
    let configuration = self::folder().join("fluent-bit.yaml");
    let (accepted, said) = fluent_bit.dry_run(&configuration, &variables);
    assert!(accepted && said.contains("configuration test is successful"), "{said}");
    let sender = folder.start_file(fluent_bit, &configuration, &variables);
    process.wait("all records have come", || {
        let found = records(&stores.received());
        found.len() == 4 && found.values().all(|records| records.len() >= RECORDS)
    });
    drop(sender.stop());

    let received = stores.received();
    for request in &received {
        let text = request.text();
        assert!(!text.contains("example.com") && !text.contains("hunter-"), "{} gets a secret: {text}", request.path);
        assert!(request.header("content-length").is_none() && request.chunks > 0, "{} streams", request.path);
    }
    for (store, mut records) in records(&received) {
        records.sort_by_key(|(record, _)| record["n"].as_u64());
        assert_eq!(records.len(), RECORDS, "each record once in {store}");
        for (n, (record, place)) in records.iter().enumerate() {
            assert_eq!(record["n"], n, "{store}");
            assert_eq!(record["message"], "mail [REDACTED:email]", "{store}");
            assert_eq!(record["podsieve"]["redacted"], serde_json::json!({"email": 1, "password": 1}), "{store}");
            if store == "http" {
                assert_eq!(record["kubernetes"]["pod_name"], "web-7d9f6c5b8d-x2x4q", "by the tag in a header");
            }
            if n % 3 != 0 || store == "http" {
                continue;
            }
            let tag = record["archive_tag"].as_str().unwrap_or_else(|| panic!("{store}: {record}"));
            assert!(tag.starts_with("archive.audit."), "{tag}");
            let expected = if store == "loki" { tag.to_owned() } else { format!("audit-{tag}") };
            assert_eq!(*place, expected, "where {store} puts it");
        }
    }
    let all = 4 * RECORDS as u64;
    process.wait("it has counted", || process.prometheus(r#"podsieve_records{outcome="redacted"}"#) == Some(all));
    process.wait("it has counted", || process.prometheus(r#"podsieve_redacted{rule="email"}"#) == Some(all));
    process.wait("it has counted", || process.prometheus(r#"podsieve_routed{route="archive.audit"}"#) == Some(all / 3));
    assert!(process.prometheus(r#"podsieve_requests{format="bulk"}"#).is_some_and(|count| count > 0));
}

#[test]
fn what_cannot_be_looked_at_is_refused() {
    let Some(envoy) = Envoy::get() else { return };
    let store = Upstream::start();
    let process = start(envoy, &read("gateway.yaml"), &[9200, 3100, 8088, 8081].map(|port| (port, store.address())));
    for (request, status, reason) in [
        (json("/ingest", "x").header("content-encoding", "gzip"), 415, "compressed"),
        (Request::post("/loki/api/v1/push", "x").header("content-type", "application/x-protobuf"), 415, "protobuf"),
        (Request::post("/ingest", "x"), 415, "unknown"),
        (json("/_search", "{}"), 404, ""),
        (Request::get("/healthz"), 200, ""),
    ] {
        // Each on a connection of its own: Envoy closes one on which it answers before the body has come.
        let response = process.connect("logs").ask(&request);
        assert_eq!(response.status, status, "{response:?}");
        assert!(String::from_utf8_lossy(&response.body).contains(reason), "{response:?}");
    }
    assert!(store.received().is_empty(), "nothing goes on");
    let refused = r#"podsieve_uninspected{reason="compressed",action="reject"}"#;
    process.wait("it has counted", || process.prometheus(refused) == Some(1));
}

#[test]
fn a_tag_for_the_whole_body_chooses_the_store() {
    let Some(envoy) = Envoy::get() else { return };
    let (hot, archive) = (Upstream::start(), Upstream::start());
    let process = start(envoy, &read("gateway-tag.yaml"), &[(8082, hot.address()), (8083, archive.address())]);
    let mut client = process.connect("logs");
    let long = "{\"message\":\"nothing to see\"}\n".repeat(200_000);
    for (request, tag, store) in [
        (json("/1", r#"{"a":1}"#).header("x-archive-tag", "archive.audit"), "standard", &hot),
        (json("/2", r#"[{"a":1},{"a":"ada@example.com"}]"#), "sensitive", &archive),
        (json("/3", r#"[{"a":"ada@example.com"},{"level":"ERROR","service":"s"}]"#), "archive.error", &archive),
        (json("/4", r#"[{"level":"ERROR","service":"s"},{"operation":"x","service":"s"}]"#), "archive.audit", &archive),
        (Request::get("/5").header("x-archive-tag", "archive.audit"), "standard", &hot),
        // Too long to be held back until its end.
        (Request::post("/6", &long).header("content-type", "application/x-ndjson"), "archive.audit", &archive),
    ] {
        let response = client.ask(&request);
        assert_eq!(response.status, 200, "{response:?}");
        let received = store.received().pop().expect("it has come");
        assert_eq!(received.header("x-archive-tag").as_deref(), Some(tag), "{}", received.path);
        assert!(!received.text().contains("ada@"), "{}", received.text());
    }
    assert_eq!(archive.last("/6").text(), long);
}

/// [gzip](https://www.rfc-editor.org/rfc/rfc1952) that compresses nothing.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).expect("a block is short");
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    let mut sum = !0u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    out.extend((!sum).to_le_bytes());
    out.extend(u32::try_from(bytes.len()).expect("it is short").to_le_bytes());
    out
}

#[test]
fn compressed_bodies_are_read_and_go_on_compressed() {
    let Some(envoy) = Envoy::get() else { return };
    let text = read("gateway-compressed.yaml");
    let packs = "enabled: {default_value: true, runtime_key: podsieve.pack}";
    assert!(text.contains(packs));
    for (text, encoding) in [(text.replace(packs, &packs.replace("true", "false")), None), (text, Some("gzip"))] {
        let store = Upstream::start();
        let process = start(envoy, &text, &[9200, 3100, 8088, 8081].map(|port| (port, store.address())));
        let mut client = process.connect("logs");
        let lines = "{\"create\":{}}\n{\"message\":\"mail ada@example.com\"}\n".repeat(5000);
        let kind = ("content-type", "application/x-ndjson");
        for request in [
            Request::post("/_bulk", gzip(lines.as_bytes())).header(kind.0, kind.1).header("content-encoding", "gzip"),
            Request::post("/_bulk", &lines).header(kind.0, kind.1),
        ] {
            let response = client.ask(&request);
            assert_eq!(response.status, 200, "{response:?}");
            let received = store.received().pop().expect("it has come");
            assert_eq!(received.header("content-encoding").as_deref(), encoding);
            if encoding.is_none() {
                let text = received.text();
                assert_eq!(text.matches("mail [REDACTED:email]").count(), 5000, "{}", text.len());
                assert!(!text.contains("ada@"));
            }
        }
        process
            .wait("it has counted", || process.prometheus(r#"podsieve_records{outcome="redacted"}"#) == Some(10_000));
        // What Envoy does not unpack is refused.
        let brotli = Request::post("/_bulk", "x").header("content-encoding", "br").header(kind.0, kind.1);
        assert_eq!(process.connect("logs").ask(&brotli).status, 415);
    }
}

// Audits.

/// The audit records that Envoy has printed, when there are so many.
fn audits(process: &Process, count: usize) -> Vec<Value> {
    let read = || -> Vec<Value> {
        let log = process.log();
        // Behind a header in Envoy's own log, and as lines of their own else.
        let lines = log.lines().map(|line| {
            line.split_once("] wasm log").map_or(line, |(_, line)| line.split_once(": ").map_or("", |(_, line)| line))
        });
        lines
            .filter(|line| line.starts_with("{\"time\""))
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    };
    process.wait(&format!("there are {count} audit records"), || {
        let _ = process.admin("POST", "/reopen_logs");
        read().len() >= count
    });
    read()
}

#[test]
fn requests_to_an_application_are_audited() {
    let Some(envoy) = Envoy::get() else { return };
    for name in ["edge.yaml", "access-log.yaml"] {
        let app = Upstream::answering(|_| Answer::new(202, "ok"));
        let process = start(envoy, &read(name), &[(8000, app.address())]);
        let body = r#"{"operation":"ticket_updated","ticket":{"id":"T-17"},"password":"hunter22"}"#;
        let request = json("/hooks/ada@example.com?token=abc123&page=2", body).header("x-tenant-id", "acme");
        assert_eq!(process.connect("http").ask(&request).status, 202);
        assert_eq!(app.wait(1)[0].text(), body, "the request passes as it is");
        let found = &audits(&process, 1)[0];
        for (field, value) in [
            ("message", "POST /hooks/[REDACTED:email] 202"),
            ("service", "webhook-api"),
            ("tenant_id", "acme"),
            ("url.query", "token=[REDACTED:token]&page=2"),
            ("archive_tag", "archive.audit.webhook-api"),
            ("operation", if name == "edge.yaml" { "ticket_updated" } else { "http.request" }),
        ] {
            assert_eq!(found[field], value, "{name}: {found}");
        }
        assert_eq!(found["id"], if name == "edge.yaml" { "T-17".into() } else { Value::Null }, "{name}");
        let log = process.log();
        assert!(!log.contains("ada@") && !log.contains("abc123") && !log.contains("hunter22"), "{log}");
    }
}
