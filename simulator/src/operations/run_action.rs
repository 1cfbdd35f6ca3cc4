//! `POST …/managedDevices/{id}/{action}`: accepted or refused at once, done when the device checks in.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{Context, Reply, initiator};
use crate::actions::{self, Accepted, Parameter, RemoteAction};
use crate::audit::event::Deed;
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::journal::Subject;
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::wire::json;
use crate::world::{ActionRefusal, ActionRequest, Origin};

pub(super) fn run(
    mut context: Context<'_>,
    route: &Route,
    action: &'static dyn RemoteAction,
) -> Result<Reply, Refusal> {
    let id = context.device_id(route)?;
    let arguments = arguments(&context, route.version, action.name(), action.parameters())?;
    action.check(&arguments).map_err(|message| Refusal::BadQuery { message })?;
    context.within_daily_cap(route, action.name(), 1)?;
    let call = route.backend_call(None);
    if let Some(device) = context.world.inventory().get(id) {
        let (device, edition) = (device.share(), Arc::clone(&context.world.edition));
        *context.subject = Some(Box::new(Subject { action: action.name(), device, edition }));
    }
    let origin = Origin { by: context.signed_in.map(initiator), bulk: None };
    let asked = ActionRequest { action, arguments, origin };
    let request = context.world.request_action(id, &asked, context.now).map_err(|refusal| match refusal {
        // Both were observed as the same opaque 400: docs#10007, IPS#51.
        ActionRefusal::Unsupported | ActionRefusal::Unfit => Refusal::UnsupportedAction(call),
        ActionRefusal::UnknownDevice => context.unknown(call),
    })?;
    context.record(Deed::Action(action.name().into()), id);
    let accepted = Accepted { tenant: context.tenant.id, request, at: context.now, version: route.version };
    let answer = context.world.inventory().get(id).and_then(|device| action.reply(&device, &accepted));
    Ok(answer.map_or_else(Reply::no_content, |answer| written(&context, route, &answer)))
}

/// The arguments in the body. An action without parameters does not read it: no body, an empty one and `{}` are all
/// taken (observed: CIPP sends `{}`), and so is anything else (assumed).
pub(super) fn arguments(
    context: &Context<'_>,
    version: ApiVersion,
    name: &'static str,
    parameters: &'static [Parameter],
) -> Result<Arguments, Refusal> {
    if parameters.is_empty() {
        return Ok(Arguments::default());
    }
    let body = context.request.body.trim_ascii();
    let members: Map<String, Json> =
        if body.is_empty() { Map::new() } else { serde_json::from_slice(body).map_err(|_| Refusal::BadBody)? };
    actions::parameters::check(name, parameters, version, members)
        .map_err(|problem| Refusal::BadQuery { message: problem.to_string() })
}

/// A 200 with one object.
pub(super) fn written(context: &Context<'_>, route: &Route, answer: &actions::Reply) -> Reply {
    let mut body = b"{".to_vec();
    body.extend_from_slice(&context.context_annotation(route, answer.context));
    for (name, value) in &answer.members {
        json::string(&mut body, name);
        body.push(b':');
        serde_json::to_writer(&mut body, value).expect("writing to memory cannot fail");
        body.push(b',');
    }
    if body.last() == Some(&b',') {
        body.pop();
    }
    body.push(b'}');
    Reply::json(context.shape, body, Vec::new())
}
