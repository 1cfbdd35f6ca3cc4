//! Id tokens: who signed in, told to the app.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use uuid::Uuid;

use super::access_token::{HEAD_START, LIFETIME, issuer, pairwise};
use super::authority::Authority;
use super::directory::{BASE64URL, Directory, text};
use super::jwt;
use super::keys::SigningKey;
use super::token_endpoint::Dialect;
use super::user::User;
use crate::random::Draw;

/// The claims of an id token (documented: entra-docs, id token claims reference), v2.0 or v1.0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdClaims {
    aud: Uuid,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    oid: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    rh: String,
    sid: Uuid,
    sub: String,
    tid: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upn: Option<String>,
    uti: String,
    ver: &'static str,
}

/// What an id token is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignIn<'a> {
    pub(super) directory: &'a Directory,
    pub(super) authority: &'a Authority,
    pub(super) dialect: Dialect,
    pub(super) client_id: Uuid,
    pub(super) user: &'a User,
    pub(super) sid: Uuid,
    pub(super) nonce: Option<&'a str>,
    pub(super) email: bool,
}

impl IdClaims {
    /// The claims about `sign_in`. Its issuer is the one the metadata names.
    pub(super) fn new(sign_in: SignIn<'_>, now: DateTime<Utc>, draw: Draw) -> Self {
        let SignIn { directory, user, .. } = sign_in;
        let from = (now - HEAD_START).timestamp();
        let upn = || Some(user.user_principal_name.clone());
        let v1 = sign_in.dialect == Dialect::V1;
        Self {
            aud: sign_in.client_id,
            iss: if v1 {
                issuer(directory.tenant_id)
            } else {
                sign_in.authority.issuer(&directory.tenant_id.to_string())
            },
            iat: from,
            nbf: from,
            exp: (now + LIFETIME).timestamp(),
            amr: v1.then_some(["pwd"]),
            c_hash: None,
            email: if sign_in.email { upn() } else { None },
            name: user.display_name.clone(),
            nonce: sign_in.nonce.map(str::to_owned),
            oid: user.id,
            preferred_username: if v1 { None } else { upn() },
            rh: format!("1.SIMTUNE{}.", text(draw.at("id-rh"), BASE64URL, 32)),
            sid: sign_in.sid,
            sub: pairwise(&sign_in.client_id.to_string(), user.id),
            tid: directory.tenant_id,
            unique_name: if v1 { upn() } else { None },
            upn: if v1 { upn() } else { None },
            uti: URL_SAFE_NO_PAD.encode(draw.at("id-uti").guid().as_bytes()),
            ver: if v1 { "1.0" } else { "2.0" },
        }
    }

    /// The same, bound to the code it was sent with (`OpenID` Connect Core 3.3.2.11).
    pub(super) fn beside_code(mut self, code: &str) -> Self {
        self.c_hash = Some(URL_SAFE_NO_PAD.encode(&digest(&SHA256, code.as_bytes()).as_ref()[..16]));
        self
    }

    /// The token.
    pub(super) fn sign(&self, key: &SigningKey) -> String {
        jwt::sign(key, self)
    }
}

/// `client_info`, which MSAL asks for to name accounts: base64url of the user's and the tenant's id (observed).
pub(super) fn client_info(directory: &Directory, user: &User) -> String {
    URL_SAFE_NO_PAD.encode(format!(r#"{{"uid":"{}","utid":"{}"}}"#, user.id, directory.tenant_id))
}
