//! `podsieve check`.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use podsieve_host::check::{self, Cost, WARNINGS};
use podsieve_host::{Error, json};

use super::Stop;
use super::findings::Told;

const EXIT_CODES: &str = "\
Exit codes:
  0  no errors; there may be warnings
  1  errors, or warnings with --strict
  2  wrong arguments, or a file that cannot be read

Keys of hashes need not be there: nothing is hashed with them.";

/// Find what is wrong in policies, what has no effect or more than was meant, and what they cost.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Check {
    /// Policies, in YAML or JSON
    #[arg(required_unless_present = "warnings")]
    policies: Vec<PathBuf>,

    /// Warnings count as errors
    #[arg(long)]
    strict: bool,

    /// Findings and costs as JSON, one object a line
    #[arg(long)]
    json: bool,

    /// Print what there are warnings of
    #[arg(long)]
    warnings: bool,
}

impl Check {
    /// True when nothing is wrong that counts.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let mut out = io::stdout().lock();
        if self.warnings {
            for warning in WARNINGS {
                writeln!(out, "{}\n    {}", warning.name, warning.finds)?;
            }
            return Ok(true);
        }
        let mut told = Told::new(self.json);
        for path in &self.policies {
            let name = path.display().to_string();
            let text = match fs::read_to_string(path) {
                Ok(text) => text,
                Err(error) => {
                    let what = format!("cannot be read: {error}");
                    told.unread(&Error::new(name, what, "give the path of a policy in YAML"));
                    continue;
                }
            };
            let checked = check::check(&name, &text);
            for finding in &checked.findings {
                told.finding(&mut out, finding)?;
            }
            match checked.cost {
                Some(cost) if self.json => out.write_all(&as_json(&name, cost))?,
                Some(cost) => writeln!(out, "{name}: {cost}")?,
                None => {}
            }
        }
        told.end(self.policies.len(), "policy file", self.strict)
    }
}

fn as_json(name: &str, cost: Cost) -> Vec<u8> {
    let Cost { clean, clean_by_default, redacted, bytes } = cost;
    let mut out = b"{\"file\":".to_vec();
    json::write_string(&mut out, name.as_bytes());
    let numbers = format!(
        ",\"cost\":{{\"clean\":{clean},\"clean_by_default\":{clean_by_default},\"redacted\":{redacted},\"bytes\":{bytes}}}}}\n"
    );
    out.extend_from_slice(numbers.as_bytes());
    out
}
