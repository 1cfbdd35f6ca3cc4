//! `updateWindowsDeviceAccount`: the account of a Surface Hub. Nothing of it is in the inventory, so only the entry
//! tells.

use super::{Parameter, RemoteAction};
use crate::device::order::Arguments;
use crate::odata::value::Edm;

/// `POST …/updateWindowsDeviceAccount`.
#[derive(Debug)]
pub struct UpdateWindowsDeviceAccount;

impl RemoteAction for UpdateWindowsDeviceAccount {
    fn name(&self) -> &'static str {
        "updateWindowsDeviceAccount"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::nullable(
                "updateWindowsDeviceAccountActionParameter",
                Edm::Complex("updateWindowsDeviceAccountActionParameter"),
            )]
        }
    }

    fn audit_name(&self, _arguments: &Arguments) -> &'static str {
        "updateDeviceAccount"
    }
}
