//! Configurations of Fluent Bit with podsieve in them: what loses records, and what does nothing without a word.
//!
//! ```
//! use podsieve_host::lint::{self, Level, Options};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("fluent-bit.conf");
//! let filter = "[FILTER]\n  name wasm\n  match *\n  wasm_path /etc/podsieve.wasm\n  function_name pipline\n";
//! std::fs::write(&path, filter)?;
//! let findings = lint::check(&path, &Options::default())?;
//! let wrong = findings.iter().find(|finding| finding.rule == "function-missing").expect("it is found");
//! assert_eq!((wrong.line, wrong.level), (5, Level::Error));
//! # Ok(())
//! # }
//! ```
//!
//! Both forms are read, the classic one and YAML, with what they include. A configuration is judged by what stands in
//! it: a variable from the environment may hold anything, and so nothing is said where it decides. What Fluent Bit
//! itself refuses to start with is only reported where it is about podsieve. Each rule ([`RULES`]) was seen in Fluent
//! Bit 5.1.1.

mod classic;
mod files;
mod model;
mod modules;
mod pattern;
mod report;
mod rules;
mod tags;
mod yaml;

use std::path::{Path, PathBuf};

use crate::Error;

pub use crate::{Finding, Level};
pub use rules::{RULES, Rule};

/// Where modules are found.
#[derive(Clone, Debug, Default)]
pub struct Options {
    module: Option<PathBuf>,
    root: Option<PathBuf>,
}

impl Options {
    /// This file is the module of all WASM filters, whatever their `wasm_path`.
    #[must_use]
    pub fn module(mut self, path: impl Into<PathBuf>) -> Self {
        self.module = Some(path.into());
        self
    }

    /// Absolute paths in the configuration are below this folder: what will be the container's root.
    #[must_use]
    pub fn root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.root = Some(folder.into());
        self
    }
}

/// Reads a configuration with all that it includes, and returns what is wrong with it, in the order of its lines.
///
/// # Errors
/// When a file cannot be read, or is no configuration: the error names the file and the line.
pub fn check(path: &Path, options: &Options) -> Result<Vec<Finding>, Error> {
    let configuration = files::read(path)?;
    let mut report = report::Report::new(&configuration);
    let tags = tags::Tags::of(&configuration);
    let mut modules = modules::Modules::new(path, options);
    rules::check(&configuration, &tags, &mut modules, &mut report);
    Ok(report.findings())
}
