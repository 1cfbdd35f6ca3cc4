//! A driver as a worker: a program that stays, and answers one JSON line with another, or one POST with its body.
//!
//! Many sessions talk to one worker at once and its answers may come in any order. Whatever a worker does wrong ends it
//! with an [`End`] that says which line was wrong; what was answered before stays answered.

mod lines;
mod log;
mod pool;
mod posts;

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::lines::{Line, Lines};
use self::log::Logs;
pub use self::pool::{Pool, PoolError};
use self::posts::Outlet;
use crate::client_log::Answer;
use crate::conversation::{End, Unanswered};
use crate::operation::Call;
use crate::process::{self, Launch, Process};
use crate::protocol::{Config, DriverHello, FromDriver, ToDriver, VERSION};
use crate::transport::Environment;

/// How long a worker may take, and how much it may say.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From its start to its hello.
    pub hello: Duration,
    /// To open and close a session.
    pub session: Duration,
    /// From bye to its end.
    pub grace: Duration,
    /// From TERM to its end.
    pub term: Duration,
    /// Bytes of one line.
    pub line: usize,
    /// Bytes of its log that are kept for one session.
    pub log: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            hello: Duration::from_secs(10),
            session: Duration::from_secs(30),
            grace: Duration::from_secs(3),
            term: Duration::from_secs(5),
            line: 16 * 1024 * 1024,
            log: 64 * 1024,
        }
    }
}

/// How a worker is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A line on its stdin, and a line of its stdout.
    Lines,
    /// A POST to the address that it announces, and the answer to it.
    Posts,
}

/// How long to wait for what is about to happen.
const MOMENT: Duration = Duration::from_millis(300);

/// A driver that was started and said hello.
#[derive(Debug)]
pub struct Worker {
    hello: DriverHello,
    connection: Connection,
}

/// A program that is talked to.
#[derive(Debug)]
struct Connection {
    process: Process,
    outlet: Mutex<Option<Outlet>>,
    shared: Arc<Shared>,
    limits: Limits,
    /// Tells when all of its log was read.
    logged: Mutex<Receiver<()>>,
    buried: Mutex<bool>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    logs: Logs,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    waiting: HashMap<u64, Waiting>,
    answered: HashSet<u64>,
    /// Questions whose answer nobody waits for any more.
    given_up: HashSet<u64>,
    end: Option<End>,
}

/// What becomes of a question: ok, a result, or nothing.
type Told = Result<Option<Answer>, Unanswered>;

#[derive(Debug)]
struct Waiting {
    /// The operation, if it is one.
    op: Option<String>,
    tell: Sender<Told>,
}

impl Worker {
    /// Starts one and says hello.
    pub fn start(launch: &Launch, limits: Limits) -> Result<Self, End> {
        Self::start_by(Way::Lines, launch, limits)
    }

    /// Starts one that is spoken to in this way, and says hello.
    pub fn start_by(way: Way, launch: &Launch, limits: Limits) -> Result<Self, End> {
        let (connection, greeted) = Connection::start(way, launch, limits)?;
        let hello = connection.greet(&greeted).map_err(|end| connection.fail(end))?;
        Ok(Self { hello, connection })
    }

    /// Who it is and what its client can.
    pub fn hello(&self) -> &DriverHello {
        &self.hello
    }

    /// Why it is of no use any more, if so.
    pub fn end(&self) -> Option<End> {
        self.connection.shared.state().end.clone()
    }

    /// Opens a session.
    pub fn open(&self, session: &str, env: Environment, config: Config) -> Result<(), Unanswered> {
        self.connection.shared.logs.begin(session);
        let session = session.to_owned();
        let deadline = self.connection.limits.session;
        self.connection.ask(None, deadline, |id| ToDriver::Open { id, session, env, config }).map(drop)
    }

