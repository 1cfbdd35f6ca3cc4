//! What `deviceActionResults` holds: one derived type per action that says more than how far it has got.

use super::ComplexType;
use crate::device::record::ApiVersion;
use crate::model::Member;
use crate::odata::value::Edm;

/// Those types.
pub(super) static TYPES: &[ComplexType] = &[
    ComplexType {
        name: "deviceActionResult",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::nullable("actionName", Edm::String),
            Member::required("actionState", Edm::Enum("actionState")),
            Member::required("lastUpdatedDateTime", Edm::DateTimeOffset),
            Member::required("startDateTime", Edm::DateTimeOffset),
        ],
    },
    ComplexType {
        name: "resetPasscodeActionResult",
        base: Some("deviceActionResult"),
        since: ApiVersion::V1,
        members: &[Member::required("errorCode", Edm::Int32), Member::nullable("passcode", Edm::String)],
    },
];
