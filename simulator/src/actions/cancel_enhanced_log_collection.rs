//! `cancelEnhancedLogCollection`: Apple's deep log collection is called off (documented: memdocs
//! `apple-enhanced-logging.md`, 2026-08-20).

use super::RemoteAction;
use crate::device::record::ApiVersion;

/// `POST …/cancelEnhancedLogCollection`.
#[derive(Debug)]
pub struct CancelEnhancedLogCollection;

impl RemoteAction for CancelEnhancedLogCollection {
    fn name(&self) -> &'static str {
        "cancelEnhancedLogCollection"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }
}
