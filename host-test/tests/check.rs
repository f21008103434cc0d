//! `podsieve check`: a minimal policy for each warning, and policies that are as they should be.

use std::fs;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use podsieve_host::check::{self, WARNINGS};
use podsieve_host::{Finding, Level};
use tempfile::TempDir;

const README: &str = include_str!("../../README.md");

/// Of what is measured when it is for a warning of what is measured.
fn findings(policy: &str, measures: bool) -> Vec<Finding> {
    let check = if measures { check::check } else { check::check_without_cost };
    check("policy.yaml", policy).findings
}

/// A warning, a policy that has it and no other, the line that it is in, and a part of what it says.
const CASES: &[(&str, &str, u32, &str)] = &[
    (
        "rule-shadowed",
        "rules:\n  - {name: ours, regex: 'ghp_[A-Za-z0-9]{36}', keywords: [ghp_]}",
        2,
        "all that rule `ours` finds is found without it, by `github_token`",
    ),
    (
        "rule-shadowed",
        "rules:\n  - {name: a, regex: 'T-[0-9]{6}', keywords: [ticket]}\n  - {name: b, regex: 'T-[0-9]{6}', keywords: [ticket]}",
        3,
        "all that rule `b` would find is found first by `a`",
    ),
    (
        "rule-never",
        "rules:\n  - {name: x, regex: 'acme_([a-z]{20})', keywords: [acme], checksum: luhn}",
        2,
        "never has the checksum; leave `checksum` out",
    ),
    (
        "rule-never",
        "rules:\n  - {name: x, regex: 'acme_([0-9]{8})', keywords: [acme], entropy: 3.5}",
        2,
        "never has the entropy; lower `entropy`",
    ),
    (
        "rule-never",
        "rules:\n  - {name: x, regex: 'acme_([0-9]{8})', keywords: [acme], allow: {patterns: ['[0-9]+']}}",
        2,
        "its own `allow` leaves all",
    ),
    (
        "rule-never",
        "rules:\n  - {name: x, regex: 'acme_([0-9]{8})', keywords: [acme]}\nallow: [{rule: x, patterns: ['[0-9]+']}]",
        2,
        "finds nothing: `allow` leaves all",
    ),
    (
        "rule-never",
        "rules:\n  - {name: x, regex: 'A[0-9]{90}', keywords: [acme]}",
        2,
        "ends farther from a keyword than `within`",
    ),
    (
        "rule-never",
        "rules:\n  - {name: x, regex: 'acme-()[0-9]{8}', keywords: [acme]}",
        2,
        "holds nothing in any match",
    ),
    (
        "rule-ordinary",
        "rules:\n  - {name: x, regex: '[a-z]{5,}', keywords: [badge]}",
        2,
        "ordinary text beside its keywords: words",
    ),
    (
        "rule-ordinary",
        "rules:\n  - name: x\n    regex: '[0-9]{2,}'\n    keywords: [badge]",
        3,
        "a number, a date, a time",
    ),
    (
        "rule-expensive",
        "rules:\n  - {name: x, regex: '[a-z ]{2,40}[a-z]-([a-z]{3,9})-[0-9]', keywords: [badge]}",
        2,
        "times as much as a clean record",
    ),
    (
        "keyword-common",
        "rules:\n  - {name: x, regex: 'B-([0-9]{8})', keywords: [badge, request]}",
        2,
        "they have its keyword `request`",
    ),
    ("allow-everything", "allow:\n  - {path: '**'}", 2, "the path is every path, so that all that is found stays"),
    ("allow-everything", "allow:\n  - {rule: email, patterns: [a, '.*']}", 2, "so that all that its rules find stays"),
    ("allow-everything", "detectors:\n  pii: {allow: {patterns: ['(?s).+']}}", 2, "all that `email` finds stays"),
    ("allow-off", "allow:\n  - {rule: [ipv4, mac], values: [10.0.0.1]}", 2, "`ipv4`, `mac` are off; leave it out"),
    ("key-everything", "keys:\n  - {path: '**'}", 2, "no value of a record stays"),
    ("key-known", "keys:\n  - {name: DB-Password}", 2, "secret already, by `password`"),
    (
        "lookup-never",
        "enrich:\n  fields: {team: a}\n  lookups:\n    - {field: team, from: pod, values: {a: b}}",
        4,
        "added by `enrich.fields` already",
    ),
    (
        "lookup-never",
        "enrich:\n  lookups:\n    - {field: t, from: pod, values: {a: b}, default: x}\n    - {field: t, from: pod, values: {c: d}}",
        4,
        "added by the lookup in line 3 already",
    ),
    (
        "lookup-empty",
        "enrich:\n  lookups:\n    - {field: t, from: pod, values: {}}",
        3,
        "has no values and adds nothing",
    ),
    (
        "route-unreached",
        "route:\n  - {when: {severity: warn}, tag: a}\n  - {when: {severity: error}, tag: b}",
        3,
        "the route in line 2 applies whenever",
    ),
    (
        "route-unreached",
        "route:\n  - {when: {redacted: true}, tag: a}\n  - {when: [{field: x, equals: y}, {redacted: [card]}], tag: b}",
        3,
        "put this one in front of it",
    ),
    ("route-off", "route:\n  - {when: {redacted: [iban]}, tag: a}", 2, "the detectors that `redacted` names are off"),
    ("hash-unused", "hash:\n  keys:\n    - {id: k1, from: 'env:A'}", 3, "nothing is hashed"),
];

