//! Single properties of all rows, laid out for looking through: a million devices that are not kept would have to be
//! worked out one by one.
//!
//! A column is made when its property is first looked through, on every core. Most properties have few values, so a row
//! costs two bytes; where each row has its own, as of a serial number, it costs the text and four.

use std::collections::HashMap;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};

use super::base::Base;
use super::pieces;
use crate::device::ManagedDevice;
use crate::device::platform::Platform;
use crate::device::record::{PROPERTIES, Source};
use crate::odata::value::{Edm, Value};

/// The columns that were made so far, by the places of their properties in the table of properties.
#[derive(Debug)]
pub struct Columns {
    columns: Box<[OnceLock<Column>]>,
    platforms: OnceLock<Box<[Platform]>>,
}

/// One property of all rows, a part for each core that made them.
#[derive(Debug)]
struct Column {
    parts: Vec<Part>,
    /// Rows of each part but the last.
    size: usize,
}

/// Some rows of a column.
#[derive(Debug)]
enum Part {
    /// A number for each row, and what the numbers mean.
    Coded { codes: Vec<u16>, meanings: Vec<Owned> },
    /// Each row has a text of its own, of this type.
    Texts { edm: Edm, text: String, ends: Vec<End> },
    /// Each row has an instant of its own.
    Dates(Vec<DateTime<Utc>>),
    /// Each row has a number of its own.
    Numbers(Vec<i64>),
}

/// A value that is not borrowed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Owned {
    Null,
    Boolean(bool),
    Int(i64),
    String(Box<str>),
    Enum(Box<str>),
    Json(Box<str>),
    DateTime(DateTime<Utc>),
}

/// Where a row's text ends, or that it has none.
#[derive(Debug, Clone, Copy)]
struct End {
    place: u32,
    is_null: bool,
}

/// Values of a part that are told apart by a code; a part with more has one for each row. Fewer where tests must meet such a
/// part.
const CODES: usize = if cfg!(test) { 64 } else { 4_096 };

impl Default for Columns {
    fn default() -> Self {
        Self { columns: PROPERTIES.iter().map(|_| OnceLock::new()).collect(), platforms: OnceLock::new() }
    }
}

impl Columns {
    /// Makes those of `properties` that are missing, and the platforms if they are wanted and missing, all in one walk over
    /// `base`.
    pub(super) fn fill(&self, base: &Base, properties: &[u16], platforms: bool) {
        let is_missing = |index: &&u16| {
            let property = PROPERTIES.get(usize::from(**index));
            property.is_some_and(|property| matches!(property.source, Source::Field(_)))
                && self.columns[usize::from(**index)].get().is_none()
        };
        let missing: Vec<u16> = properties.iter().filter(is_missing).copied().collect();
        let platforms = platforms && self.platforms.get().is_none();
        if missing.is_empty() && !platforms {
            return;
        }
        let made = pieces::each(base.len(), |piece| {
            let mut parts: Vec<Builder> = missing.iter().map(|index| Builder::new(*index)).collect();
            let mut found = Vec::with_capacity(if platforms { piece.len() } else { 0 });
            for row in piece {
                let device = base.device(row);
                if platforms {
                    found.push(device.facts().platform);
                }
                for (part, index) in parts.iter_mut().zip(&missing) {
                    part.push(read(&device, *index));
                }
            }
            (parts.into_iter().map(Builder::finish).collect::<Vec<_>>(), found)
        });
        let size = pieces::size(base.len());
        let mut columns: Vec<Column> = missing.iter().map(|_| Column { parts: Vec::new(), size }).collect();
        let mut all_platforms = Vec::new();
        for (parts, platforms) in made {
            for (column, part) in columns.iter_mut().zip(parts) {
                column.parts.push(part);
            }
            all_platforms.extend(platforms);
        }
        if platforms {
            let _ = self.platforms.set(all_platforms.into());
        }
        for (index, column) in missing.iter().zip(columns) {
            // Whoever was quicker made the same.
            let _ = self.columns[usize::from(*index)].set(column);
        }
    }

    /// The value of a row. [`Value::Null`] where nobody asked for the column, and of what a device has beside its record.
    pub fn value(&self, row: usize, index: u16) -> Value<'_> {
        let column = self.columns.get(usize::from(index)).and_then(OnceLock::get);
        column.map_or(Value::Null, |column| column.value(row))
    }

    /// The platform of a row; [`Platform::Unknown`] where nobody asked for the platforms.
    pub fn platform(&self, row: usize) -> Platform {
        self.platforms.get().map_or(Platform::Unknown, |platforms| platforms[row])
    }
}

