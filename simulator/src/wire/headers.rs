//! The headers of every answer, as captured from the service (observed: tdi#24, CIS-benchmark#14).

use std::cell::RefCell;
use std::sync::OnceLock;

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use hyper::StatusCode;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::shape::Shape;

/// The service's id of an exchange.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// The client's id of an exchange; echoed, or a copy of the service's.
pub const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const DIAGNOSTIC: HeaderName = HeaderName::from_static("x-ms-ags-diagnostic");
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");

/// What kind of body an answer has; decides its headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// An OData answer of this shape.
    OData(Shape),
    /// The error envelope; plain `application/json` (observed).
    Error,
    /// A number or a text, as `$count` answers.
    Text,
    /// Bytes as they are. Their media type is assumed: what HTTP has for bytes that nobody names.
    Stream,
    /// `$metadata`. Its headers are assumed: OData's media type for CSDL without a charset, the rest as of other answers.
    Csdl,
    /// A page of the web server in front.
    Html,
    /// The answer to a batch: plain `application/json` without a version (documented: json-batching).
    Batch,
    /// JSON of the identity platform, whose headers are its own.
    Identity,
    /// None (204).
    Empty,
}

/// Everything that decides the headers of an answer. The journal keeps this instead of the headers.
#[derive(Debug, Clone)]
pub struct Head {
    /// The status.
    pub status: StatusCode,
    /// What kind of body it has.
    pub content: Content,
    /// Whether the body is gzip.
    pub gzipped: bool,
    /// The service's id.
    pub request_id: Uuid,
    /// The client's id, if it sent one.
    pub client_request_id: Option<Box<str>>,
    /// The tenant's time.
    pub now: DateTime<Utc>,
    /// Headers of this answer alone, over all others.
    pub extra: Vec<(HeaderName, HeaderValue)>,
}

impl Head {
    /// The headers on the wire, but for framing. `request_id` is the service's id as text: the log needs it too.
    pub fn headers(&self, request_id: &str) -> HeaderMap {
        let mut headers = self.content.headers().clone();
        let own_id = guid_value(request_id);
        for (name, value) in headers.iter_mut().filter(|(_, value)| value.is_empty()) {
            *value = if *name == header::DATE {
                date(self.now)
            } else if *name == REQUEST_ID {
                own_id.clone()
            } else {
                let echoed = self.client_request_id.as_deref().and_then(|id| HeaderValue::from_str(id).ok());
                echoed.unwrap_or_else(|| own_id.clone())
            };
        }
        if self.gzipped {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        for (name, value) in &self.extra {
            headers.insert(name.clone(), value.clone());
        }
        headers
    }
}

impl Content {
    /// The headers that every answer of this kind has, made once: copying them costs a third of making them. What differs
    /// from answer to answer is left empty.
    pub fn headers(self) -> &'static HeaderMap {
        static MADE: [OnceLock<HeaderMap>; 8 + Shape::COUNT] = [const { OnceLock::new() }; 8 + Shape::COUNT];
        let place = match self {
            Self::Error => 0,
            Self::Text => 1,
            Self::Html => 2,
            Self::Identity => 3,
            Self::Empty => 4,
            Self::Csdl => 5,
            Self::Batch => 6,
            Self::Stream => 7,
            Self::OData(shape) => 8 + shape.number(),
        };
        MADE[place].get_or_init(|| self.made_headers())
    }

    fn made_headers(self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(16);
        let content_type = match self {
            Self::Empty => None,
            Self::OData(shape) => Some(shape.content_type()),
            Self::Error | Self::Batch | Self::Identity => Some("application/json"),
            Self::Text => Some("text/plain"),
            Self::Stream => Some("application/octet-stream"),
            Self::Csdl => Some("application/xml"),
            Self::Html => Some("text/html; charset=us-ascii"),
        };
        if let Some(content_type) = content_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if matches!(self, Self::OData(_) | Self::Text | Self::Stream | Self::Csdl) {
            headers.insert(ODATA_VERSION, HeaderValue::from_static("4.0"));
        }
        if self != Self::Identity {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
            headers.insert(DIAGNOSTIC, HeaderValue::from_static(DIAGNOSTIC_TEXT));
        }
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        for own in [CLIENT_REQUEST_ID, REQUEST_ID, header::DATE] {
            headers.insert(own, HeaderValue::from_static(""));
        }
        headers
    }
}

/// Whether a header is about one exchange over HTTP: answers inside a batch do not have it (observed: graph2otel).
pub fn is_of_the_exchange(name: &HeaderName) -> bool {
    *name == REQUEST_ID
        || *name == CLIENT_REQUEST_ID
        || *name == DIAGNOSTIC
        || [
            header::DATE,
            header::VARY,
            header::STRICT_TRANSPORT_SECURITY,
            header::CONTENT_ENCODING,
            header::CONTENT_LENGTH,
            header::TRANSFER_ENCODING,
            header::CONNECTION,
        ]
        .contains(name)
}

/// The header `Date` at `now`. It is spelled once a second, by each thread for itself: a value that all shared would be
/// counted up and down by every core.
fn date(now: DateTime<Utc>) -> HeaderValue {
    thread_local! {
        static SPELLED: RefCell<(i64, HeaderValue)> = const { RefCell::new((i64::MIN, HeaderValue::from_static(""))) };
    }
    SPELLED.with_borrow_mut(|(second, spelled)| {
        if *second != now.timestamp() {
            let text = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            *spelled = HeaderValue::from_str(&text).expect("a date is printable");
            *second = now.timestamp();
        }
        spelled.clone()
    })
}

/// A GUID as a header's value. Each is a piece of a block that many share, which spares two allocations for each.
fn guid_value(id: &str) -> HeaderValue {
    const BLOCK: usize = 64 * Hyphenated::LENGTH;
    thread_local! {
        static SPARE: RefCell<BytesMut> = RefCell::new(BytesMut::new());
    }
    let piece = SPARE.with_borrow_mut(|spare| {
        if spare.capacity() < id.len() {
            *spare = BytesMut::with_capacity(BLOCK);
        }
        spare.extend_from_slice(id.as_bytes());
        spare.split().freeze()
    });
    HeaderValue::from_maybe_shared(piece).expect("a GUID is printable")
}

/// Same members as the service's; the values name no real data centre.
const DIAGNOSTIC_TEXT: &str = "{\"ServerInfo\":{\"DataCenter\":\"Simtune\",\"Slice\":\"E\",\"Ring\":\"0\",\"ScaleUnit\":\"000\",\"RoleInstance\":\"SIMTUNE000000000\"}}";
