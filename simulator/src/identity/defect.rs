//! Tokens that are wrong on purpose.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Deserialize;

use super::access_token::{self, Claims};
use super::keys::SigningKey;
use crate::random::Draw;

/// How long a token lives that ends in the middle of what it is for.
pub const SHORT: TimeDelta = TimeDelta::seconds(5);

/// What can be wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Defect {
    /// Its time is over.
    Expired,
    /// Its time begins in an hour.
    NotYetValid,
    /// It is for another resource.
    WrongAudience,
    /// It is of a tenant that does not exist.
    WrongTenant,
    /// Nobody made its signature.
    WrongSignature,
    /// It allows nothing that is asked for.
    MissingRole,
    /// It is no JWT.
    NotJwt,
    /// It is empty.
    Empty,
}

/// How the token endpoint spoils what it issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issue {
    /// The token has a defect.
    Defect(Defect),
    /// It lives for [`SHORT`].
    Short,
    /// It lives for [`SHORT`], and the answer does not say so.
    ShorterThanTold,
}

impl Defect {
    /// A token of `claims` with this defect, and how many seconds are left of it at `now`.
    pub fn mint(self, key: &SigningKey, mut claims: Claims, now: DateTime<Utc>, draw: Draw) -> (String, i64) {
        let left = claims.exp - now.timestamp();
        match self {
            Self::NotJwt => return ("not-a-jwt".to_owned(), left),
            Self::Empty => return (String::new(), left),
            Self::WrongSignature => {
                return (access_token::spoil_signature(&access_token::mint(key, &claims)), left);
            }
            Self::Expired => {
                let life = claims.exp - claims.nbf;
                claims.exp = now.timestamp();
                claims.nbf = claims.exp - life;
                claims.iat = claims.nbf;
            }
            Self::NotYetValid => {
                claims.nbf = (now + TimeDelta::hours(1)).timestamp();
                claims.iat = claims.nbf;
                claims.exp = claims.nbf + left;
            }
            Self::WrongAudience => "https://management.azure.com".clone_into(&mut claims.aud),
            Self::WrongTenant => claims.of_tenant(draw.at("another tenant").guid()),
            // A token that allows something, but nothing that is asked for.
            Self::MissingRole => match &mut claims.scp {
                Some(scopes) => "openid profile".clone_into(scopes),
                None => claims.roles.clear(),
            },
        }
        let token = access_token::mint(key, &claims);
        (token, claims.exp - now.timestamp())
    }
}
