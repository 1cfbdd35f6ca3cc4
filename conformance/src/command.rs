//! A driver as a command: a program that is started once for each operation.
//!
//! It finds what to do in its environment (`OP`, `OP_ARGS` and where the service is), writes one JSON result line to its
//! stdout if it has something to tell, and says by its exit code how it went: 0 well, 1 it failed and says so, 89 it has no
//! such operation.

use std::io::Read;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::client_log::{Answer, ClientError};
use crate::conversation::{Conversation, Door, End, Refusal, Unanswered};
use crate::operation::Call;
use crate::process::{self, Launch, Process};
use crate::protocol::{ClientName, FromDriver};
use crate::transport::Environment;

/// The exit code of a command that has no such operation.
pub const UNSUPPORTED: i32 = 89;
/// The exit codes of what was stopped because it took too long.
const STOPPED: [i32; 2] = [124, 137];
/// Bytes of its output that are read.
const OUTPUT: u64 = 16 * 1024 * 1024;

/// What a command is taken to be able to, until it says otherwise. What it does of itself beyond that is unknown.
const CAPABILITIES: [&str; 7] =
    ["op.list", "op.get", "op.find", "op.reset", "op.action_result", "op.batch_reset", "auth.client_credentials"];

/// A command that is started for each operation.
pub struct Command {
    launch: Launch,
}

impl Command {
    /// A command that is started like this.
    pub fn new(launch: Launch) -> Self {
        Self { launch }
    }
}

impl Door for Command {
    fn client(&self) -> ClientName {
        ClientName { name: self.launch.name(), ..ClientName::default() }
    }

    fn capabilities(&self) -> Vec<String> {
        CAPABILITIES.iter().map(ToString::to_string).collect()
    }

    fn enter(&self, env: Environment, _: bool) -> Result<Box<dyn Conversation + '_>, Refusal> {
        Ok(Box::new(Runs { launch: &self.launch, env, log: String::new() }))
    }
}

/// The operations of one scenario.
struct Runs<'a> {
    launch: &'a Launch,
    env: Environment,
    log: String,
}

impl Conversation for Runs<'_> {
    fn perform(&mut self, call: &Call, deadline: Duration) -> Result<Answer, Unanswered> {
        let launch = self.launch.clone().with(variables(&self.env, call));
        let failed = |text: String| Unanswered::Ended(End::Crash(text));
        let (process, pipes) = Process::start(&launch).map_err(|error| failed(error.to_string()))?;
        drop(pipes.stdin);
        let output = collect(pipes.stdout);
        let errors = collect(pipes.stderr);
        let in_time = process.ends_within(deadline);
        // What it started and left behind goes with it, and so do the other ends of its pipes.
        let status = process.end();
        self.log.push_str(&String::from_utf8_lossy(&errors()));
        let output = output();
        if !in_time {
            return Err(Unanswered::Late);
        }
        let status = status.ok_or_else(|| failed("it is gone".to_owned()))?;
        match status.code() {
            Some(code) if STOPPED.contains(&code) => Err(Unanswered::Late),
            Some(UNSUPPORTED) => Ok(Answer { unsupported: true, ..Answer::default() }),
            Some(code @ (0 | 1)) => answer(call, &output, code == 0).map_err(|wrong| {
                Unanswered::Ended(End::Protocol(format!("{wrong}. Its stdout is: {}", shown(&output))))
            }),
            _ => {
                let words = self.log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing");
                Err(failed(format!("{}; its last words on stderr: {words}", process::told(status))))
            }
        }
    }

    fn had_company(&self) -> bool {
        false
    }

    fn leave(self: Box<Self>) -> String {
        self.log
    }
}

