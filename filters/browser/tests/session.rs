//! What a page is told, over the recorded pod logs.

use std::fs;
use std::path::{Path, PathBuf};

use podsieve_browser::{Session, tag_for_path};
use podsieve_trial::input::{Options, Source, expand};
use podsieve_trial::{Native, Runner};
use serde_json::{Value, json};

fn recordings() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../host-test/recordings");
    let mut files = expand(&folder.join("pods")).expect("the recordings are there");
    files.extend(expand(&folder.join("docker")).expect("the recordings are there"));
    assert!(files.len() > 5);
    files
}

fn asked(tag: &str, more: Value) -> String {
    let mut asked = json!({"form": "auto", "tag": tag, "function": "pipeline", "show": 1_000_000});
    asked.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    asked.to_string()
}

/// All that is shown of a text that comes in pieces of so many bytes, and the counts.
fn read(session: &mut Session, asked: &str, text: &[u8], piece: usize) -> (Vec<Value>, Value) {
    session.begin(asked).expect("it is what is asked");
    let mut shown = Vec::new();
    for piece in text.chunks(piece) {
        shown.extend(serde_json::from_str::<Vec<Value>>(&session.push(piece)).expect("a list"));
    }
    let mut ended: Value = serde_json::from_str(&session.end()).expect("an object");
    shown.extend(ended["shown"].as_array_mut().map(std::mem::take).unwrap_or_default());
    (shown, ended["counts"].take())
}

fn joined(pieces: &Value) -> String {
    pieces.as_array().expect("a list").iter().map(|piece| piece["text"].as_str().expect("a text")).collect()
}

/// What is found in the pieces: the place in the list of what was found, and the text.
fn marked(pieces: &Value) -> Vec<(usize, String)> {
    let pieces = pieces.as_array().expect("a list").iter();
    let found = pieces.filter_map(|piece| Some((piece["found"].as_u64()?, piece["text"].as_str()?)));
    found.map(|(n, text)| (n as usize, text.to_owned())).collect()
}

#[test]
fn what_is_shown_is_what_leaves_and_all_that_was_found_is_marked() {
    let mut session = Session::new();
    let (mut found, mut before, mut same, mut after) = (0, 0, 0, 0);
    for path in recordings() {
        let tag = tag_for_path(&path.to_string_lossy());
        let text = fs::read(&path).expect("the recording can be read");
        let (shown, counts) = read(&mut session, &asked(&tag, json!({})), &text, 60_001);
        let mut source = Source::open(&path, &Options::default()).expect("the recording can be read");
        let mut native = Native::new();
        let mut shown = shown.iter();
        while let Some(item) = source.next_record().expect("the recording can be read") {
            let record = shown.next().expect("each record is shown");
            let output = native.run("pipeline", item.tag, item.record).record().expect("no record is lost");
            assert_eq!(record["output"].as_str().map(str::as_bytes), Some(output));
            // The members are those of the output, byte for byte.
            let members = record["fields"].as_array().expect("a list").iter();
            let members: Vec<String> =
                members.map(|field| format!("{}:{}", json!(field["name"]), joined(&field["pieces"]))).collect();
            let again: Value = serde_json::from_str(&format!("{{{}}}", members.join(","))).expect("an object");
            assert_eq!(again, serde_json::from_slice::<Value>(output).expect("an object"));
            let input: Value = serde_json::from_slice(item.record).expect("an object");
            assert_eq!(Some(joined(&record["before"]).as_str()), input["log"].as_str());
            let list = record["found"].as_array().expect("a list");
            let in_before = marked(&record["before"]);
            let in_after: Vec<_> = record["fields"]
                .as_array()
                .expect("a list")
                .iter()
                .flat_map(|field| marked(&field["pieces"]))
                .collect();
            found += list.len();
            before += in_before.len();
            same += in_before.iter().filter(|(n, text)| list[*n]["text"] == json!(text)).count();
            after += in_after.len();
            for (n, text) in in_after {
                let is_mark = text.contains(&format!("[REDACTED:{}]", list[n]["rule"].as_str().unwrap_or_default()));
                assert!(is_mark || !list[n]["kept"].is_null(), "{text} stands for {}", list[n]);
            }
        }
        assert!(shown.next().is_none());
        assert_eq!(counts["lines"], json!(text.split_inclusive(|byte| *byte == b'\n').count()));
        assert_eq!(counts["bytes"], json!(text.len()));
    }
    println!("{found} found, {before} marked before, {same} of them as they were found, {after} marked after");
    assert!(found > 100);
    assert_eq!((before, after), (found, found));
    assert!(same * 100 >= found * 95);
}

#[test]
fn pieces_of_any_length_give_the_same() {
    let path = &recordings()[0];
    let text = fs::read(path).expect("the recording can be read");
    let text = &text[..text.len().min(20_000)];
    let mut session = Session::new();
    let whole = read(&mut session, &asked("app", json!({})), text, text.len());
    for piece in [1, 7, 1000] {
        assert_eq!(read(&mut session, &asked("app", json!({})), text, piece), whole);
    }
}

