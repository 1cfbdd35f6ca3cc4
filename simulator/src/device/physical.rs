//! The physical side of a device, which no client sees and the tester decides.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is true of the device itself, whatever the inventory says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Physical {
    /// Whether a push reaches it. An offline device answers when it is online again.
    pub online: bool,
    /// What it really runs, where the inventory is stale; absent: what the inventory says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual_os_version: Option<String>,
    /// Its screen lock.
    pub passcode: Passcode,
    /// The token iOS needs to remove a passcode.
    pub unlock_token: UnlockToken,
    /// Whether an Android work profile has an active reset token.
    pub reset_token_active: bool,
    /// What it answers when asked to do something; `auto` decides from all of the above.
    pub outcome: ScriptedOutcome,
}

impl Default for Physical {
    fn default() -> Self {
        Self {
            online: true,
            actual_os_version: None,
            passcode: Passcode::default(),
            unlock_token: UnlockToken::Valid,
            reset_token_active: true,
            outcome: ScriptedOutcome::Auto,
        }
    }
}

impl Physical {
    /// Whether it is as of most devices.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// The screen lock of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Passcode {
    /// Whether one is set.
    pub set: bool,
    /// Whether a policy enforces one; without it an Android reset fails (documented, memdocs PR#4082).
    pub required: bool,
}

impl Default for Passcode {
    fn default() -> Self {
        Self { set: true, required: true }
    }
}

/// The state of an iOS unlock token as Intune holds it. With a wrong one only a wipe helps (documented).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum UnlockToken {
    /// The device accepts it.
    Valid,
    /// The device refuses it.
    Wrong,
    /// Intune has none.
    Missing,
}

/// What a device answers when it was asked to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ScriptedOutcome {
    /// What its state and the support matrix say.
    Auto,
    /// Success, whatever they say.
    Done,
    /// Failure.
    Failed,
    /// "Not supported", at device time.
    NotSupported,
    /// Nothing, ever: the action stays pending (observed: docs#12964, docs#12965).
    Never,
}
