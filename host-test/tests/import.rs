//! `podsieve import`: what becomes of a configuration of gitleaks.

use std::fs;
use std::process::{Command, Output};

use podsieve_host::import::{self, Count, Import};
use podsieve_policy::compile::{compile, detectors};
use podsieve_policy::model::Known;
use podsieve_policy::yaml::{self, Node};
use regex_lite::Regex;
use tempfile::TempDir;

const CONFIG: &str = r##"
title = "rules of an example"

[extend]
useDefault = true
disabledRules = ["jwt"]

[allowlist]
paths = ['''vendor/''']
regexes = ['''(?i)^none|unset$''']
stopwords = ["Example"]

[[allowlists]]
targetRules = ["acme-key", "gone"]
commits = ["0123"]
regexes = ['''^x+$''']

[[rules]]
id = "acme-key"
description = """Keys of
  ACME"""
regex = '''(?i)[\w.-]{0,50}?(?:acme)[ \t]{0,9}[='"]{1,3}([a-z0-9]{32})(?:[\x60'"\s;]|$)'''
entropy = 3.50
keywords = ["ACME", "acme"]
tags = ["x"]

[[rules]]
id = "acme.key"
regex = '''acme_\Q(\E[[:alnum:]]{8,}\)|${acme_[\w-.]+}'''
keywords = ["acme_"]

[[rules]]
id = "Several"
SecretGroup = 2
regex = '''(aaa)=(b[0-9]{8})'''
[[rules.allowlists]]
description = "what is no secret"
regexes = ['''b12345678''', '''(?i)b0000''', '''b9+$''', '''b\pN''']
stopWords = ["b11"]
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''^#''']
[[rules.allowlists]]
condition = "AND"
paths = ['''\.md$''']
regexes = ['''.''']
[[rules.allowlists]]
condition = "&&"
stopwords = ["b7"]
regexes = ['''8$''']

[[rules]]
id = "either"
regex = '''(?i)(?:left=(\d{6})|(\d{6})=right)'''
keywords = ["left", "right"]
entropy = 1

[[rules]]
id = "repeated"
regex = '''id:([a-f]{4}-){3}it''s'''
path = '''\.conf$'''
keywords = ["id:"]
[rules.allowlist]
regexTarget = "match"
regexes = ['''^id:aaaa''']

[[rules]]
id = "short"
regex = '''Z9[0-9]{8}'''
keywords = ["z9"]

[[rules]]
id = "elsewhere"
regex = '''\b[0-9a-f]{40}\b'''
keywords = ["somewhere"]

[[rules]]
id = "endless"
regex = '''token=.+'''
keywords = ["token"]

[[rules]]
id = "jwt"
regex = '''\beyJ[\w-]{40}'''
keywords = ["eyj"]

[[rules]]
id = "files"
path = '''\.p12$'''

[[rules]]
id = "part"
regex = '''part[0-9]'''
skipReport = true

[[rules]]
id = "composite"
regex = '''whole[0-9]'''
keywords = ["whole"]
[[rules.required]]
id = "part"
withinLines = 3

[[rules]]
id = "letters"
regex = '''\pL{20}key'''
keywords = ["key"]

[[rules]]
id = "nowhere"
regex = '''[0-9]{40}'''
"##;

fn imported() -> (Import, Vec<Node>, Node) {
    let import = import::gitleaks("gitleaks.toml", CONFIG).unwrap_or_else(|error| panic!("{error}"));
    let policy = yaml::read(&import.policy).unwrap_or_else(|wrong| panic!("{wrong}: {}", import.policy));
    let rules = policy.get("rules").and_then(Node::as_list).expect("a list").to_vec();
    (import, rules, policy)
}

fn texts<'a>(node: &'a Node, path: &[&str]) -> Vec<&'a str> {
    let node = path.iter().try_fold(node, |node, key| node.get(key));
    match node.map(|node| (node.as_list(), node.as_str())) {
        Some((Some(all), _)) => all.iter().filter_map(Node::as_str).collect(),
        Some((None, Some(text))) => vec![text],
        _ => Vec::new(),
    }
}

/// Name, regex, keywords, within, secret, entropy.
type Expected = (&'static str, &'static str, &'static [&'static str], &'static str, &'static str, &'static str);

