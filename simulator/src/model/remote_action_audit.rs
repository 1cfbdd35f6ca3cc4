//! What the portal lists under Devices → Device actions.

use super::{EntityType, Member};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// Names: `@microsoft/microsoft-graph-types-beta` 0.44.0-preview (documented).
pub static REMOTE_ACTION_AUDIT: EntityType = EntityType {
    name: "remoteActionAudit",
    since: ApiVersion::Beta,
    properties: &[
        Member::required("id", Edm::String),
        Member::nullable("deviceDisplayName", Edm::String),
        Member::nullable("userName", Edm::String),
        Member::nullable("initiatedByUserPrincipalName", Edm::String),
        Member::required("action", Edm::Enum("remoteAction")),
        Member::required("requestDateTime", Edm::DateTimeOffset),
        Member::nullable("deviceOwnerUserPrincipalName", Edm::String),
        Member::nullable("deviceIMEI", Edm::String),
        Member::required("actionState", Edm::Enum("actionState")),
        Member::nullable("managedDeviceId", Edm::String),
        Member::required("deviceActionDetails", Edm::ComplexCollection("keyValuePair_2OfString_String")),
        Member::required("deviceActionCategory", Edm::Enum("deviceActionCategory")),
        Member::nullable("bulkDeviceActionId", Edm::String),
    ],
    navigation: &[],
};
