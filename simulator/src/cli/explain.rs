//! `simtune explain`, `matrix` and `quirks`: what is decided, and on whose authority.

use std::fmt::Write;
use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::Stop;
use crate::actions::platforms::{self, Matrix};
use crate::actions::{self, ACTIONS};
use crate::clock::Wall;
use crate::config::UsageError;
use crate::device::ManagedDevice;
use crate::fleet;
use crate::quirks::{Profile, QUIRKS, Quirks};
use crate::random::Draw;
use crate::support::{self, DEFAULT_EDITION, Edition};
use crate::tenant::DEFAULT_DOMAIN;

pub(super) fn explain(path: &Path, edition: Option<&str>) -> Result<String, Stop> {
    let name = path.display().to_string();
    let edition = edition_of("--edition", edition)?;
    let text = read(path).map_err(|error| UsageError(format!("cannot read {name}: {error}")))?;
    let object: Map<String, Json> =
        serde_json::from_str(&text).map_err(|error| UsageError(format!("{name}, line {}: {error}", error.line())))?;
    let draw = Draw::from_seed(1);
    let people = fleet::People::new(DEFAULT_DOMAIN, draw.at("people"));
    let context = fleet::Context { people: &people, as_of: Wall::System.now() };
    let draft = fleet::read_device(&object, &context, draw).map_err(|error| UsageError(format!("{name}: {error}")))?;
    let (device, warning) = ManagedDevice::new(draft.id, draft.record, draft.physical);
    let mut told = support::explain::explain(&edition, device.facts());
    let actual = device.actual_facts();
    if actual != *device.facts() {
        let _ = write!(
            told,
            "\nbut the device itself is another, so at its check-in:\n{}",
            support::explain::explain(&edition, &actual)
        );
    }
    let warnings =
        draft.warning.map(|warning| warning.to_string()).or_else(|| warning.map(|warning| warning.to_string()));
    if let Some(warning) = warnings {
        let _ = writeln!(told, "note: {warning}");
    }
    Ok(told)
}

pub(super) fn matrix(edition: Option<&str>, against: Option<&str>) -> Result<String, Stop> {
    let edition = edition_of("--edition", edition)?;
    Ok(match against {
        None => support::table::matrix(&edition),
        Some(against) => support::compare::compare(&edition, &edition_of("--against", Some(against))?),
    })
}

pub(super) fn action_matrix(name: &str) -> Result<String, Stop> {
    match actions::action(name) {
        Some(action) if action.name() == "resetPasscode" => matrix(None, None),
        Some(action) => Ok(platforms::table(Matrix::embedded(), action)),
        None => {
            let known: Vec<&str> = ACTIONS.iter().map(|action| action.name()).collect();
            Err(UsageError(format!("--action: there is no remote action `{name}`; known are {}", known.join(", ")))
                .into())
        }
    }
}

pub(super) fn quirks(profile: &str) -> Result<String, Stop> {
    let chosen = Profile::named(profile).map_err(|error| UsageError(format!("--profile: {error}")))?;
    let quirks = Quirks::of(chosen);
    let index = Profile::ALL.iter().position(|(_, known)| *known == chosen).unwrap_or_default();
    let mut told = format!("Quirks of the profile {profile}; another value with --quirk NAME=VALUE\n");
    for quirk in QUIRKS {
        debug_assert_eq!(quirk.defaults[index], quirk.value(&quirks), "the table and the profile agree");
        let _ = writeln!(told, "\n{} = {}   ({}, {})", quirk.name, quirk.value(&quirks), quirk.confidence, quirk.date);
        let _ = writeln!(told, "  {}", quirk.about.trim());
        for (value, meaning) in quirk.values {
            let _ = writeln!(told, "    {value:16}{}", meaning.trim());
        }
        let _ = writeln!(told, "  source: {}", quirk.source);
    }
    Ok(told)
}

fn edition_of(flag: &str, name: Option<&str>) -> Result<Edition, UsageError> {
    let found = support::edition_at(name.unwrap_or(DEFAULT_EDITION));
    found.map(support::Embedded::parse).map_err(|error| UsageError(format!("{flag}: {error}")))
}

fn read(path: &Path) -> std::io::Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(path)
}