#[test]
fn rules_become_rules() {
    let (import, rules, _) = imported();
    let expected: [Expected; 10] = [
        ("acme_key", r#"(?i)(?:acme)[ \t]{0,9}[='"]{1,3}([a-z0-9]{32})(?:[\x60'"\s;]|$)"#, &["acme"], "49", "1", "3.5"),
        ("acme_key_2", r"acme_\([[:alnum:]]{8,}\)|$\{acme_[\w\-.]+}", &["acme_"], "1024", "0", ""),
        ("several", "(aaa)=(b[0-9]{8})", &["aaa=b"], "12", "2", ""),
        ("either", r"(?i)left=(\d{6})", &["left"], "11", "1", "1"),
        ("either_2", r"(?i)(\d{6})=right", &["right"], "11", "1", "1"),
        ("repeated", "id:([a-f]{4}-){3}it''s", &["id:"], "24", "0", ""),
        ("short", "Z9[0-9]{8}", &["z90", "z91", "z92", "z93", "z94", "z95", "z96", "z97", "z98", "z99"], "11", "0", ""),
        ("elsewhere", r"\b[0-9a-f]{40}\b", &["somewhere"], "300", "0", ""),
        ("endless", "token=.+", &["token"], "1024", "0", ""),
        ("gitleaks_jwt", r"\beyJ[\w-]{40}", &["eyj"], "44", "0", ""),
    ];
    for (rule, (name, regex, keywords, within, secret, entropy)) in rules.iter().zip(expected) {
        let one = |key| texts(rule, &[key]).join("");
        let found =
            (one("name"), one("regex"), texts(rule, &["keywords"]), one("within"), one("secret"), one("entropy"));
        let expected = (name.into(), regex.into(), keywords.to_vec(), within.into(), secret.into(), entropy.into());
        assert_eq!(found, expected);
        assert!(Regex::new(regex).is_ok(), "{regex}");
    }
    assert_eq!(rules.len(), 10);
    assert_eq!(texts(&rules[0], &["description"]), ["Keys of ACME"]);
    let count =
        Count { rules: 14, taken: 9, written: 10, translated: 1, shortened: 1, unlimited: 2, places: 3, exceptions: 3 };
    assert_eq!(import.count, count);
}

#[test]
fn it_is_a_policy() {
    let import = import::gitleaks("gitleaks.toml", CONFIG).expect("a configuration");
    let known = Known { detectors: &detectors() };
    let file =
        podsieve_policy::read(&import.policy, &known).unwrap_or_else(|wrongs| panic!("{wrongs:?}: {}", import.policy));
    assert_eq!((file.rules.len() as u64, file.allow.len()), (import.count.written, 1));
    let policy = compile(&file, "", |_| None).map(|policy| policy.rules.len());
    assert!(policy.is_ok_and(|rules| rules > file.rules.len()), "{}", import.policy);
}

#[test]
fn exceptions_become_exceptions() {
    let (_, rules, policy) = imported();
    assert_eq!(texts(&rules[0], &["allow", "patterns"]), ["^x+$"]);
    assert_eq!(texts(&rules[2], &["allow", "values"]), ["b12345678"]);
    assert_eq!(texts(&rules[2], &["allow", "patterns"]), ["^(?s:.*)(?:b9+)$"]);
    assert_eq!(texts(&rules[2], &["allow", "words"]), ["b0000", "b11"]);
    // The whole match is the secret.
    assert_eq!(texts(&rules[5], &["allow", "patterns"]), ["^(?:id:aaaa)(?s:.*)$"]);
    assert!(rules[1].get("allow").is_none());
    let all = policy.get("allow").and_then(Node::as_list).expect("a list");
    assert_eq!(all.len(), 1);
    assert_eq!(texts(&all[0], &["rule"]).len(), rules.len());
    let patterns = texts(&all[0], &["patterns"]);
    let leaves = |secret: &str| patterns.iter().any(|pattern| Regex::new(pattern).expect(pattern).is_match(secret));
    for (secret, left) in
        [("NONE", true), ("none9", true), ("x\nunset", true), ("9none", false), ("AnExample9", true), ("unset9", false)]
    {
        assert_eq!(leaves(secret), left, "{secret}");
    }
}

#[test]
fn what_is_not_as_it_was_is_told() {
    let (import, ..) = imported();
    let notes: Vec<String> = import.notes.iter().map(ToString::to_string).collect();
    let expected = [
        ("left out: the configuration that this one extends", "[extend]"),
        ("left out: gone: an exception for a rule that is not here", "[[allowlists]]"),
        ("left out: Several: the exception b\\pN: at byte 1: Unicode", "description = \"what is no secret\""),
        ("left out: Several: an exception for lines", "regexTarget = \"line\""),
        ("left out: Several: an exception that needs a regex and a stop word", "condition = \"&&\""),
        ("changed: either: its 2 alternatives", "id = \"either\""),
        ("changed: repeated: it was for certain files (path)", "id = \"repeated\""),
        ("changed: repeated: the whole match is the secret", "id = \"repeated\""),
        ("changed: short: its keyword `z9`", "id = \"short\""),
        ("left out: files: it is for names of files only", "id = \"files\""),
        ("left out: part: it is only a part", "id = \"part\""),
        ("left out: composite: it counts only where", "id = \"composite\""),
        ("left out: letters: its regex: at byte 0: Unicode", "id = \"letters\""),
        ("left out: nowhere: it has no keywords", "id = \"nowhere\""),
    ];
    let lines: Vec<&str> = CONFIG.lines().collect();
    for (what, at) in expected {
        let line = lines.iter().position(|line| *line == at).expect(at);
        // A table begins with its header, in the line before its first key.
        let is_there = |note: &&String| {
            note.contains(what)
                && (note.starts_with(&format!("{}: ", line)) || note.starts_with(&format!("{}: ", line + 1)))
        };
        assert!(notes.iter().any(|note| is_there(&note)), "{what} near line {line}: {notes:#?}");
    }
    assert_eq!(notes.len(), expected.len(), "{notes:#?}");
}

#[test]
fn wrong_configurations_have_places() {
    let configs = [
        ("a = [", 1, ""),
        ("[[rules]]\nregex = 'a'", 1, "no `id`"),
        ("[[rules]]\nid = 'a'", 1, "neither a `regex` nor a `path`"),
        ("rules = 1", 1, "`rules`"),
        ("[[rules]]\nid = 1", 2, "`id`: expected a text"),
        ("[[rules]]\nid = 'a'\nregex = 'a'\nkeywords = [1]", 4, "`keywords`: expected texts"),
        ("[[rules]]\nid = 'a'\nregex = 'a'\nentropy = 9", 4, "from 0 to 8"),
        ("[[rules]]\nid = 'a'\nregex = 'a'\nsecretGroup = -1", 4, "number of a group"),
        ("[[rules]]\nid = 'a'\nregex = 'a'\nskipReport = 'x'", 4, "`true` or `false`"),
        ("[allowlist]\n\ncondition = 'xor'", 3, "`AND` or `OR`"),
        ("[allowlist]\nregexTarget = 'file'", 2, "`line`"),
    ];
    for (text, line, part) in configs {
        let error = import::gitleaks("x.toml", text).expect_err(text).to_string();
        assert!(error.starts_with(&format!("x.toml:{line}: ")) && error.contains(part), "{text}: {error}");
    }
    let none = import::gitleaks("x.toml", "").expect("nothing");
    assert_eq!(yaml::read(&none.policy).expect("YAML").get("rules").and_then(Node::as_list).map(<[_]>::len), Some(0));
}

fn podsieve(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podsieve"));
    command
        .current_dir(folder.path())
        .args(["import", "gitleaks"])
        .args(arguments)
        .output()
        .expect("the command starts")
}

#[test]
fn the_command_writes_the_policy() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("gitleaks.toml"), CONFIG).expect("a file");
    fs::write(folder.path().join("good.toml"), "[[rules]]\nid = 'a'\nregex = 'acme[0-9]'").expect("a file");
    fs::write(folder.path().join("bad.toml"), "[[rules]]\nid = 1").expect("a file");
    let output = podsieve(&folder, &["gitleaks.toml"]);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), imported().0.policy);
    for part in [
        "gitleaks.toml:91: left out: part: ",
        "3 exceptions for paths",
        "9 of 14 rules, 5 left out; the policy has 10 rules",
    ] {
        assert!(err.contains(part), "{part}: {err}");
    }
    let output = podsieve(&folder, &["gitleaks.toml", "--strict", "-o", "policy.yaml"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert_eq!(fs::read_to_string(folder.path().join("policy.yaml")).expect("a file"), imported().0.policy);
    assert_eq!(podsieve(&folder, &["good.toml", "--strict"]).status.code(), Some(0));
    for arguments in [["bad.toml"].as_slice(), &["missing.toml"], &["good.toml", "-o", "no/policy.yaml"], &[]] {
        let output = podsieve(&folder, arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
    }
}
