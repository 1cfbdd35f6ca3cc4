//! `failures/<hash>.json`: a conviction with its whole scenario, to be run again.

use serde::{Deserialize, Serialize};

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

impl FailureFile {
    /// Its name: the scenario's hash, and the rule where two rules convict in one scenario.
    pub fn name(&self) -> String {
        format!("{}-{}.json", self.rule, self.scenario.id())
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
