//! The reference client as a worker: the smallest driver in Rust, and the one this kit is tested with.
//!
//! `reference-worker --defect B01` is a client with that defect, `reference-worker --manner WaitsLonger` one of another
//! lawful manner (also one that only sockets know: `--manner Http2`), and `reference-worker --driver Caching` a driver that
//! does more than it should; `--http` before these takes messages as POST bodies.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{BufRead as _, Write as _, stdin, stdout};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use simtune_conformance::defect::{Defect, Defects};
use simtune_conformance::in_process::Client;
use simtune_conformance::manner::{Manner, OnSockets};
use simtune_conformance::operation::Call;
use simtune_conformance::protocol::{Announcement, ClientName, DriverHello, FromDriver, ToDriver, VERSION};
use simtune_conformance::reference::{AtOnce, CAPABILITIES, ReferenceClient};
use simtune_conformance::self_test::drivers::Driver;
use simtune_conformance::transport::Surroundings;
use tokio::runtime::{Handle, Runtime};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let http = arguments.next_if_eq("--http").is_some();
    let Some(who) = Who::ordered(arguments.next().as_deref(), arguments.next().as_deref()) else {
        eprintln!("usage: reference-worker [--http] [--defect B01 | --manner WaitsLonger | --driver Caching]");
        return ExitCode::from(64);
    };
    let runtime = Runtime::new().expect("there are threads to be had");
    let sessions = Mutex::default();
    let clients = Arc::new(Clients { runtime: runtime.handle().clone(), who, sessions });
    if http {
        if let Err(error) = runtime.block_on(serve(clients)) {
            eprintln!("reference-worker: {error}");
            return ExitCode::FAILURE;
        }
    } else {
        converse(&clients);
    }
    ExitCode::SUCCESS
}

/// Clients, and how to make them.
struct Clients {
    runtime: Handle,
    who: Who,
    sessions: Mutex<HashMap<String, Shared>>,
}

/// A client whose operations wait for each other.
type Shared = Arc<Mutex<Box<dyn Client + Send>>>;

impl Clients {
    /// Does what a message says. Bye needs no answer.
    fn answer(&self, message: ToDriver) -> Option<FromDriver> {
        let sessions = || self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        Some(match message {
            ToDriver::Hello { .. } => FromDriver::Hello(hello(self.who)),
            ToDriver::Open { id, session, env, config } => {
                match Surroundings::really(&self.runtime, env, self.who.on_sockets()) {
                    Ok(surroundings) => {
                        let client = self.who.driven(surroundings, Duration::from_millis(config.timeout_ms));
                        sessions().insert(session, Arc::new(Mutex::new(client)));
                        FromDriver::Ok { id }
                    }
                    Err(message) => FromDriver::Error { id: Some(id), message },
                }
            }
            ToDriver::Op { id, session, call } => {
                let client = sessions().get(&session).map(Arc::clone);
                match client {
                    Some(client) => perform(id, &client, &call),
                    None => FromDriver::Error { id: Some(id), message: format!("there is no session {session}") },
                }
            }
            ToDriver::Close { id, session } => {
                sessions().remove(&session);
                FromDriver::Ok { id }
            }
            ToDriver::Bye => return None,
        })
    }
}

fn perform(id: u64, client: &Mutex<Box<dyn Client + Send>>, call: &Call) -> FromDriver {
    let performed = catch_unwind(AssertUnwindSafe(|| client.lock().map(|mut client| client.perform(call))));
    // A client that panics takes its program along.
    let Ok(Ok(answer)) = performed else {
        eprintln!("the client panicked at {}", call.op);
        std::process::abort()
    };
    FromDriver::Result { id, answer: Box::new(answer) }
}

/// Answers lines with lines.
fn converse(clients: &Arc<Clients>) {
    for line in stdin().lock().lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(ToDriver::Bye) => break,
            Ok(message @ ToDriver::Op { .. }) => {
                let clients = Arc::clone(clients);
                // One thread for each: waiting in one session does not hold up another.
                std::thread::spawn(move || clients.answer(message).iter().for_each(say));
            }
            Ok(message) => clients.answer(message).iter().for_each(say),
            Err(error) => eprintln!("not understood: {error}: {line}"),
        }
    }
}

