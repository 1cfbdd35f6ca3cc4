//! Fleets: where the devices of a tenant come from.
//!
//! A fleet is built in, generated, or read from a file. Whatever a device leaves out is made up from the seed, and
//! whatever is made up belongs to nobody: people have invented names and addresses in the tenant's domain, and numbers
//! come from reserved ranges (see `fleet::synthetic`).

mod anonymize;
mod believable;
mod constant;
mod dates;
mod decode;
mod draft;
mod drawn;
mod hardware;
mod import;
mod kind;
mod known;
mod lines;
mod lint;
mod mix;
mod models;
mod names;
mod people;
mod place;
mod profile;
mod saved;
mod sketch;
mod spelling;
mod standing;
mod synthetic;
#[cfg(test)]
mod tests;
mod validate;
mod write;

use std::collections::HashMap;

pub use self::anonymize::{AnonymizeError, Anonymized, anonymize};
pub use self::decode::decode;
pub use self::draft::{Context, DeviceError, Draft, Warning, read_device, skipped_members, unknown_member};
pub use self::drawn::{Drawn, Progress};
pub use self::import::{ImportError, Imported, import};
pub use self::mix::{Mix, MixError};
pub use self::people::People;
use self::spelling::{nearest, quoted};
pub use self::validate::{Finding, Validated, validate};
pub use self::write::write_line;
use crate::random::Draw;

/// A fleet that comes with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// No device.
    Empty,
    /// At least one device for every row of every edition of the support matrix, and every awkward value seen in
    /// reality: `fixtures/fleets/one-of-each.jsonl`.
    OneOfEach,
    /// 2,500 generated devices, so that the default page of 1,000 needs three.
    ThreePages,
}

/// Where devices come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// A fleet that comes with the program.
    Builtin(Builtin),
    /// As many made-up devices. Device 7 is the same in a fleet of 8 and of 8,000.
    Generated(u32),
    /// A file somebody has read.
    File {
        /// What errors call it.
        name: String,
        /// What is in it: JSON Lines, an array, or saved responses of Graph.
        text: String,
    },
}

/// What `--fleet` says, before any file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A fleet that comes with the program.
    Builtin(Builtin),
    /// As many made-up devices.
    Generated(u32),
    /// The path of a file to read and hand to [`Source::File`].
    Path(String),
}

/// Why there is no fleet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FleetError {
    /// A name that no built-in fleet has.
    #[error(
        "there is no fleet called {}{}; built in are {}. A number generates as many devices, and a file needs \
         a directory or an extension in its name, such as ./{name}", quoted(.name), guess(.name), Builtin::names()
    )]
    UnknownName {
        /// As given.
        name: String,
    },
    /// A number that is no size of a fleet.
    #[error("a fleet of {given} devices is more than the {MOST_GENERATED} one tenant can have")]
    TooMany {
        /// As given.
        given: String,
    },
    /// Text that is no JSON.
    #[error("{file}, line {line}, column {column}: {reason}")]
    Syntax {
        /// The file's name.
        file: String,
        /// From 1.
        line: usize,
        /// From 1, in bytes.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// JSON that is not an object.
    #[error("{file}, line {line}: a device is a JSON object, not {found}")]
    NoObject {
        /// The file's name.
        file: String,
        /// From 1.
        line: usize,
        /// What was there, shortened.
        found: String,
    },
    /// An object that is no device. What a client saved is wider than a fleet file.
    #[error("{file}, line {line}: {reason} ('simtune fleet import' makes a fleet file of a saved answer)")]
    SavedAnswer {
        /// The file's name.
        file: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        reason: DeviceError,
    },
    /// An object that is no device.
    #[error("{file}, line {line}: {reason}")]
    Device {
        /// The file's name.
        file: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        reason: DeviceError,
    },
    /// Two devices with one id.
    #[error("{file}, line {line}: the id {id} already belongs to the device on line {first}")]
    TwiceTheSameId {
        /// The file's name.
        file: String,
        /// From 1.
        line: usize,
        /// The id.
        id: uuid::Uuid,
        /// The line of the other.
        first: usize,
    },
}

/// The most devices a fleet has that is read from a file, which are all kept in memory.
pub const MOST: u32 = 1_000_000;

