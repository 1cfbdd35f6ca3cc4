//! The envelope of a batch: what it asks for, or why it is refused whole.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Uri};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::plan::{Flaw, Plan};
use crate::device::record::ApiVersion;
use crate::exchange::Request;
use crate::quirks::{BatchAbsoluteUrl, BatchContentType, BatchLimit, Quirks};
use crate::wire::error::Refusal;
use crate::wire::headers::CLIENT_REQUEST_ID;

/// Bytes of the longest URL that a request can have. The web server's limit does not hold in a batch (documented:
/// json-batching, on bypassing URL length limitations); this is what the URL type can hold.
const TARGET_LIMIT: usize = u16::MAX as usize - 1;

/// What a URL cannot hold as it is. The documentation's own samples have spaces in their filters.
const ILLEGAL: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// A batch that was understood.
#[derive(Debug)]
pub struct Batch {
    /// Its requests, as sent.
    pub items: Vec<Item>,
    /// In which order they run.
    pub plan: Plan,
}

/// One request of a batch.
#[derive(Debug)]
pub struct Item {
    /// What its answer is told by.
    pub id: Box<str>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// As it is sent. Members that are not known here (OData's `atomicityGroup` and `if`) are not read (assumed).
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    requests: Vec<Part<'a>>,
}

#[derive(Deserialize)]
struct Part<'a> {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: Option<serde_json::Map<String, Json>>,
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
    #[serde(rename = "dependsOn", default)]
    depends_on: Option<Vec<String>>,
}

