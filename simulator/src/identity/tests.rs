//! What the parts of the identity platform promise together, on one invented tenant at one fixed time.

mod assertions;
mod documents;
mod grants;
mod machines;
mod tokens;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::authority::Authority;
use super::certificate::Certificate;
use super::directory::{App, Auth, Directory, Secret};
use super::error::{AadError, Stamp};
use super::keys::SigningKey;
use super::sessions::Sessions;
use super::token_endpoint::{Dialect, TokenRequest, TokenResponse, decide};
use crate::random::Draw;

const FORM: &str = "application/x-www-form-urlencoded";
const CERTIFICATE: &str = include_str!("../../fixtures/identity/test-client-certificate.pem");
const EXPIRED_CERTIFICATE: &str = include_str!("../../fixtures/identity/test-client-expired-certificate.pem");

fn draw() -> Draw {
    Draw::from_seed(1).at("identity tests")
}

fn now() -> DateTime<Utc> {
    at("2026-11-23T10:11:12.1234567Z")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time in a test")
}

fn local() -> Authority {
    Authority::new("http", "127.0.0.1:3650")
}

fn microsoft() -> Authority {
    Authority::new("https", "login.microsoftonline.com")
}

fn stamp() -> Stamp {
    Stamp::new(now(), None, draw())
}

/// One app with the drawn secret, a secret that ended in 2024, and two certificates, of which one has expired.
fn directory() -> Directory {
    let mut app = App::default_of_tenant(draw());
    app.secrets.push(Secret {
        value: "SIM8Q~FAKE-SECRET-that-expired-in-2024--".to_owned(),
        expires: Some(at("2024-05-01T00:00:00Z")),
        key_id: draw().at("old").guid(),
    });
    app.certificates = [CERTIFICATE, EXPIRED_CERTIFICATE]
        .map(|text| Certificate::from_pem(text).expect("a committed certificate"))
        .to_vec();
    Directory {
        tenant_id: draw().at("tenant").guid(),
        domain: "fjordlicht.onmicrosoft.com".to_owned(),
        apps: vec![app],
        users: Vec::new(),
        auth: Auth::Enforce,
    }
}

/// A field of the form with its new value, or `None` to leave it out.
type Change<'a> = (&'a str, Option<&'a str>);

/// The form of a good request with `changes`.
fn form(directory: &Directory, changes: &[Change<'_>]) -> String {
    let app = &directory.apps[0];
    let client_id = app.client_id.to_string();
    let mut fields = vec![
        ("client_id", client_id.as_str()),
        ("client_secret", app.secrets[0].value.as_str()),
        ("scope", "https://graph.microsoft.com/.default"),
        ("grant_type", "client_credentials"),
    ];
    for (name, value) in changes {
        fields.retain(|(key, _)| key != name);
        fields.extend(value.map(|value| (*name, value)));
    }
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn ask(directory: &Directory, tenant: &str, body: &str) -> Result<TokenResponse, AadError> {
    let authority = local();
    let request = TokenRequest {
        authority: &authority,
        dialect: Dialect::V2,
        tenant,
        content_type: Some(FORM),
        authorization: None,
        client_request_id: None,
        body: body.as_bytes(),
    };
    grant(directory, &SigningKey::development(), &request, now(), draw().at("request"))
}

/// What a request is answered by a tenant that remembers nothing.
fn grant(
    directory: &Directory,
    key: &SigningKey,
    request: &TokenRequest<'_>,
    now: DateTime<Utc>,
    draw: Draw,
) -> Result<TokenResponse, AadError> {
    decide(directory, directory, &mut Sessions::default(), request, now, draw).map(|decided| decided.sign(key))
}

/// What a good request with `changes` is answered.
fn ask_with(changes: &[Change<'_>]) -> Result<TokenResponse, AadError> {
    let directory = directory();
    ask(&directory, &directory.tenant_id.to_string(), &form(&directory, changes))
}

fn refusal(answer: Result<TokenResponse, AadError>) -> AadError {
    answer.expect_err("a refusal")
}

/// The body and the status as a reader sees them; the body must be well formed.
fn shown(refusal: &AadError) -> Value {
    let body: Value = serde_json::from_str(&refusal.body()).expect("a JSON body");
    serde_json::json!({"status": refusal.status(), "body": body})
}
