//! Requests that are no HTTP. hyper refuses them by itself with a bare head; no answer of the client port may be without
//! a request id and a body, so this layer below hyper puts a whole refusal in its place.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::delivery::push_headers;
use super::rewound::Socket;
use crate::exchange::Answer;
use crate::service::Service;

/// A stream whose bare refusals become whole ones.
#[derive(Debug)]
pub(super) struct Polite<S> {
    stream: S,
    service: Arc<Service>,
    /// What is left to write of a refusal that took the place of hyper's.
    refusal: Bytes,
}

impl<S: Socket> Polite<S> {
    pub(super) fn new(stream: S, service: Arc<Service>) -> Self {
        Self { stream, service, refusal: Bytes::new() }
    }

    /// The stream, when hyper has no more to write.
    pub(super) fn into_inner(self) -> S {
        self.stream
    }

    /// Writes what is left of a refusal.
    fn poll_refusal(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.refusal.has_remaining() {
            let written = std::task::ready!(Pin::new(&mut self.stream).poll_write(context, &self.refusal))?;
            self.refusal.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

/// The status of a head that hyper wrote on its own: an error without the header that every answer of ours has.
fn own_refusal(head: &[u8]) -> Option<u16> {
    let status = head.strip_prefix(b"HTTP/1.1 4")?.get(..2)?;
    let ours = head.windows(13).any(|window| window.eq_ignore_ascii_case(b"\r\nrequest-id:"));
    let digits = status.iter().all(u8::is_ascii_digit) && !ours;
    digits.then(|| 400 + u16::from(status[0] - b'0') * 10 + u16::from(status[1] - b'0'))
}

/// An answer as bytes, for a connection that ends with it.
fn spell(answer: &Answer) -> Bytes {
    let mut out = format!("HTTP/1.1 {}\r\n", answer.status).into_bytes();
    push_headers(&mut out, &answer.headers);
    out.extend_from_slice(format!("content-length: {}\r\nconnection: close\r\n\r\n", answer.body.len()).as_bytes());
    out.extend_from_slice(&answer.body);
    out.into()
}

impl<S: Socket> Socket for Polite<S> {
    fn tcp(&mut self) -> Option<&mut TcpStream> {
        self.stream.tcp()
    }
}

impl<S: Socket> AsyncRead for Polite<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: Socket> AsyncWrite for Polite<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        std::task::ready!(self.poll_refusal(context))?;
        if let Some(status) = own_refusal(buffer) {
            self.refusal = spell(&self.service.refuse_unreadable(status));
            // What cannot be written at once is written before anything else, at the latest by the flush.
            let _ = self.poll_refusal(context)?;
            return Poll::Ready(Ok(buffer.len()));
        }
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match buffers.iter().find(|buffer| !buffer.is_empty()) {
            // A head of hyper's own has no body behind it.
            Some(first) if own_refusal(first).is_some() => self.poll_write(context, first),
            _ => {
                std::task::ready!(self.poll_refusal(context))?;
                Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(self.poll_refusal(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(self.poll_refusal(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::own_refusal;

    #[test]
    fn only_bare_refusals_are_hypers_own() {
        for (head, status) in [
            ("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", Some(400)),
            ("HTTP/1.1 431 Request Header Fields Too Large\r\n\r\n", Some(431)),
            ("HTTP/1.1 400 Bad Request\r\nrequest-id: x\r\n\r\n", None),
            ("HTTP/1.1 200 OK\r\n\r\n", None),
            ("HTTP/1.1 4", None),
            ("{\"error\":{}}", None),
        ] {
            assert_eq!(own_refusal(head.as_bytes()), status, "{head}");
        }
    }
}
