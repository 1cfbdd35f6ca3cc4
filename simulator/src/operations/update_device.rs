//! `PATCH …/managedDevices/{id}`: three properties can be changed, the rest is refused with `InternalError`.

use serde_json::{Map, Value as Json};

use super::get_device::write_entity;
use super::{Context, Reply};
use crate::audit::event::{Change, Deed};
use crate::device::record::{self, ApiVersion, Property, Record, Source};
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::wire::json::{self, DatePrecision};

/// What can be written, with the property that holds it (documented and observed: contrib#3797, #4791, #4157, #4603,
/// docs#18036: everything else answers 400 `InternalError`).
const WRITABLE: &[(&str, &str, ApiVersion)] = &[
    ("managedDeviceName", "managedDeviceName", ApiVersion::V1),
    ("managedDeviceOwnerType", "managedDeviceOwnerType", ApiVersion::V1),
    ("notes", "notes", ApiVersion::V1),
    ("ownerType", "managedDeviceOwnerType", ApiVersion::Beta),
    ("roleScopeTagIds", "roleScopeTagIds", ApiVersion::Beta),
];

pub(super) fn update(mut context: Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let id = context.device_id(route)?;
    let members: Map<String, Json> = serde_json::from_slice(&context.request.body).map_err(|_| Refusal::BadBody)?;
    let call = || route.backend_call(None);
    let mut writes = Vec::new();
    for (name, value) in members.iter().filter(|(name, _)| !name.starts_with("@odata.")) {
        let (known, property) = record::property(name)
            .map(|(_, property)| property)
            .filter(|property| property.since <= route.version)
            .map(|property| (property.name, property))
            .ok_or_else(|| unknown_property(name))?;
        let held_by = WRITABLE
            .iter()
            .find(|(writable, _, since)| *writable == known && *since <= route.version)
            .and_then(|(_, held_by, _)| record::property(held_by))
            .ok_or_else(|| Refusal::ReadOnlyProperty(call()))?;
        let write = held_by.1.write.ok_or_else(|| Refusal::ReadOnlyProperty(call()))?;
        writes.push((property, write, value));
    }

    // Nothing is changed unless everything can be.
    let mut changed = context.world.inventory().get(id).map(|device| device.record().clone()).unwrap_or_default();
    let mut audited = Vec::new();
    for (property, write, value) in writes {
        let old = shown(property, &changed);
        write(&mut changed, value).map_err(|expected| Refusal::BadQuery {
            message: format!("Cannot convert the value of '{}': expected {expected}.", property.name),
        })?;
        audited.push(Change { name: property.name.into(), old, new: shown(property, &changed) });
    }
    context.world.edit_device(id, context.now, |device| {
        device.edit(|record| *record = changed);
    });
    context.record(Deed::Patch(audited), id);
    let Some(device) = context.world.inventory().get(id) else {
        return Err(Refusal::UnknownDevice(route.backend_call(None)));
    };
    Ok(write_entity(&context, route, &device, None, &[], Vec::new()))
}

/// A property's value as JSON.
fn shown(property: &Property, record: &Record) -> String {
    let mut out = Vec::new();
    if let Source::Field(read) = property.source {
        json::value(&mut out, read(record), DatePrecision::Ticks, false);
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Assumed wording, after OData's reader.
fn unknown_property(name: &str) -> Refusal {
    Refusal::BadQuery {
        message: format!(
            "The property '{name}' does not exist on type 'microsoft.graph.managedDevice'. Make sure to only use property names that are defined by the type."
        ),
    }
}
