//! What a device was asked to do and how far it has got; pure, time is an argument.
//!
//! A device is a pair: what it *is* (`Physical`) and what it was *asked* (`ActionResult`). Asking changes only the
//! second; the device answers at its next check-in, and only then the first changes too.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::physical::{Physical, ScriptedOutcome, UnlockToken};

/// How long the service returns a temporary passcode. The admin centre shows it for seven days (documented: memdocs
/// `device-passcode-reset.md`); that Graph stops then too is assumed.
pub const PASSCODE_SHOWN_FOR: TimeDelta = TimeDelta::days(7);

/// The `errorCode` of an action that failed on the device. That it is not zero is documented; which number it is, no
/// public capture tells (assumed).
pub const DEVICE_REFUSED: i32 = -2_016_341_112;

/// How far an action has got: Graph's `actionState` (documented: v1.0 CSDL).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionState {
    /// Accepted, not yet answered by the device.
    Pending,
    /// Given up because a stronger action won.
    Canceled,
    /// Obeyed.
    Done,
    /// Refused by the device.
    Failed,
    /// The device cannot.
    NotSupported,
}

impl ActionState {
    /// Graph's spelling.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Canceled => "canceled",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::NotSupported => "notSupported",
        }
    }
}

/// One entry of a device's `deviceActionResults`.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionResult {
    /// The action's name in Graph, such as `resetPasscode`.
    pub action: &'static str,
    /// How far it has got.
    pub state: ActionState,
    /// When it was last asked for.
    pub started: DateTime<Utc>,
    /// When its state last changed.
    pub updated: DateTime<Utc>,
    /// How often it was asked for, so that each request has a draw of its own.
    pub request: u64,
    /// The temporary passcode, from the moment the device has confirmed it.
    pub passcode: Option<Arc<str>>,
    /// 0, or why the device refused.
    pub error_code: i32,
}

impl ActionResult {
    /// The entry right after the `request`-th request for `action`: a new request replaces an older one of its name.
    pub fn pending(action: &'static str, request: u64, now: DateTime<Utc>) -> Self {
        Self { action, state: ActionState::Pending, started: now, updated: now, request, passcode: None, error_code: 0 }
    }

    /// Writes down what the device reported.
    pub fn finish(&mut self, report: Report, passcode: Option<Arc<str>>, now: DateTime<Utc>) {
        self.state = report.state();
        self.updated = now;
        self.passcode = passcode;
        self.error_code = if report == Report::Failed { DEVICE_REFUSED } else { 0 };
    }

    /// When the service stops returning the passcode, if it returns one now.
    pub fn passcode_hidden_at(&self) -> Option<DateTime<Utc>> {
        self.passcode.is_some().then(|| self.updated + PASSCODE_SHOWN_FOR)
    }
}

/// What obeying does to the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The screen lock is gone.
    RemovePasscode,
    /// The screen lock is a temporary passcode.
    SetTemporaryPasscode,
}

/// What a device must have for an order to succeed, found out only when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// iOS: a stored unlock token that the device accepts; else the action fails (documented).
    UnlockToken,
    /// Android: a policy that enforces a passcode; else the reset fails (documented, memdocs PR#4082).
    PasscodePolicy,
    /// Android work profile: an active reset token; else "not supported" (documented: troubleshoot-device-actions).
    ResetToken,
}

/// What the device reports at its check-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// It obeyed.
    Done(Effect),
    /// It refused.
    Failed,
    /// It cannot.
    NotSupported,
}

impl Report {
    /// The state it leads to.
    pub const fn state(self) -> ActionState {
        match self {
            Self::Done(_) => ActionState::Done,
            Self::Failed => ActionState::Failed,
            Self::NotSupported => ActionState::NotSupported,
        }
    }
}

/// What a device that checks in answers to an order; `None`: it says nothing and the action stays pending.
///
/// `possible` is the effect the support matrix grants the device as it really is, or nothing; `listed` is the effect
/// granted to the device as the inventory has it, for a script that insists on success.
pub fn report(
    physical: &Physical,
    possible: Option<Effect>,
    listed: Option<Effect>,
    conditions: &[Condition],
) -> Option<Report> {
    match physical.outcome {
        ScriptedOutcome::Never => None,
        ScriptedOutcome::Failed => Some(Report::Failed),
        ScriptedOutcome::NotSupported => Some(Report::NotSupported),
        ScriptedOutcome::Done => Some(possible.or(listed).map_or(Report::NotSupported, Report::Done)),
        ScriptedOutcome::Auto => Some(match possible {
            None => Report::NotSupported,
            Some(effect) => {
                conditions.iter().find_map(|condition| condition.broken_by(physical)).unwrap_or(Report::Done(effect))
            }
        }),
    }
}

impl Condition {
    fn broken_by(self, physical: &Physical) -> Option<Report> {
        match self {
            Self::UnlockToken => (physical.unlock_token != UnlockToken::Valid).then_some(Report::Failed),
            Self::PasscodePolicy => (!physical.passcode.required).then_some(Report::Failed),
            Self::ResetToken => (!physical.reset_token_active).then_some(Report::NotSupported),
        }
    }
}

/// What obeying leaves behind on the device.
pub fn obey(physical: &mut Physical, report: Report) {
    match report {
        Report::Done(Effect::RemovePasscode) => physical.passcode.set = false,
        Report::Done(Effect::SetTemporaryPasscode) => physical.passcode.set = true,
        Report::Failed | Report::NotSupported => {}
    }
}
