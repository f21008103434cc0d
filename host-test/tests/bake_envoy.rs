//! What `podsieve bake --envoy` promises of modules. What they do in a proxy is tried elsewhere.

use std::fs;
use std::process::Command;

use podsieve_host::bake::{Baker, Key, Target};
use podsieve_host::inspect::{self, Runtime};
use podsieve_host::{VERSION, policy};

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
        assert!(exports.contains(&"_initialize") && exports.contains(&"proxy_on_configure"), "{exports:?}");
        assert!(!exports.iter().any(|name| name.starts_with("podsieve_")), "{exports:?}");
        assert!(module.imports.iter().all(|import| import.name.starts_with("env.proxy_")), "{:?}", module.imports);
        assert_eq!(module.version.as_deref(), Some(VERSION));
        let file = policy::read(text).expect("it is a policy");
        assert_eq!(module.policy.map(|policy| policy.text), Some(policy::canonical(&file)));
    }
}

#[test]
fn what_it_begins_with_has_not_run() {
    let baker = Baker::new(Target::Envoy).unwrap_or_else(|error| panic!("{error}"));
    let wasm = baker.bake(POLICIES[1], &[]).unwrap_or_else(|error| panic!("{error}"));
    let engine = wasmtime::Engine::default();
    let module = wasmtime::Module::from_binary(&engine, &wasm).expect("it compiles");
    let mut linker = wasmtime::Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&module).expect("all are functions");
    let mut store = wasmtime::Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).expect("it starts");
    let call = |store: &mut wasmtime::Store<()>, name: &str| instance.get_func(&mut *store, name).expect("it is there");
    let initialize = call(&mut store, "_initialize").typed::<(), ()>(&store).expect("it takes nothing");
    let create = call(&mut store, "proxy_on_context_create").typed::<(u32, u32), ()>(&store).expect("it takes two");
    let configure = call(&mut store, "proxy_on_configure").typed::<(u32, u32), u32>(&store).expect("it takes two");
    initialize.call(&mut store, ()).expect("it runs");
    create.call(&mut store, (1, 0)).expect("it makes the root");
    // Nothing is asked for where nothing was said.
    assert_eq!(configure.call(&mut store, (1, 0)).expect("it is configured"), 1);
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
