//! The identity platform on the client port: its paths, and its answers as status, headers and body.

mod pages;
mod path;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use uuid::Uuid;

use self::pages::Page;
use self::path::{Endpoint, Verbs};
use crate::access;
use crate::exchange::{Request, Unread};
use crate::identity::access_token::{self, TokenDefect};
use crate::identity::artifact;
use crate::identity::authority::Authority;
use crate::identity::authorize::{self, ACCOUNT, AuthorizeRequest, CANCEL, Outcome, ResponseMode, Return};
use crate::identity::defect::Issue;
use crate::identity::device_authorization;
use crate::identity::discovery;
use crate::identity::error::{AadError, Stamp};
use crate::identity::headers::{self, Headers};
use crate::identity::keys::SigningKey;
use crate::identity::sessions::Sessions;
use crate::identity::token_endpoint::{self, Dialect, TokenRequest};
use crate::identity::user::{User, Users};
use crate::identity::user_documents;
use crate::random::Draw;
use crate::tenant::{Tenant, Tenants};
use crate::wire::cors;
use crate::wire::error::{CHALLENGE, Ids};
use crate::wire::headers::CLIENT_REQUEST_ID;

/// A request to the identity platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    endpoint: Endpoint,
    /// The first segment of the path, decoded.
    tenant: String,
}

/// An answer of the identity platform.
#[derive(Debug)]
pub struct Answered {
    /// The status.
    pub status: StatusCode,
    /// Its own headers, over those of every answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// JSON, or a page.
    pub body: Bytes,
}

impl Call {
    /// What it is to a browser.
    pub fn endpoint(&self) -> cors::Endpoint {
        match self.endpoint {
            Endpoint::Token(_) | Endpoint::DeviceCode(_) => cors::Endpoint::Token,
            _ => cors::Endpoint::Document,
        }
    }

    /// Its name in the journal.
    pub fn operation(&self) -> &'static str {
        self.endpoint.name()
    }
}

/// Whether a request is for the identity platform, by its path.
pub fn recognise(request: &Request) -> Option<Call> {
    let path = request.uri.path();
    // Nearly every request is for Graph; a look at its beginning spares it the rest.
    if path.starts_with("/v1.0/") || path.starts_with("/beta/") {
        return None;
    }
    Endpoint::at(path).map(|(endpoint, tenant)| Call { endpoint, tenant })
}

/// The tenant that a call belongs to: the one its path names. Where the path means any (`common`, `organizations`), it is
/// the one that made the code or token, else the one whose domain the user has, else one that knows the app; else the
/// default one.
pub fn tenant(call: &Call, request: &Request, tenants: &Tenants) -> Arc<Tenant> {
    tenants
        .named(&call.tenant)
        .or_else(|| implied_tenant(call, request, tenants))
        .unwrap_or_else(|| Arc::clone(tenants.default_tenant()))
}

fn implied_tenant(call: &Call, request: &Request, tenants: &Tenants) -> Option<Arc<Tenant>> {
    let fields = Fields::of(request);
    let by_name = |name: &str| tenants.named(User::domain_of(name)?);
    match &call.endpoint {
        Endpoint::UserRealm(name) => return by_name(name),
        Endpoint::UserInfo => return access_token::tenant_of(bearer(request)).and_then(|id| tenants.get(id)),
        Endpoint::DeviceLogin => {
            let code = fields.get("user_code")?;
            return tenants.list().into_iter().find(|tenant| tenant.sessions().gave(code));
        }
        _ => {}
    }
    let made_here = |name: &&str| fields.get(name).and_then(artifact::tenant_of).and_then(|id| tenants.get(id));
    if let Some(tenant) = ["code", "refresh_token", "device_code"].iter().find_map(made_here) {
        return Some(tenant);
    }
    let names = ["username", ACCOUNT, "login_hint"];
    if let Some(tenant) = names.iter().find_map(|name| by_name(fields.get(name)?)) {
        return Some(tenant);
    }
    let client_id = Uuid::try_parse(fields.get("client_id")?).ok()?;
    tenants.list().into_iter().find(|tenant| tenant.directory().app(client_id).is_some())
}

/// When and where a call is answered, and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// What tokens are signed with.
    pub key: &'a SigningKey,
    /// `scheme://host:port` as the client used them.
    pub root: &'a str,
    /// The service's id of the exchange.
    pub request_id: Uuid,
    /// The tenant's time.
    pub now: DateTime<Utc>,
    /// Whether it is answered as if done, and nothing is remembered of it.
    pub rehearsed: bool,
    /// What is wrong with the token that is issued; nothing, nearly always.
    pub issue: Option<Issue>,
}

/// Everything an endpoint answers from.
struct Asked<'a> {
    request: &'a Request,
    tenant: &'a Tenant,
    key: &'a SigningKey,
    authority: Authority,
    /// The first segment of the path.
    named: &'a str,
    stamp: Stamp,
    draw: Draw,
    /// A copy of the tenant's sessions, where nothing is to be remembered.
    rehearsal: Option<Mutex<Sessions>>,
    issue: Option<Issue>,
}

