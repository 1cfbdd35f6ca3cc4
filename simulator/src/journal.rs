//! The journal: what was asked of a tenant, what was answered, and why; bounded, and without a secret in what it shows.

mod mask;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use hyper::Method;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

pub use self::mask::{TokenHash, form as masked_query, target as masked_target};
use crate::device::ManagedDevice;
use crate::quirks::Quirks;
use crate::support::Edition;
use crate::wire::headers::{Content, Head};

/// Entries kept per tenant.
pub const ENTRIES: usize = 10_000;
/// Bytes kept of one body.
pub const BODY_BYTES: usize = 64 * 1024;
/// The name of the refusal of a request that exceeds a budget.
pub const THROTTLED: &str = "throttled";
/// About as many bytes stand for a credential.
const MASKED: usize = 32;
/// Bytes of bodies kept per tenant.
pub const TOTAL_BYTES: usize = 32 * 1024 * 1024;

/// One exchange.
#[derive(Debug)]
pub struct Entry {
    /// When it was answered, by the tenant's clock.
    pub time: DateTime<Utc>,
    /// How the request came in: `base-url`, say.
    pub door: &'static str,
    /// `https` if it came inside TLS, else `http`.
    pub scheme: &'static str,
    /// `1.0`, `1.1` or `2`.
    pub http_version: &'static str,
    /// The operation's name, or nothing where no operation was found.
    pub operation: Option<&'static str>,
    /// Why it was refused: the name of a row of `wire::error`.
    pub refusal: Option<&'static str>,
    /// The app that asked.
    pub app_id: Option<Uuid>,
    /// The sign-in name of the user it acted for.
    pub user: Option<Arc<str>>,
    /// A hash that is the same for the same token.
    pub token_hash: Option<TokenHash>,
    /// The batch it came in, if it did not come by itself.
    pub batch: Option<Within>,
    /// The fault that spoiled the answer; none, nearly always.
    pub injected: Option<Box<Injected>>,
    /// What the client sent and the answer does not reflect; nothing, nearly always. An empty list that all entries shared
    /// would be counted up and down by every core.
    pub ignored: Option<Arc<[String]>>,
    /// The budget it exceeded, refused or not.
    pub exceeded: Option<&'static str>,
    /// How the doubtful was decided.
    pub quirks: Quirks,
    /// The device that an action was asked for, if one was.
    pub subject: Option<Box<Subject>>,
    /// What was asked.
    pub asked: Asked,
    /// What the client sent behind its head.
    pub sent: Body,
    /// What the answer began with.
    pub head: Head,
    /// What it answered, before compression.
    pub answered: Body,
}

/// What the support matrix decided about.
#[derive(Debug)]
pub struct Subject {
    /// The action.
    pub action: &'static str,
    /// The device as it was then.
    pub device: Arc<ManagedDevice>,
    /// The edition in force.
    pub edition: Arc<Edition>,
}

impl Entry {
    /// Path and query with secrets masked.
    pub fn masked_target(&self) -> String {
        mask::target(&self.asked.target()).into_owned()
    }

    /// Whether it was answered although it exceeded a budget.
    pub fn would_throttle(&self) -> bool {
        self.exceeded.is_some() && self.refusal != Some(THROTTLED)
    }

    /// Whether the identity platform answered it.
    pub fn is_of_the_identity_platform(&self) -> bool {
        self.head.content == Content::Identity
    }

    /// What the identity platform says is wrong, in one line; nothing where nothing is.
    pub fn identity_error(&self) -> Option<String> {
        let body: Json = serde_json::from_slice(&self.answered.kept).ok()?;
        let told = body["error_description"].as_str().or_else(|| body["error"].as_str())?;
        told.lines().next().map(str::to_owned)
    }
}

/// A place in a batch.
#[derive(Debug, Clone)]
pub struct Within {
    /// The service's id of the batch.
    pub request_id: Uuid,
    /// What the client calls this request of it.
    pub id: Box<str>,
}

/// What a fault did.
#[derive(Debug)]
pub struct Injected {
    /// The id of the rule.
    pub fault: Box<str>,
    /// The name of its act.
    pub act: &'static str,
    /// What became of the request's effect.
    pub apply: &'static str,
}

