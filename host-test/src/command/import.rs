//! `podsieve import`.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use podsieve_host::Error;
use podsieve_host::import::{self, Count, Import as Imported};
use podsieve_host::numbers::{count, plural};

use super::Stop;

const EXIT_CODES: &str = "\
Exit codes:
  0  the policy was written, whatever was left out
  1  with --strict: the policy was written, and rules were left out
  2  wrong arguments, or a file that cannot be read or written or is no configuration

Standard error says what is not as it was, with the line, and how many of what there are.";

/// Make a policy of the rules of another program
#[derive(Args)]
pub(super) struct Import {
    #[command(subcommand)]
    from: From,
}

#[derive(Subcommand)]
enum From {
    Gitleaks(Gitleaks),
}

/// Make a policy of a configuration of gitleaks
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
struct Gitleaks {
    /// The configuration, gitleaks.toml
    file: PathBuf,

    /// Where the policy goes; by default to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Exit with 1 if a rule is left out
    #[arg(long)]
    strict: bool,
}

impl Import {
    /// False if rules were left out and that counts.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let From::Gitleaks(Gitleaks { file, output, strict }) = self.from;
        let shown = file.display().to_string();
        let text = fs::read_to_string(&file)
            .map_err(|error| Error::new(&shown, format!("cannot be read: {error}"), "check the path"))?;
        let name = file.file_name().map_or(shown.clone(), |name| name.to_string_lossy().into_owned());
        let Imported { policy, notes, count } = import::gitleaks(&name, &text)?;
        match output {
            Some(path) => fs::write(&path, policy).map_err(|error| {
                Error::new(path.display().to_string(), format!("cannot be written: {error}"), "check the path")
            })?,
            None => io::stdout().lock().write_all(policy.as_bytes())?,
        }
        for note in notes {
            eprintln!("{shown}:{note}");
        }
        summary(&count);
        Ok(!strict || count.taken == count.rules)
    }
}

fn summary(counts: &Count) {
    let Count { rules, taken, written, translated, shortened, unlimited, places, exceptions } = *counts;
    let lines = [
        (places, "exception", "for paths and commits, which records do not have: left out"),
        (exceptions, "other exception", "left out: more is redacted"),
        (translated, "pattern", "written anew: regex-lite reads another syntax than Go"),
        (shortened, "pattern", "without a begin that no secret needs"),
        (unlimited, "rule", "of which a match may be longer than what is looked at around a keyword"),
    ];
    for (number, noun, what) in lines.into_iter().filter(|(number, ..)| *number > 0) {
        eprintln!("podsieve: {} {what}", plural(number, noun));
    }
    let left_out = count(rules - taken);
    eprintln!(
        "podsieve: {} of {}, {left_out} left out; the policy has {}",
        count(taken),
        plural(rules, "rule"),
        plural(written, "rule")
    );
}
