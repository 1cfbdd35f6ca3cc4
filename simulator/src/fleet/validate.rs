//! Whether a fleet file is one: every problem with its line and member, not only the first.

use std::collections::HashMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::draft::{Context, check_members, read_device, shown};
use super::import::count;
use super::lint;
use super::place::Lines;
use super::{FleetError, lines};
use crate::random::Draw;

/// What was found.
#[derive(Debug, Default)]
pub struct Validated {
    /// How many devices were looked at.
    pub devices: usize,
    /// Why a simulator would refuse the file.
    pub problems: Vec<Finding>,
    /// What it would read otherwise than may be meant.
    pub warnings: Vec<Finding>,
    /// What it would pass over, with the number of devices.
    pub skipped: Vec<(String, usize)>,
}

/// Something about one place of the file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// From 1.
    pub line: usize,
    /// What is wrong, naming the member.
    pub reason: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.line, self.reason)
    }
}

impl Validated {
    /// In one line what was looked at and found.
    pub fn summary(&self) -> String {
        let found = |number, what| if number == 0 { format!("no {what}s") } else { count(number, what) };
        let warnings = match self.warnings.len() {
            0 => String::new(),
            warnings => format!(", {}", count(warnings, "warning")),
        };
        format!("{}, {}{warnings}", count(self.devices, "device"), found(self.problems.len(), "problem"))
    }
}

/// Looks at every device of a fleet file. With `synthetic` it also asks the lint whether they are nobody's.
pub fn validate(text: &str, context: &Context<'_>, draw: Draw, synthetic: bool) -> Validated {
    let mut validation = Validation {
        lines: Lines::of(text.strip_prefix('\u{feff}').unwrap_or(text)),
        found: Validated::default(),
        ids: HashMap::new(),
        skipped: HashMap::new(),
    };
    let (objects, errors) = lines::objects("", text);
    for object in objects {
        validation.device(object.json, context, draw, synthetic);
    }
    let Validation { mut found, skipped, .. } = validation;
    found.problems.extend(errors.into_iter().map(of_syntax));
    found.problems.sort();
    found.warnings.sort();
    found.skipped = skipped.into_iter().collect();
    found.skipped.sort();
    found
}

struct Validation<'a> {
    lines: Lines<'a>,
    found: Validated,
    /// The line on which an id was met.
    ids: HashMap<uuid::Uuid, usize>,
    skipped: HashMap<String, usize>,
}

impl<'a> Validation<'a> {
    fn device(&mut self, json: &'a str, context: &Context<'_>, draw: Draw, synthetic: bool) {
        let line = self.lines.line_of(json);
        self.found.devices += 1;
        let members = match serde_json::from_str::<Members<'_>>(json) {
            Ok(Members(members)) => members,
            Err(error) => {
                let line = line + error.line().max(1) - 1;
                return self.problem(line, format!("column {}: {}", error.column(), super::place::reason(&error)));
            }
        };
        let mut object = Map::with_capacity(members.len());
        let mut places = Vec::with_capacity(members.len());
        for (name, value) in &members {
            let line = self.lines.line_of(value.get());
            match serde_json::from_str::<Json>(value.get()) {
                Ok(value) => {
                    if object.insert(name.clone(), value).is_some() {
                        self.problem(line, format!("{name}: stands here a second time; one of them is lost"));
                    } else {
                        places.push(line);
                    }
                }
                Err(error) => self.problem(line, format!("{name}: {}", super::place::reason(&error))),
            }
        }
        let before = self.found.problems.len();
        for (member, error) in check_members(&object) {
            self.problem(places.get(member).copied().unwrap_or(line), error.to_string());
        }
        if synthetic {
            for ((name, value), line) in object.iter().zip(&places) {
                if let Some(complaint) = value.as_str().and_then(|value| complaint(name, value, context)) {
                    self.problem(*line, complaint);
                }
            }
        }
        if before == self.found.problems.len() {
            self.whole(line, &object, context, draw);
        }
    }

    /// A device whose members are all right by themselves.
    fn whole(&mut self, line: usize, object: &Map<String, Json>, context: &Context<'_>, draw: Draw) {
        match read_device(object, context, draw) {
            Err(error) => self.problem(line, error.to_string()),
            Ok(draft) => {
                if object.keys().any(|name| name.eq_ignore_ascii_case("id"))
                    && let Some(first) = self.ids.insert(draft.id, line)
                {
                    let id = object.get("id").map(shown).unwrap_or_default();
                    self.problem(line, format!("id: {id} already belongs to the device on line {first}"));
                }
                if let Some(warning) = draft.warning {
                    self.found.warnings.push(Finding { line, reason: format!("deviceType: {warning}") });
                }
                for name in draft.skipped {
                    *self.skipped.entry(name.into()).or_default() += 1;
                }
            }
        }
    }

    fn problem(&mut self, line: usize, reason: String) {
        self.found.problems.push(Finding { line, reason });
    }
}

/// What the lint says of a member.
fn complaint(name: &str, value: &str, context: &Context<'_>) -> Option<String> {
    let (_, property) = crate::device::record::property(name)?;
    let complaint = lint::complaint(property.name, value, Some(context.people.domain()))?;
    Some(format!("{complaint}; simtune fleet anonymize replaces it"))
}

fn of_syntax(error: FleetError) -> Finding {
    match error {
        FleetError::Syntax { line, column, reason, .. } => {
            Finding { line, reason: format!("column {column}: {reason}") }
        }
        FleetError::NoObject { line, found, .. } => {
            Finding { line, reason: format!("a device is a JSON object, not {found}") }
        }
        other => Finding { line: 1, reason: other.to_string() },
    }
}

/// The members of an object with their places, doubled ones included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a device as a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(map.size_hint().unwrap_or(80));
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
