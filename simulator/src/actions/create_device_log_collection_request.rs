//! `createDeviceLogCollectionRequest`: the portal's Collect diagnostics.
//!
//! It answers with the request as an entity, whose id is `tenant_device_request` (documented:
//! `deviceLogCollectionResponse`). v1.0 has it too, with another permission than its siblings (documented on the
//! action's v1.0 page). Logs are kept for 28 days (documented: memdocs `collect-diagnostics.md`).

use chrono::TimeDelta;
use serde_json::Value as Json;
use serde_json::json;

use super::{Accepted, Course, Parameter, RemoteAction, Reply};
use crate::device::ManagedDevice;
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/createDeviceLogCollectionRequest`.
#[derive(Debug)]
pub struct CreateDeviceLogCollectionRequest;

impl RemoteAction for CreateDeviceLogCollectionRequest {
    fn name(&self) -> &'static str {
        "createDeviceLogCollectionRequest"
    }

    fn scopes(&self) -> &'static [&'static str] {
        &["DeviceManagementManagedDevices.ReadWrite.All"]
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("templateType", Edm::Complex("deviceLogCollectionRequest"))] }
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["collectDiagnostics"]
    }

    /// The request is an entity of its own, so the device keeps no entry (assumed).
    fn course(&self, _arguments: &Arguments) -> Course {
        Course::ByService
    }

    fn bulk_arguments(&self, _bulk_name: &str, _given: &Arguments) -> Arguments {
        Arguments::default()
    }

    fn returns(&self) -> Option<&'static str> {
        Some("microsoft.graph.deviceLogCollectionResponse")
    }

    fn reply(&self, device: &ManagedDevice, accepted: &Accepted) -> Option<Reply> {
        let spelled = |date: chrono::DateTime<chrono::Utc>| date.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let Json::Object(mut members) = json!({
            "id": format!("{}_{}_{}", accepted.tenant, device.id(), accepted.request),
            "status": "pending",
            "managedDeviceId": device.id(),
            "errorCode": 0,
            "requestedDateTimeUTC": spelled(accepted.at),
            "receivedDateTimeUTC": null,
            "initiatedByUserPrincipalName": "",
            "expirationDateTimeUTC": spelled(accepted.at + TimeDelta::days(28)),
            "size": 0.0,
            "sizeInKB": 0.0,
            "enrolledByUser": device.record().user_principal_name.as_str(),
        }) else {
            return None;
        };
        if accepted.version == ApiVersion::V1 {
            members.retain(|name, _| !matches!(name.as_str(), "errorCode" | "size"));
        }
        Some(Reply { context: "microsoft.graph.deviceLogCollectionResponse", members })
    }
}
