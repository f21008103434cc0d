//! What a policy does with a record and why: each kind of finding, each way in which something stays, and routes; and
//! that to ask changes nothing.

mod common;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use common::cases::load;
use common::records::records;
use common::text::shown;
use podsieve_core::trace::Trace;
use podsieve_core::{Engine, Function, Policy};
use podsieve_host::bake::told;
use podsieve_host::explain::{Explained, Explainer, Finding, Stay};
use podsieve_host::input::{Options, Source, expand};
use podsieve_host::policy::Key;
use podsieve_host::{json, policy};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use tempfile::TempDir;

const TAG: &[u8] = b"kube.var.log.pods.shop_web-7d9f6c5b8d-x2x4q_1f2e.app.0.log";
static DEFAULT: Policy = Policy::DEFAULT;

fn explainer(text: &str) -> Explainer {
    let file = policy::read(text).unwrap_or_else(|wrong| panic!("{text}: {}", told(&wrong)));
    let keys: Vec<Key> = file.hash.keys.iter().map(|key| (key.id.clone(), b"made up".to_vec())).collect();
    Explainer::new(file, &keys).unwrap_or_else(|wrong| panic!("{text}: {}", told(&wrong)))
}

fn explain(policy: &str, record: &str) -> Explained {
    explainer(policy).explain("pipeline", TAG, record.as_bytes())
}

/// `rule path text: why; what became of it`
fn line(finding: &Finding, explainer: &Explainer) -> String {
    let became = match &finding.kept {
        None => finding.action.to_owned(),
        Some(Stay::Allowed(entry)) => format!("kept by {}", entry.shown(explainer.file())),
        Some(stay) => format!("kept by {stay:?}"),
    };
    let key = if finding.in_key { " (key)" } else { "" };
    let text = String::from_utf8_lossy(finding.text());
    format!("{} {}{key} {text}: {}; {became}", finding.rule, finding.path, finding.why)
}

fn lines(policy: &str, record: &str) -> Vec<String> {
    let mut explainer = explainer(policy);
    let explained = explainer.explain("pipeline", TAG, record.as_bytes());
    explained.found.iter().map(|finding| line(finding, &explainer)).collect()
}

