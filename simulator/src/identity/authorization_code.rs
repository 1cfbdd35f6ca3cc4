//! Authorization codes: made when a user signs in, redeemed once, by the client that asked, within ten minutes.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::artifact;
use super::bounded::Bounded;
use super::delegation::Delegation;
use super::error::{Reason, Refusal};
use super::pkce::Challenge;
use crate::random::Draw;
use crate::stored;

/// How long a code lives (documented: entra-docs, authorization code flow, "about 10 minutes").
pub(super) const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// The codes of a tenant.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Codes(Bounded<Code>);

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Code {
    delegation: Delegation,
    redirect_uri: String,
    challenge: Option<Challenge>,
    #[serde(with = "stored::instant")]
    expires: DateTime<Utc>,
    redeemed: bool,
}

/// What a client presents with a code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Redemption<'a> {
    pub(super) client_id: Uuid,
    pub(super) redirect_uri: Option<&'a str>,
    pub(super) verifier: Option<&'a str>,
}

impl Codes {
    /// A code for `delegation`, to be sent to `redirect_uri`.
    pub(super) fn issue(
        &mut self,
        tenant: Uuid,
        delegation: Delegation,
        redirect_uri: &str,
        challenge: Option<Challenge>,
        now: DateTime<Utc>,
        draw: Draw,
    ) -> String {
        let code = artifact::make("CODE", tenant, draw.at("code"));
        let redirect_uri = redirect_uri.to_owned();
        let entry = Code { delegation, redirect_uri, challenge, expires: now + LIFETIME, redeemed: false };
        self.0.insert(code.clone(), entry);
        code
    }

    /// What a code stands for. Only a redemption that succeeds uses it up, and the order of the refusals is assumed.
    pub(super) fn redeem(
        &mut self,
        code: &str,
        presented: Redemption<'_>,
        now: DateTime<Utc>,
    ) -> Result<Delegation, Refusal> {
        let entry = self.0.get_mut(code).ok_or_else(|| Reason::MalformedGrant.with(&[]))?;
        if entry.delegation.client_id != presented.client_id {
            return Err(Reason::ForeignGrant.with(&[]));
        }
        if entry.redeemed {
            return Err(Reason::RedeemedCode.with(&[]));
        }
        if now >= entry.expires {
            return Err(Reason::ExpiredCode.with(&[]));
        }
        match presented.redirect_uri {
            None => return Err(Reason::MissingParameter.with(&["redirect_uri"])),
            Some(sent) if sent != entry.redirect_uri => {
                return Err(Reason::OtherRedirectUri.with(&[sent, &entry.redirect_uri]));
            }
            Some(_) => {}
        }
        match (&entry.challenge, presented.verifier) {
            (None, None) => {}
            (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => {}
            (_, _) => return Err(Reason::WrongVerifier.with(&[])),
        }
        entry.redeemed = true;
        Ok(entry.delegation.clone())
    }
}
