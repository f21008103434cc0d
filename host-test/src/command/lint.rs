//! `podsieve lint`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use podsieve_host::lint::{self, Finding, Options, RULES};

use super::Stop;
use super::findings::Told;

const EXIT_CODES: &str = "\
Exit codes:
  0  no errors; there may be warnings
  1  errors, or warnings with --deny-warnings
  2  wrong arguments, or a file that cannot be read or is no configuration

Only what stands in the files is judged. A variable from the environment may hold anything, so that \
nothing is said where it decides.";

/// Find what loses records, or silently does nothing, in configurations of Fluent Bit with podsieve in them.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Lint {
    /// Configurations, classic or YAML (.yaml, .yml), each with what it includes
    #[arg(required_unless_present = "rules")]
    files: Vec<PathBuf>,

    /// The module of all WASM filters, whatever their wasm_path
    #[arg(long, value_name = "FILE")]
    module: Option<PathBuf>,

    /// The folder that will be the root of the container: an absolute wasm_path is below it
    #[arg(long, value_name = "FOLDER")]
    root: Option<PathBuf>,

    /// Warnings count as errors
    #[arg(long)]
    deny_warnings: bool,

    /// Do not look for this; may be given several times
    #[arg(long, value_name = "RULE", value_parser = PossibleValuesParser::new(RULES.map(|rule| rule.name)))]
    #[arg(hide_possible_values = true)]
    allow: Vec<String>,

    /// Findings as JSON, one object a line
    #[arg(long)]
    json: bool,

    /// Print what is looked for, and what Fluent Bit does then
    #[arg(long)]
    rules: bool,
}

impl Lint {
    /// True when nothing is wrong that counts.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let mut out = io::stdout().lock();
        if self.rules {
            for rule in RULES {
                writeln!(out, "{} ({})\n    {}", rule.name, rule.level.name(), rule.finds)?;
            }
            return Ok(true);
        }
        let mut options = Options::default();
        if let Some(module) = &self.module {
            options = options.module(module);
        }
        if let Some(root) = &self.root {
            options = options.root(root);
        }
        let mut told = Told::new(self.json);
        for path in &self.files {
            match lint::check(path, &options) {
                Ok(findings) => {
                    let is_denied = |finding: &Finding| !self.allow.iter().any(|rule| rule == finding.rule);
                    for finding in findings.iter().filter(|finding| is_denied(finding)) {
                        told.finding(&mut out, finding)?;
                    }
                }
                Err(error) => told.unread(&error),
            }
        }
        told.end(self.files.len(), "configuration", self.deny_warnings)
    }
}
