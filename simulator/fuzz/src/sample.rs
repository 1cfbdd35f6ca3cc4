//! A type with a field of every kind, and a few rows that count how often they are asked.

use std::cell::Cell;

use chrono::{DateTime, Utc};

use crate::odata::schema::{Entity, Field, Items, Schema};
use crate::odata::value::{Edm, Value};

/// A named list of fields.
pub struct Type {
    name: &'static str,
    fields: &'static [(&'static str, Edm)],
    complex: &'static [(&'static str, &'static Type)],
}

/// The type of the rows. Names are short, so that a fuzzer finds them.
pub static TYPE: Type = Type {
    name: "sample.row",
    fields: &[
        ("name", Edm::String),
        ("size", Edm::Int64),
        ("ratio", Edm::Double),
        ("flag", Edm::Boolean),
        ("state", Edm::Enum("state")),
        ("seen", Edm::DateTimeOffset),
        ("key", Edm::Guid),
        ("part", Edm::Complex("part")),
        ("parts", Edm::ComplexCollection("part")),
        ("tags", Edm::StringCollection),
    ],
    complex: &[("part", &PART)],
};

static PART: Type = Type {
    name: "sample.part",
    fields: &[
        ("label", Edm::String),
        ("state", Edm::Enum("state")),
        ("parts", Edm::ComplexCollection("part")),
        ("tags", Edm::StringCollection),
    ],
    complex: &[("part", &PART)],
};

impl Schema for Type {
    fn type_name(&self) -> &str {
        self.name
    }

    fn resolve(&self, name: &str) -> Option<Field> {
        let mut fields = (0..).zip(self.fields);
        fields.find_map(|(index, &(known, edm))| {
            known.eq_ignore_ascii_case(name).then_some(Field { index, name: known, edm })
        })
    }

    fn complex(&self, type_name: &str) -> Option<&dyn Schema> {
        let mut complex = self.complex.iter();
        complex.find_map(|(known, schema)| (*known == type_name).then_some(*schema as &dyn Schema))
    }
}

/// A row, or a part of one: which of its fields are filled is told by `filled`.
pub struct Row {
    is_part: bool,
    filled: bool,
    parts: Parts,
    /// How often anything was read.
    reads: Cell<usize>,
}

struct Parts(Vec<Row>);

struct Tags;

impl Row {
    /// One with everything, with two parts of two parts each, and one with nothing.
    pub fn samples() -> [Self; 2] {
        let leaf = |filled| Self { is_part: true, filled, parts: Parts(Vec::new()), reads: Cell::new(0) };
        let part =
            || Self { is_part: true, filled: true, parts: Parts(vec![leaf(true), leaf(false)]), reads: Cell::new(0) };
        let row = Self { is_part: false, filled: true, parts: Parts(vec![part(), part()]), reads: Cell::new(0) };
        let empty = Self { is_part: false, filled: false, parts: Parts(Vec::new()), reads: Cell::new(0) };
        [row, empty]
    }

    /// How often values were read since the last call, those of the parts included.
    pub fn take_reads(&self) -> usize {
        self.reads.take() + self.parts.0.iter().map(Self::take_reads).sum::<usize>()
    }
}

fn seen() -> DateTime<Utc> {
    DateTime::from_timestamp(1_769_903_998, 123_456_700).expect("a date in 2026")
}

impl Entity for Row {
    fn value(&self, index: u16) -> Value<'_> {
        self.reads.set(self.reads.get() + 1);
        match (self.is_part, index) {
            (false, 8) | (true, 2) => Value::Items(&self.parts),
            (false, 9) | (true, 3) if self.filled => Value::Items(&Tags),
            _ if !self.filled => Value::Null,
            (_, 0) => Value::String("Ünit’s 'a'"),
            (false, 1) => Value::Int(-42),
            (false, 2) => Value::Double(0.5),
            (false, 3) => Value::Boolean(true),
            (false, 4) | (true, 1) => Value::Enum("read, write"),
            (false, 5) => Value::DateTime(seen()),
            (false, 6) => Value::String("5515D4EF-2551-456f-a975-e772ffefe6a0"),
            (false, 7) => self.parts.0.first().map_or(Value::Null, |part| Value::Entity(part)),
            _ => Value::Null,
        }
    }
}

impl Items for Parts {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn item(&self, position: usize) -> Value<'_> {
        self.0.get(position).map_or(Value::Null, |part| Value::Entity(part))
    }
}

impl Items for Tags {
    fn count(&self) -> usize {
        2
    }

    fn item(&self, position: usize) -> Value<'_> {
        ["loan", ""].get(position).map_or(Value::Null, |tag| Value::String(tag))
    }
}
