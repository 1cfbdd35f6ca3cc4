//! The table of the control API's routes, and the handlers of tenants, apps, tokens and clocks.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::messages::{
    Advance, Advanced, AppView, ClockMode, ClockView, NewApp, NewTenant, SecretView, SetClock, TenantView,
};
use super::reply::{ApiError, Reply};
use super::{
    Call, devices, faults, is_safe, metrics, openapi, portal, quirks, snapshots, throttle, tokens, users, why, worlds,
};
use crate::clock::{self, ClockStart, TenantClock};
use crate::config;
use crate::fleet;
use crate::identity::certificate::Certificate;
use crate::identity::directory::{App, Auth, Secret};
use crate::identity::redirect_uri;
use crate::random::Draw;
use crate::service::aside;
use crate::support;
use crate::tenant::{Tenant, TenantError, TenantSpec};
use crate::wire::strict;

/// How a route is answered.
pub(super) enum Handler {
    /// At once.
    Now(fn(&Call<'_>) -> Result<Reply, ApiError>),
    /// Perhaps only when something was written to the journal.
    Journal,
    /// By a stream.
    Events,
    /// When the devices were looked through.
    Search,
}

/// One row of the table.
pub struct Route {
    /// The verb.
    pub method: Method,
    /// The path, with `{…}` for what is captured.
    pub path: &'static str,
    /// What it does, for the `OpenAPI` document.
    pub summary: &'static str,
    pub(super) handler: Handler,
    /// The name of the schema of the body it takes.
    pub(super) takes: Option<&'static str>,
    /// The name of the schema it answers with, and the status.
    pub(super) gives: (u16, Option<&'static str>),
}

macro_rules! routes {
    ($( $method:ident $path:literal $summary:literal, $handler:expr, $takes:expr => $status:literal $gives:expr; )*) => {
        /// Every call of the control API.
        pub static ROUTES: &[Route] = &[ $( Route {
            method: Method::$method,
            path: $path,
            summary: $summary,
            handler: $handler,
            takes: $takes,
            gives: ($status, $gives),
        }, )* ];
    };
}

use Handler::Now;

routes! {
    GET "/healthz" "Whether the process is alive.", Now(healthy), None => 200 None;
    GET "/readyz" "Whether requests are served.", Now(healthy), None => 200 None;
    GET "/metrics" "Counters in the text format of Prometheus.", Now(metrics::show), None => 200 None;
    GET "/api/openapi.json" "This document.", Now(openapi::show), None => 200 Some("OpenApiDocument");
    GET "/api/ready" "Everything a client needs to connect.", Now(ready), None => 200 Some("Ready");
    GET "/api/events" "Server-sent events: each exchange of a tenant as it is written.", Handler::Events, None => 200 None;
    GET "/api/editions" "The editions of the support matrix, oldest first.", Now(portal::editions), None => 200 Some("EditionList");
    GET "/api/editions/{edition}" "One edition by its day, or the one in force on a day, or `latest`.", Now(portal::edition), None => 200 Some("Edition");
    GET "/api/tenants" "Every tenant.", Now(list_tenants), None => 200 Some("TenantList");
    POST "/api/tenants" "A new tenant: a world of its own.", Now(create_tenant), Some("NewTenant") => 201 Some("TenantView");
    GET "/api/tenants/{tenant}" "One tenant.", Now(get_tenant), None => 200 Some("TenantView");
    DELETE "/api/tenants/{tenant}" "Drops a tenant; the default one stays.", Now(delete_tenant), None => 204 None;
    POST "/api/tenants/{tenant}/reset" "Back to its seed: devices, apps, users, sign-ins, clock, quirks, faults, budgets and journal. Snapshots stay.", Now(reset_tenant), None => 200 Some("TenantView");
    GET "/api/tenants/{tenant}/snapshots" "Every snapshot, by name.", Now(snapshots::list), None => 200 Some("SnapshotList");
    POST "/api/tenants/{tenant}/snapshots/{snapshot}" "Keeps the tenant as it is under a name, in the place of what had that name.", Now(snapshots::take), None => 201 Some("SnapshotView");
    DELETE "/api/tenants/{tenant}/snapshots/{snapshot}" "Forgets a snapshot.", Now(snapshots::delete), None => 204 None;
    POST "/api/tenants/{tenant}/snapshots/{snapshot}/restore" "Back to a snapshot, its time too. The journal goes on.", Now(snapshots::restore), None => 200 Some("TenantView");
    GET "/api/tenants/{tenant}/export" "The whole tenant but its journal and snapshots, secrets and passcodes included.", Now(worlds::export), None => 200 Some("World");
    POST "/api/tenants/{tenant}/import" "Puts an exported world in the place of what is; the tenant's id, domain, journal and snapshots stay.", Now(worlds::import), Some("World") => 200 Some("TenantView");
    POST "/api/tenants/{tenant}/apps" "A new app, or another state of a known one.", Now(create_app), Some("NewApp") => 201 Some("AppView");
    POST "/api/tenants/{tenant}/tokens" "A token, without asking for credentials; with a defect, if one is named.", Now(tokens::create), Some("NewToken") => 201 Some("TokenView");
    GET "/api/tenants/{tenant}/users" "Everybody who can sign in, with their passwords.", Now(users::list), None => 200 Some("UserList");
    POST "/api/tenants/{tenant}/users" "A new user, or another state of a known one.", Now(users::create), Some("NewUser") => 201 Some("UserView");
    GET "/api/tenants/{tenant}/users/{user}" "One user, by sign-in name or id.", Now(users::get), None => 200 Some("UserView");
    POST "/api/tenants/{tenant}/users/{user}/revoke" "Ends a user's sessions: tokens from before are refused.", Now(users::revoke), None => 204 None;
    GET "/api/tenants/{tenant}/sign-in" "How sign-ins go.", Now(users::settings), None => 200 Some("SignInSettings");
    PUT "/api/tenants/{tenant}/sign-in" "Sets how sign-ins go: who approves device codes at once.", Now(users::set), Some("SignInSettings") => 200 Some("SignInSettings");
    GET "/api/tenants/{tenant}/devices" "The devices in the service's order (`top`, `after` an id).", Now(devices::list), None => 200 Some("DeviceList");
    POST "/api/tenants/{tenant}/devices" "A new device, written with Graph's property names.", Now(devices::create), Some("NewDevice") => 201 Some("Device");
    GET "/api/tenants/{tenant}/devices/{device}" "One device with its physical side.", Now(devices::get), None => 200 Some("Device");
    PATCH "/api/tenants/{tenant}/devices/{device}" "Changes a device, its physical side too.", Now(devices::update), Some("DeviceChange") => 200 Some("Device");
    DELETE "/api/tenants/{tenant}/devices/{device}" "Removes a device.", Now(devices::delete), None => 204 None;
    GET "/api/tenants/{tenant}/search" "One page of devices, sought and sorted, as `user` may see them: what the portal lists.", Handler::Search, None => 200 Some("DeviceSearch");
    GET "/api/tenants/{tenant}/devices/{device}/actions" "What the device can be asked for, by which row of the matrix, and whether the role of `user` allows it.", Now(portal::actions), None => 200 Some("ActionOffers");
    POST "/api/tenants/{tenant}/devices/{device}/check-in" "The device reports now; an offline one cannot (409).", Now(devices::check_in), None => 200 Some("Device");
    GET "/api/tenants/{tenant}/clock" "The tenant's time.", Now(get_clock), None => 200 Some("ClockView");
    PUT "/api/tenants/{tenant}/clock" "Stops the clock, lets it run, or sets it to a later time.", Now(set_clock), Some("SetClock") => 200 Some("ClockView");
    POST "/api/tenants/{tenant}/clock/advance" "Moves the clock; everything due happens, in order, before the answer.", Now(advance_clock), Some("Advance") => 200 Some("Advanced");
    GET "/api/tenants/{tenant}/faults" "What goes wrong there on purpose, and how often it did.", Now(faults::get), None => 200 Some("FaultList");
    PUT "/api/tenants/{tenant}/faults" "Puts faults, or a profile of them, in the place of all that are there.", Now(faults::replace), Some("FaultChange") => 200 Some("FaultList");
    DELETE "/api/tenants/{tenant}/faults" "Nothing goes wrong from now on.", Now(faults::delete), None => 204 None;
    GET "/api/tenants/{tenant}/quirks" "How the doubtful is decided there, and on whose authority.", Now(quirks::get), None => 200 Some("QuirkList");
    PATCH "/api/tenants/{tenant}/quirks" "Decides by name and value, or for all by `profile`.", Now(quirks::update), Some("QuirkChange") => 200 Some("QuirkList");
    GET "/api/tenants/{tenant}/throttle" "Budgets, what was used of them, and how early each retry came.", Now(throttle::get), None => 200 Some("ThrottleView");
    PATCH "/api/tenants/{tenant}/throttle" "Reports, enforces, scales or leaves the budgets; counting begins anew.", Now(throttle::set), Some("SetThrottle") => 200 Some("ThrottleView");
    GET "/api/tenants/{tenant}/why/{request}" "Why an exchange went as it did: row, quirk, fault, budget, and what was ignored.", Now(why::get), None => 200 Some("Why");
    GET "/api/tenants/{tenant}/journal" "What was asked and answered (`after` a number, `wait` for the next).", Handler::Journal, None => 200 Some("Journal");
}

/// The route of a request, and what its path captures.
pub(super) fn find(method: &Method, path: &str) -> Result<(&'static Route, Vec<String>), ApiError> {
    let mut allowed = Vec::new();
    for route in ROUTES {
        let Some(captured) = capture(route.path, path) else { continue };
        if route.method == *method || (*method == Method::HEAD && is_safe(&route.method)) {
            return Ok((route, captured));
        }
        allowed.push(route.method.as_str());
        if is_safe(&route.method) {
            allowed.push(Method::HEAD.as_str());
        }
    }
    if allowed.is_empty() {
        return Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "notFound",
            format!("there is nothing at {path}; /api/openapi.json lists every call"),
        ));
    }
    Err(ApiError::wrong_verb(path, method, &allowed))
}

fn capture(template: &str, path: &str) -> Option<Vec<String>> {
    let mut captured = Vec::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        if expected.starts_with('{') {
            captured.push(percent_encoding::percent_decode_str(segment).decode_utf8().ok()?.into_owned());
        } else if expected != segment {
            return None;
        }
    }
    segments.next().is_none().then_some(captured)
}

