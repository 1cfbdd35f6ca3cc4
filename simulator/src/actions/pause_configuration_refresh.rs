//! `pauseConfigurationRefresh`: Windows leaves its settings alone for some minutes; only the entry tells.

use serde_json::Value as Json;

use super::{Parameter, RemoteAction};
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/pauseConfigurationRefresh`.
#[derive(Debug)]
pub struct PauseConfigurationRefresh;

impl RemoteAction for PauseConfigurationRefresh {
    fn name(&self) -> &'static str {
        "pauseConfigurationRefresh"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::required("pauseTimePeriodInMinutes", Edm::Int32)] }
    }

    /// That a time must be positive is assumed.
    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        match arguments.get("pauseTimePeriodInMinutes").and_then(Json::as_i64) {
            Some(1..) => Ok(()),
            _ => Err("'pauseTimePeriodInMinutes' must be at least 1.".to_owned()),
        }
    }
}
