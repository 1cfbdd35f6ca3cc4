//! What went over the wire, as the simulator saw it: one of the four things rules judge by.

use serde::{Deserialize, Serialize};

use crate::stimulus::Endpoint;

/// A moment of a scenario: microseconds since its beginning, on the server's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub u64);

impl Moment {
    /// Seconds from `earlier` to this.
    #[expect(clippy::cast_precision_loss, reason = "scenarios last minutes")]
    pub fn since(self, earlier: Self) -> f64 {
        self.0 as f64 / 1e6 - earlier.0 as f64 / 1e6
    }
}

/// Every exchange of a scenario, in the order in which the requests arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The exchanges; an event's number is its place here.
    pub exchanges: Vec<Exchange>,
}

/// A request and what the client got for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    /// When the request's first byte came.
    pub arrived: Moment,
    /// When the answer's last byte went.
    pub answered: Moment,
    /// Which operation of the program was under way, if one was.
    pub during: Option<usize>,
    /// To whom.
    pub party: Party,
    /// The connection, where one can be told from another.
    pub connection: Option<u64>,
    /// What was asked for; none where it is nothing of the above.
    pub endpoint: Option<Endpoint>,
    /// The page of a list, from 1, where one was asked for whose place is known.
    pub page: Option<u32>,
    /// The request.
    pub request: Sent,
    /// The answer, as it left the server.
    pub response: Given,
    /// The places of the scenario's stimuli that happened to it.
    pub stimuli: Vec<usize>,
}

/// Whom a client talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Party {
    /// The service it was given.
    Service,
    /// Somebody else.
    Foreign,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The verb.
    pub method: String,
    /// Path and query, byte for byte.
    pub target: String,
    /// Headers, with names in lower case. Tokens and secrets are masked by a stable hash.
    pub headers: Vec<(String, String)>,
    /// The body as text; secrets masked.
    pub body: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The status; none where the connection ended before it.
    pub status: Option<u16>,
    /// Headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
    /// Whether all of it went out.
    pub whole: bool,
}

impl Trace {
    /// Exchanges with their numbers.
    pub fn numbered(&self) -> impl DoubleEndedIterator<Item = (usize, &Exchange)> {
        self.exchanges.iter().enumerate()
    }

    /// Exchanges with the service about something, with their numbers.
    pub fn at(&self, endpoint: Endpoint) -> impl DoubleEndedIterator<Item = (usize, &Exchange)> {
        self.numbered().filter(move |(_, exchange)| exchange.endpoint == Some(endpoint))
    }

    /// Exchanges during an operation of the program, with their numbers.
    pub fn during(&self, op: usize) -> impl DoubleEndedIterator<Item = (usize, &Exchange)> {
        self.numbered().filter(move |(_, exchange)| exchange.during == Some(op))
    }

    /// Whether a stimulus of the scenario happened.
    pub fn consumed(&self, stimulus: usize) -> bool {
        self.exchanges.iter().any(|exchange| exchange.stimuli.contains(&stimulus))
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

impl Sent {
    /// A header's value, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Whether it is the same request as another: verb, target and body.
    pub fn repeats(&self, other: &Self) -> bool {
        self.method == other.method && self.target == other.target && self.body == other.body
    }
}

impl Given {
    /// A header's value, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Whether it says that all went well.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}
