//! Telling a client what to do, however it is reached: the door behind which a worker or a command stands.

use std::time::Duration;

use crate::client_log::Answer;
use crate::operation::Call;
use crate::protocol::ClientName;
use crate::transport::Environment;

/// A way to reach clients of one kind. Many conversations may be held at once.
pub trait Door: Sync {
    /// Who is behind it.
    fn client(&self) -> ClientName;

    /// What it can: capabilities of the worker protocol.
    fn capabilities(&self) -> Vec<String>;

    /// Makes a client that works in this environment; with a process of its own if it must be `alone`.
    fn enter(&self, env: Environment, alone: bool) -> Result<Box<dyn Conversation + '_>, Refusal>;
}

/// A client that is told what to do.
pub trait Conversation {
    /// Has something done, and waits so long for the answer.
    fn perform(&mut self, call: &Call, deadline: Duration) -> Result<Answer, Unanswered>;

    /// Whether others talked to the same process meanwhile: then its end need not be this one's fault.
    fn had_company(&self) -> bool;

    /// Ends it and gives what was written for people meanwhile.
    fn leave(self: Box<Self>) -> String;
}

/// Why there is no conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub why: Unanswered,
    /// Whether others talked to the same process: then it need not be this one's fault.
    pub had_company: bool,
}

/// Why something that was asked has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswered {
    /// It took too long.
    Late,
    /// The driver is gone.
    Ended(End),
    /// The driver says that it cannot.
    Refused(String),
    /// There is no driver to be had any more.
    GivenUp(String),
}

/// Why a driver is of no use any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum End {
    /// It does not keep to the protocol.
    #[error("{0}")]
    Protocol(String),
    /// Its process ended.
    #[error("{0}")]
    Crash(String),
}
