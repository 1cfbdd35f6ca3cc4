//! All that rules judge by: the scenario, the wire, the client's own words, and how the world ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::client_log::ClientLog;
use crate::scenario::Scenario;
use crate::trace::Trace;

/// What running a scenario leaves behind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What went over the wire.
    pub trace: Trace,
    /// What the client said.
    pub log: ClientLog,
    /// How the world ended.
    pub end: WorldEnd,
    /// What the client says it can: capabilities of the worker protocol.
    pub capabilities: Vec<String>,
}

/// How a world ended, as the tester sees it over the control port.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorldEnd {
    /// How many resets were accepted, by the place of the device.
    pub resets: BTreeMap<usize, u32>,
    /// Secrets that must not be found in what a client says: the app's, the tokens', and the passcodes.
    #[serde(skip)]
    pub secrets: Vec<String>,
}

/// A scenario together with what running it left behind.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What was to happen.
    pub scenario: &'a Scenario,
    /// What went over the wire.
    pub trace: &'a Trace,
    /// What the client said.
    pub log: &'a ClientLog,
    /// How the world ended.
    pub end: &'a WorldEnd,
    /// What the client says it can.
    pub capabilities: &'a [String],
}

impl Evidence {
    /// The evidence about a scenario.
    pub fn case<'a>(&'a self, scenario: &'a Scenario) -> Case<'a> {
        let Self { trace, log, end, capabilities } = self;
        Case { scenario, trace, log, end, capabilities }
    }
}

impl Case<'_> {
    /// Whether the client claims a capability.
    pub fn claims(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|claimed| claimed == capability)
    }
}
