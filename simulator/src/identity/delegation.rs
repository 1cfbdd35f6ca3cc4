//! What a user lets an app do: the thing that codes, device codes and refresh tokens stand for.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::delegated_scope::Wanted;
use crate::stored;

/// A user's permission for an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Delegation {
    /// The app's client id.
    pub(super) client_id: Uuid,
    /// The user's object id.
    pub(super) user: Uuid,
    /// Which of the user's sessions it belongs to; a revocation begins the next one.
    #[serde(with = "stored::count")]
    pub(super) session: u64,
    /// What was asked for.
    pub(super) wanted: Wanted,
    /// What the id token repeats.
    pub(super) nonce: Option<String>,
    /// Whether the client said that it understands claims challenges (`xms_cc`, `CP1`).
    pub(super) understands_challenges: bool,
}
