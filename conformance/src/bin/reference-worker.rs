//! The reference client as a worker: the smallest driver in Rust, and the one this kit is tested with.
//!
//! `reference-worker --defect B01` is a client with that defect, `reference-worker --manner WaitsLonger` one of another
//! lawful manner (also one that only sockets know: `--manner Http2`), and `reference-worker --driver Caching` a driver that does more than it should.

use std::collections::HashMap;
use std::io::{BufRead as _, Write as _, stdin, stdout};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use simtune_conformance::defect::{Defect, Defects};
use simtune_conformance::in_process::Client;
use simtune_conformance::manner::{Manner, OnSockets};
use simtune_conformance::protocol::{ClientName, DriverHello, FromDriver, ToDriver, VERSION};
use simtune_conformance::reference::{AtOnce, CAPABILITIES, ReferenceClient};
use simtune_conformance::self_test::drivers::Driver;
use simtune_conformance::transport::Surroundings;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(who) = Who::ordered(arguments.next().as_deref(), arguments.next().as_deref()) else {
        eprintln!("usage: reference-worker [--defect B01 | --manner WaitsLonger | --driver Caching]");
        return ExitCode::from(64);
    };
    let runtime = tokio::runtime::Runtime::new().expect("there are threads to be had");
    let mut sessions: HashMap<String, Arc<Mutex<Box<dyn Client + Send>>>> = HashMap::new();
    for line in stdin().lock().lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(ToDriver::Hello { .. }) => say(&FromDriver::Hello(hello(who))),
            Ok(ToDriver::Open { id, session, env, config }) => {
                match Surroundings::really(runtime.handle(), env, who.on_sockets()) {
                    Ok(surroundings) => {
                        let client = who.driven(surroundings, Duration::from_millis(config.timeout_ms));
                        sessions.insert(session, Arc::new(Mutex::new(client)));
                        say(&FromDriver::Ok { id });
                    }
                    Err(message) => say(&FromDriver::Error { id: Some(id), message }),
                }
            }
            Ok(ToDriver::Op { id, session, call }) => {
                let Some(client) = sessions.get(&session).map(Arc::clone) else {
                    say(&FromDriver::Error { id: Some(id), message: format!("there is no session {session}") });
                    continue;
                };
                // One thread for each: waiting in one session does not hold up another.
                std::thread::spawn(move || {
                    let performed =
                        catch_unwind(AssertUnwindSafe(|| client.lock().map(|mut client| client.perform(&call))));
                    // A client that panics takes its program along.
                    let Ok(Ok(answer)) = performed else {
                        eprintln!("the client panicked at {}", call.op);
                        std::process::abort()
                    };
                    say(&FromDriver::Result { id, answer: Box::new(answer) });
                });
            }
            Ok(ToDriver::Close { id, session }) => {
                sessions.remove(&session);
                say(&FromDriver::Ok { id });
            }
            Ok(ToDriver::Bye) => break,
            Err(error) => eprintln!("not understood: {error}: {line}"),
        }
    }
    ExitCode::SUCCESS
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

fn say(message: &FromDriver) {
    let text = serde_json::to_string(message).expect("messages become JSON");
    let mut output = stdout().lock();
    // Without a reader there is nobody to tell.
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}
