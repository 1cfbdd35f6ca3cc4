//! Sending a request once.

use super::{ReferenceClient, Trouble};
use crate::client_log::ErrorKind;
use crate::defect::Defect;
use crate::manner::Manner;
use crate::transport::{Failure, HttpRequest, HttpResponse};
use bytes::Bytes;
use std::time::Duration;

/// What is to be sent, before headers of the moment are added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub(super) method: &'static str,
    pub(super) url: String,
    /// A JSON body, if there is one.
    pub(super) body: Option<Bytes>,
    /// Whether it is said to be JSON although there is none.
    pub(super) typed: bool,
}

impl Outgoing {
    pub(super) fn get(url: String) -> Self {
        Self { method: "GET", url, body: None, typed: false }
    }

    pub(super) fn post(url: String, body: Option<Bytes>) -> Self {
        Self { method: "POST", url, body, typed: false }
    }

    /// Whether sending it twice is as good as once.
    pub(super) fn is_safe(&self) -> bool {
        self.method == "GET"
    }
}

/// Scheme, host and port of a URL.
pub(super) fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    &url[..end]
}

impl ReferenceClient {
    /// Whether a URL belongs to the service, and so may get the token.
    pub(super) fn is_trusted(&self, url: &str) -> bool {
        origin(url).eq_ignore_ascii_case(origin(&self.surroundings.environment.graph_base_url))
    }

    /// Sends a request once, with the token if it may have it.
    pub(super) fn send_once(&mut self, request: &Outgoing, token: Option<&str>) -> Result<HttpResponse, Failure> {
        self.sent += 1;
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
        if !self.behaves(Manner::NoRequestId) {
            headers.push(("client-request-id".to_owned(), self.request_id()));
        }
        if let Some(token) = token {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        if self.is(Defect::CannotUnzip) {
            headers.push(("accept-encoding".to_owned(), "gzip".to_owned()));
        }
        let mut body = request.body.clone().unwrap_or_default();
        if request.method == "POST" && request.body.is_none() && self.is(Defect::InventsBody) {
            body = Bytes::from_static(b"null");
        }
        if request.method == "GET" && self.is(Defect::BodyOnGet) {
            body = Bytes::from_static(b"{}");
        }
        if !body.is_empty() || request.typed {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        if request.method == "POST" && !(body.is_empty() && self.is(Defect::NoContentLength)) {
            headers.push(("content-length".to_owned(), body.len().to_string()));
        }
        let mut url = request.url.clone();
        if let Some(token) = token.filter(|_| self.is(Defect::TokenInUrl)) {
            url.push_str(if url.contains('?') { "&access_token=" } else { "?access_token=" });
            url.push_str(token);
        }
        let request = HttpRequest { method: request.method.to_owned(), url, headers, body };
        let outcome = self.exchange(request);
        match outcome {
            // A reader of answers that knows of `100 Continue` alone.
            Ok(HttpResponse { interim, .. })
                if self.is(Defect::InterimIsFinal) && interim.iter().any(|code| *code != 100) =>
            {
                Ok(HttpResponse { status: interim[0], headers: Vec::new(), pieces: Vec::new(), whole: true, interim })
            }
            outcome => outcome,
        }
    }

    pub(super) fn timeout(&self) -> Duration {
        if self.is(Defect::NoTimeout) { Duration::MAX } else { self.timeout }
    }

    /// An id for a request: one for each, from a number and the app.
    fn request_id(&self) -> String {
        let app = uuid::Uuid::try_parse(&self.surroundings.environment.graph_client_id).unwrap_or_default().as_u128();
        let mixed = match self.manner {
            _ if self.is(Defect::ConstantRequestId) => app,
            Some(Manner::SameRequestId) => app ^ u128::from(self.wanted),
            _ => {
                // By the time as well: a client that is started for each operation counts from the beginning each time.
                let moment = self.surroundings.clock.now().timestamp_micros().unsigned_abs();
                app ^ u128::from(self.sent) ^ (u128::from(moment) << 64)
            }
        };
        uuid::Builder::from_random_bytes(mixed.to_be_bytes()).into_uuid().to_string()
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Connection => Self::new(ErrorKind::Network, "the connection ended before the answer did"),
            Failure::Timeout => Self::new(ErrorKind::Timeout, "there was no answer in time"),
        }
    }
}
