//! `shutDown`: the device switches off after it has answered, and stays off until somebody switches it on.

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;

/// `POST …/shutDown`.
#[derive(Debug)]
pub struct ShutDown;

impl RemoteAction for ShutDown {
    fn name(&self) -> &'static str {
        "shutDown"
    }

    fn obey(&self, device: &mut ManagedDevice, _order: &Order<'_>) {
        device.physical.online = false;
    }
}
