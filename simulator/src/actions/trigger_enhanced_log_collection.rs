//! `triggerEnhancedLogCollection`: Apple gets deep logs of the device for a support case (documented: memdocs
//! `apple-enhanced-logging.md`, 2026-08-20).

use super::{Parameter, RemoteAction};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/triggerEnhancedLogCollection`.
#[derive(Debug)]
pub struct TriggerEnhancedLogCollection;

impl RemoteAction for TriggerEnhancedLogCollection {
    fn name(&self) -> &'static str {
        "triggerEnhancedLogCollection"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("appleCareToken", Edm::String)] }
    }
}
