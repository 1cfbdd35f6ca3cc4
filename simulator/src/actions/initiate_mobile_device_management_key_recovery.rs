//! `initiateMobileDeviceManagementKeyRecovery`: management keys are recovered and the TPM attested (documented: beta
//! types).

use super::RemoteAction;
use crate::device::record::ApiVersion;

/// `POST …/initiateMobileDeviceManagementKeyRecovery`.
#[derive(Debug)]
pub struct InitiateMobileDeviceManagementKeyRecovery;

impl RemoteAction for InitiateMobileDeviceManagementKeyRecovery {
    fn name(&self) -> &'static str {
        "initiateMobileDeviceManagementKeyRecovery"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["initiateMobileDeviceManagementKeyRecovery"]
    }
}
