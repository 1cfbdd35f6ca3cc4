//! Bodies on their way out: one buffer, or a stream of events.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// The body of a response.
#[derive(Debug)]
pub enum Outgoing {
    /// One buffer whose length is announced.
    Sized(Option<Bytes>),
    /// One buffer sent in chunks, as Graph sends its JSON (observed: `Transfer-Encoding: chunked`).
    Chunked(Option<Bytes>),
    /// Whatever arrives, until the sender is gone.
    Stream(mpsc::Receiver<Bytes>),
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Self::Sized(bytes) | Self::Chunked(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream(receiver) => {
                receiver.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Sized(None) | Self::Chunked(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Sized(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Chunked(None) => SizeHint::with_exact(0),
            Self::Chunked(Some(_)) | Self::Stream(_) => SizeHint::default(),
        }
    }
}
