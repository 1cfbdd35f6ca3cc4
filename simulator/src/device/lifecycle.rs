//! What a device was asked to do and how far it has got; pure, time is an argument.
//!
//! A device is a pair: what it *is* (`Physical`) and what it was *asked* (`ActionResult`). Asking changes only the
//! second; the device answers at its next check-in, and only then the first changes too.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::order::Arguments;
use super::physical::{Physical, ScriptedOutcome, UnlockToken};
use crate::stored;

/// The `errorCode` of an action that failed on the device. That it is not zero is documented; which number it is, no
/// public capture tells (assumed).
pub const DEVICE_REFUSED: i32 = -2_016_341_112;

/// How far an action has got: Graph's `actionState` (documented: v1.0 CSDL).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionResult {
    /// The action's name in Graph, such as `resetPasscode`.
    pub action: Cow<'static, str>,
    /// Which entry of that action it is, where several stand side by side; usually empty.
    pub variant: Cow<'static, str>,
    /// How far it has got.
    pub state: ActionState,
    /// When it was last asked for.
    #[serde(with = "stored::instant")]
    pub started: DateTime<Utc>,
    /// When its state last changed.
    #[serde(with = "stored::instant")]
    pub updated: DateTime<Utc>,
    /// How often it was asked for, so that each request has a draw of its own.
    #[serde(with = "stored::count")]
    pub request: u64,
    /// With what it was asked for.
    pub arguments: Arguments,
    /// What it holds beyond that.
    pub details: Details,
}

/// The type of entries that say no more than how far the action has got.
pub const BASE_RESULT: &str = "deviceActionResult";

/// What an entry holds beyond Graph's plain type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Details {
    /// The entry's type, without the namespace.
    #[serde(rename = "type")]
    pub type_name: Cow<'static, str>,
    /// What that type adds, in the order of the JSON keys.
    pub members: Vec<Detail>,
}

/// One member of an entry that a derived type adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Detail {
    /// Graph's spelling.
    pub name: Cow<'static, str>,
    /// What it holds.
    pub value: Json,
    /// How long.
    pub shown: Shown,
}

/// How long the service returns a detail after the device reported it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shown {
    /// As long as the entry is there.
    Always,
    /// So long.
    #[serde(with = "stored::span")]
    For(TimeDelta),
    /// So long, and not after another action was asked of the device.
    #[serde(with = "stored::span")]
    UntilNextAction(TimeDelta),
}

impl Shown {
    const fn time(self) -> Option<TimeDelta> {
        match self {
            Self::Always => None,
            Self::For(time) | Self::UntilNextAction(time) => Some(time),
        }
    }
}

impl Details {
    /// None: an entry of the plain type.
    pub const fn none() -> Self {
        Self { type_name: Cow::Borrowed(BASE_RESULT), members: Vec::new() }
    }

    /// The only member of a derived type, shown as long as the entry is there.
    pub fn one(type_name: &'static str, name: &'static str, value: impl Into<Json>) -> Self {
        Self::none().of(type_name).and(name, value)
    }

    /// The same in another type.
    #[must_use]
    pub fn of(self, type_name: &'static str) -> Self {
        Self { type_name: type_name.into(), ..self }
    }

    /// The same with another member.
    #[must_use]
    pub fn and(self, name: &'static str, value: impl Into<Json>) -> Self {
        self.shown(name, value, Shown::Always)
    }

    /// The same with a member that is not always shown.
    #[must_use]
    pub fn shown(mut self, name: &'static str, value: impl Into<Json>, shown: Shown) -> Self {
        self.members.push(Detail { name: name.into(), value: value.into(), shown });
        self
    }
}

impl ActionResult {
    /// The entry of the `request`-th request for `action`, asked without arguments, when it says no more than that.
    pub fn pending(action: &'static str, request: u64, now: DateTime<Utc>) -> Self {
        Self {
            action: action.into(),
            variant: "".into(),
            state: ActionState::Pending,
            started: now,
            updated: now,
            request,
            arguments: Arguments::default(),
            details: Details::none(),
        }
    }

    /// Writes down what the device reported.
    pub fn finish(&mut self, report: Report, details: Details, now: DateTime<Utc>) {
        self.state = report.state();
        self.updated = now;
        self.details = details;
    }

    /// Gives it up.
    pub fn cancel(&mut self, now: DateTime<Utc>) {
        self.state = ActionState::Canceled;
        self.updated = now;
    }

    /// Whether the device has not answered.
    pub fn is_pending(&self) -> bool {
        self.state == ActionState::Pending
    }

    /// What it holds beyond Graph's plain type, by name.
    pub fn detail(&self, name: &str) -> Option<&Json> {
        self.details.members.iter().find(|detail| detail.name == name).map(|detail| &detail.value)
    }

    /// When the service next stops returning a detail, if it returns one that passes.
    pub fn hides_at(&self) -> Option<DateTime<Utc>> {
        let passing = self.details.members.iter().filter(|detail| !detail.value.is_null());
        passing.filter_map(|detail| detail.shown.time()).min().map(|time| self.updated + time)
    }

    /// Stops returning details whose time is over.
    pub fn hide(&mut self, now: DateTime<Utc>) {
        let updated = self.updated;
        for detail in &mut self.details.members {
            if detail.shown.time().is_some_and(|time| updated + time <= now) {
                detail.value = Json::Null;
            }
        }
    }

    /// Stops returning details that end with the next action.
    pub fn hide_for_next_action(&mut self) {
        for detail in &mut self.details.members {
            if matches!(detail.shown, Shown::UntilNextAction(_)) {
                detail.value = Json::Null;
            }
        }
    }
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
    Done,
    /// It refused.
    Failed,
    /// It cannot.
    NotSupported,
}

impl Report {
    /// The state it leads to.
    pub const fn state(self) -> ActionState {
        match self {
            Self::Done => ActionState::Done,
            Self::Failed => ActionState::Failed,
            Self::NotSupported => ActionState::NotSupported,
        }
    }
}

/// What a device that checks in answers to an order; `None`: it says nothing and the action stays pending.
///
/// `possible` is whether the support matrix grants it to the device as it really is; `listed` is whether it does to the
/// device as the inventory has it, for a script that insists on success; `hindrance` is why a possible order fails.
pub fn report(
    physical: &Physical,
    possible: bool,
    listed: bool,
    hindrance: impl FnOnce() -> Option<Report>,
) -> Option<Report> {
    match physical.outcome {
        ScriptedOutcome::Never => None,
        ScriptedOutcome::Failed => Some(Report::Failed),
        ScriptedOutcome::NotSupported => Some(Report::NotSupported),
        ScriptedOutcome::Done => Some(if possible || listed { Report::Done } else { Report::NotSupported }),
        ScriptedOutcome::Auto => {
            Some(if possible { hindrance().unwrap_or(Report::Done) } else { Report::NotSupported })
        }
    }
}

impl Condition {
    /// What the device reports because it lacks this.
    pub fn broken_by(self, physical: &Physical) -> Option<Report> {
        match self {
            Self::UnlockToken => (physical.unlock_token != UnlockToken::Valid).then_some(Report::Failed),
            Self::PasscodePolicy => (!physical.passcode.required).then_some(Report::Failed),
            Self::ResetToken => (!physical.reset_token_active).then_some(Report::NotSupported),
        }
    }
}
