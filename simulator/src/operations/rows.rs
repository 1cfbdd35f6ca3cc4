//! Entities made as JSON, as the query engine sees them: the entity type is the schema, the object is the row.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::device_query;
use crate::device::record::ApiVersion;
use crate::model::EntityType;
use crate::odata::schema::{Entity, Field, Schema};
use crate::odata::value::{Edm, Value};
use crate::wire::error::Refusal;
use crate::wire::shape::Shape;

/// An entity type as `version` has it.
pub(super) struct RowSchema {
    entity_type: &'static EntityType,
    version: ApiVersion,
    full_name: String,
}

impl RowSchema {
    pub(super) fn new(entity_type: &'static EntityType, version: ApiVersion) -> Self {
        Self { entity_type, version, full_name: entity_type.full_name() }
    }

    /// The properties called `names`, in the service's spelling.
    pub(super) fn select(&self, names: &[String]) -> Result<Vec<&'static str>, Refusal> {
        let known = |name: &String| {
            let member = self.entity_type.property(name, self.version);
            member.map(|member| member.name).ok_or_else(|| device_query::unknown_selected(name, &self.full_name))
        };
        names.iter().map(known).collect()
    }
}

impl Schema for RowSchema {
    fn type_name(&self) -> &str {
        &self.full_name
    }

    fn resolve(&self, name: &str) -> Option<Field> {
        let known = |(index, member): (u16, &'static crate::model::Member)| {
            (member.since <= self.version && member.name.eq_ignore_ascii_case(name)).then_some(Field {
                index,
                name: member.name,
                edm: member.edm,
            })
        };
        (0..).zip(self.entity_type.properties).find_map(known)
    }
}

/// An entity as it is sent: what `$select` leaves of it, 64-bit integers as strings where the client wants them so.
pub(super) fn shown(item: Json, entity_type: &EntityType, select: Option<&[&str]>, shape: Shape) -> Json {
    let Json::Object(mut members) = item else { return item };
    if shape.ieee754 {
        for member in entity_type.properties.iter().filter(|member| member.edm == Edm::Int64) {
            if let Some(number) = members.get_mut(member.name).filter(|value| value.is_number()) {
                *number = number.to_string().into();
            }
        }
    }
    if let Some(select) = select {
        let kept = select.iter().filter_map(|name| members.remove(*name).map(|value| ((*name).to_owned(), value)));
        members = kept.collect();
    }
    Json::Object(members)
}

/// One entity. What a filter cannot ask for, such as a complex value, reads as null.
pub(super) struct Row<'a> {
    pub(super) entity_type: &'static EntityType,
    pub(super) members: &'a Json,
}

impl Entity for Row<'_> {
    fn value(&self, index: u16) -> Value<'_> {
        let Some(member) = self.entity_type.properties.get(usize::from(index)) else { return Value::Null };
        match (self.members.get(member.name), member.edm) {
            (Some(Json::Bool(value)), _) => Value::Boolean(*value),
            (Some(Json::Number(number)), Edm::Double) => number.as_f64().map_or(Value::Null, Value::Double),
            (Some(Json::Number(number)), _) => number.as_i64().map_or(Value::Null, Value::Int),
            (Some(Json::String(text)), Edm::Enum(_)) => Value::Enum(text),
            (Some(Json::String(text)), Edm::DateTimeOffset) => DateTime::parse_from_rfc3339(text)
                .map_or(Value::Null, |instant| Value::DateTime(instant.with_timezone(&Utc))),
            (Some(Json::String(text)), _) => Value::String(text),
            _ => Value::Null,
        }
    }
}
