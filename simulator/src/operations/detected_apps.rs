//! `GET …/detectedApps`: the apps that were found on devices, and how many have each.

use serde_json::{Value as Json, json};

use super::collection::{Collection, Links};
use super::device_query;
use super::which::Which;
use super::{Context, Reply};
use crate::device::record::ApiVersion;
use crate::model::detected_app::DETECTED_APP;
use crate::odata::options::QueryOptions;
use crate::odata::select::SelectError;
use crate::posture::apps::{self, App};
use crate::quirks::DetectedAppGet;
use crate::random::Draw;
use crate::route::Route;
use crate::wire::device_json::{self, Form, View};
use crate::wire::error::Refusal;

/// The count that comes unasked and the links by `$skip` were observed (graph2otel, 2026); the size of a page is assumed.
const APPS: Collection<'static> = Collection {
    name: "deviceManagement/detectedApps",
    entity_type: &DETECTED_APP,
    page: 1_000,
    counts: true,
    reads: &["$select", "$filter", "$orderby", "$top", "$skip", "$count"],
    links: Links::Skip,
};

pub(super) fn list(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    if expands_devices(&options)? && route.version == ApiVersion::V1 {
        // Observed: contrib#3193; beta takes it and expands nothing.
        return Err(unknown("managedDevices"));
    }
    let draw = context.posture();
    let counts = apps::counts(context.world.inventory().iter(), draw);
    let found = || App::all().zip(&counts).filter(|(_, count)| **count > 0);
    let items = found().map(|(app, count)| row(app, *count, draw));
    APPS.list(context, route, &options, found().count(), items)
}

pub(super) fn get(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let draw = context.posture();
    let app = context.app(&route.key, route)?;
    let which = Which::With(app, draw);
    let devices = || context.world.inventory().iter().filter(|device| which.has(device));
    let item = match context.world.quirks().detected_app_get {
        DetectedAppGet::Full => row(app, devices().count(), draw),
        DetectedAppGet::Hollow => hollow(app, draw),
    };
    let mut expanded = Vec::new();
    if expands_devices(&options)? {
        let items = devices().take(APPS.page).map(|device| {
            let view = View {
                version: route.version,
                form: Form::Item,
                select: None,
                shape: context.shape,
                fill: false,
                known_members: context.known_members(),
                last_sync: context.world.computed_last_sync(&device, context.now),
            };
            let mut out = Vec::new();
            device_json::write(&mut out, &device, &view, b"");
            serde_json::from_slice::<Json>(&out).expect("a device is JSON")
        });
        expanded.push(("managedDevices", items.collect()));
    }
    APPS.get_expanded(context, route, &options, item, expanded, &["$select", "$expand"])
}

/// A row of the catalogue.
pub(super) fn row(app: App, count: usize, draw: Draw) -> Json {
    json!({
        "deviceCount": count,
        "displayName": app.name(),
        "id": app.id(draw),
        "platform": app.platform().name(),
        "publisher": app.publisher(),
        "sizeInByte": app.size_in_byte(draw),
        "version": app.version(draw),
    })
}

/// What the service showed of an app by its id (observed: contrib#3193; `platform` and `publisher` came later, that they
/// are empty too is assumed).
fn hollow(app: App, draw: Draw) -> Json {
    json!({
        "deviceCount": 0,
        "displayName": null,
        "id": app.id(draw),
        "platform": "unknown",
        "publisher": null,
        "sizeInByte": 0,
        "version": null,
    })
}

/// Whether `$expand` asks for the devices; a name that is none is refused.
fn expands_devices(options: &QueryOptions<'_>) -> Result<bool, Refusal> {
    let Some(expand) = &options.expand else { return Ok(false) };
    match expand.items.iter().find(|item| !item.name.eq_ignore_ascii_case("managedDevices")) {
        Some(item) => Err(unknown(&item.name)),
        None => Ok(true),
    }
}

fn unknown(name: &str) -> Refusal {
    device_query::bad(&SelectError::unknown_property(name, &DETECTED_APP.full_name()))
}
