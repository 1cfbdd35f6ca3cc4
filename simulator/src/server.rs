//! Sockets: accepts connections on both ports, reads requests, writes answers, and shuts down without cutting one off.

mod unreadable;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::unreadable::Polite;
use crate::control::Control;
use crate::exchange::{Answer, BODY_LIMIT, Door, Request, Unread};
use crate::outgoing::Outgoing;
use crate::service::Service;
use crate::shutdown::Stopped;
use crate::wire::headers::Content;

/// Bytes of a request head (request line and headers) after which hyper refuses to read on (431). It may have read up to
/// twice as many by then.
const HEAD_LIMIT: usize = 64 * 1024;
/// Connections open at once on one port; further ones wait in the listen queue.
const CONNECTION_LIMIT: usize = 4_096;
/// How long a connection may take to send a request head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a shutdown waits for answers under way.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// The two listening sockets.
#[derive(Debug)]
pub struct Listeners {
    /// What a client sees.
    pub client: TcpListener,
    /// What the tester sees.
    pub control: TcpListener,
}

impl Listeners {
    /// Binds both ports.
    pub async fn bind(client: SocketAddr, control: SocketAddr) -> Result<Self, BindError> {
        Ok(Self { client: listen(client).await?, control: listen(control).await? })
    }

    /// Where both listen: client port, control port.
    pub fn addresses(&self) -> io::Result<(SocketAddr, SocketAddr)> {
        Ok((self.client.local_addr()?, self.control.local_addr()?))
    }
}

/// A port that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address asked for.
    pub address: SocketAddr,
    /// What the system said.
    pub source: io::Error,
}

async fn listen(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|source| BindError { address, source })
}

/// Serves until told to stop, then finishes the answers under way.
pub async fn serve(listeners: Listeners, service: Arc<Service>, control: Arc<Control>, stop: Stopped) {
    let client = accept(listeners.client, stop.clone(), move |stream, stop| {
        let service = Arc::clone(&service);
        Box::pin(client_connection(stream, service, stop))
    });
    let tester = accept(listeners.control, stop, move |stream, stop| {
        let control = Arc::clone(&control);
        Box::pin(control_connection(stream, control, stop))
    });
    tokio::join!(client, tester);
}

type Connection = Pin<Box<dyn Future<Output = ()> + Send>>;

async fn accept(listener: TcpListener, mut stop: Stopped, connect: impl Fn(TcpStream, Stopped) -> Connection) {
    let places = Arc::new(Semaphore::new(CONNECTION_LIMIT));
    let mut connections = JoinSet::new();
    loop {
        let place = Arc::clone(&places).acquire_owned().await.expect("the semaphore is never closed");
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.wait() => break,
        };
        // A failed accept concerns one connection that is gone already, or a shortage that passes.
        let Ok((stream, _)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        // Answers are small and wait for the next request: Nagle's algorithm would only delay them.
        let _ = stream.set_nodelay(true);
        let connection = connect(stream, stop.clone());
        connections.spawn(async move {
            connection.await;
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, async { while connections.join_next().await.is_some() {} }).await;
}

async fn client_connection(stream: TcpStream, service: Arc<Service>, stop: Stopped) {
    let polite = Polite::new(stream, Arc::clone(&service));
    let answer = service_fn(move |request: hyper::Request<Incoming>| {
        let service = Arc::clone(&service);
        async move {
            let request = read(request, Door::BaseUrl).await;
            Ok::<_, Infallible>(graph_response(service.answer(request)))
        }
    });
    let connection = http().serve_connection(TokioIo::new(polite), answer);
    drive(connection, stop).await;
}

async fn control_connection(stream: TcpStream, control: Arc<Control>, stop: Stopped) {
    let stopping = stop.clone();
    let answer = service_fn(move |request: hyper::Request<Incoming>| {
        let control = Arc::clone(&control);
        let stopping = stopping.clone();
        async move {
            let request = read(request, Door::BaseUrl).await;
            Ok::<_, Infallible>(control.answer(request, stopping).await)
        }
    });
    let connection = http().serve_connection(TokioIo::new(stream), answer);
    drive(connection, stop).await;
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(HEAD_LIMIT).half_close(true);
    http
}

/// Runs a connection to its end, or lets it finish its answer when the server stops.
async fn drive<I, S, B>(connection: http1::Connection<TokioIo<I>, S>, mut stop: Stopped)
where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    S: hyper::service::HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut connection = std::pin::pin!(connection);
    // A connection that ends in an error concerns the client that broke it, and nobody else.
    tokio::select! {
        biased;
        _ = connection.as_mut() => {}
        () = stop.wait() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Reads a request with its body, up to the limit.
async fn read(request: hyper::Request<Incoming>, door: Door) -> Request {
    let (parts, body) = request.into_parts();
    let declared = hyper::body::Body::size_hint(&body).exact();
    let (body, unread) = if declared == Some(0) {
        (bytes::Bytes::new(), None)
    } else {
        match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(collected) => (collected.to_bytes(), None),
            // A body that breaks off ends its connection as well; one that is too large gets an answer.
            Err(_) => (bytes::Bytes::new(), Some(Unread::TooLarge)),
        }
    };
    Request { method: parts.method, uri: parts.uri, version: parts.version, headers: parts.headers, body, door, unread }
}

/// An answer of the client port as hyper wants it.
fn graph_response(answer: Answer) -> hyper::Response<Outgoing> {
    let body = match answer.content {
        Content::Empty => Outgoing::Sized(None),
        Content::OData(_) | Content::Error => Outgoing::Chunked(Some(answer.body)),
        Content::Text | Content::Csdl | Content::Html | Content::Identity => Outgoing::Sized(Some(answer.body)),
    };
    let mut response = hyper::Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}
