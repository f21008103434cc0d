//! Takes the modules that the command embeds from `dist/`, where `make build` puts them.

use std::path::PathBuf;
use std::{env, fs, process};

const MODULES: [&str; 3] = ["podsieve.wasm", "unbaked.wasm", "unbaked-envoy.wasm"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else {
        println!("cargo::error=OUT_DIR is not set: build this crate with cargo");
        process::exit(1);
    };
    for name in MODULES {
        let module = PathBuf::from("../dist").join(name);
        println!("cargo::rerun-if-changed={}", module.display());
        if let Err(error) = fs::read(&module).and_then(|bytes| fs::write(out.join(name), bytes)) {
            println!("cargo::error=run `make build` first: it makes dist/{name}, which the command embeds ({error})");
            process::exit(1);
        }
    }
}
