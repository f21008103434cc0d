//! `podsieve run`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::builder::PossibleValuesParser;
use console::Style;
use podsieve_core::Function;
use podsieve_host::input::{Form, Options};
use podsieve_host::numbers::{count, plural};
use podsieve_host::{Config, Error, Host, Instances, Module, Native, Outcome, Runner};

use super::Stop;
use super::feed::{self, Feed};
use super::output::Output;
use super::progress::Progress;
use super::summary::Summary;

/// Losses that are told one by one.
const TOLD: u64 = 10;

/// Run logs through the module: JSON records to standard output, one a line, and a summary to
/// standard error.
#[derive(clap::Args)]
pub(super) struct Run {
    /// Log files, or folders of them; standard input when there are none or for `-`
    files: Vec<PathBuf>,

    /// What the lines are; found from the path and the first lines if not given
    #[arg(long, value_name = "FORM", value_parser = PossibleValuesParser::new(Form::ALL.map(Form::name)))]
    input: Option<String>,

    /// The tag of all records; made from the path if not given, as Fluent Bit's tail does
    #[arg(long)]
    tag: Option<String>,

    /// pipeline, parse, redact, enrich or route; another module may have others
    #[arg(long, value_name = "NAME", default_value = "pipeline")]
    function: String,

    /// Another WebAssembly module than the built-in one
    #[arg(long, value_name = "FILE", conflicts_with = "native")]
    module: Option<PathBuf>,

    /// Run the core itself, without WebAssembly
    #[arg(long)]
    native: bool,

    /// A new instance for every 32 KiB of records, as Fluent Bit before 4.1 has it
    #[arg(long, conflicts_with = "native")]
    per_chunk: bool,

    /// No summary
    #[arg(long, short)]
    quiet: bool,
}

impl Run {
    /// True when every record came out.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let inputs = feed::inputs(&self.files)?;
        let mut runner = self.runner()?;
        let output = Output::new();
        let progress = Progress::new(feed::total(&inputs), !self.quiet);
        let mut summary = Summary::new();
        let mut told = 0;
        let started = Instant::now();
        let feed = Feed { options: self.options(), function: &self.function, output: &output, progress: &progress };
        let result = feed.run(&inputs, &mut *runner, |name, item, outcome| {
            match outcome {
                Outcome::Record(record) => {
                    summary.add(record);
                    output.record(record)?;
                }
                Outcome::Lost(reason) => {
                    told += 1;
                    if told <= TOLD {
                        let line = item.line;
                        progress.line(&format!("podsieve: {name}:{line}: record lost: {reason}"));
                    }
                }
            }
            Ok(())
        });
        let flushed = output.flush();
        progress.finish();
        let read = result?;
        flushed?;
        if told > TOLD {
            eprintln!("podsieve: {} more lost", plural(told - TOLD, "record"));
        }
        let counters = runner.counters();
        if !self.quiet {
            let labels = Style::new().dim().for_stderr();
            let elapsed = started.elapsed();
            eprint!("{}", summary.print(counters, &read, elapsed, &labels));
        } else if told > 0 {
            eprintln!("podsieve: {} of {} lost", count(told), plural(counters.records_in(), "record"));
        }
        Ok(counters.lost_total() == 0)
    }

    fn options(&self) -> Options {
        let mut options = Options::default();
        if let Some(form) = self.input.as_deref().and_then(Form::from_name) {
            options = options.form(form);
        }
        if let Some(tag) = &self.tag {
            options = options.tag(tag.as_bytes());
        }
        options
    }

    fn runner(&self) -> Result<Box<dyn Runner>, Error> {
        if self.native {
            if Function::from_name(&self.function).is_none() {
                return Err(self.no_such_function("the core", &Function::ALL.map(Function::name)));
            }
            return Ok(Box::new(Native::new()));
        }
        let module = match &self.module {
            Some(path) => load(path)?,
            None => Module::compile(podsieve_host::built_in_module())?,
        };
        let functions: Vec<&str> = module.functions().collect();
        if !functions.contains(&self.function.as_str()) {
            return Err(self.no_such_function("the module", &functions));
        }
        let instances = if self.per_chunk { Instances::Chunk } else { Instances::Process };
        Ok(Box::new(Host::new(&module, Config::default().instances(instances))?))
    }

    fn no_such_function(&self, whose: &str, functions: &[&str]) -> Error {
        let names =
            if functions.is_empty() { "none that Fluent Bit could call".to_owned() } else { functions.join(", ") };
        Error::new(
            "--function",
            format!("{whose} has no function `{}`, it has {names}", self.function),
            "give the name of one of them",
        )
    }
}

/// Loads a module from a file.
fn load(path: &Path) -> Result<Module, Error> {
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| {
        Error::new(name.clone(), format!("cannot be read: {error}"), "give the path of a .wasm file")
    })?;
    Module::compile(&bytes).map_err(|error| error.at(name))
}
