//! The worker protocol: its schema, what it lets through, and what drivers do that it does not.

use std::time::Duration;

use serde_json::{Value as Json, json};
use simtune_conformance::client_log::Answer;
use simtune_conformance::conversation::{Door, End, Unanswered};
use simtune_conformance::operation::Call;
use simtune_conformance::process::Launch;
use simtune_conformance::protocol::{Config, FromDriver, ToDriver, schema};
use simtune_conformance::transport::Environment;
use simtune_conformance::worker::{Limits, Pool, Worker};

use crate::workers::limits;

/// Every message of a runner and every answer to it, as the contract has them.
const CONVERSATION: &str = r#"
→ {"m":"hello","protocol":"1.0","runner":"simtune-conformance/0.1.0"}
← {"m":"hello","protocol":"1.0","client":{"name":"c","version":"1","language":"Go"},"capabilities":["op.list","op.get"],"concurrency":8}
→ {"m":"open","id":1,"session":"s1","env":{"GRAPH_BASE_URL":"u/v1.0","GRAPH_BETA_URL":"u/beta","GRAPH_TOKEN_URL":"u/t","GRAPH_AUTHORITY":"u","GRAPH_TENANT_ID":"t","GRAPH_CLIENT_ID":"c","GRAPH_CLIENT_SECRET":"s","GRAPH_SCOPE":"g/.default","GRAPH_CA_FILE":"ca.pem"},"config":{"timeoutMs":5000}}
← {"m":"ok","id":1}
→ {"m":"op","id":2,"session":"s1","op":"list_devices","args":{"filter":"deviceName eq 'x'","select":["id"]}}
← {"m":"result","id":2,"ok":true,"devices":[{"id":"d","deviceName":null,"totalStorageSpaceInBytes":"64000000000","lastSyncDateTime":"2018-03-06T00:00:00Z"}],"complete":true}
→ {"m":"op","id":3,"session":"s1","op":"reset_passcode","args":{"deviceId":"d"}}
← {"m":"result","id":3,"ok":false,"error":{"kind":"http","status":400,"code":"BadRequest","requestId":"r","outcome":"not_applied"}}
→ {"m":"op","id":4,"session":"s1","op":"get_action_result","args":{"deviceId":"d"}}
← {"m":"result","id":4,"ok":true,"state":"done","passcode":null}
→ {"m":"op","id":5,"session":"s1","op":"batch_reset","args":{"deviceIds":["d"]}}
← {"m":"result","id":5,"unsupported":true}
→ {"m":"op","id":6,"session":"s1","op":"find_device","args":{"by":"serialNumber","value":"v"}}
← {"m":"result","id":6,"ok":true,"devices":[],"anything":"else"}
→ {"m":"close","id":7,"session":"s1"}
← {"m":"error","id":7,"message":"there is no session s1"}
→ {"m":"bye"}
"#;

#[test]
fn the_schema_takes_a_conversation_and_the_types_read_it_back() {
    for line in CONVERSATION.lines().filter(|line| !line.is_empty()) {
        let (direction, text) = line.split_once(' ').expect("an arrow");
        let json: Json = serde_json::from_str(text).expect("JSON");
        if direction == "→" {
            assert_eq!(schema::to_driver(&json), Ok(()), "{text}");
            let message: ToDriver = serde_json::from_value(json.clone()).expect("the types read it");
            assert_eq!(serde_json::to_value(&message).expect("JSON"), json, "what is written is what was read");
            assert!(schema::from_driver(&json).is_err() || text.contains("hello"), "the directions differ: {text}");
        } else {
            let message = FromDriver::read(text.as_bytes()).expect("the schema and the types take it");
            let written = serde_json::to_value(&message).expect("JSON");
            assert_eq!(schema::from_driver(&written), Ok(()), "what is written keeps to the schema: {written}");
        }
    }
}

#[test]
fn the_schema_and_the_types_name_the_same_members() {
    let schema: Json = serde_json::from_str(schema::TEXT).expect("JSON");
    let members = |definition: &str| -> Vec<String> {
        let properties = schema["$defs"][definition]["properties"].as_object().expect("properties");
        properties.keys().cloned().collect()
    };
    let mut full = serde_json::to_value(Answer {
        ok: true,
        unsupported: true,
        devices: Some(vec![]),
        complete: Some(true),
        device: Some(serde_json::Map::default()),
        outcome: Some("accepted".into()),
        state: Some("done".into()),
        passcode: Some("1".into()),
        results: Some(vec![]),
        error: Some(simtune_conformance::client_log::ClientError::default()),
    })
    .expect("JSON");
    full["id"] = 1.into();
    let mut written: Vec<String> = full.as_object().expect("an object").keys().cloned().collect();
    let mut published = members("result");
    written.sort();
    published.sort();
    assert_eq!(written, published);
    let environment = Environment {
        graph_access_token: Some(String::new()),
        graph_ca_file: Some(String::new()),
        ..Environment::default()
    };
    let environment = serde_json::to_value(environment).expect("JSON");
    let written: Vec<&String> = environment.as_object().expect("an object").keys().collect();
    assert_eq!(written, members("environment").iter().collect::<Vec<_>>());
}

