//! One exchange as plain values: what came in, what goes out. Sockets are elsewhere.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode, Uri, Version};
use uuid::Uuid;

use crate::wire::headers::Content;

/// Bytes of a request body that are read; more is refused.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// Under a name of this simulator's own.
    BaseUrl(Scheme),
    /// Through the proxy: in a tunnel, or with an absolute target.
    Proxy(Scheme),
    /// Under one of Microsoft's names, without a proxy: the client was led here by its name resolution.
    HostMapping(Scheme),
    /// From the portal's own page, over the control port.
    Portal(Scheme),
}

/// What the client speaks, and so what its links begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain.
    Http,
    /// With TLS.
    Https,
}

impl Door {
    /// Its name in the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BaseUrl(_) => "base-url",
            Self::Proxy(_) => "proxy",
            Self::HostMapping(_) => "host-mapping",
            Self::Portal(_) => "portal",
        }
    }

    /// The scheme of links that lead back through it.
    pub const fn scheme(self) -> Scheme {
        match self {
            Self::BaseUrl(scheme) | Self::Proxy(scheme) | Self::HostMapping(scheme) | Self::Portal(scheme) => scheme,
        }
    }
}

impl Scheme {
    /// Its name in URLs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that URLs leave out, and how that would be written.
    pub const fn port(self) -> (u16, &'static str) {
        match self {
            Self::Http => (80, ":80"),
            Self::Https => (443, ":443"),
        }
    }
}

/// A request with its whole body.
#[derive(Debug)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// The target as sent.
    pub uri: Uri,
    /// The protocol version.
    pub version: Version,
    /// The headers as sent.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// How it came in.
    pub door: Door,
    /// Why the body is not what the client sent, if it is not.
    pub unread: Option<Unread>,
}

/// The headers that nearly every answer depends on, found in one walk: looking each up by itself costs more.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told<'a> {
    /// The host and port the client used.
    pub host: Option<&'a HeaderValue>,
    /// Who the client says it is.
    pub authorization: Option<&'a HeaderValue>,
    /// What it takes.
    pub accept: Option<&'a HeaderValue>,
    /// How it takes it.
    pub accept_encoding: Option<&'a HeaderValue>,
    /// Its own id of the exchange.
    pub client_request_id: Option<&'a HeaderValue>,
    /// Whether it prefers anything.
    pub prefers: bool,
    /// Whether a page of another origin asks.
    pub has_origin: bool,
    /// Whether it says how long its body is, or that it comes in chunks.
    pub has_length: bool,
}

impl<'a> Told<'a> {
    /// What `headers` tell. Of a header that came twice the first counts.
    pub fn of(headers: &'a HeaderMap) -> Self {
        let mut told = Self::default();
        for (name, value) in headers {
            let place = match name.as_str() {
                "host" => &mut told.host,
                "authorization" => &mut told.authorization,
                "accept" => &mut told.accept,
                "accept-encoding" => &mut told.accept_encoding,
                "client-request-id" => &mut told.client_request_id,
                "prefer" => {
                    told.prefers = true;
                    continue;
                }
                "origin" => {
                    told.has_origin = true;
                    continue;
                }
                "content-length" | "transfer-encoding" => {
                    told.has_length = true;
                    continue;
                }
                _ => continue,
            };
            place.get_or_insert(value);
        }
        told
    }

    /// Whether the client takes gzip.
    pub fn accepts_gzip(&self) -> bool {
        self.accept_encoding.and_then(|offers| offers.to_str().ok()).is_some_and(|offers| {
            offers.split(',').any(|offer| {
                let (coding, weight) = offer.split_once(';').unwrap_or((offer, ""));
                let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim_matches(['0', '.']).is_empty());
                coding.trim().eq_ignore_ascii_case("gzip") && !refused
            })
        })
    }
}

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is larger than the limit.
    TooLarge,
}

/// The bytes that a host and port are spelled with.
const IN_AUTHORITIES: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
        byte += 1;
    }
    plain
};

