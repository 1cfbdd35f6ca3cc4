//! `retrieveRecoveryLockPasscode()`: what opens a Mac's recovery system.

use super::{DeviceFunction, Draws, Reply, is_mac, primitive, secret};
use crate::device::ManagedDevice;

/// `GET …/retrieveRecoveryLockPasscode()`.
#[derive(Debug)]
pub struct RetrieveRecoveryLockPasscode;

impl DeviceFunction for RetrieveRecoveryLockPasscode {
    fn name(&self) -> &'static str {
        "retrieveRecoveryLockPasscode"
    }

    fn returns(&self) -> &'static str {
        "Edm.String"
    }

    fn answer(&self, device: &ManagedDevice, draws: Draws) -> Option<Reply> {
        is_mac(device).then(|| primitive(secret(device, draws.secrets, "recoveryLockPasscode", &[12])))
    }
}
