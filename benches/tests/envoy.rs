//! The whole comparison inside Envoy, over a few requests: every filter still does its job, and all that is written can be
//! read. Without an Envoy, or the module, it says on standard error that it is SKIPPED.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// How the program ends when an Envoy or the module is missing.
const MISSING: i32 = 3;

/// None if it was skipped.
fn run(test: &str, out: &Path, arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench-envoy"));
    let output = command.args(arguments).arg("--out").arg(out).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(MISSING) {
        // Past the harness, which hides what a passing test prints; from the start of a line, since these are counted.
        let _ = io::stderr().write_all(format!("\nSKIPPED: {test}: {}\n", said.trim()).as_bytes());
        return None;
    }
    assert!(output.status.success(), "{said}");
    Some(output)
}

#[test]
fn a_few_requests() {
    let out = tempfile::tempdir().expect("a folder for the results");
    let arguments = ["--seconds", "0.05", "--rounds", "1"];
    let Some(output) = run("a_few_requests", out.path(), &arguments) else { return };

    let read = |name: &str| fs::read_to_string(out.path().join(name)).expect("a result is there");
    let json: Value = serde_json::from_str(&read("envoy.json")).expect("the figures are JSON");
    let (table, chart) = (String::from_utf8_lossy(&output.stdout), read("envoy.svg"));
    assert!(chart.starts_with("<svg ") && chart.ends_with("</svg>\n"), "{chart}");
    let filters = json["filters"].as_array().expect("filters");
    assert_eq!(filters.len(), 5, "{filters:?}");
    for filter in filters {
        let title = filter["title"].as_str().expect("a filter has a title");
        assert!(table.contains(title) && chart.contains(title), "{title} is missing");
        assert!(filter["resident_bytes"][1].as_u64() > Some(1 << 20), "{filter}");
        let is_wasm = filter["wasm_memory_bytes"][1].as_u64() > Some(0);
        assert_eq!(is_wasm, title.starts_with("podsieve"), "{filter}");
        let sizes = filter["sizes"].as_array().expect("sizes");
        assert_eq!(sizes.len(), 3, "{filter}");
        for size in sizes {
            for figure in ["requests_per_second", "megabytes_per_second", "cpu_microseconds_per_request"] {
                assert!(size[figure][0].as_f64() > Some(0.0), "{figure}: {filter}");
            }
        }
    }
    assert_eq!(json["measures"].as_array().map(Vec::len), Some(11), "{json}");
}

#[test]
fn a_short_soak() {
    let out = tempfile::tempdir().expect("a folder for the results");
    let Some(_) = run("a_short_soak", out.path(), &["--soak", "4000"]) else { return };

    let json = fs::read_to_string(out.path().join("envoy-soak.json")).expect("a result is there");
    let json: Value = serde_json::from_str(&json).expect("the samples are JSON");
    let soaks = json["soaks"].as_array().expect("soaks");
    assert_eq!(soaks.len(), 2, "{json}");
    for soak in soaks {
        let last = soak["samples"].as_array().and_then(|samples| samples.last()).expect("samples");
        assert_eq!(last["requests"], 4000, "{soak}");
        assert!(last["wasm_memory_bytes"].as_u64() > Some(0), "{soak}");
    }
}
