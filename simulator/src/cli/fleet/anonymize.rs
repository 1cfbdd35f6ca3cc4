//! `simtune fleet anonymize`: a fleet in, nobody's fleet out.

use std::path::Path;

use super::{Stop, input, notes, print};
use crate::config::UsageError;
use crate::fleet;

pub(super) fn anonymize(file: &Path, seed: u64) -> Result<(), Stop> {
    let (name, text) = input::read(file)?;
    let anonymized = fleet::anonymize(&name, &text, seed).map_err(|error| UsageError(error.to_string()))?;
    notes(&anonymized.notes);
    print(anonymized.text.as_bytes())
}
