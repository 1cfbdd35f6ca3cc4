//! How a device stands with one configuration profile.

use super::{EntityType, Member};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// Names: `@microsoft/microsoft-graph-types` 2.43.1 and `…-beta` 0.44.0-preview (documented).
pub static DEVICE_CONFIGURATION_STATE: EntityType = EntityType {
    name: "deviceConfigurationState",
    since: ApiVersion::V1,
    properties: &[
        Member::required("id", Edm::String),
        Member::required("platformType", Edm::Enum("policyPlatformType")),
        Member::required("state", Edm::Enum("complianceStatus")),
        Member::nullable("displayName", Edm::String),
        Member::required("version", Edm::Int32),
        Member::required("settingCount", Edm::Int32),
        Member::nullable("userId", Edm::String).in_beta(),
        Member::nullable("userPrincipalName", Edm::String).in_beta(),
        Member::required("settingStates", Edm::ComplexCollection("deviceConfigurationSettingState")),
    ],
    navigation: &[],
};
