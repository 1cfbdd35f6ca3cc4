//! `deleteUserFromSharedAppleDevice`: a user's data goes from a Shared iPad; the entry says whose.

use super::{Order, Parameter, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::lifecycle::{Details, Report};
use crate::odata::value::Edm;

/// `POST …/deleteUserFromSharedAppleDevice`.
#[derive(Debug)]
pub struct DeleteUserFromSharedAppleDevice;

impl RemoteAction for DeleteUserFromSharedAppleDevice {
    fn name(&self) -> &'static str {
        "deleteUserFromSharedAppleDevice"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("userPrincipalName", Edm::String)] }
    }

    fn result_type(&self) -> &'static str {
        "deleteUserFromSharedAppleDeviceActionResult"
    }

    fn details(&self, _device: &ManagedDevice, order: &Order<'_>, _report: Option<Report>) -> Details {
        Details::one(self.result_type(), "userPrincipalName", order.arguments.text("userPrincipalName"))
    }
}
