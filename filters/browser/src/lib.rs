//! The core in a browser: a policy on lines, what it does and why.
//!
//! A [`Session`] follows a policy. Text goes into it piece by piece, records come out with all that was found in them
//! ([`shown`]), and the counts over all of them ([`counts`]); memory does not grow with the text. The types of what it
//! returns as JSON are in the page's `src/api.ts`.
//!
//! What it does not do: it fetches nothing, keeps nothing, and never frees a policy, so that a page takes a new instance
//! now and then ([`Session::memory`]).

mod bake;
mod counts;
mod marks;
mod session;
mod shown;

use podsieve_policy::compile::detectors as known;
use podsieve_trial::import;
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

pub use bake::bake;
pub use session::Session;

/// The version of podsieve.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The default policy as a file in YAML, with comments on all that there is.
#[wasm_bindgen]
pub fn default_policy() -> String {
    podsieve_policy::DEFAULT.to_owned()
}

/// The [JSON Schema](https://json-schema.org/draft/2020-12) of policies.
#[wasm_bindgen]
pub fn schema() -> String {
    podsieve_policy::SCHEMA.to_owned()
}

/// The built-in detectors, as JSON: `[{name, on}]`.
#[wasm_bindgen]
pub fn detectors() -> String {
    #[derive(Serialize)]
    struct Told {
        name: &'static str,
        on: bool,
    }
    json(&known().iter().map(|detector| Told { name: detector.name, on: detector.on }).collect::<Vec<_>>())
}

/// The tag that Fluent Bit's tail gives the file at a path.
#[wasm_bindgen]
pub fn tag_for_path(path: &str) -> String {
    String::from_utf8_lossy(&podsieve_trial::input::tag_for_path(path.as_ref())).into_owned()
}

/// A configuration of gitleaks as a policy, as JSON: `{policy, notes: [{line, rule, left_out, what}], rules, taken}`, or
/// `{error}`. `name` is the file's, for errors and the policy.
#[wasm_bindgen]
pub fn import_gitleaks(name: &str, text: &str) -> String {
    #[derive(Serialize)]
    struct Note {
        line: usize,
        rule: String,
        left_out: bool,
        what: String,
    }
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Told {
        Policy { policy: String, notes: Vec<Note>, rules: u64, taken: u64 },
        Wrong { error: String },
    }
    json(&match import::gitleaks(name, text) {
        Ok(import) => Told::Policy {
            policy: import.policy,
            notes: import
                .notes
                .into_iter()
                .map(|import::Note { line, rule, left_out, what }| Note { line, rule, left_out, what })
                .collect(),
            rules: import.count.rules,
            taken: import.count.taken,
        },
        Err(error) => Told::Wrong { error: error.to_string() },
    })
}

/// What is returned to the page.
fn json(value: &impl Serialize) -> String {
    // Maps with keys that are no texts and failing implementations are not among what is returned.
    serde_json::to_string(value).unwrap_or_default()
}
