//! Policies in Envoy: what `podsieve bake --envoy` promises of modules, and that a policy does the same there, baked or in
//! the plugin's configuration.

#[path = "common/policy_cases.rs"]
mod policy_cases;

use std::fs;
use std::process::Command;

use podsieve_host::bake::{self, Baker, Target};
use podsieve_host::inspect::{self, Runtime};
use podsieve_host::policy::Key;
use podsieve_host::proxy::{Compiled, Options, Plugin, Request};
use podsieve_host::{VERSION, policy};
use policy_cases::{CASES, TAG};

const POLICIES: [&str; 4] = [
    "{}",
    "detectors: {email: {mask: {first: 2}}, phone: on, card: off}",
    "rules:\n  - {name: badge, regex: 'B-([0-9]{8})', keywords: [badge], checksum: luhn}\nlimits: {record: 64KiB}\non_error: drop",
    concat!(
        "detectors: {email: {hash: {length: 16}}}\nkeys: [{path: 'users[*].name', action: remove}]\n",
        "hash: {keys: [{id: k1, from: 'env:PODSIEVE_HASH_KEY'}]}\n",
        "route: [{when: {severity: error}, tag: 'archive.error.{service}'}]\naudit: {policy: on}",
    ),
];

const KEY: &str = "S3cret-key+of/thirty_two=bytes.!";

fn keys() -> Vec<Key> {
    vec![("k1".to_owned(), KEY.as_bytes().to_vec())]
}

