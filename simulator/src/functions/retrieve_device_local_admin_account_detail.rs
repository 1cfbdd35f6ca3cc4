//! `retrieveDeviceLocalAdminAccountDetail()`: when the local administrator's password was last changed (documented:
//! `deviceLocalAdminAccountDetail`). The password itself is in the directory, which is not emulated.

use serde_json::Value as Json;

use super::{DeviceFunction, Draws, Reply, last_rotation, spelled};
use crate::actions::platforms::Column;
use crate::device::ManagedDevice;

/// `GET …/retrieveDeviceLocalAdminAccountDetail()`.
#[derive(Debug)]
pub struct RetrieveDeviceLocalAdminAccountDetail;

impl DeviceFunction for RetrieveDeviceLocalAdminAccountDetail {
    fn name(&self) -> &'static str {
        "retrieveDeviceLocalAdminAccountDetail"
    }

    fn returns(&self) -> &'static str {
        "microsoft.graph.deviceLocalAdminAccountDetail"
    }

    fn answer(&self, device: &ManagedDevice, _draws: Draws) -> Option<Reply> {
        (Column::of(device) == Some(Column::Windows)).then(|| {
            let rotated = Json::String(spelled(last_rotation(device, "localAdminPassword")));
            let members = [("passwordLastRotationDateTime".to_owned(), rotated)].into_iter().collect();
            Reply { context: self.returns(), members }
        })
    }
}