impl Batch {
    /// Reads the body of a batch that was sent to `version`. The order of the checks is assumed.
    pub fn read(body: &[u8], version: ApiVersion, quirks: &Quirks) -> Result<Self, Refusal> {
        let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|_| Refusal::BatchFormat)?;
        let parts = envelope.requests;
        if parts.is_empty() {
            return Err(Refusal::BatchFormat);
        }
        let limit = match quirks.batch_limit {
            BatchLimit::Twenty => 20,
            BatchLimit::Fifteen => 15,
        };
        if parts.len() > limit {
            return Err(Refusal::BatchTooLarge(limit));
        }
        // Ids are not case-sensitive (documented; observed: sdk-java#559, sdk-javascript#1679).
        let mut places = HashMap::with_capacity(parts.len());
        for (place, part) in parts.iter().enumerate() {
            if places.insert(part.id.to_lowercase(), place).is_some() {
                return Err(Refusal::BatchDuplicateId(part.id.clone()));
            }
        }
        let items = parts.iter().map(|part| item(part, version, quirks)).collect::<Result<Vec<_>, _>>()?;
        let needs = parts
            .iter()
            .map(|part| {
                let ids = part.depends_on.iter().flatten();
                ids.map(|id| places.get(&id.to_lowercase()).copied())
                    .collect::<Option<Vec<_>>>()
                    .ok_or_else(|| Refusal::BatchDependency(part.id.clone()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let plan = Plan::new(needs, quirks.batch_dependencies).map_err(|flaw| match flaw {
            Flaw::Unmet(place) => Refusal::BatchDependency(parts[place].id.clone()),
            Flaw::Mixed => Refusal::BatchMixed,
        })?;
        Ok(Self { items, plan })
    }
}

impl Item {
    /// The request as if it had come by itself through the door of `outer`, with the same credentials. Nothing else of
    /// `outer` counts: the documentation gives each request its own `ConsistencyLevel`.
    pub fn request(&self, outer: &Request) -> Request {
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 4);
        if let Some(host) = outer.authority().and_then(|authority| HeaderValue::from_str(authority).ok()) {
            headers.insert(header::HOST, host);
        }
        for name in [header::AUTHORIZATION, header::USER_AGENT, CLIENT_REQUEST_ID] {
            if let Some(value) = outer.headers.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
        Request {
            method: self.method.clone(),
            uri: self.uri.clone(),
            version: outer.version,
            headers,
            body: self.body.clone(),
            door: outer.door,
            unread: None,
        }
    }
}

fn item(part: &Part<'_>, version: ApiVersion, quirks: &Quirks) -> Result<Item, Refusal> {
    let method = method(&part.method).ok_or(Refusal::BatchFormat)?;
    let uri = uri(&part.url, version, quirks)?;
    let headers = headers(part)?;
    let is_write = method != Method::GET && method != Method::DELETE;
    if is_write && part.body.is_none() {
        return Err(Refusal::BatchNoBody(part.id.clone()));
    }
    if is_write && !has_content_type(part, quirks) {
        return Err(Refusal::BatchNoContentType(part.id.clone()));
    }
    let body = part.body.map_or(Ok(Bytes::new()), |body| content(body, &headers))?;
    Ok(Item { id: part.id.as_str().into(), method, uri, headers, body })
}

/// OData's five, in any case (documented: OData JSON Format 4.01, which Graph refers to).
fn method(name: &str) -> Option<Method> {
    let known = [Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE];
    known.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name))
}

/// The URL below the batch's own version. It is relative, with or without a slash in front (documented: both are in the
/// samples). A version inside is taken for a resource and not found (observed: sdk-javascript#1178).
fn uri(url: &str, version: ApiVersion, quirks: &Quirks) -> Result<Uri, Refusal> {
    let scheme = url.split(['/', '?', '#']).next().unwrap_or_default();
    let is_absolute = url.starts_with("//") || scheme.ends_with(':');
    if url.is_empty() || (is_absolute && quirks.batch_absolute_url == BatchAbsoluteUrl::Refuse) {
        return Err(Refusal::BatchFormat);
    }
    let url = url.strip_prefix('/').unwrap_or(url);
    let target = format!("/{}/{}", version.segment(), utf8_percent_encode(url, ILLEGAL));
    target.parse().map_err(|_| Refusal::TargetTooLong(TARGET_LIMIT))
}

/// The headers that have a meaning inside a batch. Those of the connection, and where the request goes, are the outer
/// request's.
fn headers(part: &Part<'_>) -> Result<HeaderMap, Refusal> {
    const OF_THE_CONNECTION: [HeaderName; 7] = [
        header::HOST,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::ACCEPT_ENCODING,
        header::CONNECTION,
        header::ORIGIN,
        header::EXPECT,
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in part.headers.iter().flatten() {
        let value = match value {
            Json::String(text) => HeaderValue::from_str(text),
            Json::Null => continue,
            Json::Bool(_) | Json::Number(_) => HeaderValue::from_str(&value.to_string()),
            Json::Array(_) | Json::Object(_) => return Err(Refusal::BatchFormat),
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Refusal::BatchFormat)?;
        if !OF_THE_CONNECTION.contains(&name) {
            headers.insert(name, value.map_err(|_| Refusal::BatchFormat)?);
        }
    }
    Ok(headers)
}

fn has_content_type(part: &Part<'_>, quirks: &Quirks) -> bool {
    let is = |name: &String| match quirks.batch_content_type {
        BatchContentType::AnyCase => name.eq_ignore_ascii_case("Content-Type"),
        BatchContentType::Exact => name == "Content-Type",
    };
    part.headers.iter().flatten().any(|(name, value)| is(name) && value.is_string())
}

/// JSON as it is; anything else is base64, URL-safe or not, in a string (documented).
fn content(body: &RawValue, headers: &HeaderMap) -> Result<Bytes, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind.ends_with("json") || !body.get().starts_with('"') {
        return Ok(Bytes::copy_from_slice(body.get().as_bytes()));
    }
    let text: String = serde_json::from_str(body.get()).map_err(|_| Refusal::BatchFormat)?;
    let text = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    STANDARD_NO_PAD.decode(text).map(Bytes::from).map_err(|_| Refusal::BatchFormat)
}

#[cfg(test)]
mod tests;
