//! `rotateBitLockerKeys`: the disk gets new recovery keys. They are read in the directory, which is not emulated.

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::lifecycle::{DEVICE_REFUSED, Details, Report};
use crate::device::record::ApiVersion;

/// `POST …/rotateBitLockerKeys`.
#[derive(Debug)]
pub struct RotateBitLockerKeys;

impl RemoteAction for RotateBitLockerKeys {
    fn name(&self) -> &'static str {
        "rotateBitLockerKeys"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn result_type(&self) -> &'static str {
        "rotateBitLockerKeysDeviceActionResult"
    }

    fn details(&self, _device: &ManagedDevice, _order: &Order<'_>, report: Option<Report>) -> Details {
        let error_code = if report == Some(Report::Failed) { DEVICE_REFUSED } else { 0 };
        Details::one(self.result_type(), "errorCode", error_code)
    }
}