#[test]
fn a_departure_is_named_with_its_place() {
    let wrong = |line: &str| FromDriver::read(line.as_bytes()).map_or_else(|why| why.to_string(), |m| format!("{m:?}"));
    let lines = [
        r#"{"m":"result","id":2,"ok":true,"devices":[{"totalStorageSpaceInBytes":64000000000}]}"#,
        r#"{"m":"result","id":2,"ok":true,"devices":[{"lastSyncDateTime":1520000000}]}"#,
        r#"{"m":"result","id":2,"ok":false}"#,
        r#"{"m":"result","id":2}"#,
        r#"{"m":"result","id":"2","ok":true}"#,
        r#"{"m":"result","id":2,"ok":false,"error":{"kind":"oops"}}"#,
        r#"{"m":"result","id":2,"ok":true,"outcome":"done"}"#,
        r#"{"m":"hello","protocol":"1","client":{"name":"c"},"capabilities":[]}"#,
        r#"{"m":"hello","protocol":"1.0","client":{"name":"c"}}"#,
        r#"{"m":"done","id":2}"#,
        r#"["m"]"#,
        "INFO starting up",
    ];
    insta::assert_snapshot!(lines.map(wrong).join("\n"));
    let invalid = FromDriver::read(b"{\"m\":\"ok\xff\"}").unwrap_err().to_string();
    assert_eq!(invalid, "byte 9 is not UTF-8");
    let list: Answer = serde_json::from_value(json!({ "ok": true, "devices": [] })).expect("an answer");
    let missing = FromDriver::check_success("list_devices", &list).unwrap_err().to_string();
    assert!(missing.contains("\"complete\""), "{missing}");
}

/// A driver as a shell script, after a hello of its own.
pub(crate) fn script(body: &str) -> Launch {
    let hello =
        r#"{"m":"hello","protocol":"1.0","client":{"name":"breaker"},"capabilities":["op.get"],"concurrency":4}"#;
    let text = format!("read -r hello; printf '%s\\n' '{hello}'; {body}");
    Launch::new(["sh", "-c", &text])
}

pub(crate) fn call() -> Call {
    Call { op: "reset_passcode".to_owned(), args: json!({ "deviceId": "d" }) }
}

/// What becomes of an operation with a driver that answers open and then does this.
pub(crate) fn meets(body: &str) -> (Result<Answer, Unanswered>, Worker) {
    let opened = format!("read -r open; echo '{{\"m\":\"ok\",\"id\":1}}'; read -r op; {body}");
    let worker = Worker::start(&script(&opened), limits()).expect("it says hello");
    worker.open("s1", Environment::default(), Config::default()).expect("it opens");
    (worker.perform("s1", &call(), Duration::from_secs(10)), worker)
}

