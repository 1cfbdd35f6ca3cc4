//! The enumerations and complex types that parameters of actions are of, with what a body may say in each.
//!
//! Names: v1.0 CSDL and `@microsoft/microsoft-graph-types-beta` (documented). Which members are nullable is taken to be
//! all (assumed): a body that leaves one out is not refused.

use super::Parameter;
use crate::odata::value::Edm;

static ENUMERATIONS: &[(&str, &[&str])] = &[
    ("administratorConfiguredDeviceComplianceState", &["basedOnDeviceCompliancePolicy", "nonCompliant"]),
    (
        "configurationManagerActionType",
        &[
            "refreshMachinePolicy",
            "refreshUserPolicy",
            "wakeUpClient",
            "appEvaluation",
            "quickScan",
            "fullScan",
            "windowsDefenderUpdateSignatures",
        ],
    ),
    ("deviceAssignmentItemIntent", &["remove", "restore"]),
    ("deviceAssignmentItemStatus", &["initiated", "inProgress", "removed", "error", "succeeded"]),
    (
        "deviceAssignmentItemType",
        &["application", "deviceConfiguration", "deviceManagementConfigurationPolicy", "mobileAppConfiguration"],
    ),
    ("deviceLogCollectionTemplateType", &["predefined"]),
    (
        "managedDeviceRemoteAction",
        &[
            "retire",
            "delete",
            "fullScan",
            "quickScan",
            "signatureUpdate",
            "wipe",
            "customTextNotification",
            "rebootNow",
            "setDeviceName",
            "syncDevice",
            "deprovision",
            "disable",
            "reenable",
            "moveDeviceToOrganizationalUnit",
            "activateDeviceEsim",
            "collectDiagnostics",
            "initiateMobileDeviceManagementKeyRecovery",
            "initiateOnDemandProactiveRemediation",
            "initiateDeviceAttestation",
        ],
    ),
    ("obliterationBehavior", &["default", "doNotObliterate", "obliterateWithWarning", "always"]),
];

static COMPLEX: &[(&str, &[Parameter])] = &[
    ("configurationManagerAction", &[Parameter::nullable("action", Edm::Enum("configurationManagerActionType"))]),
    (
        "deviceAssignmentItem",
        &[
            Parameter::nullable("itemType", Edm::Enum("deviceAssignmentItemType")),
            Parameter::nullable("itemId", Edm::String),
            Parameter::nullable("itemDisplayName", Edm::String),
            Parameter::nullable("itemSubTypeDisplayName", Edm::String),
            Parameter::nullable("assignmentItemActionIntent", Edm::Enum("deviceAssignmentItemIntent")),
            Parameter::nullable("assignmentItemActionStatus", Edm::Enum("deviceAssignmentItemStatus")),
            Parameter::nullable("errorCode", Edm::Int64),
            Parameter::nullable("intentActionMessage", Edm::String),
            Parameter::nullable("lastActionDateTime", Edm::DateTimeOffset),
            Parameter::nullable("lastModifiedDateTime", Edm::DateTimeOffset),
        ],
    ),
    (
        "deviceLogCollectionRequest",
        &[
            Parameter::nullable("id", Edm::String),
            Parameter::nullable("templateType", Edm::Enum("deviceLogCollectionTemplateType")),
        ],
    ),
    (
        "powerliftDownloadRequest",
        &[Parameter::nullable("powerliftId", Edm::Guid), Parameter::nullable("files", Edm::StringCollection)],
    ),
    (
        // The misspelling of "Protocol" is the service's.
        "updateWindowsDeviceAccountActionParameter",
        &[
            Parameter::nullable("deviceAccount", Edm::Complex("windowsDeviceAccount")),
            Parameter::nullable("passwordRotationEnabled", Edm::Boolean),
            Parameter::nullable("calendarSyncEnabled", Edm::Boolean),
            Parameter::nullable("deviceAccountEmail", Edm::String),
            Parameter::nullable("exchangeServer", Edm::String),
            Parameter::nullable("sessionInitiationProtocalAddress", Edm::String),
        ],
    ),
    ("windowsDeviceAccount", &[Parameter::nullable("password", Edm::String)]),
];

/// The members of an enumeration, or none if it is not known.
pub fn members_of(name: &str) -> &'static [&'static str] {
    ENUMERATIONS.iter().find(|(known, _)| *known == name).map_or(&[], |(_, members)| members)
}

/// The properties of a complex type, or none if it is not known.
pub fn properties_of(name: &str) -> &'static [Parameter] {
    COMPLEX.iter().find(|(known, _)| *known == name).map_or(&[], |(_, properties)| properties)
}
