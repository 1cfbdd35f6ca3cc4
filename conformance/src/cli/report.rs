//! `report`: results again, one run or several side by side, and shards put together.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write};
use std::path::{Path, PathBuf};

use super::folder::{Folder, cannot_write};
use super::{Done, ExitCode, ReportArguments, Trouble, print, read};
use crate::render::{self, Beside};
use crate::results::Results;
use crate::shards::{self, Source};

/// How the line of a scenario begins.
const SCENARIO: &str = "{\"event\":\"scenario\"";

pub(super) fn run(arguments: &ReportArguments) -> Done {
    let sources = arguments.results.iter().map(|file| source(file)).collect::<Result<Vec<_>, _>>()?;
    let is_first_told = sources.iter().any(|source| !shards::shard(&source.results).is_whole());
    let mut runs = shards::runs(sources).map_err(|error| Trouble::usage(error.to_string()))?;
    let mut folder = None;
    if let Some(path) = &arguments.out {
        let [run] = runs.as_mut_slice() else {
            return Err(Trouble::usage(format!(
                "--out takes one run, and these are {}; --html FILE shows them side by side",
                runs.len()
            )));
        };
        folder = Some(Folder::rewrite(path, run, |to| copy_scenarios(&arguments.results, path, to))?.to_string());
    }
    if let Some(file) = &arguments.html {
        fs::write(file, render::page(&runs, Beside::Nothing)).map_err(|error| cannot_write(file, &error))?;
    }
    match runs.as_slice() {
        [one] => print(&render::terminal(one, folder.as_deref())),
        several => print(&render::compare(several)),
    }
    // Shards put together end as the run would have ended in one piece; what has ended already is only shown.
    let ended = match runs.as_slice() {
        [one] if is_first_told => one.summary.map(|summary| ExitCode::of(summary.exit)),
        _ => None,
    };
    Ok(ended.unwrap_or(ExitCode::Ok))
}

fn source(file: &Path) -> Result<Source, Trouble> {
    let results = Results::read(&read(file)?).map_err(|(line, why)| {
        Trouble::usage(format!("{}:{line}: this is no line of results: {why}", file.display()))
    })?;
    if results.summary.is_none() {
        return Err(Trouble::usage(format!("{}: the run was cut short: there is no summary", file.display())));
    }
    Ok(Source { name: file.display().to_string(), results })
}

/// Copies the lines of scenarios as they are: there may be millions, and nobody looks at them here.
fn copy_scenarios(files: &[PathBuf], folder: &Path, to: &mut dyn Write) -> Result<(), Trouble> {
    for file in files {
        let opened =
            File::open(file).map_err(|error| Trouble::usage(format!("cannot read {}: {error}", file.display())))?;
        for line in BufReader::new(opened).lines() {
            let line = line.map_err(|error| Trouble::usage(format!("cannot read {}: {error}", file.display())))?;
            if line.starts_with(SCENARIO) {
                writeln!(to, "{line}").map_err(|error| cannot_write(folder, &error))?;
            }
        }
    }
    Ok(())
}
