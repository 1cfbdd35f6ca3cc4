//! A connection to the client port, from its first byte: TLS or not, HTTP/1 or HTTP/2, and tunnels within.
//!
//! Each round is one layer: the first bytes tell what it is. TLS and a tunnel lead to another round on what is inside,
//! HTTP is the last one. There is an end to rounds: TLS is taken once in each tunnel, and a tunnel has no tunnel in it.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use hyper::body::{Body as _, Incoming};
use hyper::header::HOST;
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
use super::patience::{Activity, with_patience};
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
    /// Whether anything is asked.
    activity: Activity,
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
            service_fn(move |request| over_one(request, &conversation))
        };
        let polite = Polite::new(stream, Arc::clone(&port.service));
        let io = TokioIo::new(Watched::new(polite, Arc::clone(&takeover)));
        let connection = http::one().serve_connection(io, answering).with_upgrades();
        let turns = Turns::new(connection, Arc::clone(&takeover));
        let turns = http::drive(turns, Turns::finish, stop.clone());
        let ended = with_patience(turns, &conversation.activity, || takeover.blocked()).await?;
        let Some(taken) = ended.ok()? else { break };
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
        Arc::new(Self { line, port: Arc::clone(port), granted: Mutex::default(), activity: Activity::default(), means })
    }
}

/// The answer to a request of HTTP/1.
///
/// Nearly every request has no body, so its answer is there at once; a future that could also wait for a body would be
/// carried about by each of them.
enum Answering {
    /// It is there, or was taken; nothing else comes.
    Now(Option<Response<Outgoing>>),
    /// The body is being read.
    Later(Pin<Box<dyn Future<Output = Option<Response<Outgoing>>> + Send>>),
}

impl Future for Answering {
    type Output = Result<Response<Outgoing>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if let Self::Later(reading) = this {
            let Poll::Ready(response) = reading.as_mut().poll(context) else { return Poll::Pending };
            *this = Self::Now(response);
        }
        match this {
            Self::Now(Some(_)) | Self::Later(_) => {}
            // The connection is taken out of hyper's hands meanwhile.
            Self::Now(None) => return Poll::Pending,
        }
        let Self::Now(response) = std::mem::replace(this, Self::Now(None)) else { return Poll::Pending };
        response.map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
    }
}

/// Answers a request of HTTP/1.
fn over_one(mut request: Request<Incoming>, conversation: &Arc<Conversation<Arc<Takeover>>>) -> Answering {
    let asked = Asked::by(&request);
    conversation.activity.turn();
    let bound = conversation.bound(&mut request);
    if request.body().is_end_stream() {
        let reply = conversation.answer_head(request, bound);
        return Answering::Now(conversation.settle(reply, asked));
    }
    let conversation = Arc::clone(conversation);
    Answering::Later(Box::pin(async move {
        let reply = conversation.answer(request, bound).await;
        conversation.settle(reply, asked)
    }))
}

/// Answers a request of HTTP/2.
async fn over_two(
    mut request: Request<Incoming>,
    conversation: Arc<Conversation<(Orders, Stopped)>>,
) -> Result<Response<Sent>, Broken> {
    let bound = conversation.bound(&mut request);
    let mut answer = match conversation.answer(request, bound).await {
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

/// Where a request is bound, once its head is read.
enum Bound {
    /// To the service, by this door.
    Service(Door),
    /// Into a tunnel, which is prepared.
    Tunnel,
    /// Nowhere.
    Refused(Door, Refusal),
}

impl Conversation<Arc<Takeover>> {
    /// The response to a request of HTTP/1. None: hyper gives none, because the connection is wanted for a spoiled answer.
    fn settle(&self, reply: Reply, asked: Asked) -> Option<Response<Outgoing>> {
        self.activity.turn();
        let (mut answer, whole) = match reply {
            Reply::Answer(answer, whole) => (answer, whole),
            Reply::Tunnel => return Some(Response::new(Outgoing::Sized(None))),
        };
        if let Some(delivery) = answer.delivery.take() {
            // What is left of a request's body would be taken for the next request.
            let asked = Asked { keeps: asked.keeps && whole, ..asked };
            self.means.ask(Spoiled::new(answer, delivery, asked));
            return None;
        }
        let body = http::outgoing(answer.content, answer.body);
        Some(http::response(answer.status, answer.headers, body))
    }
}

impl<M> Conversation<M> {
    /// Where a request is bound. A tunnel is prepared with that.
    fn bound(&self, request: &mut Request<Incoming>) -> Bound {
        let version = request.version();
        // Nearly always the first header: a walk finds it sooner than a look-up.
        let host = request.headers().iter().find(|(name, _)| **name == HOST);
        let host = host.and_then(|(_, host)| host.to_str().ok());
        let refused = Door::Proxy(self.line.scheme());
        if version == Version::HTTP_2 && http::head_size(request.uri(), request.headers()) > HEAD_LIMIT {
            return Bound::Refused(refused, Refusal::Unreadable(431));
        }
        match self.line.passage(request.method(), request.uri(), version, host, &self.port.names) {
            Passage::Service(door) => Bound::Service(door),
            Passage::Tunnel(host) => {
                let tunnel = (hyper::upgrade::on(request), host);
                *self.granted.lock().unwrap_or_else(PoisonError::into_inner) = Some(tunnel);
                Bound::Tunnel
            }
            Passage::Elsewhere(host) => Bound::Refused(refused, Refusal::Elsewhere(host)),
            Passage::NoTunnel => Bound::Refused(refused, Refusal::NoTunnel),
        }
    }

    /// Answers a request, or opens the tunnel it asks for.
    async fn answer(&self, request: Request<Incoming>, bound: Bound) -> Reply {
        let Bound::Service(door) = bound else { return self.answer_head(request, bound) };
        #[cfg(test)]
        let wanted = tests::deliveries::wanted(request.headers());
        let request = http::read(request, door, |_| crate::exchange::BODY_LIMIT).await;
        let whole = request.unread.is_none();
        let answer = self.port.service.answer(request);
        #[cfg(test)]
        let answer = Answer { delivery: wanted.or(answer.delivery), ..answer };
        Reply::Answer(answer, whole)
    }

    /// The same where there is no body, or it is not for us to read.
    fn answer_head(&self, request: Request<Incoming>, bound: Bound) -> Reply {
        #[cfg(test)]
        let wanted = tests::deliveries::wanted(request.headers());
        let (parts, body) = request.into_parts();
        let service = &self.port.service;
        let answer = match bound {
            Bound::Tunnel => return Reply::Tunnel,
            Bound::Service(door) => service.answer(crate::exchange::Request::without_body(parts, door)),
            Bound::Refused(door, refusal) => {
                service.refuse(crate::exchange::Request::without_body(parts, door), &refusal)
            }
        };
        #[cfg(test)]
        let answer = Answer { delivery: wanted.or(answer.delivery), ..answer };
        Reply::Answer(answer, body.is_end_stream())
    }
}

#[cfg(test)]
mod tests;