/// Answers a call for `tenant`.
pub fn answer(call: &Call, request: &Request, tenant: &Tenant, occasion: Occasion<'_>) -> Answered {
    let Occasion { key, root, request_id, now, rehearsed, issue } = occasion;
    let (scheme, host) = root.split_once("://").unwrap_or(("http", root));
    let draw = Draw::from_seed(tenant.seed()).at("sign-in").at(&request_id.to_string());
    let stamp = Stamp::new(now, request.header(CLIENT_REQUEST_ID), draw);
    let allowed = match call.endpoint.verbs() {
        Verbs::Get => request.method == Method::GET,
        Verbs::Post => request.method == Method::POST,
        Verbs::Both => request.method == Method::GET || request.method == Method::POST,
    };
    if !allowed || request.unread == Some(Unread::TooLarge) {
        return refused(&token_endpoint::wrong_method(request.method.as_str(), stamp));
    }
    let authority = Authority::new(scheme, host);
    let rehearsal = rehearsed.then(|| Mutex::new(tenant.sessions().clone()));
    let asked = Asked { request, tenant, key, authority, named: &call.tenant, stamp, draw, rehearsal, issue };
    let directory = tenant.directory();
    match &call.endpoint {
        Endpoint::Token(dialect) => asked.token(*dialect),
        Endpoint::Authorize(dialect) => asked.authorize(*dialect),
        Endpoint::DeviceCode(dialect) => asked.device_code(*dialect),
        Endpoint::DeviceLogin => asked.device_login(),
        Endpoint::Logout => asked.logout(),
        Endpoint::UserInfo => asked.user_info(),
        Endpoint::UserRealm(name) => asked.document(Ok(user_documents::user_realm(&directory, name))),
        Endpoint::Metadata => {
            asked.document(discovery::openid_configuration(&directory, &asked.authority, asked.named, stamp))
        }
        Endpoint::Keys => asked.document(discovery::key_set(&directory, &asked.authority, key, asked.named, stamp)),
        Endpoint::Instance => {
            let fields = Fields::of(request);
            let endpoint = fields.get("authorization_endpoint");
            asked.document(discovery::instance_discovery(&asked.authority, endpoint, stamp))
        }
    }
}

