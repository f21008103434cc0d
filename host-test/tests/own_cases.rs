//! `podsieve test`: cases of one's own for a policy of one's own.

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

const POLICY: &str = r#"detectors:
  email: {hash: {length: 16}}
  card: {mask: {first: 4, last: 4}}
  ssn: keep
rules:
  - {name: badge, regex: 'B-([0-9]{8})', keywords: [badge], checksum: luhn}
  - {name: unused, regex: 'U-[0-9]{8}', keywords: [unused]}
keys:
  - {name: x-internal-auth}
  - {path: a.b}
allow:
  - {rule: email, values: [noreply@example.com]}
  - {words: [never]}
hash: {keys: [{id: k1, from: "env:PODSIEVE_NO_SUCH_KEY"}]}
enrich: {fields: {cluster: eu-1}}
route:
  - {when: {redacted: [card]}, tag: "archive.pci.{service}"}
  - {when: {severity: error}, tag: "archive.error.{service}"}
"#;

const GOOD: &str = r#"# cases
- name: badge numbers go
  line: "employee badge B-18181818 swiped"
  redact: [{text: "18181818", rule: badge}]
  keep: [employee, swiped]
  route: null
- line: "ticket TKT-000123 closed"
  keep: all
- record: {log: 'card 4111111111111111 of ada@example.com', stream: stderr}
  tag: kube.var.log.pods.shop_web-0_1f2e.app.0.log
  redact: ["4111111111111111", {text: ada@example.com, rule: [email, card]}]
  route: archive.pci.web
  fields: {service: web, kubernetes.namespace_name: shop, cluster: eu-1, none: null}
- record: {level: WARNING, a: {b: [1, 2]}, 'X-Internal-Auth': abc}
  function: redact
  redact: abc
  fields: {a.b: "[REDACTED:key]", severity: null}
- record: 'no JSON noreply@example.com'
  keep: noreply@example.com
- {line: '{"password":"hunter2x9","inner":"{\"token\":\"a1b2c3d4e5f6a7b8\"}"}', redact: [hunter2x9, a1b2c3d4e5f6a7b8]}
"#;

struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new(policy: &str, cases: &str) -> Scene {
        let folder = TempDir::new().expect("a folder for temporary files");
        fs::write(folder.path().join("policy.yaml"), policy).expect("a file is written");
        fs::write(folder.path().join("cases.yaml"), cases).expect("a file is written");
        Scene { folder }
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_podsieve"));
        command.env("NO_COLOR", "1").current_dir(self.folder.path());
        let Output { status, stdout, stderr } =
            command.args(["test", "policy.yaml", "cases.yaml"]).args(arguments).output().expect("the command ends");
        let text = |bytes| String::from_utf8(bytes).expect("it is UTF-8");
        (status.code().unwrap_or(-1), text(stdout), text(stderr))
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).expect("a file is read")
    }
}

#[test]
fn all_pass() {
    assert_eq!(Scene::new(POLICY, GOOD).run(&[]), (0, "6 passed, 0 failed\n".to_owned(), String::new()));
}

#[test]
fn a_failure_is_shown_where_it_is() {
    let cases = r#"- name: badge numbers go
  line: "employee badge B-18181819 swiped"
  redact:
    - {text: "18181819", rule: badge}
- line: "é mail ada@example.com"
  keep: [mail, ada@example.com]
- line: "mail noreply@example.com ssn 536-22-1234"
  redact: [noreply@example.com, 536-22-1234, not there]
- line: "badge B-18181818"
  redact: [{text: "18181818", rule: email}]
- {line: "4111111111111111", keep: all, route: archive.x}
- {line: x, fields: {cluster: eu-2}, route: null}
- {line: fine, keep: fine}
"#;
    let (code, out, err) = Scene::new(POLICY, cases).run(&[]);
    let expected = "\
cases.yaml:4: badge numbers go
    employee badge B-18181819 swiped
                     ^^^^^^^^
  expected to be redacted by badge; it stayed: no rule found it
cases.yaml:6: line 5
    é mail ada@example.com
           ^^^^^^^^^^^^^^^
  expected to stay; rule email hashed it (mailboxes as they are used)
cases.yaml:8: line 7
    mail noreply@example.com ssn 536-22-1234
         ^^^^^^^^^^^^^^^^^^^
  expected to be redacted; it stayed: rule email found it, and allow entry 1 at 12:5 of the policy keeps it
cases.yaml:8: line 7
    mail noreply@example.com ssn 536-22-1234
                                 ^^^^^^^^^^^
  expected to be redacted; it stayed: rule ssn found it, and its action is keep, a dry run
cases.yaml:8: line 7
    mail noreply@example.com ssn 536-22-1234
  expected it to be redacted; the record does not have it
cases.yaml:10: line 9
    badge B-18181818
            ^^^^^^^^
  expected to be redacted by email; rule badge redacted it (regex `B-([0-9]{8})` near `badge`, checksum luhn)
cases.yaml:11: line 11
    4111111111111111
    ^^^^^^^^^^^^^^^^
  expected all of it to stay; rule card masked it (payment card numbers, checksum luhn)
cases.yaml:11: line 11
  expected the route to `archive.x`; it took the route to `archive.pci.unknown` by route 1
cases.yaml:12: line 12
  expected `eu-2` in `cluster`; found `eu-1`
1 passed, 6 failed
";
    assert_eq!((code, out.as_str(), err.as_str()), (1, expected, ""));
}

