//! The table of checks that `exec --fail-on` can ask for.

use crate::tally::{Bounded, Counts};

/// Something that a test run may be required not to do.
#[derive(Debug)]
pub struct Check {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it looks at; nothing where this version does not know.
    look: Option<fn(&Counts) -> Vec<String>>,
}

/// Every check. One that cannot see what it is about is refused: a check that cannot fail would be worse than none.
pub static CHECKS: &[Check] = &[
    Check { name: "unknown-route", look: Some(unknown_routes) },
    Check { name: "ignored-filter", look: Some(ignored_filters) },
    Check { name: "early-retry", look: None },
    Check { name: "would-throttle", look: None },
];

impl Check {
    /// What it met, one line each.
    pub fn met(&self, counts: &Counts) -> Vec<String> {
        self.look.map(|look| look(counts)).unwrap_or_default()
    }
}

/// The check of that name, if this version can do it; else one sentence that says which it can.
pub fn named(name: &str) -> Result<&'static Check, String> {
    let able: Vec<&str> = CHECKS.iter().filter(|check| check.look.is_some()).map(|check| check.name).collect();
    match CHECKS.iter().find(|check| check.name == name) {
        Some(check) if check.look.is_some() => Ok(check),
        Some(_) => Err(format!(
            "this version of simtune does not keep budgets yet and cannot tell '{name}'; it can tell {}",
            able.join(", ")
        )),
        None => Err(format!("there is no check '{name}'; the checks are {}", able.join(", "))),
    }
}

fn unknown_routes(counts: &Counts) -> Vec<String> {
    lines(&counts.unknown_routes, |asked| Some(format!("{} {}", asked.method, asked.path)))
}

/// The journal's sentences begin with the query option they are about.
fn ignored_filters(counts: &Counts) -> Vec<String> {
    lines(&counts.ignored, |what| what.starts_with("$filter").then(|| what.clone()))
}

fn lines<T>(met: &Bounded<T>, line: impl Fn(&T) -> Option<String>) -> Vec<String> {
    met.met.iter().filter_map(|(what, count)| line(what).map(|line| format!("{line} ({count}×)"))).collect()
}
