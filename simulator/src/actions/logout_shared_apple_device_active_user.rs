//! `logoutSharedAppleDeviceActiveUser`: nobody is signed in on a Shared iPad any more; beta's `usersLoggedOn` tells.

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;

/// `POST …/logoutSharedAppleDeviceActiveUser`.
#[derive(Debug)]
pub struct LogoutSharedAppleDeviceActiveUser;

impl RemoteAction for LogoutSharedAppleDeviceActiveUser {
    fn name(&self) -> &'static str {
        "logoutSharedAppleDeviceActiveUser"
    }

    fn obey(&self, device: &mut ManagedDevice, _order: &Order<'_>) {
        device.edit(|record| record.users_logged_on = "[]".into());
    }
}
