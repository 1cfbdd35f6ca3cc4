//! Spoiled answers on HTTP/2: a body that waits, or that breaks off; the connection stays with hyper.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::Response;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, HeaderValue};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::script::{Step, Steps, announced, later, over_two};
use crate::exchange::{Answer, Delivery, Point};
use crate::outgoing::Outgoing;
use crate::server::http;
use crate::shutdown::Stopped;

/// Why hyper resets a stream: because we tell it to. It goes out as `RST_STREAM` with `INTERNAL_ERROR`.
#[derive(Debug, thiserror::Error)]
#[error("this answer breaks off on purpose")]
pub(in crate::server) struct Broken;

impl From<Infallible> for Broken {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// What a stream wants of the connection it is on.
#[derive(Debug)]
pub(in crate::server) enum Order {
    /// To hear when everything before is out. A stream that is reset loses what it had not sent.
    Flush(oneshot::Sender<()>),
    /// That no further stream begins (GOAWAY).
    Finish,
}

/// The streams' side of orders.
pub(in crate::server) type Orders = mpsc::UnboundedSender<Order>;

/// Both sides of orders.
pub(in crate::server) fn orders() -> (Orders, mpsc::UnboundedReceiver<Order>) {
    mpsc::unbounded_channel()
}

/// Drives a connection to its end, and does what its streams and the server's end want of it.
pub(in crate::server) async fn see_to<C, E>(
    connection: C,
    finish: impl Fn(Pin<&mut C>),
    blocked: impl Fn() -> bool,
    mut orders: mpsc::UnboundedReceiver<Order>,
    mut stop: Stopped,
) where
    C: Future<Output = Result<(), E>>,
{
    let mut connection = std::pin::pin!(connection);
    let mut stopping = false;
    loop {
        let order = tokio::select! {
            biased;
            _ = connection.as_mut() => return,
            Some(order) = orders.recv() => order,
            () = stop.wait(), if !stopping => {
                stopping = true;
                Order::Finish
            }
        };
        match order {
            Order::Finish => finish(connection.as_mut()),
            Order::Flush(done) => {
                // What was queued before the order goes out in hyper's next turn, which ends with a flush.
                let ended = std::future::poll_fn(|context| match connection.as_mut().poll(context) {
                    Poll::Ready(_) => Poll::Ready(true),
                    Poll::Pending if blocked() => Poll::Pending,
                    Poll::Pending => Poll::Ready(false),
                });
                if ended.await {
                    return;
                }
                let _ = done.send(());
            }
        }
    }
}

/// A body on its way to a client of HTTP/2.
pub(in crate::server) enum Sent {
    /// As it is.
    Whole(Outgoing),
    /// Spoiled.
    Spoiled(Box<Performance>),
}

/// A spoiled body.
pub(in crate::server) struct Performance {
    steps: Steps,
    finale: Finale,
    length: SizeHint,
    /// What has to come before the next step.
    pause: Option<Pause>,
    /// When the next step is due.
    due: Instant,
    orders: Orders,
    stop: Stopped,
}

type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What follows the last step.
#[derive(Debug, Clone, Copy)]
enum Finale {
    End,
    /// The end, also of the connection.
    GoAway,
    /// A reset, once everything before is out.
    Flush,
    Reset,
}

/// Answers as the delivery says, or by the nearest.
pub(in crate::server) async fn answer_in_frames(
    mut answer: Answer,
    delivery: Delivery,
    orders: Orders,
    mut stop: Stopped,
) -> Result<Response<Sent>, Broken> {
    let whole = http::outgoing(answer.content, answer.body.clone());
    let length = if whole.is_end_stream() { SizeHint::default() } else { whole.size_hint() };
    if let Some(length) = announced(answer.body.len(), &delivery) {
        answer.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    match delivery {
        Delivery::Reset(Point::Start | Point::Head) => return Err(Broken),
        Delivery::Stall(time, Point::Start | Point::Head) => {
            let _ = timeout_at(later(Instant::now(), time), stop.wait()).await;
            return Ok(http::response(answer.status, answer.headers, Sent::Whole(whole)));
        }
        _ => {}
    }
    let (steps, reset) = over_two(answer.body, &delivery);
    let finale = match delivery {
        Delivery::Close => Finale::GoAway,
        _ if reset => Finale::Flush,
        _ => Finale::End,
    };
    let performance = Performance { steps, finale, length, pause: None, due: Instant::now(), orders, stop };
    Ok(http::response(answer.status, answer.headers, Sent::Spoiled(Box::new(performance))))
}

impl Performance {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                std::task::ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match self.steps.next() {
                Some(Step::Send(bytes)) if bytes.is_empty() => {}
                Some(Step::Send(bytes)) => return Poll::Ready(Some(Ok(bytes))),
                Some(Step::Wait(time)) => {
                    self.due = later(self.due, time);
                    let (due, mut stop) = (self.due, self.stop.clone());
                    self.pause = Some(Box::pin(async move {
                        let _ = timeout_at(due, stop.wait()).await;
                    }));
                }
                None => match self.finale {
                    Finale::End => return Poll::Ready(None),
                    Finale::GoAway => {
                        let _ = self.orders.send(Order::Finish);
                        self.finale = Finale::End;
                    }
                    Finale::Flush => {
                        let (done, out) = oneshot::channel();
                        let _ = self.orders.send(Order::Flush(done));
                        self.finale = Finale::Reset;
                        self.pause = Some(Box::pin(async move {
                            let _ = out.await;
                        }));
                    }
                    Finale::Reset => return Poll::Ready(Some(Err(Broken))),
                },
            }
        }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match &mut *self {
            Self::Whole(whole) => Pin::new(whole).poll_frame(context).map_err(Broken::from),
            Self::Spoiled(spoiled) => spoiled.poll_next(context).map_ok(Frame::data),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.is_end_stream(),
            Self::Spoiled(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(whole) => whole.size_hint(),
            Self::Spoiled(spoiled) => spoiled.length,
        }
    }
}
