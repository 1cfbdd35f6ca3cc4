//! Named snapshots over the control port.

use std::sync::Arc;

use super::Call;
use super::api::view;
use super::messages::SnapshotView;
use super::reply::{ApiError, Reply};
use crate::clock;
use crate::tenant::Moment;
use crate::tenant::snapshots::SnapshotName;

pub(super) fn list(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let shown: Vec<SnapshotView> = tenant.snapshots().iter().map(|(name, moment)| shown(name, moment)).collect();
    Ok(Reply::list(&shown))
}

pub(super) fn take(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let name = name(call)?;
    call.takes_nothing()?;
    let moment = Arc::new(tenant.moment(call.control.service.tenants().wall().now()));
    let taken = shown(&name, &moment);
    tenant.snapshots().keep(name, moment).map_err(|error| ApiError::conflict(error.to_string()))?;
    Ok(Reply::created(&taken))
}

pub(super) fn delete(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let name = name(call)?;
    if tenant.snapshots().delete(&name) { Ok(Reply::Empty) } else { Err(unknown(&name)) }
}

pub(super) fn restore(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let name = name(call)?;
    call.takes_nothing()?;
    let moment = tenant.snapshots().get(&name).ok_or_else(|| unknown(&name))?;
    call.replace(&tenant, || tenant.go_back(&moment, call.control.service.tenants().wall().now()));
    Ok(Reply::ok(&view(call, &tenant)))
}

fn name(call: &Call<'_>) -> Result<SnapshotName, ApiError> {
    call.captured.get(1).map_or("", String::as_str).parse().map_err(ApiError::bad)
}

fn unknown(name: &SnapshotName) -> ApiError {
    ApiError::unknown("snapshot", name.as_str())
}

fn shown(name: &SnapshotName, moment: &Moment) -> SnapshotView {
    SnapshotView {
        name: name.as_str().to_owned(),
        taken_at: clock::spell(moment.world.now),
        devices: moment.world.devices(),
    }
}
