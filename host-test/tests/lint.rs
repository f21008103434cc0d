//! `podsieve lint`: what it says of configurations, and that Fluent Bit does what it says.

// Of what the tests share, only this: it comes without wasmtime and generators.
#[allow(dead_code, reason = "each test uses its part of this")]
#[path = "fluent_bit/run.rs"]
mod run;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use podsieve_host::json::{self, Verdict};
use podsieve_host::lint::{self, Level, Options, RULES};
use run::{FluentBit, Folder, Process, Record, lines};
use tempfile::TempDir;

const CLASSIC: &str = "\
[SERVICE]
    flush 1
    storage.path /var/lib/fluent-bit

[INPUT]
    name             tail
    path             /var/log/pods/*/*/*.log
    tag              kube.*
    multiline.parser cri, docker
    storage.type     filesystem
    db               /var/lib/fluent-bit/tail.db

[FILTER]
    name          wasm
    match         kube.*
    wasm_path     podsieve.wasm
    function_name pipeline
    event_format  json

[FILTER]
    name                 rewrite_tag
    match                kube.*
    rule                 $archive_tag ^archive\\. $archive_tag true
    emitter_storage.type filesystem

[OUTPUT]
    name        es
    match       kube.*
    http_passwd hunter2

[OUTPUT]
    name        http
    match       archive.*
    retry_limit no_limits
";

const YAML: &str = "\
service:
  storage.path: /var/lib/fluent-bit
pipeline:
  inputs:
    - name: tail
      path: /var/log/pods/*/*/*.log
      tag: kube.*
      multiline.parser: cri, docker
      storage.type: filesystem
      db: /var/lib/fluent-bit/tail.db
  filters:
    - name: wasm
      match: kube.*
      wasm_path: podsieve.wasm
      function_name: pipeline
      event_format: json
    - name: rewrite_tag
      match: kube.*
      rule: $archive_tag ^archive\\. $archive_tag true
      emitter_storage.type: filesystem
  outputs:
    - name: es
      match: kube.*
      http_passwd: hunter2
    - name: http
      match: archive.*
      retry_limit: no_limits
";

/// A change to a good configuration (what stands there once, and what takes its place), and what is found then.
type Case = (&'static str, &'static str, &'static [(u32, &'static str)]);