#[test]
fn each_kind_of_finding() {
    let cases: &[(&str, &[&str])] = &[
        (r#"{"log":"mail ada@example.com"}"#, &["email log ada@example.com: mailboxes as they are used; redact"]),
        (
            r#"{"a":{"b":[1,{"c":"x 4111 1111 1111 1111"}]},"n":4111111111111111}"#,
            &[
                "card a.b[1].c 4111 1111 1111 1111: payment card numbers, checksum luhn; redact",
                "card n 4111111111111111: payment card numbers, checksum luhn; redact",
            ],
        ),
        (
            r#"{"password":"hunter2x9","db":{"api_key":["a1b2c3d4e5f6"],"password":{"a":["x"]}},"headers":{"Authorization":"Bearer s3cr3t0k3n"}}"#,
            &[
                "password password hunter2x9: name of its key, `password`; redact",
                "api_key db.api_key[0] a1b2c3d4e5f6: name of its key, `api_key`; redact",
                "password db.password {\"a\":[\"x\"]}: name of its key, `password`; redact",
                "bearer headers.Authorization s3cr3t0k3n: name of its key, `Authorization`; redact",
            ],
        ),
        (
            r#"{"log":"x password=hunter2x9 sent Bearer 8BtIzdc2G7Iekc7uBzdEv82u"}"#,
            &[
                "password log hunter2x9: name `password` in front of it; redact",
                "bearer log 8BtIzdc2G7Iekc7uBzdEv82u: behind `Bearer`; redact",
            ],
        ),
        (r#"{"log":"the password is x1y2z3w4"}"#, &["password log x1y2z3w4: behind `password`; redact"]),
        (
            r#"{"log":"use ghp_0123456789abcdefghijABCDEFGHIJ012345 now"}"#,
            &["github_token log ghp_0123456789abcdefghijABCDEFGHIJ012345: vendor's token, begins with `ghp_`; redact"],
        ),
        // JSON in a string that is not the body.
        (
            r#"{"inner":"{\"password\":\"hunter2x9\"}"}"#,
            &["password inner hunter2x9: name `password` in front of it; redact"],
        ),
        // Of a body the fields are lifted.
        (
            r#"{"stream":"x","log":"{\"stream\":\"ada@example.com\",\"a\":{\"b\":\"q \\u0061da@example.com\"}}\n"}"#,
            &[
                "email log.stream ada@example.com: mailboxes as they are used; redact",
                "email a.b ada@example.com: mailboxes as they are used; redact",
            ],
        ),
        (
            r#"{"ada@example.com":1}"#,
            &["email ada@example.com (key) ada@example.com: mailboxes as they are used; redact"],
        ),
        (
            r#"{"log":"\u00e9\u4e2d \"mail\": ada@example.com, ü b@example.com"}"#,
            &[
                "email log ada@example.com: mailboxes as they are used; redact",
                "email log b@example.com: mailboxes as they are used; redact",
            ],
        ),
        (
            r#"{"log":"GET /u?mail=ada%40example.com&x=b@example.com"}"#,
            &[
                "email log ada%40example.com: mailboxes as they are used; seen when decoded once more; redact",
                "email log b@example.com: mailboxes as they are used; redact",
            ],
        ),
        (
            r#"{"env":[{"name":"password","value":"xyz12345"}],"args":["--password","q9w8e7r6"]}"#,
            &[
                "password env[0].value xyz12345: name beside it; redact",
                "password args[1] q9w8e7r6: name beside it; redact",
            ],
        ),
        ("no JSON, ada@example.com", &["email log ada@example.com: mailboxes as they are used; redact"]),
        (
            r#"{"log":"x eyJ1c2VyIjoiYWRhQGV4YW1wbGUuY29tIn0= y"}"#,
            &["email log eyJ1c2VyIjoiYWRhQGV4YW1wbGUuY29tIn0=: base64 of a text that has it; redact"],
        ),
        (
            r#"{"log":"curl -u bob:s3cr3tpw https://u:pw12345@h/ <password>abc12345</password>"}"#,
            &[
                "password log s3cr3tpw: behind `curl`; redact",
                "url_password log pw12345: the password in `scheme://user:password@host`; redact",
                "password log abc12345: name `password` in front of it; redact",
            ],
        ),
        (r#"{"log":"nothing","n":12,"total_tokens":512}"#, &[]),
    ];
    for (record, expected) in cases {
        assert_eq!(lines("", record), *expected, "{record}");
    }
}

#[test]
fn spans_are_places_in_what_the_value_means() {
    for (record, start, end) in [
        (r#"{"log":"mail ada@example.com"}"#, 5, 20),
        (r#"{"log":"\u00e9 ada@example.com"}"#, 3, 18),
        (r#"{"log":"\t\"\" ada@example.com"}"#, 4, 19),
        (r#"{"log":"é b@example.com u=a%40example.com ada%40example.com"}"#, 35, 52),
    ] {
        let explained = explain("", record);
        let last = explained.found.last().expect("something is found");
        assert_eq!((last.start, last.end), (start, end), "{record}");
    }
}

const POLICY: &str = r#"
detectors:
  email: {action: hash, allow: {values: [root@example.com]}}
  card: {mask: {first: 4, last: 4}}
  ssn: keep
  ipv4: on
  jwt: {action: redact, allow: {words: [dummy]}}
rules:
  - {name: badge, regex: 'B-([0-9]{8})', keywords: [badge], checksum: luhn, allow: {values: ["00000000"]}}
keys:
  - {name: x-internal-auth}
  - {path: "users[*].name", action: remove}
  - {path: "a.b", rule: ab}
allow:
  - {rule: email, values: [noreply@example.com]}
  - {patterns: ['test_.*@example\.com']}
  - {path: test.fixtures}
  - {rule: card, path: "**.id"}
hash: {keys: [{id: k1, from: "env:PODSIEVE_HASH_KEY"}]}
route:
  - {when: {redacted: [card]}, tag: "archive.pci.{service}"}
  - {when: {severity: error}, tag: "archive.error.{service}"}
"#;

#[test]
fn each_part_of_a_policy() {
    let cases: &[(&str, &[&str])] = &[
        (
            r#"{"log":"badge B-18181818 and B-00000000"}"#,
            &[
                "badge log 18181818: regex `B-([0-9]{8})` near `badge`, checksum luhn; redact",
                "badge log 00000000: regex `B-([0-9]{8})` near `badge`, checksum luhn; kept by allow of rule `badge`",
            ],
        ),
        (
            r#"{"log":"noreply@example.com test_a@example.com root@example.com ada@example.com"}"#,
            &[
                "email log noreply@example.com: mailboxes as they are used; kept by allow entry 1",
                "email log test_a@example.com: mailboxes as they are used; kept by allow entry 2",
                "email log root@example.com: mailboxes as they are used; kept by allow of detector `email`",
                "email log ada@example.com: mailboxes as they are used; hash",
            ],
        ),
        (
            r#"{"test":{"fixtures":["c@example.com"]},"x":[{"id":4111111111111111}],"log":"4111111111111111"}"#,
            &[
                "email test.fixtures[0] c@example.com: mailboxes as they are used; kept by allow entry 3, path `test.fixtures`",
                "card log 4111111111111111: payment card numbers, checksum luhn; mask",
            ],
        ),
        (
            r#"{"log":"ssn 536-22-1234 from 10.0.0.1"}"#,
            &[
                "ssn log 536-22-1234: US social security numbers and ITINs; kept by DryRun",
                "ipv4 log 10.0.0.1: IPv4 addresses; redact",
            ],
        ),
        (
            r#"{"X_Internal_Auth":"abc","users":[{"name":"Ada"}],"a":{"b":7}}"#,
            &[
                "key X_Internal_Auth abc: name of its key, `X_Internal_Auth`; redact",
                "key users[0].name Ada: path of the policy; remove",
                "ab a.b 7: path of the policy; redact",
            ],
        ),
    ];
    for (record, expected) in cases {
        assert_eq!(lines(POLICY, record), *expected, "{record}");
    }
    assert_eq!(
        lines("detectors: {email: off}", r#"{"log":"ada@example.com"}"#),
        ["email log ada@example.com: mailboxes as they are used; kept by Off"]
    );
}

#[test]
fn the_route_that_applied() {
    let route = |policy: &str, record: &str| {
        let mut explainer = explainer(policy);
        let explained = explainer.explain("pipeline", TAG, record.as_bytes());
        let route = explained.route.as_ref();
        route.map(|route| (route.shown(explainer.file()).to_string(), route.place(explainer.file()).map(|at| at.line)))
    };
    assert_eq!(route(POLICY, r#"{"log":"4111111111111111","level":"error"}"#), Some(("route 1".to_owned(), Some(21))));
    assert_eq!(route(POLICY, r#"{"log":"x","level":"error"}"#), Some(("route 2".to_owned(), Some(22))));
    assert_eq!(route(POLICY, r#"{"log":"x"}"#), None);
    assert_eq!(route("", r#"{"log":"x","level":"error"}"#), Some(("route 2".to_owned(), Some(1))));
    assert_eq!(route("", r#"{"operation":"x"}"#), Some(("route 1".to_owned(), Some(1))));
}

/// An engine that is asked and one that is not, side by side.
struct Pair {
    plain: Engine,
    traced: Engine,
}

impl Pair {
    fn new(policy: &'static Policy) -> Pair {
        let mut traced = Engine::new(policy);
        traced.set_trace(true);
        Pair { plain: Engine::new(policy), traced }
    }

    /// Both say the same, and what was found is what the audit counts.
    fn check(&mut self, function: Function, tag: &[u8], record: &[u8]) -> Result<(), String> {
        let plain = self.plain.run(function, tag, record).to_vec();
        let traced = self.traced.run(function, tag, record).to_vec();
        if plain != traced {
            let (record, plain, traced) = (shown(record), shown(&plain), shown(&traced));
            return Err(format!("{function:?} {record}\n  plain {plain}\n traced {traced}"));
        }
        let trace = self.traced.trace();
        for found in trace.found() {
            let value = trace.values().get(found.value).ok_or("there is no such value")?;
            if found.start >= found.end || found.end > value.text.len() {
                return Err(format!("{}: {found:?} of {}", shown(record), shown(&value.text)));
            }
        }
        let before = record.windows(10).any(|part| part == b"\"podsieve\"" || part == b"podsieve\\\"");
        if before || function == Function::Parse {
            return Ok(());
        }
        let (counted, found) = (counts(&traced), acted(trace));
        if counted != found {
            return Err(format!("{function:?} {}\n  counts {counted:?}\n  found {found:?}", shown(record)));
        }
        Ok(())
    }
}

/// What the audit of a record counts.
fn counts(output: &[u8]) -> BTreeMap<String, usize> {
    let redacted = json::field(output, "podsieve").and_then(|audit| json::field(audit, "redacted"));
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let counts = redacted.into_iter().flat_map(json::fields);
    counts.map(|count| (text(count.key), text(count.value).parse().expect("a number"))).collect()
}

fn acted(trace: &Trace) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for found in trace.found().iter().filter(|found| found.kept.is_none()) {
        *counts.entry(DEFAULT.rules[usize::from(found.rule)].to_owned()).or_insert(0) += 1;
    }
    counts
}

#[test]
fn to_ask_changes_nothing_in_the_corpus() {
    let mut pair = Pair::new(&DEFAULT);
    for case in load() {
        for function in Function::ALL {
            for _ in 0..2 {
                pair.check(function, case.tag.as_bytes(), &case.input)
                    .unwrap_or_else(|wrong| panic!("{}: {wrong}", case.name));
            }
        }
    }
}

#[test]
fn to_ask_changes_nothing_in_the_recordings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings");
    let mut pair = Pair::new(&DEFAULT);
    let mut records = 0;
    for tree in ["pods", "docker"] {
        for path in expand(&folder.join(tree)).expect("the recordings can be listed") {
            let mut source = Source::open(&path, &Options::default()).expect("a recording can be opened");
            while let Some(item) = source.next_record().expect("a recording can be read") {
                pair.check(Function::Pipeline, item.tag, item.record)
                    .unwrap_or_else(|wrong| panic!("{}:{}: {wrong}", path.display(), item.line));
                records += 1;
            }
        }
    }
    assert!(records > 100, "{records}");
}

#[test]
fn to_ask_changes_nothing_in_any_record() {
    let config = ProptestConfig { failure_persistence: None, cases: 1500, ..ProptestConfig::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let pair = std::cell::RefCell::new(Pair::new(&DEFAULT));
    TestRunner::new_with_rng(config, rng)
        .run(&records(true), |sample| {
            let mut pair = pair.borrow_mut();
            pair.check(Function::Pipeline, TAG, &sample.record).map_err(TestCaseError::fail)
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_policy_of_ones_own_does_the_same_when_it_is_asked() {
    let file = policy::read(POLICY).expect("it is a policy");
    let keys = [("k1".to_owned(), b"made up".to_vec())];
    let compiled = policy::compiled(&file, &keys).expect("it compiles");
    let (mut plain, mut explainer) = (Engine::new(compiled), explainer(POLICY));
    for case in load() {
        let function = Function::from_name(&case.function).expect("a function");
        let plain = plain.run(function, case.tag.as_bytes(), &case.input).to_vec();
        let explained = explainer.explain(&case.function, case.tag.as_bytes(), &case.input);
        assert_eq!(explained.output.as_deref().map(shown), Some(shown(&plain)), "{}", case.name);
    }
}

// The command.

fn podsieve(arguments: &[&str], input: &str, colours: bool) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podsieve"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    if colours {
        command.env("CLICOLOR_FORCE", "1");
    }
    command.arg("explain").args(arguments);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("the command ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it is UTF-8")
}

#[test]
fn a_line_with_marks_under_what_was_found() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("policy.yaml");
    std::fs::write(&path, POLICY).expect("it is written");
    let path = path.to_str().expect("UTF-8");
    let arguments = ["--policy", path, "--tag", "kube.x"];
    let input = "badge B-18181818 中 noreply@example.com\nnothing\n";
    let out = podsieve(&arguments, input, false);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let expected = format!(
        "\
standard input:1: record 1, tag kube.x
  log  badge B-18181818 中 noreply@example.com
               ^^^^^^^^ badge: regex `B-([0-9]{{8}})` near `badge`, checksum luhn; redact
       badge B-18181818 中 noreply@example.com
                           ^^^^^^^^^^^^^^^^^^^ email: mailboxes as they are used; kept by allow entry 1 ({path}:15:5)
  no route
  {{\"log\":\"badge B-[REDACTED:badge] 中 noreply@example.com\",\"podsieve\":{{\"redacted\":{{\"badge\":1}}}}}}

standard input:2: record 2, tag kube.x
  nothing was found
  no route
  {{\"log\":\"nothing\"}}

"
    );
    assert_eq!(text(&out.stdout), expected);
    let coloured = text(&podsieve(&arguments, input, true).stdout);
    assert!(coloured.contains("\u{1b}[31m\u{1b}[1m18181818\u{1b}[0m"), "{coloured:?}");
    assert_eq!(console::strip_ansi_codes(&coloured), expected);
}

#[test]
fn one_object_a_record_for_machines() {
    let record =
        r#"{"log":"é \"x\" ada@example.com","level":"error","k\u0001":"password=hunter2x9","ada@example.com":1}"#;
    let out = podsieve(&["--json", "--input", "records"], &format!("{record}\nno \"JSON\"\u{1}\n"), false);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let lines: Vec<serde_json::Value> =
        text(&out.stdout).lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    assert_eq!(lines.len(), 2);
    let found = lines[0]["found"].as_array().expect("a list");
    assert_eq!(found.len(), 3, "{}", lines[0]);
    let first = &found[0];
    assert_eq!(
        (&first["rule"], &first["path"], &first["text"]),
        (&"email".into(), &"log".into(), &"ada@example.com".into())
    );
    assert_eq!((&first["start"], &first["end"]), (&7.into(), &22.into()));
    assert_eq!((&first["action"], &first["kept_by"]), (&"redact".into(), &serde_json::Value::Null));
    assert_eq!(found[2]["in_key"], true);
    assert_eq!(lines[0]["record"], 1);
    assert_eq!(lines[0]["route"]["tag"], "archive.error.unknown");
    assert_eq!(lines[0]["route"]["by"], "route 2");
    assert!(lines[0]["output"]["podsieve"]["redacted"]["email"].is_number());
    assert_eq!(lines[1]["output"]["podsieve"]["error"], "not_a_json_object");
    assert_eq!(lines[1]["route"], serde_json::Value::Null);
    assert!(json::judge(text(&out.stdout).lines().next().unwrap_or_default().as_bytes()) == json::Verdict::Object);
}

#[test]
fn what_is_wrong_is_told() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("policy.yaml");
    std::fs::write(&path, "detectors:\n  emial: off\n").expect("it is written");
    let path = path.to_str().expect("UTF-8");
    let out = podsieve(&["--policy", path], "", false);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("policy.yaml:2:3: unknown detector `emial`; did you mean `email`?"));
    assert_eq!(podsieve(&["/no/such/file"], "", false).status.code(), Some(2));
    assert_eq!(podsieve(&["--function", "pipline"], "", false).status.code(), Some(2));
}
