//! `podsieve inspect`: what it says of modules, and of what is none.

use std::fs;
use std::process::{Command, Output};

use podsieve_host::bake;
use podsieve_host::inspect::{self, Inspected, Memory, Runtime};
use podsieve_host::policy::Key;
use podsieve_host::{VERSION, built_in_module, policy, unbaked_module};
use tempfile::TempDir;

const POLICY: &str = concat!(
    "# a comment\n",
    "detectors: {email: {hash: {length: 16}}, card: 'off'}\n",
    "hash: {keys: [{id: k1, from: 'env:PODSIEVE_HASH_KEY'}]}\n",
);

const KEY: &[u8] = b"S3cret-key+of/thirty_two=bytes.!";

fn keys() -> Vec<Key> {
    vec![("k1".to_owned(), KEY.to_vec())]
}

fn baked() -> Vec<u8> {
    bake::bake(POLICY, &keys()).unwrap_or_else(|error| panic!("{error}"))
}

fn inspected(wasm: &[u8]) -> Inspected {
    inspect::inspect(wasm).unwrap_or_else(|error| panic!("{error}"))
}

/// A module of this text.
fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the module is well-formed")
}

/// The same with a memory and a filter.
fn filter(text: &str) -> Vec<u8> {
    wat(&format!(
        r#"(module (memory (export "memory") 1 2) {text}
        (func (export "f") (param i32 i32 i32 i32 i32 i32) (result i32) local.get 0))"#
    ))
}

#[test]
fn the_module_is_what_it_should_be() {
    for wasm in [built_in_module(), unbaked_module()] {
        let module = inspected(wasm);
        assert_eq!(module.faults(), Vec::<String>::new());
        assert_eq!(module.size, wasm.len());
        assert_eq!(module.version.as_deref(), Some(VERSION));
        assert_eq!(module.policy, None);
        assert_eq!(module.functions().collect::<Vec<_>>(), ["pipeline", "parse", "redact", "enrich", "route"]);
        assert!(module.memory.is_some_and(|memory| memory.initial > 0));
        assert!(module.features.iter().all(|feature| feature.loads), "{:?}", module.features);
        let pipeline = module.exports.iter().find(|export| export.name == "pipeline").expect("it is there");
        assert_eq!(pipeline.ty, "func (i32, i32, i32, i32, i32, i32) -> i32");
    }
}

#[test]
fn a_baked_module_says_its_policy() {
    let wasm = baked();
    assert_eq!(wasm, baked(), "the same policy gives the same bytes");
    let module = inspected(&wasm);
    assert_eq!(module.version.as_deref(), Some(VERSION));
    assert!(module.faults().is_empty());
    let found = module.policy.expect("it has a policy");
    let file = policy::read(POLICY).unwrap_or_else(|wrong| panic!("{}", bake::told(&wrong)));
    assert_eq!(found.text, policy::canonical(&file));
    assert_eq!(found.id, Some(policy::id(&file)));
    assert!(found.text.contains("env:PODSIEVE_HASH_KEY"), "{}", found.text);
    // It is a policy that means the same.
    let again = bake::bake(&found.text, &keys()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(inspected(&again).policy.map(|policy| policy.text), Some(found.text));
}

/// A key as it may be written.
fn spellings(key: &[u8]) -> Vec<String> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut all = vec![String::from_utf8_lossy(key).into_owned(), hex.to_uppercase(), hex];
    // In base64 as part of something longer too: each of three places that it may begin at.
    for skipped in 0..3 {
        let text: String = key[skipped..]
            .chunks_exact(3)
            .flat_map(|chunk| {
                let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
                [18, 12, 6, 0].map(|shift| char::from(DIGITS[(bits >> shift & 63) as usize]))
            })
            .collect();
        all.push(text.replace('+', "-").replace('/', "_"));
        all.push(text);
    }
    all
}

#[test]
fn a_key_is_nowhere_but_in_the_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let wasm = baked();
    fs::write(folder.path().join("acme.wasm"), &wasm).expect("a file");
    let mut said = Vec::new();
    for arguments in [&["acme.wasm"][..], &["acme.wasm", "--json"]] {
        let output = podsieve(&folder, arguments);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        said.extend([output.stdout, output.stderr].concat());
    }
    for payload in wasmparser::Parser::new(0).parse_all(&wasm) {
        if let wasmparser::Payload::CustomSection(section) = payload.expect("it is valid") {
            said.extend_from_slice(section.name().as_bytes());
            said.extend_from_slice(section.data());
        }
    }
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("env:PODSIEVE_HASH_KEY"), "{said}");
    for spelling in spellings(KEY) {
        // A part of it would be too much as well.
        for part in spelling.as_bytes().windows(10) {
            assert!(!said.contains(&*String::from_utf8_lossy(part)), "{said}");
        }
    }
}

