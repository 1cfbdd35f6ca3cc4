//! What the portal asks of the control port beside the API's other calls: its files, its way to Graph, its lists.

use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::openapi::closed;
use super::reply::{ApiError, Reply};
use super::{Call, Control, users};
use crate::clock;
use crate::device::ManagedDevice;
use crate::device::check_ins::Heard;
use crate::device::platform::{Named, Platform};
use crate::exchange::Request;
use crate::identity::intune_role::{IntuneRole, READ_DEVICES};
use crate::identity::user::{User, Users};
use crate::outgoing::Outgoing;
use crate::portal::passage::{self, Passed};
use crate::portal::search::{Order, PAGE, Search};
use crate::portal::{assets, editions as edition_values, offers};
use crate::support;
use crate::tenant::Tenant;

impl Control {
    /// The answer to a request that is the portal's: for a file, or for Graph. Nothing where it is the API's.
    pub(super) async fn answer_portal(&self, request: &Request) -> Option<Result<Response<Outgoing>, ApiError>> {
        let path = request.uri.path();
        if path.starts_with(passage::PREFIX) {
            let host = self.ready.authority_url.rsplit('/').next().unwrap_or_default();
            let host = HeaderValue::from_str(host).unwrap_or_else(|_| HeaderValue::from_static("localhost"));
            let Some(asked) = passage::read(request, &host) else {
                return Some(Err(ApiError::unknown("API version behind", path)));
            };
            return Some(match passage::pass(&self.service, asked) {
                Passed::Answered(wait, response) => {
                    if wait > Duration::ZERO {
                        super::events::pause(wait).await;
                    }
                    Ok(response)
                }
                Passed::Cut(how) => Err(ApiError::new(
                    StatusCode::BAD_GATEWAY,
                    "connectionCut",
                    format!("a fault cut the connection ({how}); the journal has the exchange"),
                )),
            });
        }
        let answer = assets::answer(request)?;
        let is_read = super::is_safe(&request.method);
        Some(if is_read { Ok(answer) } else { Err(ApiError::wrong_verb(path, &request.method, &["GET", "HEAD"])) })
    }
}

/// `GET …/search`: one page of devices as a user may see them.
pub(super) async fn search(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let user = asking(call, &tenant)?;
    if let Some(user) = user.as_ref().filter(|user| !may_read(user)) {
        let why = if user.licensed { "no Intune role that reads devices" } else { "no Intune licence" };
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "noIntuneAccess",
            format!("{} has {why}; Graph refuses as well", user.user_principal_name),
        ));
    }
    let search = Search {
        text: call.query("text").unwrap_or_default(),
        platform: call.query("platform").map(|name| named::<Platform>("platform", &name)).transpose()?,
        compliance: call.query("compliance"),
        scope_tags: user.map(|user| user.scope_tags).unwrap_or_default(),
        order: call.query("order").map_or(Ok(Order::Name), |name| named("order", &name))?,
        descending: match call.query("descending").as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => return Err(ApiError::bad(format!("descending: it is true or false, not '{other}'"))),
        },
        skip: number(call, "skip", 0, usize::MAX)?.unwrap_or(0),
        top: number(call, "top", 1, PAGE)?.unwrap_or(50),
    };
    let (inventory, check_in, now) = {
        let (world, now) = call.world(&tenant);
        (world.inventory().clone(), world.check_in_mode(), now)
    };
    // A look at each of a million devices takes a while: nobody else waits for it, neither a client nor a connection.
    let found = tokio::task::spawn_blocking(move || {
        let last = |heard: Heard| check_in.computed_last_sync(heard, now).unwrap_or(heard.synced);
        let found = search.run(&inventory, last);
        let rows: Vec<Json> = found.page.iter().map(|device| row(device, last(device.heard()))).collect();
        Reply::ok(&json!({ "count": found.count, "value": rows }))
    });
    Ok(found.await.expect("a search does not panic"))
}

fn row(device: &ManagedDevice, last_check_in: DateTime<Utc>) -> Json {
    let record = device.record();
    json!({
        "id": device.id(),
        "deviceName": record.device_name.as_str(),
        "userPrincipalName": record.user_principal_name.as_str(),
        "platform": device.facts().platform.name(),
        "osVersion": record.os_version.as_str(),
        "complianceState": record.compliance_state.as_deref(),
        "ownerType": record.managed_device_owner_type.as_deref(),
        "managementState": record.management_state.as_deref(),
        "model": record.model.as_str(),
        "serialNumber": record.serial_number.as_str(),
        "lastSyncDateTime": clock::spell(last_check_in),
    })
}

/// `GET …/devices/{device}/actions`: what it can be asked for.
pub(super) fn actions(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let user = asking(call, &tenant)?;
    let name = call.captured.get(1).map_or("", String::as_str);
    let (world, _) = call.world(&tenant);
    let device = Uuid::try_parse(name).ok().and_then(|id| world.inventory().get(id));
    let device = device.ok_or_else(|| ApiError::unknown("device", name))?;
    Ok(Reply::ok(&json!({
        "platform": device.facts().platform.name(),
        "enrolment": device.facts().enrolment.label(),
        "edition": world.edition.id,
        "value": offers::offers(&device, &world.edition, user.as_ref()),
    })))
}

