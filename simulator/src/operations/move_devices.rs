//! `POST /beta/deviceManagement/managedDevices/moveDevicesToOU`: an action that names its devices itself.

use std::collections::HashSet;

use serde_json::Value as Json;
use uuid::Uuid;

use super::run_action::arguments;
use super::{Context, Reply, initiator};
use crate::actions::RemoteAction;
use crate::audit::event::Deed;
use crate::quirks::UnsupportedAction;
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::world::{ActionRequest, Origin};

/// 204 without a body (documented). It is done for all devices or for none: one that is not there, or is no Chromebook,
/// is refused as if it had been asked alone (assumed).
pub(super) fn run(
    mut context: Context<'_>,
    route: &Route,
    action: &'static dyn RemoteAction,
) -> Result<Reply, Refusal> {
    let call = || route.backend_call(None);
    let arguments = arguments(&context, route.version, action.name(), action.parameters())?;
    action.check(&arguments).map_err(|message| Refusal::BadQuery { message })?;
    let ids = device_ids(arguments.get("deviceIds"));
    context.within_daily_cap(route, action.name(), ids.len())?;
    for id in &ids {
        let device = context.world.inventory().get(*id).filter(|device| context.sees(device));
        let device = device.ok_or_else(|| context.unknown(call()))?;
        let accepts = context.world.quirks().unsupported_action == UnsupportedAction::Accept;
        if !accepts && !action.is_supported(&context.world.edition, &device) {
            return Err(Refusal::UnsupportedAction(call()));
        }
    }
    let bulk = (ids.len() > 1).then(|| context.world.next_bulk_id());
    for id in ids {
        let origin = Origin { by: context.signed_in.map(initiator), bulk };
        let asked = ActionRequest { action, arguments: arguments.clone(), origin };
        context.world.request_action(id, &asked, context.now).map_err(|_| Refusal::UnsupportedAction(call()))?;
        context.record(Deed::Action(action.name().into()), id);
    }
    Ok(Reply::no_content())
}

/// The devices, each once, as first named.
fn device_ids(given: Option<&Json>) -> Vec<Uuid> {
    let mut seen = HashSet::new();
    let ids = given.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    ids.filter_map(|id| Uuid::try_parse(id).ok()).filter(|id| seen.insert(*id)).collect()
}