const IN_CLASSIC: &[Case] = &[
    ("    function_name pipeline\n", "    Function_Name piepline\n", &[(17, "function-missing")]),
    ("    function_name pipeline\n", "", &[(14, "function-unset")]),
    ("function_name pipeline", "function_name \"pipeline\"", &[(17, "quoted-value")]),
    ("function_name pipeline", "function_name pipeline # all", &[(17, "comment-in-value")]),
    ("function_name pipeline", "function_name redact", &[(23, "archive-tag-unset")]),
    ("    wasm_path     podsieve.wasm\n", "", &[(14, "module-unset")]),
    ("podsieve.wasm", "missing/podsieve.wasm", &[(16, "module-missing")]),
    ("podsieve.wasm", "/nowhere/podsieve.wasm", &[(16, "module-unseen")]),
    ("podsieve.wasm", "podsieve.conf", &[(16, "module-refused")]),
    ("podsieve.wasm", "${MODULE}", &[]),
    ("podsieve.wasm", "podsieve.aot", &[]),
    ("podsieve.wasm", "other.wasm", &[(17, "function-missing")]),
    ("event_format  json", "event_format  MsgPack", &[(18, "event-format")]),
    ("event_format  json", "event_format  xml", &[(18, "event-format")]),
    ("    event_format  json\n", "", &[]),
    ("    match         kube.*\n", "", &[(14, "match-unset")]),
    ("    match         kube.*\n", "    match_regex   ^kube\n", &[]),
    ("    match         kube.*\n", "    match         'kube.*'\n", &[(15, "quoted-value")]),
    ("    match         kube.*\n", "    match         kube.* # pods\n", &[(15, "comment-in-value")]),
    ("    match         kube.*\n", "    match         kubernetes.*\n", &[(15, "filter-unreached")]),
    ("    match         kube.*\n", "    match         ${TAG}.*\n", &[]),
    ("    match         kube.*\n", "    match         kube.*\n    match         pods\n", &[(16, "filter-unreached")]),
    (
        "    match       archive.*\n",
        "    match       archives.*\n",
        &[(23, "archive-unrouted"), (33, "output-unreached")],
    ),
    ("    match       archive.*\n", "    match       archive.error.*\n", &[(23, "archive-unrouted")]),
    ("    match       archive.*\n", "", &[(23, "archive-unrouted"), (32, "match-unset")]),
    ("    match       archive.*\n", "    match       *\n", &[]),
    ("name             tail", "name             forward", &[(6, "forward-input")]),
    ("name             tail", "name             dummy", &[]),
    ("tag              kube.*", "tag              kube", &[(15, "filter-unreached"), (28, "output-unreached")]),
    ("tag              kube.*", "tag              kube.pods", &[(8, "tag-without-path")]),
    ("    multiline.parser cri, docker\n", "", &[(6, "partial-lines")]),
    ("cri, docker", "docker", &[(9, "partial-lines")]),
    ("cri, docker", "docker, mine", &[]),
    ("    storage.type     filesystem\n", "", &[(6, "archive-in-memory")]),
    ("    storage.type     filesystem\n", "    storage.type     memory\n", &[(6, "archive-in-memory")]),
    ("    storage.type     filesystem\n", "    storage.type     ${STORAGE}\n", &[]),
    ("    emitter_storage.type filesystem\n", "", &[(21, "archive-in-memory")]),
    (
        "[OUTPUT]\n    name        es",
        "\
[FILTER]
    name rewrite_tag
    match kube.*
    rule $archive_tag . counted true
[OUTPUT]
    name null
    match counted
[OUTPUT]
    name        es",
        &[],
    ),
    ("    storage.path /var/lib/fluent-bit\n", "", &[(9, "storage-path"), (23, "storage-path")]),
    ("    retry_limit no_limits\n", "", &[(32, "archive-retries")]),
    ("$archive_tag true", "$archive_tag false", &[(23, "archive-moved")]),
    ("$archive_tag true", "$archive_tag 1", &[(23, "archive-moved")]),
    ("$archive_tag true", "$archive_tag", &[(23, "rewrite-rule")]),
    (
        "$archive_tag true",
        "archive_tag true",
        &[(23, "rewrite-rule"), (23, "archive-unrouted"), (33, "output-unreached")],
    ),
    ("$archive_tag true", "$1 true", &[(23, "rewrite-rule")]),
    ("$archive_tag ^archive\\. $archive_tag", "$archive_tag ^(archive\\..*)$ $1", &[]),
    ("$archive_tag ^archive\\. $archive_tag", "\"$archive_tag\" \"^archive\\.\" $archive_tag", &[]),
    ("$archive_tag ^archive\\. ", "'$archive_tag' ^archive\\. ", &[(23, "rewrite-rule")]),
    ("$archive_tag true", "kube.$archive_tag true", &[(23, "rewrite-loop"), (33, "output-unreached")]),
    ("    match                kube.*\n", "    match                *\n", &[(23, "rewrite-loop")]),
    ("    match                kube.*\n", "", &[(21, "match-unset")]),
    (
        "[OUTPUT]\n    name        es",
        "\
[FILTER]
  name rewrite_tag
  match archive.*
  rule $archive_tag . kube.$TAG false
[OUTPUT]
    name        es",
        &[(23, "rewrite-loop"), (27, "archive-in-memory"), (29, "rewrite-loop"), (29, "archive-moved")],
    ),
    (
        "[FILTER]\n    name          wasm",
        "\
[FILTER]
    name rewrite_tag
    match kube.*
    rule $level . copy.$TAG true
[FILTER]
    name          wasm",
        &[(16, "unfiltered-copy")],
    ),
    (
        "tag              kube.*",
        "tag              pods\n    tag              \"kube.*\"",
        &[(9, "quoted-value"), (16, "filter-unreached"), (29, "output-unreached")],
    ),
    ("    db               /var/lib/fluent-bit/tail.db\n", "", &[(6, "no-position")]),
    ("    db               /var/lib/fluent-bit/tail.db\n", "    read_from_head on\n", &[]),
    ("    flush 1\n", "    flush 1\n    streams_file streams.conf\n", &[]),
    ("    match       kube.*\n", "    match       cold.*\n", &[(28, "output-unreached")]),
    (
        "    match       kube.*\n",
        "    match       cold.*\n[FILTER]\n  name log_to_metrics\n  match kube.*\n  tag cold.x\n",
        &[],
    ),
    ("name          wasm", "name          grep", &[(1, "no-wasm-filter")]),
    (
        "[INPUT]\n",
        "[INPUT]\n    name tail\n    path /var/log/containers/*.log\n    tag containers.*\n[INPUT]\n",
        &[(8, "unfiltered-input")],
    ),
    ("[SERVICE]\n", "@SET unused=x\r\n# a comment\r\n[service]\r\n", &[]),
    ("    match         kube.*\n", "    match         ${pods}\n@SET pods=kube.*\n", &[]),
    ("    match         kube.*\n", "    match         ${pods}\n@SET pods=pods.*\n", &[(15, "filter-unreached")]),
];

