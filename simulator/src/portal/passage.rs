//! What the page asks of Graph: `/portal/graph/v1.0/…` is the same request to the service, without a socket between.
//!
//! The page sends the token of the user who is signed in. So the role, the scope tags, the support matrix, the budgets,
//! faults and audits decide as for any client, and the journal has the exchange, under a door of its own.

use std::time::Duration;

use hyper::header::{self, HeaderMap, HeaderName};
use hyper::http::uri::PathAndQuery;
use hyper::{Response, StatusCode, Uri};

use crate::exchange::{Answer, Delivery, Door, Request, Scheme};
use crate::outgoing::Outgoing;
use crate::service::Service;

/// What stands before Graph's own path.
pub const PREFIX: &str = "/portal/graph";

/// What a request to Graph is made of; everything else a browser adds is between it and this port.
const TAKEN: [HeaderName; 6] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::AUTHORIZATION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::USER_AGENT,
];

/// What becomes of a request on its way to Graph.
#[derive(Debug)]
pub enum Passed {
    /// An answer, to be sent after a while.
    Answered(Duration, Response<Outgoing>),
    /// A fault cut the connection: there is nothing to send.
    Cut(&'static str),
}

/// The request to Graph that stands behind the prefix; nothing where that is none. `host` is the client port's.
pub fn read(request: &Request, host: &hyper::http::HeaderValue) -> Option<Request> {
    let target = request.uri.path_and_query()?.as_str().strip_prefix(PREFIX)?;
    if !target.starts_with("/v1.0/") && !target.starts_with("/beta/") {
        return None;
    }
    let uri = Uri::from(target.parse::<PathAndQuery>().ok()?);
    let mut headers: HeaderMap =
        TAKEN.iter().filter_map(|name| Some((name.clone(), request.headers.get(name)?.clone()))).collect();
    headers.insert(header::HOST, host.clone());
    Some(Request {
        method: request.method.clone(),
        uri,
        version: request.version,
        headers,
        body: request.body.clone(),
        door: Door::Portal(Scheme::Http),
        unread: request.unread,
    })
}

/// Asks the service.
pub fn pass(service: &Service, request: Request) -> Passed {
    let Answer { status, headers, body, delivery, .. } = service.answer(request);
    let wait = match delivery {
        // What breaks off on the wire has no half of it here.
        Some(Delivery::Reset(_)) => return Passed::Cut("reset"),
        Some(Delivery::Truncate(_)) => return Passed::Cut("truncate"),
        Some(Delivery::WrongLength(_)) => return Passed::Cut("wrong length"),
        Some(Delivery::Stall(wait, _)) => wait,
        // The page reads whole answers: in which pieces they come it does not see.
        Some(Delivery::Slow(_) | Delivery::Chunk(_) | Delivery::Close | Delivery::Informational(_)) | None => {
            Duration::ZERO
        }
    };
    let has_body = !body.is_empty() && status != StatusCode::NO_CONTENT;
    let mut response = Response::new(Outgoing::Sized(has_body.then_some(body)));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Passed::Answered(wait, response)
}
