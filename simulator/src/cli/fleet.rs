//! `simtune fleet`: files of devices, made, imported, anonymized and checked.

mod anonymize;
mod generate;
mod import;
mod input;
mod validate;

use std::io::Write;
use std::path::PathBuf;

use super::Stop;
use crate::config::UsageError;

/// What to do with devices.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Print made-up devices as a fleet file: those of `serve --fleet N` with the same seed
    Generate(generate::Arguments),
    /// Print the devices of saved answers of Graph (v1.0 and beta, pages, single devices, HAR) as a fleet file
    Import {
        /// The files, in any encoding and form in which clients save answers; - reads standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Print a fleet in which nobody can be found, with every quirk of its values, and prove it
    Anonymize {
        /// A fleet file or saved answers of Graph; - reads standard input
        file: PathBuf,
        /// What the replacements are drawn from
        #[arg(long, value_name = "S", default_value_t = 1)]
        seed: u64,
    },
    /// Check a fleet file: every problem with its line
    Validate {
        /// The file; - reads standard input
        file: PathBuf,
        /// Refuse numbers, addresses and names of people that could be somebody's
        #[arg(long)]
        synthetic: bool,
    },
}

pub(super) fn run(command: Command) -> Result<(), Stop> {
    match command {
        Command::Generate(arguments) => generate::generate(&arguments),
        Command::Import { files } => import::import(&files),
        Command::Anonymize { file, seed } => anonymize::anonymize(&file, seed),
        Command::Validate { file, synthetic } => validate::validate(&file, synthetic),
    }
}

/// What a failed write to stdout means: a reader that has gone, such as `head`, is no error.
fn unwritten(error: &std::io::Error) -> Result<(), Stop> {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(UsageError(format!("cannot write to standard output: {error}")).into())
}

/// Writes a whole file to stdout.
fn print(text: &[u8]) -> Result<(), Stop> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text).and_then(|()| stdout.flush()).or_else(|error| unwritten(&error))
}

/// Tells what the user should know beside the result.
fn notes(sentences: &[String]) {
    for sentence in sentences {
        eprintln!("simtune: {sentence}");
    }
}