const IN_YAML: &[Case] = &[
    ("function_name: pipeline", "Function_Name: piepline", &[(15, "function-missing")]),
    ("      function_name: pipeline\n", "", &[(12, "function-unset")]),
    ("function_name: pipeline", "function_name: \"pipeline\"", &[]),
    ("function_name: pipeline", "function_name: pipeline # all", &[]),
    ("podsieve.wasm", "missing/podsieve.wasm", &[(14, "module-missing")]),
    ("event_format: json", "event_format: msgpack", &[(16, "event-format")]),
    (
        "    - name: wasm\n      match: kube.*\n",
        "    - name: wasm\n      match: kubernetes.*\n",
        &[(13, "filter-unreached")],
    ),
    ("match: archive.*", "match: archives.*", &[(19, "archive-unrouted"), (26, "output-unreached")]),
    ("multiline.parser: cri, docker", "multiline.parser: [docker]", &[(8, "partial-lines")]),
    ("tag: kube.*", "tag: kube.pods", &[(7, "tag-without-path")]),
    (
        "rule: $archive_tag ^archive\\. $archive_tag true",
        "rule:\n        - $a . b true\n        - $archive_tag . $archive_tag no",
        &[(21, "archive-moved")],
    ),
    (
        "rule: $archive_tag ^archive\\. $archive_tag true",
        "rule: $a . archive.a true\n      rule: $a $1",
        &[(20, "rewrite-rule")],
    ),
    ("storage.path: /var/lib/fluent-bit", "flush: 1", &[(9, "storage-path"), (20, "storage-path")]),
    (
        "service:\n",
        "\
stream_processor:
  - {name: a, exec: CREATE STREAM a AS SELECT * FROM TAG:'kube.*';}
service:
",
        &[],
    ),
    ("service:\n", "env:\n  pods: kube.*\nservice:\n", &[]),
    (
        "\n    - name: es\n",
        "
    - name: es
      processors:
        logs:
          - name: wasm
            wasm_path: podsieve.wasm
            function_name: redact
",
        &[(25, "wasm-processor")],
    ),
    (
        "\n    - name: es\n",
        "
    - name: es
      workers: 0
      processors:
        logs:
          - name: wasm
            wasm_path: podsieve.wasm
            function_name: redcat
",
        &[(28, "function-missing")],
    ),
    (
        "\n      tag: kube.*\n",
        "
      tag: kube.*
      threaded: on
      processors:
        logs:
          - {name: wasm, wasm_path: podsieve.wasm, function_name: redact}
",
        &[(11, "wasm-processor")],
    ),
    (
        "\n      tag: kube.*\n",
        "
      tag: kube.*
      routes:
        logs:
          - name: archive.audit.all
            condition: {rules: [{field: $archive_tag, op: regex, value: .}]}
            to: {outputs: [http]}
          - name: kube.hot
            condition: {default: true}
            to: {outputs: [es]}
",
        &[(10, "route-condition")],
    ),
    (
        "\n      tag: kube.*\n",
        "
      tag: kube.*
      routes:
        logs:
          - name: kube.hot
            condition: {default: true}
            to: {outputs: [{name: es}]}
          - name: other
            condition: {rules: [{field: $stream, op: eq, value: stderr}]}
            to: {outputs: [http]}
",
        &[(13, "route-condition")],
    ),
    (
        "
    - name: wasm
      match: kube.*
      wasm_path: podsieve.wasm
      function_name: pipeline
      event_format: json
    - name: rewrite_tag
      match: kube.*
      rule: $archive_tag ^archive\\. $archive_tag true
      emitter_storage.type: filesystem
",
        "
    - name: rewrite_tag
      match: kube.*
      rule: $archive_tag ^archive\\. $archive_tag true
      emitter_storage.type: filesystem
    - name: wasm
      match: kube.*
      wasm_path: podsieve.wasm
      function_name: pipeline
",
        &[(14, "filter-order")],
    ),
];

struct Scene(TempDir);

impl Scene {
    /// A folder with modules in it.
    fn new() -> Scene {
        let scene = Scene(TempDir::new().expect("a folder for temporary files"));
        scene.write("podsieve.wasm", podsieve_host::built_in_module());
        scene.write("podsieve.aot", "\0aot and machine code");
        scene.write("podsieve.conf", "no module");
        scene.write("other.wasm", wat::parse_str(OTHER).expect("the test's module is valid WAT"));
        scene
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder is made");
        fs::write(&path, content).expect("a file is written");
        path
    }

    fn lint(&self, name: &str, text: &str) -> Vec<(u32, &'static str)> {
        found(&self.write(name, text), &Options::default())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_podsieve"));
        command.current_dir(self.0.path()).arg("lint").args(arguments).output().expect("the command starts")
    }
}

const OTHER: &str = r#"(module
  (memory (export "memory") 1)
  (func (export "other") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0)))"#;

fn found(path: &Path, options: &Options) -> Vec<(u32, &'static str)> {
    let findings = lint::check(path, options).expect("the configuration can be read");
    findings.iter().map(|finding| (finding.line, finding.rule)).collect()
}

fn changed(text: &str, (from, to, _): &Case) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from:?} stands there once");
    text.replacen(from, to, 1)
}

#[test]
fn tables() {
    let scene = Scene::new();
    let mut wrong = String::new();
    for (name, text, cases) in [("a.conf", CLASSIC, IN_CLASSIC), ("a.yaml", YAML, IN_YAML)] {
        assert_eq!(scene.lint(name, text), [], "{name}");
        for case in cases {
            let found = scene.lint(name, &changed(text, case));
            if found != case.2 {
                wrong.push_str(&format!(
                    "{name} {:?} -> {:?}\n  found    {found:?}\n  expected {:?}\n",
                    case.0, case.1, case.2
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn each_rule_is_in_a_table() {
    let tabled: BTreeSet<&str> =
        IN_CLASSIC.iter().chain(IN_YAML).flat_map(|case| case.2).map(|(_, rule)| *rule).collect();
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(rules.len(), RULES.len(), "each has a name of its own");
    assert_eq!(tabled, rules);
}

#[test]
fn examples_are_clean() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fluent-bit");
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.extension().is_some_and(|end| end == "conf" || end == "yaml") {
            assert_eq!(found(&path, &Options::default()), [], "{}", path.display());
            count += 1;
        }
    }
    assert!(count >= 3, "{count} configurations");
}

#[test]
fn included_files_are_named() {
    let scene = Scene::new();
    let parts = CLASSIC.split_once("[FILTER]\n    name          wasm").expect("there is a filter");
    let filter = format!("[FILTER]\n    name          wasm{}", parts.1.replace("pipeline", "piepline"));
    scene.write("parts/1/b.conf", &filter);
    scene.write("parts/1/.hidden.conf", "not read");
    for include in ["parts/1/b.conf", "parts/*/b*.conf"] {
        let path = scene.write("a.conf", format!("{}@include {include}\n", parts.0));
        let findings = lint::check(&path, &Options::default()).expect("the configuration can be read");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].file.ends_with("parts/1/b.conf"), "{}", findings[0].file);
        assert_eq!((findings[0].line, findings[0].rule), (5, "function-missing"));
    }
    let (before, behind) = YAML.split_once("  filters:\n").expect("there are filters");
    let (filters, outputs) = behind.split_once("  outputs:\n").expect("there are outputs");
    // In YAML a path begins at the file that it is in.
    scene.write("parts/2/c.yaml", "includes:\n  - ../3/*.yaml\n");
    scene.write("parts/3/d.yaml", format!("pipeline:\n  filters:\n{}", filters.replace("json", "msgpack")));
    let path = scene.write("a.yaml", format!("includes: [parts/2/c.yaml]\n{before}  outputs:\n{outputs}"));
    let findings = lint::check(&path, &Options::default()).expect("the configuration can be read");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].file.ends_with("d.yaml"), "{}", findings[0].file);
    assert_eq!((findings[0].line, findings[0].rule), (7, "event-format"));
}

