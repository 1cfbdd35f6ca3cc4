//! A small invented type, and rows of it, for the tests of this module.

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::schema::{Entity, Field, Items, Schema};
use super::value::{Edm, Value};

/// A named list of fields is all a schema is.
pub(super) struct Type {
    name: &'static str,
    fields: &'static [(&'static str, Edm)],
    complex: &'static [(&'static str, &'static Type)],
}

pub(super) static TYPE: Type = Type {
    name: "sample.row",
    fields: &[
        ("name", Edm::String),
        ("note", Edm::String),
        ("size", Edm::Int64),
        ("ratio", Edm::Double),
        ("flag", Edm::Boolean),
        ("state", Edm::Enum("state")),
        ("seen", Edm::DateTimeOffset),
        ("key", Edm::Guid),
        ("features", Edm::Complex("features")),
        ("results", Edm::ComplexCollection("result")),
        ("tags", Edm::StringCollection),
        ("blob", Edm::Complex("features")),
    ],
    complex: &[("features", &FEATURES), ("result", &RESULT)],
};

static FEATURES: Type = Type { name: "sample.features", fields: &[("inventory", Edm::Boolean)], complex: &[] };

static RESULT: Type = Type {
    name: "sample.result",
    fields: &[
        ("actionName", Edm::String),
        ("actionState", Edm::Enum("actionState")),
        ("codes", Edm::StringCollection),
        ("nested", Edm::ComplexCollection("result")),
    ],
    complex: &[("result", &RESULT)],
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

#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) name: Option<String>,
    pub(super) note: Option<String>,
    pub(super) size: Option<i64>,
    pub(super) ratio: Option<f64>,
    pub(super) flag: Option<bool>,
    pub(super) state: Option<&'static str>,
    pub(super) seen: Option<DateTime<Utc>>,
    pub(super) key: Option<&'static str>,
    pub(super) features: Option<Features>,
    pub(super) results: List<ActionResult>,
    pub(super) tags: List<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Features {
    pub(super) inventory: bool,
}

#[derive(Debug, Clone)]
pub(super) struct ActionResult {
    pub(super) name: &'static str,
    pub(super) state: &'static str,
    pub(super) codes: List<String>,
}

#[derive(Debug, Clone)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl Entity for Row {
    fn value(&self, index: u16) -> Value<'_> {
        match index {
            0 => self.name.as_deref().map_or(Value::Null, Value::String),
            1 => self.note.as_deref().map_or(Value::Null, Value::String),
            2 => self.size.map_or(Value::Null, Value::Int),
            3 => self.ratio.map_or(Value::Null, Value::Double),
            4 => self.flag.map_or(Value::Null, Value::Boolean),
            5 => self.state.map_or(Value::Null, Value::Enum),
            6 => self.seen.map_or(Value::Null, Value::DateTime),
            7 => self.key.map_or(Value::Null, Value::String),
            8 => match &self.features {
                Some(features) => Value::Entity(features),
                None => Value::Null,
            },
            9 => Value::Items(&self.results),
            10 => Value::Items(&self.tags),
            11 => Value::Json("{\"inventory\":true}"),
            _ => Value::Null,
        }
    }
}

impl Entity for Features {
    fn value(&self, index: u16) -> Value<'_> {
        match index {
            0 => Value::Boolean(self.inventory),
            _ => Value::Null,
        }
    }
}

impl Entity for ActionResult {
    fn value(&self, index: u16) -> Value<'_> {
        match index {
            0 => Value::String(self.name),
            1 => Value::Enum(self.state),
            2 => Value::Items(&self.codes),
            _ => Value::Null,
        }
    }
}

impl Items for List<String> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn item(&self, position: usize) -> Value<'_> {
        self.0.get(position).map_or(Value::Null, |text| Value::String(text))
    }
}

impl Items for List<ActionResult> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn item(&self, position: usize) -> Value<'_> {
        match self.0.get(position) {
            Some(result) => Value::Entity(result),
            None => Value::Null,
        }
    }
}

pub(super) const STATES: [&str; 4] = ["compliant", "nonCompliant", "25", "read, write"];
pub(super) const KEYS: [&str; 2] = ["5515d4ef-2551-456f-a975-e772ffefe6a0", "A0EE8400-E29B-41D4-A716-446655440000"];

/// Values from small pools, so that conditions are often true.
pub(super) fn any_row() -> impl Strategy<Value = Row> {
    (
        proptest::option::of("[aBé' ]{0,3}"),
        proptest::option::of("[aBé' ]{0,3}"),
        proptest::option::of(-2..3_i64),
        proptest::option::of(prop_oneof![
            Just(-1.0),
            Just(0.0),
            Just(-0.0),
            Just(0.5),
            Just(2.0),
            Just(f64::NAN),
            Just(f64::INFINITY)
        ]),
        any::<Option<bool>>(),
        proptest::option::of(proptest::sample::select(&STATES[..])),
        proptest::option::of(any_instant()),
        proptest::option::of(proptest::sample::select(&KEYS[..])),
    )
        .prop_map(|(name, note, size, ratio, flag, state, seen, key)| Row {
            name,
            note,
            size,
            ratio,
            flag,
            state,
            seen,
            key,
            ..Row::default()
        })
}

pub(super) fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    let texts = [
        "0001-01-01T00:00:00Z",
        "2026-01-31T23:59:59.9999999Z",
        "2026-02-01T00:00:00Z",
        "9999-12-31T23:59:59.9999999Z",
    ];
    proptest::sample::select(texts.map(|text| text.parse().expect("a date")).to_vec())
}
