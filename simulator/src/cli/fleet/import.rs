//! `simtune fleet import`: saved answers in, a fleet file out.

use std::path::PathBuf;

use super::{Stop, input, notes, print};
use crate::config::UsageError;
use crate::fleet;

pub(super) fn import(files: &[PathBuf]) -> Result<(), Stop> {
    let texts = files.iter().map(|path| input::read(path)).collect::<Result<Vec<_>, _>>()?;
    let imported = fleet::import(&texts).map_err(|error| UsageError(error.to_string()))?;
    notes(&imported.notes);
    print(imported.text.as_bytes())
}
