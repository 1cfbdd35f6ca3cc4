//! What Configuration Manager says of a device it shares with Intune.

use super::ComplexType;
use crate::device::record::ApiVersion;
use crate::model::Member;
use crate::odata::value::Edm;

/// Those types.
pub(super) static TYPES: &[ComplexType] = &[
    ComplexType {
        name: "configurationManagerClientEnabledFeatures",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::required("compliancePolicy", Edm::Boolean),
            Member::required("deviceConfiguration", Edm::Boolean),
            Member::required("endpointProtection", Edm::Boolean).in_beta(),
            Member::required("inventory", Edm::Boolean),
            Member::required("modernApps", Edm::Boolean),
            Member::required("officeApps", Edm::Boolean).in_beta(),
            Member::required("resourceAccess", Edm::Boolean),
            Member::required("windowsUpdateForBusiness", Edm::Boolean),
        ],
    },
    ComplexType {
        name: "configurationManagerClientHealthState",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::required("errorCode", Edm::Int32),
            Member::required("lastSyncDateTime", Edm::DateTimeOffset),
            Member::required("state", Edm::Enum("configurationManagerClientState")),
        ],
    },
    ComplexType {
        name: "configurationManagerClientInformation",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::nullable("clientIdentifier", Edm::String),
            Member::nullable("clientVersion", Edm::String),
            Member::required("isBlocked", Edm::Boolean),
        ],
    },
];
