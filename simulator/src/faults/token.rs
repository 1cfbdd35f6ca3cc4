//! What can be wrong with a token: with one that was sent to Graph, and with one that is issued.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TokenDefect {
    /// Its time is over.
    Expired,
    /// Its time has not begun.
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
    /// It is refused with a claims challenge.
    ClaimsChallenge,
    /// It lives for five seconds, and the answer says so.
    Short,
    /// It lives for five seconds, and the answer promises an hour.
    ShorterThanTold,
}

impl TokenDefect {
    /// Every defect by name, and what it means at Graph and at the token endpoint.
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 11] = [
        (Self::Expired, "expired", "401 for an expired token", "a token whose time is over, `expires_in` 0"),
        (Self::NotYetValid, "notYetValid", "401 for a token from the future", "a token whose time begins in an hour"),
        (Self::WrongAudience, "wrongAudience", "401 for another audience", "a token for another resource"),
        (Self::WrongTenant, "wrongTenant", "401 for a stranger", "a token of a tenant that does not exist"),
        (Self::WrongSignature, "wrongSignature", "401 for a bad signature", "a token with a spoiled signature"),
        (Self::MissingRole, "missingRole", "403 that names the permission", "a token that allows nothing"),
        (Self::NotJwt, "notJwt", "401 for something that is no JWT", "`not-a-jwt`"),
        (Self::Empty, "empty", "401 as without a token", "an empty `access_token`"),
        (Self::ClaimsChallenge, "claimsChallenge", "401 with a claims challenge in `WWW-Authenticate`", ""),
        (Self::Short, "short", "", "a token for five seconds, and `expires_in` says so"),
        (Self::ShorterThanTold, "shorterThanTold", "", "a token for five seconds, and `expires_in` promises an hour"),
    ];

    /// Whether a token that was sent can be refused so.
    pub const fn is_of_sent(self) -> bool {
        !matches!(self, Self::Short | Self::ShorterThanTold)
    }

    /// Whether a token can be issued so.
    pub const fn is_of_issued(self) -> bool {
        !matches!(self, Self::ClaimsChallenge)
    }
}
