//! `retrieveMacOSManagedDeviceLocalAdminAccountDetail()`: a Mac's local administrator: password and its last change.

use serde_json::Value as Json;

use super::{DeviceFunction, Draws, Reply, is_mac, last_rotation, secret, spelled};
use crate::device::ManagedDevice;

/// `GET …/retrieveMacOSManagedDeviceLocalAdminAccountDetail()`.
#[derive(Debug)]
pub struct RetrieveMacOsManagedDeviceLocalAdminAccountDetail;

impl DeviceFunction for RetrieveMacOsManagedDeviceLocalAdminAccountDetail {
    fn name(&self) -> &'static str {
        "retrieveMacOSManagedDeviceLocalAdminAccountDetail"
    }

    fn returns(&self) -> &'static str {
        "microsoft.graph.macOSManagedDeviceLocalAdminAccountDetail"
    }

    /// 15 characters (documented: the type's page).
    fn answer(&self, device: &ManagedDevice, draws: Draws) -> Option<Reply> {
        is_mac(device).then(|| {
            let password = secret(device, draws.secrets, "localAdminPassword", &[15]);
            let rotated = spelled(last_rotation(device, "localAdminPassword"));
            let members = [("adminAccountPassword", password), ("passwordLastRotatedDateTime", rotated)]
                .map(|(name, value)| (name.to_owned(), Json::String(value)));
            Reply { context: self.returns(), members: members.into_iter().collect() }
        })
    }
}
