//! What is read of policies that are right, and which of them mean the same.

mod common;

use common::{KNOWN, read};
use podsieve_policy::model::{Action, Allowed, Condition, Mask, Segment, Setting, TagPart, Test, Text};
use podsieve_policy::{DEFAULT, canonical, id};

const FULL: &str = include_str!("good/full.yaml");
const GOOD: &[&str] = &[
    FULL,
    DEFAULT,
    "",
    include_str!("good/short.yaml"),
    include_str!("good/json.yaml"),
    include_str!("good/nothing-said.yaml"),
];

fn canonical_of(text: &str) -> String {
    match read(text) {
        Ok(file) => canonical(&file, &KNOWN),
        Err(wrongs) => panic!("{text}\n{}", wrongs.iter().map(|wrong| format!("{wrong}\n")).collect::<String>()),
    }
}

#[test]
fn the_default_policy_is_the_empty_one() {
    assert_eq!(canonical_of(DEFAULT), canonical_of(""));
    assert_eq!(canonical_of(include_str!("good/nothing-said.yaml")), canonical_of(""));
    assert_eq!(canonical_of(""), "{\"version\":1}");
}

/// The file without the marks of the comments that show the format.
fn shown(text: &str) -> String {
    let is_sample = |line: &str| {
        let line = line.trim_start();
        let is_name =
            |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        line.starts_with("- ") || line.split_once(": ").is_some_and(|(name, _)| is_name(name))
    };
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let sample = line.trim_start().strip_prefix("# ").filter(|sample| is_sample(sample));
        let Some(sample) = sample else {
            lines.push(line.to_owned());
            continue;
        };
        let replaces = indent > 0 && !sample.starts_with([' ', '-']);
        let sample = format!("{}{sample}", " ".repeat(indent));
        if let Some(last) = lines.last_mut() {
            for empty in [" []", " {}"] {
                *last = last.strip_suffix(empty).unwrap_or(last).to_owned();
            }
        }
        // It takes the place of the default.
        let name = sample.get(..=sample.find(':').unwrap_or_default()).unwrap_or_default();
        lines.retain(|line| !replaces || !line.starts_with(name));
        lines.push(sample);
    }
    lines.join("\n")
}

#[test]
fn what_the_default_policy_shows_is_right() {
    let shown = shown(DEFAULT);
    let file = read(&shown).unwrap_or_else(|wrongs| panic!("{shown}\n{wrongs:?}"));
    assert_eq!((file.rules.len(), file.keys.len(), file.allow.len(), file.hash.keys.len()), (2, 2, 4, 2));
    assert_eq!((file.enrich.fields.len(), file.enrich.lookups.len(), file.route.len()), (1, 1, 3));
    assert_eq!(file.limits.record, Some(4 << 20));
    for key in ["private", "patterns", "checksum", "entropy", "within", "text_only", "default", "missing", "prefix"] {
        assert!(shown.contains(&format!("{key}: ")), "{key}");
    }
}

#[test]
fn the_canonical_form_is_the_recorded_one() {
    assert_eq!(format!("{}\n", canonical_of(FULL)), include_str!("canonical.json"));
    let id_of = |text| id(&read(text).expect("it is a policy"), &KNOWN);
    assert_eq!(id_of(""), "2430f1a2ad29");
    assert_ne!(id_of(FULL), id_of(""));
}

#[test]
fn the_canonical_form_is_a_policy_that_means_the_same() {
    for text in GOOD {
        let canonical = canonical_of(text);
        assert_eq!(canonical_of(&canonical), canonical);
    }
}

