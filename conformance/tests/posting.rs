//! Drivers that are spoken to by POST: one that behaves, and some that break the protocol.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use simtune_conformance::conversation::{Door, End, Unanswered};
use simtune_conformance::defect::Defect;
use simtune_conformance::drive::Drive;
use simtune_conformance::judge::judge;
use simtune_conformance::over_sockets::{OverSockets, Surroundings};
use simtune_conformance::process::Launch;
use simtune_conformance::protocol::Config;
use simtune_conformance::rule::Profile;
use simtune_conformance::rules;
use simtune_conformance::transport::Environment;
use simtune_conformance::verdict::Verdict;
use simtune_conformance::worker::{Limits, Pool, Way, Worker};

use crate::protocol::call;
use crate::workers::{limits, ordinary};

const REFERENCE: &str = env!("CARGO_BIN_EXE_reference-worker");

#[test]
fn a_driver_is_spoken_to_by_post_as_by_lines() {
    let surroundings = Surroundings::new(true).expect("ports");
    let pool = Pool::start_by(Way::Posts, Launch::new([REFERENCE, "--http"]), limits(), 16).expect("it starts");
    assert!(pool.client().to_string().starts_with("reference client"));
    let evidence = OverSockets::new(&surroundings, &pool).run(&ordinary()).expect("it runs");
    assert_eq!(evidence.log.answer(0).and_then(|answer| answer.devices.as_ref()).map(Vec::len), Some(2));
    assert_eq!(evidence.log.answer(1).and_then(|answer| answer.outcome.as_deref()), Some("accepted"));
    // It ends with bye: nobody has to be told twice.
    let worker = Worker::start_by(Way::Posts, &Launch::new([REFERENCE, "--http"]), limits()).expect("it starts");
    worker.stop();
    assert!(matches!(worker.end(), None | Some(End::Crash(_))), "{:?}", worker.end());
}

#[test]
fn a_defect_is_found_by_post_as_by_lines() {
    let surroundings = Surroundings::new(true).expect("ports");
    let rule = rules::rule(Defect::named("B24").expect("a defect").rule()).expect("a rule");
    let scenario = (rule.check().expect("it is observed").minimal[0])();
    for (defect, expected) in [(&["--defect", "B24"][..], Verdict::Fail), (&[], Verdict::Pass)] {
        let launch = Launch::new([&[REFERENCE, "--http"], defect].concat());
        let pool = Pool::start_by(Way::Posts, launch, limits(), 1).expect("it starts");
        let judgement = judge(&OverSockets::new(&surroundings, &pool), &scenario, &[rule], Profile::Graph);
        let opinions = judgement.expect("it is judged").opinions;
        assert_eq!(opinions.iter().map(|opinion| opinion.verdict).collect::<Vec<_>>(), [expected]);
    }
}

fn told(end: End) -> String {
    match end {
        End::Protocol(text) => format!("HARNESS_ERROR {text}"),
        End::Crash(text) => format!("CRASH {text}"),
    }
}

