//! `GET /beta/…/managedDevices/{id}/{function}()`: what a device's functions return.

use super::run_action::written;
use super::{Context, Reply};
use crate::functions::{DeviceFunction, Draws};
use crate::route::Route;
use crate::wire::error::Refusal;

/// A device of a kind that has none of it gets the opaque 400 of an unsupported action (assumed).
pub(super) fn call(context: &Context<'_>, route: &Route, function: &dyn DeviceFunction) -> Result<Reply, Refusal> {
    let id = context.device_id(route)?;
    let call = || route.backend_call(None);
    let device = context.world.inventory().get(id).ok_or_else(|| context.unknown(call()))?;
    let draws = Draws { secrets: context.world.device_draw("function", &device), posture: context.posture() };
    let answer = function.answer(&device, draws);
    Ok(written(context, route, &answer.ok_or_else(|| Refusal::UnsupportedAction(call()))?))
}
