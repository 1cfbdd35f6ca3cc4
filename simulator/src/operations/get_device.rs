//! `GET …/managedDevices/{id}`: one device, with what lists do not show.

use super::device_query::{self, unread_options};
use super::expand::{self, Expansion};
use super::{Context, Reply};
use crate::device::ManagedDevice;
use crate::quirks::ListSingleGetOnly;
use crate::route::Route;
use crate::wire::device_json::{self, Form, View};
use crate::wire::error::Refusal;

pub(super) fn get(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let device = context.device(route)?;
    let options = device_query::options(context.query)?;
    let select = device_query::select(&options, route.version)?;
    // Everything that shapes a collection means nothing here; whether the service says so is not known (assumed: no).
    let mut ignored = unread_options(&options, &["$select", "$expand"]);
    let expansions = expand::expansions(&options, route.version, Form::Single, &mut ignored)?;
    Ok(write_entity(context, route, &device, select.as_ref(), &expansions, ignored))
}

/// A device as a whole answer.
pub(super) fn write_entity(
    context: &Context<'_>,
    route: &Route,
    device: &ManagedDevice,
    select: Option<&device_query::Selection>,
    expansions: &[Expansion],
    ignored: Vec<String>,
) -> Reply {
    let what = format!("deviceManagement/managedDevices{}/$entity", expand::names(select, expansions));
    let view = View {
        version: route.version,
        form: Form::Single,
        select: select.map(device_query::Selection::rows),
        shape: context.shape,
        fill: context.world.quirks().list_single_get_only == ListSingleGetOnly::Fill,
        known_members: context.known_members(),
        last_sync: context.world.computed_last_sync(device, context.now),
    };
    let mut body = Vec::with_capacity(4 * 1024);
    device_json::write(&mut body, device, &view, &context.context_annotation(route, &what));
    expand::append(&mut body, context, route, device, view.form, expansions);
    Reply::json(context.shape, body, ignored)
}
