//! How long a client of HTTP/1 may leave a connection without a request.
//!
//! hyper would set a timer anew for every request, which costs a twentieth of a small answer. Here one timer runs for each
//! connection, whatever is asked on it, and at its end somebody looks whether anything was asked meanwhile. So a first
//! request head has [`HEAD_TIMEOUT`], and a later one that long to twice that long, counted from the answer before it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use tokio::time::{Instant, sleep};

use super::http::HEAD_TIMEOUT;
use super::waiting::Waiting;

/// What became of the requests of one connection, one after the other: odd while one is being answered.
///
/// It is written by the task that drives the connection alone; it is atomic because it is shared.
#[derive(Debug, Default)]
pub(super) struct Activity(AtomicU64);

impl Activity {
    /// A request came, or its answer is made.
    pub(super) fn turn(&self) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// Whether nothing was asked since it was `before`, and nothing is being answered.
    fn is_idle_since(&self, before: u64) -> bool {
        let now = self.0.load(Ordering::Relaxed);
        now == before && now.is_multiple_of(2)
    }
}

/// Drives a connection as long as its client asks for something, or takes what it asked for: `sending` says whether an
/// answer is still on its way out. None: the client asked for nothing for too long.
pub(super) async fn with_patience<T>(
    connection: impl Future<Output = T>,
    activity: &Activity,
    sending: impl Fn() -> bool,
) -> Option<T> {
    let mut connection = pin!(connection);
    #[expect(clippy::disallowed_methods, reason = "a connection waits here, not a device")]
    let mut timer = pin!(sleep(HEAD_TIMEOUT));
    let mut before = activity.0.load(Ordering::Relaxed);
    let mut waiting = Waiting::default();
    poll_fn(|context| {
        if let Poll::Ready(ended) = connection.as_mut().poll(context) {
            return Poll::Ready(Some(ended));
        }
        while !waiting.goes_on(context, || timer.is_elapsed()) {
            if timer.as_mut().poll(context).is_pending() {
                break;
            }
            if activity.is_idle_since(before) && !sending() {
                return Poll::Ready(None);
            }
            before = activity.0.load(Ordering::Relaxed);
            timer.as_mut().reset(Instant::now() + HEAD_TIMEOUT);
            waiting = Waiting::default();
        }
        Poll::Pending
    })
    .await
}
