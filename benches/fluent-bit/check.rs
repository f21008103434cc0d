//! Whether a filter does its job: a figure of one that does not would count for nothing.

use std::fs;
use std::path::{Path, PathBuf};

use podsieve_benches::workload::{Lines, SECRETS, TAG};
use serde_json::{Value, json};

use crate::filters::Filter;
use crate::run::{FluentBit, Log, Output};

/// A text and the secret in it, for each of the twelve patterns of the Lua filters.
const PLANTED: [(&str, &str); 12] = [
    ("a mail to ada.l+x@example.org bounced", "ada.l+x@example.org"),
    ("paid with 4012-8888-8888-1881 today", "4012-8888-8888-1881"),
    ("number 536-22-8726 is on file", "536-22-8726"),
    ("got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmVk back", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmVk"),
    ("Authorization: Bearer mF_9.B5f-4.1JqM8s7Qx", "mF_9.B5f-4.1JqM8s7Qx"),
    ("Authorization: Basic YWRhOmh1bnRlcjIh", "YWRhOmh1bnRlcjIh"),
    ("key sk_live_26PHem9AhJZvU623DfE1x4sd is live", "sk_live_26PHem9AhJZvU623DfE1x4sd"),
    ("id AKIAIOSFODNN7EXAMPLE was used", "AKIAIOSFODNN7EXAMPLE"),
    ("cloned with ghp_16C7e42F292c6912E7710c838347Ae178B4a", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
    ("posted with xoxb-2345678901-2345678901234-AbCdEfGhIjKlMnOpQrStUvWx", "AbCdEfGhIjKlMnOpQrStUvWx"),
    ("retry with password=correct-horse&user=ada", "correct-horse"),
    ("connecting to postgres://app:tr0ub4dor@db:5432/app", "tr0ub4dor"),
];

/// Any field may hold a secret, also one inside another.
const PLACES: [&str; 5] = ["message", "status", "function", "note", "extra"];

/// A small log in which all kinds of secrets are, and the records that went into it.
pub(crate) struct Check {
    log: Log,
    bodies: Vec<Value>,
    folder: PathBuf,
}

impl Check {
    /// Writes the log to this folder.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub(crate) fn new(folder: &Path) -> Result<Check, String> {
        let mut lines = Lines::new(2, 50);
        let mut bodies: Vec<String> = (0..200).map(|_| lines.body()).collect();
        for (n, (text, _)) in PLANTED.iter().enumerate() {
            bodies.extend(PLACES.iter().map(|place| planted(place, text, n).to_string()));
        }
        let cri = bodies.iter().map(|body| format!("2026-11-23T08:00:00.000000001Z stdout F {body}\n"));
        let log = Log::write(folder.join("check"), cri).map_err(|error| format!("the log to check with: {error}"))?;
        let bodies = bodies.iter().map(|body| serde_json::from_str(body).unwrap_or_default()).collect();
        Ok(Check { log, bodies, folder: folder.to_owned() })
    }

    /// Every record comes out, with all of the work done or, if the filter does none, as it was.
    ///
    /// # Errors
    ///
    /// What is wrong with the first record that is not so.
    pub(crate) fn judge(&self, fluent_bit: &FluentBit, filter: &Filter) -> Result<(), String> {
        let folder = self.folder.join(format!("check-{}", filter.name));
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        fluent_bit.run(&self.log, &filter.sections, Output::File(&folder))?;
        let text = fs::read_to_string(folder.join("out")).map_err(|error| format!("its output: {error}"))?;
        let count = text.lines().count();
        if count != self.log.records {
            return Err(format!("{count} of {} records come out", self.log.records));
        }
        for (n, (line, body)) in text.lines().zip(&self.bodies).enumerate() {
            let judge = if filter.works { worked_on } else { handed_on };
            judge(line, body).map_err(|what| format!("{what} in record {n}: {line}"))?;
        }
        Ok(())
    }
}

fn planted(place: &str, text: &str, n: usize) -> Value {
    // Some without what enrichment adds, and without the operation that decides where most are archived.
    let mut body = json!({ "level": if n.is_multiple_of(2) { "ERROR" } else { "info" }, "n": n });
    match place {
        "extra" => body["extra"] = json!({ "deeper": { "note": text } }),
        place => body[place] = text.into(),
    }
    body
}

fn secrets() -> impl Iterator<Item = &'static str> {
    SECRETS.into_iter().chain(PLANTED.map(|(_, secret)| secret))
}

fn worked_on(line: &str, body: &Value) -> Result<(), &'static str> {
    let record: Value = serde_json::from_str(line).map_err(|_| "no JSON")?;
    if secrets().any(|secret| line.contains(secret)) {
        return Err("a secret survives");
    }
    let holds_secret = |value: &Value| secrets().any(|secret| value.to_string().contains(secret));
    for (name, value) in body.as_object().into_iter().flatten() {
        let found = record.get(name).ok_or("a field is not lifted")?;
        if found != value && !holds_secret(value) {
            return Err("a field has changed");
        }
    }
    // What the tag says, which ends in `.pods.<namespace>_<pod>_<id>.<container>.0.log`.
    let mut pod = TAG.split(".pods.").nth(1).unwrap_or_default().split(['_', '.']);
    for name in ["namespace_name", "pod_name", "pod_id", "container_name"] {
        if record["kubernetes"][name].as_str() != pod.next() {
            return Err("the pod is wrong");
        }
    }
    if record["service"] != "ai-agents-worker" {
        return Err("the service is wrong");
    }
    let (severity, severe) = match body["level"].as_str() {
        Some("ERROR") => ("error", true),
        Some("WARNING") => ("warn", false),
        _ => ("info", false),
    };
    if record["severity"] != severity {
        return Err("the severity is wrong");
    }
    let archive = match body.get("operation") {
        Some(_) => Some("archive.audit.ai-agents-worker"),
        None => severe.then_some("archive.error.ai-agents-worker"),
    };
    if record.get("archive_tag").and_then(Value::as_str) != archive {
        return Err("the archive is wrong");
    }
    Ok(())
}

fn handed_on(line: &str, body: &Value) -> Result<(), &'static str> {
    let record: Value = serde_json::from_str(line).map_err(|_| "no JSON")?;
    let log = record["log"].as_str().and_then(|log| serde_json::from_str::<Value>(log).ok());
    if log.as_ref() == Some(body) { Ok(()) } else { Err("the line has changed") }
}