#[test]
fn the_form_does_not_matter() {
    for (left, right) in [
        ("on_error: drop\naudit: {policy: on}\n", "# x\naudit:\n    'policy': \"on\"\n\n\non_error: 'drop' # y\n"),
        ("detectors: {email: mask, card: off}", "{\"detectors\":{\"card\":\"off\",\"email\":\"mask\"}}"),
        ("detectors: {email: mask}", "detectors: {email: {action: {mask: {last: 4, with: '*'}}}}"),
        ("detectors: {email: {mask: {last: 1}}}", "detectors: {email: {mask: {first: 0, last: 1}}}"),
        ("detectors: {card: keep, pii: remove}", "detectors: {pii: remove, card: keep}"),
        ("detectors: {all: on, pii: off}", "detectors: {pii: off, secrets: on}"),
        ("detectors: {phone: on}", "detectors: {phone: {redact: '[REDACTED:{rule}]'}}"),
        ("detectors: {email: {allow: {values: [a, b, a]}}}", "detectors: {email: {allow: {values: [b, a]}}}"),
        ("detectors: {email: on}", ""),
        ("keys: [{name: X-Api_Pin}]", "keys: [{rule: key, name: xapipin, action: redact, text_only: off}]"),
        ("keys: [{path: 'a[\"b\"]'}]", "keys: [{path: a.b}]"),
        ("allow: [{rule: [ssn, card], path: a}]", "allow: [{rule: [card, ssn, card], path: a}]"),
        ("allow: [{rule: card, path: a}]", "allow: [{rule: [card], path: a}]"),
        ("route: [{when: {severity: warn}, tag: a}]", "route: [{tag: a, when: [{severity: warn}], missing: unknown}]"),
        ("route: [{tag: \"{a['b']}\"}]", "route: [{tag: '{a.b}'}]"),
        ("limits: {record: 64KiB}", "limits: {record: 65536}"),
        ("limits: {record: 1 MiB}", "limits: {record: 1024KiB}"),
        ("hash: {length: 32}", ""),
        (
            "hash: {length: 32, keys: [{id: k, from: 'env:K'}]}\ndetectors: {card: hash}",
            "hash: {keys: [{id: k, from: 'env:K'}]}\ndetectors: {card: {hash: {length: 32}}}",
        ),
        (
            "rules: [{name: a, regex: x, keywords: [Pin, pin, abc], entropy: 2.50}]",
            "rules: [{name: a, regex: x, keywords: [abc, pin], entropy: 2.5, within: 64, description: y}]",
        ),
    ] {
        assert_eq!(canonical_of(left), canonical_of(right), "{left}");
    }
    let aliased = "keys: [{name: pin, action: &m {mask: {last: 2}}}, {name: pen, action: *m}]";
    let written = "keys: [{name: pin, action: {mask: {last: 2}}}, {name: pen, action: {mask: {last: 2}}}]";
    assert_eq!(canonical_of(aliased), canonical_of(written));
}

#[test]
fn what_means_something_else_is_another_form() {
    let texts = [
        "",
        "detectors: {email: off}",
        "detectors: {email: mask}",
        "detectors: {email: {mask: {last: 3}}}",
        "detectors: {email: {mask: {last: 3, with: x}}}",
        "detectors: {email: {redact: x}}",
        "detectors: {email: {redact: '{rule}'}}",
        "detectors: {pii: on}",
        "detectors: {email: {allow: {values: [a]}}}",
        "detectors: {email: {allow: {patterns: [a]}}}",
        "detectors: {ipv4: on}",
        "detectors: {ipv4: {action: on, private: keep}}",
        "keys: [{name: pin}]",
        "keys: [{path: pin}]",
        "keys: [{name: pin, text_only: on}]",
        "keys: [{path: a.b.c}]",
        "keys: [{path: 'a[\"b.c\"]'}]",
        "route: []",
        "route: [{tag: a}]",
        "route: [{tag: a, missing: skip}]",
        "route: [{when: {field: a, equals: x}, tag: a}]",
        "route: [{when: {field: a, prefix: x}, tag: a}]",
        "route: [{when: {not: {field: a, prefix: x}}, tag: a}]",
        "parse: {depth: 1}",
        "parse: {body: [message, log]}",
        "audit: {policy: on}",
        "hash: {keys: [{id: k, from: 'env:K'}]}",
        "hash: {keys: [{id: k, from: 'file:/K'}]}",
    ];
    let mut forms: Vec<String> = texts.iter().map(|text| canonical_of(text)).collect();
    forms.sort();
    forms.dedup();
    assert_eq!(forms.len(), texts.len());
}

fn setting(text: &str, name: &str) -> Setting {
    let file = read(text).expect("it is a policy");
    file.detectors.into_iter().find(|setting| setting.name == name).expect("it is there")
}