impl Call<'_> {
    /// The tenant that the path names.
    pub(super) fn tenant(&self) -> Result<Arc<Tenant>, ApiError> {
        let name = self.captured.first().map_or("default", String::as_str);
        self.tenant_named(name)
    }

    pub(super) fn tenant_named(&self, name: &str) -> Result<Arc<Tenant>, ApiError> {
        let tenants = self.control.service.tenants();
        let found = if name == "default" { Some(Arc::clone(tenants.default_tenant())) } else { tenants.named(name) };
        found.ok_or_else(|| ApiError::unknown("tenant", name))
    }

    /// Does what puts another world in the place of a tenant's. What was seen of tokens holds there as well, unless they
    /// begin or cease to matter.
    pub(super) fn replace<T>(&self, tenant: &Tenant, act: impl FnOnce() -> T) -> T {
        let before = tenant.directory().auth;
        let done = act();
        if tenant.directory().auth != before {
            self.control.service.forget_tokens();
        }
        done
    }

    /// Refuses a body and query parameters where nobody reads them.
    pub(super) fn takes_nothing(&self) -> Result<(), ApiError> {
        self.only_query(&[])?;
        let object: serde_json::Map<String, Json> = self.message()?;
        object
            .keys()
            .next()
            .map_or(Ok(()), |name| Err(ApiError::bad(format!("unknown member '{name}'; this call takes none"))))
    }

    /// The body as a message; an empty body is an empty object. Arrays are no objects, and the error names the member.
    pub(super) fn message<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let body: &[u8] = if self.request.body.is_empty() { b"{}" } else { &self.request.body };
        let unusable = |error: &dyn std::fmt::Display| ApiError::bad(format!("the body cannot be used: {error}"));
        let json: Json = serde_json::from_slice(body).map_err(|error| unusable(&error))?;
        strict::read(json).map_err(|error| unusable(&error))
    }
}

