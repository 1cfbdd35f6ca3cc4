//! `simtune fleet`: files of devices, made, imported, anonymized and checked.

mod generate;

use super::Stop;
use crate::config::UsageError;

/// What to do with devices.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Print made-up devices as a fleet file: those of `serve --fleet N` with the same seed
    Generate(generate::Arguments),
}

pub(super) fn run(command: Command) -> Result<(), Stop> {
    match command {
        Command::Generate(arguments) => generate::generate(&arguments),
    }
}

/// What a failed write to stdout means: a reader that has gone, such as `head`, is no error.
fn unwritten(error: &std::io::Error) -> Result<(), Stop> {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(UsageError(format!("cannot write to standard output: {error}")).into())
}