#[test]
fn what_is_said_more_closely_wins() {
    let mask = || Some(Action::Mask(Mask { first: 0, last: 4, with: '*' }));
    for (text, name, action) in [
        ("", "email", Some(Action::default())),
        ("", "phone", None),
        ("detectors: {pii: mask}", "email", mask()),
        ("detectors: {pii: mask}", "phone", mask()),
        ("detectors: {pii: mask}", "jwt", Some(Action::default())),
        ("detectors: {all: off}", "jwt", None),
        ("detectors: {phone: on, pii: mask}", "phone", mask()),
        ("detectors: {all: mask, pii: off, phone: on}", "phone", mask()),
        ("detectors: {phone: keep, pii: off}", "phone", Some(Action::Keep)),
        ("detectors: {email: {allow: {values: [x]}}}", "email", Some(Action::default())),
        ("detectors: {pii: {allow: {values: [x]}}}", "phone", None),
        ("detectors: {all: on}", "ipv6", Some(Action::default())),
        ("detectors: {all: true, ipv6: false}", "ipv6", None),
    ] {
        assert_eq!(setting(text, name).action, action, "{text} {name}");
    }
    let text = "detectors:\n  pii: {allow: {values: [x]}}\n  email: mask\n  card: {allow: {values: [y]}}";
    let values = |name| setting(text, name).allow.values;
    assert_eq!((values("email"), values("card"), values("jwt")), (vec!["x".into()], vec!["y".into()], vec![]));
    let line = |name| setting(text, name).place.map(|place| place.line);
    assert_eq!((line("ssn"), line("email"), line("jwt")), (Some(2), Some(3), None));
}

#[test]
fn each_choice_is_read() {
    for (before, choices, after) in [
        ("route: [{tag: a, when: {severity: ", "trace debug info warn error fatal", "}}]"),
        ("enrich: {names: ", "kubernetes opentelemetry ecs", "}"),
        ("audit: {write: ", "when_redacted always never", "}"),
        ("on_error: ", "mask drop", ""),
        ("rules: [{name: a, regex: x, scan: full, checksum: ", "luhn mod97", "}]"),
        ("keys: [{name: pin, action: ", "redact mask hash remove keep", "}]\nhash: {keys: [{id: k, from: 'env:K'}]}"),
        ("keys: [{name: pin, text_only: ", "on off", "}]"),
        ("detectors: {ipv6: {action: on, private: ", "keep redact", "}}"),
    ] {
        let forms = choices.split(' ').map(|choice| canonical_of(&format!("{before}{choice}{after}")));
        let forms: std::collections::BTreeSet<String> = forms.collect();
        assert_eq!(forms.len(), choices.split(' ').count(), "{before}");
    }
}

#[test]
fn groups_stand_for_their_rules() {
    let file = read("allow: [{rule: [pii, jwt], path: a}]").expect("it is a policy");
    let mut names = vec!["card", "email", "iban", "ipv4", "ipv6", "jwt", "mac", "phone", "ssn"];
    names.sort_unstable();
    assert_eq!(file.allow[0].rules, names);
}

#[test]
fn paths_and_tags_are_read_into_parts() {
    let file = read(FULL).expect("it is a policy");
    let name = |name: &str| Segment::Name(name.into());
    let podsieve_policy::model::Which::Path(path) = &file.keys[2].which else { panic!("it is a path") };
    let segments = [name("labels"), name("a.b/c"), Segment::Deep, name("x"), Segment::Index(3), Segment::Any];
    assert_eq!(path.segments, segments);
    let [TagPart::Text(front), TagPart::Field(namespace), TagPart::Text(dot), TagPart::Field(service)] =
        file.route[0].tag.parts.as_slice()
    else {
        panic!("four parts");
    };
    assert_eq!((front.as_str(), dot.as_str()), ("archive.", "."));
    assert_eq!(namespace.segments, [name("kubernetes"), name("namespace_name")]);
    assert_eq!(service.segments, [name("service")]);
    let Condition::Field { test, .. } = &file.route[0].when[1] else { panic!("it is of a field") };
    assert_eq!(*test, Test::In(["x", "y", "z"].map(String::from).into()));
}

#[test]
fn texts_know_the_places_of_their_bytes() {
    let source =
        "\u{feff}allow:\r\n- patterns: ['\u{fc}b(c', x(y, \"a\\tb\", \"x(\"]\n- patterns:\n    - |-\n      a(b\n";
    let file = read(source).expect("it is a policy");
    let patterns: Vec<&Text> = file.allow.iter().flat_map(|allow| &allow.allowed.patterns).collect();
    let places: Vec<String> = patterns
        .iter()
        .map(|text| {
            let offset = text.text.find('(').unwrap_or(1);
            text.place_of(source, offset).to_string()
        })
        .collect();
    assert_eq!(places, ["2:17", "2:23", "2:27", "2:37", "5:8"]);
    // What is not in the text is where the text is.
    assert_eq!(patterns[0].place_of(source, 1), patterns[0].place);
    assert_eq!(patterns[0].place_of("", 0), patterns[0].place);
}

#[test]
fn nothing_is_allowed_by_default() {
    assert!(Allowed::default().is_empty());
    assert!(read("").expect("it is a policy").detectors.iter().all(|setting| setting.allow.is_empty()));
}