/// Answers POSTs, at an address that it announces.
async fn serve(clients: Arc<Clients>) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    say(&Announcement { url: format!("http://{}/", listener.local_addr()?) });
    loop {
        let (socket, _) = listener.accept().await?;
        let clients = Arc::clone(&clients);
        let service = service_fn(move |request| post(Arc::clone(&clients), request));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
    }
}

async fn post(clients: Arc<Clients>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let message = match serde_json::from_slice(&body) {
        #[expect(clippy::disallowed_methods, reason = "bye is the end of this program")]
        Ok(ToDriver::Bye) => std::process::exit(0),
        Ok(message) => message,
        Err(error) => {
            let mut refused = Response::new(Full::from(format!("not understood: {error}")));
            *refused.status_mut() = hyper::StatusCode::BAD_REQUEST;
            return Ok(refused);
        }
    };
    // Clients wait, and their waiting must not hold up the others.
    let answer = tokio::task::spawn_blocking(move || clients.answer(message)).await.ok().flatten();
    Ok(Response::new(Full::from(serde_json::to_string(&answer).expect("messages become JSON"))))
}

/// Which client this is, and who drives it.
#[derive(Clone, Copy)]
enum Who {
    Behaving,
    Faulty(Defect),
    Mannered(Manner),
    OnSockets(OnSockets),
    Driven(Driver),
}

impl Who {
    fn ordered(option: Option<&str>, name: Option<&str>) -> Option<Self> {
        match (option, name) {
            (None, _) => Some(Self::Behaving),
            (Some("--defect"), Some(name)) => Defect::named(name).map(Self::Faulty),
            (Some("--manner"), Some(name)) => {
                Manner::named(name).map(Self::Mannered).or_else(|| OnSockets::named(name).map(Self::OnSockets))
            }
            (Some("--driver"), Some(name)) => Driver::named(name).map(Self::Driven),
            _ => None,
        }
    }

    fn manner(self) -> Option<Manner> {
        match self {
            Self::Mannered(manner) => Some(manner),
            Self::Driven(driver) => driver.manner(),
            Self::Behaving | Self::Faulty(_) | Self::OnSockets(_) => None,
        }
    }

    fn on_sockets(self) -> Option<OnSockets> {
        match self {
            Self::OnSockets(manner) => Some(manner),
            _ => None,
        }
    }

    fn driven(self, surroundings: Surroundings, timeout: Duration) -> Box<dyn Client + Send> {
        let client = ReferenceClient::new(surroundings.clone()).timeout_after(timeout);
        match self {
            Self::OnSockets(OnSockets::TwoAtOnce) => {
                Box::new(AtOnce::new(client, ReferenceClient::new(surroundings).timeout_after(timeout)))
            }
            Self::Behaving | Self::OnSockets(_) => Box::new(client),
            Self::Faulty(defect) => {
                Box::new(ReferenceClient::with(surroundings, Defects::only(defect)).timeout_after(timeout))
            }
            Self::Mannered(manner) => Box::new(client.in_manner(manner)),
            Self::Driven(driver) => Box::new(driver.around(client)),
        }
    }
}

fn hello(who: Who) -> DriverHello {
    let client = ClientName {
        name: "reference client".to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        language: Some("Rust".to_owned()),
    };
    let lacking = who.manner().and_then(Manner::lacks);
    let capabilities = CAPABILITIES.iter().filter(|claimed| Some(**claimed) != lacking);
    let capabilities = capabilities.map(ToString::to_string).collect();
    DriverHello { protocol: VERSION.to_owned(), client, capabilities, concurrency: 64 }
}

fn say(message: &impl serde::Serialize) {
    let text = serde_json::to_string(message).expect("messages become JSON");
    let mut output = stdout().lock();
    // Without a reader there is nobody to tell.
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}