#[test]
fn a_filter_leaves_the_records_that_the_count_has() {
    let mut session = Session::new();
    for path in recordings() {
        let text = fs::read(&path).expect("the recording can be read");
        let tag = tag_for_path(&path.to_string_lossy());
        let (_, counts) = read(&mut session, &asked(&tag, json!({})), &text, 1 << 20);
        for rule in counts["rules"].as_array().expect("a list") {
            let filter = json!({"filter": {"rule": rule["name"]}});
            let (shown, filtered) = read(&mut session, &asked(&tag, filter), &text, 1 << 20);
            assert_eq!(json!(shown.len()), rule["records"]);
            assert_eq!(filtered["matching"], rule["records"]);
            assert_eq!(filtered["rules"], counts["rules"], "all are counted");
            let first =
                read(&mut session, &asked(&tag, json!({"filter": {"rule": rule["name"]}, "show": 1})), &text, 999);
            let rest = json!({"filter": {"rule": rule["name"]}, "skip": 1});
            let rest = read(&mut session, &asked(&tag, rest), &text, 999);
            assert_eq!([first.0, rest.0].concat(), shown);
        }
        for route in counts["routes"].as_array().expect("a list") {
            let filter = json!({"filter": {"route": route["name"]}});
            let (shown, _) = read(&mut session, &asked(&tag, filter), &text, 1 << 20);
            assert_eq!(json!(shown.len()), route["records"]);
        }
        for field in counts["fields"].as_array().expect("a list") {
            let filter = json!({"filter": {"field": field["name"]}});
            let (shown, _) = read(&mut session, &asked(&tag, filter), &text, 1 << 20);
            assert!(!shown.is_empty() && json!(shown.len()).as_u64() <= field["found"].as_u64());
        }
    }
}

#[test]
fn a_policy_with_mistakes_changes_nothing() {
    let mut session = Session::new();
    let mut verdict = |policy: &str| {
        let told: Value = serde_json::from_str(&session.set_policy(policy)).expect("an object");
        let (shown, _) = read(&mut session, &asked("", json!({})), b"mail to ann@example.org\n", 100);
        (told["wrongs"].clone(), shown[0]["output"].as_str().expect("a text").contains("ann@example.org"))
    };
    assert_eq!(verdict(&podsieve_browser::default_policy()), (json!([]), false));
    assert_eq!(verdict("detectors:\n  email: keep\n"), (json!([]), true));
    let wrong = json!([{"line": 2, "column": 3, "what": "unknown detector `emial`; did you mean `email`?"}]);
    assert_eq!(verdict("detectors:\n  emial: remove\n"), (wrong, true));
}

#[test]
fn what_stays_says_which_entry_keeps_it() {
    let mut session = Session::new();
    let policy = "allow:\n  - {values: [ops@example.org]}\ndetectors:\n  ssn: keep\n";
    session.set_policy(policy);
    let (shown, counts) =
        read(&mut session, &asked("", json!({})), b"ops@example.org and ann@example.org, SSN 078-05-1121\n", 100);
    let found = shown[0]["found"].as_array().expect("a list");
    let kept: Vec<_> = found.iter().map(|found| found["kept"].as_str()).collect();
    assert_eq!(kept, [Some("allow entry 1"), None, Some("dry run")]);
    assert_eq!(found[0]["at"], json!([{"line": 2, "column": 5, "what": "allow entry 1"}]));
    let marks = marked(&shown[0]["before"]);
    let texts: Vec<_> = marks.iter().map(|(n, text)| (*n, text.as_str())).collect();
    assert_eq!(texts, [(0, "ops@example.org"), (1, "ann@example.org"), (2, "078-05-1121")]);
    let rule =
        |name: &str| counts["rules"].as_array().expect("a list").iter().find(|rule| rule["name"] == name).cloned();
    assert_eq!(rule("email"), Some(json!({"name": "email", "found": 1, "kept": 1, "records": 1})));
}

#[test]
fn cases_are_judged_as_the_command_does() {
    let mut session = Session::new();
    let cases = "- name: a\n  line: mail bob@example.com\n  redact: [{text: bob@example.com, rule: email}]\n\
                 - line: mail bob@example.com\n  keep: [bob@example.com]\n";
    let told: Value = serde_json::from_str(&session.cases(cases)).expect("an object");
    assert_eq!(told["cases"][0], json!({"name": "a", "line": 1, "passed": true, "failures": []}));
    assert_eq!(told["cases"][1]["name"], "line 4");
    assert_eq!(told["cases"][1]["failures"][0]["line"], 5);
    let told: Value = serde_json::from_str(&session.cases("- lin: x\n")).expect("an object");
    assert_eq!(told["wrongs"][0]["line"], 1);
}

#[test]
fn what_is_asked_wrongly_is_refused() {
    let mut session = Session::new();
    assert!(session.begin("[]").is_err());
    assert!(session.begin("").is_err());
}
