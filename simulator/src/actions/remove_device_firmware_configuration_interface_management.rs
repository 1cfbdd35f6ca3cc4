//! `removeDeviceFirmwareConfigurationInterfaceManagement`: Intune lets go of the firmware; the property of that name
//! tells.

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::record::ApiVersion;

/// `POST …/removeDeviceFirmwareConfigurationInterfaceManagement`.
#[derive(Debug)]
pub struct RemoveDeviceFirmwareConfigurationInterfaceManagement;

impl RemoteAction for RemoveDeviceFirmwareConfigurationInterfaceManagement {
    fn name(&self) -> &'static str {
        "removeDeviceFirmwareConfigurationInterfaceManagement"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn obey(&self, device: &mut ManagedDevice, _order: &Order<'_>) {
        device.edit(|record| record.device_firmware_configuration_interface_managed = false);
    }
}