#[test]
fn whoever_announces_nothing_is_told_what_was_expected() {
    let starts = |script: &str, limits: Limits| {
        let launch = Launch::new(["sh", "-c", script]);
        told(Worker::start_by(Way::Posts, &launch, limits).map(|_| ()).expect_err("it is no driver"))
    };
    let lines = [
        ("says something else", starts("echo listening on 8080; sleep 60", limits())),
        ("names no address", starts(r#"echo '{"m":"listening"}'; sleep 60"#, limits())),
        ("speaks TLS", starts(r#"echo '{"m":"listening","url":"https://localhost/"}'; sleep 60"#, limits())),
        ("says nothing", starts("sleep 60", Limits { hello: Duration::from_millis(200), ..limits() })),
        ("ends", starts("echo 'no such module' >&2; exit 3", limits())),
    ];
    let lines: Vec<String> = lines.iter().map(|(what, told)| format!("{what}: {told}")).collect();
    insta::assert_snapshot!("who_announces_nothing", lines.join("\n"));
    // Nobody listens at the port of an address that was given up.
    let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a port").port();
    let text = starts(&format!(r#"echo '{{"m":"listening","url":"http://127.0.0.1:{port}/"}}'; sleep 60"#), limits());
    assert_eq!(text, format!("CRASH the POST of hello to http://127.0.0.1:{port}/ has no answer"));
}

/// A driver that says hello, opens a session, and answers what comes then like this.
fn opened(answer: impl Fn() -> Option<String> + Send + 'static) -> Worker {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("a port").port();
    std::thread::spawn(move || {
        let whole = |body: &str| {
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
        };
        for (number, socket) in listener.incoming().map_while(Result::ok).enumerate() {
            let mut socket = socket;
            let mut piece = [0; 16 * 1024];
            let mut read = Vec::new();
            // Head and body may come one after the other; each body here ends with its line.
            while let Ok(count @ 1..) = socket.read(&mut piece) {
                read.extend_from_slice(&piece[..count]);
                if read.ends_with(b"}\n") {
                    break;
                }
            }
            let said = match number {
                0 => Some(whole(
                    r#"{"m":"hello","protocol":"1.0","client":{"name":"breaker"},"capabilities":["op.get"]}"#,
                )),
                1 => Some(whole(r#"{"m":"ok","id":1}"#)),
                _ => answer().map(|text| if text.starts_with("HTTP") { text } else { whole(&text) }),
            };
            if let Some(said) = said {
                let _ = socket.write_all(said.as_bytes());
            }
        }
    });
    let script = format!(r#"echo '{{"m":"listening","url":"http://127.0.0.1:{port}/"}}'; sleep 60"#);
    let worker = Worker::start_by(Way::Posts, &Launch::new(["sh", "-c", &script]), limits()).expect("it says hello");
    worker.open("s1", Environment::default(), Config::default()).expect("it opens");
    worker
}

fn broken(answer: Option<&'static str>) -> String {
    let worker = opened(move || answer.map(str::to_owned));
    match worker.perform("s1", &call(), Duration::from_secs(10)).map(drop) {
        Err(Unanswered::Ended(end)) => told(end),
        other => format!("{other:?}"),
    }
}

#[test]
fn whoever_breaks_the_protocol_by_post_is_told_which_answer_and_why() {
    let port = |text: String| {
        let from = text.find("127.0.0.1:").map_or(text.len(), |at| at + "127.0.0.1:".len());
        let digits = text[from..].bytes().take_while(u8::is_ascii_digit).count();
        format!("{}{}", &text[..from], &text[from + digits..]).replace("127.0.0.1:/", "127.0.0.1:PORT/")
    };
    let lines = [
        ("keeps to it", broken(Some(r#"{"m":"result","id":2,"ok":true,"outcome":"accepted"}"#))),
        ("is no JSON", broken(Some("done"))),
        ("is empty", broken(Some(""))),
        ("answers another question", broken(Some(r#"{"m":"result","id":7,"ok":true,"outcome":"accepted"}"#))),
        ("answers ok", broken(Some(r#"{"m":"ok","id":2}"#))),
        ("is a 500", broken(Some("HTTP/1.1 500 Oh no\r\ncontent-length: 4\r\n\r\noops"))),
        ("hangs up", broken(None)),
        ("ends early", broken(Some("HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{"))),
    ];
    let lines: Vec<String> = lines.into_iter().map(|(what, told)| format!("{what}: {}", port(told))).collect();
    insta::assert_snapshot!("who_breaks_the_protocol_by_post", lines.join("\n"));
}

#[test]
fn whoever_answers_without_end_is_not_read_to_it_and_who_is_slow_is_not_waited_for() {
    let worker = opened(|| {
        let body = "x".repeat(200 * 1024);
        Some(format!("HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n{body}"))
    });
    let answered = worker.perform("s1", &call(), Duration::from_secs(10));
    let Err(Unanswered::Ended(End::Protocol(text))) = answered else { panic!("{answered:?}") };
    assert!(text.starts_with("answer 3 is longer than 65536 bytes"), "{text}");

    let (wake, slept) = std::sync::mpsc::channel::<String>();
    let worker = opened(move || slept.recv().ok());
    assert_eq!(worker.perform("s1", &call(), Duration::from_millis(200)), Err(Unanswered::Late));
    assert_eq!(worker.end(), None);
    drop(wake);
}
