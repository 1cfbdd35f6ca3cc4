//! `POST …/logCollectionRequests/{id}/createDownloadUrl`: where collected diagnostics can be had.

use serde_json::Value as Json;

use super::navigation;
use super::run_action::written;
use super::{Context, Reply};
use crate::actions;
use crate::device::log_collection::UploadState;
use crate::route::Route;
use crate::wire::error::Refusal;

/// 200 with a text (documented: the action's page). The service's leads to a blob store and carries a signature in its
/// query; this one is spelled so, and its host is nobody's. That there is none before the device has sent anything, and
/// that it is refused as what a device does not support, is assumed.
pub(super) fn create(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let device = context.device(route)?;
    let collection = navigation::log_collection(context, &device, &route.key);
    let collection = collection.ok_or_else(|| context.unknown(route.backend_call(None)))?;
    if collection.state != UploadState::Completed {
        return Err(Refusal::UnsupportedAction(route.backend_call(None)));
    }
    let request = collection.id.hyphenated().to_string();
    let signature = context.world.device_draw("download url", &device).at(&request).guid().simple();
    let url = format!(
        "https://diagnostics.simtune.example/{}/{}/{request}.zip?se={}&sp=r&sig={signature}",
        context.tenant.id,
        device.id(),
        collection.expires().format("%Y-%m-%dT%H%%3A%M%%3A%SZ"),
    );
    let members = [("value".to_owned(), Json::String(url))].into_iter().collect();
    Ok(written(context, route, &actions::Reply { context: "Edm.String", members }))
}
