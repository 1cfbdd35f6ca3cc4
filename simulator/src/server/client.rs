//! A connection to the client port, from its first byte: TLS or not, HTTP/1 or HTTP/2, and tunnels within.
//!
//! Each round is one layer: the first bytes tell what it is. TLS and a tunnel lead to another round on what is inside,
//! HTTP is the last one. There is an end to rounds: TLS is taken once in each tunnel, and a tunnel has no tunnel in it.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, Version};
use hyper_util::rt::TokioIo;
use rustls::server::Acceptor;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;

use super::delivery::{self, Asked, Broken, Orders, Sent, Spoiled, Takeover, Turns, Watched};
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
struct Conversation<M> {
    line: Line,
    port: Arc<Client>,
    /// A tunnel that begins behind the answer under way, and where it leads.
    granted: Mutex<Option<(OnUpgrade, String)>>,
    /// What an answer is spoiled with.
    means: M,
}

/// What a request gets.
enum Reply {
    /// An answer, and whether the whole request was read for it.
    Answer(Answer, bool),
    /// A tunnel.
    Tunnel,
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

/// HTTP/1, which may end in a tunnel. An answer that is to be spoiled is sent in hyper's place; the connection may go on
/// behind it.
async fn one(mut stream: Rewound<Stream>, line: Line, port: &Arc<Client>, mut stop: Stopped) -> Inside {
    let takeover = Arc::new(Takeover::default());
    let conversation = Conversation::new(line, port, Arc::clone(&takeover));
    loop {
        let answering = {
            let conversation = Arc::clone(&conversation);
            service_fn(move |request| over_one(request, Arc::clone(&conversation)))
        };
        let polite = Polite::new(stream, Arc::clone(&port.service));
        let io = TokioIo::new(Watched::new(polite, Arc::clone(&takeover)));
        let connection = http::one().serve_connection(io, answering).with_upgrades();
        let turns = Turns::new(connection, Arc::clone(&takeover));
        let Some(taken) = http::drive(turns, Turns::finish, stop.clone()).await.ok()? else { break };
        let (parts, spoiled) = (taken.into_parts()?, takeover.take()?);
        stream = parts.io.into_inner().into_inner().into_inner().again(parts.read_buf);
        stream = delivery::perform(stream, spoiled, &mut stop).await?;
    }

    let (upgrade, host) = conversation.granted.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    let parts = upgrade.await.ok()?.downcast::<TokioIo<Watched<Polite<Rewound<Stream>>>>>().ok()?;
    let stream = Rewound::new(parts.read_buf, parts.io.into_inner().into_inner().into_inner());
    Some((Box::new(stream), Line { secure: false, tunnel: Some(host) }))
}

/// HTTP/2.
async fn two(stream: Rewound<Stream>, line: Line, port: &Arc<Client>, stop: Stopped) -> Inside {
    let takeover = Arc::new(Takeover::default());
    let (orders, ordered) = delivery::orders();
    let conversation = Conversation::new(line, port, (orders, stop.clone()));
    let answering = service_fn(move |request| over_two(request, Arc::clone(&conversation)));
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&takeover)));
    let connection = http::two().serve_connection(io, answering);
    delivery::see_to(connection, http2::Connection::graceful_shutdown, || takeover.blocked(), ordered, stop).await;
    None
}

impl<M> Conversation<M> {
    fn new(line: Line, port: &Arc<Client>, means: M) -> Arc<Self> {
        Arc::new(Self { line, port: Arc::clone(port), granted: Mutex::default(), means })
    }
}

/// Answers a request of HTTP/1.
async fn over_one(
    request: Request<Incoming>,
    conversation: Arc<Conversation<Arc<Takeover>>>,
) -> Result<Response<Outgoing>, Infallible> {
    let asked = Asked::by(&request);
    let (mut answer, whole) = match answer(request, &conversation).await {
        Reply::Answer(answer, whole) => (answer, whole),
        Reply::Tunnel => return Ok(Response::new(Outgoing::Sized(None))),
    };
    if let Some(delivery) = answer.delivery.take() {
        // What is left of a request's body would be taken for the next request.
        let asked = Asked { keeps: asked.keeps && whole, ..asked };
        conversation.means.ask(Spoiled::new(answer, delivery, asked));
        return std::future::pending().await;
    }
    let body = http::outgoing(answer.content, answer.body);
    Ok(http::response(answer.status, answer.headers, body))
}

/// Answers a request of HTTP/2.
async fn over_two(
    request: Request<Incoming>,
    conversation: Arc<Conversation<(Orders, Stopped)>>,
) -> Result<Response<Sent>, Broken> {
    let mut answer = match answer(request, &conversation).await {
        Reply::Answer(answer, _) => answer,
        // There is none over HTTP/2.
        Reply::Tunnel => return Err(Broken),
    };
    if let Some(delivery) = answer.delivery.take() {
        let (orders, stop) = &conversation.means;
        return Box::pin(delivery::answer_in_frames(answer, delivery, orders.clone(), stop.clone())).await;
    }
    let body = Sent::Whole(http::outgoing(answer.content, answer.body));
    Ok(http::response(answer.status, answer.headers, body))
}

/// Answers a request, or opens the tunnel it asks for.
async fn answer<M>(mut request: Request<Incoming>, conversation: &Conversation<M>) -> Reply {
    let Conversation { line, port, granted, .. } = conversation;
    #[cfg(test)]
    let wanted = tests::deliveries::wanted(request.headers());
    let version = request.version();
    let host = request.headers().get(hyper::header::HOST).and_then(|host| host.to_str().ok());
    let passage = line.passage(request.method(), request.uri(), version, host, &port.names);
    let refused = Door::Proxy(line.scheme());
    let (door, refusal) = match passage {
        Passage::Service(door) => (door, None),
        Passage::Tunnel(host) => {
            let tunnel = (hyper::upgrade::on(&mut request), host);
            *granted.lock().unwrap_or_else(PoisonError::into_inner) = Some(tunnel);
            return Reply::Tunnel;
        }
        Passage::Elsewhere(host) => (refused, Some(Refusal::Elsewhere(host))),
        Passage::NoTunnel => (refused, Some(Refusal::NoTunnel)),
    };
    let large = version == Version::HTTP_2 && http::head_size(request.uri(), request.headers()) > HEAD_LIMIT;
    let refusal = if large { Some(Refusal::Unreadable(431)) } else { refusal };
    let (answer, whole) = if let Some(refusal) = refusal {
        // Its body is for somebody else, or too much already.
        let (parts, body) = request.into_parts();
        let request = crate::exchange::Request::without_body(parts, door);
        (port.service.refuse(request, &refusal), body.is_end_stream())
    } else {
        let request = http::read(request, door, |_| crate::exchange::BODY_LIMIT).await;
        let whole = request.unread.is_none();
        (port.service.answer(request), whole)
    };
    #[cfg(test)]
    let answer = Answer { delivery: wanted.or(answer.delivery), ..answer };
    Reply::Answer(answer, whole)
}

#[cfg(test)]
mod tests;