/// Reads an output to its end, on a thread of its own; the result waits a moment for it and no longer: something that left
/// the process group may still hold the other end.
fn collect(output: impl Read + Send + 'static) -> impl FnOnce() -> Vec<u8> {
    let read = Arc::new(Mutex::new(Vec::new()));
    let (tell, done) = channel::<()>();
    let into = Arc::clone(&read);
    std::thread::spawn(move || {
        let mut output = output.take(OUTPUT);
        let mut piece = vec![0; 8 * 1024];
        while let Ok(count @ 1..) = output.read(&mut piece) {
            into.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&piece[..count]);
        }
        drop(tell);
    });
    move || {
        let _ = done.recv_timeout(Duration::from_secs(1));
        std::mem::take(&mut *read.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The environment of one operation.
fn variables(env: &Environment, call: &Call) -> Vec<(String, String)> {
    let env = serde_json::to_value(env).expect("an environment becomes JSON");
    let members = env.as_object().into_iter().flatten();
    let mut variables: Vec<(String, String)> =
        members.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
    variables.push(("OP".to_owned(), call.op.clone()));
    variables.push(("OP_ARGS".to_owned(), call.args.to_string()));
    variables
}

/// What a command says: by its line, or, without one, by its exit code alone.
fn answer(call: &Call, output: &[u8], went_well: bool) -> Result<Answer, String> {
    let text = std::str::from_utf8(output).map_err(|_| "its stdout is not UTF-8".to_owned())?;
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let Some(line) = lines.next() else { return Ok(without_a_line(call, went_well)) };
    if lines.next().is_some() {
        return Err("it writes more than one line to its stdout; log lines belong on stderr".to_owned());
    }
    let mut json: Json = serde_json::from_str(line).map_err(|error| format!("its line is no JSON object: {error}"))?;
    // The envelope is the protocol's and means nothing here.
    json["m"] = "result".into();
    json["id"] = 1.into();
    if json.get("ok").is_none() && json.get("unsupported").is_none() {
        json["ok"] = went_well.into();
    }
    let message = FromDriver::read(json.to_string().as_bytes()).map_err(|violation| violation.to_string())?;
    let FromDriver::Result { answer, .. } = message else { return Err("its line is no result".to_owned()) };
    FromDriver::check_success(&call.op, &answer).map_err(|violation| violation.to_string())?;
    if !answer.unsupported && answer.ok != went_well {
        return Err(format!("its line says ok {} and its exit code {}", answer.ok, i32::from(!went_well)));
    }
    Ok(*answer)
}

fn without_a_line(call: &Call, went_well: bool) -> Answer {
    match (went_well, call.op.as_str()) {
        (false, _) => Answer::failed(ClientError::default()),
        (true, "reset_passcode") => Answer { ok: true, outcome: Some("accepted".to_owned()), ..Answer::default() },
        // It went well, and what it gave is not known: only the wire can be judged.
        (true, _) => Answer { unsupported: true, ..Answer::default() },
    }
}

fn shown(output: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(output).chars().take(160).collect();
    json!(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(op: &str, line: &str, went_well: bool) -> Result<Answer, String> {
        answer(&Call { op: op.to_owned(), args: json!({}) }, line.as_bytes(), went_well)
    }

    #[test]
    fn exit_code_and_line_are_read_together() {
        assert!(said("reset_passcode", "", true).unwrap().ok);
        assert!(said("list_devices", "", true).unwrap().unsupported);
        assert!(said("list_devices", "\n", false).unwrap().error.is_some());
        assert_eq!(said("list_devices", r#"{"devices":[],"complete":true}"#, true).unwrap().complete, Some(true));
        let refused = said("get_device", r#"{"ok":false,"error":{"kind":"http","status":404}}"#, false).unwrap();
        assert_eq!(refused.error.and_then(|error| error.status), Some(404));
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        let wrong = |line: &str, went_well: bool| said("list_devices", line, went_well).unwrap_err();
        assert!(wrong(r#"{"ok":true,"devices":[],"complete":true}"#, false).contains("exit code 1"));
        assert!(wrong("{}\n{}", true).contains("more than one line"));
        assert!(wrong("done", true).contains("no JSON object"));
        assert!(wrong(r#"{"devices":[]}"#, true).contains("\"complete\""));
        assert!(wrong(r#"{"ok":false}"#, false).contains("error"));
    }
}
