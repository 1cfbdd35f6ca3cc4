//! `getNonCompliantSettings()`: the settings of compliance policies that the device does not meet.
//!
//! The function and its type are documented (msgraph-beta-sdk 1.66.0); it has no page. That a setting in error or in
//! conflict is one of them is assumed, and so is the permission, which is that of reading the device.

use serde_json::Value as Json;

use super::{DeviceFunction, Draws, Reply};
use crate::device::ManagedDevice;
use crate::posture::policies;

/// `GET …/getNonCompliantSettings()`.
#[derive(Debug)]
pub struct GetNonCompliantSettings;

impl DeviceFunction for GetNonCompliantSettings {
    fn name(&self) -> &'static str {
        "getNonCompliantSettings"
    }

    fn returns(&self) -> &'static str {
        "Collection(microsoft.graph.deviceCompliancePolicySettingState)"
    }

    fn scopes(&self) -> &'static [&'static str] {
        &["DeviceManagementManagedDevices.Read.All", "DeviceManagementManagedDevices.ReadWrite.All"]
    }

    fn is_for_readers(&self) -> bool {
        true
    }

    fn answer(&self, device: &ManagedDevice, draws: Draws) -> Option<Reply> {
        let policies = policies::compliance(device, draws.posture);
        let settings = policies.iter().flat_map(|policy| &policy.settings).filter(|setting| setting.is_to_blame());
        let value: Json = settings.map(|setting| setting.json(device)).collect();
        Some(Reply { context: self.returns(), members: [("value".to_owned(), value)].into_iter().collect() })
    }
}
