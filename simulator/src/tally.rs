//! What was asked of a whole simulator, counted as it is answered.
//!
//! The journal forgets: it is bounded, and a tenant that is reset or deleted takes its own along. The tally does neither,
//! so it can say at the end what a test run met.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// Operations told apart. There are some dozens.
const OPERATIONS: usize = 256;
/// Budgets told apart. There are about as many.
const BUDGETS: usize = 64;
/// Different unknown routes, and different ignored parts of queries, that are told apart; further ones are counted only.
pub const DISTINCT: usize = 200;
/// Classes of a status: its first digit.
const CLASSES: usize = 6;

/// The counters of a running simulator. Counting a request takes no lock; what ought not to happen takes one.
#[derive(Debug)]
pub struct Tally {
    rows: Box<[Row]>,
    budgets: Box<[Budget]>,
    oddities: Mutex<Oddities>,
}

/// One operation. The first request for it takes the first row without a name.
#[derive(Debug, Default)]
struct Row {
    name: OnceLock<Option<&'static str>>,
    answered: [AtomicU64; CLASSES],
}

#[derive(Debug, Default)]
struct Oddities {
    unknown_routes: Bounded<Asked>,
    ignored: Bounded<String>,
    early_retries: Bounded<Asked>,
}

/// One budget, which whoever tests throttling exceeds all the time. The first request beyond it takes the first row
/// without a name.
#[derive(Debug, Default)]
struct Budget {
    name: OnceLock<&'static str>,
    exceeded: AtomicU64,
    refused: AtomicU64,
}

/// A verb, and a path whose keys are replaced by `{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The verb.
    pub method: String,
    /// The path.
    pub path: String,
}

/// How often each of at most [`DISTINCT`] things was met.
#[derive(Debug, Clone)]
pub struct Bounded<T> {
    /// Each with its number, in order.
    pub met: BTreeMap<T, u64>,
    /// How often something was met that there was no room for.
    pub left_out: u64,
}

/// How often an operation was answered, by the first digit of the status. No name: no operation was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its name in the journal.
    pub name: Option<&'static str>,
    /// By the first digit of the status.
    pub answered: [u64; CLASSES],
}

/// The counters at one moment.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Operations that were asked for, by name.
    pub operations: Vec<Operation>,
    /// Requests for what the simulator has no operation for.
    pub unknown_routes: Bounded<Asked>,
    /// What clients sent and answers did not reflect, as the journal words it.
    pub ignored: Bounded<String>,
    /// Requests that exceeded a budget, by the budget's name, whether they were refused or not.
    pub over_budget: Bounded<&'static str>,
    /// How many of those were refused.
    pub throttled: u64,
    /// Requests that came again before the time that their client was told.
    pub early_retries: Bounded<Asked>,
}

impl Tally {
    /// All zero.
    pub fn new() -> Self {
        Self {
            rows: (0..OPERATIONS).map(|_| Row::default()).collect(),
            budgets: (0..BUDGETS).map(|_| Budget::default()).collect(),
            oddities: Mutex::default(),
        }
    }

