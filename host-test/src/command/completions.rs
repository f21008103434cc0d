//! `podsieve completions`.

use std::io::{self, Write};

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use podsieve_host::VERSION;

use super::{Arguments, Stop};

/// Print a script by which a shell completes this command.
///
/// For bash: `podsieve completions bash >~/.local/share/bash-completion/completions/podsieve`
#[derive(Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Always true.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let all = Arguments::command();
        // What is hidden in the help would be completed otherwise.
        let shown = all.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
        let mut command = Command::new("podsieve").version(VERSION).subcommands(shown);
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "podsieve", &mut script);
        io::stdout().write_all(&script)?;
        Ok(true)
    }
}
