//! Devices over the control port: every property in Graph's spelling, and the physical side.

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::Call;
use super::api::{list_with_next, object};
use super::reply::{ApiError, Reply};
use crate::device::ManagedDevice;
use crate::device::physical::Physical;
use crate::device::record::{self, ApiVersion};
use crate::fleet;
use crate::inventory::Listed;
use crate::random::Draw;
use crate::wire::device_json::{self, Form, View};
use crate::wire::shape::Shape;
use crate::wire::strict;
use crate::world::{CheckInRefusal, World};

/// Devices in one answer, unless `top` says less.
pub(super) const PAGE: usize = 1_000;

pub(super) fn list(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let top = match call.query("top") {
        None => PAGE,
        Some(text) => text
            .parse()
            .ok()
            .filter(|top| (1..=PAGE).contains(top))
            .ok_or_else(|| ApiError::bad(format!("top: '{text}' is no number from 1 to {PAGE}")))?,
    };
    let (world, _) = call.world(&tenant);
    let after = match call.query("after") {
        None => None,
        Some(id) => {
            let device = Uuid::try_parse(&id).ok().and_then(|id| world.inventory().get(id));
            Some(device.ok_or_else(|| ApiError::unknown("device", &id))?.key())
        }
    };
    let inventory = world.inventory();
    let page: Vec<Listed<'_>> =
        inventory.places(after.as_ref()).take(top + 1).map(|place| inventory.at(place)).collect();
    let next = (page.len() > top).then(|| page[top - 1].id());
    let shown: Vec<Json> = page.iter().take(top).map(|device| show(device)).collect();
    Ok(Reply::ok(&list_with_next(&shown, next)))
}

pub(super) fn get(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let id = device_id(call)?;
    let (world, _) = call.world(&tenant);
    shown(&world, id).map(|device| Reply::ok(&device))
}

pub(super) fn create(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let members = object(call)?;
    let (mut world, now) = call.world(&tenant);
    let people = fleet::People::new(&tenant.domain, Draw::from_seed(tenant.seed()).at("fleet").at("people"));
    let context = fleet::Context { people: &people, as_of: now };
    let draw = Draw::from_seed(tenant.seed()).at("added-device").at(&world.next_request_id().to_string());
    let draft = fleet::read_device(&members, &context, draw).map_err(|error| ApiError::bad(error.to_string()))?;
    if world.inventory().get(draft.id).is_some() {
        return Err(ApiError::conflict(format!(
            "there is already a device {}; PATCH it, or leave the id out",
            draft.id
        )));
    }
    let (device, _) = ManagedDevice::new(draft.id, draft.record, draft.physical);
    let mut shown = show(&device);
    if let (Some(warning), Json::Object(members)) = (draft.warning, &mut shown) {
        members.insert("warning".to_owned(), warning.to_string().into());
    }
    world.put(device);
    Ok(Reply::created(&shown))
}

pub(super) fn update(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let id = device_id(call)?;
    let members = object(call)?;
    let (mut world, now) = call.world(&tenant);
    let device = world.inventory().get(id).ok_or_else(|| ApiError::unknown("device", &id.to_string()))?;
    let (changed, physical) = merged(&device, members)?;
    world.edit_device(id, now, |device| {
        device.edit(|record| *record = changed);
        device.physical = physical;
    });
    shown(&world, id).map(|device| Reply::ok(&device))
}

pub(super) fn delete(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let id = device_id(call)?;
    let (mut world, _) = call.world(&tenant);
    if world.remove(id).is_some() { Ok(Reply::Empty) } else { Err(ApiError::unknown("device", &id.to_string())) }
}

pub(super) fn check_in(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let id = device_id(call)?;
    let (mut world, now) = call.world(&tenant);
    world.check_in(id, now).map_err(|refusal| match refusal {
        CheckInRefusal::UnknownDevice => ApiError::unknown("device", &id.to_string()),
        CheckInRefusal::Offline => ApiError::conflict(format!(
            "device {id} is offline; PATCH it with {{\"physical\":{{\"online\":true}}}} first"
        )),
    })?;
    shown(&world, id).map(|device| Reply::ok(&device))
}

/// A device's record and physical side after a PATCH: nothing is changed unless everything can be.
fn merged(device: &ManagedDevice, members: Map<String, Json>) -> Result<(record::Record, Physical), ApiError> {
    let mut changed = device.record().clone();
    let mut physical = device.physical.clone();
    for (name, value) in members {
        if name == "physical" {
            physical = merge_physical(&physical, value)?;
            continue;
        }
        let property = record::property(&name).map(|(_, property)| property);
        let Some(write) = property.and_then(|property| property.write) else {
            return Err(ApiError::bad(fleet::unknown_member(&name).to_string()));
        };
        if name.eq_ignore_ascii_case("id") {
            return Err(ApiError::bad("id: a device keeps its id; delete it and make another".to_owned()));
        }
        write(&mut changed, &value).map_err(|expected| ApiError::bad(format!("{name}: expected {expected}")))?;
    }
    Ok((changed, physical))
}

fn merge_physical(physical: &Physical, patch: Json) -> Result<Physical, ApiError> {
    let Json::Object(patch) = patch else {
        return Err(ApiError::bad("physical: expected an object".to_owned()));
    };
    let mut merged = serde_json::to_value(physical).expect("our own values become JSON");
    for (name, value) in patch {
        match (merged.get_mut(&name), value) {
            (Some(Json::Object(inner)), Json::Object(patch)) => inner.extend(patch),
            (_, value) => {
                merged[name.as_str()] = value;
            }
        }
    }
    strict::read(merged).map_err(|error| ApiError::bad(format!("physical: {error}")))
}

fn device_id(call: &Call<'_>) -> Result<Uuid, ApiError> {
    let text = call.captured.get(1).map_or("", String::as_str);
    Uuid::try_parse(text).map_err(|_| ApiError::unknown("device", text))
}

fn shown(world: &World, id: Uuid) -> Result<Json, ApiError> {
    world.inventory().get(id).map(|device| show(&device)).ok_or_else(|| ApiError::unknown("device", &id.to_string()))
}

/// Every property of both API versions, as the GET of a single device with everything selected has it, and `physical`.
fn show(device: &ManagedDevice) -> Json {
    let view = View {
        version: ApiVersion::Beta,
        form: Form::Single,
        select: None,
        shape: Shape::default(),
        fill: true,
        known_members: false,
        last_sync: None,
    };
    let mut out = Vec::new();
    device_json::write(&mut out, device, &view, b"");
    let mut shown: Json = serde_json::from_slice(&out).expect("our own JSON can be read");
    shown["physical"] = serde_json::to_value(&device.physical).expect("our own values become JSON");
    shown
}
