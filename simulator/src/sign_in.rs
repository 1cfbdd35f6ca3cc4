//! The identity platform on the client port: its paths, and its answers as status, headers and body.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use uuid::Uuid;

use crate::exchange::{Request, Unread};
use crate::identity::authority::Authority;
use crate::identity::discovery;
use crate::identity::error::{AadError, Stamp};
use crate::identity::headers::{self, Headers};
use crate::identity::keys::SigningKey;
use crate::identity::token_endpoint::{self, TokenRequest};
use crate::random::Draw;
use crate::tenant::{Tenant, Tenants};
use crate::wire::cors;
use crate::wire::headers::CLIENT_REQUEST_ID;

/// A request to the identity platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    endpoint: Endpoint,
    /// The first segment of the path, decoded.
    tenant: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Token,
    Metadata,
    Keys,
    Instance,
}

/// An answer of the identity platform.
#[derive(Debug)]
pub struct Answered {
    /// The status.
    pub status: StatusCode,
    /// Its own headers, over those of every answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// JSON.
    pub body: Bytes,
}

impl Call {
    /// What it is to a browser.
    pub fn endpoint(&self) -> cors::Endpoint {
        if self.endpoint == Endpoint::Token { cors::Endpoint::Token } else { cors::Endpoint::Document }
    }

    /// Its name in the journal.
    pub fn operation(&self) -> &'static str {
        match self.endpoint {
            Endpoint::Token => "token",
            Endpoint::Metadata => "openidConfiguration",
            Endpoint::Keys => "signingKeys",
            Endpoint::Instance => "instanceDiscovery",
        }
    }
}

/// Whether a request is for the identity platform, by its path.
pub fn recognise(request: &Request) -> Option<Call> {
    let path = request.uri.path();
    // Nearly every request is for Graph; a look at its beginning spares it the rest.
    if path.starts_with("/v1.0/") || path.starts_with("/beta/") {
        return None;
    }
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let tenant = segments.next()?;
    let rest: [Option<&str>; 4] = [segments.next(), segments.next(), segments.next(), segments.next()];
    let endpoint = match rest {
        [Some("oauth2"), Some("v2.0"), Some("token"), None] => Endpoint::Token,
        [Some("v2.0"), Some(".well-known"), Some("openid-configuration"), None] => Endpoint::Metadata,
        [Some("discovery"), Some("v2.0"), Some("keys"), None] => Endpoint::Keys,
        [Some("discovery"), Some("instance"), None, None] if tenant == "common" => Endpoint::Instance,
        _ => return None,
    };
    Some(Call { endpoint, tenant: percent_decode_str(tenant).decode_utf8_lossy().into_owned() })
}

/// The tenant that a call belongs to: the one its path names, else the default one.
pub fn tenant(call: &Call, tenants: &Tenants) -> Arc<Tenant> {
    tenants.named(&call.tenant).unwrap_or_else(|| Arc::clone(tenants.default_tenant()))
}

/// Answers a call for `tenant` at `now`; `root` is `scheme://host:port` as the client used them.
pub fn answer(
    call: &Call,
    request: &Request,
    tenant: &Tenant,
    key: &SigningKey,
    root: &str,
    request_id: Uuid,
    now: DateTime<Utc>,
) -> Answered {
    let (scheme, host) = root.split_once("://").unwrap_or(("http", root));
    let authority = Authority::new(scheme, host);
    let directory = tenant.directory();
    let draw = Draw::from_seed(tenant.spec.seed).at("sign-in").at(&request_id.to_string());
    let client_request_id = request.header(CLIENT_REQUEST_ID);
    let stamp = Stamp::new(now, client_request_id, draw);

    let expected = if call.endpoint == Endpoint::Token { Method::POST } else { Method::GET };
    let document = |made: Result<String, AadError>| match made {
        Ok(json) => answered(200, headers::for_metadata(stamp.trace_id), json),
        Err(error) => refused(&error),
    };
    if request.method != expected || request.unread == Some(Unread::TooLarge) {
        return refused(&token_endpoint::wrong_method(request.method.as_str(), stamp));
    }
    match call.endpoint {
        Endpoint::Token => {
            let asked = TokenRequest {
                authority: &authority,
                tenant: &call.tenant,
                content_type: request.header(header::CONTENT_TYPE),
                authorization: request.header(header::AUTHORIZATION),
                client_request_id,
                body: &request.body,
            };
            match token_endpoint::grant(&directory, key, &asked, now, draw) {
                Ok(granted) => answered(200, headers::for_token(granted.stamp.trace_id), granted.body()),
                Err(error) => refused(&error),
            }
        }
        Endpoint::Metadata => document(discovery::openid_configuration(&directory, &authority, &call.tenant, stamp)),
        Endpoint::Keys => document(discovery::key_set(&directory, &authority, key, &call.tenant, stamp)),
        Endpoint::Instance => {
            let endpoint = request.uri.query().and_then(|query| {
                let mut pairs = form_urlencoded::parse(query.as_bytes());
                pairs.find(|(name, _)| name == "authorization_endpoint").map(|(_, value)| value.into_owned())
            });
            document(discovery::instance_discovery(&authority, endpoint.as_deref(), stamp))
        }
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
