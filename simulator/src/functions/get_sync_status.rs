//! `getSyncStatus()`: how far a sync of the device has got, component by component.
//!
//! Components appear once they have begun (documented: msgraph-beta-sdk 1.66.0). Which there are is not known, so there
//! are none (assumed).

use serde_json::Value as Json;

use super::{DeviceFunction, Draws, Reply};
use crate::device::ManagedDevice;

/// `GET …/getSyncStatus()`.
#[derive(Debug)]
pub struct GetSyncStatus;

impl DeviceFunction for GetSyncStatus {
    fn name(&self) -> &'static str {
        "getSyncStatus"
    }

    fn returns(&self) -> &'static str {
        "microsoft.graph.deviceSyncStatusResponse"
    }

    fn answer(&self, device: &ManagedDevice, _draws: Draws) -> Option<Reply> {
        let members = [("deviceId", Json::from(device.record().id.as_str())), ("components", Json::Array(Vec::new()))]
            .map(|(name, value)| (name.to_owned(), value));
        Some(Reply { context: self.returns(), members: members.into_iter().collect() })
    }
}
