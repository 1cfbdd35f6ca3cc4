//! `activateDeviceEsim`: the portal's Update cellular data plan; the entry repeats the carrier's URL.

use super::{Order, Parameter, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::lifecycle::{Details, Report};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/activateDeviceEsim`.
#[derive(Debug)]
pub struct ActivateDeviceEsim;

impl RemoteAction for ActivateDeviceEsim {
    fn name(&self) -> &'static str {
        "activateDeviceEsim"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("carrierUrl", Edm::String)] }
    }

    fn result_type(&self) -> &'static str {
        "activateDeviceEsimActionResult"
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["activateDeviceEsim"]
    }

    fn details(&self, _device: &ManagedDevice, order: &Order<'_>, _report: Option<Report>) -> Details {
        Details::one(self.result_type(), "carrierUrl", order.arguments.text("carrierUrl"))
    }
}
