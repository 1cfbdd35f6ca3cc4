//! `POST …/managedDevices/{id}/{action}`: accepted or refused at once, done when the device checks in.

use super::{Context, Reply, initiator};
use crate::actions::RemoteAction;
use crate::audit::event::Deed;
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::world::ActionRefusal;

/// A body is neither needed nor read: no body, an empty one and `{}` are all taken (observed: CIPP sends `{}`).
pub(super) fn run(
    mut context: Context<'_>,
    route: &Route,
    action: &'static dyn RemoteAction,
) -> Result<Reply, Refusal> {
    let id = context.device_id(route)?;
    let call = route.backend_call(None);
    let by = context.signed_in.map(initiator);
    context.world.request_action(id, action, by, context.now).map_err(|refusal| match refusal {
        ActionRefusal::Unsupported => Refusal::UnsupportedAction(call),
        ActionRefusal::UnknownDevice => context.unknown(call),
    })?;
    context.record(Deed::Action(action.name()), id);
    Ok(Reply::no_content())
}
