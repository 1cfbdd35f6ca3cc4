//! A managed device as JSON: in lists and alone, v1.0 and beta, whole or selected.

use chrono::{DateTime, Utc};

use crate::device::ManagedDevice;
use crate::device::lifecycle::{ActionResult, BASE_RESULT};
use crate::device::record::{ApiVersion, PROPERTIES, Property, Shown, Source};
use crate::model::enumerations::enumeration;
use crate::odata::value::{Edm, Value};

use super::hardware_information;
use super::json::{self, DatePrecision};
use super::shape::{Metadata, Shape};

/// Whether a device stands in a collection or alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As an item of `value`.
    Item,
    /// As the whole answer.
    Single,
}

/// What of a device an answer shows.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Which API version.
    pub version: ApiVersion,
    /// In a list or alone.
    pub form: Form,
    /// The rows of the property table to show, in that order; `None` shows all.
    pub select: Option<&'a [u16]>,
    /// Annotations and number spelling.
    pub shape: Shape,
    /// Whether lists carry what only the single GET carries (quirk `list-single-get-only`).
    pub fill: bool,
    /// Whether only members of the version's schema may stand for an enumeration (quirk `unknown-enum-members`).
    pub known_members: bool,
    /// `lastSyncDateTime` at the moment of reading, where it is computed from the clock.
    pub last_sync: Option<DateTime<Utc>>,
}

/// Appends the members of `device` between braces, after `opening`, which is annotations that end in a comma, or empty.
pub fn write(out: &mut Vec<u8>, device: &ManagedDevice, view: &View<'_>, opening: &[u8]) {
    out.push(b'{');
    out.extend_from_slice(opening);
    if view.shape.metadata == Metadata::Full {
        annotate(out, device);
    }
    match view.select {
        Some(rows) => {
            for row in rows {
                write_property(out, device, view, &PROPERTIES[usize::from(*row)]);
            }
        }
        None => {
            for property in PROPERTIES.iter().filter(|property| property.since <= view.version) {
                write_property(out, device, view, property);
            }
        }
    }
    if out.last() == Some(&b',') {
        out.pop();
    }
    out.push(b'}');
}

fn write_property(out: &mut Vec<u8>, device: &ManagedDevice, view: &View<'_>, property: &Property) {
    if view.shape.metadata == Metadata::Full {
        annotate_type(out, property);
    }
    out.extend_from_slice(property.json_key.as_bytes());
    let precision = match view.form {
        Form::Item => DatePrecision::Seconds,
        Form::Single => DatePrecision::Ticks,
    };
    match property.source {
        _ if !is_shown(property, view) => out.extend_from_slice(empty(property.edm)),
        Source::Field(read) => {
            let value = match (view.last_sync, property.name) {
                (Some(last_sync), "lastSyncDateTime") => Value::DateTime(last_sync),
                _ => read(device.record()),
            };
            let value = match (value, property.edm) {
                (Value::Enum(member), Edm::Enum(name)) if view.known_members => {
                    Value::Enum(enumeration(name).map_or(member, |known| known.known(member, view.version)))
                }
                (value, _) => value,
            };
            json::value(out, value, precision, view.shape.ieee754 && property.edm == Edm::Int64);
        }
        Source::ActionResults => write_actions(out, &device.actions, view.shape),
        Source::HardwareInformation => hardware_information::write(out, device, view),
    }
    out.push(b',');
}

fn is_shown(property: &Property, view: &View<'_>) -> bool {
    match property.shown {
        Shown::Always => true,
        Shown::OnSingleGet => view.form == Form::Single || view.fill,
        Shown::WhenSelected => (view.form == Form::Single && view.select.is_some()) || view.fill,
    }
}

/// What stands for a value that is not shown (observed: null, 0, false and `[]` by type).
const fn empty(edm: Edm) -> &'static [u8] {
    match edm {
        Edm::ComplexCollection(_) | Edm::StringCollection | Edm::GuidCollection => b"[]",
        Edm::Int32 | Edm::Int64 | Edm::Double => b"0",
        Edm::Boolean => b"false",
        _ => b"null",
    }
}

fn write_actions(out: &mut Vec<u8>, actions: &[ActionResult], shape: Shape) {
    out.push(b'[');
    for (index, action) in actions.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_action(out, action, shape);
    }
    out.push(b']');
}

/// One entry: derived types carry `@odata.type` and the plain one does not, `startDateTime` is the server's clock with
/// ticks, `lastUpdatedDateTime` is what the device reported, in whole seconds (observed: captured entries).
fn write_action(out: &mut Vec<u8>, action: &ActionResult, shape: Shape) {
    out.push(b'{');
    if shape.metadata != Metadata::None && action.details.type_name != BASE_RESULT {
        out.extend_from_slice(b"\"@odata.type\":\"#microsoft.graph.");
        out.extend_from_slice(action.details.type_name.as_bytes());
        out.extend_from_slice(b"\",");
    }
    out.extend_from_slice(b"\"actionName\":");
    json::string(out, &action.action);
    out.extend_from_slice(b",\"actionState\":");
    json::string(out, action.state.name());
    out.extend_from_slice(b",\"startDateTime\":");
    json::date(out, action.started, DatePrecision::Ticks);
    out.extend_from_slice(b",\"lastUpdatedDateTime\":");
    let precision = if action.updated == action.started { DatePrecision::Ticks } else { DatePrecision::Seconds };
    json::date(out, action.updated, precision);
    for detail in &action.details.members {
        out.push(b',');
        json::string(out, &detail.name);
        out.push(b':');
        serde_json::to_writer(&mut *out, &detail.value).expect("writing to memory cannot fail");
    }
    out.push(b'}');
}

fn annotate(out: &mut Vec<u8>, device: &ManagedDevice) {
    let id = device.record().id.as_str();
    out.extend_from_slice(b"\"@odata.type\":\"#microsoft.graph.managedDevice\",");
    for annotation in ["@odata.id", "@odata.editLink"] {
        json::string(out, annotation);
        out.extend_from_slice(b":\"deviceManagement/managedDevices('");
        out.extend_from_slice(id.as_bytes());
        out.extend_from_slice(b"')\",");
    }
}

/// The type of what JSON cannot tell from a string or a number (OData JSON format, full metadata).
fn annotate_type(out: &mut Vec<u8>, property: &Property) {
    let (prefix, name, suffix) = match property.edm {
        Edm::DateTimeOffset => ("#", "DateTimeOffset", ""),
        Edm::Int64 => ("#", "Int64", ""),
        Edm::Guid => ("#", "Guid", ""),
        Edm::Enum(name) | Edm::Complex(name) => ("#microsoft.graph.", name, ""),
        Edm::ComplexCollection(name) => ("#Collection(microsoft.graph.", name, ")"),
        Edm::StringCollection => ("#Collection(", "String", ")"),
        Edm::GuidCollection => ("#Collection(", "Guid", ")"),
        Edm::String | Edm::Boolean | Edm::Int32 | Edm::Double => return,
    };
    out.push(b'"');
    out.extend_from_slice(property.name.as_bytes());
    out.extend_from_slice(b"@odata.type\":\"");
    for part in [prefix, name, suffix] {
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(b"\",");
}
