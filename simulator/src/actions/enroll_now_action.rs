//! `enrollNowAction`: a Configuration Manager client is told to enrol (documented: beta types).

use super::RemoteAction;
use crate::device::record::ApiVersion;

/// `POST …/enrollNowAction`.
#[derive(Debug)]
pub struct EnrollNowAction;

impl RemoteAction for EnrollNowAction {
    fn name(&self) -> &'static str {
        "enrollNowAction"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }
}
