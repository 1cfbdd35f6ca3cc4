//! Proof Key for Code Exchange (RFC 7636): whoever redeems a code must be whoever asked for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::error::{Reason, Refusal};

/// What an authorization request promised about its verifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Challenge {
    method: Method,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Method {
    Plain,
    S256,
}

impl Challenge {
    /// `code_challenge` and `code_challenge_method`; without a method it is plain (documented). A challenge is 43 to 128
    /// unreserved characters (RFC 7636); how Entra words another length is not known, so it gets the sentence of a value
    /// that is not valid.
    pub(super) fn read(value: Option<&str>, method: Option<&str>) -> Result<Option<Self>, Refusal> {
        let Some(value) = value else { return Ok(None) };
        let method = match method {
            None | Some("plain") => Method::Plain,
            Some("S256") => Method::S256,
            Some(other) => return Err(Reason::InvalidChallengeMethod.with(&[other])),
        };
        if !is_well_formed(value) {
            return Err(Reason::InvalidChallenge.with(&[]));
        }
        Ok(Some(Self { method, value: value.to_owned() }))
    }

    /// Whether `verifier` is the one.
    pub(super) fn is_met_by(&self, verifier: &str) -> bool {
        match self.method {
            Method::Plain => verifier == self.value,
            Method::S256 => URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) == self.value,
        }
    }
}

fn is_well_formed(value: &str) -> bool {
    (43..=128).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}
