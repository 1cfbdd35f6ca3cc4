//! What the client says it did: the answers of the worker protocol, in the order of the program.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::trace::Moment;

/// Everything a client said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientLog {
    /// One for each operation that was begun.
    pub operations: Vec<Performed>,
    /// What it wrote for people (stderr): looked through for secrets.
    #[serde(default)]
    pub text: String,
}

/// An operation as a client performed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Performed {
    /// Its place in the program.
    pub op: usize,
    /// When it was told.
    pub began: Moment,
    /// When it said how it ended.
    pub ended: Moment,
    /// How it ended.
    pub end: End,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum End {
    /// It was answered.
    Answered(Box<Answer>),
    /// The client's process ended, or its code panicked.
    Crashed(String),
    /// It was stopped because it did not come to an end.
    Hung,
    /// It was not waited for: the client had been asked to wait longer than anybody wants to.
    NotAwaited,
}

/// The worker protocol's `result`, without its envelope. Members that no operation knows are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Answer {
    /// Whether it went well.
    pub ok: bool,
    /// Whether the client cannot do such a thing at all.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unsupported: bool,
    /// The devices, for `list_devices` and `find_device`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<Vec<DeviceSeen>>,
    /// Whether these are all of them, as the client claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
    /// The device, for `get_device`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceSeen>,
    /// `accepted`, for `reset_passcode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The state, for `get_action_result`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The new passcode, for `get_action_result`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passcode: Option<String>,
    /// What became of each, for `batch_reset`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub results: Option<Vec<ResetSeen>>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ClientError>,
}

/// A device as a client gives it. Numbers of 64 bits and dates are strings; a property it has no field for is absent.
pub type DeviceSeen = Map<String, Json>;

/// What became of one device of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResetSeen {
    /// Which.
    pub device_id: String,
    /// Whether it was accepted.
    pub ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ClientError>,
}

/// An error as a client gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClientError {
    /// What kind.
    pub kind: ErrorKind,
    /// The status, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Graph's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The service's id of the exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What it tells people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What became of an action, as far as the client knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ActionOutcome>,
}

/// Kinds of errors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorKind {
    /// The service refused.
    Http,
    /// There was no token, or it was refused.
    Auth,
    /// The answer could not be read.
    Parse,
    /// The connection failed.
    Network,
    /// It took too long.
    Timeout,
    /// It was called off.
    Cancelled,
    /// A redirect that is not followed.
    Redirect,
    /// Anything else.
    #[default]
    Unknown,
}

/// What became of an action, as far as a client knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionOutcome {
    /// It was not done.
    NotApplied,
    /// It was done.
    Applied,
    /// Nobody can tell.
    Unknown,
}

impl Answer {
    /// An error.
    pub fn failed(error: ClientError) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

impl ClientLog {
    /// How an operation of the program ended, if it was begun.
    pub fn of(&self, op: usize) -> Option<&Performed> {
        self.operations.iter().find(|performed| performed.op == op)
    }

    /// The answer to an operation, if it was answered.
    pub fn answer(&self, op: usize) -> Option<&Answer> {
        match &self.of(op)?.end {
            End::Answered(answer) => Some(answer),
            End::Crashed(_) | End::Hung | End::NotAwaited => None,
        }
    }
}
