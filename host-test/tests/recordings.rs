//! The recorded pod logs, read as Fluent Bit reads them and run through the pipeline of the module: nothing is lost,
//! nothing that was planted survives, and everything that was to be kept does. What that is stands in the lists beside
//! the recordings.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::text::{Json, apart, sayings, shown};
use common::{module, run};
use podsieve_host::input::{Options, Source, expand};
use podsieve_host::json::{self, Verdict, field};
use podsieve_host::{Config, Host, Runner};

/// What came out for one file.
struct Recording {
    /// Path as the lists have it.
    name: String,
    tag: Vec<u8>,
    records: Vec<Vec<u8>>,
    outputs: Vec<Vec<u8>>,
}

impl Recording {
    /// What each output says: its own text, and strings and numbers at any depth.
    fn said(&self) -> Vec<Vec<String>> {
        let said = |output: &Vec<u8>| {
            let mut said = sayings(output);
            said.push(String::from_utf8(output.clone()).expect("an output is UTF-8"));
            said
        };
        self.outputs.iter().map(said).collect()
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings")
}

fn host() -> Host {
    Host::new(&module(), Config::default()).expect("the module instantiates")
}

fn recordings() -> Vec<Recording> {
    let mut host = host();
    let mut found = Vec::new();
    for tree in ["pods", "docker"] {
        for path in expand(&folder().join(tree)).expect("the recordings can be listed") {
            let mut source = Source::open(&path, &Options::default()).expect("a recording can be opened");
            let name = path.strip_prefix(folder()).expect("it is below the folder").display().to_string();
            let mut recording = Recording { name, tag: Vec::new(), records: Vec::new(), outputs: Vec::new() };
            while let Some(item) = source.next_record().expect("a recording can be read") {
                let output = run(&mut host, "pipeline", item.tag, item.record)
                    .unwrap_or_else(|lost| panic!("{}:{}: {lost}", path.display(), item.line));
                recording.tag = item.tag.to_vec();
                recording.records.push(item.record.to_vec());
                recording.outputs.push(output);
            }
            found.push(recording);
        }
    }
    let records: usize = found.iter().map(|recording| recording.records.len()).sum();
    assert_eq!(host.counters().records_in(), records as u64);
    assert_eq!(host.counters().records_out(), records as u64);
    assert_eq!(host.counters().lost_total(), 0);
    found
}

/// The lines of a list: its fields by name.
fn list(name: &str) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(folder().join(name)).expect("a list can be read");
    let line = |line: &str| match Json::of(line.as_bytes()) {
        Json::Object(members) => members
            .into_iter()
            .filter_map(|(key, value)| match value {
                Json::Text(text) => Some((key, text)),
                _ => None,
            })
            .collect(),
        _ => panic!("{name}: a line is an object"),
    };
    text.lines().map(line).collect()
}

fn report(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures\n\n{}\n", failures.len(), failures.join("\n\n"));
}

#[test]
fn every_record_comes_out_as_one_object() {
    for recording in recordings() {
        assert!(!recording.records.is_empty(), "{}: no records", recording.name);
        for output in &recording.outputs {
            assert_eq!(json::judge(output), Verdict::Object, "{}: {}", recording.name, shown(output));
            assert!(serde_json::from_slice::<serde_json::Value>(output).is_ok_and(|value| value.is_object()));
            assert!(!output.contains(&0));
        }
    }
}

#[test]
fn nothing_that_was_planted_survives_anywhere() {
    let planted = list("planted.jsonl");
    let secrets: BTreeSet<_> = planted.iter().map(|entry| (&entry["rule"], &entry["secret"])).collect();
    let mut failures = Vec::new();
    for recording in recordings() {
        for (n, said) in recording.said().iter().enumerate() {
            // A secret must not come out of a file that the list does not name either.
            for (rule, secret) in &secrets {
                if let Some(text) = said.iter().find(|text| text.contains(secret.as_str())) {
                    failures.push(format!(
                        "{}: record {}: {rule} {secret}\n     input {}\n     found {}",
                        recording.name,
                        n + 1,
                        shown(&recording.records[n]),
                        shown(text.as_bytes()),
                    ));
                }
            }
        }
    }
    report(&failures);
}

