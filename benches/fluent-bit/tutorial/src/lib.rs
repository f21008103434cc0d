//! The filter that a tutorial leads to: `serde_json` makes a tree of the record, `regex-lite` looks for the twelve
//! patterns of the Lua filters in every string of it, and the tree is written out again. What costs nothing to do
//! well is done well: the patterns are compiled once.
#![allow(unsafe_code, reason = "this is the boundary to the host: raw addresses come in and go out")]
#![cfg(target_arch = "wasm32")]

use std::slice;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex_lite::Regex;
use serde_json::{Map, Value, json};

static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let patterns = [
        (r"(\w+://[^:/@\s]+):[^@/\s]+@", "$1:[REDACTED:url_password]@"),
        (r"[\w.%+-]+@[\w-]+\.[\w.-]+", "[REDACTED:email]"),
        (r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+", "[REDACTED:jwt]"),
        (r"[Bb]earer +[\w.~+/=-]+", "Bearer [REDACTED:bearer]"),
        (r"[Bb]asic +[\w+/=]+", "Basic [REDACTED:basic]"),
        (r"sk_live_\w+", "[REDACTED:stripe_key]"),
        (r"AKIA[A-Z0-9]+", "[REDACTED:aws_key]"),
        (r"gh[pousr]_\w+", "[REDACTED:github_token]"),
        (r"xox[abprs]-[\w-]+", "[REDACTED:slack_token]"),
        (r#"[Pp]assword=[^\s&",;]+"#, "password=[REDACTED:password]"),
        (r"\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}", "[REDACTED:card]"),
        (r"\d{3}-\d{2}-\d{4}", "[REDACTED:ssn]"),
    ];
    patterns.map(|(pattern, mark)| (Regex::new(pattern).expect("the pattern is well formed"), mark)).into()
});

static POD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\.pods\.([^_]+)_([^_]+)_([^.]+)\.([^.]+)\.").expect("the pattern is well formed"));

static WORKLOAD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(.+)-\w+-\w+$").expect("the pattern is well formed"));

/// What the host reads after the call.
static OUTPUT: Mutex<String> = Mutex::new(String::new());

/// The four jobs: addresses and lengths of the tag and the record, and the record's time in seconds and nanoseconds
/// since the epoch. Returns the address of a NUL-terminated JSON object.
///
/// # Safety
///
/// The host has written as many bytes at both addresses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tutorial(
    tag: *const u8,
    tag_len: u32,
    _sec: u32,
    _nsec: u32,
    record: *const u8,
    record_len: u32,
) -> *const u8 {
    // SAFETY: the host has written them and does not touch them during the call.
    let (tag, text) =
        unsafe { (slice::from_raw_parts(tag, tag_len as usize), slice::from_raw_parts(record, record_len as usize)) };
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(text) else { return record };
    parse(&mut fields);
    fields.values_mut().for_each(redact);
    enrich(&mut fields, &String::from_utf8_lossy(tag));
    route(&mut fields);
    let mut output = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    *output = Value::Object(fields).to_string() + "\0";
    output.as_ptr()
}

fn parse(fields: &mut Map<String, Value>) {
    let log = fields.get("log").and_then(Value::as_str).map(serde_json::from_str);
    if let Some(Ok(Value::Object(lifted))) = log {
        fields.remove("log");
        fields.extend(lifted);
    }
}

fn redact(value: &mut Value) {
    match value {
        Value::String(text) => {
            for (pattern, mark) in PATTERNS.iter() {
                *text = pattern.replace_all(text, *mark).into_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(fields) => fields.values_mut().for_each(redact),
        _ => {}
    }
}

fn enrich(fields: &mut Map<String, Value>, tag: &str) {
    if let Some(pod) = POD.captures(tag) {
        let kubernetes = json!({
            "namespace_name": pod[1], "pod_name": pod[2], "pod_id": pod[3], "container_name": pod[4],
        });
        fields.insert("kubernetes".to_owned(), kubernetes);
        let workload = WORKLOAD.captures(&pod[2]).map_or(&pod[2], |name| name.get(1).map_or("", |name| name.as_str()));
        fields.entry("service").or_insert_with(|| workload.into());
    }
    let severity = fields.get("level").and_then(Value::as_str).map(|level| match level.to_lowercase().as_str() {
        "warning" => "warn".to_owned(),
        "critical" => "fatal".to_owned(),
        level => level.to_owned(),
    });
    if let Some(severity) = severity {
        fields.insert("severity".to_owned(), severity.into());
    }
}

fn route(fields: &mut Map<String, Value>) {
    let severe = matches!(fields.get("severity").and_then(Value::as_str), Some("error" | "fatal"));
    let archive = match fields.contains_key("operation") {
        true => "audit",
        false if severe => "error",
        false => return,
    };
    let service = fields.get("service").and_then(Value::as_str).unwrap_or("unknown");
    let service = service.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_', "_");
    fields.insert("archive_tag".to_owned(), format!("archive.{archive}.{service}").into());
}
