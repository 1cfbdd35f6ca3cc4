//! How a client says who it is, and proves it: a secret, an assertion, or nothing.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::access_token::Credential;
use super::client_assertion::{self, JWT_BEARER};
use super::directory::{App, Auth, Directory};
use super::error::{Reason, Refusal};
use super::form::Form;
use super::token_endpoint::TokenRequest;

/// Whether a client has to prove itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// An app that acts for itself must.
    Required,
    /// One that acts for a user need not: every app allows public client flows (assumed, so that a client of either
    /// kind can be tried without another registration). A proof that is sent has to be right.
    Optional,
}

/// The client of a request, and how it proved itself.
pub(super) type Client<'a> = (Cow<'a, App>, Credential);

/// Who asks.
pub(super) struct Asking<'a> {
    client_id: Option<Cow<'a, str>>,
    presented: Presented<'a>,
}

impl<'a> Asking<'a> {
    /// What `form` and the header say. A client id that is missing is refused before anything else is looked at.
    pub(super) fn read(directory: &Directory, request: &TokenRequest<'_>, form: &'a Form<'_>) -> Result<Self, Refusal> {
        let basic = Basic::read(request.authorization);
        let client_id = form
            .get("client_id")
            .map(Cow::Borrowed)
            .or_else(|| basic.as_ref().map(|basic| Cow::Owned(basic.client_id.clone())));
        if directory.auth == Auth::Enforce && client_id.is_none() {
            return Err(Reason::MissingParameter.with(&["client_id"]));
        }
        Ok(Self { client_id, presented: Presented::read(form, basic)? })
    }

    /// The app, once it has proved itself.
    pub(super) fn identify<'d>(
        &self,
        directory: &'d Directory,
        request: &TokenRequest<'_>,
        proof: Proof,
        now: DateTime<Utc>,
    ) -> Result<Client<'d>, Refusal> {
        let client_id = self.client_id.as_deref();
        match directory.auth {
            Auth::Enforce => {
                let app = known_app(directory, client_id.unwrap_or_default())?;
                let credential = self.presented.prove(app, directory, request, proof, now)?;
                Ok((Cow::Borrowed(app), credential))
            }
            Auth::Relaxed => Ok((relaxed_app(directory, client_id), self.presented.credential())),
        }
    }
}

/// The app that a request without any proof names.
pub(super) fn named<'d>(directory: &'d Directory, client_id: &str) -> Result<Cow<'d, App>, Refusal> {
    match directory.auth {
        Auth::Enforce => known_app(directory, client_id).map(Cow::Borrowed),
        Auth::Relaxed => Ok(relaxed_app(directory, Some(client_id))),
    }
}

fn known_app<'d>(directory: &'d Directory, client_id: &str) -> Result<&'d App, Refusal> {
    Uuid::try_parse(client_id)
        .ok()
        .and_then(|id| directory.app(id))
        .ok_or_else(|| Reason::UnknownApp.with(&[client_id, &directory.tenant_id.to_string()]))
}

/// Whoever asks is somebody: a registered app, a stranger under its own id, or the default app; always with the default
/// app's roles.
fn relaxed_app<'d>(directory: &'d Directory, client_id: Option<&str>) -> Cow<'d, App> {
    let stranger = App {
        client_id: Uuid::nil(),
        display_name: "Unregistered app".to_owned(),
        service_principal_object_id: Uuid::nil(),
        roles: Vec::new(),
        secrets: Vec::new(),
        certificates: Vec::new(),
        redirect_uris: Vec::new(),
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
    Secret(Cow<'a, str>),
    Assertion(&'a str),
    Nothing,
}

impl<'a> Presented<'a> {
    fn read(form: &'a Form<'_>, basic: Option<Basic>) -> Result<Self, Refusal> {
        if let Some(assertion) = form.get("client_assertion") {
            return match form.get("client_assertion_type") {
                Some(JWT_BEARER) => Ok(Self::Assertion(assertion)),
                // Entra also knows SAML assertions; here they prove nothing.
                Some(_) => Ok(Self::Nothing),
                None => Err(Reason::MissingParameter.with(&["client_assertion_type"])),
            };
        }
        let secret = form.get("client_secret").map(Cow::Borrowed).or(basic.map(|basic| Cow::Owned(basic.secret)));
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
        proof: Proof,
        now: DateTime<Utc>,
    ) -> Result<Credential, Refusal> {
        match self {
            Self::Nothing if proof == Proof::Optional => {}
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