#[test]
fn modules_are_found() {
    let scene = Scene::new();
    let text = CLASSIC.replace("podsieve.wasm", "/etc/podsieve.wasm");
    let path = scene.write("a.conf", &text);
    let at = |name: &str| scene.0.path().join(name);
    assert_eq!(found(&path, &Options::default()), [(16, "module-unseen")]);
    assert_eq!(found(&path, &Options::default().module(at("podsieve.wasm"))), []);
    assert_eq!(found(&path, &Options::default().module(at("other.wasm"))), [(17, "function-missing")]);
    assert_eq!(found(&path, &Options::default().root(at("root"))), [(16, "module-missing")]);
    scene.write("root/etc/podsieve.wasm", podsieve_host::built_in_module());
    assert_eq!(found(&path, &Options::default().root(at("root"))), []);
    // Without the module podsieve's own functions are known.
    let path = scene.write("b.conf", text.replace("pipeline", "rout"));
    assert_eq!(found(&path, &Options::default()), [(16, "module-unseen"), (17, "function-missing")]);
    let path = scene.write("c.conf", text.replace("podsieve", "mine").replace("pipeline", "rout"));
    assert_eq!(found(&path, &Options::default()), [(16, "module-unseen")]);
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    let scene = Scene::new();
    scene.write("folder.conf/x", "");
    scene.write("self.conf", "@INCLUDE self.conf\n");
    let cases = [
        ("a.conf", "[INPUT]\n  name\n", "a.conf:2: the key has no value"),
        ("a.conf", "[INPUT]\n  name\ttail\n", "a.conf:2: the key has no value"),
        ("a.conf", "[INPUT\n", "a.conf:1: the section's name does not end"),
        ("a.conf", "# x\nname tail\n", "a.conf:2: there is a key outside"),
        ("a.conf", "[INPUT]\n  name a\0b\n", "a.conf:2: there is a zero byte"),
        ("a.conf", "\n@INCLUDE none.conf\n", "a.conf:2: the included file"),
        ("a.conf", "\n@INCLUDE none/*.conf\n", "a.conf:2: no file is like"),
        ("a.conf", "@INCLUDE self.conf\n", "self.conf:1: the included file"),
        ("a.conf", "@INCLUDE folder.conf\n", "a.conf:1: the included file"),
        ("a.yaml", "pipeline:\n  inputs: [\n", "a.yaml:"),
        ("a.yaml", "- a\n", "a.yaml:1: this is no map"),
        ("a.yaml", "includes:\n  - none.yaml\n", "a.yaml:2: the included file"),
        ("a.yaml", "a: \u{7}", "a.yaml:1: the character U+0007"),
    ];
    for (name, text, says) in cases {
        scene.write(name, text);
        let output = scene.run(&[name]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(says), "{text:?}: {said}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{text:?}");
    }
}

/// Whatever stands there, there is an answer.
#[test]
fn broken_configurations_cost_nothing_but_a_message() {
    let scene = Scene::new();
    for (name, text) in [("a.conf", CLASSIC), ("a.yaml", YAML)] {
        for at in 0..text.len() {
            for broken in [text[..at].to_owned(), format!("{}{}", &text[..at], &text[at + 1..])] {
                let path = scene.write(name, &broken);
                if let Err(error) = lint::check(&path, &Options::default()) {
                    assert!(error.to_string().contains(name), "{error}");
                }
            }
        }
    }
    for text in ["[[", "[INPUT]\n  [", "@", "@SET", "@INCLUDE", "[FILTER]\n name wasm\n match ${\n", "\u{feff}"] {
        let path = scene.write("a.conf", text);
        let _ = lint::check(&path, &Options::default());
    }
    let long = format!(
        "[FILTER]\n name wasm\n match {}\n[INPUT]\n name tail\n tag {}\n",
        "*a".repeat(1 << 20),
        "a".repeat(1 << 20)
    );
    let path = scene.write("a.conf", long);
    let findings = lint::check(&path, &Options::default()).expect("the configuration can be read");
    assert!(findings.iter().all(|finding| finding.excerpt.as_ref().is_some_and(|excerpt| excerpt.len() < 500)));
}

