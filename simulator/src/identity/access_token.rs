//! Graph access tokens: what is in them, how they are made, and what can be wrong with one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::authority::CLOUDS;
use super::directory::{App, BASE64URL, Directory, text};
use super::jwt::{self, Jws, NotAJwt, Padding};
use super::keys::SigningKey;
use super::user::User;
use crate::random::Draw;

/// Graph's application id, which is an audience too (documented: access token claims).
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// How long an app-only token lives, counted from the answer (observed: `expires_in` is 3599).
pub const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// How far in the past `nbf` lies (observed: `expires_on` − `not_before` is 3900 s in answers of the v1 endpoint).
pub(super) const HEAD_START: TimeDelta = TimeDelta::minutes(5);

/// The claims of a Graph access token in the v1 format (documented: entra-docs, access token claims reference).
///
/// Every member is open, so that a wrong token can be made on purpose: change it, then [`mint`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// For whom: [`GRAPH`](super::authority::GRAPH), another cloud's Graph, or [`GRAPH_APP_ID`].
    pub aud: String,
    /// By whom: `https://sts.windows.net/<tid>/`.
    pub iss: String,
    /// Made at, in seconds since 1970. Equal to `nbf` (assumed).
    pub iat: i64,
    /// Valid from, in seconds since 1970, five minutes before the answer.
    pub nbf: i64,
    /// Valid until, in seconds since 1970; the first second at which the token is refused.
    pub exp: i64,
    /// The authentication context class; `1` for users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Opaque.
    #[serde(default)]
    pub aio: String,
    /// How the user proved to be who he is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The app's name.
    #[serde(default)]
    pub app_displayname: String,
    /// The app's client id.
    pub appid: Uuid,
    /// How the app proved itself.
    #[serde(default)]
    pub appidacr: Credential,
    /// The same as `iss`.
    #[serde(default)]
    pub idp: String,
    /// `app` for app-only tokens, `user` for others; documented as opt-in, assumed to be on for Graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idtyp: Option<String>,
    /// Where the user signed in from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipaddr: Option<String>,
    /// The user's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The object id of the service principal, or of the user.
    pub oid: Uuid,
    /// Opaque.
    #[serde(default)]
    pub rh: String,
    /// The application permissions at the time of issue; later grants do not show (observed: graph2otel).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// What the user lets the app do, names with blanks between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scp: Option<String>,
    /// The user's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
    /// The same as `oid` for apps; for users a name that no other app knows them by.
    #[serde(default)]
    pub sub: String,
    /// The tenant.
    pub tid: Uuid,
    /// The user's sign-in name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_name: Option<String>,
    /// The user's sign-in name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upn: Option<String>,
    /// The id of this token, 22 characters.
    #[serde(default)]
    pub uti: String,
    /// `1.0`.
    #[serde(default)]
    pub ver: String,
    /// The user's roles in the directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wids: Vec<String>,
    /// What the client said it can do: `CP1` for claims challenges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub xms_cc: Vec<String>,
}

/// On whose behalf an app acts, and how far.
#[derive(Debug, Clone, Copy)]
pub struct Behalf<'a> {
    /// The user.
    pub user: &'a User,
    /// For whom the token is.
    pub audience: &'a str,
    /// How the app proved itself.
    pub credential: Credential,
    /// What the user lets the app do, names with blanks between.
    pub scp: &'a str,
    /// The user's session.
    pub sid: Uuid,
}

/// The life of a token whose client understands claims challenges (observed: `expires_in` can be 86399).
pub const LONG_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// The claim `xms_cc` and the lifetime that goes with it.
pub(super) fn capabilities(understands_challenges: bool) -> (Vec<String>, TimeDelta) {
    if understands_challenges { (vec!["CP1".to_owned()], LONG_LIFETIME) } else { (Vec::new(), LIFETIME) }
}

