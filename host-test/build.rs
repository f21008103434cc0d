//! Takes the module that the command embeds from `dist/`, where `make build` puts it.

use std::path::PathBuf;
use std::{env, fs, process};

fn main() {
    let module = PathBuf::from("../dist/podsieve.wasm");
    println!("cargo::rerun-if-changed={}", module.display());
    println!("cargo::rerun-if-changed=build.rs");
    let Some(out) = env::var_os("OUT_DIR") else {
        println!("cargo::error=OUT_DIR is not set: build this crate with cargo");
        process::exit(1);
    };
    if let Err(error) = fs::read(&module).and_then(|bytes| fs::write(PathBuf::from(out).join("podsieve.wasm"), bytes)) {
        println!(
            "cargo::error=run `make build` first: it makes dist/podsieve.wasm, which the command embeds ({error})"
        );
        process::exit(1);
    }
}
