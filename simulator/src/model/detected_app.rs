//! The apps found on devices.

use super::{EntityType, Member, Navigation};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// Names: `@microsoft/microsoft-graph-types` 2.43.1 (documented). The order of the keys was observed (graph2otel, 2026).
pub static DETECTED_APP: EntityType = EntityType {
    name: "detectedApp",
    since: ApiVersion::V1,
    properties: &[
        Member::required("deviceCount", Edm::Int32),
        Member::nullable("displayName", Edm::String),
        Member::required("id", Edm::String),
        Member::required("platform", Edm::Enum("detectedAppPlatformType")),
        Member::nullable("publisher", Edm::String),
        Member::required("sizeInByte", Edm::Int64),
        Member::nullable("version", Edm::String),
    ],
    navigation: &[Navigation { name: "managedDevices", target: "managedDevice", many: true, since: ApiVersion::V1 }],
};
