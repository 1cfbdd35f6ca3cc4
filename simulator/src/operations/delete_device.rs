//! `DELETE …/managedDevices/{id}`.

use super::{Context, Reply, initiator};
use crate::audit::event::Deed;
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::world::Origin;

/// 204, and the device is hidden at once (documented: the delete action's page, 2026).
pub(super) fn delete(mut context: Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let id = context.device_id(route)?;
    context.within_daily_cap(route, "delete", 1)?;
    let origin = Origin { by: context.signed_in.map(initiator), bulk: None };
    context.world.delete(id, origin, context.now);
    context.record(Deed::Delete, id);
    Ok(Reply::no_content())
}
