//! What is compared: each as Envoy's configuration has it.

use std::path::Path;

use serde_json::{Value, json};

use crate::process;

/// No filter: what the others are held against.
pub(crate) const NONE: &str = "none";
/// podsieve, which hands on each piece of a body as it comes.
pub(crate) const PODSIEVE: &str = "podsieve";
/// The best that Lua can do.
pub(crate) const LUA: &str = "lua";

/// Names of all, in the order of the table.
pub(crate) const NAMES: [&str; 5] = [NONE, PODSIEVE, "podsieve-tag", LUA, "lua-minimal"];

/// What a filter does to the records of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Nothing,
    /// Some patterns only.
    Part,
    All,
}

/// A filter, or none.
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) does: Does,
    /// Whether it says in a header what the body is.
    pub(crate) tags: bool,
    pub(crate) configuration: Option<Value>,
}

/// The header that says what a body is.
pub(crate) const TAG: &str = "x-archive-tag";

impl Filter {
    /// The filter of this name.
    pub(crate) fn get(name: &'static str, module: &Path) -> Filter {
        let tag = json!({
            "header": TAG,
            "order": ["archive.audit", "archive.error", "sensitive"],
            "default": "standard",
        });
        let (title, does, tags, configuration) = match name {
            NONE => ("no filter", Does::Nothing, false, None),
            PODSIEVE => ("podsieve", Does::All, false, Some(process::podsieve(module, &json!({ "mode": "gateway" })))),
            "podsieve-tag" => {
                let configuration = json!({ "mode": "gateway", "gateway": { "archive_tag": tag } });
                ("podsieve, a tag for the body", Does::All, true, Some(process::podsieve(module, &configuration)))
            }
            LUA => ("Lua, tuned", Does::All, true, Some(process::lua(include_str!("lua/redact.lua")))),
            _ => ("Lua, e-mail and cards only", Does::Part, true, Some(process::lua(include_str!("lua/minimal.lua")))),
        };
        Filter { name, title, does, tags, configuration }
    }

    /// podsieve from another module.
    pub(crate) fn beside(module: &Path) -> Filter {
        let stem = module.file_stem().unwrap_or_default().to_string_lossy();
        // There are few, and they stay to the end.
        let name = |text: String| -> &'static str { text.leak() };
        Filter {
            name: name(stem.to_string()),
            title: name(format!("podsieve, {stem}")),
            ..Filter::get(PODSIEVE, module)
        }
    }
}
