//! Drivers that break the protocol where it hurts: by size, by silence, and by what they leave behind.
//!
//! The others are in `protocol.rs`. Whatever a driver does, it is told what, the run ends in time, and nothing is left over.

use std::time::{Duration, Instant};

use simtune_conformance::conversation::{End, Unanswered};
use simtune_conformance::drive::Drive;
use simtune_conformance::over_sockets::{OverSockets, Surroundings};
use simtune_conformance::process::Launch;
use simtune_conformance::protocol::Config;
use simtune_conformance::transport::Environment;
use simtune_conformance::worker::{Limits, Pool, Worker};

use crate::protocol::{call, meets, script};
use crate::workers::{limits, ordinary};

/// Long enough for a busy machine, and far shorter than the drivers here would take.
const IN_TIME: Duration = Duration::from_secs(20);

/// Tests of what takes long when it goes wrong look at the clock.
#[expect(clippy::disallowed_methods, reason = "whoever waits for ever is found by waiting")]
fn now() -> Instant {
    Instant::now()
}

/// Shell commands that answer `open`, read an operation, and go on like this.
fn opened(body: &str) -> Launch {
    script(&format!("read -r open; echo '{{\"m\":\"ok\",\"id\":1}}'; read -r op; {body}"))
}

#[test]
fn a_line_of_twenty_megabytes_is_not_read_to_its_end() {
    let usual = Limits { line: Limits::default().line, ..limits() };
    assert!(usual.line < 20_000_000, "such a line is too long for the limit that a run has");
    let worker = Worker::start(&opened("head -c 20000000 /dev/zero | tr '\\0' x; sleep 600"), usual).expect("hello");
    worker.open("s1", Environment::default(), Config::default()).expect("it opens");
    let answer = worker.perform("s1", &call(), IN_TIME);
    let Err(Unanswered::Ended(End::Protocol(text))) = answer else { panic!("{answer:?}") };
    assert!(text.contains("16777216"), "{text}");
}

#[test]
fn whoever_never_answers_an_operation_is_not_waited_for() {
    let worker = Worker::start(&opened("sleep 600"), limits()).expect("it says hello");
    worker.open("s1", Environment::default(), Config::default()).expect("it opens");
    let began = now();
    assert_eq!(worker.perform("s1", &call(), Duration::from_millis(200)), Err(Unanswered::Late));
    drop(worker);
    assert!(began.elapsed() < IN_TIME);
}

#[test]
fn whoever_never_opens_a_session_breaks_the_protocol_and_is_not_waited_for() {
    let quick = Limits { session: Duration::from_millis(200), ..limits() };
    let pool = Pool::start(script("sleep 600"), quick, 1).expect("it says hello");
    let surroundings = Surroundings::new(false).expect("ports");
    let began = now();
    let error = OverSockets::new(&surroundings, &pool).run(&ordinary()).expect_err("nobody is judged");
    assert!(began.elapsed() < IN_TIME);
    assert!(error.to_string().contains("the driver breaks the protocol"), "{error}");
}

/// What it started holds its pipes open, so that their end does not come with its own.
#[cfg(target_os = "linux")]
#[test]
fn whoever_dies_and_leaves_a_child_at_its_pipes_is_not_waited_for() {
    let began = now();
    let (answer, worker) = meets("sleep 600 & echo child $! >&2; exit 4");
    let Err(Unanswered::Ended(End::Crash(text))) = answer else { panic!("{answer:?}") };
    assert!(began.elapsed() < IN_TIME && text.contains("exit code 4"), "{text}");
    let pid = text.rsplit(' ').next().expect("a number").to_owned();
    drop(worker);
    assert!(crate::protocol::gone(&pid), "process {pid} is left over");
}

/// A grandchild that leaves the group, as daemons do, is still not waited for.
#[cfg(target_os = "linux")]
#[test]
fn whoever_leaves_a_daemon_behind_ends_in_time() {
    let began = now();
    let (answer, worker) = meets("setsid sleep 20 & exit 5");
    let Err(Unanswered::Ended(End::Crash(text))) = answer else { panic!("{answer:?}") };
    assert!(text.contains("exit code 5"), "{text}");
    drop(worker);
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}
