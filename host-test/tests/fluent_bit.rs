//! The module in a real Fluent Bit: the one that `FLUENT_BIT` names or that is on the `PATH`. Without one every test
//! here says on standard error that it is SKIPPED.

// Of what the tests share, only these: they come without wasmtime and generators.
#[allow(dead_code, reason = "each test uses its part of this")]
#[path = "common/cases.rs"]
mod cases;
#[allow(dead_code, reason = "each test uses its part of this")]
#[path = "common/policy_cases.rs"]
mod policy_cases;
#[allow(dead_code, reason = "each test uses its part of this")]
#[path = "fluent_bit/run.rs"]
mod run;
#[allow(dead_code, reason = "each test uses its part of this")]
#[path = "common/text.rs"]
mod text;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;

use cases::Case;
use podsieve_core::{Engine, Function};
use podsieve_host::json::{self, Verdict};
use podsieve_host::{Native, Outcome, Runner, bake, policy};
use policy_cases::CASES;
use run::{FluentBit, Folder, Output, Record, lines, tail, wasm, wasm_at};
use text::{Json, Token, Tokens, says, shown};

const FUNCTIONS: [&str; 5] = ["pipeline", "parse", "redact", "enrich", "route"];
const PARSERS: &str = concat!("parsers_file ", env!("CARGO_MANIFEST_DIR"), "/../examples/fluent-bit/parsers.conf");
const CRI: &str = "multiline.parser cri, docker";
const EOF: &str = "exit_on_eof on";

// The recorded logs.

fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings")
}

/// Copies the recorded logs of pods to where a node has them, below a folder.
fn copy_pods(folder: &Folder) -> PathBuf {
    let pods = folder.path("var/log/pods");
    copy(&recordings().join("pods"), &pods);
    pods
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder is made");
        for entry in fs::read_dir(from).expect("a folder can be read") {
            let entry = entry.expect("an entry can be read");
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).expect("a file is copied");
    }
}

/// Ends the lines that the recordings leave open. Fluent Bit waits for the rest of such a line up to eight seconds,
/// and 5.1.1 crashes when it is asked to end meanwhile, whatever the filters are.
fn close_lines(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            close_lines(&path);
            continue;
        }
        let text = fs::read(&path).expect("a file can be read");
        let last = text.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let words: Vec<&[u8]> = last.splitn(4, |byte| *byte == b' ').collect();
        let rest = match words.as_slice() {
            [time, stream, b"P", _] => [time, stream, &b"F \n"[..]].join(&b' '),
            _ if last.starts_with(b"{") && memchr::memmem::find(last, b"\\n\",\"stream\":\"stdout\"").is_none() => {
                b"{\"log\":\"\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-23T09:09:12Z\"}\n".to_vec()
            }
            _ => continue,
        };
        let mut file = OpenOptions::new().append(true).open(&path).expect("a file can be written");
        file.write_all(&rest).expect("a file is written");
    }
}

/// The recorded pods through these sections, each file to its end.
fn pods_through(fluent_bit: &FluentBit, service: &str, filters: &[&str]) -> Output {
    let folder = Folder::new();
    let pods = copy_pods(&folder);
    close_lines(&pods);
    let mut sections = vec![tail(pods.join("*/*/*.log"), "kube.*", &format!("{CRI}\n  {EOF}"))];
    sections.extend(filters.iter().map(|function| wasm(function)));
    folder.start(fluent_bit, service, &sections, "").run_out()
}

/// The recorded pods without a filter, and through `pipeline`: what other runs are held against.
fn without_filter(fluent_bit: &FluentBit) -> &'static Output {
    static OUTPUT: OnceLock<Output> = OnceLock::new();
    OUTPUT.get_or_init(|| pods_through(fluent_bit, "", &[]))
}

fn through_pipeline(fluent_bit: &FluentBit) -> &'static Output {
    static OUTPUT: OnceLock<Output> = OnceLock::new();
    OUTPUT.get_or_init(|| pods_through(fluent_bit, "", &["pipeline"]))
}

/// A line of `planted.jsonl` or `kept.jsonl`.
struct Listed {
    text: String,
    kind: String,
    /// The end of the tag of the file's records.
    tag: String,
}

fn listed(list: &str, text: &str, kind: &str) -> Vec<Listed> {
    let lines = fs::read_to_string(recordings().join(list)).expect("the list can be read");
    let read = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        let string = |name: &str| line[name].as_str().expect("each field is a string").to_owned();
        Listed { text: string(text), kind: string(kind), tag: string("where").replace('/', ".") }
    };
    lines.lines().map(read).collect()
}

