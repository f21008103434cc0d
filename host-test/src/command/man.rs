//! `podsieve man`.

use std::io::{self, Write};

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man as Page;
use clap_mangen::roff::{Roff, roman};
use podsieve_host::Error;

use super::{Arguments, EXIT_CODES, Stop};

/// Print the manual page, of all or of one command.
///
/// `podsieve man bake | man -l -` shows it.
#[derive(Args)]
pub(super) struct Man {
    /// A command, and one of its own: `import gitleaks`
    #[arg(value_name = "COMMAND")]
    path: Vec<String>,
}

impl Man {
    /// Always true.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let mut root = Arguments::command();
        root.build();
        let mut command = &root;
        for name in &self.path {
            command = command.find_subcommand(name).ok_or_else(|| {
                let names: Vec<&str> = shown(command).map(Command::get_name).collect();
                let there = if names.is_empty() { "no commands".to_owned() } else { names.join(", ") };
                Error::new(name, format!("no command of `{}`: it has {there}", command.get_name()), "")
            })?;
        }
        io::stdout().write_all(&page(command)?)?;
        Ok(true)
    }
}

/// Subcommands that are not hidden.
fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set())
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let after = command.get_after_help().map_or(EXIT_CODES.to_owned(), ToString::to_string);
    let page = Page::new(command.clone());
    let mut out = Vec::new();
    page.render_title(&mut out)?;
    page.render_name_section(&mut out)?;
    page.render_synopsis_section(&mut out)?;
    page.render_description_section(&mut out)?;
    page.render_options_section(&mut out)?;
    if shown(command).next().is_some() {
        page.render_subcommands_section(&mut out)?;
    }
    // What is said behind the help is what the numbers mean, for which man has a section, and notes around that.
    let (front, codes) = after.split_once("Exit codes:\n").unwrap_or((&after, ""));
    let (codes, back) = codes.split_once("\n\n").unwrap_or((codes, ""));
    let mut roff = Roff::new();
    for (name, text) in [("EXIT STATUS", codes), ("NOTES", front), ("NOTES", back)] {
        if !text.trim().is_empty() {
            let lines = text.trim_end().lines().map(|line| roman(format!("{line}\n")));
            roff.control("SH", [name]).control("nf", []).text(lines.collect::<Vec<_>>()).control("fi", []);
        }
    }
    out.extend_from_slice(roff.render().as_bytes());
    if command.get_version().is_some() {
        page.render_version_section(&mut out)?;
    }
    Ok(out)
}
