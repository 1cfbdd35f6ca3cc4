//! A record as a world's document has it: the properties that say something, by their names in Graph.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::{PROPERTIES, Record, Source, property};
use crate::odata::value::Value;

impl Serialize for Record {
    /// What is as in an empty record is left out: it is a third of a device.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let empty = Self::default();
        let mut map = serializer.serialize_map(None)?;
        for property in PROPERTIES.iter().filter(|property| property.write.is_some()) {
            let Source::Field(read) = property.source else { continue };
            let value = read(self);
            if value == read(&empty) {
                continue;
            }
            match value {
                Value::Null => map.serialize_entry(property.name, &()),
                Value::Boolean(truth) => map.serialize_entry(property.name, &truth),
                Value::Int(number) => map.serialize_entry(property.name, &number),
                Value::Double(number) => map.serialize_entry(property.name, &number),
                Value::String(text) | Value::Enum(text) => map.serialize_entry(property.name, text),
                Value::DateTime(date) => map.serialize_entry(property.name, &date),
                Value::Json(text) => {
                    let raw: &RawValue = serde_json::from_str(text).map_err(S::Error::custom)?;
                    map.serialize_entry(property.name, raw)
                }
                Value::Entity(_) | Value::Items(_) => Err(S::Error::custom("no stored property is made of others")),
            }?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Record;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the properties of a managed device")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        let mut record = Record::default();
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            let write = property(&name).and_then(|(_, property)| property.write);
            let write = write.ok_or_else(|| A::Error::custom(format!("a device has no property '{name}'")))?;
            write(&mut record, &value).map_err(|expected| A::Error::custom(format!("{name}: expected {expected}")))?;
        }
        Ok(record)
    }
}
