//! The grants behind which a user stands: a code, a refresh token, a device code, a password.

use super::access_token::{Behalf, Claims, Credential};
use super::authorization_code::Redemption;
use super::client::{Asking, Proof};
use super::delegated_scope::Wanted;
use super::delegation::Delegation;
use super::directory::{App, Auth};
use super::error::{Reason, Refusal};
use super::form::understands_challenges;
use super::id_token::{IdClaims, SignIn, client_info};
use super::sessions::{Sessions, session_id};
use super::tenant_name::TenantName;
use super::token_endpoint::{Asked, Dialect, ForUser};
use super::user::User;

/// What stands in a refusal in the place of the name.
const HIDDEN: &str = "{EUII Hidden}";

/// How a user stands behind a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Code,
    Refresh,
    Device,
    Password,
}

impl Flow {
    /// The flow of a `grant_type`; v1 has a short name for device codes (observed: published clients of v1).
    pub(super) fn named(grant_type: &str) -> Option<Self> {
        match grant_type {
            "authorization_code" => Some(Self::Code),
            "refresh_token" => Some(Self::Refresh),
            "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => Some(Self::Device),
            "password" => Some(Self::Password),
            _ => None,
        }
    }
}

/// Decides one of these grants.
pub(super) fn grant(flow: Flow, asked: &Asked<'_>, sessions: &mut Sessions) -> Result<(Claims, ForUser), Refusal> {
    let Asked { directory, request, form, now, .. } = *asked;
    let asking = Asking::read(directory, request, form)?;
    let tenant = TenantName::read(directory, request.tenant)?;
    if flow == Flow::Password && matches!(tenant, TenantName::Common | TenantName::Consumers) {
        return Err(Reason::PasswordNeedsTenant.with(&[]));
    }
    let (app, credential) = asking.identify(directory, request, Proof::Optional, now)?;
    let client_id = app.client_id;
    tenant.of_users((&client_id.to_string(), &app.display_name))?;

    let mut delegation = match flow {
        Flow::Code => {
            let redirect_uri = form.get("redirect_uri");
            let presented = Redemption { client_id, redirect_uri, verifier: form.get("code_verifier") };
            sessions.codes.redeem(form.required("code")?, presented, now)?
        }
        Flow::Refresh => {
            let of = |user| sessions.of(user);
            sessions.refresh_tokens.redeem(form.required("refresh_token")?, client_id, of, now)?
        }
        Flow::Device => {
            let code = form.get("device_code").or(form.get("code"));
            let code = code.ok_or_else(|| Reason::MissingParameter.with(&["device_code"]))?;
            sessions.device_codes.poll(code, client_id, now)?
        }
        Flow::Password => {
            let user = by_password(asked)?;
            let wanted = wanted(asked)?.ok_or_else(|| Reason::MissingParameter.with(&[scope_field(asked)]))?;
            let session = sessions.of(user.id).0;
            Delegation { client_id, user: user.id, session, wanted, nonce: None, understands_challenges: false }
        }
    };
    if let Some(wanted) = wanted(asked)? {
        // A refresh token is replaced with each use; a code whose scope had offline_access keeps it.
        delegation.wanted = wanted.lasting(flow == Flow::Refresh || delegation.wanted.is_lasting());
    }
    delegation.understands_challenges |= understands_challenges(form.get("claims"));
    answer(asked, sessions, &app, credential, delegation)
}

/// The tokens for a user who lets `app` have what the delegation says.
fn answer(
    asked: &Asked<'_>,
    sessions: &mut Sessions,
    app: &App,
    credential: Credential,
    delegation: Delegation,
) -> Result<(Claims, ForUser), Refusal> {
    let Asked { directory, request, form, now, draw, .. } = *asked;
    let user = asked.users.find(&delegation.user.to_string());
    let user = user.ok_or_else(|| Reason::UnknownUser.with(&[&directory.tenant_id.to_string(), HIDDEN]))?;
    let given = delegation.wanted.of(&user, (&app.client_id.to_string(), &app.display_name))?;
    let sid = session_id(directory.tenant_id, user.id, delegation.session);
    let behalf = Behalf { user: &user, audience: &given.audience, credential, scp: &given.scp, sid };
    let claims = Claims::delegated(directory, app, behalf, now, draw)
        .understanding_challenges(delegation.understands_challenges);
    let id = given.id_token.then(|| {
        let sign_in = SignIn {
            directory,
            authority: request.authority,
            dialect: request.dialect,
            client_id: app.client_id,
            user: &user,
            sid,
            nonce: delegation.nonce.as_deref(),
            email: given.email,
        };
        IdClaims::new(sign_in, now, draw)
    });
    let client_info = (form.get("client_info") == Some("1")).then(|| client_info(directory, &user));
    let refresh_token = given.refresh_token.then(|| {
        // A nonce belongs to one sign-in, not to those that follow from it.
        let lasting = Delegation { nonce: None, ..delegation };
        sessions.refresh_tokens.issue(directory.tenant_id, lasting, now, draw)
    });
    Ok((claims, ForUser { scope: given.shown, id, refresh_token, client_info }))
}

/// What the request asks for, if it says so.
fn wanted(asked: &Asked<'_>) -> Result<Option<Wanted>, Refusal> {
    let Some(text) = asked.form.get(scope_field(asked)) else { return Ok(None) };
    let (authority, domain) = (asked.request.authority, asked.directory.domain.as_str());
    match asked.request.dialect {
        Dialect::V2 => Wanted::read(text, authority, domain).map(Some),
        Dialect::V1 => Wanted::resource(text, authority, domain).map(Some),
    }
}

fn scope_field(asked: &Asked<'_>) -> &'static str {
    match asked.request.dialect {
        Dialect::V1 => "resource",
        Dialect::V2 => "scope",
    }
}

/// A relaxed tenant asks for the name only.
fn by_password(asked: &Asked<'_>) -> Result<User, Refusal> {
    let username = asked.form.required("username")?;
    let password = asked.form.required("password")?;
    let user = asked.users.find(username).filter(|user| user.user_principal_name.eq_ignore_ascii_case(username));
    let user = user.ok_or_else(|| Reason::UnknownUser.with(&[&asked.directory.tenant_id.to_string(), HIDDEN]))?;
    if user.password != password && asked.directory.auth == Auth::Enforce {
        return Err(Reason::WrongPassword.with(&[]));
    }
    Ok(user)
}
