//! Driving a client through a scenario, however it is reached.

use crate::evidence::Evidence;
use crate::scenario::Scenario;

/// A client under test, and the means to run scenarios with it. Scenarios may be run at the same time.
pub trait Drive: Sync {
    /// What the client says it can: capabilities of the worker protocol.
    fn capabilities(&self) -> Vec<String>;

    /// How time is kept: `virtual`, `wall` or `warp`.
    fn tier(&self) -> &'static str;

    /// Runs a scenario in a tenant of its own, and gives what it left behind.
    fn run(&self, scenario: &Scenario) -> Result<Evidence, DriveError>;
}

/// Why a scenario could not be run. The client is not judged by it.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The simulator did not take the scenario.
    #[error("the simulator cannot set this up: {0}")]
    SetUp(String),
    /// The driver does not keep to the protocol.
    #[error("the driver breaks the protocol: {0}")]
    Protocol(String),
}
