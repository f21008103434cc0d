//! `podsieve bake`, `podsieve policy` and `podsieve schema`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use podsieve_host::bake::{Baker, Target};
use podsieve_host::policy::Key;
use podsieve_host::{Error, policy};

use super::Stop;

/// Make a module that follows a policy: one file for Fluent Bit, with nothing left to read when it starts. With --envoy, one
/// for Envoy, whose plugin configuration says all but the policy.
///
/// The keys of hashes come from where the policy says, an environment variable or a file, at this moment; the module
/// holds them, so keep it as safe as them.
#[derive(clap::Args)]
pub(super) struct Bake {
    /// The policy, in YAML or JSON
    policy: PathBuf,

    /// Where the module goes
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// For Envoy, as a plugin, and not for Fluent Bit
    #[arg(long)]
    envoy: bool,
}

impl Bake {
    /// True when the module was written.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let policy = Policy::read(&self.policy)?;
        let keys = policy.keys()?;
        let target = if self.envoy { Target::Envoy } else { Target::FluentBit };
        let baked = Baker::new(target).and_then(|baker| baker.bake(&policy.text, &keys));
        let module = baked.map_err(|error| error.at(policy.name.clone()))?;
        fs::write(&self.output, &module).map_err(|error| {
            let output = self.output.display().to_string();
            Error::new(output, format!("cannot be written: {error}"), "give a path in a folder that is there with -o")
        })?;
        eprintln!(
            "podsieve: {}: {} KiB, policy {}",
            self.output.display(),
            module.len().div_ceil(1024),
            policy::id(&policy.file)
        );
        if module.len() > CONFIG_MAP {
            eprintln!(
                "podsieve: that is more than a ConfigMap may have (1 MiB with base64): compiled regexes take most of it; fewer rules, or shorter repetitions, make it smaller"
            );
        }
        Ok(true)
    }
}

/// The largest file that a ConfigMap takes as base64, in bytes.
const CONFIG_MAP: usize = (1 << 20) / 4 * 3;

/// A policy file.
pub(super) struct Policy {
    /// Its path, for messages.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) file: podsieve_policy::model::File,
}

impl Policy {
    /// Reads a policy; what is wrong with it is told line by line.
    pub(super) fn read(path: &Path) -> Result<Policy, Stop> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| {
            Error::new(name.clone(), format!("cannot be read: {error}"), "give the path of a policy in YAML")
        })?;
        match policy::read(&text) {
            Ok(file) => Ok(Policy { name, text, file }),
            Err(wrong) => Err(Stop::Wrong(wrong.iter().map(|wrong| format!("{name}:{wrong}")).collect())),
        }
    }

    /// The keys of its hashes.
    pub(super) fn keys(&self) -> Result<Vec<Key>, Error> {
        self.file.hash.keys.iter().map(|key| policy::key(key).map_err(|error| error.at(self.name.clone()))).collect()
    }
}

/// Print the default policy: what is in force without a file, and the whole format in its comments.
#[derive(clap::Args)]
pub(super) struct Default {}

impl Default {
    /// Always true.
    pub(super) fn start(self) -> Result<bool, Stop> {
        std::io::stdout().write_all(podsieve_policy::DEFAULT.as_bytes())?;
        Ok(true)
    }
}

/// Print the JSON Schema of policies, by which editors complete and check them.
#[derive(clap::Args)]
pub(super) struct Schema {}

impl Schema {
    /// Always true.
    pub(super) fn start(self) -> Result<bool, Stop> {
        std::io::stdout().write_all(podsieve_policy::SCHEMA.as_bytes())?;
        Ok(true)
    }
}
