//! A stream of which the beginning was read already, and is read again.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// A connection below HTTP: a socket, or something that ends in one.
pub(super) trait Socket: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// The socket beneath all layers. What is done to it, TLS does not hear of.
    fn tcp(&mut self) -> Option<&mut TcpStream>;
}

impl Socket for TcpStream {
    fn tcp(&mut self) -> Option<&mut TcpStream> {
        Some(self)
    }
}

impl<S: Socket + ?Sized> Socket for Box<S> {
    fn tcp(&mut self) -> Option<&mut TcpStream> {
        (**self).tcp()
    }
}

impl<S: Socket> Socket for TlsStream<S> {
    fn tcp(&mut self) -> Option<&mut TcpStream> {
        self.get_mut().0.tcp()
    }
}

impl<S: Socket> Socket for Rewound<S> {
    fn tcp(&mut self) -> Option<&mut TcpStream> {
        self.stream.tcp()
    }
}

/// Tests speak through memory, which has nothing beneath it.
#[cfg(test)]
impl Socket for tokio::io::DuplexStream {
    fn tcp(&mut self) -> Option<&mut TcpStream> {
        None
    }
}

/// A stream with bytes to read before its own.
#[derive(Debug)]
pub(super) struct Rewound<S> {
    first: Bytes,
    stream: S,
}

impl<S> Rewound<S> {
    pub(super) fn new(first: Bytes, stream: S) -> Self {
        Self { first, stream }
    }

    /// The same stream with bytes that were read from it and not used.
    pub(super) fn again(self, bytes: Bytes) -> Self {
        let first = match (bytes.is_empty(), self.first.is_empty()) {
            (true, _) => self.first,
            (_, true) => bytes,
            _ => [bytes, self.first].concat().into(),
        };
        Self { first, stream: self.stream }
    }
}

impl<S: Socket> AsyncRead for Rewound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.has_remaining() && buffer.remaining() > 0 {
            let length = self.first.len().min(buffer.remaining());
            buffer.put_slice(&self.first.split_to(length));
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: Socket> AsyncWrite for Rewound<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
