//! The plugin's configuration into a plugin.

use core::cell::RefCell;
use std::rc::Rc;

use podsieve_core::Policy;
use podsieve_http::{Destinations, Sieve};
use podsieve_policy::model::Known;
use podsieve_policy::plugin::{self, Mode};
use podsieve_policy::yaml::Wrong;
use podsieve_policy::{compile, id};

use crate::metrics::Metrics;
use crate::{Plugin, host, structure};

/// What is wrong with a configuration, a line each.
type Wrongs = Vec<String>;

/// Reads the configuration, of `size` bytes. Its policy is the one that it says, or the one that was baked in, or the
/// default.
pub(crate) fn read(size: usize, baked: Option<&'static Policy>, default: &'static Policy) -> Result<Plugin, Wrongs> {
    let bytes = if size == 0 { Some(Vec::new()) } else { host::buffer(host::Buffer::PluginConfiguration, 0, size) };
    let Some(bytes) = bytes else { return Err(vec!["the host does not hand it over".to_owned()]) };
    let json = structure::json(&bytes);
    let is_struct = json.is_some();
    let text = match json {
        Some(json) => json,
        None => String::from_utf8(bytes).map_err(|_| vec!["1:1: it is neither UTF-8 nor a Struct".to_owned()])?,
    };
    let detectors = compile::detectors();
    let known = Known { detectors: &detectors };
    let lines = |wrong: Vec<Wrong>| wrong.iter().map(|wrong| line(wrong, &text, is_struct)).collect::<Wrongs>();
    let settings = plugin::read(&text, &known).map_err(lines)?;
    let policy = match (&settings.policy, baked) {
        (Some(_), Some(_)) => {
            return Err(vec!["`policy`: a policy is baked into this module; take the module without one".to_owned()]);
        }
        (Some(file), None) => compile::compile(file, &id(file, &known), |_| None).map_err(lines)?,
        (None, baked) => baked.unwrap_or(default),
    };
    let mut sieve = Sieve::new(policy, podsieve_core::Function::Pipeline);
    let mut destinations = Destinations::default();
    if let Mode::Gateway(gateway) = &settings.mode {
        sieve = Sieve::new(policy, gateway.function);
        destinations = gateway.destinations.clone();
        if let Some(tag) = &gateway.archive_tag {
            sieve = sieve.with_order(tag.order.iter().map(|value| value.as_bytes().to_vec()).collect());
        }
    }
    Ok(Plugin {
        mode: settings.mode,
        sieve: RefCell::new(sieve),
        metrics: RefCell::new(Metrics::default()),
        destinations: Rc::new(destinations),
    })
}

/// A mistake with its place. What came as a struct has no lines that its author knows: the line is shown.
fn line(wrong: &Wrong, text: &str, is_struct: bool) -> String {
    if !is_struct {
        return wrong.to_string();
    }
    let at = wrong.place.line.saturating_sub(1) as usize;
    let shown = text.lines().nth(at).map(str::trim).unwrap_or_default();
    let key = shown.split_once("\": ").map_or("", |(key, _)| key.trim_start_matches('"'));
    if key.is_empty() { wrong.what.clone() } else { format!("at `{key}`: {}", wrong.what) }
}
