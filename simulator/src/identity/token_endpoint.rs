//! `POST /{tenant}/oauth2/v2.0/token` for apps: a secret or an assertion goes in, a Graph access token comes out.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::access_token::{self, Claims, Credential, LIFETIME};
use super::authority::Authority;
use super::client_assertion::{self, JWT_BEARER};
use super::directory::{App, Auth, Directory};
use super::error::{AadError, Reason, Refusal, Stamp};
use super::keys::SigningKey;
use super::scope;
use crate::random::Draw;

/// A request to the token endpoint, as it arrived.
#[derive(Clone, Copy)]
pub struct TokenRequest<'a> {
    /// Scheme, host and port the client used.
    pub authority: &'a Authority,
    /// The first segment of the path, unescaped: an id, a domain, or something else.
    pub tenant: &'a str,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `Authorization`; only Basic means anything here.
    pub authorization: Option<&'a str>,
    /// `client-request-id`.
    pub client_request_id: Option<&'a str>,
    /// The whole body.
    pub body: &'a [u8],
}

/// Shows where the request went, never what it carries: secrets and assertions are in the body and the header.
impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenRequest")
            .field("authority", &self.authority)
            .field("tenant", &self.tenant)
            .field("content_type", &self.content_type)
            .field("client_request_id", &self.client_request_id)
            .finish_non_exhaustive()
    }
}

/// A granted token.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// The token.
    pub access_token: String,
    /// What it says; `exp` and `nbf` are what a cache of verified tokens needs.
    pub claims: Claims,
    /// When, and under which ids; `trace_id` is the header `x-ms-request-id`.
    pub stamp: Stamp,
}

impl TokenResponse {
    /// Seconds until the token expires, as told to the client: one less than it lives (observed: 3599).
    pub fn expires_in(&self) -> i64 {
        LIFETIME.num_seconds() - 1
    }

    /// The JSON body, status 200. App-only answers have no refresh token (documented).
    pub fn body(&self) -> String {
        #[derive(Serialize)]
        struct Body<'a> {
            token_type: &'a str,
            expires_in: i64,
            ext_expires_in: i64,
            access_token: &'a str,
        }
        serde_json::to_string(&Body {
            token_type: "Bearer",
            expires_in: self.expires_in(),
            ext_expires_in: self.expires_in(),
            access_token: &self.access_token,
        })
        .expect("strings and numbers become JSON")
    }
}

/// Never shows the token.
impl fmt::Debug for TokenResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenResponse")
            .field("claims", &self.claims)
            .field("stamp", &self.stamp)
            .finish_non_exhaustive()
    }
}

/// Answers a token request. `draw` belongs to this request alone: ids of the answer come from it.
///
/// Unknown fields of the form are ignored and so is the query, as published clients send both; of a field sent twice the
/// first counts. The order of the refusals — form, tenant, scope, app, credential — is assumed.
pub fn grant(
    directory: &Directory,
    key: &SigningKey,
    request: &TokenRequest<'_>,
    now: DateTime<Utc>,
    draw: Draw,
) -> Result<TokenResponse, AadError> {
    let form = Form::read(request);
    // MSAL for JavaScript has been recorded sending the id as a field of the form.
    let client_request_id = request.client_request_id.or(form.get("client-request-id"));
    let stamp = Stamp::new(now, client_request_id, draw);
    let claims = decide(directory, request, &form, now, draw).map_err(|refusal| refusal.stamped(stamp))?;
    Ok(TokenResponse { access_token: access_token::mint(key, &claims), claims, stamp })
}

/// The refusal of anything but POST.
pub fn wrong_method(method: &str, stamp: Stamp) -> AadError {
    Reason::MethodNotAccepted.with(&[method]).stamped(stamp)
}

fn decide(
    directory: &Directory,
    request: &TokenRequest<'_>,
    form: &Form<'_>,
    now: DateTime<Utc>,
    draw: Draw,
) -> Result<Claims, Refusal> {
    match form.get("grant_type") {
        None => return Err(Reason::MissingParameter.with(&["grant_type"])),
        Some("client_credentials") => {}
        Some(other) => return Err(Reason::UnsupportedGrantType.with(&[other])),
    }
    let basic = Basic::read(request.authorization);
    let client_id = form.get("client_id").or(basic.as_ref().map(|basic| basic.client_id.as_str()));
    if directory.auth == Auth::Enforce && client_id.is_none() {
        return Err(Reason::MissingParameter.with(&["client_id"]));
    }
    let presented = Presented::read(form, basic.as_ref())?;
    if directory.auth == Auth::Enforce {
        recognise(directory, request.tenant)?;
    }
    let scope = form.get("scope").ok_or_else(|| Reason::MissingField.with(&["scope"]))?;
    let audience = scope::audience(scope, request.authority, &directory.domain)?;

    let (app, credential) = match directory.auth {
        Auth::Enforce => {
            let app = known_app(directory, client_id.unwrap_or_default())?;
            let credential = presented.prove(app, directory, request, now)?;
            (Cow::Borrowed(app), credential)
        }
        Auth::Relaxed => (relaxed_app(directory, client_id), presented.credential()),
    };
    Ok(Claims::app_only(directory, &app, &audience, credential, now, draw))
}

