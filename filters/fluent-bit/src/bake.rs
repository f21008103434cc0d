//! A policy of one's own, from what the host hands over.

use podsieve_core::Policy;
use podsieve_policy::model::Known;
use podsieve_policy::{compile, id, read};

/// The policy that `text` asks for, or what is wrong with it, a line each. `keys` has those of its hashes.
pub(crate) fn policy(text: &[u8], keys: &[u8]) -> Result<&'static Policy, String> {
    let detectors = compile::detectors();
    let known = Known { detectors: &detectors };
    let lines =
        |wrong: Vec<podsieve_policy::yaml::Wrong>| wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let text = core::str::from_utf8(text).map_err(|_| "1:1: the policy is no UTF-8".to_owned())?;
    let file = read(text, &known).map_err(lines)?;
    let keys = core::str::from_utf8(keys).unwrap_or_default();
    let secret = |id: &str| {
        let digits = keys.lines().find_map(|line| line.strip_prefix(id)?.strip_prefix('='))?;
        digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()).collect()
    };
    compile::compile(&file, &id(&file, &known), |key| secret(&key.id)).map_err(lines)
}