/// The head of a request, copied into one piece with its credentials masked. A header kept as it came would keep the
/// connection's whole read buffer alive.
#[derive(Debug)]
pub struct Asked {
    /// The verb.
    pub method: Method,
    /// Target, then `name: value` lines, as they came; whoever reads them looks for what is no text.
    text: Vec<u8>,
    target_length: usize,
}

impl Asked {
    /// Copies what is worth keeping; `token_hash` stands for the bearer token, if there was one.
    pub fn new(method: Method, target: &str, headers: &HeaderMap, token_hash: Option<TokenHash>) -> Self {
        let length = |(name, value): (&HeaderName, &HeaderValue)| {
            // A credential may be long; what stands for it is not.
            name.as_str().len() + value.len().min(if mask::is_credential(name) { MASKED } else { usize::MAX }) + 3
        };
        let mut text = Vec::with_capacity(target.len() + headers.iter().map(length).sum::<usize>());
        text.extend_from_slice(target.as_bytes());
        for (name, value) in headers {
            text.extend_from_slice(name.as_str().as_bytes());
            text.extend_from_slice(b": ");
            match token_hash {
                Some(hash) if *name == header::AUTHORIZATION => {
                    text.extend_from_slice(b"Bearer masked-");
                    text.extend_from_slice(hash.digits());
                }
                _ if mask::is_credential(name) => {
                    text.extend_from_slice(mask::credential(&String::from_utf8_lossy(value.as_bytes())).as_bytes());
                }
                _ => text.extend_from_slice(value.as_bytes()),
            }
            text.push(b'\n');
        }
        Self { method, text, target_length: target.len() }
    }

    /// Path and query as sent.
    pub fn target(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.text[..self.target_length])
    }

    fn headers(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        self.text[self.target_length..].split(|byte| *byte == b'\n').filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let value = line.get(colon + 2..)?;
            Some((String::from_utf8_lossy(&line[..colon]), String::from_utf8_lossy(value)))
        })
    }
}

/// A body, cut at [`BODY_BYTES`].
#[derive(Debug, Default)]
pub struct Body {
    kept: Bytes,
    /// Its full length in bytes.
    length: usize,
}

impl Body {
    /// As much of `body` as the journal keeps; it shares the answer's bytes where it can.
    pub fn shared(body: Bytes) -> Self {
        // A cut body is copied, so that a page of megabytes does not stay alive for its first 64 KiB.
        if body.len() > BODY_BYTES { Self::copied(&body) } else { Self { length: body.len(), kept: body } }
    }

    /// As much of `body` as the journal keeps, in memory of its own.
    pub fn copied(body: &[u8]) -> Self {
        Self { kept: Bytes::copy_from_slice(&body[..body.len().min(BODY_BYTES)]), length: body.len() }
    }
}

/// An entry and the bytes of its bodies: by the time it is the oldest, a look into it would take long.
#[derive(Debug)]
struct Kept {
    entry: Arc<Entry>,
    bytes: usize,
}

/// The journal of one tenant. What is asked of it while requests are answered is short: entries are handed out, and spelled
/// by whoever reads them.
#[derive(Debug, Default)]
pub struct Journal {
    entries: VecDeque<Kept>,
    /// Entries ever written; the newest has this number.
    written: u64,
    bytes: usize,
}

impl Journal {
    /// Writes an entry, and forgets the oldest where a limit asks for it. What is forgotten is handed out, so that the
    /// caller can drop it when it holds no lock.
    #[must_use = "dropping an entry takes a while; do it without the lock"]
    pub fn write(&mut self, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        let bytes = entry.sent.kept.len() + entry.answered.kept.len();
        self.bytes += bytes;
        self.entries.push_back(Kept { entry, bytes });
        self.written += 1;
        let mut forgotten = None;
        while self.entries.len() > ENTRIES || self.bytes > TOTAL_BYTES {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.bytes;
            forgotten = Some(oldest.entry);
        }
        forgotten
    }

    /// The number of the newest entry.
    pub fn newest(&self) -> u64 {
        self.written
    }

    /// The entries behind number `after`.
    pub fn since(&self, after: u64) -> Page {
        let oldest = self.written - self.entries.len() as u64;
        let skip = usize::try_from(after.saturating_sub(oldest)).unwrap_or(usize::MAX);
        let entries: Vec<Arc<Entry>> = self.entries.iter().skip(skip).map(|kept| Arc::clone(&kept.entry)).collect();
        Page { next: self.written, dropped: oldest.saturating_sub(after), entries }
    }

