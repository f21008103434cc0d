//! What is shipped: how large the modules are, what they export, and that a module with one function does what that
//! function does in the module with all of them.

mod common;

use std::fs;
use std::path::Path;

use common::cases::load;
use common::run;
use podsieve_host::{Config, Host, Module, inspect};
use wasmtime::{Engine, ExternType};

/// At most this many KiB for the modules, beside the functions that they export.
///
/// They travel in `binaryData` of a ConfigMap, as base64, which takes 4/3 of the room: 296 KiB are 395 there, little more than
/// a third of the 1 MiB that Kubernetes allows, so that a configuration fits in beside. (Above 190 KiB `kubectl apply`
/// needs `--server-side`: else it keeps a copy in an annotation, and those may have 256 KiB.) The small ones are at most
/// a tenth below their ceilings, so that none grows unnoticed.
const MODULES: [(&str, &[&str], usize); 5] = [
    ("podsieve", &["pipeline", "parse", "redact", "enrich", "route"], 296),
    ("parse", &["parse"], 296),
    ("redact", &["redact"], 276),
    ("enrich", &["enrich"], 276),
    ("route", &["route"], 276),
];

/// The same for plugins of Envoy. The one that ships must stay below 400 KiB; the one that reads policies in YAML is as
/// large as what reads them.
const PLUGINS: [(&str, usize); 2] = [("podsieve-envoy", 400), ("podsieve-envoy-policy", 740)];

/// What Envoy calls.
const CALLED: [&str; 11] = [
    "malloc",
    "memory",
    "proxy_abi_version_0_2_1",
    "proxy_on_configure",
    "proxy_on_context_create",
    "proxy_on_delete",
    "proxy_on_tick",
    "proxy_on_log",
    "proxy_on_request_body",
    "proxy_on_request_headers",
    "proxy_on_vm_start",
];

fn bytes(module: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../dist/{module}.wasm"));
    fs::read(&path).unwrap_or_else(|error| panic!("{}, which `make modules` builds: {error}", path.display()))
}

fn host(module: &str) -> Host {
    let module = Module::compile(&bytes(module)).expect("the module compiles under the limits of Fluent Bit's runtime");
    Host::new(&module, Config::default()).expect("the module instantiates")
}

#[test]
fn sizes_stay_under_their_ceilings() {
    for (module, ceiling) in MODULES
        .iter()
        .map(|(module, _, ceiling)| (module, ceiling))
        .chain(PLUGINS.iter().map(|(module, ceiling)| (module, ceiling)))
    {
        let size = bytes(module).len();
        assert!(size <= *ceiling << 10, "{module}.wasm has {size} bytes, and may have {ceiling} KiB");
    }
}

#[test]
fn exports_are_the_functions_and_what_the_host_needs() {
    for (name, functions, _) in MODULES {
        let module = wasmtime::Module::from_binary(&Engine::default(), &bytes(name)).expect("the module compiles");
        assert_eq!(module.imports().len(), 0, "{name}.wasm has imports");
        let mut found: Vec<_> = module.exports().map(|export| (export.name(), kind(&export.ty()))).collect();
        let mut expected = vec![
            ("__data_end", "global"),
            ("__heap_base", "global"),
            ("free", "function"),
            ("malloc", "function"),
            ("memory", "memory"),
        ];
        expected.extend(functions.iter().map(|function| (*function, "function")));
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{name}.wasm");
    }
}

#[test]
fn plugins_export_what_envoy_calls_and_import_what_it_has() {
    for (name, _) in PLUGINS {
        let module = wasmtime::Module::from_binary(&Engine::default(), &bytes(name)).expect("the module compiles");
        let exports: Vec<_> = module.exports().map(|export| export.name().to_owned()).collect();
        for called in CALLED {
            assert!(exports.iter().any(|export| export == called), "{name}.wasm has no {called}");
        }
        // And trailers.
        assert_eq!(exports.len(), CALLED.len() + 1, "{name}.wasm: {exports:?}");
        for import in module.imports() {
            assert!(import.module() == "env" && import.name().starts_with("proxy_"), "{name}.wasm: {import:?}");
        }
        let inspected = inspect::inspect(&bytes(name)).expect("it is a module");
        assert_eq!((inspected.runtime(), inspected.faults()), (inspect::Runtime::Envoy, Vec::new()));
    }
}

fn kind(export: &ExternType) -> &'static str {
    match export {
        ExternType::Func(_) => "function",
        ExternType::Global(_) => "global",
        ExternType::Memory(_) => "memory",
        _ => "something else",
    }
}

#[test]
fn one_function_does_what_it_does_among_all() {
    let cases = load();
    for function in ["parse", "redact", "enrich", "route"] {
        let (mut all, mut one) = (host("podsieve"), host(function));
        for case in &cases {
            let tag = case.tag.as_bytes();
            let expected = run(&mut all, function, tag, &case.input);
            assert_eq!(run(&mut one, function, tag, &case.input), expected, "{function} of {}", case.name);
        }
    }
}