/// How an app proved itself; the value of `appidacr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Credential {
    /// Not at all.
    #[default]
    #[serde(rename = "0")]
    None,
    /// With a client secret.
    #[serde(rename = "1")]
    Secret,
    /// With a certificate.
    #[serde(rename = "2")]
    Certificate,
}

/// What is wrong with a bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenDefect {
    /// There is none.
    #[error("the access token is empty; send 'Authorization: Bearer <token>'")]
    Empty,
    /// It is not a JWT (Graph: `80049217`).
    #[error("the access token is not a JWT: {0}")]
    NotJwt(NotAJwt),
    /// It is a JWT, but not with the claims of an access token for Graph.
    #[error("the access token lacks claims that a Graph access token has, or has them in another form")]
    NotForGraph,
    /// This simulator's key did not make the signature.
    #[error("the signature of the access token is not this simulator's; get a token from its own token endpoint")]
    WrongSignature,
    /// It is for another resource.
    #[error(
        "the access token is for another audience than Graph; ask for the scope https://graph.microsoft.com/.default"
    )]
    WrongAudience,
    /// It is of another tenant, or its issuer is.
    #[error("the access token was issued by or for another tenant")]
    WrongTenant,
    /// Its time is over.
    #[error("the access token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the access token is not valid yet")]
    NotYetValid,
}

impl Claims {
    /// The claims of an app-only token for `app`, issued at `now` for [`LIFETIME`]; what is opaque is drawn.
    pub fn app_only(
        directory: &Directory,
        app: &App,
        audience: &str,
        credential: Credential,
        now: DateTime<Utc>,
        draw: Draw,
    ) -> Self {
        let issuer = issuer(directory.tenant_id);
        let from = (now - HEAD_START).timestamp();
        Self {
            aud: audience.to_owned(),
            iss: issuer.clone(),
            iat: from,
            nbf: from,
            exp: (now + LIFETIME).timestamp(),
            acr: None,
            aio: format!("k2SIMTUNE{}==", text(draw.at("aio"), BASE64URL, 24)),
            amr: Vec::new(),
            app_displayname: app.display_name.clone(),
            appid: app.client_id,
            appidacr: credential,
            idp: issuer,
            idtyp: Some("app".to_owned()),
            ipaddr: None,
            name: None,
            oid: app.service_principal_object_id,
            rh: format!("1.SIMTUNE{}.", text(draw.at("rh"), BASE64URL, 32)),
            roles: app.roles.clone(),
            scp: None,
            sid: None,
            sub: app.service_principal_object_id.to_string(),
            tid: directory.tenant_id,
            unique_name: None,
            upn: None,
            uti: URL_SAFE_NO_PAD.encode(draw.at("uti").guid().as_bytes()),
            ver: "1.0".to_owned(),
            wids: Vec::new(),
            xms_cc: Vec::new(),
        }
    }

    /// The claims of a delegated token: `app` acts on behalf of a user.
    ///
    /// Which claims there are is documented; that `amr` is `pwd` and `ipaddr` the loopback address is this simulator's.
    pub fn delegated(directory: &Directory, app: &App, behalf: Behalf<'_>, now: DateTime<Utc>, draw: Draw) -> Self {
        let Behalf { user, audience, credential, scp, sid } = behalf;
        Self {
            acr: Some("1".to_owned()),
            amr: vec!["pwd".to_owned()],
            idtyp: Some("user".to_owned()),
            ipaddr: Some("127.0.0.1".to_owned()),
            name: Some(user.display_name.clone()),
            oid: user.id,
            roles: Vec::new(),
            scp: Some(scp.to_owned()),
            sid: Some(sid),
            sub: pairwise(GRAPH_APP_ID, user.id),
            unique_name: Some(user.user_principal_name.clone()),
            upn: Some(user.user_principal_name.clone()),
            wids: vec![user.role.wid().to_owned()],
            ..Self::app_only(directory, app, audience, credential, now, draw)
        }
    }

