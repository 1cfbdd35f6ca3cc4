//! The headers of every answer, as captured from the service (observed: tdi#24, CIS-benchmark#14).

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};

/// The service's id of an exchange.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// The client's id of an exchange; echoed, or a copy of the service's.
pub const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const DIAGNOSTIC: HeaderName = HeaderName::from_static("x-ms-ags-diagnostic");
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");

/// What kind of body an answer has; decides its headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// An OData answer of this media type.
    OData(&'static str),
    /// The error envelope; plain `application/json` (observed).
    Error,
    /// A number or a text, as `$count` answers.
    Text,
    /// A page of the web server in front.
    Html,
    /// JSON of the identity platform, whose headers are its own.
    Identity,
    /// None (204).
    Empty,
}

/// Writes the headers that every answer of Graph carries, and those its content asks for.
pub fn write(
    headers: &mut HeaderMap,
    content: Content,
    request_id: HeaderValue,
    client_request_id: HeaderValue,
    date: HeaderValue,
) {
    headers.reserve(12);
    match content {
        Content::Empty => {}
        Content::OData(media_type) => {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
            headers.insert(ODATA_VERSION, HeaderValue::from_static("4.0"));
        }
        Content::Error | Content::Identity => {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Content::Text => {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            headers.insert(ODATA_VERSION, HeaderValue::from_static("4.0"));
        }
        Content::Html => {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=us-ascii"));
        }
    }
    if content != Content::Identity {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(DIAGNOSTIC, HeaderValue::from_static(DIAGNOSTIC_TEXT));
    }
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    headers.insert(REQUEST_ID, request_id);
    headers.insert(CLIENT_REQUEST_ID, client_request_id);
    headers.insert(header::DATE, date);
}

/// Same members as the service's; the values name no real data centre.
const DIAGNOSTIC_TEXT: &str = "{\"ServerInfo\":{\"DataCenter\":\"Simtune\",\"Slice\":\"E\",\"Ring\":\"0\",\"ScaleUnit\":\"000\",\"RoleInstance\":\"SIMTUNE000000000\"}}";