impl Asked<'_> {
    /// What is remembered between two requests, or a copy that is forgotten.
    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        match &self.rehearsal {
            Some(copy) => copy.lock().unwrap_or_else(PoisonError::into_inner),
            None => self.tenant.sessions(),
        }
    }

    fn token_request(&self, dialect: Dialect) -> TokenRequest<'_> {
        TokenRequest {
            authority: &self.authority,
            dialect,
            tenant: self.named,
            content_type: self.request.header(header::CONTENT_TYPE),
            authorization: self.request.header(header::AUTHORIZATION),
            client_request_id: self.request.header(CLIENT_REQUEST_ID),
            body: &self.request.body,
        }
    }

    fn token(&self, dialect: Dialect) -> Answered {
        let asked = self.token_request(dialect);
        let directory = self.tenant.directory();
        let decided = {
            let mut sessions = self.sessions();
            token_endpoint::decide(&directory, self.tenant, &mut sessions, &asked, self.stamp.now, self.draw)
        };
        match decided.map(|decided| decided.sign(self.key)) {
            Ok(granted) => {
                let granted = match self.issue {
                    Some(issue) => granted.spoiled(issue, self.key, self.draw),
                    None => granted,
                };
                answered(200, headers::for_token(granted.stamp.trace_id), granted.body())
            }
            Err(error) => refused(&error),
        }
    }

    fn device_code(&self, dialect: Dialect) -> Answered {
        let asked = self.token_request(dialect);
        let directory = self.tenant.directory();
        let mut sessions = self.sessions();
        match device_authorization::begin(&directory, &mut sessions, &asked, self.stamp.now, self.draw) {
            Ok(begun) => answered(200, headers::for_token(begun.stamp.trace_id), begun.body()),
            Err(error) => refused(&error),
        }
    }

    fn authorize(&self, dialect: Dialect) -> Answered {
        let asked = AuthorizeRequest {
            authority: &self.authority,
            dialect,
            tenant: self.named,
            query: self.request.uri.query().unwrap_or_default(),
            content_type: self.request.header(header::CONTENT_TYPE),
            body: &self.request.body,
        };
        let directory = self.tenant.directory();
        let outcome = {
            let mut sessions = self.sessions();
            authorize::authorize(&directory, self.tenant, &mut sessions, &asked, self.stamp, self.draw)
        };
        match outcome {
            Outcome::Choose(choice) => self.page(&pages::choose(self.tenant, &choice, self.request.uri.path())),
            Outcome::Return(back) => self.go_back(&back),
            Outcome::Refuse(error) => self.page(&pages::refusal(&error)),
        }
    }

    fn go_back(&self, back: &Return) -> Answered {
        let fields = back.fields(self.key);
        if back.mode == ResponseMode::FormPost {
            return self.page(&pages::form_post(back, &fields));
        }
        self.redirect(back.location(&fields))
    }

    /// The page that takes a device's code, then a user.
    fn device_login(&self) -> Answered {
        let fields = Fields::of(self.request);
        let code = fields.get("user_code").or(fields.get("otc"));
        let Some(code) = code.filter(|_| self.request.method == Method::POST) else {
            return self.page(&pages::enter_code(code.unwrap_or_default(), None));
        };
        let now = self.stamp.now;
        let client = self.sessions().client_of(code, now);
        let client = match client {
            Ok(client) => client,
            Err(refusal) => return self.page(&pages::enter_code(code, Some(&refusal.to_string()))),
        };
        let chosen = fields.get(ACCOUNT).map(|name| (name, self.tenant.find(name)));
        let user = match chosen {
            Some((_, Some(user))) => Some(user),
            _ if fields.get(CANCEL).is_some() => None,
            _ => {
                let directory = self.tenant.directory();
                let app = directory.app(client).map_or("Unregistered app", |app| app.display_name.as_str());
                return self.page(&pages::choose_for_device(self.tenant, app, code, chosen.map(|(name, _)| name)));
            }
        };
        let decided = self.sessions().decide_device(code, user.as_ref().map(|user| user.id), now);
        self.page(&match (decided, user) {
            (Err(refusal), _) => pages::enter_code(code, Some(&refusal.to_string())),
            (Ok(()), Some(user)) => pages::message(
                "You have signed in on your device",
                &[
                    &format!("as {} ({}).", user.display_name, user.user_principal_name),
                    "You may now close this window.",
                ],
            ),
            (Ok(()), None) => pages::message("Sign-in cancelled", &["The app or device was told so."]),
        })
    }

    /// Signs out, which ends nothing: the pages keep no session. Where the app asked for it, the browser goes back.
    fn logout(&self) -> Answered {
        let fields = Fields::of(self.request);
        let back = fields.get("post_logout_redirect_uri");
        match back.filter(|uri| authorize::after_logout(&self.tenant.directory(), uri)) {
            Some(uri) => self.redirect(match fields.get("state") {
                Some(state) => {
                    let state = form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
                    format!("{uri}{}{state}", if uri.contains('?') { '&' } else { '?' })
                }
                None => uri.to_owned(),
            }),
            None => self
                .page(&pages::message("You signed out of your account", &["It’s a good idea to close this window."])),
        }
    }

    /// Graph serves this one, so it refuses as Graph does. What an app's own token gets is not known (assumed: as a token
    /// for somebody else).
    fn user_info(&self) -> Answered {
        let claims = access_token::read(bearer(self.request), self.key)
            .and_then(|claims| access_token::check(&claims, self.tenant.id, self.stamp.now).map(|()| claims));
        let info = claims.and_then(|claims| user_documents::user_info(&claims).ok_or(TokenDefect::WrongAudience));
        match info {
            Ok(json) => answered(200, vec![("Content-Type", "application/json; charset=utf-8".to_owned())], json),
            Err(defect) => {
                let id = self.stamp.trace_id.to_string();
                let (status, body) = access::refusal_of(defect).spell(&Ids {
                    request_id: &id,
                    client_request_id: &id,
                    now: self.stamp.now,
                });
                let challenge = vec![("WWW-Authenticate", CHALLENGE.to_owned())];
                answered(status.as_u16(), challenge, String::from_utf8_lossy(&body).into_owned())
            }
        }
    }

    fn document(&self, made: Result<String, AadError>) -> Answered {
        match made {
            Ok(json) => answered(200, headers::for_metadata(self.stamp.trace_id), json),
            Err(error) => refused(&error),
        }
    }

    fn page(&self, page: &Page) -> Answered {
        answered(page.status, page.headers(self.stamp.trace_id), page.html.clone())
    }

    fn redirect(&self, location: String) -> Answered {
        let headers = vec![
            ("Location", location),
            ("Content-Type", "text/html; charset=utf-8".to_owned()),
            ("Cache-Control", "no-store, no-cache".to_owned()),
            ("Referrer-Policy", "no-referrer".to_owned()),
            ("x-ms-request-id", self.stamp.trace_id.to_string()),
        ];
        answered(302, headers, String::new())
    }
}

/// The fields of a request, whether they stand in the query or in a form.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(request: &Request) -> Self {
        let form = request
            .header(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let body: &[u8] = if form { &request.body } else { b"" };
        let query = request.uri.query().unwrap_or_default().as_bytes();
        Self(
            form_urlencoded::parse(query)
                .chain(form_urlencoded::parse(body))
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

fn bearer(request: &Request) -> &str {
    let value = request.header(header::AUTHORIZATION).unwrap_or_default();
    match value.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer ") => token.trim(),
        _ => "",
    }
}

fn refused(error: &AadError) -> Answered {
    answered(error.status(), headers::for_refusal(error), error.body())
}

fn answered(status: u16, headers: Headers, body: String) -> Answered {
    let headers = headers
        .into_iter()
        .filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(&value).ok()?))
        })
        .collect();
    Answered { status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), headers, body: body.into() }
}
