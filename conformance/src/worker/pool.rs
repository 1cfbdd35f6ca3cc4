//! Workers as many scenarios use them at once: several, with several sessions each, replaced when they fail.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Limits, Way, Worker};
use crate::client_log::Answer;
use crate::conversation::{Conversation, Door, Refusal, Unanswered};
use crate::operation::Call;
use crate::process::Launch;
use crate::protocol::{ClientName, Config, DriverHello};
use crate::transport::Environment;

/// Starts in a row that may fail before a run is given up.
const STARTS: u32 = 3;

/// Workers that are started when they are needed, and anew when one is of no use any more.
pub struct Pool {
    way: Way,
    launch: Launch,
    limits: Limits,
    config: Config,
    /// Processes at the same time.
    most: usize,
    hello: DriverHello,
    state: Mutex<State>,
    place_free: Condvar,
}

#[derive(Default)]
struct State {
    workers: Vec<Arc<Seats>>,
    failed: u32,
    given_up: Option<String>,
}

/// A worker and who uses it.
struct Seats {
    worker: Worker,
    open: AtomicUsize,
    /// Sessions ever opened.
    opened: AtomicUsize,
}

/// Why no worker can be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PoolError(pub String);

/// A client in a worker.
struct Session<'a> {
    pool: &'a Pool,
    seats: Arc<Seats>,
    /// The how many-th session of its worker.
    number: usize,
    /// Whether others were there when it was opened.
    had_company: bool,
    /// Whether an operation did not come back.
    abandoned: bool,
}

impl Pool {
    /// A pool of workers that are started like this, for so many sessions at once; the first one is started now.
    pub fn start(launch: Launch, limits: Limits, sessions: usize) -> Result<Self, PoolError> {
        Self::start_by(Way::Lines, launch, limits, sessions)
    }

    /// The same of workers that are spoken to in this way.
    pub fn start_by(way: Way, launch: Launch, limits: Limits, sessions: usize) -> Result<Self, PoolError> {
        let hello = DriverHello {
            protocol: String::new(),
            client: ClientName::default(),
            capabilities: Vec::new(),
            concurrency: 1,
        };
        let mut pool = Self {
            way,
            launch,
            limits,
            config: Config::default(),
            most: 1,
            hello,
            state: Mutex::default(),
            place_free: Condvar::new(),
        };
        pool.start_one(&mut pool.state()).map_err(PoolError)?;
        let first = Arc::clone(&pool.state().workers[0]);
        pool.hello = first.worker.hello().clone();
        // More processes than cores would only slow one another down, and slowness looks like hanging.
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        pool.most = sessions.div_ceil(pool.hello.concurrency).clamp(1, cores);
        Ok(pool)
    }

    /// Who the workers are and what their client can.
    pub fn hello(&self) -> &DriverHello {
        &self.hello
    }

    /// Says bye to the workers.
    pub fn stop(&self) {
        let workers = std::mem::take(&mut self.state().workers);
        // All at once: each may take its time.
        std::thread::scope(|scope| {
            for seats in &workers {
                scope.spawn(|| seats.worker.stop());
            }
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A worker with a free place; it has the session already.
    fn find_seats(&self, alone: bool) -> Result<Session<'_>, String> {
        let mut state = self.state();
        if alone {
            let seats = self.start_apart(&mut state)?;
            return Ok(self.sit_down(seats));
        }
        loop {
            if let Some(error) = &state.given_up {
                return Err(error.clone());
            }
            state.workers.retain(|seats| seats.worker.end().is_none());
            let free = |seats: &&Arc<Seats>| seats.open.load(Ordering::SeqCst) < seats.worker.hello().concurrency;
            if let Some(seats) = state.workers.iter().find(free) {
                return Ok(self.sit_down(Arc::clone(seats)));
            }
            if state.workers.len() < self.most {
                self.start_one(&mut state)?;
                continue;
            }
            state = self.place_free.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn sit_down(&self, seats: Arc<Seats>) -> Session<'_> {
        let had_company = seats.open.fetch_add(1, Ordering::SeqCst) > 0;
        let number = seats.opened.fetch_add(1, Ordering::SeqCst) + 1;
        Session { pool: self, seats, number, had_company, abandoned: false }
    }

    fn start_one(&self, state: &mut State) -> Result<(), String> {
        let seats = self.start_apart(state)?;
        state.workers.push(seats);
        Ok(())
    }

    /// A worker that is not in the pool.
    fn start_apart(&self, state: &mut State) -> Result<Arc<Seats>, String> {
        loop {
            if let Some(error) = &state.given_up {
                return Err(error.clone());
            }
            match Worker::start_by(self.way, &self.launch, self.limits) {
                Ok(worker) => {
                    state.failed = 0;
                    return Ok(Arc::new(Seats { worker, open: AtomicUsize::new(0), opened: AtomicUsize::new(0) }));
                }
                Err(end) => {
                    state.failed += 1;
                    if state.failed >= STARTS {
                        let shown = self.launch.shown();
                        state.given_up = Some(format!("the driver does not start ({STARTS} attempts): {shown}: {end}"));
                        self.place_free.notify_all();
                    }
                }
            }
        }
    }
}

impl Door for Pool {
    fn client(&self) -> ClientName {
        self.hello.client.clone()
    }

    fn capabilities(&self) -> Vec<String> {
        self.hello.capabilities.clone()
    }

    fn enter(&self, env: Environment, alone: bool) -> Result<Box<dyn Conversation + '_>, Refusal> {
        let session = match self.find_seats(alone) {
            Ok(session) => session,
            Err(text) => return Err(Refusal { why: Unanswered::GivenUp(text), had_company: false }),
        };
        match session.seats.worker.open(&session.name(), env, self.config) {
            Ok(()) => Ok(Box::new(session)),
            Err(why) => Err(Refusal { why, had_company: session.had_company() }),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Session<'_> {
    fn name(&self) -> String {
        format!("s{}", self.number)
    }
}

impl Conversation for Session<'_> {
    fn perform(&mut self, call: &Call, deadline: Duration) -> Result<Answer, Unanswered> {
        let answer = self.seats.worker.perform(&self.name(), call, deadline);
        self.abandoned |= answer == Err(Unanswered::Late);
        answer
    }

    fn had_company(&self) -> bool {
        self.had_company || self.seats.opened.load(Ordering::SeqCst) > self.number
    }

    fn leave(self: Box<Self>) -> String {
        let worker = &self.seats.worker;
        if self.abandoned || worker.end().is_some() {
            return worker.abandon(&self.name());
        }
        // A driver that cannot even close is noticed by whoever asks it next.
        worker.close(&self.name()).0
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        self.seats.open.fetch_sub(1, Ordering::SeqCst);
        if self.abandoned {
            // Others finish what they have with it; it ends when the last of them lets go of it.
            state.workers.retain(|seats| !Arc::ptr_eq(seats, &self.seats));
        }
        drop(state);
        self.pool.place_free.notify_all();
    }
}
