//! What a handler gives back: JSON, text, a stream, or an error with a code and a sentence.

use bytes::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc;

use crate::outgoing::Outgoing;

/// An answer of the control port.
#[derive(Debug)]
pub(super) enum Reply {
    /// JSON with a status.
    Json(StatusCode, Vec<u8>),
    /// Plain text.
    Text(&'static str, String),
    /// 200 with JSON that is sent while it is written.
    Document(mpsc::Receiver<Bytes>),
    /// Nothing (204).
    Empty,
    /// Server-sent events.
    Events(mpsc::Receiver<Bytes>),
}

impl Reply {
    /// 200 with `value`.
    pub(super) fn ok(value: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, value)
    }

    /// 201 with `value`.
    pub(super) fn created(value: &impl Serialize) -> Self {
        Self::json(StatusCode::CREATED, value)
    }

    /// 200 with a list.
    pub(super) fn list(value: &impl Serialize) -> Self {
        Self::ok(&json!({ "value": value }))
    }

    fn json(status: StatusCode, value: &impl Serialize) -> Self {
        Self::Json(status, serde_json::to_vec(value).expect("our own values become JSON"))
    }

    pub(super) fn into_response(self) -> Response<Outgoing> {
        let (status, content_type, body) = match self {
            Self::Json(status, body) => (status, "application/json", Outgoing::Sized(Some(body.into()))),
            Self::Text(content_type, text) => (StatusCode::OK, content_type, Outgoing::Sized(Some(text.into()))),
            Self::Document(receiver) => (StatusCode::OK, "application/json", Outgoing::Stream(receiver)),
            Self::Empty => (StatusCode::NO_CONTENT, "", Outgoing::Sized(None)),
            Self::Events(receiver) => (StatusCode::OK, "text/event-stream", Outgoing::Stream(receiver)),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        if !content_type.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
        response
    }
}

/// Why the control port refuses.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// What may be asked instead, where the verb is wrong.
    allow: Option<String>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: String) -> Self {
        Self { status, code, message, allow: None }
    }

    /// 405, with the verbs that are answered there (documented: RFC 9110, 15.5.6).
    pub(super) fn wrong_verb(path: &str, method: &Method, allowed: &[&str]) -> Self {
        let allow = allowed.join(", ");
        let message = format!("{path} answers {allow}, not {method}");
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "methodNotAllowed", message) }
    }

    /// The same, said of a member of the body.
    pub(super) fn within(self, member: &str) -> Self {
        Self { message: format!("{member}: {}", self.message), ..self }
    }

    /// 400: something the caller sent cannot be used.
    pub(super) fn bad(message: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "badRequest", message)
    }

    /// 404: no such thing.
    pub(super) fn unknown(what: &str, name: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "notFound", format!("there is no {what} '{name}'"))
    }

    /// 404: no such thing, and where it may have gone.
    pub(super) fn unknown_because(what: &str, name: &str, why: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "notFound", format!("there is no {what} '{name}' here; {why}"))
    }

    /// 409: not in this state.
    pub(super) fn conflict(message: String) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    pub(super) fn into_response(self) -> Response<Outgoing> {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        let mut response = Reply::json(self.status, &body).into_response();
        if let Some(allow) = self.allow.and_then(|verbs| HeaderValue::try_from(verbs).ok()) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }
}
