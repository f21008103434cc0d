//! podsieve and its peers inside a real Fluent Bit: what each adds to the CPU time of a record.
//!
//! Every filter runs in turn over the same pod log, in several rounds, after a check that it does its job. The figures of
//! one filter are user and system time of the whole process, less those of a run without a filter; of the rounds the
//! smallest counts, since whatever else the machine does only adds to it.

mod chart;
mod check;
mod filters;
mod measure;
mod report;
mod run;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, thread};

use check::Check;
use clap::Parser;
use filters::{AHEAD_OF_TIME, Filter, NAMES};
use measure::measure;
use report::{Report, Skipped};
use run::FluentBit;

const EXIT_CODES: &str = "\
Exit codes:
  0  everything ran
  1  a filter does not do its job, or a file cannot be read or written
  2  wrong arguments
  3  something is missing: a Fluent Bit, or the modules";

/// Runs podsieve and its peers inside a real Fluent Bit, and writes what each costs to a table, a JSON file and a chart.
///
/// Fluent Bit is the program that FLUENT_BIT names, or the one on the PATH.
#[derive(Parser)]
#[command(name = "bench-fluent-bit", version, after_help = EXIT_CODES)]
struct Arguments {
    /// Lines of the log.
    #[arg(long, value_name = "COUNT", default_value_t = 200_000, value_parser = at_least_one)]
    records: usize,
    /// How often each filter runs.
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = at_least_one)]
    rounds: usize,
    /// Runs only the filter of this name (can be given again); a run without a filter is always there.
    #[arg(long, value_name = "NAME", value_parser = NAMES)]
    only: Vec<String>,
    /// Where fluent-bit.json and fluent-bit.svg go [default: `bench` in cargo's target folder].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where pass_through.wasm and tutorial.wasm are [default: cargo's folder for them].
    #[arg(long, value_name = "DIR")]
    modules: Option<PathBuf>,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(count) => Ok(count),
        Err(error) => Err(format!("must be a number: {error}")),
    }
}

/// Why there are no figures.
enum Stop {
    /// Something has to be installed or built first.
    Missing(String),
    Failed(String),
}

impl From<String> for Stop {
    fn from(what: String) -> Self {
        Stop::Failed(what)
    }
}

fn main() -> ExitCode {
    let (what, code) = match start(&Arguments::parse()) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Stop::Failed(what)) => (what, 1),
        Err(Stop::Missing(what)) => (what, 3),
    };
    eprintln!("bench-fluent-bit: {what}");
    ExitCode::from(code)
}

fn start(arguments: &Arguments) -> Result<(), Stop> {
    let fluent_bit = FluentBit::find()?.ok_or_else(|| Stop::Missing(run::MISSING.to_owned()))?;
    let target = target()?;
    let modules = arguments.modules.clone().unwrap_or_else(|| target.join("wasm32-unknown-unknown/wasm"));
    for module in [filters::podsieve(), modules.join("pass_through.wasm"), modules.join("tutorial.wasm")] {
        if !module.is_file() {
            return Err(Stop::Missing(format!("no {}: run make bench-fluent-bit, which builds it", module.display())));
        }
    }
    let out = arguments.out.clone().unwrap_or_else(|| target.join("bench"));
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;

    let work = tempfile::Builder::new().prefix("podsieve-").tempdir();
    let work = work.map_err(|error| format!("a temporary folder: {error}"))?;
    let (filters, skipped) = able(&arguments.only, &fluent_bit, &modules, work.path())?;
    let (none, figures) = measure(&fluent_bit, filters, arguments.records, arguments.rounds, work.path())?;
    let report = Report { fluent_bit: fluent_bit.version, none, figures, skipped };
    report.write(&out)?;
    print!("{report}");
    println!("\nWritten to {}", out.display());
    Ok(())
}

/// Cargo's target folder, in which this program is `release/bench-fluent-bit`.
fn target() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|error| format!("the path of this program: {error}"))?;
    let target = program.ancestors().nth(2).ok_or("this program is in no folder")?;
    Ok(target.to_owned())
}

/// The filters that were asked for and do their job here. Only what depends on another program may be skipped.
fn able(
    only: &[String],
    fluent_bit: &FluentBit,
    modules: &Path,
    work: &Path,
) -> Result<(Vec<Filter>, Vec<Skipped>), String> {
    eprintln!("checking that each filter does its job");
    let check = Check::new(work)?;
    let judge = |name| {
        let filter = Filter::get(name, modules, work)?;
        check.judge(fluent_bit, &filter)?;
        Ok(filter)
    };
    let asked = NAMES.into_iter().filter(|name| only.is_empty() || only.iter().any(|only| only == name));
    let judged: Vec<(&str, Result<Filter, String>)> = thread::scope(|scope| {
        let judged: Vec<_> = asked.map(|name| (name, scope.spawn(move || judge(name)))).collect();
        let join = |(name, judged): (_, thread::ScopedJoinHandle<_>)| (name, judged.join().expect("a check ends"));
        judged.into_iter().map(join).collect()
    });
    let (mut filters, mut skipped) = (Vec::new(), Vec::new());
    for (name, judged) in judged {
        match judged {
            Ok(filter) => filters.push(filter),
            Err(why) if name == AHEAD_OF_TIME => skipped.push(Skipped { name, why }),
            Err(why) => return Err(format!("{name} does not do its job: {why}")),
        }
    }
    Ok((filters, skipped))
}