impl Request {
    /// What stands for a request that could not be read.
    pub fn unreadable() -> Self {
        Self {
            method: Method::GET,
            uri: Uri::from_static("/"),
            version: Version::HTTP_11,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            door: Door::BaseUrl(Scheme::Http),
            unread: None,
        }
    }

    /// A request of which only the head matters.
    pub fn without_body(mut head: Parts, door: Door) -> Self {
        // HTTP/2 names the host in a field of its own, and whoever reads the headers looks for it under its older name; so
        // does whoever translates (documented: RFC 9113, 8.3.1).
        if head.version == Version::HTTP_2
            && let Some(authority) = head.uri.authority()
            && let Ok(host) = HeaderValue::from_str(authority.as_str())
        {
            head.headers.entry(header::HOST).or_insert(host);
        }
        Self {
            method: head.method,
            uri: head.uri,
            version: head.version,
            headers: head.headers,
            body: Bytes::new(),
            door,
            unread: None,
        }
    }

    /// Path and query as sent; the host and port of a CONNECT; `/` for a target without a path.
    pub fn target(&self) -> &str {
        match (self.uri.path_and_query(), self.uri.authority()) {
            (Some(target), _) => target.as_str(),
            // What stands before an @ is a credential.
            (None, Some(authority)) => authority.as_str().rsplit('@').next().unwrap_or_default(),
            (None, None) => "/",
        }
    }

    /// The target's path, or what stands for it, and its query.
    pub fn path_and_query(&self) -> (&str, Option<&str>) {
        match self.uri.path_and_query() {
            Some(target) => (target.path(), target.query()),
            None => (self.target(), None),
        }
    }

    /// A header's value as text, if it is text.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The host and port the client used, if it is spelled as one; links are built from it. A port that the scheme
    /// implies is left out, as clients do that compare.
    pub fn authority(&self) -> Option<&str> {
        self.authority_of(self.headers.get(header::HOST))
    }

    /// The same where the header `Host` was found already.
    pub fn authority_of<'a>(&'a self, host: Option<&'a HeaderValue>) -> Option<&'a str> {
        let named = self.uri.authority().map(hyper::http::uri::Authority::as_str);
        let authority = named.or_else(|| host?.to_str().ok())?;
        let authority = authority.strip_suffix(self.door.scheme().port().1).unwrap_or(authority);
        let is_plain = authority.bytes().all(|byte| IN_AUTHORITIES[usize::from(byte)]);
        (!authority.is_empty() && is_plain).then_some(authority)
    }

    /// Whether the client takes gzip.
    pub fn accepts_gzip(&self) -> bool {
        Told::of(&self.headers).accepts_gzip()
    }

    /// `1.0`, `1.1` or `2`.
    pub fn http_version(&self) -> &'static str {
        match self.version {
            Version::HTTP_09 | Version::HTTP_10 => "1.0",
            Version::HTTP_2 => "2",
            _ => "1.1",
        }
    }
}

/// An answer, ready for a socket.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// All headers but those of framing.
    pub headers: HeaderMap,
    /// What kind of body it is.
    pub content: Content,
    /// The body as sent.
    pub body: Bytes,
    /// The service's id of the exchange.
    pub request_id: Uuid,
    /// How it is spoiled on its way; nothing, nearly always.
    pub delivery: Option<Delivery>,
}

/// How an answer is spoiled on its way to the client. The answer itself is whole; HTTP's rules are what is broken, or
/// stretched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The connection is reset (RST) at this point.
    Reset(Point),
    /// This many bytes of the body are sent, as if there were more, and the connection ends.
    Truncate(usize),
    /// Nothing is sent for a while, at this point.
    Stall(Duration, Point),
    /// So many bytes a second.
    Slow(NonZeroU32),
    /// In chunks of so many bytes, each sent by itself.
    Chunk(NonZeroUsize),
    /// The length announced is the body's and this; the connection ends behind the body.
    WrongLength(i32),
    /// The connection ends behind the answer, which does not say so.
    Close,
    /// An interim answer with this status, 1xx, comes first.
    Informational(StatusCode),
}