/// `GET /api/editions`.
pub(super) fn editions(_: &Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::list(&edition_values::list()))
}

/// `GET /api/editions/{edition}`.
pub(super) fn edition(call: &Call<'_>) -> Result<Reply, ApiError> {
    let name = call.captured.first().map_or("", String::as_str);
    let found = support::edition_at(name);
    let edition =
        found.map_err(|error| ApiError::new(StatusCode::NOT_FOUND, "notFound", format!("edition: {error}")))?.parse();
    Ok(Reply::ok(&edition_values::show(&edition)))
}

/// The user that the query names, on whose behalf somebody looks.
fn asking(call: &Call<'_>, tenant: &Tenant) -> Result<Option<User>, ApiError> {
    let Some(name) = call.query("user") else { return Ok(None) };
    tenant.find(&name).map(Some).ok_or_else(|| users::unknown("user", &name))
}

fn may_read(user: &User) -> bool {
    user.licensed && user.role != IntuneRole::None && user.role.has(READ_DEVICES)
}

fn named<T: Named>(member: &str, name: &str) -> Result<T, ApiError> {
    T::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = T::ALL.iter().map(|value| value.name()).collect();
        ApiError::bad(format!("{member}: there is no {} '{name}'; there are {}", T::WHAT, known.join(", ")))
    })
}

pub(super) fn number(call: &Call<'_>, name: &str, least: usize, most: usize) -> Result<Option<usize>, ApiError> {
    let Some(text) = call.query(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.map(Some).ok_or_else(|| match most {
        usize::MAX => ApiError::bad(format!("{name}: '{text}' is no number from {least}")),
        _ => ApiError::bad(format!("{name}: '{text}' is no number from {least} to {most}")),
    })
}

/// The query parameters of a search.
pub(super) fn search_parameters() -> Vec<(&'static str, Json)> {
    let text = json!({ "type": "string" });
    let names = |names: Vec<&str>| json!({ "enum": names });
    vec![
        ("text", text.clone()),
        ("platform", names(Platform::ALL.iter().map(|platform| platform.name()).collect())),
        ("compliance", text.clone()),
        ("order", names(Order::ALL.iter().map(|order| order.name()).collect())),
        ("descending", json!({ "type": "boolean" })),
        ("skip", json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX })),
        ("top", json!({ "type": "integer", "minimum": 1, "maximum": PAGE })),
        ("user", text),
    ]
}

/// The schemas of what these calls give, by name.
pub(super) fn schemas() -> [(&'static str, Json); 4] {
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    let flag = json!({ "type": "boolean" });
    let list = |items: &Json| json!({ "type": "array", "items": items });
    let row = json!({
        "id": { "type": "string", "format": "uuid" }, "deviceName": text, "userPrincipalName": text, "platform": text,
        "osVersion": text, "complianceState": maybe, "ownerType": maybe, "managementState": maybe, "model": text,
        "serialNumber": text, "lastSyncDateTime": { "type": "string", "format": "date-time" },
    });
    let found = json!({ "count": { "type": "integer", "minimum": 0 }, "value": list(&whole(&row)) });

    let outcome = closed(&json!({ "kind": text, "scope": text, "characters": text }), &["kind"]);
    let matrix = json!({
        "supported": flag, "row": maybe, "text": maybe, "origin": maybe, "source": maybe,
        "outcome": { "anyOf": [outcome, { "type": "null" }] }, "needs": list(&text),
    });
    let right = json!({ "allowed": flag, "missing": maybe, "permission": text });
    let parameter = json!({ "name": text, "kind": text, "required": flag, "members": list(&text) });
    let offer = json!({
        "action": text, "version": text, "matrix": whole(&matrix), "right": whole(&right),
        "parameters": list(&whole(&parameter)), "byService": flag,
    });
    let offers = json!({ "platform": text, "enrolment": text, "edition": text, "value": list(&whole(&offer)) });

    let brief = json!({ "id": text, "title": text, "source": text });
    let row = json!({
        "id": text, "who": text, "outcome": text, "supported": flag, "origin": text, "source": text, "read": text,
        "text": text,
    });
    let default = json!({ "text": text, "origin": text, "source": text });
    let edition = json!({
        "id": text, "title": text, "source": text, "note": text, "rows": list(&whole(&row)), "default": whole(&default),
    });
    [
        ("DeviceSearch", whole(&found)),
        ("ActionOffers", whole(&offers)),
        ("EditionList", whole(&json!({ "value": list(&whole(&brief)) }))),
        ("Edition", whole(&edition)),
    ]
}

/// An object that has all of these members and no others.
fn whole(members: &Json) -> Json {
    let names: Vec<&str> = members.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    closed(members, &names)
}
