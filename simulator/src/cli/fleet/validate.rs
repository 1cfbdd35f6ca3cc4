//! `simtune fleet validate`: every problem of a fleet file.

use std::path::Path;

use super::{Stop, input, print};
use crate::clock::Wall;
use crate::config::UsageError;
use crate::fleet;
use crate::tenant::{DEFAULT_DOMAIN, fleet_draw};

/// More are counted and not told.
const TOLD: usize = 100;

pub(super) fn validate(file: &Path, synthetic: bool) -> Result<(), Stop> {
    let (name, text) = input::read(file)?;
    let draw = fleet_draw(1);
    let people = fleet::People::new(DEFAULT_DOMAIN, draw.at("people"));
    let context = fleet::Context { people: &people, as_of: Wall::System.now() };
    let validated = fleet::validate(&text, &context, draw, synthetic);
    for finding in validated.problems.iter().take(TOLD) {
        eprintln!("{name}:{finding}");
    }
    if validated.problems.len() > TOLD {
        eprintln!("{name}: and {} more", validated.problems.len() - TOLD);
    }
    for finding in validated.warnings.iter().take(TOLD) {
        eprintln!("{name}:{}: warning: {}", finding.line, finding.reason);
    }
    for (member, devices) in &validated.skipped {
        eprintln!("{name}: note: {member} is passed over ({devices} times)");
    }
    let summary = format!("{name}: {}", validated.summary());
    if !validated.problems.is_empty() {
        return Err(UsageError(summary).into());
    }
    print(format!("{summary}\n").as_bytes())
}
