//! The published JSON Schema of the worker protocol, and messages held against it.

use std::fmt;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value as Json, json};

/// The schema as published: `fixtures/schema/driver-protocol.json`.
pub const TEXT: &str = include_str!("../../fixtures/schema/driver-protocol.json");

static TO_DRIVER: LazyLock<Validator> = LazyLock::new(|| definition("toDriver"));
static ANNOUNCEMENT: LazyLock<Validator> = LazyLock::new(|| definition("announcement"));
static FROM_DRIVER: LazyLock<Validator> = LazyLock::new(|| definition("fromDriver"));

/// Where a message departs from the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The member, as a JSON pointer; nothing for the whole message.
    pub path: String,
    /// What is wrong with it.
    pub text: String,
}

impl Violation {
    /// A violation at a member.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.text),
            path => write!(f, "{path}: {}", self.text),
        }
    }
}

/// Holds a message of the runner against the schema.
pub fn to_driver(message: &Json) -> Result<(), Violation> {
    check(&TO_DRIVER, message)
}

/// Holds a message of a driver against the schema.
pub fn from_driver(message: &Json) -> Result<(), Violation> {
    check(&FROM_DRIVER, message)
}

/// Holds the first line of a driver that is spoken to by POST against the schema.
pub fn announcement(line: &Json) -> Result<(), Violation> {
    check(&ANNOUNCEMENT, line)
}

/// Whether a successful result carries what the operation promises.
pub fn success(op: &str, result: &Json) -> Result<(), Violation> {
    let schema = read();
    let required = schema["$defs"][format!("success_{op}")]["required"].as_array();
    for member in required.into_iter().flatten().filter_map(Json::as_str) {
        if result.get(member).is_none() {
            return Err(Violation::new("", format!("a success of {op} carries \"{member}\", and this one does not")));
        }
    }
    Ok(())
}

fn check(validator: &Validator, message: &Json) -> Result<(), Violation> {
    // The deepest departure says most.
    let departures = validator.iter_errors(message);
    let deepest = departures.max_by_key(|error| error.instance_path().as_str().len());
    deepest.map_or(Ok(()), |error| Err(Violation::new(error.instance_path().as_str(), shortened(&error.to_string()))))
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(200).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn read() -> &'static Json {
    static SCHEMA: LazyLock<Json> = LazyLock::new(|| serde_json::from_str(TEXT).expect("a test reads the schema"));
    &SCHEMA
}

fn definition(name: &str) -> Validator {
    let mut schema = json!({ "$schema": read()["$schema"], "$ref": format!("#/$defs/{name}") });
    schema["$defs"] = read()["$defs"].clone();
    jsonschema::validator_for(&schema).expect("a test compiles the schema")
}
