//! `POST /{tenant}/oauth2/v2.0/token`: a secret, an assertion, a code or a password goes in, tokens come out.
//!
//! [`decide`] reads and changes the tenant's state; [`Decided::sign`] needs none of it and takes the time.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::access_token::{self, Claims};
use super::authority::Authority;
use super::client::{Asking, Proof};
use super::defect::{Defect, Issue, SHORT};
use super::directory::{Auth, Directory};
use super::error::{AadError, Reason, Refusal, Stamp};
use super::form::{Form, understands_challenges};
use super::id_token::IdClaims;
use super::keys::SigningKey;
use super::scope;
use super::sessions::Sessions;
use super::tenant_name::TenantName;
use super::user::Users;
use super::user_grants;
use crate::random::Draw;

/// Which endpoint was asked; they differ in how a resource is named and how an answer is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `/oauth2/token`, with a `resource`.
    V1,
    /// `/oauth2/v2.0/token`, with a `scope`.
    V2,
}

/// A request to the token endpoint, as it arrived.
#[derive(Clone, Copy)]
pub struct TokenRequest<'a> {
    /// Scheme, host and port the client used.
    pub authority: &'a Authority,
    /// The endpoint.
    pub dialect: Dialect,
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
            .field("dialect", &self.dialect)
            .field("tenant", &self.tenant)
            .field("content_type", &self.content_type)
            .field("client_request_id", &self.client_request_id)
            .finish_non_exhaustive()
    }
}

/// A grant that only has to be signed.
#[derive(Debug)]
pub struct Decided {
    pub(super) dialect: Dialect,
    pub(super) claims: Claims,
    pub(super) user: Option<ForUser>,
    pub(super) stamp: Stamp,
}

/// What an answer has beside the access token where a user signed in.
pub(super) struct ForUser {
    pub(super) scope: String,
    pub(super) id: Option<IdClaims>,
    pub(super) refresh_token: Option<String>,
    pub(super) client_info: Option<String>,
}

/// Never shows the refresh token.
impl fmt::Debug for ForUser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ForUser").field("scope", &self.scope).field("id", &self.id).finish_non_exhaustive()
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
    /// What came with it.
    pub id_token: Option<String>,
    /// What gets the next one.
    pub refresh_token: Option<String>,
    scope: Option<String>,
    client_info: Option<String>,
    dialect: Dialect,
}

impl Decided {
    /// The answer. Signing takes a millisecond, which is why it is not part of deciding.
    pub fn sign(self, key: &SigningKey) -> TokenResponse {
        let user = self.user;
        let (scope, id, refresh_token, client_info) = user
            .map_or((None, None, None, None), |user| (Some(user.scope), user.id, user.refresh_token, user.client_info));
        TokenResponse {
            access_token: access_token::mint(key, &self.claims),
            id_token: id.map(|id| id.sign(key)),
            refresh_token,
            scope,
            client_info,
            dialect: self.dialect,
            claims: self.claims,
            stamp: self.stamp,
        }
    }
}

impl TokenResponse {
    /// The same answer with a token that is wrong on purpose.
    #[must_use]
    pub fn spoiled(mut self, issue: Issue, key: &SigningKey, draw: Draw) -> Self {
        let issued = self.claims.issued();
        let short = Claims { exp: issued + SHORT.num_seconds(), ..self.claims.clone() };
        match issue {
            Issue::Defect(defect) => {
                (self.access_token, _) = defect.mint(key, self.claims.clone(), self.stamp.now, draw);
                if defect == Defect::Expired {
                    // Nothing is left of it, and the answer says so.
                    self.claims.exp = issued + 1;
                }
            }
            Issue::Short => {
                self.access_token = access_token::mint(key, &short);
                self.claims = short;
            }
            Issue::ShorterThanTold => self.access_token = access_token::mint(key, &short),
        }
        self
    }

    /// Seconds until the token expires, as told to the client: one less than it lives (observed: 3599).
    pub fn expires_in(&self) -> i64 {
        self.claims.exp - self.claims.issued() - 1
    }