fn healthy(_: &Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Text("text/plain", "ok\n".to_owned()))
}

fn ready(call: &Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::ok(&call.control.ready))
}

fn list_tenants(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenants: Vec<TenantView> =
        call.control.service.tenants().list().iter().map(|tenant| view(call, tenant)).collect();
    Ok(Reply::list(&tenants))
}

fn get_tenant(call: &Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::ok(&view(call, &*call.tenant()?)))
}

fn create_tenant(call: &Call<'_>) -> Result<Reply, ApiError> {
    let message: NewTenant = call.message()?;
    let spec = spec_of(message, &call.control.service.tenants().default_tenant().spec)?;
    // A large fleet takes a second, and nobody else waits for it.
    let tenant = aside(|| call.control.service.tenants().create(spec)).map_err(|error| match error {
        TenantError::Exists(_) | TenantError::DomainExists(_) | TenantError::TooMany => {
            ApiError::conflict(error.to_string())
        }
        _ => ApiError::bad(error.to_string()),
    })?;
    // A token of an unknown tenant may have been refused before; now it may be known.
    call.control.service.forget_tokens();
    Ok(Reply::created(&view(call, &tenant)))
}

/// What a new tenant inherits from the default one: its seed, so that worlds of one run belong together.
fn spec_of(message: NewTenant, default: &TenantSpec) -> Result<TenantSpec, ApiError> {
    let in_member = |member: &'static str| move |error: String| ApiError::bad(format!("{member}: {error}"));
    let fleet = match &message.fleet {
        None => TenantSpec::default().fleet,
        Some(choice) => match fleet::choose(&choice.0).map_err(|error| ApiError::bad(format!("fleet: {error}")))? {
            fleet::Choice::Builtin(fleet) => fleet.into(),
            fleet::Choice::Generated(count) if count > fleet::MOST => {
                return Err(ApiError::bad(format!(
                    "fleet: {count} devices are more than the {} that a tenant made here can have; serve --fleet takes up to {}",
                    fleet::MOST,
                    fleet::MOST_GENERATED
                )));
            }
            fleet::Choice::Generated(count) => fleet::Source::Generated(count),
            fleet::Choice::Path(name) => {
                return Err(ApiError::bad(format!(
                    "fleet: '{name}' is no built-in fleet; there are {}, or a number of devices (files are for --fleet)",
                    fleet::Builtin::names()
                )));
            }
        },
    };
    if message.client_secret.as_deref() == Some("") {
        return Err(ApiError::bad(
            "clientSecret: it must not be empty; leave it out to get one from the seed".to_owned(),
        ));
    }
    if let Some(domain) = message.domain.as_deref().filter(|domain| !config::is_domain(domain)) {
        return Err(ApiError::bad(format!("domain: '{domain}' is no domain name; write it like contoso.example")));
    }
    let single: Vec<String> =
        message.quirk.iter().map(|(name, value)| format!("{name}={}", quirks::spelled(value))).collect();
    if let Some(edition) = &message.edition {
        support::edition_at(edition).map_err(|error| ApiError::bad(format!("edition: {error}")))?;
    }
    Ok(TenantSpec {
        tenant_id: message.tenant_id,
        domain: message.domain,
        seed: message.seed.unwrap_or(default.seed),
        fleet,
        kept: fleet::KEPT,
        progress: None,
        edition: message.edition,
        quirks: config::quirks(message.quirks.as_deref(), &single).map_err(|error| ApiError::bad(error.to_string()))?,
        clock: message
            .clock
            .as_deref()
            .map(str::parse::<ClockStart>)
            .transpose()
            .map_err(in_member("clock"))?
            .unwrap_or_default(),
        throttle: config::throttle(message.throttle.as_ref().map(|choice| choice.0.as_str()))
            .map_err(in_member("throttle"))?,
        auth: message.auth.map_or(Auth::Enforce, Auth::from),
        check_in: config::check_in(message.check_in.as_deref()).map_err(in_member("checkIn"))?,
        client_id: message.client_id,
        client_secret: message.client_secret,
        client_certificate: None,
        faults: message.faults.map(faults::chosen).transpose()?.map(Into::into).unwrap_or_default(),
    })
}