#[test]
fn exit_codes_and_json() {
    let scene = Scene::new();
    scene.write("good.conf", CLASSIC);
    scene.write("warning.conf", CLASSIC.replace("    retry_limit no_limits\n", ""));
    scene.write("error.yaml", YAML.replace("piepline", "").replace("function_name: pipeline", "function_name: pi\"e"));
    let code = |arguments: &[&str]| scene.run(arguments).status.code();
    assert_eq!(code(&["good.conf"]), Some(0));
    assert_eq!(code(&["good.conf", "--deny-warnings"]), Some(0));
    assert_eq!(code(&["warning.conf"]), Some(0));
    assert_eq!(code(&["warning.conf", "--deny-warnings"]), Some(1));
    assert_eq!(code(&["error.yaml", "good.conf"]), Some(1));
    assert_eq!(code(&["error.yaml", "--allow", "function-missing"]), Some(0));
    assert_eq!(code(&["error.yaml", "--allow", "event-format"]), Some(1));
    assert_eq!(code(&["error.yaml", "--allow", "functions"]), Some(2));
    assert_eq!(code(&["missing.conf", "error.yaml"]), Some(2));
    assert_eq!(code(&[]), Some(2));
    let output = scene.run(&["warning.conf", "error.yaml"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("warning.conf:32: warning: a chunk"), "{said}");
    assert!(said.contains("error.yaml:15: error: the module has no function"), "{said}");
    assert!(said.contains("[function-missing]\n    function_name: pi\"e\n"), "{said}");
    let output = scene.run(&["--json", "warning.conf", "error.yaml"]);
    let said = String::from_utf8_lossy(&output.stdout);
    let findings: Vec<serde_json::Value> =
        said.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    assert_eq!(findings.len(), 2);
    assert_eq!((&findings[0]["file"], &findings[0]["level"]), (&"warning.conf".into(), &"warning".into()));
    assert_eq!((&findings[1]["line"], &findings[1]["rule"]), (&15.into(), &"function-missing".into()));
    assert_eq!(findings[1]["excerpt"], "function_name: pi\"e");
    let rules = scene.run(&["--rules"]);
    let said = String::from_utf8_lossy(&rules.stdout);
    assert!(RULES.iter().all(|rule| said.contains(&format!("{} ({})\n", rule.name, rule.level.name()))));
    let help = scene.run(&["--help"]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("Exit codes"));
}

/// What a finding shows is the key and the value that its rule is about.
#[test]
fn no_secret_is_shown() {
    let scene = Scene::new();
    for (name, text, cases) in [("a.conf", CLASSIC, IN_CLASSIC), ("a.yaml", YAML, IN_YAML)] {
        for case in cases {
            let path = scene.write(name, changed(text, case));
            let findings = lint::check(&path, &Options::default()).expect("the configuration can be read");
            assert!(findings.iter().all(|finding| !finding.to_string().contains("hunter2")), "{findings:?}");
        }
    }
}

// What Fluent Bit does.

/// A record whose mail address is redacted, and which is for the archive.
const LINE: &str = r#"{"message":"mail ada@example.com","operation":"x","service":"s"}"#;
const SECRET: &str = "ada@example.com";

const START: &str = "[SERVICE]\n  flush 0.2\n  grace 5\n[INPUT]\n  name tail\n  tag kube.a\n  path \
 in.log\n  read_from_head on\n  exit_on_eof on\n";
const WASM: &str = "[FILTER]\n  name wasm\n  match kube.*\n  wasm_path podsieve.wasm\n  function_name pipeline\n";
const REWRITE: &str =
    "[FILTER]\n  name rewrite_tag\n  match kube.*\n  rule $archive_tag ^archive\\. $archive_tag true\n";
const END: &str = "[OUTPUT]\n  name file\n  match *\n  file out\n";

const YAML_START: &str = "service: {flush: 0.2, grace: 5}\npipeline:\n  inputs:\n    - {name: tail, tag: kube.a, \
 path: in.log, read_from_head: on, exit_on_eof: on";
const YAML_WASM: &str = "{name: wasm, match: kube.*, wasm_path: podsieve.wasm, function_name: pipeline}";

/// What one run did.
struct Seen {
    started: bool,
    records: Vec<Record>,
    log: String,
}

impl Seen {
    fn tags(&self) -> Vec<&str> {
        self.records.iter().map(|record| record.tag.as_str()).collect()
    }

    /// The records of this tag, whether they hold the secret.
    fn leaks(&self, tag: &str) -> bool {
        let records: Vec<_> = self.records.iter().filter(|record| record.tag == tag).collect();
        assert!(!records.is_empty(), "no record has the tag {tag}\n{}", self.log);
        records.iter().all(|record| memchr::memmem::find(&record.json, SECRET.as_bytes()).is_some())
    }
}

/// A configuration, the rule that it breaks, and whether Fluent Bit did what the rule says.
struct Claim {
    rule: &'static str,
    file: &'static str,
    text: String,
    is_seen: fn(&Seen) -> bool,
}

fn claims() -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut claim = |rule, text: String, is_seen| {
        claims.push(Claim { rule, file: "a.conf", text, is_seen });
    };
    let wasm = |from: &str, to: &str| format!("{START}{}{REWRITE}{END}", WASM.replace(from, to));
    let rule = |from: &str, to: &str| format!("{START}{WASM}{}{END}", REWRITE.replace(from, to));
    // That the same without a mistake does what it should.
    claim("", format!("{START}{WASM}{REWRITE}{END}"), |seen| {
        !seen.leaks("kube.a") && !seen.leaks("archive.audit.s") && seen.records.len() == 2
    });
    claim("function-missing", wasm("pipeline", "piepline"), |seen| seen.started && seen.records.is_empty());
    claim("function-unset", wasm("  function_name pipeline\n", ""), |seen| !seen.started);
    claim("module-unset", wasm("  wasm_path podsieve.wasm\n", ""), |seen| !seen.started);
    claim("module-missing", wasm("podsieve.wasm", "none.wasm"), |seen| !seen.started);
    claim("module-refused", wasm("podsieve.wasm", "podsieve.txt"), |seen| !seen.started);
    claim("event-format", wasm("pipeline", "pipeline\n  event_format msgpack"), |seen| {
        seen.started && seen.records.is_empty()
    });
    claim("event-format", wasm("pipeline", "pipeline\n  event_format xml"), |seen| !seen.started);
    claim("match-unset", wasm("  match kube.*\n", ""), |seen| !seen.started);
    claim(
        "match-unset",
        format!("{START}{WASM}[OUTPUT]\n  name file\n  file out\n[OUTPUT]\n  name null\n  match *\n"),
        |seen| seen.started && seen.records.is_empty(),
    );
    claim("quoted-value", wasm("kube.*", "\"kube.*\""), |seen| seen.leaks("kube.a"));
    claim("quoted-value", wasm("pipeline", "\"pipeline\""), |seen| seen.started && seen.records.is_empty());
    claim("comment-in-value", wasm("kube.*", "kube.* # pods"), |seen| seen.leaks("kube.a"));
    claim("filter-unreached", wasm("kube.*", "kubernetes.*"), |seen| seen.leaks("kube.a"));
    claim("output-unreached", format!("{START}{WASM}{}", END.replace('*', "archive.*")), |seen| {
        seen.started && seen.records.is_empty()
    });
    claim("filter-order", format!("{START}{REWRITE}{WASM}{END}"), |seen| {
        seen.tags() == ["kube.a"] && !seen.leaks("kube.a")
    });
    claim(
        "unfiltered-copy",
        format!("{START}{}{WASM}{END}", REWRITE.replace("$archive_tag ^archive\\. $archive_tag", "$log . copy.$TAG")),
        |seen| seen.leaks("copy.kube.a") && !seen.leaks("kube.a"),
    );
    claim("archive-tag-unset", wasm("pipeline", "redact"), |seen| seen.tags() == ["kube.a"]);
    claim("archive-unrouted", format!("{START}{WASM}{REWRITE}{}", END.replace('*', "kube.*")), |seen| {
        seen.tags() == ["kube.a"]
    });
    claim("archive-moved", rule("true", "false"), |seen| seen.tags() == ["archive.audit.s"]);
    claim("archive-moved", rule("true", "1"), |seen| seen.tags() == ["archive.audit.s"]);
    claim("rewrite-rule", rule("$archive_tag true", "$1 false"), |seen| seen.started && seen.records.is_empty());
    claim("rewrite-rule", rule(" true", ""), |seen| !seen.started);
    claim("rewrite-rule", rule("rule $archive_tag", "rule '$archive_tag'"), |seen| seen.tags() == ["kube.a"]);
    claim("rewrite-rule", rule("$archive_tag true", "archive_tag true"), |seen| seen.tags().contains(&"archive_tag"));
    claim("", rule("$archive_tag ^archive\\.", "\"$archive_tag\" \"^archive\\.\""), |seen| seen.records.len() == 2);
    claim("storage-path", rule("true\n", "true\n  emitter_storage.type filesystem\n"), |seen| !seen.started);
    claim("storage-path", START.to_owned() + "  storage.type filesystem\n" + WASM + END, |seen| !seen.started);
    let mut claim = |rule, rest: String, is_seen| {
        claims.push(Claim { rule, file: "a.yaml", text: format!("{YAML_START}{rest}"), is_seen });
    };
    let output = "  outputs:\n    - {name: file, match: '*', file: out";
    let processors = "processors: {logs: [{name: wasm, wasm_path: podsieve.wasm, function_name: pipeline}]}";
    claim("wasm-processor", format!("}}\n{output}, {processors}}}\n"), |seen| seen.started && seen.records.is_empty());
    claim("", format!("}}\n{output}, workers: 0, {processors}}}\n"), |seen| !seen.leaks("kube.a"));
    claim(
        "wasm-processor",
        format!(", threaded: on, {processors}}}\n  filters: [{YAML_WASM}]\n{output}}}\n"),
        |seen| seen.started && seen.records.is_empty(),
    );
    claim("", format!(", threaded: on}}\n  filters: [{YAML_WASM}]\n{output}}}\n"), |seen| !seen.leaks("kube.a"));
    let routes = "routes: {logs: [{name: archive, condition: {rules: [{field: $archive_tag, op: regex, value: .}]}, \
     to: {outputs: [cold]}}, \
         {name: hot, condition: {default: true}, to: {outputs: [hot]}}]}";
    let outputs = "  outputs:\n    - {name: file, alias: hot, file: out}\n    - {name: file, alias: cold, file: out}\n";
    claim("route-condition", format!(", {routes}}}\n  filters: [{YAML_WASM}]\n{outputs}"), |seen| {
        seen.tags() == ["hot"] && seen.leaks("hot")
    });
    claim("", format!(", {processors}, {routes}}}\n{outputs}"), |seen| {
        seen.tags() == ["archive"] && !seen.leaks("archive")
    });
    claims
}

