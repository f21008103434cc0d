//! Arguments, and which part of the program they start.

mod bake;
mod check;
mod completions;
mod demo;
mod detectors;
mod estimate;
mod explain;
mod feed;
mod findings;
mod import;
mod inspect;
mod layout;
mod lint;
mod man;
mod marks;
mod output;
mod pick;
mod progress;
mod report;
mod run;
mod summary;
mod test;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use podsieve_host::Error;

const EXIT_CODES: &str = "\
Exit codes:
  0  what was asked for was done, or the reader of standard output went away
  1  `run`: the module lost a record, and standard error says which lines
     `check`, `lint`: there are errors, or warnings with --strict or --deny-warnings
     `inspect`: Fluent Bit, or Envoy, cannot load the module, or loses records with it
     `import`: rules were left out, with --strict
     `test`: a case failed, or with --require-coverage none tries something
     `report`: the redaction check found something
  2  wrong arguments, a file that cannot be read or written, a policy with errors for `bake`,
     a module that cannot be loaded, an archive without a record that can be read";

/// Parses, enriches, redacts and routes pod logs through the WebAssembly module that Fluent Bit runs.
#[derive(Parser)]
#[command(name = "podsieve", version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Run),
    Bake(bake::Bake),
    Policy(bake::Default),
    Schema(bake::Schema),
    Check(check::Check),
    Inspect(inspect::Inspect),
    Lint(lint::Lint),
    Detectors(detectors::Detectors),
    Import(import::Import),
    Completions(completions::Completions),
    Man(man::Man),
    Explain(explain::Explain),
    Test(test::Test),
    Report(report::Report),
    Estimate(estimate::Estimate),
    #[command(hide = true)]
    Demo(demo::Demo),
}

/// Why a part of the program ended early.
pub(crate) enum Stop {
    /// Something to tell.
    Error(Error),
    /// What went wrong was told.
    Told,
    /// Several things to tell, a line each.
    Wrong(Vec<String>),
    /// Standard output failed; a broken pipe is nothing to tell.
    Output(io::Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Error(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Output(error)
    }
}

/// What the numbers of `EXIT_CODES` mean.
const WRONG: u8 = 1;
const FAILED: u8 = 2;

pub(crate) fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Run(run) => run.start(),
        Command::Bake(bake) => bake.start(),
        Command::Policy(policy) => policy.start(),
        Command::Schema(schema) => schema.start(),
        Command::Check(check) => check.start(),
        Command::Inspect(inspect) => inspect.start(),
        Command::Lint(lint) => lint.start(),
        Command::Detectors(detectors) => detectors.start(),
        Command::Import(import) => import.start(),
        Command::Completions(completions) => completions.start(),
        Command::Man(man) => man.start(),
        Command::Explain(explain) => explain.start(),
        Command::Test(test) => test.start(),
        Command::Report(report) => report.start(),
        Command::Estimate(estimate) => estimate.start(),
        Command::Demo(demo) => demo.start(),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(WRONG),
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Stop::Output(error)) => {
            eprintln!("podsieve: standard output: cannot be written: {error}");
            ExitCode::from(FAILED)
        }
        Err(Stop::Told) => ExitCode::from(FAILED),
        Err(Stop::Wrong(lines)) => {
            for line in lines {
                eprintln!("podsieve: {line}");
            }
            ExitCode::from(FAILED)
        }
        Err(Stop::Error(error)) => {
            eprintln!("podsieve: {error}");
            ExitCode::from(FAILED)
        }
    }
}
