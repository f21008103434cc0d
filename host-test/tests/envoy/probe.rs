//! Filters of a few lines, in WAT: what they share is in `probes/prelude.wat`. `$"text"` stands for the two arguments
//! that hand a text over, where it is and how long.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

use tempfile::TempDir;

/// Builds a probe by its name, and says where its module is.
pub(crate) fn probe(name: &str) -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    // In cargo's folder for tests, as what is static is not dropped.
    let folder = FOLDER.get_or_init(|| {
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
        tempfile::Builder::new().prefix("probes-").tempdir_in(parent).expect("a folder for probes")
    });
    let probes = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/envoy/probes");
    let read = |name: &str| fs::read_to_string(probes.join(format!("{name}.wat"))).expect("the probe can be read");
    let text = module(&format!("{}\n{}", read("prelude"), read(name)));
    let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{name}.wat: {error}"));
    // Tests that run side by side may build the same one: whole under its name, or not there.
    let part = tempfile::NamedTempFile::new_in(folder.path()).expect("a file is made");
    fs::write(part.path(), wasm).expect("the module is written");
    let path = folder.path().join(format!("{name}.wasm"));
    part.persist(&path).expect("the module gets its name");
    path
}

/// A module with these parts, and its texts as data.
fn module(source: &str) -> String {
    let mut parts = source.split("$\"");
    let mut code = parts.next().unwrap_or_default().to_owned();
    let mut data = String::new();
    let mut at = 1024;
    for part in parts {
        let (text, rest) = part.split_once('"').expect("a text ends");
        let _ = writeln!(data, "(data (i32.const {at}) \"{text}\")");
        let _ = write!(code, "(i32.const {at}) (i32.const {})", text.len());
        code.push_str(rest);
        at += text.len();
    }
    format!("(module\n{code}\n{data})")
}
