//! The whole comparison inside Fluent Bit, over a few records: every filter still does its job, and all that is written
//! can be read. Without a Fluent Bit, or the modules, it says on standard error that it is SKIPPED.

use std::fs;
use std::io::{self, Write as _};
use std::process::Command;

use serde_json::Value;

/// How the program ends when a Fluent Bit or the modules are missing.
const MISSING: i32 = 3;

#[test]
fn a_few_records() {
    let out = tempfile::tempdir().expect("a folder for the results");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench-fluent-bit"));
    command.args(["--records", "300", "--rounds", "1", "--out"]).arg(out.path());
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(MISSING) {
        // Past the harness, which hides what a passing test prints; from the start of a line, since these are counted.
        let _ = io::stderr().write_all(format!("\nSKIPPED: a_few_records: {}\n", said.trim()).as_bytes());
        return;
    }
    assert!(output.status.success(), "{said}");

    let read = |name: &str| fs::read_to_string(out.path().join(name)).expect("a result is there");
    let json: Value = serde_json::from_str(&read("fluent-bit.json")).expect("the figures are JSON");
    let names = |list: &str| -> Vec<String> {
        let list = json[list].as_array().into_iter().flatten();
        list.filter_map(|item| item["name"].as_str()).map(str::to_owned).collect()
    };
    let (ran, skipped) = (names("filters"), names("skipped"));
    assert!(skipped.is_empty() || skipped == ["pipeline-aot"], "{skipped:?} were skipped");
    assert_eq!(ran.len() + skipped.len(), 8, "{ran:?}");
    let (table, chart) = (String::from_utf8_lossy(&output.stdout), read("fluent-bit.svg"));
    assert!(chart.starts_with("<svg ") && chart.ends_with("</svg>\n"), "{chart}");
    for filter in json["filters"].as_array().into_iter().flatten() {
        let title = filter["title"].as_str().expect("a filter has a title");
        assert!(table.contains(title) && chart.contains(title), "{title} is missing");
        assert!(filter["cpu_seconds"][0].as_f64() > Some(0.0), "{filter}");
        assert!(filter["peak_memory_bytes"][0].as_u64() > Some(1 << 20), "{filter}");
    }
}
