//! `podsieve report`, as a user runs it, on archives that the tests make.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use podsieve_host::{Native, Runner};
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

const SECRETS: [&str; 2] = ["ada.lovelace@example.com", "4111111111111111"];

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder is made");
    fs::write(path, bytes).expect("a file is written");
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podsieve"));
    command.args(["report", "--month", "2025-11"]).arg(folder).args(arguments).output().expect("the command starts")
}

fn json(folder: &Path) -> (Value, Option<i32>) {
    let output = run(folder, &["--json", "-", "--quiet"]);
    let said = String::from_utf8_lossy(&output.stderr);
    (serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}")), output.status.code())
}

/// A record of a second of the month, as the engine leaves it.
fn record(second: u32, service: &str, fields: &str) -> String {
    let (day, hour, minute) = (second / 86_400 + 1, second / 3600 % 24, second / 60 % 60);
    let time = format!("2025-11-{day:02}T{hour:02}:{minute:02}:{:02}Z", second % 60);
    let record = format!(r#"{{"time":"{time}","service":"{service}","operation":"sync"{fields}}}"#);
    let mut engine = Native::new();
    let out = engine.run("pipeline", b"kube.x", record.as_bytes()).record().expect("nothing is lost");
    format!("{}\n", String::from_utf8_lossy(out))
}

#[test]
fn what_is_counted() {
    let folder = TempDir::new().expect("a folder");
    let mut text = String::new();
    for second in 0..100 {
        let status = if second % 10 == 0 { "failure" } else { "success" };
        text +=
            &record(second, "api", &format!(r#","status":"{status}","duration_ms":{},"tenant_id":"t1""#, second + 1));
    }
    text += &record(99, "api", r#","to":"ada.lovelace@example.com""#);
    text += &record(50, "api", r#","tenant_id":"t2""#);
    file(folder.path(), "a/1.jsonl.gz", gzip(&text));
    let other = r#"{"time":"2025-10-31T23:59:59Z","message":"x"}"#;
    file(folder.path(), "a/2.txt", format!("{other}\n{{\"message\":\"x\"}}\n{}", record(99, "worker", "")));
    let (said, code) = json(folder.path());
    assert_eq!(code, Some(0));
    assert_eq!(said["events"], 103);
    assert_eq!((&said["errors"], &said["failures"]), (&10.into(), &10.into()));
    assert_eq!(said["other_months"]["2025-10"], 1);
    assert_eq!(said["without_time"], 1);
    assert_eq!(said["out_of_order"], 1);
    assert_eq!(said["tenants"]["count"], 2);
    assert_eq!(said["tenants"]["top"][0]["events"], 100);
    assert_eq!(said["redactions"]["by_day"]["2025-11-01"]["email"], 1);
    let latency = &said["by_operation"]["sync"]["latency_ms"];
    for (name, expected) in [("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("max", 100.0)] {
        let found = latency[name].as_f64().expect("a number");
        assert!((found - expected).abs() <= expected / 1000.0, "{name}: {found}");
    }
}

#[test]
fn secrets_are_found_and_not_shown() {
    let folder = TempDir::new().expect("a folder");
    let [email, card] = SECRETS;
    let planted = format!(
        "{}{{\"time\":\"2025-11-03T10:00:00Z\",\"operation\":\"{email}\",\"card\":{card},\"service\":\"a\"}}\n",
        record(0, "api", "")
    );
    file(folder.path(), "planted.gz", gzip(&planted));
    let page = folder.path().join(".page.html");
    let output = run(folder.path(), &["--html", &page.display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let (said, code) = json(folder.path());
    assert_eq!(code, Some(1));
    let places = said["redaction_check"]["places"].as_array().expect("a list");
    let places: Vec<(&Value, &Value)> = places.iter().map(|place| (&place["line"], &place["rule"])).collect();
    assert_eq!(places, [(&2.into(), &"card".into()), (&2.into(), &"email".into())]);
    let page = fs::read_to_string(page).expect("the page was written");
    for text in [&page, &said.to_string(), &String::from_utf8_lossy(&output.stdout).into_owned()] {
        assert!(text.contains("planted.gz") && SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
    }
}

#[test]
fn bad_objects_are_named_and_the_rest_is_counted() {
    let folder = TempDir::new().expect("a folder");
    let good = gzip(&(0..1000).map(|second| record(second, "api", "")).collect::<String>());
    file(folder.path(), "good", &good);
    file(folder.path(), "cut.gz", &good[..good.len() / 2]);
    let mut corrupt = gzip(&record(5000, "api", ""));
    let last = corrupt.len() - 6;
    corrupt[last] ^= 0xff;
    file(folder.path(), "corrupt.gz", corrupt);
    file(folder.path(), "text", "no json\n");
    file(folder.path(), "empty", "");
    let (said, code) = json(folder.path());
    assert_eq!(code, Some(0));
    assert!(said["events"].as_u64() >= Some(1000));
    let bad: Vec<&str> =
        said["archive"]["bad"].as_array().expect("a list").iter().filter_map(|bad| bad["object"].as_str()).collect();
    assert_eq!(bad.len(), 3, "{bad:?}");
    assert!(bad[0].ends_with("corrupt.gz") && bad[1].ends_with("cut.gz") && bad[2].ends_with("text"), "{bad:?}");
    assert_eq!(said["archive"]["bad_lines"], 1);
}

#[test]
fn silences_and_duplicates() {
    let folder = TempDir::new().expect("a folder");
    let lines = |from: u32, to: u32| -> String { (from..to).step_by(10).map(|at| record(at, "api", "")).collect() };
    file(folder.path(), "1", lines(0, 3600));
    file(folder.path(), "2", lines(7200, 10_800));
    file(folder.path(), "3", lines(7200, 7300));
    let (said, _) = json(folder.path());
    let silence = &said["by_service"]["api"]["silence"];
    assert_eq!((&silence["usual_seconds"], &silence["count"]), (&10.into(), &1.into()));
    assert_eq!(silence["longest"][0]["from"], "2025-11-01T00:59:50Z");
    assert_eq!(silence["longest"][0]["seconds"], 3610);
    assert_eq!(said["duplicates"]["count"], 10);
    assert_eq!(said["duplicates"]["exact"], true);
}

#[test]
fn the_page_is_whole_in_itself() {
    let folder = TempDir::new().expect("a folder");
    file(folder.path(), "a<b>&.jsonl", record(5, "<script>alert(1)</script>", r#","duration_ms":5"#) + "no json\n");
    let page = folder.path().join(".page.html");
    assert_eq!(run(folder.path(), &["--quiet", "--html", &page.display().to_string()]).status.code(), Some(0));
    let page = fs::read_to_string(page).expect("the page was written");
    let tree = page.strip_prefix("<!DOCTYPE html>\n").expect("a page of HTML");
    let tree = roxmltree::Document::parse(tree).expect("well formed");
    assert!(tree.descendants().all(|node| !node.has_tag_name("script") && !node.has_tag_name("link")));
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("url("));
    assert!(tree.descendants().any(|node| node.has_tag_name("svg")));
    assert!(page.contains("@media print") && page.contains("&lt;script&gt;"));
}

#[test]
fn exit_codes() {
    let folder = TempDir::new().expect("a folder");
    assert_eq!(run(folder.path(), &[]).status.code(), Some(2), "no object");
    file(folder.path(), "text", "no json\n");
    assert_eq!(run(folder.path(), &[]).status.code(), Some(2), "no record");
    assert_eq!(run(&folder.path().join("none"), &[]).status.code(), Some(2));
    assert_eq!(run(folder.path(), &["--gap", "soon"]).status.code(), Some(2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// However records are spread over objects, the report is the same, but for the objects themselves.
    #[test]
    fn objects_do_not_matter(places in prop::collection::vec((0_usize..5, 0_u32..2_000_000, 0_u32..3), 1..40), threads in 1_u32..4) {
        let (one, many) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
        let mut objects = vec![String::new(); 5];
        let mut all = String::new();
        for (object, second, service) in places {
            let line = record(second, &format!("s{service}"), &format!(r#","duration_ms":{second}"#));
            objects[object] += &line;
            all += &line;
        }
        file(one.path(), "all", all);
        for (number, text) in objects.iter().enumerate() {
            file(many.path(), &format!("{number}.gz"), gzip(text));
        }
        let said = |folder: &Path| {
            let output = run(folder, &["--json", "-", "--quiet", "--threads", &threads.to_string()]);
            let mut said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            let map = said.as_object_mut().expect("an object");
            // What is out of order is looked for inside of objects.
            map.remove("archive");
            map.remove("out_of_order");
            for (_, service) in map["by_service"].as_object_mut().expect("an object") {
                service.as_object_mut().expect("an object").remove("out_of_order");
            }
            said
        };
        prop_assert_eq!(said(one.path()), said(many.path()));
    }
}
