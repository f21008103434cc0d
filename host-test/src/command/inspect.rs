//! `podsieve inspect`.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use podsieve_host::inspect::{self, Inspected, Port, Runtime};
use podsieve_host::numbers::count;
use podsieve_host::{Error, json};

use super::Stop;

const EXIT_CODES: &str = "\
Exit codes:
  0  Fluent Bit 2.0 to 5.1 can load it, or Envoy if it is a plugin of that
  1  it cannot, or loses records: standard error says why
  2  wrong arguments, or a file that cannot be read or is no WebAssembly module";

/// Say what a module holds, whose policy it follows, and whether Fluent Bit or, for a plugin, Envoy can load it.
///
/// It runs nothing of the module. Of the keys of hashes it says where they came from: the module says no more.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Inspect {
    /// The module
    file: PathBuf,

    /// As JSON, one object
    #[arg(long)]
    json: bool,
}

impl Inspect {
    /// True when its host can load it.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let name = self.file.display().to_string();
        let wasm = fs::read(&self.file)
            .map_err(|error| Error::new(&name, format!("cannot be read: {error}"), "give the path of a module"))?;
        let module = inspect::inspect(&wasm).map_err(|error| error.at(&name))?;
        let mut out = io::stdout().lock();
        if self.json {
            out.write_all(&as_json(&name, &module))?
        } else {
            out.write_all(as_text(&name, &module).as_bytes())?
        }
        let faults = module.faults();
        for fault in &faults {
            eprintln!("podsieve: {name}: {fault}");
        }
        Ok(faults.is_empty())
    }
}

/// A line for each thing that there is to say.
fn as_text(name: &str, module: &Inspected) -> String {
    let Inspected { size, sha256, imports, exports, filters: _, memory, features, version, policy } = module;
    let mut out = format!("{name}: {} bytes\nsha256: {sha256}\n", count(*size as u64));
    let mut line = |what: &str, is: String| out.extend([what, ": ", &is, "\n"]);
    match (version, policy) {
        (Some(version), Some(_)) => line("podsieve", format!("{version}, baked")),
        (Some(version), None) => line("podsieve", format!("{version}, with the default policy")),
        (None, _) => line("podsieve", "not known: it does not say a version".to_owned()),
    }
    if module.runtime() == Runtime::FluentBit {
        line("functions", listed(module.functions()));
    }
    match memory {
        Some(memory) => {
            let maximum = memory.maximum.map_or("no maximum".to_owned(), |most| format!("at most {}", count(most)));
            line("memory", format!("{} pages of 64 KiB, {maximum}", count(memory.initial)));
        }
        None => line("memory", "none of its own".to_owned()),
    }
    line("beyond the first WebAssembly", listed(features.iter().map(|feature| feature.name)));
    let loads = if module.faults().is_empty() { "loads" } else { "DOES NOT WORK" };
    line(module.runtime().name(), loads.to_owned());
    let all = |ports: &[Port]| ports.iter().map(|port| format!("\n  {}: {}", port.name, port.ty)).collect::<String>();
    let ports = match module.runtime() {
        Runtime::FluentBit => format!("MUST BE NONE{}", all(imports)),
        Runtime::Envoy => all(imports),
    };
    line("imports", if imports.is_empty() { "none".to_owned() } else { ports });
    line(
        "exports",
        if exports.is_empty() { "none".to_owned() } else { all(exports).trim_start_matches(' ').to_owned() },
    );
    if let Some(policy) = policy {
        line("policy", policy.id.clone().unwrap_or_else(|| "not known to this version".to_owned()));
        line("canonical policy", format!("\n{}", policy.text));
    }
    out.replace(": \n", ":\n")
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn as_json(name: &str, module: &Inspected) -> Vec<u8> {
    let Inspected { size, sha256, imports, exports, filters: _, memory, features, version, policy } = module;
    let text = |text: &str| {
        let mut out = Vec::new();
        json::write_string(&mut out, text.as_bytes());
        String::from_utf8_lossy(&out).into_owned()
    };
    let texts = |texts: &mut dyn Iterator<Item = &str>| format!("[{}]", texts.map(text).collect::<Vec<_>>().join(","));
    let ports = |ports: &[Port]| {
        let port = |port: &Port| format!("{{\"name\":{},\"type\":{}}}", text(&port.name), text(&port.ty));
        format!("[{}]", ports.iter().map(port).collect::<Vec<_>>().join(","))
    };
    let or_null = |value: Option<String>| value.unwrap_or_else(|| "null".to_owned());
    let faults = module.faults();
    let members = [
        ("file", text(name)),
        ("bytes", size.to_string()),
        ("sha256", text(sha256)),
        ("version", or_null(version.as_deref().map(text))),
        ("baked", policy.is_some().to_string()),
        ("host", text(module.runtime().name())),
        ("functions", texts(&mut module.functions())),
        ("imports", ports(imports)),
        ("exports", ports(exports)),
        (
            "memory",
            or_null(memory.map(|memory| {
                let maximum = or_null(memory.maximum.map(|maximum| maximum.to_string()));
                format!("{{\"initial\":{},\"maximum\":{maximum}}}", memory.initial)
            })),
        ),
        ("features", texts(&mut features.iter().map(|feature| feature.name))),
        ("loads", faults.is_empty().to_string()),
        ("faults", texts(&mut faults.iter().map(String::as_str))),
        (
            "policy",
            or_null(policy.as_ref().map(|policy| {
                let id = or_null(policy.id.as_deref().map(text));
                format!("{{\"id\":{id},\"canonical\":{}}}", text(&policy.text))
            })),
        ),
    ];
    let members = members.map(|(name, value)| format!("\"{name}\":{value}"));
    format!("{{{}}}\n", members.join(",")).into_bytes()
}
