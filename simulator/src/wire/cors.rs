//! What browsers ask before and look at after a request to another origin (CORS).
//!
//! What ordinary answers carry is documented by Microsoft's Dev Proxy, which imitates Graph's headers. No answer to a
//! preflight is on record: that its status is 200, that whatever headers a page wants to send are allowed, and for how
//! long browsers may remember that, is assumed.

use hyper::Method;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Headers of one answer, over those of its kind.
type Headers = Vec<(HeaderName, HeaderValue)>;

/// What a page may read of an answer of Graph (documented: Dev Proxy).
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, ReadWriteConsistencyToken, SdkVersion, WWW-Authenticate, x-ms-client-gcc-tenant, Retry-After",
);

const ANYBODY: HeaderValue = HeaderValue::from_static("*");

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// Graph.
    Graph,
    /// Where the identity platform grants tokens.
    Token,
    /// Its documents; `GET, OPTIONS` is what they carry themselves (observed: recordings of azure-sdk-for-js).
    Document,
}

/// Whether a request asks what another may do; a browser sends it without a token.
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight with these headers.
pub fn preflight(asked: &HeaderMap, endpoint: Endpoint) -> Headers {
    let methods = match endpoint {
        Endpoint::Graph => "GET, POST, PUT, PATCH, DELETE, OPTIONS",
        Endpoint::Token => "POST, OPTIONS",
        Endpoint::Document => "GET, OPTIONS",
    };
    let mut headers = vec![
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY),
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods)),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600")),
    ];
    if let Some(wanted) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.push((header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone()));
    }
    headers
}

/// Adds what a page of another origin needs to read an answer. The identity platform answers pages of single-page
/// apps alone (documented); here every app counts as one.
pub fn allow(endpoint: Endpoint, headers: &mut Headers) {
    headers.push((header::ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY));
    if endpoint == Endpoint::Graph {
        headers.push((header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED));
    }
}
