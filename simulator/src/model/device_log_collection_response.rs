//! The diagnostics collected from a device.

use super::{EntityType, Member};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// Names: `@microsoft/microsoft-graph-types` 2.43.1 and `…-beta` 0.44.0-preview (documented).
pub static DEVICE_LOG_COLLECTION_RESPONSE: EntityType = EntityType {
    name: "deviceLogCollectionResponse",
    since: ApiVersion::V1,
    properties: &[
        Member::required("id", Edm::String),
        Member::required("status", Edm::Enum("appLogUploadState")),
        Member::required("managedDeviceId", Edm::Guid),
        Member::nullable("requestedDateTimeUTC", Edm::DateTimeOffset),
        Member::nullable("receivedDateTimeUTC", Edm::DateTimeOffset),
        Member::nullable("initiatedByUserPrincipalName", Edm::String),
        Member::nullable("expirationDateTimeUTC", Edm::DateTimeOffset),
        Member::required("sizeInKB", Edm::Double),
        Member::nullable("enrolledByUser", Edm::String),
        Member::required("errorCode", Edm::Int64).in_beta(),
        Member::required("size", Edm::Double).in_beta(),
    ],
    navigation: &[],
};