#[test]
fn what_fluent_bit_lacks_is_told() {
    let cases: [(&str, &[&str], &str); 9] = [
        ("", &[], ""),
        (r#"(import "env" "log" (func (param i32)))"#, &[], "it has imports (1, the first one is env.log)"),
        ("(func (result v128) v128.const i64x2 0 0)", &["SIMD"], "Fluent Bit lacks SIMD"),
        ("(func (result externref) ref.null extern)", &["reference types"], "Fluent Bit lacks reference types"),
        ("(func (param i32) (result i32) local.get 0 i32.extend8_s)", &["sign extension"], ""),
        ("(func i32.const 0 i32.const 0 i32.const 0 memory.copy)", &["bulk memory"], ""),
        ("(func (result i32 i32) i32.const 0 i32.const 0)", &["multi-value"], ""),
        (r#"(global (export "g") (mut i32) i32.const 0)"#, &["mutable globals"], ""),
        ("(func $t return_call $t)", &["tail calls"], "Fluent Bit lacks tail calls"),
    ];
    for (text, features, fault) in cases {
        // What is imported comes first.
        let module = match text.starts_with("(import") {
            true => inspected(&wat(&format!(
                r#"(module {text} (memory (export "memory") 1 2)
                (func (export "f") (param i32 i32 i32 i32 i32 i32) (result i32) local.get 0))"#
            ))),
            false => inspected(&filter(text)),
        };
        assert_eq!(module.features.iter().map(|feature| feature.name).collect::<Vec<_>>(), features, "{text}");
        let faults = module.faults().join("\n");
        assert_eq!(faults.is_empty(), fault.is_empty(), "{text}: {faults}");
        assert!(faults.contains(fault), "{text}: {faults}");
        assert_eq!(module.memory, Some(Memory { initial: 1, maximum: Some(2) }));
        assert_eq!((module.version, module.filters), (None, vec!["f".to_owned()]));
    }
    let faults = inspected(&wat("(module)")).faults();
    assert!(faults.len() == 2 && faults[0].contains("`memory`") && faults[1].contains("no function"), "{faults:?}");
}

#[test]
fn what_envoy_lacks_is_told() {
    let plugin = |imports: &str, exports: &str| {
        inspected(&wat(&format!(r#"(module {imports} (func (export "proxy_abi_version_0_2_1")) {exports})"#)))
    };
    let exports = r#"(memory (export "memory") 1) (func (export "malloc") (param i32) (result i32) local.get 0)
        (func (export "proxy_on_context_create") (param i32 i32))"#;
    let whole = plugin(r#"(import "env" "proxy_log" (func (param i32 i32 i32) (result i32)))"#, exports);
    assert_eq!((whole.runtime(), whole.faults()), (Runtime::Envoy, Vec::new()));
    let faults = plugin(r#"(import "env" "log" (func (param i32)))"#, exports).faults();
    assert!(faults.len() == 1 && faults[0].contains("env.log"), "{faults:?}");
    let faults = plugin("", "").faults();
    assert!(faults.len() == 3 && faults[0].contains("`memory`"), "{faults:?}");
}

fn podsieve(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podsieve"));
    command.current_dir(folder.path()).arg("inspect").args(arguments).output().expect("the command starts")
}

#[test]
fn the_command_tells_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let imports = wat(r#"(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32) (result i64))))"#);
    let mut cut = built_in_module().to_vec();
    cut.truncate(1000);
    let files: [(&str, &[u8]); 7] = [
        ("podsieve.wasm", built_in_module()),
        ("imports.wasm", &imports),
        ("text.wasm", b"no module"),
        ("empty.wasm", b""),
        ("cut.wasm", &cut),
        ("component.wasm", b"\0asm\x0d\0\x01\0"),
        ("podsieve.aot", b"\0aot\x05\0\0\0"),
    ];
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    for (name, code, part) in [
        ("podsieve.wasm", 0, ""),
        ("imports.wasm", 1, "it has imports (1, the first one is wasi_snapshot_preview1.fd_write)"),
        ("text.wasm", 2, "text.wasm: is no WebAssembly"),
        ("empty.wasm", 2, "is no WebAssembly"),
        ("cut.wasm", 2, "is not valid"),
        ("component.wasm", 2, "is a component and not a module"),
        ("podsieve.aot", 2, "machine code that wamrc made"),
        ("missing.wasm", 2, "cannot be read"),
    ] {
        let output = podsieve(&folder, &[name]);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{name}: {err}");
        assert!(err.contains(part) && err.is_empty() == part.is_empty(), "{name}: {err}");
        assert_eq!(output.stdout.is_empty(), code == 2, "{name}");
    }
    let out = String::from_utf8_lossy(&podsieve(&folder, &["podsieve.wasm"]).stdout).into_owned();
    for part in [
        "imports: none\n",
        "functions: pipeline, parse, redact, enrich, route\n",
        "Fluent Bit 2.0 to 5.1: loads\n",
        "\n  malloc: func (i32) -> i32\n",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let out = podsieve(&folder, &["imports.wasm", "--json"]).stdout;
    let value: serde_json::Value = serde_json::from_slice(&out).expect("it is JSON");
    assert_eq!(value["imports"][0]["type"], "func (i32) -> i64");
    assert_eq!((&value["loads"], &value["policy"]), (&false.into(), &serde_json::Value::Null));
}
