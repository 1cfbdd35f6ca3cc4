//! What `exec` says at its end: how the command ended, what it asked for, and which checks failed.
//!
//! One [`Report`] is made from the counters; the summary, the JSON and the XML are three spellings of it.

pub mod checks;
pub mod junit;
pub mod summary;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use self::checks::Check;
use crate::exit_code::ExitCode;
use crate::tally::{self, Bounded, Counts};

/// What `exec --report json=FILE` writes, and one line on stderr with `--log-format json`. Members may be added.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "simtune exec report")]
pub struct Report {
    /// The version of simtune.
    pub version: &'static str,
    /// The program that was run, without its arguments, which may hold secrets.
    pub command: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The exit code of `simtune exec`.
    pub exit_code: i32,
    /// Requests to the client port.
    pub requests: u64,
    /// Those answered with a status of 400 or more.
    pub refused: u64,
    /// Requests by operation.
    pub operations: Vec<Operation>,
    /// What was asked for and is not emulated: the simulator lacks it, or Graph has no such route.
    pub unknown_routes: Vec<UnknownRoute>,
    /// Requests for further unknown routes, which are not listed.
    pub unknown_routes_left_out: u64,
    /// What was sent and had no effect on the answer.
    pub ignored: Vec<Ignored>,
    /// Requests with further things that had no effect, which are not listed.
    pub ignored_left_out: u64,
    /// Requests that exceeded a documented budget, whether they were refused or not.
    pub would_throttle: Vec<OverBudget>,
    /// How many of those were refused.
    pub throttled: u64,
    /// Requests that came again before the time that `Retry-After` had told.
    pub early_retries: Vec<EarlyRetry>,
    /// Early requests for further routes, which are not listed.
    pub early_retries_left_out: u64,
    /// The checks that `--fail-on` asked for.
    pub checks: Vec<CheckResult>,
}

/// How the command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Outcome {
    /// By itself.
    Exited {
        /// Its exit code.
        code: i32,
    },
    /// By a signal.
    Signalled {
        /// The signal's number.
        signal: i32,
    },
    /// It was not started: there is no such program.
    NotFound {
        /// What the system said.
        reason: String,
    },
    /// It was not started: it is there and cannot be run.
    NotExecutable {
        /// What the system said.
        reason: String,
    },
}

/// Requests for one operation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Its name in the journal; absent for requests that no operation was found for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<&'static str>,
    /// How many.
    pub requests: u64,
    /// The same by class of status: `2xx`, `4xx`.
    pub statuses: BTreeMap<&'static str, u64>,
}

/// A route that is not emulated.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnknownRoute {
    /// The verb.
    pub method: String,
    /// The path; `{id}` stands for keys.
    pub path: String,
    /// How often it was asked for.
    pub requests: u64,
}

/// A budget that was exceeded.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverBudget {
    /// The budget's name, as `GET /api/tenants/{tenant}/throttle` shows it.
    pub budget: &'static str,
    /// How many requests exceeded it.
    pub requests: u64,
}

/// A route that was asked for again too early.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EarlyRetry {
    /// The verb.
    pub method: String,
    /// The path; `{id}` stands for keys.
    pub path: String,
    /// How often that was too early.
    pub requests: u64,
}

/// Something that had no effect.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ignored {
    /// As the journal words it; the query option comes first.
    pub what: String,
    /// How often it was sent.
    pub requests: u64,
}

/// How a check ended.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckResult {
    /// Its name.
    pub name: &'static str,
    /// What it met, one line each; empty when it passed.
    pub met: Vec<String>,
}

impl Outcome {
    /// The exit code that a shell gives it.
    pub const fn code(&self) -> i32 {
        match self {
            Self::Exited { code } => *code,
            Self::Signalled { signal } => 128 + *signal,
            Self::NotFound { .. } => 127,
            Self::NotExecutable { .. } => 126,
        }
    }
}

impl Report {
    /// The report of `command`, which ended with `outcome` after asking for what `counts` says. The exit code is the
    /// command's own, unless it succeeded and a check did not.
    pub fn new(command: String, outcome: Outcome, counts: &Counts, checks: &[&'static Check]) -> Self {
        let checks: Vec<CheckResult> =
            checks.iter().map(|check| CheckResult { name: check.name, met: check.met(counts) }).collect();
        let failed = checks.iter().any(|check| !check.met.is_empty());
        let own = outcome.code();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            command,
            outcome,
            exit_code: if own == 0 && failed { ExitCode::CheckFailed.into() } else { own },
            requests: counts.operations.iter().map(tally::Operation::requests).sum(),
            refused: counts.operations.iter().map(tally::Operation::refused).sum(),
            operations: counts.operations.iter().map(Operation::new).collect(),
            unknown_routes: listed(&counts.unknown_routes, |asked, requests| UnknownRoute {
                method: asked.method.clone(),
                path: asked.path.clone(),
                requests,
            }),
            unknown_routes_left_out: counts.unknown_routes.left_out,
            ignored: listed(&counts.ignored, |what, requests| Ignored { what: what.clone(), requests }),
            ignored_left_out: counts.ignored.left_out,
            would_throttle: listed(&counts.over_budget, |budget, requests| OverBudget { budget, requests }),
            throttled: counts.throttled,
            early_retries: listed(&counts.early_retries, |asked, requests| EarlyRetry {
                method: asked.method.clone(),
                path: asked.path.clone(),
                requests,
            }),
            early_retries_left_out: counts.early_retries.left_out,
            checks,
        }
    }
}

impl Operation {
    fn new(counted: &tally::Operation) -> Self {
        const CLASSES: [&str; 6] = ["0xx", "1xx", "2xx", "3xx", "4xx", "5xx"];
        let statuses = CLASSES.into_iter().zip(counted.answered).filter(|(_, count)| *count > 0).collect();
        Self { operation: counted.name, requests: counted.requests(), statuses }
    }
}

fn listed<T, U>(met: &Bounded<T>, entry: impl Fn(&T, u64) -> U) -> Vec<U> {
    met.met.iter().map(|(what, count)| entry(what, *count)).collect()
}

#[cfg(test)]
mod tests;
