//! The reference client as a worker: the smallest driver in Rust, and the one this kit is tested with.
//!
//! `reference-worker --defect B01` is a client with that defect, `reference-worker --manner WaitsLonger` one of another
//! lawful manner; `--http` before these takes messages as POST bodies.

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
use simtune_conformance::manner::Manner;
use simtune_conformance::operation::Call;
use simtune_conformance::protocol::{Announcement, ClientName, DriverHello, FromDriver, ToDriver, VERSION};
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::transport::Surroundings;
use tokio::runtime::{Handle, Runtime};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let http = arguments.next_if_eq("--http").is_some();
    let (defects, manner) = match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => (Defects::NONE, None),
        (Some("--defect"), Some(name)) if Defect::named(&name).is_some() => {
            (Defect::named(&name).map_or(Defects::NONE, Defects::only), None)
        }
        (Some("--manner"), Some(name)) if Manner::named(&name).is_some() => (Defects::NONE, Manner::named(&name)),
        _ => {
            eprintln!("usage: reference-worker [--http] [--defect B01 | --manner WaitsLonger]");
            return ExitCode::from(64);
        }
    };
    let runtime = Runtime::new().expect("there are threads to be had");
    let sessions = Mutex::default();
    let driver = Arc::new(Driver { runtime: runtime.handle().clone(), defects, manner, sessions });
    if http {
        if let Err(error) = runtime.block_on(serve(driver)) {
            eprintln!("reference-worker: {error}");
            return ExitCode::FAILURE;
        }
    } else {
        converse(&driver);
    }
    ExitCode::SUCCESS
}

/// Clients, and how to make them.
struct Driver {
    runtime: Handle,
    defects: Defects,
    manner: Option<Manner>,
    sessions: Mutex<HashMap<String, Arc<Mutex<ReferenceClient>>>>,
}

impl Driver {
    /// Does what a message says. Bye needs no answer.
    fn answer(&self, message: ToDriver) -> Option<FromDriver> {
        let sessions = || self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        Some(match message {
            ToDriver::Hello { .. } => FromDriver::Hello(hello(self.manner)),
            ToDriver::Open { id, session, env, config } => match Surroundings::real(&self.runtime, env) {
                Ok(surroundings) => {
                    let client = ReferenceClient::with(surroundings, self.defects);
                    let client = match self.manner {
                        Some(manner) => client.in_manner(manner),
                        None => client,
                    };
                    let client = client.timeout_after(Duration::from_millis(config.timeout_ms));
                    sessions().insert(session, Arc::new(Mutex::new(client)));
                    FromDriver::Ok { id }
                }
                Err(message) => FromDriver::Error { id: Some(id), message },
            },
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

fn perform(id: u64, client: &Mutex<ReferenceClient>, call: &Call) -> FromDriver {
    let performed = catch_unwind(AssertUnwindSafe(|| client.lock().map(|mut client| client.perform(call))));
    // A client that panics takes its program along.
    let Ok(Ok(answer)) = performed else {
        eprintln!("the client panicked at {}", call.op);
        std::process::abort()
    };
    FromDriver::Result { id, answer: Box::new(answer) }
}

/// Answers lines with lines.
fn converse(driver: &Arc<Driver>) {
    for line in stdin().lock().lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(ToDriver::Bye) => break,
            Ok(message @ ToDriver::Op { .. }) => {
                let driver = Arc::clone(driver);
                // One thread for each: waiting in one session does not hold up another.
                std::thread::spawn(move || driver.answer(message).iter().for_each(say));
            }
            Ok(message) => driver.answer(message).iter().for_each(say),
            Err(error) => eprintln!("not understood: {error}: {line}"),
        }
    }
}

/// Answers POSTs, at an address that it announces.
async fn serve(driver: Arc<Driver>) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    say(&Announcement { url: format!("http://{}/", listener.local_addr()?) });
    loop {
        let (socket, _) = listener.accept().await?;
        let driver = Arc::clone(&driver);
        let service = service_fn(move |request| post(Arc::clone(&driver), request));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
    }
}

async fn post(driver: Arc<Driver>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
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
    let answer = tokio::task::spawn_blocking(move || driver.answer(message)).await.ok().flatten();
    Ok(Response::new(Full::from(serde_json::to_string(&answer).expect("messages become JSON"))))
}

fn hello(manner: Option<Manner>) -> DriverHello {
    let client = ClientName {
        name: "reference client".to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        language: Some("Rust".to_owned()),
    };
    let lacking = manner.and_then(Manner::lacks);
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
