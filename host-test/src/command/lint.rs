//! `podsieve lint`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use podsieve_host::json;
use podsieve_host::lint::{self, Finding, Level, Options, RULES};

use super::Stop;
use super::format::plural;

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

/// What was found in all files.
#[derive(Default)]
struct Count {
    errors: u64,
    warnings: u64,
    unread: u64,
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
        let mut count = Count::default();
        for path in &self.files {
            match lint::check(path, &options) {
                Ok(findings) => {
                    let is_denied = |finding: &Finding| !self.allow.iter().any(|rule| rule == finding.rule);
                    for finding in findings.into_iter().filter(is_denied) {
                        match finding.level {
                            Level::Error => count.errors += 1,
                            Level::Warning => count.warnings += 1,
                        }
                        if self.json { out.write_all(&as_json(&finding))? } else { writeln!(out, "{finding}")? }
                    }
                }
                Err(error) => {
                    count.unread += 1;
                    eprintln!("podsieve: {error}");
                }
            }
        }
        let (errors, warnings) = (plural(count.errors, "error"), plural(count.warnings, "warning"));
        eprintln!("podsieve: {}: {errors}, {warnings}", plural(self.files.len() as u64, "configuration"));
        match count.unread {
            0 => Ok(count.errors == 0 && !(self.deny_warnings && count.warnings > 0)),
            _ => Err(Stop::Told),
        }
    }
}

fn as_json(finding: &Finding) -> Vec<u8> {
    let Finding { file, line, level, rule, what, advice, excerpt } = finding;
    let mut out = format!("{{\"line\":{line}").into_bytes();
    let texts = [
        ("file", file.as_str()),
        ("level", level.name()),
        ("rule", rule),
        ("what", what),
        ("advice", advice),
        ("excerpt", excerpt),
    ];
    for (name, text) in texts {
        out.extend_from_slice(format!(",\"{name}\":").as_bytes());
        json::write_string(&mut out, text.as_bytes());
    }
    out.extend_from_slice(b"}\n");
    out
}
