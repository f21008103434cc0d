//! The command `podsieve`.

mod command;

fn main() -> std::process::ExitCode {
    command::main()
}
