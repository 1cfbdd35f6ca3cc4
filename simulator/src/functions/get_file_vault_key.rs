//! `getFileVaultKey()`: the recovery key of a Mac's disk (documented: the function's beta page).

use super::{DeviceFunction, Draws, Reply, is_mac, primitive, secret};
use crate::device::ManagedDevice;

/// `GET …/getFileVaultKey()`.
#[derive(Debug)]
pub struct GetFileVaultKey;

impl DeviceFunction for GetFileVaultKey {
    fn name(&self) -> &'static str {
        "getFileVaultKey"
    }

    fn returns(&self) -> &'static str {
        "Edm.String"
    }

    /// Six groups of four, as Apple's recovery keys are.
    fn answer(&self, device: &ManagedDevice, draws: Draws) -> Option<Reply> {
        is_mac(device).then(|| primitive(secret(device, draws.secrets, "fileVaultKey", &[4; 6])))
    }
}
