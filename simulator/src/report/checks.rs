//! The table of checks that `exec --fail-on` can ask for.

use crate::tally::{Bounded, Counts};

/// Something that a test run may be required not to do.
#[derive(Debug)]
pub struct Check {
    /// Its name on the command line.
    pub name: &'static str,
    /// Whether it needs what `--throttle off` does not count. A check that cannot fail would be worse than none.
    pub needs_budgets: bool,
    look: fn(&Counts) -> Vec<String>,
}

/// Every check.
pub static CHECKS: &[Check] = &[
    Check { name: "unknown-route", needs_budgets: false, look: unknown_routes },
    Check { name: "ignored-filter", needs_budgets: false, look: ignored_filters },
    Check { name: "early-retry", needs_budgets: false, look: early_retries },
    Check { name: "would-throttle", needs_budgets: true, look: over_budget },
];

impl Check {
    /// What it met, one line each.
    pub fn met(&self, counts: &Counts) -> Vec<String> {
        (self.look)(counts)
    }
}

/// The check of that name; else one sentence that says which there are.
pub fn named(name: &str) -> Result<&'static Check, String> {
    CHECKS.iter().find(|check| check.name == name).ok_or_else(|| {
        let known: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        format!("there is no check '{name}'; the checks are {}", known.join(", "))
    })
}

fn unknown_routes(counts: &Counts) -> Vec<String> {
    lines(&counts.unknown_routes, |asked| Some(format!("{} {}", asked.method, asked.path)))
}

/// The journal's sentences begin with the query option they are about.
fn ignored_filters(counts: &Counts) -> Vec<String> {
    lines(&counts.ignored, |what| what.starts_with("$filter").then(|| what.clone()))
}

fn early_retries(counts: &Counts) -> Vec<String> {
    lines(&counts.early_retries, |asked| Some(format!("{} {}", asked.method, asked.path)))
}

/// A request that was refused counts too: Graph would have refused it.
fn over_budget(counts: &Counts) -> Vec<String> {
    lines(&counts.over_budget, |budget| Some((*budget).to_owned()))
}

fn lines<T>(met: &Bounded<T>, line: impl Fn(&T) -> Option<String>) -> Vec<String> {
    met.met.iter().filter_map(|(what, count)| line(what).map(|line| format!("{line} ({count}×)"))).collect()
}
