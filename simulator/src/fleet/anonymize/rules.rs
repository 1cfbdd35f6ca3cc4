//! What is done with each property. What is not in the table is dropped.

/// How a value is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Numbers, truth values, dates and members of enumerations stay. Anything else is treated as [`Rule::Text`].
    Plain,
    /// Words about products stay, but for those that are also a person's, an organization's or a device's in this fleet.
    Public,
    /// Nothing stays but shape.
    Text,
    /// The name of a person.
    Person,
    /// An address with an `@`.
    Address,
    /// What a device calls itself: the words of products stay.
    DeviceName,
    /// The same, or `<user>_<type>_<date> <time>`, of which type, date and time stay.
    ManagedName,
    Guid,
    Serial,
    /// A code in groups, treated like a serial number.
    Code,
    Imei,
    Meid,
    Iccid,
    Udid,
    Mac,
    Phone,
    ExchangeId,
    /// Made by the service from the rest, and never in a fleet file.
    Computed,
}

/// The rule for a property of a managed device.
pub(super) fn rule(property: &str) -> Option<Rule> {
    Some(match property {
        "id" | "userId" | "azureADDeviceId" | "azureActiveDirectoryDeviceId" => Rule::Guid,
        "userPrincipalName" | "emailAddress" | "enrolledByUserPrincipalName" => Rule::Address,
        "userDisplayName" => Rule::Person,
        "deviceName" => Rule::DeviceName,
        "managedDeviceName" => Rule::ManagedName,
        "serialNumber" => Rule::Serial,
        "activationLockBypassCode" => Rule::Code,
        "imei" => Rule::Imei,
        "meid" => Rule::Meid,
        "iccid" => Rule::Iccid,
        "udid" => Rule::Udid,
        "wiFiMacAddress" | "ethernetMacAddress" => Rule::Mac,
        "phoneNumber" => Rule::Phone,
        "easDeviceId" => Rule::ExchangeId,
        // An organization's own words.
        "notes"
        | "deviceCategoryDisplayName"
        | "enrollmentProfileName"
        | "remoteAssistanceSessionUrl"
        | "remoteAssistanceSessionErrorDetails" => Rule::Text,
        "operatingSystem"
        | "osVersion"
        | "jailBroken"
        | "model"
        | "manufacturer"
        | "androidSecurityPatchLevel"
        | "securityPatchLevel"
        | "subscriberCarrier"
        | "skuFamily"
        | "specificationVersion" => Rule::Public,
        // Dates are kept: their oddities break clients. They can single a device out; the messages say so.
        "enrolledDateTime"
        | "lastSyncDateTime"
        | "easActivationDateTime"
        | "exchangeLastSuccessfulSyncDateTime"
        | "complianceGracePeriodExpirationDateTime"
        | "managementCertificateExpirationDate"
        | "preferMdmOverGroupPolicyAppliedDateTime"
        | "retireAfterDateTime" => Rule::Plain,
        "managedDeviceOwnerType"
        | "ownerType"
        | "complianceState"
        | "managementAgent"
        | "deviceEnrollmentType"
        | "deviceRegistrationState"
        | "exchangeAccessState"
        | "exchangeAccessStateReason"
        | "partnerReportedThreatState"
        | "managementState"
        | "deviceType"
        | "joinType"
        | "chassisType"
        | "lostModeState"
        | "managementFeatures"
        | "processorArchitecture" => Rule::Plain,
        "easActivated"
        | "azureADRegistered"
        | "aadRegistered"
        | "isSupervised"
        | "isEncrypted"
        | "requireUserEnrollmentApproval"
        | "autopilotEnrolled"
        | "bootstrapTokenEscrowed"
        | "deviceFirmwareConfigurationInterfaceManaged" => Rule::Plain,
        "totalStorageSpaceInBytes"
        | "freeStorageSpaceInBytes"
        | "physicalMemoryInBytes"
        | "skuNumber"
        | "windowsActiveMalwareCount"
        | "windowsRemediatedMalwareCount" => Rule::Plain,
        // Their members have rules of their own: see `nested`.
        "configurationManagerClientEnabledFeatures"
        | "deviceHealthAttestationState"
        | "chromeOSDeviceInfo"
        | "cloudPcRemoteActionResults"
        | "configurationManagerClientHealthState"
        | "configurationManagerClientInformation"
        | "roleScopeTagIds"
        | "usersLoggedOn" => Rule::Plain,
        "hardwareInformation" | "deviceActionResults" => Rule::Computed,
        _ => return None,
    })
}

/// The rule for a member of a complex value.
pub(super) fn nested_rule(member: &str) -> Option<Rule> {
    Some(match member {
        "inventory"
        | "modernApps"
        | "resourceAccess"
        | "deviceConfiguration"
        | "compliancePolicy"
        | "windowsUpdateForBusiness"
        | "endpointProtection"
        | "officeApps"
        | "state"
        | "errorCode"
        | "lastSyncDateTime"
        | "isBlocked"
        | "lastLogOnDateTime"
        | "actionName"
        | "actionState"
        | "startDateTime"
        | "lastUpdatedDateTime"
        | "statusDetails"
        | "additionalInformation"
        | "code"
        | "valueType"
        | "updatable"
        | "lastUpdateDateTime"
        | "issuedDateTime"
        | "resetCount"
        | "restartCount" => Rule::Plain,
        "clientVersion"
        | "deviceHealthAttestationStatus"
        | "healthAttestationSupportedStatus"
        | "contentVersion"
        | "dataExcutionPolicy"
        | "bitLockerStatus"
        | "bootManagerVersion"
        | "codeIntegrityCheckVersion"
        | "secureBoot"
        | "bootDebugging"
        | "operatingSystemKernelDebugging"
        | "codeIntegrity"
        | "testSigning"
        | "safeMode"
        | "windowsPE"
        | "earlyLaunchAntiMalwareDriverProtection"
        | "virtualSecureMode"
        | "pcrHashAlgorithm"
        | "bootAppSecurityVersion"
        | "bootManagerSecurityVersion"
        | "tpmVersion"
        | "firmwareProtection"
        | "memoryAccessProtection"
        | "memoryIntegrityProtection"
        | "securedCorePC"
        | "systemManagementMode"
        | "virtualizationBasedSecurity" => Rule::Public,
        "userId" | "cloudPcId" | "managedDeviceId" => Rule::Guid,
        "clientIdentifier"
        | "message"
        | "name"
        | "value"
        | "contentNamespaceUrl"
        | "attestationIdentityKey"
        | "pcr0"
        | "secureBootConfigurationPolicyFingerPrint"
        | "codeIntegrityPolicy"
        | "bootRevisionListInfo"
        | "operatingSystemRevListInfo"
        | "healthStatusMismatchInfo" => Rule::Text,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::rule;
    use crate::device::record::PROPERTIES;

    #[test]
    fn every_property_has_a_rule() {
        let without: Vec<&str> =
            PROPERTIES.iter().map(|property| property.name).filter(|name| rule(name).is_none()).collect();
        assert!(without.is_empty(), "say in anonymize/rules.rs whether these tell who somebody is: {without:?}");
    }
}
