//! How far a run has come: a bar on a terminal, a line now and then elsewhere; and when it has taken long enough.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use indicatif::{ProgressBar, ProgressStyle};

use crate::drive::{Drive, DriveError};
use crate::evidence::Evidence;
use crate::scenario::Scenario;
use crate::simulator;

/// How long is looked for smaller scenarios, in all.
const SHRINKING: TimeDelta = TimeDelta::seconds(60);

/// A drive whose scenarios are counted and remembered, and which ends the search for smaller ones.
pub(super) struct Watched<'a> {
    drive: &'a dyn Drive,
    bar: Option<ProgressBar>,
    of: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    done: usize,
    /// What the planned scenarios left behind, so that a conviction is looked at again without waiting again.
    known: HashMap<String, Evidence>,
    /// Since when smaller scenarios are looked for.
    shrinking: Option<DateTime<Utc>>,
}

impl<'a> Watched<'a> {
    /// Counts towards so many scenarios; what runs beyond these makes failures smaller.
    pub(super) fn new(drive: &'a dyn Drive, of: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(of as u64);
            let style = ProgressStyle::with_template("{elapsed} {bar:40} {pos}/{len} scenarios{msg}");
            bar.with_style(style.expect("the template is sound"))
        });
        Self { drive, bar, of, state: Mutex::default() }
    }

    /// From now on smaller scenarios are looked for.
    pub(super) fn begin_shrinking(&self) {
        self.state().shrinking.get_or_insert_with(simulator::wall_now);
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, done: usize, shrinking: bool) {
        match &self.bar {
            Some(bar) if shrinking => bar.set_message(", making failures small"),
            Some(bar) => bar.set_position(done.min(self.of) as u64),
            None if !shrinking && (done == self.of || done.is_multiple_of(100)) => {
                eprintln!("{done} of {} scenarios", self.of.max(done));
            }
            None => {}
        }
    }
}

impl Drive for Watched<'_> {
    fn capabilities(&self) -> Vec<String> {
        self.drive.capabilities()
    }

    fn tier(&self) -> &'static str {
        self.drive.tier()
    }

    fn run(&self, scenario: &Scenario) -> Result<Evidence, DriveError> {
        let id = scenario.id();
        {
            let state = self.state();
            if let Some(evidence) = state.known.get(&id) {
                return Ok(evidence.clone());
            }
            if state.shrinking.is_some_and(|since| simulator::wall_now() - since > SHRINKING) {
                return Err(DriveError::SetUp("the time for smaller scenarios is over".to_owned()));
            }
        }
        let result = self.drive.run(scenario);
        let mut state = self.state();
        state.done += 1;
        if let (Ok(evidence), None) = (&result, state.shrinking) {
            state.known.insert(id, evidence.clone());
        }
        self.count(state.done, state.shrinking.is_some());
        result
    }
}