/// Values that Fluent Bit itself does not hand on as they are: it rounds to 16 digits, and makes of each byte that is
/// not UTF-8 a character of a private area.
const CHANGED_BY_THE_HOST: [&str; 2] = ["float", "text_beside_bad_bytes"];

/// No planted secret is in the output or in what Fluent Bit says; what is to be kept is there, in its file's records.
fn judge_lists(output: &Output, folder: &str) {
    let mut wrong = String::new();
    for record in &output.records {
        assert_eq!(json::judge(&record.json), Verdict::Object, "{}", shown(&record.json));
    }
    for secret in listed("planted.jsonl", "secret", "rule") {
        if let Some(record) = output.records.iter().find(|record| says(&record.json, &secret.text)) {
            let _ = writeln!(wrong, "{} {} survives in {}", secret.kind, secret.text, shown(&record.json));
        }
        assert!(!output.log.contains(&secret.text), "fluent-bit's log has {}", secret.text);
    }
    for kept in listed("kept.jsonl", "text", "kind") {
        if !kept.tag.starts_with(folder) || CHANGED_BY_THE_HOST.contains(&kept.kind.as_str()) {
            continue;
        }
        let mut records = output.records.iter().filter(|record| record.tag.ends_with(&kept.tag));
        if !records.any(|record| says(&record.json, &kept.text)) {
            let _ = writeln!(wrong, "{} {} is gone from {}", kept.kind, kept.text, kept.tag);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A record comes from the pod that its tag names.
fn judge_origin(record: &Record) {
    let (_, pod) = record.tag.split_once(".var.log.pods.").expect("the tag holds the path");
    let mut parts = pod.split(['_', '.']);
    let value: serde_json::Value = serde_json::from_slice(&record.json).expect("a record is JSON");
    for name in ["namespace_name", "pod_name", "pod_id", "container_name"] {
        assert_eq!(value["kubernetes"][name].as_str(), parts.next(), "{name} of {}", record.tag);
    }
}

/// How many records each tag has.
fn by_tag(output: &Output) -> BTreeMap<&str, usize> {
    let mut count = BTreeMap::new();
    for record in &output.records {
        *count.entry(end_of_tag(record)).or_default() += 1;
    }
    count
}

/// The tag from `var.log.pods` on: what is before differs from run to run.
fn end_of_tag(record: &Record) -> &str {
    record.tag.find("var.log.pods").map_or(&record.tag, |at| &record.tag[at..])
}

/// The records say the same, but for spelling, order of members and the digits that Fluent Bit rounds.
fn assert_same(a: &Output, b: &Output) {
    assert_eq!(by_tag(a), by_tag(b));
    for (a, b) in sorted(a).into_iter().zip(sorted(b)) {
        assert!(same(&a.json, &b.json), "{}\n{}\n{}", a.tag, shown(&a.json), shown(&b.json));
    }
}

fn sorted(output: &Output) -> Vec<&Record> {
    let mut records: Vec<_> = output.records.iter().collect();
    records.sort_by_key(|record| end_of_tag(record));
    records
}

fn same(a: &[u8], b: &[u8]) -> bool {
    rounded(Json::of(a)) == rounded(Json::of(b))
}

fn rounded(json: Json) -> Json {
    match json {
        Json::Bare(text) if text == "-0" => Json::Bare("0".to_owned()),
        Json::Bare(text) if text.parse::<i64>().is_err() => {
            Json::Bare(text.parse::<f64>().map_or(text, |number| format!("{number:.13e}")))
        }
        Json::Array(items) => Json::Array(items.into_iter().map(rounded).collect()),
        Json::Object(members) => Json::Object(members.into_iter().map(|(key, value)| (key, rounded(value))).collect()),
        // A byte that is not UTF-8: with escapes on, Fluent Bit makes a character of a private area of it.
        Json::Text(text) => Json::Text(
            text.chars().map(|c| if ('\u{e000}'..='\u{e0ff}').contains(&c) { '\u{fffd}' } else { c }).collect(),
        ),
        json => json,
    }
}

// The tests.

#[test]
fn recorded_pods() {
    let Some(fluent_bit) = FluentBit::get() else { return };
    let expected = without_filter(fluent_bit);
    assert!(expected.records.len() > 500, "{} records", expected.records.len());
    let folder = Folder::new();
    // As they were recorded: two files end within a line.
    let pods = copy_pods(&folder);
    let sections = [tail(pods.join("*/*/*.log"), "kube.*", CRI), wasm("pipeline")];
    let output = folder.start(fluent_bit, "", &sections, "").until_lines(expected.records.len());
    assert_eq!(by_tag(&output), by_tag(expected));
    output.records.iter().for_each(judge_origin);
    judge_lists(&output, "pods.");
    // The lists mean something: without the filter the secrets are there.
    let survives = |secret: &Listed| expected.records.iter().any(|record| says(&record.json, &secret.text));
    let planted = listed("planted.jsonl", "secret", "rule");
    let pods = planted.iter().filter(|secret| secret.tag.starts_with("pods."));
    assert!(pods.filter(|secret| survives(secret)).count() > 150);
}

/// Runs without and with the filter, side by side.
fn both(run: impl Fn(&[&str]) -> Output + Sync) -> (Output, Output) {
    thread::scope(|scope| {
        let expected = scope.spawn(|| run(&[]));
        let output = run(&["pipeline"]);
        (expected.join().expect("the run without a filter"), output)
    })
}

#[test]
fn recorded_pods_with_the_cri_parser() {
    let Some(fluent_bit) = FluentBit::get() else { return };
    let (expected, output) = both(|filters| {
        let folder = Folder::new();
        let pods = copy_pods(&folder);
        let mut sections = vec![tail(pods.join("*/*/*.log"), "kube.*", &format!("parser cri\n  {EOF}"))];
        sections.extend(filters.iter().map(|function| wasm(function)));
        folder.start(fluent_bit, PARSERS, &sections, "").run_out()
    });
    assert!(expected.records.iter().any(|record| json::field(&record.json, "message").is_some()));
    assert_eq!(by_tag(&output), by_tag(&expected));
    output.records.iter().for_each(judge_origin);
    // Not joined, a long line has secrets that no part shows as such (a name in one, its value in the next), so the
    // lists hold for the files whose lines are whole.
    let whole = |tag: &str| !["log-edge", "api", "worker"].iter().any(|name| tag.contains(name));
    let mut left = Vec::new();
    for secret in listed("planted.jsonl", "secret", "rule").into_iter().filter(|secret| whole(&secret.tag)) {
        let mut records = output.records.iter().filter(|record| record.tag.ends_with(&secret.tag));
        if records.any(|record| says(&record.json, &secret.text)) {
            left.push(secret.text);
        }
    }
    assert!(left.is_empty(), "{left:?} survive");
}

#[test]
fn recorded_docker_logs() {
    let Some(fluent_bit) = FluentBit::get() else { return };
    for parser in ["multiline.parser docker", CRI, "parser docker"] {
        let (expected, output) = both(|filters| {
            let folder = Folder::new();
            copy(&recordings().join("docker"), &folder.path("docker"));
            if parser != "parser docker" {
                close_lines(&folder.path("docker"));
            }
            let mut sections = vec![tail(folder.path("docker/*/*.log"), "kube.*", &format!("{parser}\n  {EOF}"))];
            sections.extend(filters.iter().map(|function| wasm(function)));
            folder.start(fluent_bit, PARSERS, &sections, "").run_out()
        });
        assert!(expected.records.len() >= 24, "{parser}: {} records", expected.records.len());
        assert_eq!(output.records.len(), expected.records.len(), "{parser}");
        judge_lists(&output, "docker.");
    }
}

#[test]
fn records_of_1_mib() {
    const SECRETS: [&str; 3] = ["ada.first@example.com", "4111 1111 1111 1111", "hunter2-at-the-end"];
    let Some(fluent_bit) = FluentBit::get() else { return };
    let filler = |unit: &str| unit.repeat((1 << 19) / unit.len());
    let body = |unit: &str| {
        let filler = filler(unit);
        format!("begin {} {filler} card {} {filler} password={} end-of-body", SECRETS[0], SECRETS[1], SECRETS[2])
    };
    let units = ["plain words ", "\u{30c1}\u{30b1}\u{30c3}\u{30c8} ", "\"quoted\\\\ ", "1234567 ", "a@b "];
    let mut records = String::new();
    let mut cri = String::new();
    for (n, unit) in units.iter().enumerate() {
        let body = body(unit);
        let nested = serde_json::json!({ "n": n, "message": body, "again": { "list": [1, "two", null] } }).to_string();
        for log in [&body, &nested] {
            let _ = writeln!(records, "{}", serde_json::json!({ "log": log }));
            let _ = writeln!(records, "{}", serde_json::json!({ "log": format!("after it {n}") }));
        }
        // As the runtime writes it: parts of 16 KiB.
        let mut rest = nested.as_str();
        while !rest.is_empty() {
            let end =
                (0..=rest.len().min(16 << 10)).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
            let (part, left) = rest.split_at(end);
            let _ = writeln!(cri, "2026-01-02T03:04:05.6Z stdout {} {part}", if left.is_empty() { 'F' } else { 'P' });
            rest = left;
        }
        let _ = writeln!(cri, "2026-01-02T03:04:05.7Z stdout F after it {n}");
    }
    let judge = |output: &Output, count: usize| {
        assert_eq!(output.records.len(), count);
        let long: Vec<_> = output.records.iter().filter(|record| record.json.len() > 1 << 20).collect();
        assert_eq!(long.len(), count / 2);
        for record in &long {
            assert!(says(&record.json, "begin [REDACTED:email]") && says(&record.json, "end-of-body"));
            for secret in SECRETS {
                assert!(!says(&record.json, secret), "{secret} survives");
            }
        }
        let after = output.records.iter().filter(|record| says(&record.json, "after it"));
        assert_eq!(after.count(), count / 2);
    };
    let folder = Folder::new();
    let path = folder.write("records.log", records);
    let sections = [tail(path, "app", &format!("parser json\n  {EOF}")), wasm("pipeline")];
    folder.write("parsers.conf", JSON_PARSER);
    judge(&folder.start(fluent_bit, "parsers_file parsers.conf", &sections, "").run_out(), units.len() * 4);
    let folder = Folder::new();
    let path = folder.write("cri.log", cri);
    let sections = [tail(path, "app", &format!("{CRI}\n  {EOF}")), wasm("pipeline")];
    judge(&folder.start(fluent_bit, "", &sections, "").run_out(), units.len() * 2);
}

/// The deepest record that Fluent Bit 5.1.1 itself can handle. One of 64 levels it writes and cannot read again, so that
/// the rest of the chunk is lost with it; deeper ones its parser leaves as text, and it crashes on some thousand levels.
const DEEPEST: usize = 63;

fn depth_of(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for token in Tokens::of(json) {
        match token {
            Token::Mark(b'{' | b'[') => depth += 1,
            Token::Mark(b'}' | b']') => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

const JSON_PARSER: &str = "[PARSER]\n  name json\n  format json\n";

#[test]
fn filters_in_a_row() {
    let Some(fluent_bit) = FluentBit::get() else { return };
    thread::scope(|scope| {
        let twice = scope.spawn(|| pods_through(fluent_bit, "", &["pipeline", "pipeline"]));
        let steps = scope.spawn(|| pods_through(fluent_bit, "", &["parse", "enrich", "redact", "route"]));
        let once = through_pipeline(fluent_bit);
        assert_same(&twice.join().expect("the run with two filters"), once);
        assert_same(&steps.join().expect("the run with four filters"), once);
    });
}

#[test]
fn each_function() {
    let Some(fluent_bit) = FluentBit::get() else { return };
    let expected = without_filter(fluent_bit);
    thread::scope(|scope| {
        let runs = FUNCTIONS.map(|function| (function, scope.spawn(move || pods_through(fluent_bit, "", &[function]))));
        for (function, run) in runs {
            let output = run.join().expect("the run");
            assert_eq!(by_tag(&output), by_tag(expected), "{function}");
            match function {
                "pipeline" => judge_lists(&output, "pods."),
                // Without `parse` the escapes of the body stay in its text.
                "redact" => judge_lists(&output, "nowhere."),
                "enrich" => output.records.iter().for_each(judge_origin),
                "route" | "parse" => {}
                function => unreachable!("{function}"),
            }
            // Native says the same of every record, as Fluent Bit hands it over.
            let mut native = Native::new();
            for (given, found) in sorted(expected).into_iter().zip(sorted(&output)) {
                let Outcome::Record(expected) = native.run(function, found.tag.as_bytes(), &given.json) else {
                    panic!("native loses {}", shown(&given.json));
                };
                assert!(same(expected, &found.json), "{function}\n{}\n{}", shown(expected), shown(&found.json));
            }
        }
    });
}

/// A module of a policy does in Fluent Bit what the policy does natively.
#[test]
fn a_baked_policy() {
    const POLICY: &str = concat!(
        "detectors: {email: {redact: '<{rule}>'}, card: {mask: {first: 4, last: 4}}, ipv4: on, ssn: keep}\n",
        "rules: [{name: ticket, regex: 'TKT-([0-9]{6})', keywords: [tkt]}]\n",
        "keys: [{path: '**.line', action: remove}, {name: tenant_id}]\n",
        "enrich: {fields: {cluster: eu-1}, lookups: [{field: team, from: kubernetes.container_name, values: {api: web}, default: none}]}\n",
        "route: [{when: {redacted: [ticket]}, tag: 'archive.tickets.{service}'}]\n",
        "audit: {write: always, policy: on}\n",
    );
    let Some(fluent_bit) = FluentBit::get() else { return };
    let expected = without_filter(fluent_bit);
    let folder = Folder::new();
    let module = folder.write("acme.wasm", bake::bake(POLICY, &[]).unwrap_or_else(|error| panic!("{error}")));
    let pods = copy_pods(&folder);
    close_lines(&pods);
    let sections = [tail(pods.join("*/*/*.log"), "kube.*", &format!("{CRI}\n  {EOF}")), wasm_at(&module, "pipeline")];
    let output = folder.start(fluent_bit, "", &sections, "").run_out();
    let file = policy::read(POLICY).unwrap_or_else(|wrong| panic!("{}", bake::told(&wrong)));
    let compiled = policy::compiled(&file, &[]).unwrap_or_else(|wrong| panic!("{}", bake::told(&wrong)));
    let mut native = Engine::new(compiled);
    assert_eq!(by_tag(&output), by_tag(expected));
    let mut counted = 0;
    for (given, found) in sorted(expected).into_iter().zip(sorted(&output)) {
        let expected = native.run(Function::Pipeline, found.tag.as_bytes(), &given.json);
        assert!(same(expected, &found.json), "{}\n{}", shown(expected), shown(&found.json));
        counted += usize::from(memchr::memmem::find(&found.json, b"\"ticket\":").is_some());
    }
    assert!(counted > 0, "the policy finds something in the recordings");
}

/// Each case of policies, all in one Fluent Bit: a file and a module for each, three times the same record, as the third
/// one has a layout by then.
#[test]
fn policy_cases() {
    const TIMES: usize = 3;
    let Some(fluent_bit) = FluentBit::get() else { return };
    let folder = Folder::new();
    folder.write("parsers.conf", JSON_PARSER);
    let files = folder.path("*/var/log/pods/*/*/*.log");
    let mut sections = vec![tail(files, "kube.*", &format!("parser json\n  {EOF}"))];
    let filters: Vec<String> = thread::scope(|scope| {
        let baked = |n: usize| {
            let case = &CASES[n];
            let wasm = bake::bake(case.policy, &policy_cases::keys());
            let wasm = wasm.unwrap_or_else(|error| panic!("{}: {error}", case.what));
            let module = folder.write(&format!("{n}.wasm"), wasm);
            wasm_at(&module, case.function.name()).replace("match *", &format!("match *.case{n}.*"))
        };
        let half = scope.spawn(move || (0..CASES.len() / 2).map(baked).collect::<Vec<_>>());
        let other: Vec<_> = (CASES.len() / 2..CASES.len()).map(baked).collect();
        half.join().expect("the modules are baked").into_iter().chain(other).collect()
    });
    sections.extend(filters);
    for (n, case) in CASES.iter().enumerate() {
        let file = format!("case{n}/var/log/pods/shop_web-7d9f6c5b8d-x2x4q_1f2e/app/0.log");
        folder.write(&file, format!("{}\n", case.record()).repeat(TIMES));
    }
    let output = folder.start(fluent_bit, "parsers_file parsers.conf", &sections, "").run_out();
    assert_eq!(output.records.len(), CASES.len() * TIMES);
    // A line that is no JSON comes as one field of text.
    let travels = |case: &&policy_cases::Case| json::judge(case.record().as_bytes()) == Verdict::Object;
    for (n, case) in CASES.iter().enumerate().filter(|(_, case)| travels(case)) {
        let file = policy::read(case.policy).unwrap_or_else(|wrong| panic!("{}", bake::told(&wrong)));
        let expected = case.out(&policy::id(&file));
        let found: Vec<_> = output.records.iter().filter(|record| record.tag.contains(&format!(".case{n}."))).collect();
        assert_eq!(found.len(), TIMES, "{}", case.what);
        for found in found {
            assert!(same(expected.as_bytes(), &found.json), "{}\n{expected}\n{}", case.what, shown(&found.json));
        }
    }
}

#[test]
fn without_escapes() {
    let Some(fluent_bit) = FluentBit::get() else { return };
    let output = pods_through(fluent_bit, "json.escape_unicode off", &["pipeline"]);
    assert!(output.records.iter().any(|record| record.json.windows(3).any(|window| window == "\u{30c1}".as_bytes())));
    judge_lists(&output, "pods.");
    assert_same(&output, through_pipeline(fluent_bit));
}

/// The corpus of cases: what the filter makes of a record is what native makes of it, and what the case expects where
/// Fluent Bit handed over the very record of the case.
#[test]
fn corpus() {
    let Some(fluent_bit) = FluentBit::get() else { return };
    let mut told = Told::default();
    let all = cases::load();
    let (cases, left): (Vec<_>, Vec<_>) = all.iter().partition(|case| {
        let tag =
            !case.tag.is_empty() && case.tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        tag && json::judge(&case.input) == Verdict::Object
            && !case.input.contains(&b'\n')
            && depth_of(&case.input) <= DEEPEST
    });
    told.left = left.len();
    thread::scope(|scope| {
        let runs = FUNCTIONS.map(|function| {
            let cases: Vec<_> = cases.iter().copied().filter(|case| case.function == function).collect();
            let start = |filter: Option<&'static str>| {
                let cases = cases.clone();
                scope.spawn(move || cases_through(fluent_bit, &cases, filter))
            };
            (function, start(None), start(Some(function)), cases)
        });
        let mut native = Native::new();
        for (function, given, found, cases) in runs {
            let given = given.join().expect("the run without a filter");
            let found = found.join().expect("the run with the filter");
            for case in cases {
                told.of_case(case, given.get(case.name.as_str()), found.get(case.name.as_str()), &mut native, function);
            }
        }
    });
    let Told { left, changed, not_read, judged, wrong } = told;
    let _ = writeln!(
        std::io::stderr(),
        "corpus: {judged} as expected by the case and by native, {} by native only because Fluent Bit changes the \
         record ({}), {} that it cannot read, {left} that no line of a log file can be",
        changed.len(),
        changed.join("; "),
        not_read.len(),
    );
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    assert!(judged > 100, "{judged} cases were judged");
}

#[derive(Default)]
struct Told {
    left: usize,
    changed: Vec<String>,
    not_read: Vec<String>,
    judged: usize,
    wrong: Vec<String>,
}

impl Told {
    fn of_case(
        &mut self,
        case: &Case,
        given: Option<&Vec<u8>>,
        found: Option<&Vec<u8>>,
        native: &mut Native,
        function: &str,
    ) {
        let Some(given) = given else {
            self.not_read.push(case.name.clone());
            return;
        };
        let Some(found) = found else {
            self.wrong.push(format!("{}: lost", case.name));
            return;
        };
        // Fluent Bit rounds the numbers of the filter's answer; but for that it must be native's, which the case judges.
        let expected = match native.run(function, case.tag.as_bytes(), given) {
            Outcome::Record(expected) if same(expected, found) => expected,
            Outcome::Record(expected) => {
                self.wrong.push(format!("{}\n  native {}\n   found {}", case.name, shown(expected), shown(found)));
                return;
            }
            Outcome::Lost(reason) => {
                self.wrong.push(format!("{}: native loses {}: {reason}", case.name, shown(given)));
                return;
            }
        };
        if Json::of(given) != Json::of(&case.input) || !case.travels() {
            self.changed.push(case.name.clone());
        } else if let Err(wrong) = case.judge_meaning(expected) {
            self.wrong.push(format!("{}\n  {wrong}", case.name));
        } else {
            self.judged += 1;
        }
    }
}

/// What becomes of these cases, by name. A record with the case's number follows each, so that a lost one is known.
fn cases_through(fluent_bit: &FluentBit, cases: &[&Case], filter: Option<&str>) -> BTreeMap<String, Vec<u8>> {
    const NUMBER: &str = "podsieve_case";
    let folder = Folder::new();
    folder.write("parsers.conf", JSON_PARSER);
    let mut files: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for (n, case) in cases.iter().enumerate() {
        let file = files.entry(&case.tag).or_default();
        file.extend_from_slice(&case.input);
        let _ = write!(file, "\n{{\"{NUMBER}\":\"{n}\"}}\n");
    }
    let mut sections: Vec<String> = Vec::new();
    for (n, (tag, file)) in files.iter().enumerate() {
        sections.push(tail(folder.write(&format!("{n}.log"), file), tag, "parser json"));
    }
    sections.extend(filter.map(wasm));
    let number = format!("\"{NUMBER}\":\"");
    let output = folder
        .start(fluent_bit, "parsers_file parsers.conf", &sections, "")
        .until(|out| memchr::memmem::find_iter(out, &number).count() >= cases.len());
    let mut found = BTreeMap::new();
    let mut last: BTreeMap<&str, &[u8]> = BTreeMap::new();
    for record in &output.records {
        let number = json::field(&record.json, NUMBER).and_then(|value| std::str::from_utf8(value).ok());
        let Some(number) = number.and_then(|value| value.trim_matches('"').parse::<usize>().ok()) else {
            let before = last.insert(&record.tag, &record.json);
            assert!(before.is_none(), "two records of one: {}", shown(&record.json));
            continue;
        };
        if let Some(before) = last.remove(record.tag.as_str()) {
            found.insert(cases[number].name.clone(), before.to_vec());
        }
    }
    found
}

/// The configurations of `examples/fluent-bit` are accepted, and do what they say.
#[test]
fn examples() {
    let Some(fluent_bit) = FluentBit::get() else { return };
    let expected = without_filter(fluent_bit).records.len();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fluent-bit");
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/podsieve.wasm");
    let run = |name: &str| {
        let folder = Folder::new();
        let pods = copy_pods(&folder);
        let (state, out) = (folder.path("state"), folder.path("out"));
        fs::create_dir(&state).expect("a folder is made");
        fs::create_dir(&out).expect("a folder is made");
        let variables: [(&str, &Path); 4] = [("PODS", &pods), ("STATE", &state), ("OUT", &out), ("PODSIEVE", &module)];
        let (accepted, said) = fluent_bit.dry_run(&examples.join(name), &variables);
        assert!(accepted && said.contains("configuration test is successful"), "{name}: {said}");
        let mut process = folder.start_file(fluent_bit, &examples.join(name), &variables);
        process.wait(&out.join("hot.jsonl"), |text| lines(text) >= expected);
        let log = process.stop().log;
        let read = |name: &str| {
            let text = fs::read(out.join(name)).expect("an output is there");
            text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect::<Vec<_>>()
        };
        (Output { records: untagged(&read("hot.jsonl")), log }, read("archive.jsonl"))
    };
    let mut outputs = thread::scope(|scope| {
        let runs = ["fluent-bit.conf", "fluent-bit.yaml"].map(|name| scope.spawn(move || run(name)));
        runs.map(|run| run.join().expect("the run of an example"))
    });
    for (hot, archive) in &mut outputs {
        assert_eq!(hot.records.len(), expected);
        judge_lists(hot, "nowhere.");
        let tagged = hot.records.iter().filter(|record| json::field(&record.json, "archive_tag").is_some());
        let mut tagged: Vec<_> = tagged.map(|record| record.json.clone()).collect();
        assert!(tagged.len() > 50 && tagged.len() < expected, "{} records are archived", tagged.len());
        tagged.sort();
        archive.sort();
        assert!(tagged == *archive, "{} records have a tag, {} are in the archive", tagged.len(), archive.len());
        hot.records.sort();
    }
    let [(a, _), (b, _)] = outputs;
    assert!(a.records == b.records, "both forms of the configuration do the same");
}

fn untagged(lines: &[Vec<u8>]) -> Vec<Record> {
    lines.iter().map(|json| Record { tag: String::new(), json: json.clone() }).collect()
}

/// The default heap and stack, 8 KiB each, hold JSON of any depth.
#[test]
fn deep_json() {
    const SECRET: &str = "hunter2-deep-down";
    let Some(fluent_bit) = FluentBit::get() else { return };
    let nested = |depth: usize, open: &str, close: &str| {
        format!("{}{{\"password\":\"{SECRET}\"}}{}", open.repeat(depth), close.repeat(depth))
    };
    let mut records = Vec::new();
    for (open, close) in [("{\"a\":", "}"), ("[", "]"), ("[{\"a\":", "}]")] {
        for depth in [1, 8, 15, 20, 23, 24, 30, 31, 32, 60, 61, 200, 1000, 20_000] {
            let inner = nested(depth, open, close);
            // In the body, lifted or not, and in JSON inside a string inside it.
            let body = format!("{{\"level\":\"info\",\"deep\":{inner}}}");
            records.push(serde_json::json!({ "log": body }).to_string());
            records.push(serde_json::json!({ "log": inner }).to_string());
            let twice = serde_json::json!({ "payload": body }).to_string();
            records.push(serde_json::json!({ "log": twice }).to_string());
            let record = format!("{{\"deep\":{inner}}}");
            if depth_of(record.as_bytes()) <= DEEPEST {
                records.push(record);
            }
        }
    }
    let text: String = records.iter().enumerate().fold(String::new(), |mut text, (n, record)| {
        let _ = writeln!(text, "{record}\n{{\"log\":\"after {n}\"}}");
        text
    });
    let runs = thread::scope(|scope| {
        let text = &text;
        let runs = [None, Some("pipeline")].map(|filter| {
            scope.spawn(move || {
                let folder = Folder::new();
                folder.write("parsers.conf", JSON_PARSER);
                let input = tail(folder.write("deep.log", text), "app", &format!("parser json\n  {EOF}"));
                let sections: Vec<_> = [input].into_iter().chain(filter.map(wasm)).collect();
                folder.start(fluent_bit, "parsers_file parsers.conf", &sections, "").run_out()
            })
        });
        runs.map(|run| run.join().expect("the run"))
    });
    let [expected, output] = &runs;
    assert_eq!(expected.records.len(), records.len() * 2, "the run without a filter");
    assert_eq!(output.records.len(), records.len() * 2);
    for (n, pair) in output.records.chunks(2).enumerate() {
        let (deep, after) = (&pair[0].json, &pair[1].json);
        assert_eq!(json::judge(deep), Verdict::Object, "{}", shown(deep));
        assert!(
            memchr::memmem::find(deep, SECRET.as_bytes()).is_none(),
            "{}\n{}",
            shown(records[n].as_bytes()),
            shown(deep)
        );
        assert_eq!(json::field(after, "log"), Some(format!("\"after {n}\"").as_bytes()));
    }
}

/// Memory is where it was after twice as many records.
#[test]
fn memory() {
    const HALF: usize = 100_000;
    let Some(fluent_bit) = FluentBit::get() else { return };
    let folder = Folder::new();
    folder.write("parsers.conf", JSON_PARSER);
    let long = "x".repeat(1 << 20);
    let half = |from: usize| {
        let mut text = String::new();
        for n in from..from + HALF {
            let filler = if n % HALF == 1000 { &long } else { "user=ada@example.com took 0.25 s" };
            let _ = writeln!(
                text,
                r#"{{"stream":"stdout","log":"{{\"n\":{n},\"level\":\"info\",\"message\":\"{filler}\",\"api_key\":\"k-{n}\"}}"}}"#
            );
        }
        text
    };
    let path = folder.write("many.log", half(0));
    let sections = [
        tail(&path, "kube.var.log.pods.shop_web-0_1f2e.app.0.log", "parser json\n  mem_buf_limit 16M"),
        wasm("pipeline"),
    ];
    // One number a line: the output is small, and a lost record leaves a gap.
    let mut process =
        folder.start(fluent_bit, "parsers_file parsers.conf", &sections, "format template\n  template {n}");
    let out = folder.path("out");
    assert!(process.wait(&out, |text| lines(text) >= HALF), "half of the records did not come out");
    let middle = process.memory();
    let mut file = OpenOptions::new().append(true).open(&path).expect("a file can be written");
    file.write_all(half(HALF).as_bytes()).expect("a file is written");
    assert!(process.wait(&out, |text| lines(text) >= 2 * HALF), "the other half did not come out");
    let end = process.memory();
    process.stop();
    let numbers = fs::read_to_string(&out).expect("the output can be read");
    assert!(numbers.lines().map(str::parse).eq((0..2 * HALF).map(Ok)), "records are lost or out of order");
    let (Some(middle), Some(end)) = (middle, end) else {
        let _ = writeln!(std::io::stderr(), "memory: this system does not tell it");
        return;
    };
    let _ = writeln!(std::io::stderr(), "memory: {} KiB in the middle, {} KiB at the end", middle >> 10, end >> 10);
    assert!(end < middle + (24 << 20), "{middle} bytes in the middle, {end} at the end");
}