fn delete_tenant(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    if !call.control.service.tenants().delete(tenant.id) {
        return Err(ApiError::conflict("the default tenant stays; reset it instead".to_owned()));
    }
    call.control.service.forget_tokens();
    Ok(Reply::Empty)
}

fn reset_tenant(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    call.replace(&tenant, || tenant.reset(call.control.service.tenants().wall().now()));
    Ok(Reply::ok(&view(call, &tenant)))
}

pub(super) fn view(call: &Call<'_>, tenant: &Tenant) -> TenantView {
    let directory = tenant.directory();
    let app = directory.apps.first();
    let (world, _) = call.world(tenant);
    TenantView {
        tenant_id: tenant.id,
        domain: tenant.domain.clone(),
        client_id: app.map_or_else(Uuid::nil, |app| app.client_id),
        client_secret: app.and_then(|app| app.secrets.first()).map_or_else(String::new, |secret| secret.value.clone()),
        seed: tenant.seed(),
        edition: world.edition.id.to_string(),
        devices: world.inventory().len(),
        clock: clock_view(call, world.clock),
        warnings: tenant.warnings.clone(),
    }
}

fn create_app(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let message: NewApp = call.message()?;
    let directory = tenant.directory();
    let draw = Draw::from_seed(tenant.seed()).at("added-app").nth(directory.apps.len() as u64);
    let client_id = message.client_id.unwrap_or_else(|| draw.at("client-id").guid());
    let mut app = App::default_of_tenant(draw);
    app.client_id = client_id;
    app.display_name = message.display_name.unwrap_or_else(|| format!("App {}", &client_id.to_string()[..8]));
    app.roles = message.roles;
    if let Some(uri) = message.redirect_uris.iter().find(|uri| !redirect_uri::may_be_registered(uri)) {
        return Err(ApiError::bad(format!(
            "redirectUris: '{uri}' cannot be registered; write an absolute address such as https://app.example/callback"
        )));
    }
    app.redirect_uris = message.redirect_uris;
    app.certificates = message
        .certificates
        .iter()
        .map(|pem| Certificate::from_pem(pem).map_err(|error| ApiError::bad(format!("certificates: {error}"))))
        .collect::<Result<_, _>>()?;
    if !message.secrets.is_empty() || !app.certificates.is_empty() {
        app.secrets = message
            .secrets
            .into_iter()
            .enumerate()
            .map(|(index, secret)| Secret {
                value: secret.value,
                expires: secret.expires,
                key_id: draw.at("key-id").nth(index as u64).guid(),
            })
            .collect();
    }
    let shown = app_view(&app);
    tenant.put_app(app);
    Ok(Reply::created(&shown))
}

