//! HTTP as both ports speak it: limits, how requests are read, and how a connection ends with the server.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::server::conn::{http1, http2};
use hyper::{Response, StatusCode, Uri};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::waiting::Waiting;
use crate::exchange::{Door, Request, Unread};
use crate::outgoing::Outgoing;
use crate::shutdown::Stopped;
use crate::wire::headers::Content;

/// Bytes of a request head (request line and headers) after which reading stops (431). Over HTTP/1 hyper may have read
/// up to twice as many by then.
pub(super) const HEAD_LIMIT: usize = 64 * 1024;
/// How long a connection may take to send a request head, to say what it speaks, or to agree on TLS.
pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Requests at once on one HTTP/2 connection; further ones are refused until one is answered.
const STREAMS: u32 = 128;
/// Bytes of an HTTP/2 head that are decoded, so that one above [`HEAD_LIMIT`] gets an answer of ours. Beyond that the
/// protocol's own refusal, a bare 431, is all there is.
const DECODED_HEAD: u32 = 256 * 1024;
/// HTTP/2 requests that were given up and wait to be cleared away; whoever makes more is cut off (CVE-2023-44487).
const GIVEN_UP: usize = 64;
/// How often a silent HTTP/2 connection is asked whether it is alive, and how long it may think about it.
const PING: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(20));

/// HTTP/1.0 and HTTP/1.1. Who waits for a request head and how long is up to the caller: see [`super::patience`].
pub(super) fn one() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.max_buf_size(HEAD_LIMIT).half_close(true);
    http
}

/// The same with hyper's own clock, which is set anew for every request.
pub(super) fn one_with_timer() -> http1::Builder {
    let mut http = one();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    http
}

/// HTTP/2.
pub(super) fn two() -> http2::Builder<TokioExecutor> {
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(DECODED_HEAD)
        .max_pending_accept_reset_streams(GIVEN_UP)
        .max_local_error_reset_streams(GIVEN_UP)
        .keep_alive_interval(PING.0)
        .keep_alive_timeout(PING.1);
    http
}

/// Runs a connection to its end, or lets it finish its answers when the server stops. It says how it ended.
pub(super) async fn drive<C, T>(connection: C, finish: impl FnOnce(Pin<&mut C>), mut stop: Stopped) -> T
where
    C: Future<Output = T>,
{
    let mut connection = pin!(connection);
    let news = stop.clone();
    let mut stopping = pin!(stop.wait());
    let mut waiting = Waiting::default();
    let ended = poll_fn(|context| {
        if let Poll::Ready(ended) = connection.as_mut().poll(context) {
            return Poll::Ready(Some(ended));
        }
        if waiting.goes_on(context, || news.is_news()) {
            return Poll::Pending;
        }
        stopping.as_mut().poll(context).map(|()| None)
    });
    if let Some(ended) = ended.await {
        return ended;
    }
    finish(connection.as_mut());
    connection.await
}

/// Reads a request with its body, up to the limit that its head is given.
pub(super) async fn read(
    request: hyper::Request<Incoming>,
    door: Door,
    limit: impl FnOnce(&Request) -> usize,
) -> Request {
    let (parts, body) = request.into_parts();
    let head = Request::without_body(parts, door);
    let declared = hyper::body::Body::size_hint(&body).exact();
    let (body, unread) = if declared == Some(0) {
        (Bytes::new(), None)
    } else {
        match Limited::new(body, limit(&head)).collect().await {
            Ok(collected) => (collected.to_bytes(), None),
            // A body that breaks off ends its connection as well; one that is too large gets an answer.
            Err(_) => (Bytes::new(), Some(Unread::TooLarge)),
        }
    };
    Request { body, unread, ..head }
}

/// A body as it is sent, by the kind of the answer.
pub(super) fn outgoing(content: Content, body: Bytes) -> Outgoing {
    match content {
        Content::Empty => Outgoing::Sized(None),
        Content::OData(_) | Content::Error | Content::Batch => Outgoing::Chunked(Some(body)),
        Content::Text | Content::Stream | Content::Csdl | Content::Html | Content::Identity => {
            Outgoing::Sized(Some(body))
        }
    }
}

/// An answer as hyper wants it.
pub(super) fn response<B>(status: StatusCode, headers: HeaderMap, body: B) -> Response<B> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Bytes of a head as HTTP/2 counts them (RFC 9113, 6.5.2).
pub(super) fn head_size(uri: &Uri, headers: &HeaderMap) -> usize {
    let target = uri.path_and_query().map_or(0, |target| target.as_str().len());
    headers.iter().fold(target, |sum, (name, value)| sum + name.as_str().len() + value.len() + 32)
}
