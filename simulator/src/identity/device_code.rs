//! Device codes (RFC 8628): a device asks, a person enters the user code elsewhere and signs in, the device polls.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::artifact;
use super::bounded::Bounded;
use super::delegated_scope::Wanted;
use super::delegation::Delegation;
use super::directory::text;
use super::error::{Reason, Refusal};
use crate::random::Draw;
use crate::stored;

/// How long both codes live (documented: `expires_in` is 900).
pub(super) const LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// How often the client may ask, in seconds (documented). Entra's page lists no `slow_down`, so one that asks more often
/// is answered as if it had waited.
pub(super) const INTERVAL: i64 = 5;
/// Consonants and digits that are not mistaken for one another. Entra's user codes have nine characters (documented).
const ALPHABET: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ23456789";

/// The device codes of a tenant.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct DeviceCodes(Bounded<Request>);

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    client_id: Uuid,
    user_code: String,
    wanted: Wanted,
    understands_challenges: bool,
    #[serde(with = "stored::instant")]
    expires: DateTime<Utc>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum State {
    Pending,
    Approved {
        user: Uuid,
        #[serde(with = "stored::count")]
        session: u64,
    },
    Declined,
    Redeemed,
}

/// The two codes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Begun {
    pub(super) device_code: String,
    pub(super) user_code: String,
}

/// Why a user code is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserCodeRefusal {
    /// Nobody asked for it.
    #[error("That code didn't work. Check the code and try again.")]
    Unknown,
    /// Its time is over.
    #[error("That code has expired. Go back to your app or device and get a new one.")]
    Expired,
    /// It was used.
    #[error("That code has been used. Go back to your app or device and get a new one.")]
    Used,
}

impl DeviceCodes {
    /// Begins a request of `client_id` for what is `wanted`.
    pub(super) fn begin(
        &mut self,
        tenant: Uuid,
        client_id: Uuid,
        wanted: Wanted,
        understands_challenges: bool,
        now: DateTime<Utc>,
        draw: Draw,
    ) -> Begun {
        let device_code = artifact::make("DEVICE", tenant, draw.at("device-code"));
        let user_code = text(draw.at("user-code").at(&tenant.to_string()), ALPHABET, 9);
        let request = Request {
            client_id,
            user_code: user_code.clone(),
            wanted,
            understands_challenges,
            expires: now + LIFETIME,
            state: State::Pending,
        };
        self.0.insert(device_code.clone(), request);
        Begun { device_code, user_code }
    }

    /// Whether a device was given `user_code`.
    pub(super) fn gave(&self, user_code: &str) -> bool {
        self.0.values().any(|request| is_same(&request.user_code, user_code))
    }

    /// The client that waits for `user_code`.
    pub(super) fn client_of(&self, user_code: &str, now: DateTime<Utc>) -> Result<Uuid, UserCodeRefusal> {
        let request = self.0.values().find(|request| is_same(&request.user_code, user_code));
        let request = request.ok_or(UserCodeRefusal::Unknown)?;
        request.check(now).map(|()| request.client_id)
    }

    /// The user signs in with `user_code`, or (with nobody) declines.
    pub(super) fn decide(
        &mut self,
        user_code: &str,
        user: Option<(Uuid, u64)>,
        now: DateTime<Utc>,
    ) -> Result<(), UserCodeRefusal> {
        let request = self.0.values_mut().find(|request| is_same(&request.user_code, user_code));
        let request = request.ok_or(UserCodeRefusal::Unknown)?;
        request.check(now)?;
        request.state = match user {
            Some((user, session)) => State::Approved { user, session },
            None => State::Declined,
        };
        Ok(())
    }

    /// What the polling client gets. A code that was redeemed is as good as unknown (assumed).
    pub(super) fn poll(
        &mut self,
        device_code: &str,
        client_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Delegation, Refusal> {
        let unknown = || Reason::UnknownDeviceCode.with(&[]);
        let request = self.0.get_mut(device_code).ok_or_else(unknown)?;
        if request.client_id != client_id {
            return Err(Reason::ForeignGrant.with(&[]));
        }
        match request.state {
            State::Redeemed => Err(unknown()),
            _ if now >= request.expires => Err(Reason::ExpiredDeviceCode.with(&[])),
            State::Declined => Err(Reason::DeclinedDeviceCode.with(&[])),
            State::Pending => Err(Reason::PendingDeviceCode.with(&[])),
            State::Approved { user, session } => {
                request.state = State::Redeemed;
                Ok(Delegation {
                    client_id,
                    user,
                    session,
                    wanted: request.wanted.clone(),
                    nonce: None,
                    understands_challenges: request.understands_challenges,
                })
            }
        }
    }
}

impl Request {
    fn check(&self, now: DateTime<Utc>) -> Result<(), UserCodeRefusal> {
        match self.state {
            _ if now >= self.expires => Err(UserCodeRefusal::Expired),
            State::Pending => Ok(()),
            _ => Err(UserCodeRefusal::Used),
        }
    }
}

/// People write codes in small letters and with blanks and hyphens.
fn is_same(user_code: &str, entered: &str) -> bool {
    let entered = entered.chars().filter(|c| !c.is_whitespace() && *c != '-');
    user_code.chars().eq(entered.map(|c| c.to_ascii_uppercase()))
}