fn read(device: &ManagedDevice, index: u16) -> Value<'_> {
    match PROPERTIES[usize::from(index)].source {
        Source::Field(read) => read(device.record()),
        Source::ActionResults | Source::HardwareInformation => Value::Null,
    }
}

impl Column {
    fn value(&self, row: usize) -> Value<'_> {
        let place = row % self.size;
        match &self.parts[row / self.size] {
            Part::Coded { codes, meanings } => meanings[usize::from(codes[place])].value(),
            Part::Texts { edm, text, ends } => {
                let End { place: end, is_null } = ends[place];
                let start = place.checked_sub(1).map_or(0, |before| ends[before].place);
                let index = |place: u32| usize::try_from(place).expect("32 bits fit");
                let own = &text[index(start)..index(end)];
                match edm {
                    _ if is_null => Value::Null,
                    Edm::String => Value::String(own),
                    Edm::Enum(_) => Value::Enum(own),
                    _ => Value::Json(own),
                }
            }
            Part::Dates(dates) => Value::DateTime(dates[place]),
            Part::Numbers(numbers) => Value::Int(numbers[place]),
        }
    }
}

/// A part that is being made.
#[derive(Debug)]
struct Builder {
    edm: Edm,
    codes: Vec<u16>,
    known: HashMap<Owned, u16>,
    meanings: Vec<Owned>,
    /// What it has become, since there were too many values for codes.
    own: Option<Part>,
}

impl Builder {
    fn new(index: u16) -> Self {
        let edm = PROPERTIES[usize::from(index)].edm;
        Self { edm, codes: Vec::new(), known: HashMap::new(), meanings: Vec::new(), own: None }
    }

    fn push(&mut self, value: Value<'_>) {
        if let Some(part) = &mut self.own {
            part.push(value);
            return;
        }
        let owned = Owned::of(value);
        if let Some(code) = self.known.get(&owned) {
            self.codes.push(*code);
            return;
        }
        if self.meanings.len() == CODES {
            let mut part = Part::own(self.edm);
            for code in self.codes.drain(..) {
                part.push(self.meanings[usize::from(code)].value());
            }
            part.push(value);
            self.own = Some(part);
            return;
        }
        let code = u16::try_from(self.meanings.len()).expect("there are at most as many as codes");
        self.meanings.push(owned.clone());
        self.known.insert(owned, code);
        self.codes.push(code);
    }

    fn finish(self) -> Part {
        let Self { mut codes, meanings, own, .. } = self;
        own.unwrap_or_else(|| {
            codes.shrink_to_fit();
            Part::Coded { codes, meanings }
        })
    }
}

impl Part {
    /// Rows with values of their own.
    fn own(edm: Edm) -> Self {
        match edm {
            Edm::DateTimeOffset => Self::Dates(Vec::new()),
            Edm::Int32 | Edm::Int64 => Self::Numbers(Vec::new()),
            _ => Self::Texts { edm, text: String::new(), ends: Vec::new() },
        }
    }

    fn push(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Texts { text, ends, .. }, value) => {
                let own = match value {
                    Value::String(own) | Value::Enum(own) | Value::Json(own) => Some(own),
                    _ => None,
                };
                text.push_str(own.unwrap_or_default());
                let place = u32::try_from(text.len()).expect("a part of less than 4 GB");
                ends.push(End { place, is_null: own.is_none() });
            }
            (Self::Dates(dates), Value::DateTime(date)) => dates.push(date),
            (Self::Numbers(numbers), Value::Int(number)) => numbers.push(number),
            (part, value) => unreachable!("a property has one type, and no null among {part:?}: {value:?}"),
        }
    }
}

impl Owned {
    fn of(value: Value<'_>) -> Self {
        match value {
            Value::Boolean(value) => Self::Boolean(value),
            Value::Int(value) => Self::Int(value),
            Value::String(text) => Self::String(text.into()),
            Value::Enum(member) => Self::Enum(member.into()),
            Value::Json(json) => Self::Json(json.into()),
            Value::DateTime(instant) => Self::DateTime(instant),
            // No field of a record is any of these.
            Value::Null | Value::Double(_) | Value::Entity(_) | Value::Items(_) => Self::Null,
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Boolean(*value),
            Self::Int(value) => Value::Int(*value),
            Self::String(text) => Value::String(text),
            Self::Enum(member) => Value::Enum(member),
            Self::Json(json) => Value::Json(json),
            Self::DateTime(instant) => Value::DateTime(*instant),
        }
    }
}
