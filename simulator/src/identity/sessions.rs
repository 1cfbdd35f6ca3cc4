//! What a tenant remembers between two requests of one sign-in: codes, device codes, refresh tokens, revocations.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::authorization_code::Codes;
use super::device_code::{DeviceCodes, UserCodeRefusal};
use super::refresh_token::RefreshTokens;
use crate::random::Draw;
use crate::stored;

/// The sign-ins of one tenant that are under way or lasting.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sessions {
    pub(super) codes: Codes,
    pub(super) device_codes: DeviceCodes,
    pub(super) refresh_tokens: RefreshTokens,
    /// Who approves each device code at once, if anybody.
    pub auto_approve: Option<Uuid>,
    revoked: BTreeMap<Uuid, Revocations>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Revocations {
    #[serde(with = "stored::count")]
    count: u64,
    #[serde(with = "stored::instant")]
    last: DateTime<Utc>,
}

impl Sessions {
    /// The number of `user`'s current session, and when the one before it was revoked.
    pub fn of(&self, user: Uuid) -> (u64, Option<DateTime<Utc>>) {
        self.revoked.get(&user).map_or((0, None), |revoked| (revoked.count, Some(revoked.last)))
    }

    /// Ends `user`'s sessions: refresh tokens and access tokens from before count no more.
    pub fn revoke(&mut self, user: Uuid, now: DateTime<Utc>) {
        let revoked = self.revoked.entry(user).or_insert(Revocations { count: 0, last: now });
        *revoked = Revocations { count: revoked.count + 1, last: now };
    }

    /// Whether a device was given `user_code`, be it of use or not.
    pub fn gave(&self, user_code: &str) -> bool {
        self.device_codes.gave(user_code)
    }

    /// The client that waits for `user_code`.
    pub fn client_of(&self, user_code: &str, now: DateTime<Utc>) -> Result<Uuid, UserCodeRefusal> {
        self.device_codes.client_of(user_code, now)
    }

    /// `user` signs in with `user_code`; nobody declines.
    pub fn decide_device(
        &mut self,
        user_code: &str,
        user: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<(), UserCodeRefusal> {
        let user = user.map(|user| (user, self.of(user).0));
        self.device_codes.decide(user_code, user, now)
    }
}

/// The id of a session, `sid` in tokens: the same for the same user and number, so that a token tells its session.
pub fn session_id(tenant: Uuid, user: Uuid, number: u64) -> Uuid {
    Draw::from_seed(number).at("session").at(&tenant.to_string()).at(&user.to_string()).guid()
}
