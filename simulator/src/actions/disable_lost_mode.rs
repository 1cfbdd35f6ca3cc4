//! `disableLostMode`: the device is found again.

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::lifecycle::Report;
use crate::device::platform::Platform;

/// `POST …/disableLostMode`.
#[derive(Debug)]
pub struct DisableLostMode;

impl RemoteAction for DisableLostMode {
    fn name(&self) -> &'static str {
        "disableLostMode"
    }

    fn obey(&self, device: &mut ManagedDevice, _order: &Order<'_>) {
        device.edit(|record| record.lost_mode_state = "disabled".into());
    }
}

/// Why an Apple device that is not in lost mode cannot be located or made to sound (documented that it must be: memdocs
/// `locate.md`, `play-lost-mode-sound.md`).
pub(super) fn lost_mode_hindrance(device: &ManagedDevice) -> Option<Report> {
    let needs_it = matches!(device.facts().platform, Platform::Ios | Platform::IpadOs);
    let is_lost = device.record().lost_mode_state.as_deref() == Some("enabled");
    (needs_it && !is_lost).then_some(Report::Failed)
}
