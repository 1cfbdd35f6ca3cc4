//! `GET …/deviceCategories`: the categories that devices of the fleet are in, and the one of a device.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::collection::{Collection, Links};
use super::{Context, Reply, device_query};
use crate::device::ManagedDevice;
use crate::device::record::ApiVersion;
use crate::model::device_category::DEVICE_CATEGORY;
use crate::random::Draw;
use crate::route::Route;
use crate::wire::error::Refusal;

const CATEGORIES: Collection<'static> = Collection {
    name: "deviceManagement/deviceCategories",
    entity_type: &DEVICE_CATEGORY,
    page: 1_000,
    counts: false,
    reads: &["$select", "$filter", "$orderby", "$top", "$skip", "$count", "$skiptoken"],
    links: Links::Token,
};

/// What devices without a category show (observed in `deviceCategoryDisplayName`).
const NONE: &str = "Unknown";

pub(super) fn list(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let names = names(context);
    let draw = context.posture();
    let items = names.iter().map(|name| row(name, route.version, draw));
    CATEGORIES.list(context, route, &options, names.len(), items)
}

pub(super) fn get(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let draw = context.posture();
    let id = Uuid::try_parse(&route.key).map_err(|_| Refusal::MalformedId(route.backend_call(None)))?;
    let name = names(context).into_iter().find(|name| id_of(name, draw) == id);
    let name = name.ok_or_else(|| context.unknown(route.backend_call(None)))?;
    CATEGORIES.get(context, route, &options, row(&name, route.version, draw))
}

/// The category of `device`. A device without one leads to an empty category with an id of zeros (assumed).
pub(super) fn of(device: &ManagedDevice, version: ApiVersion, draw: Draw) -> Json {
    let name = device.record().device_category_display_name.as_str();
    row(if name.is_empty() { NONE } else { name }, version, draw)
}

/// The categories that exist: those that some device is in.
fn names(context: &Context<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for device in context.world.inventory().iter() {
        let name = device.record().device_category_display_name.as_str();
        if !name.is_empty() && name != NONE && !names.contains(name) {
            names.insert(name.to_owned());
        }
    }
    names
}

fn id_of(name: &str, draw: Draw) -> Uuid {
    if name == NONE { Uuid::nil() } else { draw.at("category").at(name).guid() }
}

fn row(name: &str, version: ApiVersion, draw: Draw) -> Json {
    let mut row = json!({ "id": id_of(name, draw), "displayName": name, "description": "" });
    if version == ApiVersion::Beta {
        row["roleScopeTagIds"] = json!(["0"]);
    }
    row
}
