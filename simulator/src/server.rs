//! Sockets: accepts connections on both ports, reads requests, writes answers, and shuts down without cutting one off.

mod client;
mod delivery;
mod http;
mod opening;
mod passage;
mod patience;
mod rewound;
mod unreadable;
mod waiting;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

pub use self::client::Client;
use crate::control::Control;
use crate::exchange::{Door, Scheme};
use crate::shutdown::Stopped;

/// Connections open at once on one port; further ones wait in the listen queue.
const CONNECTION_LIMIT: usize = 4_096;
/// How long a shutdown waits for answers under way.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// The two listening sockets.
#[derive(Debug)]
pub struct Listeners {
    /// What a client sees.
    pub client: TcpListener,
    /// What the tester sees.
    pub control: TcpListener,
}

impl Listeners {
    /// Binds both ports.
    pub async fn bind(client: SocketAddr, control: SocketAddr) -> Result<Self, BindError> {
        Ok(Self { client: listen(client).await?, control: listen(control).await? })
    }

    /// Where both listen: client port, control port.
    pub fn addresses(&self) -> io::Result<(SocketAddr, SocketAddr)> {
        Ok((self.client.local_addr()?, self.control.local_addr()?))
    }
}

/// A port that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address asked for.
    pub address: SocketAddr,
    /// What the system said.
    pub source: io::Error,
}

async fn listen(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|source| BindError { address, source })
}

/// Serves until told to stop, then finishes the answers under way.
pub async fn serve(listeners: Listeners, client: Arc<Client>, control: Arc<Control>, stop: Stopped) {
    let clients = accept(listeners.client, stop.clone(), move |stream, stop| {
        Box::pin(client::serve(stream, Arc::clone(&client), stop))
    });
    let testers = accept(listeners.control, stop, move |stream, stop| {
        let control = Arc::clone(&control);
        Box::pin(control_connection(stream, control, stop))
    });
    tokio::join!(clients, testers);
}

type Connection = Pin<Box<dyn Future<Output = ()> + Send>>;

async fn accept(listener: TcpListener, mut stop: Stopped, connect: impl Fn(TcpStream, Stopped) -> Connection) {
    let places = Arc::new(Semaphore::new(CONNECTION_LIMIT));
    let mut connections = JoinSet::new();
    loop {
        let place = Arc::clone(&places).acquire_owned().await.expect("the semaphore is never closed");
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.wait() => break,
        };
        // A failed accept concerns one connection that is gone already, or a shortage that passes.
        let Ok((stream, _)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        // Answers are small and wait for the next request: Nagle's algorithm would only delay them.
        let _ = stream.set_nodelay(true);
        let connection = connect(stream, stop.clone());
        connections.spawn(async move {
            connection.await;
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, async { while connections.join_next().await.is_some() {} }).await;
}

async fn control_connection(stream: TcpStream, control: Arc<Control>, stop: Stopped) {
    let stopping = stop.clone();
    let answer = service_fn(move |request: hyper::Request<Incoming>| {
        let control = Arc::clone(&control);
        let stopping = stopping.clone();
        async move {
            let request = http::read(request, Door::BaseUrl(Scheme::Http), Control::body_limit).await;
            Ok::<_, Infallible>(control.answer(request, stopping).await)
        }
    });
    let connection = http::one_with_timer().serve_connection(TokioIo::new(stream), answer);
    // A connection that ends in an error concerns the client that broke it, and nobody else.
    let _ = http::drive(connection, http1::Connection::graceful_shutdown, stop).await;
}