    /// Has an operation done.
    pub fn perform(&self, session: &str, call: &Call, deadline: Duration) -> Result<Answer, Unanswered> {
        let (session, call) = (session.to_owned(), call.clone());
        let answer = self.connection.ask(Some(call.op.clone()), deadline, |id| ToDriver::Op { id, session, call })?;
        Ok(answer.expect("an operation is answered by a result"))
    }

    /// Closes a session and gives what was written for people meanwhile.
    pub fn close(&self, session: &str) -> (String, Result<(), Unanswered>) {
        let name = session.to_owned();
        let deadline = self.connection.limits.session;
        let closed = self.connection.ask(None, deadline, |id| ToDriver::Close { id, session: name }).map(drop);
        (self.abandon(session), closed)
    }

    /// What was written for people since a session began, which is forgotten.
    pub fn abandon(&self, session: &str) -> String {
        self.connection.shared.logs.take(session)
    }

    /// Says bye, and sees to it that it ends: patiently, then less so.
    pub fn stop(&self) {
        self.connection.stop();
    }
}

impl Connection {
    fn start(way: Way, launch: &Launch, limits: Limits) -> Result<(Self, Receiver<DriverHello>), End> {
        let (process, pipes) = Process::start(launch).map_err(|error| End::Crash(error.to_string()))?;
        let shared = Arc::new(Shared { state: Mutex::default(), logs: Logs::new(limits.log) });
        let (tell_logged, logged) = channel();
        let (greet, greeted) = channel();
        {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                shared.logs.keep(pipes.stderr);
                let _ = tell_logged.send(());
            });
        }
        let logged = Mutex::new(logged);
        let connection = Self { process, outlet: Mutex::default(), shared, limits, logged, buried: Mutex::default() };
        let shared = Arc::clone(&connection.shared);
        let outlet = match way {
            Way::Lines => {
                std::thread::spawn(move || shared.read(Lines::new(pipes.stdout, limits.line), "line", &greet));
                Outlet::Pipe(pipes.stdin)
            }
            Way::Posts => {
                let announced = posts::announced(pipes.stdin, pipes.stdout, &connection.shared, limits);
                let (posts, answers) = announced.map_err(|end| connection.fail(end))?;
                std::thread::spawn(move || shared.read(answers.into_iter(), "answer", &greet));
                Outlet::Posts(posts)
            }
        };
        *connection.outlet.lock().unwrap_or_else(PoisonError::into_inner) = Some(outlet);
        Ok((connection, greeted))
    }

    fn greet(&self, greeted: &Receiver<DriverHello>) -> Result<DriverHello, End> {
        // Whoever does not read is noticed by not answering.
        let _ = self.write(&ToDriver::hello());
        let hello = match greeted.recv_timeout(self.limits.hello) {
            Ok(hello) => hello,
            Err(RecvTimeoutError::Timeout) => {
                return Err(End::Protocol(format!(
                    "it did not say hello within {} s. A worker reads {} from its stdin and answers with a hello of its own",
                    self.limits.hello.as_secs_f64(),
                    ToDriver::hello().line().trim_end()
                )));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(End::Crash(String::new())),
        };
        if hello.speaks_our_version() {
            return Ok(hello);
        }
        Err(End::Protocol(format!(
            "it speaks version {theirs} of the protocol, and this program speaks {VERSION}. Use a driver that speaks {VERSION}, \
             or a simtune-conformance that speaks {theirs}",
            theirs = hello.protocol
        )))
    }

    /// Asks a question and waits for its answer.
    fn ask(
        &self,
        op: Option<String>,
        deadline: Duration,
        message: impl FnOnce(u64) -> ToDriver,
    ) -> Result<Option<Answer>, Unanswered> {
        let (id, answered) = self.shared.expect(op).map_err(|end| Unanswered::Ended(self.fail(end)))?;
        // One that reads no more is noticed by the end of its output, or by the deadline.
        let _ = self.write(&message(id));
        let answer = match self.awaited(&answered, deadline) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) if self.shared.give_up(id) => Err(Unanswered::Late),
            // It came at the last moment, or the worker's end did.
            Err(_) => answered.try_recv().unwrap_or(Err(Unanswered::Ended(End::Crash(String::new())))),
        };
        answer.map_err(|unanswered| match unanswered {
            Unanswered::Ended(end) => Unanswered::Ended(self.fail(end)),
            other => other,
        })
    }

    /// Waits for an answer as long as the process lives. What it started may hold its stdout, whose end then does not come.
    fn awaited(&self, answered: &Receiver<Told>, deadline: Duration) -> Result<Told, RecvTimeoutError> {
        let mut left = deadline;
        loop {
            let slice = left.min(MOMENT);
            match answered.recv_timeout(slice) {
                Err(RecvTimeoutError::Timeout) if left > slice => left -= slice,
                told => return told,
            }
            if self.process.ends_within(Duration::ZERO) {
                // What it said last may still be on its way.
                let last = answered.recv_timeout(self.limits.grace);
                if last.is_err() {
                    self.shared.fail(End::Crash(String::new()));
                }
                return last.map_err(|_| RecvTimeoutError::Disconnected);
            }
        }
    }

    fn write(&self, message: &ToDriver) -> io::Result<()> {
        let mut outlet = self.outlet.lock().unwrap_or_else(PoisonError::into_inner);
        outlet.as_mut().map_or(Err(io::ErrorKind::BrokenPipe.into()), |outlet| outlet.send(message))
    }

    /// Ends it, and gives the reason in full: the first one that there was.
    fn fail(&self, end: End) -> End {
        let end = self.shared.fail(end);
        let mut buried = self.buried.lock().unwrap_or_else(PoisonError::into_inner);
        if *buried {
            return self.shared.state().end.clone().unwrap_or(end);
        }
        *buried = true;
        // Whoever closes its output is about to end; a moment lets it do so in its own way.
        let by_itself = matches!(end, End::Crash(_)) && self.process.ends_within(MOMENT);
        let status = self.process.end().filter(|_| by_itself);
        let end = match end {
            End::Crash(text) => {
                // Something that left its group may still hold its stderr.
                let _ = self.logged.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(MOMENT);
                let status = status.map(process::told);
                let words = Some(self.shared.logs.last_words()).filter(|words| !words.is_empty());
                let words = words.map(|words| format!("its last words on stderr: {words}"));
                let how = Some(text).filter(|text| !text.is_empty());
                let parts: Vec<String> = [how, status, words].into_iter().flatten().collect();
                End::Crash(if parts.is_empty() { "it closed its stdout".to_owned() } else { parts.join("; ") })
            }
            End::Protocol(text) => End::Protocol(text),
        };
        self.shared.state().end = Some(end.clone());
        end
    }

    fn stop(&self) {
        let _ = self.write(&ToDriver::Bye);
        // The end of its stdin means bye, too; what is posted goes out before the means to post are put away.
        let outlet = self.outlet.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Outlet::Pipe(_)) = outlet {
            drop(outlet);
        }
        if !self.process.ends_within(self.limits.grace) {
            self.process.terminate();
            self.process.ends_within(self.limits.term);
        }
        self.process.end();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a question, and where its answer will come.
    fn expect(&self, op: Option<String>) -> Result<(u64, Receiver<Told>), End> {
        let mut state = self.state();
        if let Some(end) = &state.end {
            return Err(end.clone());
        }
        state.last_id += 1;
        let id = state.last_id;
        let (tell, answered) = channel();
        state.waiting.insert(id, Waiting { op, tell });
        Ok((id, answered))
    }

    /// Waits no longer for an answer, unless it is there already.
    fn give_up(&self, id: u64) -> bool {
        let mut state = self.state();
        let waiting = state.waiting.remove(&id).is_some();
        if waiting {
            state.given_up.insert(id);
        }
        waiting
    }

    /// The worker is of no use any more. The first reason counts.
    fn fail(&self, end: End) -> End {
        let mut state = self.state();
        let end = state.end.get_or_insert(end).clone();
        // Dropping the senders wakes whoever waits.
        state.waiting.clear();
        end
    }

    /// Reads answers until there are none. They are what people call them: a line of its stdout, or an answer.
    fn read(&self, lines: impl Iterator<Item = Line>, called: &str, greet: &Sender<DriverHello>) {
        let place = |number: u64| match called {
            "line" => format!("line {number} of its stdout"),
            _ => format!("answer {number}"),
        };
        let mut is_first = true;
        for (number, line) in (1_u64..).zip(lines) {
            let place = place(number);
            let line = match line {
                Line::Whole(line) => line,
                Line::Cut(begun) => {
                    self.fail(End::Crash(format!("it ended in the middle of {place}: {}", shown(&begun))));
                    return;
                }
                Line::TooLong(begun, limit) => {
                    let text = format!("{place} is longer than {limit} bytes: {}", shown(&begun));
                    self.fail(End::Protocol(text));
                    return;
                }
                Line::Lost(end) => {
                    self.fail(end);
                    return;
                }
            };
            if line.iter().all(u8::is_ascii_whitespace) && called == "line" {
                continue;
            }
            let taken = FromDriver::read(&line).map_err(|violation| violation.to_string()).and_then(|message| {
                match (message, std::mem::take(&mut is_first)) {
                    (FromDriver::Hello(hello), true) => {
                        let _ = greet.send(hello);
                        Ok(())
                    }
                    (FromDriver::Hello(_), false) => Err("it says hello again".to_owned()),
                    (_, true) => Err(format!("its first {called} is no hello")),
                    (message, false) => self.take(message),
                }
            });
            if let Err(wrong) = taken {
                let text = format!("{place}: {wrong}. The {called} is: {}", shown(&line));
                self.fail(End::Protocol(text));
                return;
            }
        }
        self.fail(End::Crash(String::new()));
    }

    /// Hands an answer to whoever asked.
    fn take(&self, message: FromDriver) -> Result<(), String> {
        let (id, answer) = match message {
            FromDriver::Ok { id } => (id, Ok(None)),
            FromDriver::Result { id, answer } => (id, Ok(Some(*answer))),
            FromDriver::Error { id: Some(id), message } => (id, Err(Unanswered::Refused(message))),
            FromDriver::Error { id: None, message } => return Err(format!("it says that it is at an end: {message}")),
            FromDriver::Hello(_) => return Err("it says hello again".to_owned()),
        };
        let mut state = self.state();
        if state.given_up.remove(&id) {
            state.answered.insert(id);
            return Ok(());
        }
        // It goes on waiting until the answer is known to be one: the end of its wait would be taken for the worker's.
        let Some(waiting) = state.waiting.get(&id) else {
            return Err(if state.answered.contains(&id) {
                format!("it answers {id} a second time")
            } else {
                format!("it answers {id}, which nobody asked")
            });
        };
        if let (Some(op), Ok(Some(answer))) = (&waiting.op, &answer) {
            FromDriver::check_success(op, answer).map_err(|violation| violation.to_string())?;
        }
        match (&waiting.op, &answer) {
            (None, Ok(Some(_))) => return Err(format!("it answers {id} with a result where ok belongs")),
            (Some(_), Ok(None)) => return Err(format!("it answers {id} with ok where a result belongs")),
            _ => {}
        }
        // Whoever asked may have gone.
        let _ = waiting.tell.send(answer);
        state.waiting.remove(&id);
        state.answered.insert(id);
        Ok(())
    }
}

/// The beginning of a line, for people.
fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(&line[..line.len().min(400)]);
    let mut short: String = text.trim_end().chars().take(160).collect();
    if short.len() < line.len() && text.trim_end().chars().count() > 160 {
        short.push('…');
    }
    format!("{short:?}")
}
