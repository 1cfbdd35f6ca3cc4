//! Health attestation of Windows devices.

use super::ComplexType;
use crate::device::record::ApiVersion;
use crate::model::Member;
use crate::odata::value::Edm;

/// Those types.
pub(super) static TYPES: &[ComplexType] = &[ComplexType {
    name: "deviceHealthAttestationState",
    base: None,
    since: ApiVersion::V1,
    members: &[
        Member::nullable("attestationIdentityKey", Edm::String),
        Member::nullable("bitLockerStatus", Edm::String),
        Member::nullable("bootAppSecurityVersion", Edm::String),
        Member::nullable("bootDebugging", Edm::String),
        Member::nullable("bootManagerSecurityVersion", Edm::String),
        Member::nullable("bootManagerVersion", Edm::String),
        Member::nullable("bootRevisionListInfo", Edm::String),
        Member::nullable("codeIntegrity", Edm::String),
        Member::nullable("codeIntegrityCheckVersion", Edm::String),
        Member::nullable("codeIntegrityPolicy", Edm::String),
        Member::nullable("contentNamespaceUrl", Edm::String),
        Member::nullable("contentVersion", Edm::String),
        Member::nullable("dataExcutionPolicy", Edm::String),
        Member::nullable("deviceHealthAttestationStatus", Edm::String),
        Member::nullable("earlyLaunchAntiMalwareDriverProtection", Edm::String),
        Member::required("firmwareProtection", Edm::Enum("firmwareProtectionType")).in_beta(),
        Member::nullable("healthAttestationSupportedStatus", Edm::String),
        Member::nullable("healthStatusMismatchInfo", Edm::String),
        Member::required("issuedDateTime", Edm::DateTimeOffset),
        Member::nullable("lastUpdateDateTime", Edm::String),
        Member::required("memoryAccessProtection", Edm::Enum("azureAttestationSettingStatus")).in_beta(),
        Member::required("memoryIntegrityProtection", Edm::Enum("azureAttestationSettingStatus")).in_beta(),
        Member::nullable("operatingSystemKernelDebugging", Edm::String),
        Member::nullable("operatingSystemRevListInfo", Edm::String),
        Member::nullable("pcr0", Edm::String),
        Member::nullable("pcrHashAlgorithm", Edm::String),
        Member::required("resetCount", Edm::Int64),
        Member::required("restartCount", Edm::Int64),
        Member::nullable("safeMode", Edm::String),
        Member::nullable("secureBoot", Edm::String),
        Member::nullable("secureBootConfigurationPolicyFingerPrint", Edm::String),
        Member::required("securedCorePC", Edm::Enum("azureAttestationSettingStatus")).in_beta(),
        Member::required("systemManagementMode", Edm::Enum("systemManagementModeLevel")).in_beta(),
        Member::nullable("testSigning", Edm::String),
        Member::nullable("tpmVersion", Edm::String),
        Member::required("virtualizationBasedSecurity", Edm::Enum("azureAttestationSettingStatus")).in_beta(),
        Member::nullable("virtualSecureMode", Edm::String),
        Member::nullable("windowsPE", Edm::String),
    ],
}];