fn app_view(app: &App) -> AppView {
    AppView {
        client_id: app.client_id,
        display_name: app.display_name.clone(),
        roles: app.roles.clone(),
        secrets: app
            .secrets
            .iter()
            .map(|secret| SecretView { key_id: secret.key_id, value: secret.value.clone(), expires: secret.expires })
            .collect(),
        redirect_uris: app.redirect_uris.clone(),
        certificates: app.certificates.iter().map(|certificate| URL_SAFE_NO_PAD.encode(certificate.sha1)).collect(),
    }
}

fn get_clock(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let clock = tenant.world().clock;
    Ok(Reply::ok(&clock_view(call, clock)))
}

fn set_clock(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let message: SetClock = call.message()?;
    let wall = call.control.service.tenants().wall().now();
    let wanted = message
        .now
        .as_deref()
        .map(clock::instant)
        .transpose()
        .map_err(|error| ApiError::bad(format!("now: {error}")))?;
    let mut world = tenant.world();
    let (now, _) = world.advance(wall);
    let target = wanted.unwrap_or(now);
    if target < now {
        return Err(ApiError::conflict(format!(
            "now: {} is before {}, and a world's time does not run backwards; make a tenant whose clock starts there, or start simtune with --clock {}",
            clock::spell(target),
            clock::spell(now),
            clock::spell(target)
        )));
    }
    world.clock = match message.mode {
        ClockMode::Auto => TenantClock::Auto { ahead: target - wall },
        ClockMode::Manual => TenantClock::Manual { now: target },
    };
    world.advance(wall);
    Ok(Reply::ok(&clock_view(call, world.clock)))
}

fn advance_clock(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let message: Advance = call.message()?;
    let by = clock::duration(&message.by).map_err(|error| ApiError::bad(format!("by: {error}")))?;
    let wall = call.control.service.tenants().wall().now();
    let mut world = tenant.world();
    let (_, ran_before) = world.advance(wall);
    world.clock = world.clock.advanced(by, wall).ok_or_else(|| {
        ApiError::conflict(format!("by: {} leads beyond the year 9999, which no date of the service can", message.by))
    })?;
    let (now, ran) = world.advance(wall);
    Ok(Reply::ok(&Advanced { now: clock::spell(now), ran: ran_before + ran }))
}

fn clock_view(call: &Call<'_>, clock: TenantClock) -> ClockView {
    ClockView { mode: clock.mode(), now: clock::spell(clock.now(call.control.service.tenants().wall().now())) }
}

/// A JSON object out of `text`, for handlers whose members are a table of their own.
pub(super) fn object(call: &Call<'_>) -> Result<serde_json::Map<String, Json>, ApiError> {
    match call.message::<Json>()? {
        Json::Object(members) => Ok(members),
        other => Err(ApiError::bad(format!("the body must be a JSON object, not {}", kind(&other)))),
    }
}

fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

/// An object with one list, as every list of this API is.
pub(super) fn list_with_next(value: &[Json], next: Option<Uuid>) -> Json {
    match next {
        Some(next) => json!({ "value": value, "next": next }),
        None => json!({ "value": value }),
    }
}
