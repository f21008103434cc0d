//! The inputs, one after another, through a runner.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use podsieve_host::input::{Item, Options, Source, expand};
use podsieve_host::{Error, Outcome, Runner};

use super::Stop;
use super::output::Output;
use super::progress::Progress;

/// Bytes of records after which Fluent Bit's tail ends a chunk.
const CHUNK: usize = 32 << 10;

/// One input.
pub(super) enum Input {
    File(PathBuf),
    Standard,
}

/// The inputs that were named: folders hold files, `-` is standard input, and so is nothing at all.
pub(super) fn inputs(named: &[PathBuf]) -> Result<Vec<Input>, Error> {
    if named.is_empty() {
        return Ok(vec![Input::Standard]);
    }
    let mut inputs = Vec::new();
    for path in named {
        if path.as_path() == Path::new("-") {
            inputs.push(Input::Standard);
        } else {
            inputs.extend(expand(path)?.into_iter().map(Input::File));
        }
    }
    Ok(inputs)
}

/// The size of all inputs in bytes, where it is known.
pub(super) fn total(inputs: &[Input]) -> Option<u64> {
    inputs
        .iter()
        .map(|input| match input {
            Input::Standard => None,
            Input::File(path) => fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len()),
        })
        .sum()
}

/// How the inputs are read and run.
pub(super) struct Feed<'a> {
    pub(super) options: Options,
    pub(super) function: &'a str,
    pub(super) output: &'a Output,
    pub(super) progress: &'a Progress,
}

/// What was read.
#[derive(Default)]
pub(super) struct Read {
    pub(super) bytes: u64,
    pub(super) splits: u64,
}

impl Feed<'_> {
    /// Runs every record, and hands it on with the name of its input and what became of it.
    pub(super) fn run(
        &self,
        inputs: &[Input],
        runner: &mut dyn Runner,
        mut each: impl FnMut(&str, &Item<'_>, Outcome<'_>) -> Result<(), Stop>,
    ) -> Result<Read, Stop> {
        let mut read = Read::default();
        let mut chunk = 0;
        for input in inputs {
            let mut source = match input {
                Input::File(path) => Source::open(path, &self.options)?,
                Input::Standard => {
                    let reader = self.output.flush_before(io::stdin());
                    Source::stream(Box::new(reader), &self.options)?
                }
            };
            let name = source.name().to_owned();
            loop {
                self.progress.at(read.bytes + source.bytes_read());
                let Some(item) = source.next_record()? else {
                    break;
                };
                chunk += item.record.len();
                let outcome = runner.run(self.function, item.tag, item.record);
                each(&name, &item, outcome)?;
                if chunk >= CHUNK {
                    chunk = 0;
                    runner.end_chunk()?;
                }
            }
            read.bytes += source.bytes_read();
            read.splits += source.splits();
        }
        Ok(read)
    }
}
