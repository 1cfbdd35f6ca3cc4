//! `rotateLocalAdminPassword`: the local administrator gets a new password.
//!
//! `retrieveDeviceLocalAdminAccountDetail()` says when, `retrieveMacOSManagedDeviceLocalAdminAccountDetail()` which.

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::record::ApiVersion;

/// `POST …/rotateLocalAdminPassword`.
#[derive(Debug)]
pub struct RotateLocalAdminPassword;

impl RemoteAction for RotateLocalAdminPassword {
    fn name(&self) -> &'static str {
        "rotateLocalAdminPassword"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn obey(&self, device: &mut ManagedDevice, order: &Order<'_>) {
        device.rotations.note("localAdminPassword", order.at);
    }
}