/// How a delivery is done over a version of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// As it says.
    Exactly,
    /// By the nearest that the version can express, which is this.
    Nearest(&'static str),
}

impl Delivery {
    /// How it is done over a version of HTTP. Whoever counts what was spoiled says which it was.
    pub const fn done_over(&self, version: Version) -> Done {
        match version {
            Version::HTTP_2 => self.done_over_frames(),
            Version::HTTP_09 | Version::HTTP_10 => match self {
                // HTTP/1.0 has no chunked coding, and no interim answers (RFC 9110, 15.2).
                Self::Chunk(_) => Done::Nearest("pieces without chunked coding"),
                Self::Informational(_) => Done::Nearest("the answer alone"),
                _ => Done::Exactly,
            },
            _ => Done::Exactly,
        }
    }

    /// A connection of HTTP/2 belongs to many answers, and a head is one frame: what concerns the connection, or the
    /// inside of a head, has no counterpart.
    const fn done_over_frames(&self) -> Done {
        match self {
            Self::Reset(_) | Self::Truncate(_) => Done::Nearest("RST_STREAM"),
            Self::Close => Done::Nearest("GOAWAY"),
            Self::Chunk(_) => Done::Nearest("DATA frames"),
            Self::Slow(_) => Done::Nearest("slow DATA frames"),
            Self::Stall(_, Point::Head) => Done::Nearest("stall before HEADERS"),
            Self::Informational(_) => Done::Nearest("the answer alone"),
            Self::Stall(_, Point::Start | Point::Body) | Self::WrongLength(_) => Done::Exactly,
        }
    }
}

/// A point of an answer on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Before its first byte.
    Start,
    /// Inside its head.
    Head,
    /// Inside its body; behind the head where there is none.
    Body,
}

#[cfg(test)]
mod tests {
    use super::{Door, Request, Scheme};
    use bytes::Bytes;
    use hyper::header::{ACCEPT_ENCODING, HOST, HeaderMap, HeaderName, HeaderValue};
    use hyper::{Method, Uri, Version};

    fn request(name: HeaderName, value: &'static str) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        Request {
            method: Method::GET,
            uri: Uri::from_static("/v1.0"),
            version: Version::HTTP_11,
            headers,
            body: Bytes::new(),
            door: Door::BaseUrl(Scheme::Http),
            unread: None,
        }
    }

    #[test]
    fn gzip_is_taken_when_offered_and_not_refused() {
        for (offer, taken) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("identity", false),
            ("br", false),
            ("*", false),
        ] {
            assert_eq!(request(ACCEPT_ENCODING, offer).accepts_gzip(), taken, "{offer}");
        }
    }

    #[test]
    fn a_host_that_is_no_host_is_not_used_for_links() {
        assert_eq!(request(HOST, "127.0.0.1:3650").authority(), Some("127.0.0.1:3650"));
        assert_eq!(request(HOST, "[::1]:3650").authority(), Some("[::1]:3650"));
        assert_eq!(request(HOST, "evil.example/path\"").authority(), None);
        assert_eq!(request(HOST, "").authority(), None);
    }

    #[test]
    fn a_host_of_http_2_is_found_among_the_headers() {
        let head = |version: Version| {
            let request = hyper::Request::builder().version(version).uri("https://graph.example/v1.0").body(());
            let (head, ()) = request.expect("a request").into_parts();
            Request::without_body(head, Door::BaseUrl(Scheme::Https))
        };
        assert_eq!(head(Version::HTTP_2).header(HOST), Some("graph.example"));
        assert_eq!(head(Version::HTTP_11).header(HOST), None);
        let named =
            hyper::Request::builder().version(Version::HTTP_2).uri("https://graph.example/").header(HOST, "other");
        let (head, ()) = named.body(()).expect("a request").into_parts();
        assert_eq!(Request::without_body(head, Door::BaseUrl(Scheme::Https)).header(HOST), Some("other"));
    }
}
