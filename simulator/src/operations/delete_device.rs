//! `DELETE …/managedDevices/{id}`.

use super::{Context, Reply};
use crate::audit::event::Deed;
use crate::route::Route;
use crate::wire::error::Refusal;

/// 204, and the device is hidden at once (documented: the delete action's page, 2026).
pub(super) fn delete(mut context: Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let id = context.device_id(route)?;
    context.world.delete(id, None, context.now);
    context.record(Deed::Delete, id);
    Ok(Reply::no_content())
}
