//! A breach of a rule, with what proves it.

use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;
use crate::verdict::Verdict;

/// What a rule says against a client, before profiles and waivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Whether it is the lesser form of the breach, one level below the rule's own.
    pub lesser: bool,
    /// What happened, in one sentence with numbers.
    pub text: String,
    /// The numbers of the exchanges that prove it.
    pub witness: Vec<usize>,
    /// Where it blames something that happened: the same without that.
    pub control: Option<Box<Control>>,
}

/// A scenario without what a breach blames. If the operation goes wrong there as well, that was not the cause, and there is
/// no breach: a client with one defect is not said to have every other one that leads to the same end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The scenario.
    pub scenario: Scenario,
    /// The place of the operation in its program.
    pub op: usize,
}

impl Breach {
    /// A breach in its full form.
    pub fn new(text: impl Into<String>, witness: impl Into<Vec<usize>>) -> Self {
        Self { lesser: false, text: text.into(), witness: witness.into(), control: None }
    }

    /// The same, unless the operation goes wrong in this scenario too.
    #[must_use]
    pub fn unless(mut self, scenario: Scenario, op: usize) -> Self {
        self.control = Some(Box::new(Control { scenario, op }));
        self
    }

    /// A breach in its lesser form.
    pub fn lesser(text: impl Into<String>, witness: impl Into<Vec<usize>>) -> Self {
        Self { lesser: true, ..Self::new(text, witness) }
    }
}

/// A breach of a rule in a scenario: the event `finding` of `results.ndjson`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// What it amounts to: `FAIL`, `WARN` or `INFO`.
    pub verdict: Verdict,
    /// The scenario's id.
    pub scenario: String,
    /// How time was kept: `virtual`, `wall` or `warp`.
    pub tier: String,
    /// What happened.
    pub text: String,
    /// The numbers of the exchanges that prove it.
    pub witness: Vec<usize>,
    /// It as people read it, where no rule tells it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub story: Vec<String>,
}