fn judge(fluent_bit: &FluentBit, claim: &Claim) -> Result<(), String> {
    let folder = Folder::new();
    folder.write("in.log", format!("{LINE}\n"));
    folder.write("podsieve.wasm", podsieve_host::built_in_module());
    folder.write("podsieve.txt", "no module");
    let path = folder.write(claim.file, &claim.text);
    let seen = folder.start_file(fluent_bit, &path, &[]).run_out_whatever();
    let seen = Seen { started: seen.0, records: seen.1.records, log: seen.1.log };
    let found = found(&path, &Options::default());
    let is_found = found.iter().any(|(_, rule)| *rule == claim.rule);
    let warns_only =
        |(_, name): &(u32, &str)| RULES.iter().any(|rule| rule.name == *name && rule.level == Level::Warning);
    if claim.rule.is_empty() && !found.iter().all(warns_only) || !claim.rule.is_empty() && !is_found {
        return Err(format!("lint finds {found:?} in\n{}", claim.text));
    }
    if !(claim.is_seen)(&seen) {
        return Err(format!("{} is not seen (tags {:?}) with\n{}\n{}", claim.rule, seen.tags(), claim.text, seen.log));
    }
    let is_json = |record: &Record| json::judge(&record.json) == Verdict::Object;
    if !seen.records.iter().all(is_json) {
        return Err(format!("a record is no JSON with\n{}", claim.text));
    }
    Ok(())
}

