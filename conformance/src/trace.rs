//! What went over the wire, as the simulator saw it: one of the four things rules judge by.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::stimulus::Endpoint;
use crate::transport::{Failure, HttpRequest, HttpResponse};

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

/// A page of a list.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    #[serde(rename = "@odata.nextLink")]
    link: Option<serde_json::Value>,
    value: Option<Vec<IgnoredAny>>,
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

    /// Works out which page of a list each request asks for: the first one, or the one behind the page whose link it
    /// follows, however the link is spelled.
    pub fn number_pages(&mut self) {
        let mut known: Vec<(String, u32)> = Vec::new();
        for exchange in &mut self.exchanges {
            if exchange.endpoint != Some(Endpoint::List) {
                continue;
            }
            let target = &exchange.request.target;
            let plain = !target.contains("skip");
            let number = known.iter().rev().find(|(link, _)| link == target).map(|(_, number)| *number);
            exchange.page = if plain { Some(1) } else { number };
            if let (Some(page), Some(link)) = (exchange.page, exchange.response.next_link()) {
                known.push((path_of(&link).to_owned(), page + 1));
            }
        }
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

impl Sent {
    /// A request as it is written down.
    pub fn of(request: &HttpRequest) -> Self {
        let headers = request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
        Self {
            method: request.method.clone(),
            target: path_of(&request.url).to_owned(),
            headers: headers.collect(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
        }
    }

    /// What it asks for.
    pub fn endpoint(&self) -> Option<Endpoint> {
        let path = self.target.split('?').next().unwrap_or_default().trim_end_matches('/');
        let last = path.rsplit('/').next().unwrap_or_default();
        match last {
            "token" => Some(Endpoint::Token),
            "$batch" => Some(Endpoint::Batch),
            "resetPasscode" => Some(Endpoint::Reset),
            "managedDevices" => Some(Endpoint::List),
            _ if path.ends_with(&format!("/managedDevices/{last}")) => Some(Endpoint::Get),
            _ => None,
        }
    }

    /// The options of its query, decoded, in order.
    pub fn options(&self) -> Vec<(String, String)> {
        options(&self.target)
    }
}

/// The options of a target's query, decoded, in order.
pub fn options(target: &str) -> Vec<(String, String)> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Path and query of a URL.
pub fn path_of(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    url[start..].find(['/', '?']).map_or("/", |at| &url[start + at..])
}

impl Given {
    /// An answer as it is written down.
    pub fn of(sent: &HttpResponse, received: &Result<HttpResponse, Failure>) -> Self {
        let headers = sent.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
        Self {
            status: received.as_ref().ok().map(|received| received.status),
            headers: headers.collect(),
            body: String::from_utf8_lossy(&sent.body()).into_owned(),
            whole: received.as_ref().is_ok_and(|received| received.whole),
        }
    }

    /// Its body as JSON; null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.body.trim_start_matches('\u{feff}')).unwrap_or_default()
    }

    /// How many items it lists, if it is a list.
    pub fn items(&self) -> Option<usize> {
        self.page().value.map(|value| value.len())
    }

    /// Its body as a page of a list, whose items nobody looks at.
    fn page(&self) -> Page {
        serde_json::from_str(self.body.trim_start_matches('\u{feff}')).unwrap_or_default()
    }

    /// The link to the next page, if its body has one.
    pub fn next_link(&self) -> Option<String> {
        // Looking first spares reading pages without one.
        if !self.body.contains("@odata.nextLink") {
            return None;
        }
        self.page().link?.as_str().map(str::to_owned)
    }

    /// A header's value, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Whether it says that all went well.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}
