//! A driver for simtune-conformance: it hands operations to a client, and what comes back to the runner.
//!
//! `Graph` of `graph.rs` stands for your client: put yours in its place. Of this file only `perform` and `told` speak to it;
//! the rest is the protocol. A driver does not retry, follow links or mend answers: that would be taken for the client's
//! doing.

mod graph;

use std::collections::HashMap;
use std::io::{Write as _, stdin, stdout};
use std::sync::Arc;

use serde_json::{Value, json};
use ureq::Error;

use crate::graph::Graph;

const SESSIONS: usize = 16; // at the same time

/// A device's members as the client gives them; numbers travel as strings.
fn seen(device: &Value) -> Value {
    let said = |value: &Value| if value.is_number() { value.to_string().into() } else { value.clone() };
    device.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), said(value))).collect()
}

fn perform(graph: &Graph, op: &str, args: &Value) -> Result<Value, Error> {
    let arg = |name: &str| args[name].as_str().unwrap_or_default();
    let one = format!("{}/{}", graph.devices(), arg("deviceId"));
    let select = args["select"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let select = select.collect::<Vec<_>>().join(",");
    let quoted = format!("{} eq '{}'", arg("by"), arg("value").replace('\'', "''"));
    let filter = if op == "find_device" { quoted.as_str() } else { arg("filter") };
    let query: Vec<_> =
        [("$select", select.as_str()), ("$filter", filter)].into_iter().filter(|it| !it.1.is_empty()).collect();
    Ok(match op {
        "list_devices" | "find_device" => {
            json!({ "devices": graph.list(&query)?.iter().map(seen).collect::<Vec<_>>(), "complete": true })
        }
        "get_device" => json!({ "device": seen(&graph.ask("GET", &one, &query)?) }),
        "reset_passcode" => {
            graph.ask("POST", &format!("{one}/resetPasscode"), &[])?;
            json!({ "outcome": "accepted" })
        }
        _ => json!({ "unsupported": true }),
    })
}

/// An error of the client in the words of the protocol.
fn told(error: &Error) -> Value {
    let kind = match error {
        Error::StatusCode(status) => return json!({ "kind": "http", "status": status }),
        Error::Timeout(_) => "timeout",
        Error::Json(_) => "parse",
        Error::TooManyRedirects | Error::RedirectFailed => "redirect",
        Error::Io(_) | Error::ConnectionFailed | Error::HostNotFound => "network",
        _ => "unknown",
    };
    json!({ "kind": kind, "message": error.to_string() })
}

fn say(message: &Value) {
    let _ = writeln!(stdout().lock(), "{message}").and_then(|()| stdout().flush());
}

fn main() {
    let client = json!({ "name": "my-client", "version": "0.1", "language": "Rust" });
    // What the client can. Add retry.auto if it comes again by itself, op.batch_reset and auth.cae if it knows these.
    let can = ["op.list", "op.get", "op.find", "op.reset", "auth.client_credentials", "redirect.follow"];
    let hello =
        json!({ "m": "hello", "protocol": "1.0", "client": client, "capabilities": can, "concurrency": SESSIONS });
    let mut sessions: HashMap<String, Arc<Graph>> = HashMap::new();
    for message in stdin().lines().map_while(Result::ok).map_while(|line| serde_json::from_str::<Value>(&line).ok()) {
        let (id, session) = (message["id"].clone(), message["session"].as_str().unwrap_or_default().to_owned());
        match message["m"].as_str() {
            Some("hello") => say(&hello),
            Some("op") => {
                let graph = Arc::clone(&sessions[&session]);
                std::thread::spawn(move || {
                    let op = message["op"].as_str().unwrap_or_default();
                    let performed = perform(&graph, op, &message["args"]);
                    let ok = performed.is_ok();
                    let mut result = performed.unwrap_or_else(|error| json!({ "error": told(&error) }));
                    (result["m"], result["id"], result["ok"]) = ("result".into(), id, ok.into());
                    say(&result);
                });
            }
            Some("open") => {
                sessions.insert(session, Arc::new(Graph::new(message["env"].clone())));
                say(&json!({ "m": "ok", "id": id }));
            }
            Some("close") => {
                sessions.remove(&session);
                say(&json!({ "m": "ok", "id": id }));
            }
            _ => break,
        }
    }
}
