//! `failures/<hash>.json`: a conviction with its whole scenario, to be run again.

use serde::{Deserialize, Serialize};

use crate::results::{RuleLine, Run};
use crate::scenario::{self, Scenario};
use crate::verdict::Verdict;

/// A conviction that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureFile {
    /// The rule that convicts.
    pub rule: String,
    /// What it amounts to.
    pub verdict: Verdict,
    /// Whose texts counted.
    pub profile: String,
    /// The client.
    pub client: String,
    /// What the rule says against it.
    pub text: String,
    /// The whole scenario.
    pub scenario: Scenario,
    /// The story, for people.
    #[serde(default)]
    pub story: Vec<String>,
}

/// The name of a file: the scenario's hash, and the rule, because two rules may convict in one scenario.
pub fn name(rule: &str, scenario: &Scenario) -> String {
    format!("{rule}-{}.json", scenario.id())
}

impl FailureFile {
    /// The file of a conviction in results; none where the rule convicts of nothing.
    pub fn of(line: &RuleLine, run: &Run) -> Option<Self> {
        let conviction = line.conviction.as_ref()?;
        Some(Self {
            rule: line.report.rule.clone(),
            verdict: conviction.verdict,
            profile: run.profile.clone(),
            client: run.client.clone(),
            text: conviction.text.clone(),
            scenario: conviction.scenario.clone(),
            story: line.story.clone(),
        })
    }

    /// Its name.
    pub fn name(&self) -> String {
        name(&self.rule, &self.scenario)
    }

    /// Reads one.
    pub fn read(text: &str) -> Result<Self, String> {
        let json: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        // A later schema is refused with its own sentence.
        Scenario::read(&json["scenario"].to_string()).map_err(|error| match error {
            scenario::ReadError::Newer(_) => error.to_string(),
            scenario::ReadError::Shape(shape) => format!("its scenario: {shape}"),
        })?;
        serde_json::from_value(json).map_err(|error| error.to_string())
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a failure becomes JSON");
        format!("{text}\n")
    }
}
