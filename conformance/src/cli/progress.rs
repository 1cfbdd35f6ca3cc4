//! How far a run has come: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::drive::{Drive, DriveError};
use crate::evidence::Evidence;
use crate::scenario::Scenario;

/// A drive whose scenarios are counted.
pub(super) struct Counted<'a> {
    drive: &'a dyn Drive,
    bar: Option<ProgressBar>,
    done: AtomicUsize,
    of: usize,
}

impl<'a> Counted<'a> {
    /// Counts towards so many scenarios; what runs beyond these makes failures smaller.
    pub(super) fn new(drive: &'a dyn Drive, of: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(of as u64);
            let style = ProgressStyle::with_template("{elapsed} {bar:40} {pos}/{len} scenarios{msg}");
            bar.with_style(style.expect("a test shows a bar"))
        });
        Self { drive, bar, done: AtomicUsize::new(0), of }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn count(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        match &self.bar {
            Some(bar) if done <= self.of => bar.inc(1),
            Some(bar) => bar.set_message(format!(", making failures small: {}", done - self.of)),
            None if done <= self.of && (done == self.of || done.is_multiple_of(100)) => {
                eprintln!("{done} of {} scenarios", self.of);
            }
            None => {}
        }
    }
}

impl Drive for Counted<'_> {
    fn capabilities(&self) -> Vec<String> {
        self.drive.capabilities()
    }

    fn tier(&self) -> &'static str {
        self.drive.tier()
    }

    fn run(&self, scenario: &Scenario) -> Result<Evidence, DriveError> {
        let result = self.drive.run(scenario);
        self.count();
        result
    }
}
