//! What the tests that run the corpus of cases share.
#![allow(dead_code, reason = "each test uses its part of this")]

pub(crate) mod cases;
pub(crate) mod luhn;
pub(crate) mod policy_texts;
pub(crate) mod records;
pub(crate) mod text;

use podsieve_host::{Config, Host, Instances, Module, Native, Outcome, Runner, built_in_module};

/// The module of this build.
pub(crate) fn module() -> Module {
    Module::compile(built_in_module()).expect("the module compiles under the limits of Fluent Bit's runtime")
}

/// Every way in which the filter is run here, by name.
pub(crate) fn engines() -> Vec<(&'static str, Box<dyn Runner>)> {
    let module = module();
    let host = |config| Box::new(Host::new(&module, config).expect("the module instantiates"));
    vec![
        ("native", Box::new(Native::new())),
        ("one instance, freeing", host(Config::default())),
        ("an instance a chunk, never freeing", host(Config::default().instances(Instances::Chunk).frees(false))),
    ]
}

/// Runs a function on a record, or says how the record was lost.
pub(crate) fn run(engine: &mut dyn Runner, function: &str, tag: &[u8], record: &[u8]) -> Result<Vec<u8>, String> {
    match engine.run(function, tag, record) {
        Outcome::Record(found) => Ok(found.to_vec()),
        Outcome::Lost(reason) => Err(format!("the record is lost: {reason}")),
    }
}

/// The four jobs one after the other.
pub(crate) fn four_steps(engine: &mut dyn Runner, tag: &[u8], record: &[u8]) -> Result<Vec<u8>, String> {
    ["parse", "enrich", "redact", "route"]
        .iter()
        .try_fold(record.to_vec(), |record, function| run(engine, function, tag, &record))
}
