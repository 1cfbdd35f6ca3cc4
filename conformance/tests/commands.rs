//! Clients as commands, started for each operation.

use std::time::Duration;

use serde_json::json;
use simtune_conformance::client_log::Answer;
use simtune_conformance::command::Command;
use simtune_conformance::conversation::{Door, End, Unanswered};
use simtune_conformance::drive::Drive;
use simtune_conformance::operation::Call;
use simtune_conformance::over_sockets::{OverSockets, Surroundings};
use simtune_conformance::process::Launch;
use simtune_conformance::transport::Environment;

use crate::workers::ordinary;

#[test]
fn a_command_is_driven_like_a_worker() {
    let surroundings = Surroundings::new(true).expect("ports");
    let door = Command::new(Launch::new([env!("CARGO_BIN_EXE_reference-command")]));
    assert_eq!(door.client().to_string(), "reference-command");
    let evidence = OverSockets::new(&surroundings, &door).run(&ordinary()).expect("it runs");
    // It signs in for each operation: it remembers nothing.
    let asked: Vec<&str> = evidence.trace.exchanges.iter().map(|exchange| exchange.request.method.as_str()).collect();
    assert_eq!(asked, ["POST", "GET", "GET", "POST", "POST"]);
    assert_eq!(evidence.log.answer(0).and_then(|answer| answer.devices.as_ref()).map(Vec::len), Some(2));
    assert!(evidence.log.answer(1).expect("an answer").ok);
    assert_eq!(evidence.end.resets.len(), 1);
}

#[test]
fn of_a_command_without_a_result_line_only_the_wire_is_judged() {
    let surroundings = Surroundings::new(true).expect("ports");
    let door = Command::new(Launch::new([env!("CARGO_BIN_EXE_reference-command"), "--quiet"]));
    let evidence = OverSockets::new(&surroundings, &door).run(&ordinary()).expect("it runs");
    assert!(evidence.log.answer(0).expect("an answer").unsupported);
    assert_eq!(evidence.log.answer(1).and_then(|answer| answer.outcome.as_deref()), Some("accepted"));
    assert_eq!(evidence.trace.exchanges.len(), 5);
}

fn ends(script: &str, deadline: Duration) -> Result<Answer, Unanswered> {
    let door = Command::new(Launch::new(["sh", "-c", script]));
    let mut conversation = door.enter(Environment::default(), false).expect("nothing is started yet");
    conversation.perform(&Call { op: "get_device".to_owned(), args: json!({ "deviceId": "d" }) }, deadline)
}

#[test]
fn exit_codes_say_how_it_went() {
    let soon = Duration::from_secs(10);
    assert!(ends("exit 89", soon).expect("an answer").unsupported);
    assert!(ends("exit 1", soon).expect("an answer").error.is_some());
    assert_eq!(ends("exit 124", soon), Err(Unanswered::Late));
    assert_eq!(ends("sleep 60", Duration::from_millis(100)), Err(Unanswered::Late));
    let crash = ends("echo 'no such module' >&2; exit 3", soon);
    let expected = "it ended with exit code 3; its last words on stderr: no such module";
    assert_eq!(crash, Err(Unanswered::Ended(End::Crash(expected.to_owned()))));
    let device = ends(r#"test "$OP" = get_device && echo '{"device":{"id":"d"}}'"#, soon).expect("an answer");
    assert_eq!(device.device.and_then(|device| device["id"].as_str().map(str::to_owned)).as_deref(), Some("d"));
    let Err(Unanswered::Ended(End::Protocol(text))) = ends("echo done", soon) else { panic!("it is taken") };
    assert!(text.contains("no JSON object") && text.contains("\"done\\n\""), "{text}");
}
