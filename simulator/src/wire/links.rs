//! Absolute links in answers.

use schemars::JsonSchema;
use serde::Deserialize;

/// What absolute links start with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NextLink {
    /// The scheme, host and port that the client used.
    #[default]
    Door,
    /// `https://graph.microsoft.com`, as the service writes them.
    Graph,
    /// Nothing: links start with the path.
    Relative,
}
