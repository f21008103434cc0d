//! Policies of one's own: what each part of one does, natively and in a module that was baked with it; and what baking
//! promises.

#[path = "common/policy_cases.rs"]
mod policy_cases;

use std::collections::BTreeSet;

use podsieve_core::{Engine, Function};
use podsieve_host::bake;
use podsieve_host::{Config, Host, Module, Runner, policy, unbaked_module};
use podsieve_policy::yaml::{self, Node};
use policy_cases::{BADGE, CASES, TAG, keys};

const NOT_ARCHIVED: &str = "route: [{when: {field: never, exists: true}, tag: none}]\n";

fn baked(policy: &str) -> Module {
    let wasm = bake::bake(policy, &keys()).unwrap_or_else(|error| panic!("{policy}: {error}"));
    Module::compile(&wasm).expect("a baked module is one")
}

#[test]
fn each_part_of_a_policy_does_what_it_says() {
    let mut wrong = Vec::new();
    for case in CASES {
        let file = policy::read(case.policy).unwrap_or_else(|wrong| panic!("{}: {}", case.what, bake::told(&wrong)));
        let compiled = policy::compiled(&file, &keys());
        let compiled = compiled.unwrap_or_else(|wrong| panic!("{}: {}", case.what, bake::told(&wrong)));
        let mut engine = Engine::new(compiled);
        let (record, expected) = (case.record(), case.out(&policy::id(&file)));
        let mut judge = |function, record: &str, how: &str| {
            let out = String::from_utf8_lossy(engine.run(function, TAG, record.as_bytes())).into_owned();
            if out != expected {
                wrong.push(format!("{}{how}\n  expected {expected}\n     found {out}", case.what));
            }
        };
        // The third one has a layout by then.
        for _ in 0..4 {
            judge(case.function, &record, "");
        }
        if !case.policy.contains("keep") {
            judge(case.function, &expected, ", once more");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_baked_module_does_it_too() {
    for case in CASES {
        let file = policy::read(case.policy).unwrap_or_else(|wrong| panic!("{}: {}", case.what, bake::told(&wrong)));
        let (record, expected) = (case.record(), case.out(&policy::id(&file)));
        let mut host = Host::new(&baked(case.policy), Config::default()).expect("a baked module starts");
        for _ in 0..4 {
            let outcome = host.run(case.function.name(), TAG, record.as_bytes());
            assert_eq!(outcome.record(), Some(expected.as_bytes()), "{}", case.what);
        }
    }
}

/// What the schema has: `definition.key`, and `=value` of a choice.
fn format(schema: &serde_json::Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        for (key, value) in definition["properties"].as_object().into_iter().flatten() {
            all.insert(format!("{name}.{key}"));
            choices(&format!("{name}.{key}"), value, &mut all);
        }
        choices(name, definition, &mut all);
    }
    all
}

/// The choices that a schema leaves; switches are all alike.
fn choices(name: &str, schema: &serde_json::Value, all: &mut BTreeSet<String>) {
    let choices = schema["enum"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
    all.extend(choices.map(|choice| format!("{name}={choice}")));
}

/// Adds what of the format a policy uses.
fn uses(schema: &serde_json::Value, name: &str, here: &serde_json::Value, node: &Node, used: &mut BTreeSet<String>) {
    if let Some(definition) = here["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        uses(schema, definition, &schema["$defs"][definition], node, used);
    }
    for one in here["anyOf"].as_array().into_iter().flatten() {
        uses(schema, name, one, node, used);
    }
    if let Some(text) = node.as_str() {
        used.insert(format!("{name}={text}"));
    }
    for node in node.as_list().unwrap_or_default() {
        uses(schema, name, &here["items"], node, used);
    }
    for (key, value) in node.as_map().unwrap_or_default() {
        let key = key.as_str().unwrap_or_default();
        let known = &here["properties"][key];
        if known.is_object() {
            used.insert(format!("{name}.{key}"));
            uses(schema, &format!("{name}.{key}"), known, value, used);
        } else {
            uses(schema, name, &here["additionalProperties"], value, used);
        }
    }
}

#[test]
fn every_key_and_choice_of_the_format_is_in_a_case() {
    let schema: serde_json::Value = serde_json::from_str(podsieve_policy::SCHEMA).expect("the schema is JSON");
    let mut used = BTreeSet::new();
    for policy in CASES.iter().map(|case| case.policy) {
        let node = yaml::read(policy).unwrap_or_else(|wrong| panic!("{policy}: {wrong}"));
        uses(&schema, "policy", &schema["$defs"]["policy"], &node, &mut used);
    }
    let all = format(&schema);
    let missing: Vec<_> = all.difference(&used).filter(|name| !name.starts_with("switch=")).collect();
    assert!(all.len() > 100 && missing.is_empty(), "{} in all; in no case: {missing:?}", all.len());
}

#[test]
fn what_cannot_be_handled_is_dropped_if_the_policy_says_so() {
    let policy = "on_error: drop\nlimits: {record: 1KiB}";
    let mut host = Host::new(&baked(policy), Config::default()).expect("it starts");
    for (record, comes) in
        [("no JSON", false), (r#"{"log":"x"}"#, true), (&format!(r#"{{"log":"{}"}}"#, "x".repeat(2000)), false)]
    {
        let out = host.run("pipeline", TAG, record.as_bytes());
        assert_eq!(out.record().is_some(), comes, "{record}");
    }
}

#[test]
fn the_default_policy_baked_is_the_module_without_one() {
    let records = [
        r#"{"stream":"stderr","log":"{\"level\":\"WARNING\",\"user\":\"ada@example.com\",\"operation\":\"x\"}"}"#,
        r#"{"log":"E0101 00:00:00.000000 1 x.go:1] password=hunter2x9 from 10.0.0.1"}"#,
        r#"{"log":"no JSON"#,
    ];
    let mut own = Host::new(&baked(podsieve_policy::DEFAULT), Config::default()).expect("it starts");
    let mut without =
        Host::new(&Module::compile(podsieve_host::built_in_module()).expect("it compiles"), Config::default())
            .expect("it starts");
    for record in records {
        for function in Function::ALL {
            let (own, without) = (
                own.run(function.name(), TAG, record.as_bytes()).record().map(<[u8]>::to_vec),
                without.run(function.name(), TAG, record.as_bytes()).record().map(<[u8]>::to_vec),
            );
            assert_eq!(own, without, "{function:?} {record}");
        }
    }
}

#[test]
fn the_same_policy_gives_the_same_bytes_and_asks_for_nothing() {
    let policy = format!(
        "{BADGE}\n{NOT_ARCHIVED}detectors: {{email: {{hash: {{length: 16}}}}}}\nhash: {{keys: [{{id: k2, from: 'env:A'}}]}}"
    );
    let (a, b) = (bake::bake(&policy, &keys()), bake::bake(&policy, &keys()));
    let (a, b) = (a.expect("it bakes"), b.expect("it bakes"));
    assert_eq!(a, b);
    assert!(a.len() < unbaked_module().len(), "{} bytes, {} unbaked", a.len(), unbaked_module().len());
    let module = Module::compile(&a).expect("it compiles");
    let mut functions: Vec<&str> = module.functions().collect();
    functions.sort_unstable();
    assert_eq!(functions, ["enrich", "parse", "pipeline", "redact", "route"]);
    assert!(!a.windows(15).any(|part| part == b"podsieve_policy"), "what takes policies is gone");
}

#[test]
fn a_baked_module_has_nothing_left_to_do_when_it_starts() {
    let first = |wasm: &[u8]| {
        let module = Module::compile_metered(wasm).expect("it compiles");
        let mut host = Host::new(&module, Config::default()).expect("it starts");
        let out = host.run("pipeline", TAG, br#"{"log":"x"}"#);
        assert!(out.record().is_some());
        host.fuel().function + host.fuel().allocator
    };
    let (baked, without) = (first(&bake::bake("{}", &[]).expect("it bakes")), first(podsieve_host::built_in_module()));
    assert!(baked <= without, "{baked} instructions, {without} without a policy");
}

#[test]
fn many_rules_bake_into_a_module_of_less_than_a_megabyte() {
    let mut policy = String::from("rules:\n");
    for n in 0..300 {
        policy += &format!(
            "  - {{name: rule_{n}, regex: 'vendor{n}_key=([a-z0-9]{{20}})', keywords: [vendor{n}], entropy: 3.0}}\n"
        );
    }
    let started = std::time::Instant::now();
    let wasm = bake::bake(&policy, &[]).expect("it bakes");
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    assert!(wasm.len() < 1 << 20, "{} bytes", wasm.len());
    let mut host = Host::new(&Module::compile(&wasm).expect("it compiles"), Config::default()).expect("it starts");
    let out = host.run("redact", TAG, br#"{"log":"vendor217_key=0a1b2c3d4e5f6g7h8i9j"}"#);
    let out = String::from_utf8_lossy(out.record().expect("a record")).into_owned();
    assert!(out.contains("rule_217"), "{out}");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (policy, told) in [
        ("detectors:\n  emial: off\n", "2:3: unknown detector `emial`; did you mean `email`?"),
        ("rules:\n  - {name: x, regex: '(', keywords: [abc]}\n", "2:22: not a regex"),
        ("rules:\n  - {name: x, regex: 'a(b)', secret: 2, keywords: [abc]}\n", "the regex has 1 groups"),
        ("detectors: {email: hash}\nhash: {keys: [{id: k9, from: 'env:A'}]}\n", "2:15: the key is not there"),
    ] {
        let error = bake::bake(policy, &keys()).expect_err(policy).to_string();
        assert!(error.contains(told), "{policy}: {error}");
    }
}
