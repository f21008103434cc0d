//! What nobody means: it is read or refused in little time, and nothing of it is shown.

mod common;

use std::time::{Duration, Instant};

use common::read;
use podsieve_policy::MAX_WRONGS;

const FULL: &str = include_str!("good/full.yaml");

/// No part of a file that is longer, in characters, may be in what is said of it.
const MAX_SHOWN: usize = 32;

#[test]
fn mistakes_are_counted_out() {
    let text = format!("detectors: {{{}}}", (0..1000).map(|n| format!("x{n}: on, ")).collect::<String>());
    assert_eq!(read(&text).map_err(|wrongs| wrongs.len()), Err(MAX_WRONGS));
}

#[test]
fn mistakes_are_in_the_order_of_their_places() {
    for line in include_str!("bad.txt").split("\n== ") {
        let text = line.split_once('\n').map_or("", |(_, rest)| rest);
        let wrongs = read(text.split("\n=> ").next().unwrap_or_default()).err().unwrap_or_default();
        assert!(wrongs.is_sorted_by_key(|wrong| wrong.place), "{text}");
    }
}

/// The largest texts that the YAML reader lets through, each made to cost much here. They take less
/// than a second each; what is not linear takes minutes.
#[test]
fn time_is_bounded() {
    let many = |part: &str, times: usize| part.repeat(times);
    let texts = [
        ("paths on one line", format!("keys: [{}]", many("{path: 'a[x'}, ", 20_000))),
        ("misspelt keys", format!("{{{}}}", (0..40_000).map(|n| format!("rulez{n}: 1, ")).collect::<String>())),
        ("misspelt rules", format!("allow: [{{path: a, rule: [{}]}}]", many("emial, ", 90_000))),
        ("one path", format!("keys: [{{path: {}}}]", many("a.", 500_000))),
        ("stars", format!("keys: [{{path: \"{}\"}}]", many("*", 1_000_000))),
        ("brackets", format!("keys: [{{path: \"{}\"}}]", many("[1]", 300_000))),
        ("one tag", format!("route: [{{tag: \"{}\"}}]", many("{a}", 300_000))),
        ("braces", format!("route: [{{tag: \"{}\"}}]", many("{", 1_000_000))),
        ("one mark", format!("detectors: {{email: {{redact: \"{}\"}}}}", many("{rule}", 200_000))),
        (
            "ids",
            format!(
                "hash: {{keys: [{}]}}",
                (0..15_000).map(|n| format!("{{id: k{n}, from: env:K}}, ")).collect::<String>()
            ),
        ),
        (
            "names",
            format!(
                "rules: [{}]",
                (0..9_000).map(|n| format!("{{name: r{n}, regex: x, keywords: [abc]}}, ")).collect::<String>()
            ),
        ),
        (
            "rules that are named",
            format!(
                "rules: [{}]\nallow: [{}]",
                (0..4_000).map(|n| format!("{{name: r{n}, regex: x, keywords: [abc]}}, ")).collect::<String>(),
                many("{path: a, rule: r3}, ", 4_000),
            ),
        ),
        ("detectors", format!("allow: [{}]", many("{path: a, rule: [all, pii, secrets, all]}, ", 4_000))),
        ("nested conditions", format!("route: [{{tag: a, when: {}{}}}]", many("{not: ", 58), many("}", 58))),
        ("wide conditions", format!("route: [{{tag: a, when: {{any: [{}]}}}}]", many("{severity: warn}, ", 30_000))),
        ("long names", format!("detectors: {{{}: on}}", many("a", 1_000_000))),
        ("long values", format!("on_error: \"{}\"", many("\u{fc}", 500_000))),
        ("digits", format!("limits: {{record: {}}}", many("9", 1_000_000))),
        ("lines", format!("{}on_error: x", many("\n", 1_000_000))),
    ];
    for (name, text) in texts {
        let start = Instant::now();
        let wrongs = read(&text).err().unwrap_or_default();
        let time = start.elapsed();
        assert!(time < Duration::from_secs(10), "{name} took {time:?}");
        assert!(wrongs.len() <= MAX_WRONGS, "{name}");
        for wrong in wrongs {
            assert!(wrong.what.len() < 400, "{name}: {wrong}");
        }
    }
}

/// Every text and every text but one character of a policy is read without a panic.
#[test]
fn damaged_policies_are_refused_or_read() {
    let mut refused = 0;
    for (at, character) in FULL.char_indices() {
        let (before, rest) = FULL.split_at(at);
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        for with in ["", "{"] {
            refused += usize::from(read(&format!("{before}{with}{after}")).is_err());
        }
        refused += usize::from(read(before).is_err());
    }
    assert!(refused > 1000, "{refused}");
}

/// Each value of a policy in turn is a secret, alone or as the key of a map: nothing of it may be in what is said.
#[test]
fn values_are_not_shown() {
    let secret = "hunter2+correct/horse-battery~staple=hunter2";
    assert!(secret.len() > MAX_SHOWN);
    let mut seen = 0;
    for (at, _) in FULL.match_indices([':', ',', '[', '{']) {
        let (before, rest) = FULL.split_at(at + 1);
        let end = rest.find([',', ']', '}', '\n']).unwrap_or(rest.len());
        for value in
            [format!(" {secret}"), format!(" {{{secret}: {secret}}}"), format!(" [{secret}]"), format!(" \"{secret}\"")]
        {
            let text = format!("{before}{value}{}", rest.get(end..).unwrap_or_default());
            for wrong in read(&text).err().unwrap_or_default() {
                seen += 1;
                assert!(!wrong.what.contains("hunter2"), "{text}\n{wrong}");
            }
        }
    }
    assert!(seen > 300, "{seen}");
}

/// Under `hash`, nothing short either.
#[test]
fn nothing_of_how_hashes_are_made_is_shown() {
    let secret = "k3y";
    let mut seen = 0;
    for text in [
        "hash: S",
        "hash: [S]",
        "hash: {S: 1}",
        "hash: {key: S}",
        "hash: {secret: S}",
        "hash: {length: S}",
        "hash: {length: [S]}",
        "hash: {length: 71077345}",
        "hash: {keys: S}",
        "hash: {keys: [S]}",
        "hash: {keys: {S: S}}",
        "hash: {keys: [{id: S!, from: S}]}",
        "hash: {keys: [{id: k1, key: S}]}",
        "hash: {keys: [{id: k1, secret: S}]}",
        "hash: {keys: [{id: k1, form: S}]}",
        "hash: {keys: [{id: k1, S: S}]}",
        "hash: {keys: [{id: k1, from: 'env:S!'}]}",
        "hash: {keys: [{id: k1, from: 'file:S'}]}",
        "hash: {keys: [{id: k1, from: {key: S}}]}",
        "hash: {keys: [{id: S, from: 'env:K'}, {id: S, from: 'env:K'}]}",
        "detectors: {email: {hash: S}}",
        "detectors: {email: {hash: {S: S}}}",
        "detectors: {email: {hash: {length: S}}}",
        "detectors: {email: {action: {hash: {key: S}}}}",
    ] {
        let text = text.replace('S', secret);
        let wrongs = read(&text).expect_err(&text);
        for wrong in wrongs {
            seen += 1;
            assert!(!wrong.what.contains(secret) && !wrong.what.contains("71077345"), "{text}\n{wrong}");
        }
    }
    assert!(seen >= 24);
}
