//! A connection to the client port, from its first byte: TLS or not, HTTP/1 or HTTP/2, and tunnels within.
//!
//! Each round is one layer: the first bytes tell what it is. TLS and a tunnel lead to another round on what is inside,
//! HTTP is the last one. There is an end to rounds: TLS is taken once in each tunnel, and a tunnel has no tunnel in it.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::server::conn::http1::UpgradeableConnection;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, Version};
use hyper_util::rt::TokioIo;
use rustls::server::Acceptor;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;

use super::http::{self, HEAD_LIMIT, HEAD_TIMEOUT};
use super::opening::{self, Opening};
use super::passage::{Line, Passage};
use super::rewound::{Rewound, Socket};
use super::unreadable::Polite;
use crate::exchange::{Answer, Door};
use crate::hosts::Names;
use crate::outgoing::Outgoing;
use crate::service::Service;
use crate::shutdown::Stopped;
use crate::tls::Tls;
use crate::wire::error::Refusal;
use crate::wire::headers::Content;

/// What all connections to the client port share.
#[derive(Debug)]
pub struct Client {
    /// Who answers.
    pub service: Arc<Service>,
    /// What this simulator is called.
    pub names: Names,
    /// Its certificates.
    pub tls: Tls,
}

type Stream = Box<dyn Socket>;

/// What a layer leaves to go on with.
type Inside = Option<(Stream, Line)>;

/// What the requests of one connection share.
struct Conversation {
    line: Line,
    port: Arc<Client>,
    /// A tunnel that begins behind the answer under way, and where it leads.
    granted: Mutex<Option<(OnUpgrade, String)>>,
}

/// Serves a connection to its end. One that ends in an error concerns the client that broke it, and nobody else.
pub(super) async fn serve(stream: impl Socket, port: Arc<Client>, mut stop: Stopped) {
    let mut inside: Inside = Some((Box::new(stream), Line::default()));
    while let Some((mut stream, line)) = inside {
        let opened = tokio::select! {
            biased;
            opened = timeout(HEAD_TIMEOUT, opening::read(&mut stream)) => opened,
            // Nothing was asked yet, so nothing is cut off.
            () = stop.wait() => return,
        };
        let Ok(Ok(Some((opening, first)))) = opened else { return };
        let stream = Rewound::new(first, stream);
        inside = match opening {
            Opening::Tls if !line.secure => {
                tokio::select! {
                    biased;
                    agreed = timeout(HEAD_TIMEOUT, agree(stream, line, &port)) => agreed.ok().flatten(),
                    () = stop.wait() => None,
                }
            }
            Opening::Http2 => two(stream, line, &port, stop.clone()).await,
            Opening::Tls | Opening::Http1 => one(stream, line, &port, stop.clone()).await,
        };
    }
}

/// Agrees on TLS: the certificate is for the name the client asks for, or else the host of its tunnel. A client that
/// turns away asks for nothing, so the journal will not know of it; the log does.
async fn agree(stream: Rewound<Stream>, line: Line, port: &Client) -> Inside {
    let failed = |name: Option<&str>, error: io::Error| {
        let name = name.unwrap_or("no name in particular");
        port.service.note(&format!(
            "TLS was not agreed on with a client that asked for {name}: {error}. Does it trust the authority in caFile?"
        ));
    };
    let hello = match LazyConfigAcceptor::new(Acceptor::default(), stream).await {
        Ok(hello) => hello,
        Err(error) => {
            failed(None, error);
            return None;
        }
    };
    let name = hello.client_hello().server_name().map(str::to_owned).or_else(|| line.tunnel.clone());
    match hello.into_stream(port.tls.config(name.as_deref())).await {
        Ok(secure) => Some((Box::new(secure), Line { secure: true, ..line })),
        Err(error) => {
            failed(name.as_deref(), error);
            None
        }
    }
}

/// HTTP/1, which may end in a tunnel.
async fn one(stream: Rewound<Stream>, line: Line, port: &Arc<Client>, stop: Stopped) -> Inside {
    let polite = Polite::new(stream, Arc::clone(&port.service));
    let conversation = Conversation::new(line, port);
    let answering = {
        let conversation = Arc::clone(&conversation);
        service_fn(move |request| answer(request, Arc::clone(&conversation)))
    };
    let connection = http::one().serve_connection(TokioIo::new(polite), answering).with_upgrades();
    http::drive(connection, UpgradeableConnection::graceful_shutdown, stop).await.ok()?;

    let (upgrade, host) = conversation.granted.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    let parts = upgrade.await.ok()?.downcast::<TokioIo<Polite<Rewound<Stream>>>>().ok()?;
    let stream = Rewound::new(parts.read_buf, parts.io.into_inner().into_inner());
    Some((Box::new(stream), Line { secure: false, tunnel: Some(host) }))
}

/// HTTP/2.
async fn two(stream: Rewound<Stream>, line: Line, port: &Arc<Client>, stop: Stopped) -> Inside {
    let conversation = Conversation::new(line, port);
    let answering = service_fn(move |request| answer(request, Arc::clone(&conversation)));
    let connection = http::two().serve_connection(TokioIo::new(stream), answering);
    let _ = http::drive(connection, http2::Connection::graceful_shutdown, stop).await;
    None
}

impl Conversation {
    fn new(line: Line, port: &Arc<Client>) -> Arc<Self> {
        Arc::new(Self { line, port: Arc::clone(port), granted: Mutex::default() })
    }
}

/// Answers a request, or opens the tunnel it asks for.
async fn answer(
    mut request: Request<Incoming>,
    conversation: Arc<Conversation>,
) -> Result<Response<Outgoing>, Infallible> {
    let Conversation { line, port, granted } = &*conversation;
    let version = request.version();
    let host = request.headers().get(hyper::header::HOST).and_then(|host| host.to_str().ok());
    let passage = line.passage(request.method(), request.uri(), version, host, &port.names);
    let refused = Door::Proxy(line.scheme());
    let (door, refusal) = match passage {
        Passage::Service(door) => (door, None),
        Passage::Tunnel(host) => {
            let tunnel = (hyper::upgrade::on(&mut request), host);
            *granted.lock().unwrap_or_else(PoisonError::into_inner) = Some(tunnel);
            return Ok(Response::new(Outgoing::Sized(None)));
        }
        Passage::Elsewhere(host) => (refused, Some(Refusal::Elsewhere(host))),
        Passage::NoTunnel => (refused, Some(Refusal::NoTunnel)),
    };
    let large = version == Version::HTTP_2 && http::head_size(request.uri(), request.headers()) > HEAD_LIMIT;
    let refusal = if large { Some(Refusal::Unreadable(431)) } else { refusal };
    let answer = match refusal {
        // Its body is for somebody else, or too much already.
        Some(refusal) => {
            let (parts, _) = request.into_parts();
            port.service.refuse(crate::exchange::Request::without_body(parts, door), &refusal)
        }
        None => port.service.answer(http::read(request, door).await),
    };
    Ok(response(answer))
}

/// An answer as hyper wants it.
fn response(answer: Answer) -> Response<Outgoing> {
    let body = match answer.content {
        Content::Empty => Outgoing::Sized(None),
        Content::OData(_) | Content::Error | Content::Batch => Outgoing::Chunked(Some(answer.body)),
        Content::Text | Content::Csdl | Content::Html | Content::Identity => Outgoing::Sized(Some(answer.body)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

#[cfg(test)]
mod tests;