#[test]
fn a_baked_module_is_a_plugin_that_takes_no_policy_any_more() {
    let baker = Baker::new(Target::Envoy).unwrap_or_else(|error| panic!("{error}"));
    for text in POLICIES {
        let bake = || baker.bake(text, &keys()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let wasm = bake();
        assert_eq!(wasm, bake(), "{text}: the same policy gives the same bytes");
        assert!(wasm.len() < 600 << 10, "{text}: {} bytes", wasm.len());
        let module = inspect::inspect(&wasm).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((module.runtime(), module.faults()), (Runtime::Envoy, Vec::new()));
        let exports: Vec<&str> = module.exports.iter().map(|export| export.name.as_str()).collect();
        assert!(exports.contains(&"proxy_on_configure"), "{exports:?}");
        assert!(!exports.iter().any(|name| name.starts_with("podsieve_")), "{exports:?}");
        assert!(module.imports.iter().all(|import| import.name.starts_with("env.proxy_")), "{:?}", module.imports);
        assert_eq!(module.version.as_deref(), Some(VERSION));
        let file = policy::read(text).expect("it is a policy");
        assert_eq!(module.policy.map(|policy| policy.text), Some(policy::canonical(&file)));
    }
}

#[test]
fn a_policy_does_in_envoy_what_it_does_in_fluent_bit() {
    let baker = Baker::new(Target::Envoy).unwrap_or_else(|error| panic!("{error}"));
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist/podsieve-envoy-policy.wasm");
    let reading = Compiled::new(&fs::read(module).expect("`make test` makes it first")).expect("it is a plugin");
    for (n, case) in CASES.iter().enumerate() {
        let file = policy::read(case.policy).unwrap_or_else(|wrong| panic!("{}: {}", case.what, bake::told(&wrong)));
        let (record, expected) = (case.record(), case.out(&policy::id(&file)));
        let tag = String::from_utf8_lossy(TAG);
        let mut settings = serde_json::json!({"function": case.function.name(), "tag": tag});
        let judge = |mut plugin: Plugin, how: &str| {
            for _ in 0..4 {
                let request = Request::new("POST", "/").header("content-type", "application/x-ndjson");
                let exchange = plugin.exchange(&request.body(format!("{record}\n"), 50));
                let found = &exchange.forwarded().unwrap_or_else(|| panic!("{}: {exchange:?}", case.what)).body;
                assert_eq!(String::from_utf8_lossy(found), format!("{expected}\n"), "{} {how}", case.what);
            }
        };
        // To compile one takes a while: every third is baked, and all are in the configuration of the module that reads them.
        if n % 3 == 0 {
            let wasm = baker.bake(case.policy, &policy_cases::keys()).unwrap_or_else(|error| panic!("{error}"));
            let compiled = Compiled::new(&wasm).expect("a baked module is a plugin");
            let plugin = Plugin::start(&compiled, settings.to_string(), Options::default());
            judge(plugin.unwrap_or_else(|error| panic!("{}: {error}", case.what)), "baked");
        }
        settings["policy"] = case.policy.into();
        let plugin = Plugin::start(&reading, settings.to_string(), Options::default());
        match plugin {
            Ok(plugin) => judge(plugin, "in the configuration"),
            // The keys of hashes do not reach a plugin but in the module.
            Err(error) => assert!(
                !file.hash.keys.is_empty() && error.to_string().contains("bake the policy"),
                "{}: {error}",
                case.what
            ),
        }
    }
}

#[test]
fn a_policy_is_text_or_part_of_the_configuration() {
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist/podsieve-envoy-policy.wasm");
    let reading = Compiled::new(&fs::read(module).expect("`make test` makes it first")).expect("it is a plugin");
    for settings in [
        "policy:\n  detectors: {email: off}\n",
        "policy: |\n  detectors: {email: off}\n",
        "{\"policy\":{\"detectors\":{\"email\":\"off\"}}}",
    ] {
        let plugin = Plugin::start(&reading, settings, Options::default());
        let mut plugin = plugin.unwrap_or_else(|error| panic!("{settings}: {error}"));
        let body = "{\"log\":\"ada@example.com 4111111111111111\"}\n";
        let request = Request::new("POST", "/").header("content-type", "application/x-ndjson").body(body, 100);
        let exchange = plugin.exchange(&request);
        let found = String::from_utf8_lossy(&exchange.forwarded().expect("it passes").body).into_owned();
        assert!(found.contains("ada@example.com [REDACTED:card]"), "{found}");
    }
    for (settings, said) in [
        ("policy:\n  detectors: {emial: off}\n", "2:15: unknown detector `emial`; did you mean `email`?"),
        (
            "policy: |\n  detectors: {emial: off}\n",
            "in the policy, 1:13: unknown detector `emial`; did you mean `email`?",
        ),
        ("policy: {rules: [{name: a, regex: 'a(b', keywords: [abc]}]}", "1:"),
    ] {
        let Err(error) = Plugin::start(&reading, settings, Options::default()) else { panic!("{settings}: it starts") };
        assert!(error.to_string().contains(said), "{error}");
    }
    // The small module says what to do.
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist/podsieve-envoy.wasm");
    let small = Compiled::new(&fs::read(module).expect("`make test` makes it first")).expect("it is a plugin");
    let Err(error) = Plugin::start(&small, "{\"policy\":{}}", Options::default()) else { panic!("it starts") };
    assert!(
        error.to_string().contains("podsieve-envoy-policy.wasm") && error.to_string().contains("bake --envoy"),
        "{error}"
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let baker = Baker::new(Target::Envoy).unwrap_or_else(|error| panic!("{error}"));
    let error = baker.bake("detectors:\n  emial: off\n", &[]).expect_err("a name is misspelt").to_string();
    assert!(error.contains("2:3: unknown detector `emial`; did you mean `email`?"), "{error}");
}

#[test]
fn the_command_bakes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("policy.yaml"), POLICIES[3]).expect("a file");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_podsieve"));
        command.current_dir(folder.path()).env("PODSIEVE_HASH_KEY", KEY).args(arguments);
        let output = command.output().expect("the command starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, _, err) = run(&["bake", "--envoy", "policy.yaml", "-o", "acme.wasm"]);
    assert_eq!(code, Some(0), "{err}");
    let (code, out, err) = run(&["inspect", "acme.wasm"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("\nEnvoy: loads\n") && out.contains("env:PODSIEVE_HASH_KEY"), "{out}");
    assert!(!out.contains("MUST BE NONE") && !out.contains(KEY), "{out}");
    let (code, _, err) = run(&["bake", "--envoy", "missing.yaml", "-o", "x.wasm"]);
    assert_eq!(code, Some(2), "{err}");
}
