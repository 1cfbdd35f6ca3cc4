//! What an administrator sets for the whole tenant.

use super::ComplexType;
use crate::device::record::ApiVersion;
use crate::model::Member;
use crate::odata::value::Edm;

/// Those types.
pub(super) static TYPES: &[ComplexType] = &[ComplexType {
    name: "deviceManagementSettings",
    base: None,
    since: ApiVersion::V1,
    members: &[
        Member::required("androidDeviceAdministratorEnrollmentEnabled", Edm::Boolean).in_beta(),
        Member::required("derivedCredentialProvider", Edm::Enum("derivedCredentialProviderType")).in_beta(),
        Member::nullable("derivedCredentialUrl", Edm::String).in_beta(),
        Member::required("deviceComplianceCheckinThresholdDays", Edm::Int32),
        Member::required("deviceInactivityBeforeRetirementInDay", Edm::Int32).in_beta(),
        Member::required("enableAutopilotDiagnostics", Edm::Boolean).in_beta(),
        Member::required("enableDeviceGroupMembershipReport", Edm::Boolean).in_beta(),
        Member::required("enableEnhancedTroubleshootingExperience", Edm::Boolean).in_beta(),
        Member::required("enableLogCollection", Edm::Boolean).in_beta(),
        Member::required("enhancedJailBreak", Edm::Boolean).in_beta(),
        Member::required("ignoreDevicesForUnsupportedSettingsEnabled", Edm::Boolean).in_beta(),
        Member::required("isScheduledActionEnabled", Edm::Boolean),
        Member::required("m365AppDiagnosticsEnabled", Edm::Boolean).in_beta(),
        Member::required("secureByDefault", Edm::Boolean),
    ],
}];
