//! The progress bar.

use std::cell::Cell;
use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Bytes between two updates.
const STEP: u64 = 1 << 20;

/// A bar on standard error where that is a terminal and standard output is not: records would run
/// through it.
pub(super) struct Progress {
    bar: ProgressBar,
    next: Cell<u64>,
}

impl Progress {
    pub(super) fn new(total: Option<u64>, wanted: bool) -> Self {
        Progress::drawn(total, wanted && !io::stdout().is_terminal())
    }

    /// A bar of a command that writes nothing meanwhile, so that standard output may be a terminal.
    pub(super) fn alone(total: u64, wanted: bool) -> Self {
        Progress::drawn(Some(total), wanted)
    }

    fn drawn(total: Option<u64>, visible: bool) -> Self {
        let target = if visible {
            // This one draws only if standard error is a terminal.
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let template = match total {
            Some(_) => "{bar:32} {percent:>3}%  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left",
            None => "{spinner} {bytes}  {bytes_per_sec}  {elapsed}",
        };
        let bar = ProgressBar::with_draw_target(total, target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress { bar, next: Cell::new(STEP) }
    }

    /// Says how far the reading has come.
    pub(super) fn at(&self, bytes: u64) {
        if bytes >= self.next.get() {
            self.next.set(bytes + STEP);
            self.bar.set_position(bytes);
        }
    }

    /// Prints a line on standard error without disturbing the bar.
    pub(super) fn line(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{text}"));
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
