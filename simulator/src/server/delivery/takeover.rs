//! How a connection of HTTP/1 is taken out of hyper's hands: the request that is answered asks for it and is never
//! answered by hyper; whoever drives the connection hears of it between two of hyper's turns.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use hyper::body::Incoming;
use hyper::server::conn::http1::UpgradeableConnection;
use hyper::service::HttpService;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::head::Asked;
use crate::exchange::{Answer, Delivery};
use crate::outgoing::Outgoing;
use crate::server::rewound::Socket;

/// An answer to be spoiled on a connection of HTTP/1.
#[derive(Debug)]
pub(in crate::server) struct Spoiled {
    pub(super) answer: Answer,
    pub(super) delivery: Delivery,
    pub(super) asked: Asked,
}

impl Spoiled {
    pub(in crate::server) fn new(answer: Answer, delivery: Delivery, asked: Asked) -> Self {
        Self { answer, delivery, asked }
    }
}

/// The wish of one connection's request to have it taken over, and what is in the way.
///
/// The flags are written and read by the task that drives the connection alone; they are atomic because they are shared.
#[derive(Debug, Default)]
pub(in crate::server) struct Takeover {
    wanted: AtomicBool,
    /// Whether hyper has bytes that it could not write yet: of a 100, or of an earlier answer without a body.
    blocked: AtomicBool,
    spoiled: Mutex<Option<Spoiled>>,
}

impl Takeover {
    /// Asks for the connection. Whoever asks must not answer any more.
    pub(in crate::server) fn ask(&self, spoiled: Spoiled) {
        *self.spoiled.lock().unwrap_or_else(PoisonError::into_inner) = Some(spoiled);
        self.wanted.store(true, Ordering::Release);
    }

    /// Whether the connection is wanted, and free. To be asked after hyper's turn, which ends with a flush.
    pub(in crate::server) fn is_due(&self) -> bool {
        self.wanted.load(Ordering::Acquire) && !self.blocked()
    }

    /// Whether something that was to be written is not out yet.
    pub(in crate::server) fn blocked(&self) -> bool {
        self.blocked.load(Ordering::Acquire)
    }

    /// Takes the answer for which the connection was wanted.
    pub(in crate::server) fn take(&self) -> Option<Spoiled> {
        self.wanted.store(false, Ordering::Release);
        self.spoiled.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// hyper's turns on a connection, until it ends or is taken over.
pub(in crate::server) struct Turns<I: Socket, S: HttpService<Incoming>> {
    connection: Option<UpgradeableConnection<TokioIo<I>, S>>,
    takeover: Arc<Takeover>,
}

impl<I, S> Turns<I, S>
where
    I: Socket,
    S: HttpService<Incoming, ResBody = Outgoing, Error = Infallible>,
{
    pub(in crate::server) fn new(connection: UpgradeableConnection<TokioIo<I>, S>, takeover: Arc<Takeover>) -> Self {
        Self { connection: Some(connection), takeover }
    }

    /// Lets the answer under way be the last one.
    pub(in crate::server) fn finish(self: Pin<&mut Self>) {
        if let Some(connection) = &mut self.get_mut().connection {
            Pin::new(connection).graceful_shutdown();
        }
    }
}

impl<I, S> Future for Turns<I, S>
where
    I: Socket,
    S: HttpService<Incoming, ResBody = Outgoing, Error = Infallible>,
{
    /// The connection, if it was taken over.
    type Output = hyper::Result<Option<UpgradeableConnection<TokioIo<I>, S>>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(connection) = &mut this.connection else { return Poll::Ready(Ok(None)) };
        match Pin::new(connection).poll(context) {
            Poll::Ready(ended) => Poll::Ready(ended.map(|()| None)),
            // The request that wants the connection was asked in this turn, so nobody has to be woken.
            Poll::Pending if this.takeover.is_due() => Poll::Ready(Ok(this.connection.take())),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// A stream that tells whether all that was given to it is out. It costs a look at a flag of its own for each write;
/// what is shared is written when something could not be written, and when that is over.
#[derive(Debug)]
pub(in crate::server) struct Watched<S> {
    stream: S,
    takeover: Arc<Takeover>,
    blocked: bool,
}

impl<S: Socket> Watched<S> {
    pub(in crate::server) fn new(stream: S, takeover: Arc<Takeover>) -> Self {
        takeover.blocked.store(false, Ordering::Release);
        Self { stream, takeover, blocked: false }
    }

    pub(in crate::server) fn into_inner(self) -> S {
        self.stream
    }

    fn note(&mut self, blocked: bool) {
        if self.blocked != blocked {
            self.blocked = blocked;
            self.takeover.blocked.store(blocked, Ordering::Release);
        }
    }

    /// A write that waits leaves something behind; that more is taken does not say that all is out.
    fn written(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_pending() {
            self.note(true);
        }
        written
    }
}

impl<S: Socket> Socket for Watched<S> {
    fn tcp(&mut self) -> Option<&mut TcpStream> {
        self.stream.tcp()
    }
}

impl<S: Socket> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: Socket> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, buffer);
        self.written(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.written(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.note(flushed.is_pending());
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
