//! Verdicts: of a rule in one scenario, of a rule over all, and what they amount to.

use serde::{Deserialize, Serialize};

/// What a rule says. The order is that of gravity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// The client cannot do what the rule is about, and says so.
    Unsupported,
    /// What the rule is about did not come to pass.
    Inconclusive,
    /// It came to pass, and the client behaved.
    Pass,
    /// Worth knowing; either way is lawful, or the sources disagree.
    Info,
    /// A recommendation is not followed.
    Warn,
    /// It failed as the waiver says it would.
    #[serde(rename = "XFAIL")]
    ExpectedFail,
    /// Now so, now otherwise.
    Flaky,
    /// It passed although a waiver says it would not: the waiver is stale.
    #[serde(rename = "XPASS")]
    UnexpectedPass,
    /// A requirement is broken, or harm done.
    Fail,
    /// The client ended, or panicked.
    Crash,
    /// The driver or this program is at fault; the client is not judged.
    HarnessError,
}

impl Verdict {
    /// As reports spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsupported => "UNSUPPORTED",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::Pass => "PASS",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::ExpectedFail => "XFAIL",
            Self::Flaky => "FLAKY",
            Self::UnexpectedPass => "XPASS",
            Self::Fail => "FAIL",
            Self::Crash => "CRASH",
            Self::HarnessError => "HARNESS_ERROR",
        }
    }
}

/// A rule over all scenarios: the event `rule` of `results.ndjson`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleReport {
    /// The rule's id.
    pub rule: String,
    /// The gravest verdict.
    pub verdict: Verdict,
    /// Scenarios in which what the rule is about came to pass.
    pub triggered: u32,
    /// Those of them all of whose stimuli happened: only they make a PASS.
    pub consumed: u32,
    /// Scenarios that were run.
    pub scenarios: u32,
    /// The id of the smallest scenario that convicts, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimal: Option<String>,
}
