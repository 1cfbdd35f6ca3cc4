//! Workers as many scenarios use them at once: one that is shared, replaced when it fails.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{End, Limits, Unanswered, Worker};
use crate::client_log::Answer;
use crate::operation::Call;
use crate::process::Launch;
use crate::protocol::{Config, DriverHello};
use crate::transport::Environment;

/// Starts in a row that may fail before a run is given up.
const STARTS: u32 = 3;

/// One worker at a time, restarted when it is of no use any more.
pub struct Pool {
    launch: Launch,
    limits: Limits,
    state: Mutex<State>,
    place_free: Condvar,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Seats>>,
    failed: u32,
    given_up: Option<PoolError>,
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
#[error("the driver does not start ({STARTS} attempts): {0}")]
pub struct PoolError(pub String);

/// A client in a worker.
pub struct Session<'a> {
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
    /// A pool of workers that are started like this; the first one is started now.
    pub fn start(launch: Launch, limits: Limits) -> Result<Self, PoolError> {
        let pool = Self { launch, limits, state: Mutex::default(), place_free: Condvar::new() };
        pool.current(&mut pool.state())?;
        Ok(pool)
    }

    /// Who the worker is and what its client can.
    pub fn hello(&self) -> Result<DriverHello, PoolError> {
        Ok(self.current(&mut self.state())?.worker.hello().clone())
    }

    /// Opens a session with the shared worker, when it has a place.
    pub fn open(&self, env: Environment, config: Config) -> Result<Result<Session<'_>, Refusal>, PoolError> {
        let mut state = self.state();
        let seats = loop {
            let seats = self.current(&mut state)?;
            if seats.open.load(Ordering::SeqCst) < seats.worker.hello().concurrency {
                break seats;
            }
            state = self.place_free.wait(state).unwrap_or_else(PoisonError::into_inner);
        };
        let session = self.sit_down(seats);
        drop(state);
        Ok(session.begin(env, config))
    }

    /// Opens a session with a worker of its own.
    pub fn open_alone(&self, env: Environment, config: Config) -> Result<Result<Session<'_>, Refusal>, PoolError> {
        let seats = self.start_one().map_err(|end| PoolError(end.to_string()))?;
        Ok(self.sit_down(seats).begin(env, config))
    }

    /// Says bye to the worker.
    pub fn stop(&self) {
        let current = self.state().current.take();
        if let Some(seats) = current {
            seats.worker.stop();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sit_down(&self, seats: Arc<Seats>) -> Session<'_> {
        let had_company = seats.open.fetch_add(1, Ordering::SeqCst) > 0;
        let number = seats.opened.fetch_add(1, Ordering::SeqCst) + 1;
        Session { pool: self, seats, number, had_company, abandoned: false }
    }

    fn start_one(&self) -> Result<Arc<Seats>, End> {
        let worker = Worker::start(&self.launch, self.limits)?;
        Ok(Arc::new(Seats { worker, open: AtomicUsize::new(0), opened: AtomicUsize::new(0) }))
    }

    /// The shared worker, started anew if it is of no use any more.
    fn current(&self, state: &mut State) -> Result<Arc<Seats>, PoolError> {
        if let Some(error) = &state.given_up {
            return Err(error.clone());
        }
        if let Some(seats) = state.current.take_if(|seats| seats.worker.end().is_some()) {
            drop(seats);
        }
        if let Some(seats) = &state.current {
            return Ok(Arc::clone(seats));
        }
        loop {
            match self.start_one() {
                Ok(seats) => {
                    state.failed = 0;
                    state.current = Some(Arc::clone(&seats));
                    return Ok(seats);
                }
                Err(end) => {
                    state.failed += 1;
                    if state.failed >= STARTS {
                        let error = PoolError(end.to_string());
                        state.given_up = Some(error.clone());
                        return Err(error);
                    }
                }
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Why a session could not be opened, and whether that may have been somebody else's fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub why: Unanswered,
    /// Whether there were other sessions with the same worker.
    pub had_company: bool,
}

impl Session<'_> {
    fn begin(self, env: Environment, config: Config) -> Result<Self, Refusal> {
        match self.seats.worker.open(&self.name(), env, config) {
            Ok(()) => Ok(self),
            Err(why) => Err(Refusal { why, had_company: self.had_company() }),
        }
    }

    fn name(&self) -> String {
        format!("s{}", self.number)
    }

    /// Has an operation done. A worker that does not come back is not used again.
    pub fn perform(&mut self, call: &Call, deadline: Duration) -> Result<Answer, Unanswered> {
        let answer = self.seats.worker.perform(&self.name(), call, deadline);
        self.abandoned |= answer == Err(Unanswered::Late);
        answer
    }

    /// Whether the worker had other sessions at the same time: then its end need not be this one's fault.
    pub fn had_company(&self) -> bool {
        self.had_company || self.seats.opened.load(Ordering::SeqCst) > self.number
    }

    /// Ends the session and gives what was written for people meanwhile.
    pub fn close(self) -> (String, Result<(), Unanswered>) {
        let worker = &self.seats.worker;
        if self.abandoned || worker.end().is_some() {
            return (worker.abandon(&self.name()), Ok(()));
        }
        worker.close(&self.name())
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        self.seats.open.fetch_sub(1, Ordering::SeqCst);
        if self.abandoned {
            // Others finish what they have with it; it ends when the last of them lets go of it.
            state.current.take_if(|current| Arc::ptr_eq(current, &self.seats));
        }
        drop(state);
        self.pool.place_free.notify_all();
    }
}
