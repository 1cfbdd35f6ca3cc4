//! `changeAssignments`: the portal's Remove apps and configurations; the entry repeats what was removed or restored.
//!
//! At most 30 items (documented: beta types); that more are refused, and the sentence, is assumed.

use serde_json::Value as Json;

use super::{Order, Parameter, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::lifecycle::{Details, Report};
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/changeAssignments`.
#[derive(Debug)]
pub struct ChangeAssignments;

impl RemoteAction for ChangeAssignments {
    fn name(&self) -> &'static str {
        "changeAssignments"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("deviceAssignmentItems", Edm::ComplexCollection("deviceAssignmentItem"))] }
    }

    fn result_type(&self) -> &'static str {
        "changeAssignmentsActionResult"
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        let items = arguments.get("deviceAssignmentItems").and_then(Json::as_array).map_or(0, Vec::len);
        if items <= 30 { Ok(()) } else { Err("'deviceAssignmentItems' can have at most 30 items.".to_owned()) }
    }

    fn details(&self, _device: &ManagedDevice, order: &Order<'_>, _report: Option<Report>) -> Details {
        let items = order.arguments.get("deviceAssignmentItems").cloned();
        Details::one(self.result_type(), "deviceAssignmentItems", items.unwrap_or_else(|| Json::Array(Vec::new())))
    }
}