#[test]
fn each_warning_has_a_policy_with_it_alone() {
    let wrong: Vec<String> = CASES
        .iter()
        .filter_map(|(name, policy, line, part)| {
            let findings = findings(policy, matches!(*name, "rule-expensive" | "keyword-common"));
            let found = match findings.as_slice() {
                [found] => {
                    found.rule == *name
                        && found.line == *line
                        && found.level == Level::Warning
                        && found.to_string().contains(part)
                }
                _ => false,
            };
            (!found).then(|| format!("{name}: {policy}\n{findings:#?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for warning in WARNINGS {
        assert!(CASES.iter().any(|(name, ..)| *name == warning.name), "{} has no case", warning.name);
    }
}

/// Policies that are nearly as those of the warnings, and as they should be.
const GOOD: &[&str] = &[
    "",
    "rules: [{name: badge, regex: 'B-([0-9]{8})', keywords: [badge, employee], checksum: luhn}]",
    "rules: [{name: x, regex: 'acme_([A-Z0-9]{20})', keywords: [acme], entropy: 3.5, allow: {patterns: ['0+']}}]",
    "rules: [{name: x, regex: 'A[0-9]{90}', keywords: [acme], within: 128}]",
    "rules: [{name: x, regex: '[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}', keywords: [acme]}]",
    "rules: [{name: x, regex: '(DE[0-9]{20})', keywords: [konto], checksum: mod97}]",
    "detectors: {github_token: off}\nrules: [{name: ours, regex: 'ghp_[A-Za-z0-9]{36}', keywords: [ghp_], action: mask}]",
    "allow: [{path: 'test.**'}, {rule: email, path: '**', values: [a@example.com]}, {rule: pii, values: [x]}]",
    "keys: [{path: '**.email'}, {name: password, action: remove}, {name: token, rule: ours}, {name: tenant}]",
    "route: [{when: {severity: error}, tag: a}, {when: {severity: warn}, tag: b}, {tag: c}]",
    "route: [{when: {redacted: true}, tag: 'a.{x}', missing: skip}, {when: {redacted: [card]}, tag: b}]",
    "detectors: {email: hash}\nhash: {keys: [{id: k2, from: 'env:A'}, {id: k1, from: 'file:/no/such/file'}]}",
];

#[test]
fn good_policies_have_no_warnings() {
    for policy in GOOD {
        let findings = findings(policy, false);
        assert!(findings.is_empty(), "{policy}\n{findings:#?}");
    }
    for policy in [podsieve_policy::DEFAULT, GOOD[1]] {
        let checked = check::check("policy.yaml", policy);
        assert!(checked.findings.is_empty(), "{policy}\n{:#?}", checked.findings);
        assert!(checked.cost.is_some_and(|cost| cost.clean > 0 && cost.clean < cost.redacted), "{:?}", checked.cost);
    }
}

#[test]
fn the_policy_of_the_readme_has_no_warnings() {
    let section = README.split("## A policy of your own").nth(1).expect("the section is there");
    let policy = section.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a policy");
    assert!(policy.contains("detectors:"), "{policy}");
    let checked = check::check("policy.yaml", policy);
    assert!(checked.findings.is_empty(), "{:#?}", checked.findings);
}

#[test]
fn errors_are_those_of_bake() {
    for (policy, line, column, part) in [
        ("detectors:\n  emial: off\n", 2, 3, "unknown detector `emial`; did you mean `email`?"),
        ("rules:\n  - {name: x, regex: '(', keywords: [abc]}\n", 2, 22, "not a regex"),
        (
            "rules:\n  - {name: x, regex: a, keywords: [abc]}\n  - {name: x, regex: a, keywords: [abc]}\n",
            3,
            12,
            "another rule has this name already",
        ),
        ("detectors: {email: hash}\n", 1, 20, "hashes need a key"),
        ("route:\n  - {tag: a}\n  - {when: {severity: error}, tag: b}\n", 3, 5, "no record comes here"),
        ("on_error: drip\n", 1, 11, "drop"),
    ] {
        let checked = check::check("policy.yaml", policy);
        let [found] = checked.findings.as_slice() else { panic!("{policy}: {:#?}", checked.findings) };
        assert_eq!((found.level, found.line, found.column), (Level::Error, line, Some(column)), "{found}");
        assert!(found.what.contains(part), "{found}");
        assert!(checked.cost.is_none());
    }
}

#[test]
fn twenty_rules_take_little_longer_than_none() {
    let mut policy = String::from("rules:\n");
    for n in 0..20 {
        policy += &format!(
            "  - {{name: rule_{n}, regex: 'vendor{n}_key=([a-z0-9]{{20}})X', keywords: [vendor{n}], entropy: 3.0}}\n"
        );
    }
    // Other tests run beside this one.
    let time = |policy: &str| {
        let started = Instant::now();
        assert_eq!(check::check("policy.yaml", policy).findings, []);
        started.elapsed()
    };
    let (none, rules) = (time(""), time(&policy));
    assert!(rules < none * 2 + Duration::from_secs(2), "{rules:?}, {none:?} without rules");
}

fn podsieve(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podsieve"));
    command.current_dir(folder.path()).arg("check").args(arguments).output().expect("the command starts")
}

#[test]
fn the_command_tells_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [
        ("good.yaml", "detectors: {phone: on}"),
        ("warned.yaml", "keys:\n  - {path: '**'}\n"),
        ("wrong.yaml", "detectors:\n  emial: off\n"),
    ];
    for (name, policy) in files {
        fs::write(folder.path().join(name), policy).expect("a file");
    }
    for (arguments, code) in [
        (&["good.yaml", "--strict"][..], 0),
        (&["warned.yaml"], 0),
        (&["warned.yaml", "--strict"], 1),
        (&["wrong.yaml", "good.yaml"], 1),
        (&["missing.yaml", "wrong.yaml"], 2),
        (&[], 2),
    ] {
        let output = podsieve(&folder, arguments);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {err}");
    }
    let output = podsieve(&folder, &["warned.yaml", "wrong.yaml"]);
    let out = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3, "{out}");
    assert!(lines[0].starts_with("warned.yaml:2:12: warning: ") && lines[0].ends_with(" [key-everything]"), "{out}");
    assert!(lines[1].starts_with("warned.yaml: estimated cost: ") && lines[1].ends_with(" KiB"), "{out}");
    assert_eq!(lines[2], "wrong.yaml:2:3: error: unknown detector `emial`; did you mean `email`? [invalid]");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(err, "podsieve: 2 policy files: 1 error, 1 warning\n");

    let output = podsieve(&folder, &["--json", "warned.yaml"]);
    let out = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    assert_eq!((&lines[0]["line"], &lines[0]["column"]), (&2.into(), &12.into()));
    assert_eq!((&lines[0]["rule"], &lines[0]["level"]), (&"key-everything".into(), &"warning".into()));
    assert!(lines[1]["cost"]["clean"].as_u64().is_some_and(|clean| clean > 0), "{out}");

    let output = podsieve(&folder, &["--warnings"]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(WARNINGS.iter().all(|warning| out.contains(warning.name)), "{out}");
}
