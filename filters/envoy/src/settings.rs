//! The plugin's configuration into a plugin.

use core::cell::RefCell;
use std::rc::Rc;

use podsieve_config::Wrong;
use podsieve_config::plugin::Mode;
use podsieve_core::Policy;
use podsieve_http::{Destinations, Sieve};

use crate::metrics::Metrics;
use crate::{Plugin, host, structure};

/// What is wrong with a configuration, a line each.
type Wrongs = Vec<String>;

/// Reads the configuration, of `size` bytes.
pub(crate) fn read(size: usize) -> Result<Plugin, Wrongs> {
    let bytes = if size == 0 { Some(Vec::new()) } else { host::buffer(host::Buffer::PluginConfiguration, 0, size) };
    let Some(bytes) = bytes else { return Err(vec!["the host does not hand it over".to_owned()]) };
    let json = structure::json(&bytes);
    let is_struct = json.is_some();
    let text = match json {
        Some(json) => json,
        None => String::from_utf8(bytes).map_err(|_| vec!["1:1: it is neither UTF-8 nor a Struct".to_owned()])?,
    };
    let (mode, policy) =
        said(&text).map_err(|wrong| wrong.iter().map(|wrong| line(wrong, &text, is_struct)).collect::<Wrongs>())?;
    let mut sieve = Sieve::new(policy, podsieve_core::Function::Pipeline);
    let mut destinations = Destinations::default();
    if let Mode::Gateway(gateway) = &mode {
        sieve = Sieve::new(policy, gateway.function);
        destinations = gateway.destinations.clone();
        if let Some(tag) = &gateway.archive_tag {
            sieve = sieve.with_order(tag.order.iter().map(|value| value.as_bytes().to_vec()).collect());
        }
    }
    Ok(Plugin {
        mode,
        sieve: RefCell::new(sieve),
        metrics: RefCell::new(Metrics::default()),
        destinations: Rc::new(destinations),
    })
}

/// What a configuration says, and the policy that it says or that there is.
#[cfg(feature = "policy")]
fn said(text: &str) -> Result<(Mode, &'static Policy), Vec<Wrong>> {
    use podsieve_policy::{compile, id, model::Known, plugin};

    let detectors = compile::detectors();
    let known = Known { detectors: &detectors };
    let settings = plugin::read(text, &known)?;
    let policy = match &settings.policy {
        Some(file) => compile::compile(file, &id(file, &known), |_| None)?,
        None => crate::policy(),
    };
    Ok((settings.mode, policy))
}

/// What a configuration in JSON says, and the policy that there is.
#[cfg(not(feature = "policy"))]
fn said(text: &str) -> Result<(Mode, &'static Policy), Vec<Wrong>> {
    use podsieve_config::{json, plugin};

    const REFUSED: &str = if cfg!(feature = "unbaked") {
        "a policy is baked into this module: leave this one out, or bake it with `podsieve bake --envoy`"
    } else {
        "this module has the default policy: take podsieve-envoy-policy.wasm, or make a module of the policy with `podsieve bake --envoy`"
    };
    let node = json::read(text).map_err(|mut wrong| {
        if !text.trim_start().starts_with('{') {
            wrong.what.push_str("; this module reads JSON, and podsieve-envoy-policy.wasm YAML too");
        }
        vec![wrong]
    })?;
    let settings = plugin::read(node, text, |node, reader| {
        reader.wrong(node.place, REFUSED);
        None::<()>
    })?;
    Ok((settings.mode, crate::policy()))
}

/// A mistake with its place. What came as a struct has no lines that its author knows: the line is shown.
fn line(wrong: &Wrong, text: &str, is_struct: bool) -> String {
    if !is_struct {
        return wrong.to_string();
    }
    let at = wrong.place.line.saturating_sub(1) as usize;
    let shown = text.split('\n').nth(at).unwrap_or_default().trim_start();
    let mut quoted = shown.split('"');
    let key = if quoted.next() == Some("") { quoted.next().unwrap_or_default() } else { "" };
    if key.is_empty() { wrong.what.clone() } else { format!("at `{key}`: {}", wrong.what) }
}
