//! What actions and functions of devices take and return. What stands in `deviceActionResults` is elsewhere.

use super::ComplexType;
use crate::device::record::ApiVersion;
use crate::model::Member;
use crate::odata::value::Edm;

/// Those types.
pub(super) static TYPES: &[ComplexType] = &[
    ComplexType {
        name: "bulkManagedDeviceActionResult",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::nullable("failedDeviceIds", Edm::StringCollection),
            Member::nullable("notFoundDeviceIds", Edm::StringCollection),
            Member::nullable("notSupportedDeviceIds", Edm::StringCollection),
            Member::nullable("successfulDeviceIds", Edm::StringCollection),
        ],
    },
    ComplexType {
        name: "configurationManagerAction",
        base: None,
        since: ApiVersion::Beta,
        members: &[Member::required("action", Edm::Enum("configurationManagerActionType"))],
    },
    ComplexType {
        name: "deviceAssignmentItem",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::required("assignmentItemActionIntent", Edm::Enum("deviceAssignmentItemIntent")),
            Member::required("assignmentItemActionStatus", Edm::Enum("deviceAssignmentItemStatus")),
            Member::required("errorCode", Edm::Int64),
            Member::nullable("intentActionMessage", Edm::String),
            Member::nullable("itemDisplayName", Edm::String),
            Member::required("itemId", Edm::String),
            Member::nullable("itemSubTypeDisplayName", Edm::String),
            Member::required("itemType", Edm::Enum("deviceAssignmentItemType")),
            Member::required("lastActionDateTime", Edm::DateTimeOffset),
            Member::required("lastModifiedDateTime", Edm::DateTimeOffset),
        ],
    },
    ComplexType {
        name: "deviceLocalAdminAccountDetail",
        base: None,
        since: ApiVersion::Beta,
        members: &[Member::nullable("passwordLastRotationDateTime", Edm::DateTimeOffset)],
    },
    ComplexType {
        name: "deviceLogCollectionRequest",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::nullable("id", Edm::String),
            Member::required("templateType", Edm::Enum("deviceLogCollectionTemplateType")),
        ],
    },
    ComplexType {
        name: "deviceSyncStatusResponse",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::required("components", Edm::ComplexCollection("syncComponent")),
            Member::required("deviceId", Edm::String),
        ],
    },
    ComplexType {
        name: "macOSManagedDeviceLocalAdminAccountDetail",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::required("adminAccountPassword", Edm::String),
            Member::required("passwordLastRotatedDateTime", Edm::DateTimeOffset),
        ],
    },
    ComplexType {
        name: "powerliftDownloadRequest",
        base: None,
        since: ApiVersion::Beta,
        members: &[Member::nullable("files", Edm::StringCollection), Member::required("powerliftId", Edm::Guid)],
    },
    ComplexType {
        name: "powerliftIncidentMetadata",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::nullable("application", Edm::String),
            Member::nullable("clientVersion", Edm::String),
            Member::nullable("createdAtDateTime", Edm::DateTimeOffset),
            Member::nullable("easyId", Edm::String),
            Member::nullable("fileNames", Edm::StringCollection),
            Member::nullable("locale", Edm::String),
            Member::nullable("platform", Edm::String),
            Member::required("powerliftId", Edm::Guid),
        ],
    },
    ComplexType {
        name: "syncComponent",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::nullable("moreInfo", Edm::String),
            Member::nullable("name", Edm::String),
            Member::nullable("reportedDateTime", Edm::DateTimeOffset),
            Member::nullable("status", Edm::Enum("syncComponentStatus")),
        ],
    },
    ComplexType {
        name: "updateWindowsDeviceAccountActionParameter",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::nullable("calendarSyncEnabled", Edm::Boolean),
            Member::nullable("deviceAccount", Edm::Complex("windowsDeviceAccount")),
            Member::nullable("deviceAccountEmail", Edm::String),
            Member::nullable("exchangeServer", Edm::String),
            Member::nullable("passwordRotationEnabled", Edm::Boolean),
            Member::nullable("sessionInitiationProtocalAddress", Edm::String),
        ],
    },
    ComplexType {
        name: "windowsDeviceAccount",
        base: None,
        since: ApiVersion::V1,
        members: &[Member::nullable("password", Edm::String)],
    },
];
