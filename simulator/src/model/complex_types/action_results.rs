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
    ComplexType {
        name: "activateDeviceEsimActionResult",
        base: Some("deviceActionResult"),
        since: ApiVersion::Beta,
        members: &[Member::nullable("carrierUrl", Edm::String)],
    },
    ComplexType {
        name: "changeAssignmentsActionResult",
        base: Some("deviceActionResult"),
        since: ApiVersion::Beta,
        members: &[Member::nullable("deviceAssignmentItems", Edm::ComplexCollection("deviceAssignmentItem"))],
    },
    ComplexType {
        name: "configurationManagerActionResult",
        base: Some("deviceActionResult"),
        since: ApiVersion::Beta,
        members: &[
            Member::required("actionDeliveryStatus", Edm::Enum("configurationManagerActionDeliveryStatus")),
            Member::required("errorCode", Edm::Int32),
        ],
    },
    ComplexType {
        name: "deleteUserFromSharedAppleDeviceActionResult",
        base: Some("deviceActionResult"),
        since: ApiVersion::V1,
        members: &[Member::nullable("userPrincipalName", Edm::String)],
    },
    ComplexType {
        name: "deviceGeoLocation",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::required("altitude", Edm::Double),
            Member::required("heading", Edm::Double),
            Member::required("horizontalAccuracy", Edm::Double),
            Member::required("lastCollectedDateTime", Edm::DateTimeOffset),
            Member::required("latitude", Edm::Double),
            Member::required("longitude", Edm::Double),
            Member::required("speed", Edm::Double),
            Member::required("verticalAccuracy", Edm::Double),
        ],
    },
    ComplexType {
        name: "locateDeviceActionResult",
        base: Some("deviceActionResult"),
        since: ApiVersion::V1,
        members: &[Member::nullable("deviceLocation", Edm::Complex("deviceGeoLocation"))],
    },
    ComplexType {
        name: "remoteLockActionResult",
        base: Some("deviceActionResult"),
        since: ApiVersion::V1,
        members: &[Member::nullable("unlockPin", Edm::String)],
    },
    ComplexType {
        name: "revokeAppleVppLicensesActionResult",
        base: Some("deviceActionResult"),
        since: ApiVersion::Beta,
        members: &[
            Member::required("failedLicensesCount", Edm::Int32),
            Member::required("totalLicensesCount", Edm::Int32),
        ],
    },
    ComplexType {
        name: "rotateBitLockerKeysDeviceActionResult",
        base: Some("deviceActionResult"),
        since: ApiVersion::V1,
        members: &[Member::required("errorCode", Edm::Int32)],
    },
    ComplexType {
        name: "windowsDefenderScanActionResult",
        base: Some("deviceActionResult"),
        since: ApiVersion::V1,
        members: &[Member::nullable("scanType", Edm::String)],
    },
];
