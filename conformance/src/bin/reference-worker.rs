//! The reference client as a worker: the smallest driver in Rust, and the one this kit is tested with.
//!
//! `reference-worker --defect B01` is a client with that defect, `reference-worker --manner WaitsLonger` one of another
//! lawful manner.

use std::collections::HashMap;
use std::io::{BufRead as _, Write as _, stdin, stdout};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use simtune_conformance::defect::{Defect, Defects};
use simtune_conformance::manner::Manner;
use simtune_conformance::protocol::{ClientName, DriverHello, FromDriver, ToDriver, VERSION};
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::transport::Surroundings;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (defects, manner) = match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => (Defects::NONE, None),
        (Some("--defect"), Some(name)) if Defect::named(&name).is_some() => {
            (Defect::named(&name).map_or(Defects::NONE, Defects::only), None)
        }
        (Some("--manner"), Some(name)) if Manner::named(&name).is_some() => (Defects::NONE, Manner::named(&name)),
        _ => {
            eprintln!("usage: reference-worker [--defect B01 | --manner WaitsLonger]");
            return ExitCode::from(64);
        }
    };
    let runtime = tokio::runtime::Runtime::new().expect("there are threads to be had");
    let mut sessions: HashMap<String, Arc<Mutex<ReferenceClient>>> = HashMap::new();
    for line in stdin().lock().lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(ToDriver::Hello { .. }) => say(&FromDriver::Hello(hello(manner))),
            Ok(ToDriver::Open { id, session, env, config }) => match Surroundings::real(runtime.handle(), env) {
                Ok(surroundings) => {
                    let client = ReferenceClient::with(surroundings, defects);
                    let client = match manner {
                        Some(manner) => client.in_manner(manner),
                        None => client,
                    };
                    let client = client.timeout_after(Duration::from_millis(config.timeout_ms));
                    sessions.insert(session, Arc::new(Mutex::new(client)));
                    say(&FromDriver::Ok { id });
                }
                Err(message) => say(&FromDriver::Error { id: Some(id), message }),
            },
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

fn say(message: &FromDriver) {
    let text = serde_json::to_string(message).expect("messages become JSON");
    let mut output = stdout().lock();
    // Without a reader there is nobody to tell.
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}
