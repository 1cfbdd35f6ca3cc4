//! What was done to a tenant's Intune, and by whom.

use super::{EntityType, Member};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// Names: `@microsoft/microsoft-graph-types` 2.43.1 (documented).
pub static AUDIT_EVENT: EntityType = EntityType {
    name: "auditEvent",
    since: ApiVersion::V1,
    properties: &[
        Member::required("id", Edm::String),
        Member::nullable("displayName", Edm::String),
        Member::nullable("componentName", Edm::String),
        Member::nullable("activity", Edm::String),
        Member::required("activityDateTime", Edm::DateTimeOffset),
        Member::nullable("activityType", Edm::String),
        Member::nullable("activityOperationType", Edm::String),
        Member::nullable("activityResult", Edm::String),
        Member::required("correlationId", Edm::Guid),
        Member::nullable("category", Edm::String),
        Member::nullable("actor", Edm::Complex("auditActor")),
        Member::required("resources", Edm::ComplexCollection("auditResource")),
    ],
    navigation: &[],
};
