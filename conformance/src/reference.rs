//! A client that behaves: it proves that what is required can be done, and that no rule convicts the innocent.
//!
//! With a [`Defect`] it is a client that does not, wrong in the one place of its code where the real one was. Its layers,
//! from the inside: `http` sends once; `redirect` goes where it is sent; `token` signs in; `retry` comes again;
//! `paging`, `batch` and `operations` are what it is asked for; `read` understands answers. In another [`Manner`] it does
//! the same lawfully otherwise: what that changes about every request is in `habits`.

mod at_once;
mod batch;
mod habits;
mod http;
mod operations;
mod paging;
mod read;
mod redirect;
mod retry;
mod retry_after;
mod token;

use std::time::Duration;

pub use self::at_once::AtOnce;
use crate::client_log::{ActionOutcome, Answer, ClientError, ErrorKind};
use crate::defect::{Defect, Defects};
use crate::in_process::Client;
use crate::manner::Manner;
use crate::operation::Call;
use crate::transport::{HttpResponse, Surroundings};

/// The capabilities of the worker protocol that it claims.
pub const CAPABILITIES: [&str; 10] = [
    "op.list",
    "op.get",
    "op.find",
    "op.reset",
    "op.action_result",
    "op.batch_reset",
    "retry.auto",
    "auth.client_credentials",
    "auth.cae",
    "redirect.follow",
];

/// How often a request is sent at most.
const ATTEMPTS: u32 = 4;
/// The longest wait it takes upon itself; who is asked for a longer one gives the error back.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long it waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The reference client.
pub struct ReferenceClient {
    surroundings: Surroundings,
    defects: Defects,
    manner: Option<Manner>,
    token: Option<token::Token>,
    /// The token that is not in use, where there are two.
    other_token: Option<token::Token>,
    /// Requests sent so far, of which it makes their ids.
    sent: u64,
    /// What it wanted so far: a request and its repetitions are one.
    wanted: u64,
    /// Whether it has sent anything.
    begun: bool,
    /// The first `Retry-After` it ever saw.
    first_wait: Option<Duration>,
    /// How long it waits for an answer.
    timeout: Duration,
}

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    error: ClientError,
}

impl ReferenceClient {
    /// A client that behaves.
    pub fn new(surroundings: Surroundings) -> Self {
        Self::with(surroundings, Defects::NONE)
    }

    /// A client with defects.
    pub fn with(surroundings: Surroundings, defects: Defects) -> Self {
        Self {
            surroundings,
            defects,
            manner: None,
            token: None,
            other_token: None,
            sent: 0,
            wanted: 0,
            begun: false,
            first_wait: None,
            timeout: TIMEOUT,
        }
    }

    /// The same client with another lawful manner.
    #[must_use]
    pub fn in_manner(self, manner: Manner) -> Self {
        Self { manner: Some(manner), ..self }
    }

    /// The same client with another patience for answers.
    #[must_use]
    pub fn timeout_after(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Does what it is told.
    pub fn perform(&mut self, call: &Call) -> Answer {
        let text = |name: &str| call.args[name].as_str().unwrap_or_default().to_owned();
        let select = call.args["select"]
            .as_array()
            .map(|select| select.iter().filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join(","));
        let for_beta = self.behaves(Manner::TokenPerService) && call.op == "get_action_result";
        if for_beta || self.behaves(Manner::TwoInTurn) {
            self.swap_tokens();
        }
        let done = match call.op.as_str() {
            "list_devices" => self.list_devices(call.args["filter"].as_str(), select.as_deref()),
            "get_device" => self.get_device(&text("deviceId"), select.as_deref()),
            "find_device" => self.find_device(&text("by"), &text("value")),
            "reset_passcode" => self.reset_passcode(&text("deviceId")),
            "get_action_result" => self.get_action_result(&text("deviceId")),
            "batch_reset" => {
                let ids = call.args["deviceIds"].as_array().map(Vec::as_slice).unwrap_or_default();
                let ids: Vec<String> = ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
                self.batch_reset(&ids)
            }
            _ => return Answer { unsupported: true, ..Answer::default() },
        };
        if for_beta {
            self.swap_tokens();
        }
        self.as_told(done.unwrap_or_else(|trouble| Answer::failed(self.told(trouble))))
    }

    fn is(&self, defect: Defect) -> bool {
        self.defects.has(defect)
    }

    fn behaves(&self, manner: Manner) -> bool {
        self.manner == Some(manner)
    }

    /// The longest wait that it takes upon itself.
    fn patience(&self) -> Duration {
        if self.behaves(Manner::Impatient) { Duration::from_secs(3) } else { PATIENCE }
    }

    /// How often it sends a request at most.
    fn attempts(&self) -> u32 {
        match self.manner {
            Some(Manner::NeverRetries) => 1,
            Some(Manner::Persistent) => 10,
            _ => ATTEMPTS,
        }
    }

    fn sleep(&self, time: Duration) {
        self.surroundings.clock.sleep(self.drawn_out(time));
    }

    /// The error as people are told it.
    fn told(&self, trouble: Trouble) -> ClientError {
        let mut error = trouble.error;
        if self.is(Defect::LeaksSecret)
            && let Some(token) = &self.token
        {
            error.message = Some(format!("{} (with {})", error.message.unwrap_or_default(), token.value));
        }
        error
    }
}

impl Trouble {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { error: ClientError { kind, message: Some(message.into()), ..ClientError::default() } }
    }

    /// What a refusal says, read from its body and head.
    fn refused(response: &HttpResponse, defects: Defects) -> Self {
        Self { error: read::error(response, defects) }
    }

    /// The same, for an action of which this is known.
    fn with_outcome(mut self, outcome: ActionOutcome) -> Self {
        self.error.outcome = Some(outcome);
        self
    }
}

impl Client for ReferenceClient {
    fn perform(&mut self, call: &Call) -> Answer {
        Self::perform(self, call)
    }
}