pub(crate) fn broken(body: &str) -> String {
    match meets(body).0 {
        Err(Unanswered::Ended(End::Protocol(text))) => format!("HARNESS_ERROR {text}"),
        Err(Unanswered::Ended(End::Crash(text))) => format!("CRASH {text}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn whoever_breaks_the_protocol_is_told_which_line_and_why() {
    let ok = r#"{"m":"result","id":2,"ok":true,"outcome":"accepted"}"#;
    let told = [
        ("writes its log to stdout", broken("echo 'INFO request sent'; sleep 60")),
        ("answers what nobody asked", broken(&format!("echo '{}'; sleep 60", ok.replace('2', "77")))),
        (
            "answers with a number where a string belongs",
            broken(r#"echo '{"m":"result","id":2,"ok":true,"device":{"id":7}}'; sleep 60"#),
        ),
        ("answers with less than promised", broken(r#"echo '{"m":"result","id":2,"ok":true}'; sleep 60"#)),
        ("answers an operation with ok", broken(r#"echo '{"m":"ok","id":2}'; sleep 60"#)),
        (
            "says hello again",
            broken(r#"echo '{"m":"hello","protocol":"1.0","client":{"name":"c"},"capabilities":[]}'; sleep 60"#),
        ),
        ("writes what is not UTF-8", broken(r#"printf '{"m":"\377"}\n'; sleep 60"#)),
        ("writes a line without end", broken("head -c 200000 /dev/zero | tr '\\0' x; sleep 60")),
        ("dies in the middle of a line", broken("printf '{\"m\":\"res'; exit 3")),
        ("dies without a word", broken("exit 7")),
        ("dies with words", broken("echo 'panicked at main.rs' >&2; kill -9 $$")),
        ("closes its stdout and stays", broken("exec >&-; sleep 60")),
    ];
    insta::assert_snapshot!(told.map(|(what, text)| format!("{what}\n  {text}")).join("\n"));
}

#[test]
fn a_second_answer_ends_the_worker_and_what_was_answered_stays() {
    let ok = r#"{"m":"result","id":2,"ok":true,"outcome":"accepted"}"#;
    let (first, worker) = meets(&format!("echo '{ok}'; read -r again; echo '{ok}'; sleep 60"));
    assert!(first.expect("the first answer counts").ok);
    let second = worker.perform("s1", &call(), Duration::from_secs(10));
    let Err(Unanswered::Ended(End::Protocol(text))) = second else { panic!("{second:?}") };
    assert!(text.starts_with("line 4 of its stdout: it answers 2 a second time"), "{text}");
}

#[test]
fn answers_come_in_any_order_and_a_late_one_does_no_harm() {
    let ok = |id: u32| format!(r#"{{"m":"result","id":{id},"ok":true,"outcome":"accepted"}}"#);
    // It answers the first operation after the second one, for which nobody waits any more.
    let (late, worker) = {
        let body = format!("read -r second; echo '{}'; echo '{}'; sleep 60", ok(2), ok(3));
        let opened = format!("read -r open; echo '{{\"m\":\"ok\",\"id\":1}}'; read -r op; {body}");
        let worker = Worker::start(&script(&opened), limits()).expect("it says hello");
        worker.open("s1", Environment::default(), Config::default()).expect("it opens");
        (worker.perform("s1", &call(), Duration::from_millis(50)), worker)
    };
    assert_eq!(late, Err(Unanswered::Late));
    assert!(worker.perform("s1", &call(), Duration::from_secs(10)).expect("the second one").ok);
    assert_eq!(worker.end(), None);
}

#[test]
fn a_driver_that_does_not_start_is_tried_three_times_and_told_once() {
    let quick = Limits { hello: Duration::from_millis(300), ..limits() };
    let told = |launch: Launch| Pool::start(launch, quick, 4).err().map_or_else(String::new, |error| error.to_string());
    let sh = |body: &str| told(Launch::new(["sh", "-c", body]));
    insta::assert_snapshot!(
        [
            sh("exit 9"),
            sh("echo 'no module named msgraph' >&2; exit 1"),
            sh("sleep 60"),
            sh("echo ready; sleep 60"),
            sh(r#"echo '{"m":"ok","id":1}'; sleep 60"#),
            sh(r#"echo '{"m":"hello","protocol":"2.1","client":{"name":"c"},"capabilities":[]}'; sleep 60"#),
            told(Launch::new(["./there-is-no-such-program"])),
        ]
        .join("\n")
    );
}

/// Whether a process still runs.
#[cfg(target_os = "linux")]
fn runs(pid: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    state.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.trim_start().starts_with('Z'))
}

#[cfg(target_os = "linux")]
pub(crate) fn gone(pid: &str) -> bool {
    (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        !runs(pid)
    })
}

#[cfg(target_os = "linux")]
#[test]
fn whoever_ignores_bye_and_term_is_killed_with_all_that_it_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pids");
    let body = format!(
        "trap '' TERM; sleep 600 & echo $$ $! > {}; while :; do read -r line || sleep 600; done",
        file.display()
    );
    let worker = Worker::start(&script(&body), limits()).expect("it says hello");
    let pids = (0..200)
        .find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            std::fs::read_to_string(&file).ok().filter(|text| text.ends_with('\n'))
        })
        .expect("it writes its numbers");
    worker.stop();
    for pid in pids.split_whitespace() {
        assert!(gone(pid), "process {pid} is left over");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_worker_that_ended_has_started_ends_as_well() {
    let (answer, worker) = meets("sleep 600 >/dev/null 2>&1 & echo child $! >&2; exit 4");
    let Err(Unanswered::Ended(End::Crash(text))) = answer else { panic!("{answer:?}") };
    let pid = text.rsplit(' ').next().expect("a number").to_owned();
    assert!(text.contains("exit code 4"), "{text}");
    drop(worker);
    assert!(gone(&pid), "process {pid} is left over");
}

#[test]
fn a_worker_that_listens_to_bye_ends_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("said");
    let body = format!("read -r bye; printf '%s' \"$bye\" > {}", file.display());
    let pool = Pool::start(script(&body), Limits { grace: Duration::from_secs(5), ..limits() }, 1).expect("it starts");
    assert_eq!(pool.client().to_string(), "breaker");
    pool.stop();
    assert_eq!(std::fs::read_to_string(&file).expect("it wrote"), r#"{"m":"bye"}"#);
}