    /// The newest entry as the control API shows it.
    pub fn last(&self) -> Option<Json> {
        self.entries.back().map(|kept| shown(&kept.entry, self.written))
    }

    /// The newest exchange with that id of the service's, and its number.
    pub fn find(&self, request_id: Uuid) -> Option<(u64, Arc<Entry>)> {
        let numbered = (1..=self.written).rev().zip(self.entries.iter().rev());
        let mut found = numbered.filter(|(_, kept)| kept.entry.head.request_id == request_id);
        found.next().map(|(seq, kept)| (seq, Arc::clone(&kept.entry)))
    }

    /// Forgets everything; numbers start again.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// A part of a journal up to its newest entry.
#[derive(Debug)]
pub struct Page {
    /// The number to ask for next time: that of the newest entry.
    pub next: u64,
    /// How many of those asked for are forgotten.
    pub dropped: u64,
    /// The entries, oldest first.
    pub entries: Vec<Arc<Entry>>,
}

impl Page {
    /// The entries as the control API shows them, oldest first.
    pub fn shown(&self) -> impl Iterator<Item = Json> {
        let first = self.next - self.entries.len() as u64 + 1;
        self.entries.iter().zip(first..).map(|(entry, seq)| shown(entry, seq))
    }

    /// The page as the control API shows it.
    pub fn json(&self) -> Json {
        let value: Vec<Json> = self.shown().collect();
        json!({ "next": self.next, "dropped": self.dropped, "value": value })
    }
}

fn shown(entry: &Entry, seq: u64) -> Json {
    let sent_form = entry.asked.headers().any(|(name, value)| {
        name == "content-type" && value.trim_start().starts_with("application/x-www-form-urlencoded")
    });
    let mask_sent: fn(&str) -> String = if sent_form { mask::form } else { mask::json };
    let mut sent_headers = Map::new();
    for (name, value) in entry.asked.headers() {
        // A header that came twice is shown as one, as its meaning is.
        let value = match sent_headers.get(&*name).and_then(Json::as_str) {
            Some(first) => format!("{first}, {value}"),
            None => value.into_owned(),
        };
        sent_headers.insert(name.into_owned(), value.into());
    }
    let answer_headers: Map<String, Json> = entry
        .head
        .headers(&entry.head.request_id.hyphenated().to_string())
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let shown = if *name == header::LOCATION { mask::location(&value) } else { value.into_owned() };
            (name.as_str().to_owned(), shown.into())
        })
        .collect();
    let html = answer_headers
        .get(header::CONTENT_TYPE.as_str())
        .and_then(Json::as_str)
        .is_some_and(|kind| kind.starts_with("text/html"));
    let mask_answered: fn(&str) -> String = if html { mask::page } else { mask::json };
    json!({
        "seq": seq,
        "time": crate::clock::spell(entry.time),
        "requestId": entry.head.request_id,
        "clientRequestId": entry.head.client_request_id.as_deref(),
        "door": entry.door,
        "scheme": entry.scheme,
        "httpVersion": entry.http_version,
        "method": entry.asked.method.as_str(),
        "target": entry.masked_target(),
        "operation": entry.operation,
        "refusal": entry.refusal,
        "batch": entry.batch.as_ref().map(|batch| json!({ "requestId": batch.request_id, "id": batch.id })),
        "status": entry.head.status.as_u16(),
        "appId": entry.app_id,
        "user": entry.user.as_deref(),
        "tokenHash": entry.token_hash.map(|hash| hash.to_string()),
        "injected": entry.injected.as_ref().map(|injected| {
            json!({ "fault": injected.fault, "act": injected.act, "apply": injected.apply })
        }),
        "ignored": entry.ignored.as_deref().unwrap_or_default(),
        "wouldThrottle": entry.would_throttle(),
        "request": shown_message(sent_headers, &entry.sent, mask_sent),
        "response": shown_message(answer_headers, &entry.answered, mask_answered),
    })
}

fn shown_message(headers: Map<String, Json>, body: &Body, mask: fn(&str) -> String) -> Json {
    let text = String::from_utf8_lossy(&body.kept);
    json!({
        "headers": headers,
        "body": mask(&text),
        "bodyBytes": body.length,
    })
}

#[cfg(test)]
mod tests;
