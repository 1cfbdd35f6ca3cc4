//! `rotateRecoveryLockPasscode`: a Mac's recovery system gets a new passcode; `retrieveRecoveryLockPasscode()` returns
//! it.

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::record::ApiVersion;

/// `POST …/rotateRecoveryLockPasscode`.
#[derive(Debug)]
pub struct RotateRecoveryLockPasscode;

impl RemoteAction for RotateRecoveryLockPasscode {
    fn name(&self) -> &'static str {
        "rotateRecoveryLockPasscode"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn obey(&self, device: &mut ManagedDevice, order: &Order<'_>) {
        device.rotations.note("recoveryLockPasscode", order.at);
    }
}
