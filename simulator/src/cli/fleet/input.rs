//! The files the commands read.

use std::io::Read;
use std::path::Path;

use crate::config::UsageError;
use crate::fleet;

/// A file's name for messages, and its text; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<(String, String), UsageError> {
    let name = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    let text = bytes(path).map_err(|error| UsageError(format!("cannot read {name}: {error}")))?;
    let text = fleet::decode(text).map_err(|reason| UsageError(format!("{name}, {reason}")))?;
    Ok((name, text))
}

fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    if path != Path::new("-") {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
