//! What a figure was measured on.

use std::fs;
use std::thread;

/// The model of the processor, where the system tells it.
#[must_use]
pub fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(':'));
    model.map_or("unknown processor", |(_, model)| model.trim()).to_owned()
}

/// How many threads can run at a time.
#[must_use]
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
