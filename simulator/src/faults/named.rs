//! Rows of a table that are chosen by name: in files, in the control API and in its schema.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A row of a table whose rows have names.
pub trait Named: Sized + 'static {
    /// What a row is, as a message calls it.
    const WHAT: &'static str;
    /// What a choice among the rows is called in the schema.
    const SCHEMA: &'static str;
    /// Every row.
    fn table() -> &'static [Self];
    /// The row's name.
    fn name(&self) -> &'static str;
}

/// A row that was chosen.
pub struct Chosen<T: 'static>(pub &'static T);

impl<T: Named> Chosen<T> {
    /// The row called `name`, or a sentence that lists the names.
    pub fn named(name: &str) -> Result<Self, String> {
        T::table()
            .iter()
            .find(|row| row.name() == name)
            .map(Self)
            .ok_or_else(|| format!("there is no {} '{name}'; there are {}", T::WHAT, names::<T>().join(", ")))
    }
}

/// The names of a table, in its order.
pub fn names<T: Named>() -> Vec<&'static str> {
    T::table().iter().map(Named::name).collect()
}

impl<T> Clone for Chosen<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Chosen<T> {}

impl<T: Named> PartialEq for Chosen<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }
}

impl<T: Named> fmt::Debug for Chosen<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl<'de, T: Named> Deserialize<'de> for Chosen<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::named(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<T: Named> Serialize for Chosen<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<T: Named> JsonSchema for Chosen<T> {
    fn schema_name() -> Cow<'static, str> {
        T::SCHEMA.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": names::<T>() })
    }
}
