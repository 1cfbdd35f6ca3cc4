//! `report`: results on the terminal, one run or several side by side.

use std::path::PathBuf;

use super::{Done, ExitCode, Trouble, print, read};
use crate::render;
use crate::results::Results;

pub(super) fn run(files: &[PathBuf]) -> Done {
    let mut runs = Vec::new();
    for file in files {
        let results = Results::read(&read(file)?).map_err(|(line, why)| {
            Trouble::usage(format!("{}:{line}: this is no line of results: {why}", file.display()))
        })?;
        if results.summary.is_none() {
            return Err(Trouble::usage(format!("{}: the run was cut short: there is no summary", file.display())));
        }
        runs.push(results);
    }
    match runs.as_slice() {
        [one] => print(&render::terminal(one, None)),
        several => print(&render::compare(several)),
    }
    Ok(ExitCode::Ok)
}