#[test]
fn what_no_case_tries() {
    let scene = Scene::new(POLICY, GOOD);
    let expected = "\
policy.yaml:4:3: no case tries detector `ssn`
policy.yaml:7:5: no case tries rule `unused`
policy.yaml:13:5: no case tries allow entry 2
policy.yaml:18:5: no case tries route 2
6 passed, 0 failed
";
    assert_eq!(scene.run(&["--coverage"]), (0, expected.to_owned(), String::new()));
    assert_eq!(scene.run(&["--require-coverage"]), (1, expected.to_owned(), String::new()));
    let all = "rules: [{name: badge, regex: 'B-([0-9]{8})', keywords: [badge]}]";
    let case = "- {line: badge B-18181818, redact: '18181818'}";
    assert_eq!(Scene::new(all, case).run(&["--require-coverage"]).0, 0);
}

#[test]
fn junit_is_read_by_a_parser() {
    let cases = concat!(
        "- {name: \"<a> & \\\"b\\\" \\x01 \\u2028\", line: \"x\\x02 ada@example.com ]]>\", keep: ada@example.com}\n",
        "- {line: fine, keep: all}\n"
    );
    let scene = Scene::new(POLICY, cases);
    let (code, out, err) = scene.run(&["--junit", "out.xml"]);
    assert_eq!(code, 1, "{out}{err}");
    let xml = scene.read("out.xml");
    let document = roxmltree::Document::parse(&xml).unwrap_or_else(|error| panic!("{error}\n{xml}"));
    let suite = document.root_element().first_element_child().expect("a suite");
    assert_eq!(suite.tag_name().name(), "testsuite");
    let attribute = |name| suite.attribute(name).unwrap_or_default();
    assert_eq!([attribute("name"), attribute("tests"), attribute("failures")], ["cases.yaml", "2", "1"]);
    let tests: Vec<_> = suite.children().filter(roxmltree::Node::is_element).collect();
    assert_eq!(tests.len(), 2);
    assert_eq!(tests[0].attribute("name"), Some("<a> & \"b\" \u{fffd} \u{2028}"));
    assert_eq!(tests[0].attribute("classname"), Some("cases.yaml"));
    assert!(tests[0].attribute("time").is_some_and(|time| time.parse::<f64>().is_ok()));
    let failure = tests[0].first_element_child().expect("a failure");
    let message = failure.attribute("message").unwrap_or_default();
    assert_eq!(message, "expected to stay; rule email hashed it (mailboxes as they are used)");
    assert!(failure.text().is_some_and(|text| text.contains("ada@example.com ]]>\n") && text.contains("^^^")), "{xml}");
    assert_eq!((tests[1].attribute("name"), tests[1].has_children()), (Some("line 2"), false));
    let (code, _, err) = scene.run(&["--junit", "/no/such/folder/x.xml"]);
    assert!(code == 2 && err.contains("/no/such/folder/x.xml: cannot be written"), "{code} {err}");
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_place() {
    for (cases, told) in [
        ("- line: x\n  redcat: [y]\n", "podsieve: cases.yaml:2:3: unknown key `redcat`; did you mean `redact`?\n"),
        (
            "- line: x\n  redact: [{text: x, rule: bagde}]\n",
            "cases.yaml:2:28: unknown rule `bagde`; did you mean `badge`?\n",
        ),
        ("- [\n", "cases.yaml:"),
        ("a: 1\n", "cases.yaml:1:1: expected a list of cases, found a map\n"),
    ] {
        let (code, out, err) = Scene::new(POLICY, cases).run(&[]);
        assert!(code == 2 && out.is_empty() && err.contains(told), "{cases}: {code} {out} {err}");
    }
    let (code, _, err) = Scene::new("rules: 7\n", GOOD).run(&[]);
    assert_eq!((code, err.as_str()), (2, "podsieve: policy.yaml:1:8: expected a list of rules, found 7\n"));
    let (code, _, err) = Scene::new(POLICY, GOOD).run(&["none.yaml"]);
    assert!(code == 2 && err.starts_with("podsieve: none.yaml: cannot be read: "), "{err}");
}
