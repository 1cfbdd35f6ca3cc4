//! Smaller parts of a managed device.

use super::ComplexType;
use crate::device::record::ApiVersion;
use crate::model::Member;
use crate::odata::value::Edm;

/// Those types.
pub(super) static TYPES: &[ComplexType] = &[
    ComplexType {
        name: "chromeOSDeviceProperty",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::nullable("name", Edm::String),
            Member::required("updatable", Edm::Boolean),
            Member::nullable("value", Edm::String),
            Member::nullable("valueType", Edm::String),
        ],
    },
    ComplexType {
        name: "cloudPcRemoteActionResult",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::nullable("actionName", Edm::String),
            Member::nullable("actionState", Edm::Enum("actionState")),
            Member::nullable("cloudPcId", Edm::String),
            Member::nullable("lastUpdatedDateTime", Edm::DateTimeOffset),
            Member::nullable("managedDeviceId", Edm::String),
            Member::nullable("startDateTime", Edm::DateTimeOffset),
            Member::nullable("statusDetail", Edm::Complex("cloudPcStatusDetail")),
            Member::nullable("statusDetails", Edm::Complex("cloudPcStatusDetails")),
        ],
    },
    ComplexType {
        name: "cloudPcStatusDetail",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::nullable("additionalInformation", Edm::ComplexCollection("keyValuePair")),
            Member::nullable("code", Edm::String),
            Member::nullable("message", Edm::String),
        ],
    },
    ComplexType {
        name: "cloudPcStatusDetails",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::nullable("additionalInformation", Edm::ComplexCollection("keyValuePair")),
            Member::nullable("code", Edm::String),
            Member::nullable("message", Edm::String),
        ],
    },
    ComplexType {
        name: "keyValuePair",
        base: None,
        since: ApiVersion::V1,
        members: &[Member::required("name", Edm::String), Member::nullable("value", Edm::String)],
    },
    ComplexType {
        name: "loggedOnUser",
        base: None,
        since: ApiVersion::Beta,
        members: &[Member::required("lastLogOnDateTime", Edm::DateTimeOffset), Member::nullable("userId", Edm::String)],
    },
];
