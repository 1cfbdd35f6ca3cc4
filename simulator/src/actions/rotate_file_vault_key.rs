//! `rotateFileVaultKey`: a Mac's disk gets a new recovery key; `getFileVaultKey()` returns it.

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::record::ApiVersion;

/// `POST …/rotateFileVaultKey`.
#[derive(Debug)]
pub struct RotateFileVaultKey;

impl RemoteAction for RotateFileVaultKey {
    fn name(&self) -> &'static str {
        "rotateFileVaultKey"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn obey(&self, device: &mut ManagedDevice, order: &Order<'_>) {
        device.rotations.note("fileVaultKey", order.at);
    }
}
