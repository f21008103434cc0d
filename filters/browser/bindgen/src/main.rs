//! `podsieve-bindgen IN.wasm FOLDER`: what `wasm-bindgen --target web` writes, by the version of wasm-bindgen that the
//! module is built with, so that there is nothing to install.

use std::env;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [module, folder] = arguments.as_slice() else {
        eprintln!("usage: podsieve-bindgen IN.wasm FOLDER");
        return ExitCode::from(2);
    };
    let written = Bindgen::new().input_path(module).typescript(true).web(true).and_then(|bindgen| {
        // The page compiles the module itself: nothing is fetched.
        bindgen.omit_default_module_path(true).remove_name_section(true).remove_producers_section(true).generate(folder)
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("podsieve-bindgen: {module}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
