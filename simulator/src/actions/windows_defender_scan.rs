//! `windowsDefenderScan`: a quick scan or a full one; entries of the two stand side by side (observed: rapid7
//! `help.md`).

use serde_json::Value as Json;

use super::{Order, Parameter, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::lifecycle::{Details, Report};
use crate::device::order::Arguments;
use crate::odata::value::Edm;

/// `POST …/windowsDefenderScan`.
#[derive(Debug)]
pub struct WindowsDefenderScan;

impl RemoteAction for WindowsDefenderScan {
    fn name(&self) -> &'static str {
        "windowsDefenderScan"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::required("quickScan", Edm::Boolean)] }
    }

    fn result_type(&self) -> &'static str {
        "windowsDefenderScanActionResult"
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["fullScan", "quickScan"]
    }

    fn audit_name(&self, arguments: &Arguments) -> &'static str {
        if arguments.flag("quickScan") { "quickScan" } else { "fullScan" }
    }

    /// The spelling of both was observed (rapid7 `help.md`).
    fn variant(&self, arguments: &Arguments) -> &'static str {
        if arguments.flag("quickScan") { "Quick scan" } else { "Full Scan" }
    }

    fn bulk_arguments(&self, bulk_name: &str, _given: &Arguments) -> Arguments {
        Arguments::default().with("quickScan", Json::Bool(bulk_name == "quickScan"))
    }

    fn details(&self, _device: &ManagedDevice, order: &Order<'_>, _report: Option<Report>) -> Details {
        Details::one(self.result_type(), "scanType", self.variant(order.arguments))
    }
}
