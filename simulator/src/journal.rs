//! The journal: what was asked of a tenant, what was answered, and why; bounded, and without a secret in what it shows.

mod mask;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use hyper::{HeaderMap, Method};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

pub use self::mask::{target as masked_target, token_hash};

/// Entries kept per tenant.
pub const ENTRIES: usize = 10_000;
/// Bytes kept of one body.
pub const BODY_BYTES: usize = 64 * 1024;
/// Bytes of bodies kept per tenant.
pub const TOTAL_BYTES: usize = 32 * 1024 * 1024;

/// One exchange.
#[derive(Debug)]
pub struct Entry {
    /// When it was answered, by the tenant's clock.
    pub time: DateTime<Utc>,
    /// The service's id.
    pub request_id: Uuid,
    /// The client's id, if it sent one.
    pub client_request_id: Option<String>,
    /// How the request came in: `base-url`, say.
    pub door: &'static str,
    /// `1.0`, `1.1` or `2`.
    pub http_version: &'static str,
    /// The verb.
    pub method: Method,
    /// Path and query as sent.
    pub target: String,
    /// The operation's name, or nothing where no operation was found.
    pub operation: Option<&'static str>,
    /// The status answered.
    pub status: u16,
    /// The app that asked.
    pub app_id: Option<Uuid>,
    /// A hash that is the same for the same token.
    pub token_hash: Option<Arc<str>>,
    /// What the client sent and the answer does not reflect.
    pub ignored: Arc<[String]>,
    /// What was sent.
    pub request: Message,
    /// What was answered; its headers are those of the wire.
    pub response: Message,
}

/// One direction of an exchange.
#[derive(Debug, Default)]
pub struct Message {
    /// The headers; `Authorization` is masked when shown.
    pub headers: HeaderMap,
    /// The body, cut at [`BODY_BYTES`].
    pub body: Bytes,
    /// Its full length in bytes.
    pub body_bytes: usize,
}

impl Message {
    /// A message with as much of `body` as the journal keeps.
    pub fn new(headers: HeaderMap, body: &Bytes) -> Self {
        // A cut body is copied, so that a page of megabytes does not stay alive for its first 64 KiB.
        let kept = if body.len() > BODY_BYTES { Bytes::copy_from_slice(&body[..BODY_BYTES]) } else { body.clone() };
        Self { headers, body: kept, body_bytes: body.len() }
    }
}

/// The journal of one tenant.
#[derive(Debug, Default)]
pub struct Journal {
    entries: VecDeque<Entry>,
    /// Entries ever written; the newest has this number.
    written: u64,
    bytes: usize,
}

impl Journal {
    /// Writes an entry, forgetting the oldest where a limit asks for it.
    pub fn write(&mut self, entry: Entry) {
        self.bytes += entry.request.body.len() + entry.response.body.len();
        self.entries.push_back(entry);
        self.written += 1;
        while self.entries.len() > ENTRIES || self.bytes > TOTAL_BYTES {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.request.body.len() + oldest.response.body.len();
        }
    }

    /// The number of the newest entry.
    pub fn newest(&self) -> u64 {
        self.written
    }

    /// The entries behind number `after`, as the control API shows them: the number to ask for next, how many of those
    /// asked for are forgotten, and the entries.
    pub fn since(&self, after: u64) -> Json {
        let oldest = self.written - self.entries.len() as u64;
        let skip = usize::try_from(after.saturating_sub(oldest)).unwrap_or(usize::MAX);
        let value: Vec<Json> = self
            .entries
            .iter()
            .enumerate()
            .skip(skip)
            .map(|(index, entry)| shown(entry, oldest + index as u64 + 1))
            .collect();
        json!({ "next": self.written, "dropped": oldest.saturating_sub(after), "value": value })
    }

    /// The newest entry as the control API shows it.
    pub fn last(&self) -> Option<Json> {
        self.entries.back().map(|entry| shown(entry, self.written))
    }

    /// Forgets everything; numbers start again.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

fn shown(entry: &Entry, seq: u64) -> Json {
    json!({
        "seq": seq,
        "time": crate::clock::spell(entry.time),
        "requestId": entry.request_id,
        "clientRequestId": entry.client_request_id,
        "door": entry.door,
        "httpVersion": entry.http_version,
        "method": entry.method.as_str(),
        "target": mask::target(&entry.target),
        "operation": entry.operation,
        "status": entry.status,
        "appId": entry.app_id,
        "user": null,
        "tokenHash": entry.token_hash.as_deref(),
        "injected": null,
        "ignored": &*entry.ignored,
        "wouldThrottle": false,
        "request": shown_message(&entry.request),
        "response": shown_message(&entry.response),
    })
}

fn shown_message(message: &Message) -> Json {
    let mut headers = Map::new();
    for name in message.headers.keys() {
        let values: Vec<String> = message
            .headers
            .get_all(name)
            .iter()
            .map(|value| mask::header(name, &String::from_utf8_lossy(value.as_bytes())))
            .collect();
        headers.insert(name.as_str().to_owned(), values.join(", ").into());
    }
    let form = message
        .headers
        .get(hyper::header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let body = String::from_utf8_lossy(&message.body);
    json!({
        "headers": headers,
        "body": if form { mask::form(&body) } else { mask::json(&body) },
        "bodyBytes": message.body_bytes,
    })
}

#[cfg(test)]
mod tests;
