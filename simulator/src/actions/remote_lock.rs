//! `remoteLock`: the screen locks; on a Mac behind a six-digit pin.
//!
//! The pin is shown for 30 days or until another action is asked (documented: memdocs `remote-lock.md`, 2025-10-27).

use chrono::TimeDelta;
use serde_json::Value as Json;

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::lifecycle::{Details, Report, Shown};
use crate::device::platform::Platform;

/// `POST …/remoteLock`.
#[derive(Debug)]
pub struct RemoteLock;

impl RemoteAction for RemoteLock {
    fn name(&self) -> &'static str {
        "remoteLock"
    }

    fn result_type(&self) -> &'static str {
        "remoteLockActionResult"
    }

    fn details(&self, device: &ManagedDevice, order: &Order<'_>, report: Option<Report>) -> Details {
        let pin = (device.facts().platform == Platform::MacOs && report == Some(Report::Done))
            .then(|| format!("{:06}", order.chance("unlock-pin", device).below(1_000_000)));
        Details::none().of(self.result_type()).shown(
            "unlockPin",
            pin.map_or(Json::Null, Json::String),
            Shown::UntilNextAction(TimeDelta::days(30)),
        )
    }
}
