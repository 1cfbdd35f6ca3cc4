//! `revokeAppleVppLicenses`: the device's licences of bought apps go back.
//!
//! No apps are emulated here, so there are none to revoke: the entry counts 0 of 0 (assumed).

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::lifecycle::{Details, Report};
use crate::device::record::ApiVersion;

/// `POST …/revokeAppleVppLicenses`.
#[derive(Debug)]
pub struct RevokeAppleVppLicenses;

impl RemoteAction for RevokeAppleVppLicenses {
    fn name(&self) -> &'static str {
        "revokeAppleVppLicenses"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn result_type(&self) -> &'static str {
        "revokeAppleVppLicensesActionResult"
    }

    fn details(&self, _device: &ManagedDevice, _order: &Order<'_>, _report: Option<Report>) -> Details {
        Details::none().of(self.result_type()).and("totalLicensesCount", 0).and("failedLicensesCount", 0)
    }
}
