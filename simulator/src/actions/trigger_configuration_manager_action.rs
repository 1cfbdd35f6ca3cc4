//! `triggerConfigurationManagerAction`: Configuration Manager is asked to act; the entry says how far the order got.

use super::{Order, Parameter, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::lifecycle::{DEVICE_REFUSED, Details, Report};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/triggerConfigurationManagerAction`.
#[derive(Debug)]
pub struct TriggerConfigurationManagerAction;

impl RemoteAction for TriggerConfigurationManagerAction {
    fn name(&self) -> &'static str {
        "triggerConfigurationManagerAction"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("configurationManagerAction", Edm::Complex("configurationManagerAction"))] }
    }

    fn result_type(&self) -> &'static str {
        "configurationManagerActionResult"
    }

    /// Pending, and then delivered to the server on premises, are the first and the last of the documented steps.
    fn details(&self, _device: &ManagedDevice, _order: &Order<'_>, report: Option<Report>) -> Details {
        let (status, error_code) = match report {
            None => ("pendingDelivery", 0),
            Some(Report::Done) => ("deliveredToOnPremisesServer", 0),
            Some(Report::Failed | Report::NotSupported) => ("failedToDeliverToConnectorService", DEVICE_REFUSED),
        };
        Details::none().of(self.result_type()).and("actionDeliveryStatus", status).and("errorCode", error_code)
    }
}
