//! `podsieve-tune IN OUT` writes the module IN, rewritten for Fluent Bit and with podsieve's version in it, to OUT;
//! `podsieve-tune --envoy IN OUT` does so for Envoy.

use std::{env, fs, process};

fn main() {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let is_envoy = arguments.first().is_some_and(|first| first == "--envoy");
    if is_envoy {
        arguments.remove(0);
    }
    let [from, to] = arguments.as_slice() else {
        eprintln!("usage: podsieve-tune [--envoy] IN.wasm OUT.wasm");
        process::exit(2);
    };
    let rewrite = if is_envoy { podsieve_tune::envoy } else { podsieve_tune::tune };
    let read = fs::read(from).map_err(|error| error.to_string()).and_then(|wasm| rewrite(&wasm));
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    let tuned = read.and_then(|wasm| podsieve_tune::with_sections(&wasm, &[(podsieve_tune::VERSION, version)]));
    let tuned = tuned.unwrap_or_else(|error| stop(from, &error));
    // A copy that did not change keeps its time, so that what embeds it is not built again.
    if fs::read(to).is_ok_and(|present| present == tuned) {
        return;
    }
    if let Err(error) = fs::write(to, tuned) {
        stop(to, &error.to_string());
    }
}

fn stop(file: &str, error: &str) -> ! {
    eprintln!("podsieve-tune: {file}: {error}");
    process::exit(1);
}
