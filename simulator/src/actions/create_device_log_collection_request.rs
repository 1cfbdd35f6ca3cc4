//! `createDeviceLogCollectionRequest`: the portal's Collect diagnostics.
//!
//! It answers with the request as an entity, whose id is `tenant_device_request` (documented:
//! `deviceLogCollectionResponse`). v1.0 has it too, with another permission than its siblings (documented on the
//! action's v1.0 page). What becomes of the entity is in [`crate::device::log_collection`].

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{Accepted, Course, Parameter, RemoteAction, Reply};
use crate::device::ManagedDevice;
use crate::device::lifecycle::DEVICE_REFUSED;
use crate::device::log_collection::{LogCollection, UploadState};
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// Its name.
pub const NAME: &str = "createDeviceLogCollectionRequest";

/// `POST …/createDeviceLogCollectionRequest`.
#[derive(Debug)]
pub struct CreateDeviceLogCollectionRequest;

impl RemoteAction for CreateDeviceLogCollectionRequest {
    fn name(&self) -> &'static str {
        NAME
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
        Course::LogCollection
    }

    fn bulk_arguments(&self, _bulk_name: &str, _given: &Arguments) -> Arguments {
        Arguments::default()
    }

    fn returns(&self) -> Option<&'static str> {
        Some("microsoft.graph.deviceLogCollectionResponse")
    }

    fn reply(&self, device: &ManagedDevice, accepted: &Accepted) -> Option<Reply> {
        let collection = device.log_collections.get(accepted.request)?;
        let members = members(collection, device, accepted.tenant, accepted.version);
        Some(Reply { context: "microsoft.graph.deviceLogCollectionResponse", members })
    }
}

/// A request for diagnostics as Graph spells it. That `errorCode` is 0 unless it failed is documented in kind; which
/// number it is then, and sizes, are made up.
pub fn members(
    collection: &LogCollection,
    device: &ManagedDevice,
    tenant: Uuid,
    version: ApiVersion,
) -> Map<String, Json> {
    let spelled = |date: chrono::DateTime<chrono::Utc>| date.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    let size = collection.size as f64;
    let Json::Object(mut members) = json!({
        "id": format!("{tenant}_{}_{}", device.id(), collection.id),
        "status": collection.state.name(),
        "managedDeviceId": device.id(),
        "errorCode": if collection.state == UploadState::Failed { DEVICE_REFUSED } else { 0 },
        "requestedDateTimeUTC": spelled(collection.requested),
        "receivedDateTimeUTC": collection.received.map(spelled),
        "initiatedByUserPrincipalName": collection.requested_by,
        "expirationDateTimeUTC": spelled(collection.expires()),
        "size": size,
        "sizeInKB": size / 1024.0,
        "enrolledByUser": device.record().user_principal_name.as_str(),
    }) else {
        unreachable!("an object")
    };
    if version == ApiVersion::V1 {
        members.retain(|name, _| !matches!(name.as_str(), "errorCode" | "size"));
    }
    members
}
