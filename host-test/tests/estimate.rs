//! `podsieve estimate`, as a user runs it.

use std::process::{Command, Output};

fn estimate(arguments: &[&str]) -> Output {
    let seed = ["estimate", "--requests-per-hour", "600", "--hours-per-day", "8", "--bytes-per-request", "5KB"];
    Command::new(env!("CARGO_BIN_EXE_podsieve")).args(seed).args(arguments).output().expect("the command starts")
}

#[test]
fn ten_a_minute_for_eight_hours() {
    let output = estimate(&["--json"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(said["day_bytes"], 24_000_000);
    assert_eq!(said["month_bytes"], 720_000_000);
    let held = ["hot", "warm", "cold"].map(|tier| said["tiers"][tier]["bytes"].as_u64());
    assert_eq!(held, [Some(720_000_000), Some(720_000_000), Some(2_160_000_000)]);
    assert_eq!(said["cost"], serde_json::Value::Null);
    let text = String::from_utf8(estimate(&[]).stdout).expect("UTF-8");
    for part in ["24 MB", "720 MB", "2.16 GB"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn replicas_and_prices() {
    let output = estimate(&["--json", "--replicas", "1", "--price-hot", "0.1", "--price-cold", "0.01"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(said["tiers"]["hot"]["bytes"], 1_440_000_000);
    assert_eq!(said["tiers"]["cold"]["bytes"], 2_160_000_000_u64);
    assert_eq!(said["cost"], 0.1656);
}

#[test]
fn wrong_arguments() {
    assert_eq!(estimate(&["--hot-days", "x"]).status.code(), Some(2));
    assert_eq!(estimate(&["--replicas", "-1"]).status.code(), Some(2));
}