#[test]
fn what_was_to_be_kept_is_still_there() {
    let kept = list("kept.jsonl");
    let mut failures = Vec::new();
    for recording in recordings() {
        let said = recording.said();
        for entry in kept.iter().filter(|entry| entry["where"] == recording.name) {
            if !said.iter().flatten().any(|text| text.contains(&entry["text"])) {
                failures.push(format!("{}: {} {} is gone", recording.name, entry["kind"], entry["text"]));
            }
        }
    }
    let names: BTreeSet<_> = recordings().into_iter().map(|recording| recording.name).collect();
    let listed = list("planted.jsonl").into_iter().chain(kept).map(|mut entry| entry.remove("where").expect("a path"));
    failures.extend(listed.filter(|path| !names.contains(path)).map(|path| format!("{path}: no such recording")));
    report(&failures);
}

/// Every file that a kind of secret was planted in counts redactions of a rule of that kind.
#[test]
fn every_planted_kind_is_counted() {
    let mut failures = Vec::new();
    let planted = list("planted.jsonl");
    for recording in recordings() {
        let mut counted: BTreeMap<String, u64> = BTreeMap::new();
        for output in &recording.outputs {
            let redacted = field(output, "podsieve").and_then(|podsieve| field(podsieve, "redacted"));
            let Some(Json::Object(rules)) = redacted.map(Json::of) else { continue };
            for (rule, count) in rules {
                let Json::Bare(count) = count else { panic!("a count is a number") };
                *counted.entry(rule).or_default() += count.parse::<u64>().expect("a count is a number");
            }
        }
        let kinds: BTreeMap<&String, BTreeSet<&String>> = planted
            .iter()
            .filter(|entry| entry["where"] == recording.name)
            .fold(BTreeMap::new(), |mut kinds, entry| {
                kinds.entry(&entry["rule"]).or_insert_with(BTreeSet::new).insert(&entry["secret"]);
                kinds
            });
        for (kind, secrets) in &kinds {
            if !counted.keys().any(|rule| is_of(rule, kind)) {
                failures.push(format!("{}: {} of {kind} are not counted: {counted:?}", recording.name, secrets.len()));
            }
        }
        let total: u64 = counted.values().sum();
        let secrets: usize = kinds.values().map(BTreeSet::len).sum();
        if total < secrets as u64 {
            failures.push(format!("{}: {total} redactions of {secrets} secrets", recording.name));
        }
    }
    report(&failures);
}

/// Whether a rule of the policy is one of a kind that was planted: the recorder knows kinds, the policy rules, and where
/// two rules match (a token behind `Bearer`), either may have it.
fn is_of(rule: &str, kind: &str) -> bool {
    match kind {
        "pem" => rule == "private_key",
        "jwt" => ["jwt", "bearer", "token"].contains(&rule),
        "bearer" | "basic" => [kind, "authorization"].contains(&rule),
        "vendor_key" => rule.ends_with("_key") || rule.ends_with("_token"),
        // Keys and assignments: any rule that a name can have.
        "sensitive_key" | "password" => {
            ["password", "api_key", "secret", "token", "authorization", "cookie", "credentials", "aws_key"]
                .contains(&rule)
        }
        _ => rule == kind,
    }
}

#[test]
fn a_second_pass_changes_nothing() {
    let mut host = host();
    let mut failures = Vec::new();
    for recording in recordings() {
        for (n, output) in recording.outputs.iter().enumerate() {
            let again = run(&mut host, "pipeline", &recording.tag, output).expect("no record is lost");
            if again != *output {
                let (once, twice) = apart(output, &again);
                failures.push(format!("{}: record {}\n      once {once}\n     twice {twice}", recording.name, n + 1));
            }
        }
    }
    report(&failures);
}

#[test]
fn the_pipeline_is_its_four_steps() {
    let mut host = host();
    let mut failures = Vec::new();
    for recording in recordings() {
        for (n, (record, output)) in recording.records.iter().zip(&recording.outputs).enumerate() {
            let steps = common::four_steps(&mut host, &recording.tag, record).expect("no record is lost");
            if steps != *output {
                let (whole, steps) = apart(output, &steps);
                failures.push(format!("{}: record {}\n     found {whole}\n     steps {steps}", recording.name, n + 1));
            }
        }
    }
    report(&failures);
}
