//! podsieve inside a real Envoy, against no filter and Lua: how much passes through one worker, and what it costs.
//!
//! Each filter has an Envoy of its own, which first has to show that it does its job: every record arrives and no secret.
//! Then requests go to each in turn, in several rounds; of the rounds the best counts, since whatever else the machine does
//! only takes away.

mod check;
mod filters;
mod load;
mod measure;
mod process;
mod report;
mod upstream;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use clap::Parser;
use filters::{Filter, NAMES, NONE};
use measure::{Stage, Workload};
use podsieve_benches::recorded::Shape;
use process::Envoy;
use report::Report;

const EXIT_CODES: &str = "\
Exit codes:
  0  everything ran
  1  a filter does not do its job, its memory grows, or a file cannot be read or written
  2  wrong arguments
  3  something is missing: an Envoy, or the module";

/// Runs podsieve and Lua inside a real Envoy, and writes what each costs to a table, a JSON file and a chart.
///
/// Envoy is the program that ENVOY names, or the one on the PATH, or the one in `venv/bin` in cargo's target folder.
#[derive(Parser)]
#[command(name = "bench-envoy", version, after_help = EXIT_CODES)]
struct Arguments {
    /// How long requests of one size go to one filter, in each round.
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = some_time)]
    seconds: f64,
    /// How often each filter runs.
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = at_least_one)]
    rounds: u64,
    /// Runs only the filter of this name (can be given again); no filter is always there.
    #[arg(long, value_name = "NAME", value_parser = NAMES)]
    only: Vec<String>,
    /// Records of a generated log, whose lines all have the same fields, instead of the recorded ones.
    #[arg(long)]
    generated: bool,
    /// Sends bodies of this shape only, instead of both in turn.
    #[arg(long, value_name = "SHAPE", value_parser = ["json_lines", "bulk"])]
    shape: Option<String>,
    /// Where envoy.json and envoy.svg go [default: `bench` in cargo's target folder].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The module [default: dist/podsieve-envoy.wasm].
    #[arg(long, value_name = "PATH")]
    module: Option<PathBuf>,
    /// Another build of the module, which runs beside it (can be given again).
    #[arg(long, value_name = "PATH")]
    beside: Vec<PathBuf>,
    /// Instead of rounds, sends so many requests of 1 KB to podsieve, or the filters of --only, and watches its memory.
    #[arg(long, value_name = "COUNT", num_args = 0..=1, default_missing_value = "1000000", value_parser = at_least_one)]
    soak: Option<u64>,
}

fn at_least_one(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(count) => Ok(count),
        Err(error) => Err(format!("must be a number: {error}")),
    }
}

fn some_time(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds < 3600.0 => Ok(seconds),
        _ => Err("must be a number of seconds".to_owned()),
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
    eprintln!("bench-envoy: {what}");
    ExitCode::from(code)
}

/// How often memory is looked at while Envoy soaks.
const SAMPLES: u64 = 20;

fn start(arguments: &Arguments) -> Result<(), Stop> {
    let target = target()?;
    let envoy = Envoy::find(&target.join("venv/bin"))?.ok_or_else(|| Stop::Missing(process::MISSING.to_owned()))?;
    let module = arguments.module.clone().unwrap_or_else(podsieve);
    if !module.is_file() {
        return Err(Stop::Missing(format!("no {}: run make bench-envoy, which builds it", module.display())));
    }
    let out = arguments.out.clone().unwrap_or_else(|| target.join("bench"));
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;

    let work = tempfile::Builder::new().prefix("podsieve-").tempdir();
    let work = work.map_err(|error| format!("a temporary folder: {error}"))?;
    let (sender, captured) = mpsc::channel();
    let upstream = upstream::start(sender).map_err(|error| format!("the upstream: {error}"))?;
    let asked = |name: &&str| match &arguments.only[..] {
        [] if arguments.soak.is_some() => name.starts_with("podsieve"),
        [] => true,
        only => *name == NONE || only.iter().any(|only| only == name),
    };
    eprintln!("checking that each filter does its job");
    let filters = NAMES.into_iter().filter(asked).map(|name| Filter::get(name, &module));
    let filters = filters.chain(arguments.beside.iter().map(|module| Filter::beside(module))).collect();
    let shapes: &[Shape] = match arguments.shape.as_deref() {
        Some("json_lines") => &[Shape::JsonLines],
        Some(_) => &[Shape::Bulk],
        None => &[Shape::JsonLines, Shape::Bulk],
    };
    let workloads = Workload::all(arguments.generated, shapes)?;
    let stage = Stage::set(&envoy, filters, upstream, &captured, workloads, work.path())?;
    let bodies = stage.workloads.iter().map(means).collect();
    let (mut figures, mut soaks) = (Vec::new(), Vec::new());
    match arguments.soak {
        Some(requests) => soaks = stage.soak(requests, SAMPLES.min(requests))?,
        None => {
            let rounds = usize::try_from(arguments.rounds).unwrap_or(usize::MAX);
            figures = stage.measure(rounds, Duration::from_secs_f64(arguments.seconds))?;
        }
    }
    let grows = soaks.iter().any(|soak| !soak.is_flat());
    let (rounds, seconds) = (arguments.rounds as usize, arguments.seconds);
    let report = Report { envoy: envoy.version, rounds, seconds, bodies, figures, soaks };
    print!("{report}");
    let name = match (arguments.soak, arguments.generated) {
        (Some(_), _) => "envoy-soak",
        (None, true) => "envoy-generated",
        (None, false) => "envoy",
    };
    report.write(&out, name)?;
    println!("\nWritten to {}", out.display());
    if grows { Err(Stop::Failed("memory grows".to_owned())) } else { Ok(()) }
}

/// The mean length of the bodies, and of the records in each.
fn means(workload: &Workload) -> (f64, f64) {
    let count = workload.batches.len() as f64;
    let bytes: usize = workload.batches.iter().map(|batch| batch.bytes.len()).sum();
    let records: usize = workload.batches.iter().map(|batch| batch.offsets.len()).sum();
    (bytes as f64 / count, records as f64 / count)
}

/// The module that users get.
fn podsieve() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/podsieve-envoy.wasm")
}

/// Cargo's target folder, in which this program is `release/bench-envoy`.
fn target() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|error| format!("the path of this program: {error}"))?;
    let target = program.ancestors().nth(2).ok_or("this program is in no folder")?;
    Ok(target.to_owned())
}