/// Refuses every tenant but this one. A word without a dot is malformed here; the metadata endpoint calls it unknown.
fn recognise(directory: &Directory, tenant: &str) -> Result<(), Refusal> {
    if directory.answers_to(tenant) {
        return Ok(());
    }
    let name = tenant.to_ascii_lowercase();
    Err(match Uuid::try_parse(tenant) {
        Ok(id) if id.is_nil() => Reason::EmptyTenantId.with(&[tenant]),
        Ok(_) => Reason::UnknownTenant.with(&[tenant]),
        Err(_) if matches!(name.as_str(), "common" | "organizations" | "consumers") => Reason::NoTenant.with(&[]),
        Err(_) if is_domain(tenant) => Reason::UnknownTenant.with(&[tenant]),
        Err(_) => Reason::MalformedTenant.with(&[tenant]),
    })
}

fn is_domain(name: &str) -> bool {
    name.contains('.')
        && name
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

fn known_app<'a>(directory: &'a Directory, client_id: &str) -> Result<&'a App, Refusal> {
    Uuid::try_parse(client_id)
        .ok()
        .and_then(|id| directory.app(id))
        .ok_or_else(|| Reason::UnknownApp.with(&[client_id, &directory.tenant_id.to_string()]))
}

/// Whoever asks is somebody: a registered app, a stranger under its own id, or the default app; always with the default
/// app's roles.
fn relaxed_app<'a>(directory: &'a Directory, client_id: Option<&str>) -> Cow<'a, App> {
    let stranger = App {
        client_id: Uuid::nil(),
        display_name: "Unregistered app".to_owned(),
        service_principal_object_id: Uuid::nil(),
        roles: Vec::new(),
        secrets: Vec::new(),
        certificates: Vec::new(),
    };
    let default = directory.apps.first();
    let Some(id) = client_id.and_then(|id| Uuid::try_parse(id).ok()) else {
        return default.map_or(Cow::Owned(stranger), Cow::Borrowed);
    };
    let mut app =
        directory.app(id).cloned().unwrap_or(App { client_id: id, service_principal_object_id: id, ..stranger });
    if let Some(default) = default {
        app.roles.clone_from(&default.roles);
    }
    Cow::Owned(app)
}

/// The fields of a form; empty if the body is not one.
struct Form<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Form<'a> {
    fn read(request: &TokenRequest<'a>) -> Self {
        let media_type = request.content_type.unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Self(Vec::new());
        }
        Self(form_urlencoded::parse(request.body).collect())
    }

    /// The first field called `name`; an empty one counts as absent.
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref()).filter(|value| !value.is_empty())
    }
}

/// `client_secret_basic` (RFC 6749 §2.3.1): both parts are form-urlencoded before they are put together.
struct Basic {
    client_id: String,
    secret: String,
}

impl Basic {
    /// Anything that is not well-formed Basic counts as absent (assumed).
    fn read(authorization: Option<&str>) -> Option<Self> {
        let (method, encoded) = authorization?.trim().split_once(' ')?;
        if !method.eq_ignore_ascii_case("basic") {
            return None;
        }
        let bytes = STANDARD.decode(encoded.trim()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (client_id, secret) = text.split_once(':')?;
        Some(Self { client_id: form_decode(client_id), secret: form_decode(secret) })
    }
}

fn form_decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// What the client proves itself with. An assertion goes before a secret, the form before the header (assumed).
enum Presented<'a> {
    Secret(&'a str),
    Assertion(&'a str),
    Nothing,
}

impl<'a> Presented<'a> {
    fn read(form: &'a Form<'_>, basic: Option<&'a Basic>) -> Result<Self, Refusal> {
        if let Some(assertion) = form.get("client_assertion") {
            return match form.get("client_assertion_type") {
                Some(JWT_BEARER) => Ok(Self::Assertion(assertion)),
                // Entra also knows SAML assertions; here they prove nothing.
                Some(_) => Ok(Self::Nothing),
                None => Err(Reason::MissingParameter.with(&["client_assertion_type"])),
            };
        }
        let in_header = basic.map(|basic| basic.secret.as_str());
        let secret = form.get("client_secret").or(in_header);
        Ok(match secret.filter(|secret| !secret.is_empty()) {
            Some(secret) => Self::Secret(secret),
            None => Self::Nothing,
        })
    }

    fn credential(&self) -> Credential {
        match self {
            Self::Secret(_) => Credential::Secret,
            Self::Assertion(_) => Credential::Certificate,
            Self::Nothing => Credential::None,
        }
    }

    fn prove(
        &self,
        app: &App,
        directory: &Directory,
        request: &TokenRequest<'_>,
        now: DateTime<Utc>,
    ) -> Result<Credential, Refusal> {
        match self {
            Self::Nothing => return Err(Reason::MissingCredential.with(&[])),
            Self::Secret(value) => prove_secret(value, app, now)?,
            Self::Assertion(assertion) => {
                let tenant_id = directory.tenant_id.to_string();
                let names = [request.tenant, tenant_id.as_str(), directory.domain.as_str()];
                let is_audience = |text: &str| request.authority.is_audience(text, &names);
                client_assertion::verify(assertion, app, is_audience, now)?;
            }
        }
        Ok(self.credential())
    }
}

/// The secret ID in place of the value is one more wrong secret: the sentence of 7000215 was written for it.
fn prove_secret(value: &str, app: &App, now: DateTime<Utc>) -> Result<(), Refusal> {
    let app_id = app.client_id.to_string();
    let mut matching = app.secrets.iter().filter(|secret| secret.value == value).peekable();
    if matching.peek().is_none() {
        return Err(Reason::WrongSecret.with(&[&app_id]));
    }
    if matching.any(|secret| secret.is_valid_at(now)) { Ok(()) } else { Err(Reason::ExpiredSecret.with(&[&app_id])) }
}