    /// The same for a client that understands claims challenges, or does not.
    #[must_use]
    pub fn understanding_challenges(mut self, yes: bool) -> Self {
        let issued = self.issued();
        let (xms_cc, lifetime) = capabilities(yes);
        self.xms_cc = xms_cc;
        self.exp = issued + lifetime.num_seconds();
        self
    }

    /// Makes it a token of `tenant`.
    pub fn of_tenant(&mut self, tenant: Uuid) {
        self.tid = tenant;
        self.iss = issuer(tenant);
        self.idp.clone_from(&self.iss);
    }

    /// When it was made, in seconds since 1970; `iat` lies before that.
    pub fn issued(&self) -> i64 {
        self.iat.saturating_add(HEAD_START.num_seconds())
    }

    /// Whether an app acts for a user.
    pub fn is_delegated(&self) -> bool {
        self.scp.is_some()
    }
}

/// What `user` is called towards the app `client_id` alone (documented: `sub` is pairwise).
pub(super) fn pairwise(client_id: &str, user: Uuid) -> String {
    text(Draw::from_seed(0).at("pairwise").at(client_id).at(&user.to_string()), BASE64URL, 43)
}

/// The token that says `claims`, signed by `key`.
pub fn mint(key: &SigningKey, claims: &Claims) -> String {
    jwt::sign(key, claims)
}

/// The same token with a signature that nobody made; everything in it can still be read.
pub fn spoil_signature(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap_or((token, ""));
    let mut bytes = jwt::decode(signature, Padding::Forbidden).unwrap_or_default();
    for byte in &mut bytes {
        *byte = !*byte;
    }
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The claims of `token`, if `key` signed them. Times and audience are not looked at: that is [`check`], which is cheap
/// enough to repeat for a token whose signature is known to be right.
pub fn read(token: &str, key: &SigningKey) -> Result<Claims, TokenDefect> {
    if token.is_empty() {
        return Err(TokenDefect::Empty);
    }
    let jws = Jws::parse(token, Padding::Forbidden).map_err(TokenDefect::NotJwt)?;
    if !jws.is_signed_by(key) {
        return Err(TokenDefect::WrongSignature);
    }
    serde_json::from_value(jws.claims.into()).map_err(|_| TokenDefect::NotForGraph)
}

/// Whether verified `claims` are good for Graph in `tenant` at `now`. No leeway is given at either end (assumed), so
/// that a clock that is moved to `exp` shows an expired token at once.
pub fn check(claims: &Claims, tenant: Uuid, now: DateTime<Utc>) -> Result<(), TokenDefect> {
    if !is_graph(&claims.aud) {
        Err(TokenDefect::WrongAudience)
    } else if claims.tid != tenant || claims.iss != issuer(tenant) {
        Err(TokenDefect::WrongTenant)
    } else if now.timestamp() >= claims.exp {
        Err(TokenDefect::Expired)
    } else if now.timestamp() < claims.nbf {
        Err(TokenDefect::NotYetValid)
    } else {
        Ok(())
    }
}

/// The tenant that `token` names, without any proof: a request belongs to that tenant even if its token is refused.
pub fn tenant_of(token: &str) -> Option<Uuid> {
    #[derive(Deserialize)]
    struct Tenant {
        tid: Uuid,
    }
    let claims = token.split('.').nth(1)?;
    let bytes = jwt::decode(claims, Padding::Forbidden)?;
    let tenant: Tenant = serde_json::from_slice(&bytes).ok()?;
    Some(tenant.tid)
}

/// The issuer of v1 tokens of `tenant`, the same in every cloud that was looked at.
pub(super) fn issuer(tenant: Uuid) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// Whether `audience` names Graph, in any cloud, with or without a slash at the end.
pub(super) fn is_graph(audience: &str) -> bool {
    let name = audience.strip_suffix('/').unwrap_or(audience);
    name.eq_ignore_ascii_case(GRAPH_APP_ID)
        || CLOUDS.iter().flat_map(|cloud| cloud.graph).any(|graph| name.eq_ignore_ascii_case(graph))
}
