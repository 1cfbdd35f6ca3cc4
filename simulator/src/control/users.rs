//! The control API's calls about users and their sign-ins: who there is, whose sessions end, who approves device codes.

use hyper::StatusCode;
use uuid::Uuid;

use super::messages::{DeviceCodeSettings, NewUser, SignInSettings, UserView};
use super::reply::{ApiError, Reply};
use super::{Call, devices, portal};
use crate::config;
use crate::identity::intune_role::IntuneRole;
use crate::identity::user::{self, User, Users};
use crate::random::Draw;
use crate::tenant::Tenant;

pub(super) fn list(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let top = portal::number(call, "top", 1, devices::PAGE)?.unwrap_or(usize::MAX);
    let users: Vec<UserView> = tenant.first_users(top).into_iter().map(view).collect();
    Ok(Reply::list(&users))
}

pub(super) fn get(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    Ok(Reply::ok(&view(named(&tenant, call.user_name())?)))
}

/// Adds a user; a name that is known changes that user, who keeps the object id.
pub(super) fn create(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let message: NewUser = call.message()?;
    let name = message.user_principal_name;
    if !is_sign_in_name(&name) {
        return Err(ApiError::bad(format!(
            "userPrincipalName: '{name}' is no sign-in name; write it like somebody@{}",
            tenant.domain
        )));
    }
    let role = IntuneRole::named(&message.role).ok_or_else(|| {
        ApiError::bad(format!("role: there is no Intune role '{}'; there are {}", message.role, IntuneRole::names()))
    })?;
    if message.password.as_deref() == Some("") {
        return Err(ApiError::bad("password: it must not be empty; leave it out to get one from the seed".to_owned()));
    }
    let draw = Draw::from_seed(tenant.seed());
    let known = tenant.find(&name);
    let id = known.as_ref().map_or_else(|| draw.at("added-user").at(&name.to_lowercase()).guid(), |user| user.id);
    let display_name = message.display_name.or_else(|| known.map(|user| user.display_name));
    let user = User {
        id,
        display_name: display_name.unwrap_or_else(|| name.split('@').next().unwrap_or_default().to_owned()),
        password: message.password.unwrap_or_else(|| user::password(draw, &name)),
        user_principal_name: name,
        scopes: message.scopes,
        role,
        scope_tags: message.scope_tags,
        licensed: message.licensed.unwrap_or(true),
    };
    tenant.put_user(user.clone());
    Ok(Reply::created(&view(user)))
}

/// 404 for a member that names a user who is not there.
pub(super) fn unknown(member: &str, name: &str) -> ApiError {
    let message = format!("{member}: there is no user '{name}'; GET /api/tenants/{{tenant}}/users lists them");
    ApiError::new(StatusCode::NOT_FOUND, "notFound", message)
}

/// Bytes of a sign-in name (documented: plan-connect-userprincipalname).
pub(super) const NAME_LIMIT: usize = 113;

/// Whether somebody can be called so: before the `@` what the directory allows in sign-in names (documented:
/// plan-connect-userprincipalname), behind it a host name.
pub(super) fn is_sign_in_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"'._!#^~-".contains(&byte);
    name.len() <= NAME_LIMIT
        && name.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && local.bytes().all(allowed) && config::is_host_name(domain)
        })
}

/// Ends the user's sessions: what was issued before counts no more, and Graph says so at once.
pub(super) fn revoke(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let user = named(&tenant, call.user_name())?;
    let now = call.world(&tenant).1;
    tenant.sessions().revoke(user.id, now);
    Ok(Reply::Empty)
}

pub(super) fn settings(call: &Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::ok(&settings_of(&*call.tenant()?)))
}

pub(super) fn set(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let message: SignInSettings = call.message()?;
    let approver = match message.device_code.auto_approve {
        None => None,
        Some(name) => Some(tenant.find(&name).ok_or_else(|| unknown("deviceCode.autoApprove", &name))?),
    };
    tenant.sessions().auto_approve = approver.map(|user| user.id);
    Ok(Reply::ok(&settings_of(&tenant)))
}

fn settings_of(tenant: &Tenant) -> SignInSettings {
    let approver = tenant.sessions().auto_approve.and_then(|id: Uuid| tenant.find(&id.to_string()));
    SignInSettings { device_code: DeviceCodeSettings { auto_approve: approver.map(|user| user.user_principal_name) } }
}

fn named(tenant: &Tenant, name: &str) -> Result<User, ApiError> {
    tenant.find(name).ok_or_else(|| ApiError::unknown("user", name))
}

fn view(user: User) -> UserView {
    UserView {
        id: user.id,
        user_principal_name: user.user_principal_name,
        display_name: user.display_name,
        password: user.password,
        role: user.role.name(),
        scopes: user.scopes,
        scope_tags: user.scope_tags,
        licensed: user.licensed,
    }
}

impl Call<'_> {
    /// The user that the path names.
    fn user_name(&self) -> &str {
        self.captured.get(1).map_or("", String::as_str)
    }
}
