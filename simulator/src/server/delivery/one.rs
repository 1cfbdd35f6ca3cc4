//! Spoiled answers on a connection of HTTP/1, which is ours alone while it lasts.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout, timeout_at};

use super::script::{End, Step, later, over_one};
use super::takeover::Spoiled;
use crate::server::rewound::Socket;
use crate::shutdown::Stopped;

/// How long a connection that is ended stays to be read from. Whoever closes a socket with unread bytes in it resets
/// the connection, and the client may lose the answer.
const LINGER: Duration = Duration::from_secs(1);

/// Sends an answer as it is spoiled. Returns the stream if the connection goes on.
pub(in crate::server) async fn perform<S: Socket>(mut stream: S, spoiled: Spoiled, stop: &mut Stopped) -> Option<S> {
    let Spoiled { answer, delivery, asked } = spoiled;
    let (steps, end) = over_one(&answer, &delivery, asked);
    send(&mut stream, steps, stop).await.ok()?;
    match end {
        End::GoesOn => return Some(stream),
        End::Orderly => {
            stream.shutdown().await.ok()?;
            linger(&mut stream, stop).await;
        }
        End::Cut => {
            if let Some(tcp) = stream.tcp() {
                tcp.shutdown().await.ok()?;
            }
            linger(&mut stream, stop).await;
        }
        // What was sent has arrived by then or is lost: a reset does not wait.
        End::Reset => stream.tcp()?.set_zero_linger().ok()?,
    }
    None
}

/// Does what is to be done. A server that stops cuts no answer off: it sends the rest without waiting.
async fn send<S: Socket>(stream: &mut S, steps: impl Iterator<Item = Step>, stop: &mut Stopped) -> io::Result<()> {
    let mut due = Instant::now();
    let mut stopped = false;
    for step in steps {
        match step {
            Step::Send(bytes) => {
                stream.write_all(&bytes).await?;
                stream.flush().await?;
            }
            Step::Wait(_) if stopped => {}
            Step::Wait(time) => {
                due = later(due, time);
                stopped = timeout_at(due, stop.wait()).await.is_ok();
            }
        }
    }
    Ok(())
}

/// Reads until the client has closed its side as well, for a while.
async fn linger<S: Socket>(stream: &mut S, stop: &mut Stopped) {
    let Some(tcp) = stream.tcp() else { return };
    let mut unread = [0; 1024];
    let read = async { while tcp.read(&mut unread).await.is_ok_and(|read| read > 0) {} };
    let _ = timeout(LINGER, async {
        tokio::select! {
            () = read => {}
            () = stop.wait() => {}
        }
    })
    .await;
}
