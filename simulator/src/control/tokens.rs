//! `POST /api/tenants/{tenant}/tokens`: a token without asking for credentials, and every wrong one on purpose.

use chrono::TimeDelta;
use uuid::Uuid;

use super::Call;
use super::messages::{NewToken, TokenView};
use super::reply::{ApiError, Reply};
use super::users;
use crate::clock;
use crate::identity::access_token::{self, Behalf, Claims, Credential};
use crate::identity::authority::GRAPH;
use crate::identity::delegated_scope;
use crate::identity::directory::App;
use crate::identity::sessions::session_id;
use crate::identity::user::{User, Users};
use crate::random::Draw;
use crate::tenant::Tenant;

pub(super) fn create(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let message: NewToken = call.message()?;
    let directory = tenant.directory();
    let app = match message.app {
        None => directory.apps.first(),
        Some(id) => directory.apps.iter().find(|app| app.client_id == id),
    };
    let app = app.ok_or_else(|| ApiError::unknown("app", &message.app.map(|id| id.to_string()).unwrap_or_default()))?;
    let lifetime = match message.lifetime.as_deref() {
        None => TimeDelta::hours(1),
        Some(text) => clock::duration(text).map_err(|error| ApiError::bad(format!("lifetime: {error}")))?,
    };
    let user = match &message.user {
        None => None,
        Some(name) => Some(tenant.find(name).ok_or_else(|| users::unknown("user", name))?),
    };
    let (now, request_id) = {
        let (mut world, now) = call.world(&tenant);
        (now, world.next_request_id())
    };
    let draw = Draw::from_seed(tenant.seed()).at("token").at(&request_id.to_string());
    let mut claims = match &user {
        Some(user) => delegated(&tenant, app, user, &message, now, draw)?,
        None => app_only(&tenant, app, &message, now, draw)?,
    };
    claims.exp = (now + lifetime).timestamp();
    let key = call.control.service.key();
    let (access_token, expires_in) = match message.defect {
        None => (access_token::mint(key, &claims), lifetime.num_seconds()),
        Some(defect) => defect.mint(key, claims, now, draw),
    };
    Ok(Reply::created(&TokenView { access_token, expires_in }))
}

fn app_only(
    tenant: &Tenant,
    app: &App,
    message: &NewToken,
    now: chrono::DateTime<chrono::Utc>,
    draw: Draw,
) -> Result<Claims, ApiError> {
    if message.scopes.is_some() {
        return Err(ApiError::bad(
            "scopes: they belong to a user's token; name the user, or give an app roles".to_owned(),
        ));
    }
    let mut app = app.clone();
    app.roles = message.roles.clone().unwrap_or(app.roles);
    Ok(Claims::app_only(&tenant.directory(), &app, GRAPH, Credential::None, now, draw))
}

fn delegated(
    tenant: &Tenant,
    app: &App,
    user: &User,
    message: &NewToken,
    now: chrono::DateTime<chrono::Utc>,
    draw: Draw,
) -> Result<Claims, ApiError> {
    if message.roles.is_some() {
        return Err(ApiError::bad("roles: they belong to an app's token; give a user's token scopes".to_owned()));
    }
    let everything = || user.scopes.clone().unwrap_or_else(|| delegated_scope::known().map(str::to_owned).to_vec());
    let scopes = message.scopes.clone().unwrap_or_else(everything).join(" ");
    let (number, _) = tenant.sessions().of(user.id);
    let sid: Uuid = session_id(tenant.id, user.id, number);
    let directory = tenant.directory();
    let behalf = Behalf { user, audience: GRAPH, credential: Credential::None, scp: &scopes, sid };
    Ok(Claims::delegated(&directory, app, behalf, now, draw))
}
