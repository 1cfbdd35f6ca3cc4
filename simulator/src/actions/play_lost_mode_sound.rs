//! `playLostModeSound`: a lost device makes a noise. An Apple device must be in lost mode (documented: memdocs
//! `play-lost-mode-sound.md`).

use super::{Parameter, RemoteAction, disable_lost_mode::lost_mode_hindrance};
use crate::device::ManagedDevice;
use crate::device::lifecycle::Report;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/playLostModeSound`.
#[derive(Debug)]
pub struct PlayLostModeSound;

impl RemoteAction for PlayLostModeSound {
    fn name(&self) -> &'static str {
        "playLostModeSound"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("durationInMinutes", Edm::String)] }
    }

    fn hindrance(&self, device: &ManagedDevice) -> Option<Report> {
        lost_mode_hindrance(device)
    }
}
