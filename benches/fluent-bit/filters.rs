//! What is compared: each filter as the sections that a configuration would have.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The name of podsieve's whole work in one call, interpreted: what the others are held against.
pub(crate) const PIPELINE: &str = "pipeline";

/// One that needs `wamrc` and a Fluent Bit that fits it, so it may be skipped.
pub(crate) const AHEAD_OF_TIME: &str = "pipeline-aot";

/// Names of all that can be compared, in the order of the table.
pub(crate) const NAMES: [&str; 8] =
    ["pass-through", PIPELINE, "four-filters", AHEAD_OF_TIME, "lua-compiled", "lua-tuned", "lua-common", "tutorial"];

/// A filter, or a few in a row.
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) sections: String,
    /// Whether it does the four jobs, or hands on what it got.
    pub(crate) works: bool,
    /// It runs over one record in so many: a slow one would take hours over all of them.
    pub(crate) share: usize,
}

impl Filter {
    /// The filter of this name; the modules of podsieve's peers are in this folder.
    ///
    /// # Errors
    ///
    /// Why it has to be skipped: only [`AHEAD_OF_TIME`] can fail.
    pub(crate) fn get(name: &'static str, modules: &Path, work: &Path) -> Result<Filter, String> {
        let podsieve = podsieve();
        let (title, sections) = match name {
            "pass-through" => ("WASM that returns its input", wasm(&modules.join("pass_through.wasm"), "pass_through")),
            PIPELINE => ("podsieve", wasm(&podsieve, "pipeline")),
            "four-filters" => {
                let jobs = ["parse", "enrich", "redact", "route"];
                ("podsieve as four filters", jobs.map(|job| wasm(&podsieve, job)).concat())
            }
            AHEAD_OF_TIME => ("podsieve, ahead of time", wasm(&ahead_of_time(&podsieve, work)?, "pipeline")),
            "lua-compiled" => ("Lua, a loop that LuaJIT compiles", lua("compiled.lua")),
            "lua-tuned" => ("Lua, tuned: find before gsub", lua("tuned.lua")),
            "lua-common" => ("Lua, as commonly written", lua("common.lua")),
            _ => ("WASM as a tutorial has it", wasm(&modules.join("tutorial.wasm"), "tutorial")),
        };
        let share = if name == "tutorial" { 50 } else { 1 };
        Ok(Filter { name, title, sections, works: name != "pass-through", share })
    }
}

/// The module that users get.
pub(crate) fn podsieve() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/podsieve.wasm")
}

fn wasm(module: &Path, function: &str) -> String {
    let module = module.display();
    format!("[FILTER]\n  name wasm\n  match *\n  wasm_path {module}\n  function_name {function}\n  event_format json\n")
}

/// Fluent Bit's own filter lifts the JSON out of `log`, the script does the rest.
fn lua(script: &str) -> String {
    format!(
        "[FILTER]\n  name parser\n  match *\n  key_name log\n  parser json\n  reserve_data on\n\
         [FILTER]\n  name lua\n  match *\n  script {}/fluent-bit/lua/{script}\n  call filter\n",
        env!("CARGO_MANIFEST_DIR")
    )
}

/// The module as machine code, for any processor of the last ten years. Fluent Bit takes it if this `wamrc` is of the same
/// version as the runtime inside it.
fn ahead_of_time(module: &Path, work: &Path) -> Result<PathBuf, String> {
    let object = work.join("podsieve.aot");
    let mut wamrc = Command::new("wamrc");
    wamrc.arg(format!("--target={}", std::env::consts::ARCH));
    if cfg!(target_arch = "x86_64") {
        // Else it compiles for the processor that it runs on, and dies on others.
        wamrc.arg("--cpu=x86-64-v2");
    }
    let output = wamrc.arg("-o").arg(&object).arg(module).output();
    let output = output.map_err(|error| format!("wamrc, which is looked for on the PATH, does not run: {error}"))?;
    if !output.status.success() {
        return Err(format!("wamrc ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(object)
}