    /// The JSON body, status 200. App-only answers have no refresh token (documented). The v1 endpoint spells numbers as
    /// strings (observed).
    pub fn body(&self) -> String {
        #[derive(Serialize)]
        struct Body<'a> {
            token_type: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            scope: Option<&'a str>,
            expires_in: Number,
            ext_expires_in: Number,
            #[serde(skip_serializing_if = "Option::is_none")]
            expires_on: Option<Number>,
            #[serde(skip_serializing_if = "Option::is_none")]
            not_before: Option<Number>,
            #[serde(skip_serializing_if = "Option::is_none")]
            resource: Option<&'a str>,
            access_token: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            refresh_token: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            id_token: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            client_info: Option<&'a str>,
        }
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Number {
            Number(i64),
            Text(String),
        }
        let v1 = self.dialect == Dialect::V1;
        let number = |number: i64| if v1 { Number::Text(number.to_string()) } else { Number::Number(number) };
        serde_json::to_string(&Body {
            token_type: "Bearer",
            scope: self.scope.as_deref(),
            expires_in: number(self.expires_in()),
            ext_expires_in: number(self.expires_in()),
            expires_on: v1.then(|| number(self.claims.exp)),
            not_before: v1.then(|| number(self.claims.nbf)),
            resource: v1.then_some(self.claims.aud.as_str()),
            access_token: &self.access_token,
            refresh_token: self.refresh_token.as_deref(),
            id_token: self.id_token.as_deref(),
            client_info: self.client_info.as_deref(),
        })
        .expect("strings and numbers become JSON")
    }
}

/// Never shows the tokens.
impl fmt::Debug for TokenResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenResponse")
            .field("claims", &self.claims)
            .field("stamp", &self.stamp)
            .finish_non_exhaustive()
    }
}

/// Everything a grant is decided from.
pub(super) struct Asked<'a> {
    pub(super) directory: &'a Directory,
    pub(super) users: &'a dyn Users,
    pub(super) request: &'a TokenRequest<'a>,
    pub(super) form: &'a Form<'a>,
    pub(super) now: DateTime<Utc>,
    /// Belongs to this request alone: ids of the answer come from it.
    pub(super) draw: Draw,
}

/// Decides a token request. `draw` belongs to this request alone.
///
/// Unknown fields of the form are ignored and so is the query, as published clients send both; of a field sent twice the
/// first counts. The order of the refusals — form, tenant, scope, app, credential, grant — is assumed.
pub fn decide(
    directory: &Directory,
    users: &dyn Users,
    sessions: &mut Sessions,
    request: &TokenRequest<'_>,
    now: DateTime<Utc>,
    draw: Draw,
) -> Result<Decided, AadError> {
    let form = Form::of_body(request.content_type, request.body);
    // MSAL for JavaScript has been recorded sending the id as a field of the form.
    let client_request_id = request.client_request_id.or(form.get("client-request-id"));
    let stamp = Stamp::new(now, client_request_id, draw);
    let asked = Asked { directory, users, request, form: &form, now, draw };
    let (claims, user) = grant(&asked, sessions).map_err(|refusal| refusal.stamped(stamp))?;
    Ok(Decided { dialect: request.dialect, claims, user, stamp })
}

/// The refusal of anything but POST.
pub fn wrong_method(method: &str, stamp: Stamp) -> AadError {
    Reason::MethodNotAccepted.with(&[method]).stamped(stamp)
}

fn grant(asked: &Asked<'_>, sessions: &mut Sessions) -> Result<(Claims, Option<ForUser>), Refusal> {
    match asked.form.get("grant_type") {
        None => Err(Reason::MissingParameter.with(&["grant_type"])),
        Some("client_credentials") => client_credentials(asked).map(|claims| (claims, None)),
        Some(other) => {
            let flow = user_grants::Flow::named(other).ok_or_else(|| Reason::UnsupportedGrantType.with(&[other]))?;
            user_grants::grant(flow, asked, sessions).map(|(claims, user)| (claims, Some(user)))
        }
    }
}

fn client_credentials(asked: &Asked<'_>) -> Result<Claims, Refusal> {
    let Asked { directory, request, form, now, .. } = *asked;
    let asking = Asking::read(directory, request, form)?;
    if TenantName::read(directory, request.tenant)? != TenantName::This && directory.auth == Auth::Enforce {
        return Err(Reason::NoTenant.with(&[]));
    }
    let audience = match request.dialect {
        Dialect::V2 => {
            let scope = form.get("scope").ok_or_else(|| Reason::MissingField.with(&["scope"]))?;
            scope::audience(scope, request.authority, &directory.domain)?
        }
        Dialect::V1 => scope::of_v1_resource(form.required("resource")?, request.authority, &directory.domain)?,
    };
    let (app, credential) = asking.identify(directory, request, Proof::Required, now)?;
    let claims = Claims::app_only(directory, &app, &audience, credential, now, asked.draw);
    Ok(claims.understanding_challenges(understands_challenges(form.get("claims"))))
}