    /// Counts an answer.
    pub fn answered(&self, operation: Option<&'static str>, status: u16) {
        let class = usize::from(status / 100).min(CLASSES - 1);
        let mut rows = self.rows.iter();
        let row = rows.find(|row| *row.name.get_or_init(|| operation) == operation);
        // With more operations than rows the last row is shared: still counted, under another's name.
        if let Some(row) = row.or(self.rows.last()) {
            row.answered[class].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a request for which there is no operation.
    pub fn unknown_route(&self, method: &str, path: String) {
        self.lock().unknown_routes.count(Asked { method: method.to_owned(), path });
    }

    /// Counts a request that exceeded `budget`.
    pub fn exceeded(&self, budget: &'static str, refused: bool) {
        let mut budgets = self.budgets.iter();
        let row = budgets.find(|row| *row.name.get_or_init(|| budget) == budget);
        // With more budgets than rows the last row is shared: still counted, under another's name.
        if let Some(row) = row.or(self.budgets.last()) {
            row.exceeded.fetch_add(1, Ordering::Relaxed);
            if refused {
                row.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Counts a request that came again before the time that its client was told.
    pub fn early_retry(&self, method: &str, path: String) {
        self.lock().early_retries.count(Asked { method: method.to_owned(), path });
    }

    /// Counts what an answer did not reflect.
    pub fn ignored(&self, what: &[String]) {
        // Nearly always empty.
        if what.is_empty() {
            return;
        }
        let mut oddities = self.lock();
        for what in what {
            match oddities.ignored.met.get_mut(what) {
                Some(count) => *count += 1,
                None => oddities.ignored.count(what.clone()),
            }
        }
    }

    /// How many requests were answered, by the first digit of the status.
    pub fn by_class(&self) -> [u64; CLASSES] {
        let mut sum = [0; CLASSES];
        for row in self.rows.iter().take_while(|row| row.name.get().is_some()) {
            for (sum, count) in sum.iter_mut().zip(&row.answered) {
                *sum += count.load(Ordering::Relaxed);
            }
        }
        sum
    }

    /// The counters now.
    pub fn counts(&self) -> Counts {
        let oddities = self.lock();
        let mut operations: Vec<Operation> = self
            .rows
            .iter()
            .map_while(|row| {
                let answered = std::array::from_fn(|class| row.answered[class].load(Ordering::Relaxed));
                row.name.get().map(|name| Operation { name: *name, answered })
            })
            .collect();
        operations.sort_by_key(|operation| (operation.name.is_none(), operation.name));
        let over_budget =
            self.budgets.iter().map_while(|row| Some((*row.name.get()?, row.exceeded.load(Ordering::Relaxed))));
        Counts {
            operations,
            unknown_routes: oddities.unknown_routes.clone(),
            ignored: oddities.ignored.clone(),
            over_budget: Bounded { met: over_budget.collect(), left_out: 0 },
            throttled: self.budgets.iter().map(|row| row.refused.load(Ordering::Relaxed)).sum(),
            early_retries: oddities.early_retries.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Oddities> {
        self.oddities.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

impl Operation {
    /// How often it was asked for.
    pub fn requests(&self) -> u64 {
        self.answered.iter().sum()
    }

    /// How often it was refused: a status of 400 or more.
    pub fn refused(&self) -> u64 {
        self.answered[4..].iter().sum()
    }
}

impl<T: Ord> Bounded<T> {
    fn count(&mut self, what: T) {
        if let Some(count) = self.met.get_mut(&what) {
            *count += 1;
        } else if self.met.len() < DISTINCT {
            self.met.insert(what, 1);
        } else {
            self.left_out += 1;
        }
    }

    /// How often anything was met.
    pub fn total(&self) -> u64 {
        self.met.values().sum::<u64>() + self.left_out
    }

    /// Whether nothing was met.
    pub fn is_empty(&self) -> bool {
        self.met.is_empty()
    }
}

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Self { met: BTreeMap::new(), left_out: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::{DISTINCT, Tally};

    #[test]
    fn everything_is_counted_whoever_counts_at_the_same_time() {
        const NAMES: [Option<&str>; 5] = [Some("listDevices"), None, Some("getDevice"), Some("token"), Some("wipe")];
        let tally = Tally::new();
        std::thread::scope(|scope| {
            for worker in 0..4 {
                let tally = &tally;
                scope.spawn(move || {
                    for number in 0..1_000 {
                        tally.answered(NAMES[(worker + number) % NAMES.len()], [200, 404][number % 2]);
                    }
                });
            }
        });
        let counts = tally.counts();
        let names: Vec<_> = counts.operations.iter().map(|operation| operation.name).collect();
        assert_eq!(names, [Some("getDevice"), Some("listDevices"), Some("token"), Some("wipe"), None]);
        assert!(counts.operations.iter().all(|operation| operation.requests() == 800), "{counts:?}");
        assert_eq!(tally.by_class(), [0, 0, 2_000, 0, 2_000, 0]);
    }

    #[test]
    fn oddities_are_bounded_and_still_counted() {
        let tally = Tally::new();
        for number in 0..DISTINCT + 5 {
            tally.unknown_route("GET", format!("/v1.0/{number}"));
            tally.ignored(&[format!("$filter: {number}")]);
        }
        tally.unknown_route("GET", "/v1.0/0".to_owned());
        tally.ignored(&["$filter: 0".to_owned()]);
        let counts = tally.counts();
        assert_eq!((counts.unknown_routes.met.len(), counts.unknown_routes.left_out), (DISTINCT, 5));
        assert_eq!((counts.ignored.met["$filter: 0"], counts.ignored.left_out), (2, 5));
    }
}
