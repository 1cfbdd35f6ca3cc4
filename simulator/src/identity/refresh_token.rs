//! Refresh tokens: opaque, good for ninety days, replaced with each use and not revoked by it.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::artifact;
use super::bounded::Bounded;
use super::delegation::Delegation;
use super::error::{Reason, Refusal};
use crate::random::Draw;
use crate::stored;

/// How long one lives (documented: entra-docs, refresh tokens, 90 days for all but single-page apps).
pub(super) const LIFETIME: TimeDelta = TimeDelta::days(90);

/// The refresh tokens of a tenant.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct RefreshTokens(Bounded<RefreshToken>);

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RefreshToken {
    delegation: Delegation,
    #[serde(with = "stored::instant")]
    issued: DateTime<Utc>,
}

impl RefreshTokens {
    /// A new token for `delegation`.
    pub(super) fn issue(&mut self, tenant: Uuid, delegation: Delegation, now: DateTime<Utc>, draw: Draw) -> String {
        let token = artifact::make("REFRESH", tenant, draw.at("refresh-token"));
        self.0.insert(token.clone(), RefreshToken { delegation, issued: now });
        token
    }

    /// What a token stands for. Using one leaves it valid: each use gives a new one beside it (documented: entra-docs,
    /// refresh tokens, "replaced … upon every use" and "doesn't revoke old refresh tokens").
    pub(super) fn redeem(
        &self,
        token: &str,
        client_id: Uuid,
        session_of: impl Fn(Uuid) -> (u64, Option<DateTime<Utc>>),
        now: DateTime<Utc>,
    ) -> Result<Delegation, Refusal> {
        let known = self.0.get(token).ok_or_else(|| Reason::MalformedGrant.with(&[]))?;
        if known.delegation.client_id != client_id {
            return Err(Reason::ForeignGrant.with(&[]));
        }
        let (session, since) = session_of(known.delegation.user);
        if known.delegation.session != session {
            let since = since.unwrap_or(now);
            return Err(Reason::RevokedGrant.with(&[&instant(known.issued), &instant(since)]));
        }
        if now - known.issued >= LIFETIME {
            return Err(Reason::InactiveRefreshToken.with(&[&instant(known.issued)]));
        }
        Ok(known.delegation.clone())
    }
}

/// As the service writes it: `2022-01-07T13:54:01.3194315Z` (observed: azure-sdk-for-python#26729).
fn instant(time: DateTime<Utc>) -> String {
    let nanoseconds = time.to_rfc3339_opts(SecondsFormat::Nanos, true);
    nanoseconds.strip_suffix("00Z").map_or(nanoseconds.clone(), |kept| format!("{kept}Z"))
}