/// The rules are about Fluent Bit 5.1; others do some of it in another way.
fn fluent_bit() -> Option<&'static FluentBit> {
    let found = FluentBit::get()?;
    if found.is("5.1") {
        return Some(found);
    }
    let test = thread::current().name().unwrap_or("a test").to_owned();
    let _ = io::stderr().write_all(format!("\nSKIPPED: {test}: this is not Fluent Bit 5.1\n").as_bytes());
    None
}

#[test]
fn fluent_bit_does_so() {
    let Some(fluent_bit) = fluent_bit() else { return };
    let claims = claims();
    let wrong: Vec<String> = thread::scope(|scope| {
        let parts = claims.chunks(claims.len().div_ceil(4));
        let runs = parts.map(|part| {
            scope.spawn(|| part.iter().filter_map(|claim| judge(fluent_bit, claim).err()).collect::<Vec<_>>())
        });
        let runs: Vec<_> = runs.collect();
        runs.into_iter().flat_map(|run| run.join().expect("a run of Fluent Bit")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A run of its own, in a folder with a line to read and the module.
fn start(fluent_bit: &FluentBit, text: &str) -> (Folder, Process, Vec<&'static str>) {
    let folder = Folder::new();
    folder.write("in.log", format!("{LINE}\n"));
    folder.write("podsieve.wasm", podsieve_host::built_in_module());
    let path = folder.write("a.conf", text);
    let process = folder.start_file(fluent_bit, &path, &[]);
    let rules = found(&path, &Options::default()).into_iter().map(|(_, rule)| rule).collect();
    (folder, process, rules)
}

/// As `START`, for a run that does not end with the file.
fn endless() -> String {
    START.replace("  exit_on_eof on\n", "  db in.db\n  refresh_interval 1\n")
}

/// A port of this machine where nobody listens.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}

#[test]
fn forward_loses_every_record() {
    let Some(fluent_bit) = fluent_bit() else { return };
    let port = free_port();
    // It sends to itself.
    let text = format!(
        "{}[INPUT]\n  name forward\n  listen 127.0.0.1\n  port {port}\n{WASM}[OUTPUT]\n  name forward\n  match \
         raw.*\n  \
         tag kube.a\n  host 127.0.0.1\n  port {port}\n[OUTPUT]\n  name file\n  match *\n  file out\n",
        endless().replace("kube.a", "raw.a")
    );
    let (_folder, mut process, rules) = start(fluent_bit, &text);
    assert_eq!(rules, ["forward-input"]);
    assert!(process.says("native stack overflow"));
    assert!(process.records().iter().all(|record| record.tag == "raw.a"), "{:?}", process.records());
}

#[test]
fn rewritten_tags_come_back() {
    let Some(fluent_bit) = fluent_bit() else { return };
    let text = format!("{}{WASM}{}{END}", endless(), REWRITE.replace("kube.*", "*"));
    let (_folder, mut process, rules) = start(fluent_bit, &text);
    assert!(rules.contains(&"rewrite-loop"), "{rules:?}");
    assert!(process.says("emitter cycle detected"));
    drop(process);

    let there = REWRITE.replace("$archive_tag true", "there.$archive_tag true");
    let back = there.replace("there.", "kube.").replace("match kube.*", "match there.*");
    let (folder, mut process, rules) = start(fluent_bit, &format!("{}{WASM}{there}{back}{END}", endless()));
    assert!(rules.contains(&"rewrite-loop"), "{rules:?}");
    assert!(process.wait(&folder.path("out"), |out| lines(out) > 100), "one record becomes many");
}

#[test]
fn memory_is_lost_in_a_crash() {
    let Some(fluent_bit) = fluent_bit() else { return };
    for on_disk in [false, true] {
        let mut text = endless().replace("[INPUT]", "  storage.path buffer\n[INPUT]");
        let mut rewrite = REWRITE.to_owned();
        if on_disk {
            text.push_str("  storage.type filesystem\n");
            rewrite.push_str("  emitter_storage.type filesystem\n");
        }
        text.push_str(WASM);
        text.push_str(&rewrite);
        let closed = format!(
            "[OUTPUT]\n  name http\n  match *\n  host 127.0.0.1\n  port {}\n  retry_limit no_limits\n",
            free_port()
        );
        let (folder, mut process, rules) = start(fluent_bit, &format!("{text}{closed}"));
        assert_eq!(rules.contains(&"archive-in-memory"), !on_disk, "{rules:?}");
        let fails = |log: &[u8]| memchr::memmem::find_iter(log, "failed to flush chunk").count() >= 2;
        assert!(process.wait(&folder.path("log"), fails), "the record and its copy are on their way");
        // It is killed.
        drop(process);
        folder.write("in.log", format!("{LINE}\n{{\"n\":2}}\n"));
        let path = folder.write("a.conf", format!("{text}{END}"));
        let mut process = folder.start_file(fluent_bit, &path, &[]);
        let is_done = |out: &[u8]| memchr::memmem::find(out, b"\"n\":2").is_some() && (!on_disk || lines(out) >= 3);
        assert!(process.wait(&folder.path("out"), is_done), "the second line is read");
        let records = process.records();
        let mut tags: Vec<&str> = records.iter().map(|record| record.tag.as_str()).collect();
        tags.sort_unstable();
        assert_eq!(tags, if on_disk { &["archive.audit.s", "kube.a", "kube.a"][..] } else { &["kube.a"] });
    }
}

#[test]
fn chunks_are_dropped_after_one_retry() {
    let Some(fluent_bit) = fluent_bit() else { return };
    let text = format!(
        "{}{WASM}{REWRITE}[OUTPUT]\n  name http\n  match archive.*\n  host 127.0.0.1\n  port {}\n{}",
        endless().replace("[INPUT]", "  scheduler.base 1\n  scheduler.cap 1\n[INPUT]"),
        free_port(),
        END.replace('*', "kube.*")
    );
    let (_folder, mut process, rules) = start(fluent_bit, &text);
    assert!(rules.contains(&"archive-retries"), "{rules:?}");
    assert!(process.says("cannot be retried"));
}

/// What the runtime split, and where it comes from.
#[test]
fn pod_logs_as_they_are_read() {
    const SPLIT: &str =
        "2026-01-02T03:04:05.6Z stdout P {\"password\":\"hunter2-is\n2026-01-02T03:04:05.6Z stdout F -secret\"}\n";
    let Some(fluent_bit) = fluent_bit() else { return };
    let run = |tag: &str, parser: &str| {
        let folder = Folder::new();
        folder.write("podsieve.wasm", podsieve_host::built_in_module());
        folder.write("var/log/pods/shop_web-0_1f2e/app/0.log", SPLIT);
        let input = START.replace("in.log", "var/log/pods/*/*/*.log").replace("kube.a", tag);
        let path = folder.write("a.conf", format!("{input}{parser}{WASM}{END}"));
        let (_, output) = folder.start_file(fluent_bit, &path, &[]).run_out_whatever();
        let rules: Vec<&str> = found(&path, &Options::default()).into_iter().map(|(_, rule)| rule).collect();
        let text = |part: &str| {
            output.records.iter().any(|record| memchr::memmem::find(&record.json, part.as_bytes()).is_some())
        };
        (rules, output.records.len(), text("-secret"), text("\"pod_name\":\"web-0\""))
    };
    assert_eq!(run("kube.*", "  multiline.parser cri\n"), (vec![], 1, false, true));
    assert_eq!(run("kube.*", ""), (vec!["partial-lines"], 2, true, true));
    assert_eq!(run("kube.*", "  multiline.parser docker\n"), (vec!["partial-lines"], 2, true, true));
    assert_eq!(run("kube.a", "  multiline.parser cri\n"), (vec!["tag-without-path"], 1, false, false));
    let (_, _, leaks, _) = run("other.*", "  multiline.parser cri\n");
    assert!(leaks, "what no filter matches passes as it is");
}

#[test]
fn what_is_written_meanwhile_is_not_read() {
    let Some(fluent_bit) = fluent_bit() else { return };
    let path = "var/log/pods/shop_web-0_1f2e/app/0.log";
    for db in ["", "  db in.db\n"] {
        let folder = Folder::new();
        folder.write("podsieve.wasm", podsieve_host::built_in_module());
        let log = folder.write(path, "");
        let input = format!(
            "[SERVICE]\n  flush 0.2\n[INPUT]\n  name tail\n  tag kube.*\n  path {path}\n  refresh_interval 1\n  \
             multiline.parser cri\n{db}"
        );
        let configuration = folder.write("a.conf", format!("{input}{WASM}{END}"));
        let rules: Vec<&str> = found(&configuration, &Options::default()).into_iter().map(|(_, rule)| rule).collect();
        assert_eq!(rules, if db.is_empty() { vec!["no-position"] } else { vec![] });
        let add = |n: u32| {
            let mut file = fs::OpenOptions::new().append(true).open(&log).expect("the log can be written");
            writeln!(file, "2026-01-02T03:04:05.6Z stdout F {{\"n\":{n}}}").expect("a line is written");
        };
        let round = |meanwhile: u32, then: u32| {
            if meanwhile > 0 {
                add(meanwhile);
            }
            let mut process = folder.start_file(fluent_bit, &configuration, &[]);
            assert!(process.says("inotify_fs_add"), "it has the file");
            add(then);
            let is_there = |out: &[u8]| memchr::memmem::find(out, format!("\"n\":{then}").as_bytes()).is_some();
            assert!(process.wait(&folder.path("out"), is_there), "what is written now is read");
            process.stop().records
        };
        round(0, 1);
        let records = round(2, 3);
        let has = |n: &str| records.iter().any(|record| json::field(&record.json, "n") == Some(n.as_bytes()));
        assert!(has("1") && has("3"));
        assert_eq!(has("2"), !db.is_empty());
    }
}
