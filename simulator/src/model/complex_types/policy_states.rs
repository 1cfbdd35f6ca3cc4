//! What a policy says of each of its settings.

use super::ComplexType;
use crate::device::record::ApiVersion;
use crate::model::Member;
use crate::odata::value::Edm;

/// Those types.
pub(super) static TYPES: &[ComplexType] = &[
    ComplexType {
        name: "deviceCompliancePolicySettingState",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::nullable("currentValue", Edm::String),
            Member::required("errorCode", Edm::Int64),
            Member::nullable("errorDescription", Edm::String),
            Member::nullable("instanceDisplayName", Edm::String),
            Member::nullable("setting", Edm::String),
            Member::nullable("settingInstanceId", Edm::String).in_beta(),
            Member::nullable("settingName", Edm::String),
            Member::nullable("sources", Edm::ComplexCollection("settingSource")),
            Member::required("state", Edm::Enum("complianceStatus")),
            Member::nullable("userEmail", Edm::String),
            Member::nullable("userId", Edm::String),
            Member::nullable("userName", Edm::String),
            Member::nullable("userPrincipalName", Edm::String),
        ],
    },
    ComplexType {
        name: "deviceConfigurationSettingState",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::nullable("currentValue", Edm::String),
            Member::required("errorCode", Edm::Int64),
            Member::nullable("errorDescription", Edm::String),
            Member::nullable("instanceDisplayName", Edm::String),
            Member::nullable("setting", Edm::String),
            Member::nullable("settingInstanceId", Edm::String).in_beta(),
            Member::nullable("settingName", Edm::String),
            Member::nullable("sources", Edm::ComplexCollection("settingSource")),
            Member::required("state", Edm::Enum("complianceStatus")),
            Member::nullable("userEmail", Edm::String),
            Member::nullable("userId", Edm::String),
            Member::nullable("userName", Edm::String),
            Member::nullable("userPrincipalName", Edm::String),
        ],
    },
    ComplexType {
        name: "settingSource",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::nullable("displayName", Edm::String),
            Member::nullable("id", Edm::String),
            Member::required("sourceType", Edm::Enum("settingSourceType")),
        ],
    },
];