/// The most devices a generated fleet has.
pub const MOST_GENERATED: u32 = 10_000_000;

/// The usual bound of what is kept in memory of generated fleets: of a larger one each device is worked out when it is
/// looked at.
pub const KEPT: u32 = 10_000;

impl Builtin {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OneOfEach, Self::Empty, Self::ThreePages];

    /// What `--fleet` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::OneOfEach => "one-of-each",
            Self::ThreePages => "three-pages",
        }
    }

    /// All of them, for messages.
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl From<Builtin> for Source {
    fn from(fleet: Builtin) -> Self {
        Self::Builtin(fleet)
    }
}

/// Reads the argument of `--fleet`: a known name, a number, or else the path of a file.
pub fn choose(argument: &str) -> Result<Choice, FleetError> {
    if let Some(fleet) = Builtin::ALL.into_iter().find(|fleet| fleet.name() == argument) {
        return Ok(Choice::Builtin(fleet));
    }
    if !argument.is_empty() && argument.bytes().all(|byte| byte.is_ascii_digit()) {
        let count = argument.parse().ok().filter(|count| *count <= MOST_GENERATED);
        return count.map(Choice::Generated).ok_or_else(|| FleetError::TooMany { given: argument.to_owned() });
    }
    if argument.contains(['/', '\\', '.']) {
        Ok(Choice::Path(argument.to_owned()))
    } else {
        Err(FleetError::UnknownName { name: argument.to_owned() })
    }
}

/// Every device of a fleet, complete, in order.
///
/// `draw` is the tenant's. A device in a file is drawn by its `deviceName` (and by how many of that name came before),
/// so that a new line leaves the ids of all other devices alone.
pub fn drafts(source: &Source, context: &Context<'_>, draw: Draw) -> Result<Vec<Draft>, FleetError> {
    match source {
        Source::Builtin(Builtin::Empty) => Ok(Vec::new()),
        Source::Builtin(Builtin::OneOfEach) => read("one-of-each.jsonl", ONE_OF_EACH, context, draw),
        Source::Builtin(Builtin::ThreePages) => Ok(generate(2_500, context, draw)),
        Source::Generated(count) => Ok(generate(*count, context, draw)),
        Source::File { name, text } => read(name, text, context, draw),
    }
}

/// Device `number` of the generated fleet, counted from 0: a function of the draw and the number alone.
pub fn generated(number: u32, context: &Context<'_>, draw: Draw) -> Draft {
    mix::device(u64::from(number), context, draw)
}

const ONE_OF_EACH: &str = include_str!("../fixtures/fleets/one-of-each.jsonl");

fn generate(count: u32, context: &Context<'_>, draw: Draw) -> Vec<Draft> {
    (0..count).map(|number| generated(number, context, draw)).collect()
}

fn read(file: &str, text: &str, context: &Context<'_>, draw: Draw) -> Result<Vec<Draft>, FleetError> {
    let entries = lines::entries(file, text)?;
    let mut namesakes: HashMap<&str, u64> = HashMap::with_capacity(entries.len());
    let mut lines = HashMap::with_capacity(entries.len());
    let mut drafts = Vec::with_capacity(entries.len());
    for entry in &entries {
        let name = entry.object.get("deviceName").and_then(serde_json::Value::as_str).unwrap_or_default();
        let place = namesakes.entry(name).or_default();
        let draft = read_device(&entry.object, context, draw.at("file").at(name).nth(*place))
            .map_err(|reason| refused(file, entry, reason))?;
        *place += 1;
        if let Some(first) = lines.insert(draft.id, entry.line) {
            return Err(FleetError::TwiceTheSameId { file: file.to_owned(), line: entry.line, id: draft.id, first });
        }
        drafts.push(draft);
    }
    Ok(drafts)
}

fn refused(file: &str, entry: &lines::Entry, reason: DeviceError) -> FleetError {
    let (file, line) = (file.to_owned(), entry.line);
    if entry.is_answer {
        FleetError::SavedAnswer { file, line, reason }
    } else {
        FleetError::Device { file, line, reason }
    }
}

fn guess(name: &str) -> String {
    match nearest(name, Builtin::ALL.into_iter().map(Builtin::name)).first() {
        Some(name) => format!(" (did you mean {name}?)"),
        None => String::new(),
    }
}
