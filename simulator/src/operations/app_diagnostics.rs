//! `…/managedDevices/appDiagnostics(upn='…')` and `…/managedDevices/downloadAppDiagnostics`, both of beta: what people sent
//! from their Company Portal.

use std::fmt::Write as _;

use hyper::StatusCode;
use serde_json::Value as Json;

use super::run_action::{arguments, written};
use super::{Context, Reply};
use crate::actions;
use crate::actions::parameters::DOWNLOAD_APP_DIAGNOSTICS;
use crate::posture::app_diagnostics::{self, Incident};
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::wire::headers::Content;

/// What the user with that sign-in name sent, by device. Nobody's name is no mistake: they sent nothing (assumed).
pub(super) fn list(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let upn = route.key.as_str();
    let value: Json = incidents(context)
        .filter(|(owner, _)| owner.eq_ignore_ascii_case(upn))
        .map(|(_, incident)| incident.json())
        .collect();
    let answer = actions::Reply {
        context: "Collection(microsoft.graph.powerliftIncidentMetadata)",
        members: [("value".to_owned(), value)].into_iter().collect(),
    };
    Ok(written(context, route, &answer))
}

/// A stream (documented). OData sends one as it is, without JSON around it; the page's sample, which is generated, has
/// it in `value` as base64. What is in it is made up: a line for each file that was asked for, or for all.
pub(super) fn download(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let given = arguments(context, route.version, "downloadAppDiagnostics", DOWNLOAD_APP_DIAGNOSTICS)?;
    let asked = given.get("request");
    let id = asked.and_then(|asked| asked["powerliftId"].as_str()).unwrap_or_default();
    let (_, incident) = incidents(context)
        .find(|(_, incident)| incident.id.hyphenated().to_string().eq_ignore_ascii_case(id))
        .ok_or_else(|| context.unknown(route.backend_call(None)))?;
    let wanted = asked.and_then(|asked| asked["files"].as_array()).filter(|files| !files.is_empty());
    let mut body = String::new();
    for file in incident.files.iter().filter(|file| wanted.is_none_or(|wanted| wanted.iter().any(|name| name == *file)))
    {
        let _ = writeln!(body, "{} {} of {}: made up by simtune", incident.id, file, incident.application);
    }
    Ok(Reply { status: StatusCode::OK, content: Content::Stream, body: body.into_bytes(), ignored: Vec::new() })
}

/// Whatever was sent from the devices that the caller sees, with the sender's sign-in name.
fn incidents<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (String, Incident)> + 'a {
    let draw = context.posture();
    let devices = context.world.inventory().iter().filter(|device| context.sees(device));
    devices.filter_map(move |device| {
        let incident = app_diagnostics::sent(&device, draw)?;
        Some((device.record().user_principal_name.as_str().to_owned(), incident))
    })
}
