//! `overrideComplianceState`: an administrator says that a device is not compliant, or lets the policy decide again.
//!
//! The service decides compliance, so no device is asked (assumed). A device that the policy decides about again is
//! compliant (assumed: no policies are emulated here).

use super::{Course, Order, Parameter, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/overrideComplianceState`.
#[derive(Debug)]
pub struct OverrideComplianceState;

impl RemoteAction for OverrideComplianceState {
    fn name(&self) -> &'static str {
        "overrideComplianceState"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::required("complianceState", Edm::Enum("administratorConfiguredDeviceComplianceState")),
                Parameter::nullable("remediationUrl", Edm::String),
            ]
        }
    }

    fn course(&self, _arguments: &Arguments) -> Course {
        Course::ByService
    }

    fn obey(&self, device: &mut ManagedDevice, order: &Order<'_>) {
        let refused = order.arguments.text("complianceState") == "nonCompliant";
        device.edit(|record| record.compliance_state = if refused { "noncompliant" } else { "compliant" }.into());
    }
}
