//! What is done with each property. What is not in the table is dropped.

use std::sync::LazyLock;

use crate::device::record::PROPERTIES;

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

/// What each property of a managed device is.
static RULES: [(Rule, &[&str]); 22] = [
    (Rule::Guid, &["id", "userId", "azureADDeviceId", "azureActiveDirectoryDeviceId"]),
    (Rule::Address, &["userPrincipalName", "emailAddress", "enrolledByUserPrincipalName"]),
    (Rule::Person, &["userDisplayName"]),
    (Rule::DeviceName, &["deviceName"]),
    (Rule::ManagedName, &["managedDeviceName"]),
    (Rule::Serial, &["serialNumber"]),
    (Rule::Code, &["activationLockBypassCode"]),
    (Rule::Imei, &["imei"]),
    (Rule::Meid, &["meid"]),
    (Rule::Iccid, &["iccid"]),
    (Rule::Udid, &["udid"]),
    (Rule::Mac, &["wiFiMacAddress", "ethernetMacAddress"]),
    (Rule::Phone, &["phoneNumber"]),
    (Rule::ExchangeId, &["easDeviceId"]),
    // An organization's own words.
    (
        Rule::Text,
        &[
            "notes",
            "deviceCategoryDisplayName",
            "enrollmentProfileName",
            "remoteAssistanceSessionUrl",
            "remoteAssistanceSessionErrorDetails",
        ],
    ),
    (
        Rule::Public,
        &[
            "operatingSystem",
            "osVersion",
            "jailBroken",
            "model",
            "manufacturer",
            "androidSecurityPatchLevel",
            "securityPatchLevel",
            "subscriberCarrier",
            "skuFamily",
            "specificationVersion",
        ],
    ),
    // Dates are kept: their oddities break clients. They can single a device out; the messages say so.
    (
        Rule::Plain,
        &[
            "enrolledDateTime",
            "lastSyncDateTime",
            "easActivationDateTime",
            "exchangeLastSuccessfulSyncDateTime",
            "complianceGracePeriodExpirationDateTime",
            "managementCertificateExpirationDate",
            "preferMdmOverGroupPolicyAppliedDateTime",
            "retireAfterDateTime",
        ],
    ),
    (
        Rule::Plain,
        &[
            "managedDeviceOwnerType",
            "ownerType",
            "complianceState",
            "managementAgent",
            "deviceEnrollmentType",
            "deviceRegistrationState",
            "exchangeAccessState",
            "exchangeAccessStateReason",
            "partnerReportedThreatState",
            "managementState",
            "deviceType",
            "joinType",
            "chassisType",
            "lostModeState",
            "managementFeatures",
            "processorArchitecture",
        ],
    ),
    (
        Rule::Plain,
        &[
            "easActivated",
            "azureADRegistered",
            "aadRegistered",
            "isSupervised",
            "isEncrypted",
            "requireUserEnrollmentApproval",
            "autopilotEnrolled",
            "bootstrapTokenEscrowed",
            "deviceFirmwareConfigurationInterfaceManaged",
        ],
    ),
    (
        Rule::Plain,
        &[
            "totalStorageSpaceInBytes",
            "freeStorageSpaceInBytes",
            "physicalMemoryInBytes",
            "skuNumber",
            "windowsActiveMalwareCount",
            "windowsRemediatedMalwareCount",
        ],
    ),
    // Their members have rules of their own: see `nested`.
    (
        Rule::Plain,
        &[
            "configurationManagerClientEnabledFeatures",
            "deviceHealthAttestationState",
            "chromeOSDeviceInfo",
            "cloudPcRemoteActionResults",
            "configurationManagerClientHealthState",
            "configurationManagerClientInformation",
            "roleScopeTagIds",
            "usersLoggedOn",
        ],
    ),
    (Rule::Computed, &["hardwareInformation", "deviceActionResults"]),
];

/// The same for the members of complex values.
static NESTED: [(Rule, &[&str]); 4] = [
    (
        Rule::Plain,
        &[
            "inventory",
            "modernApps",
            "resourceAccess",
            "deviceConfiguration",
            "compliancePolicy",
            "windowsUpdateForBusiness",
            "endpointProtection",
            "officeApps",
            "state",
            "errorCode",
            "lastSyncDateTime",
            "isBlocked",
            "lastLogOnDateTime",
            "actionName",
            "actionState",
            "startDateTime",
            "lastUpdatedDateTime",
            "statusDetails",
            "additionalInformation",
            "code",
            "valueType",
            "updatable",
            "lastUpdateDateTime",
            "issuedDateTime",
            "resetCount",
            "restartCount",
        ],
    ),
    (
        Rule::Public,
        &[
            "clientVersion",
            "deviceHealthAttestationStatus",
            "healthAttestationSupportedStatus",
            "contentVersion",
            "dataExcutionPolicy",
            "bitLockerStatus",
            "bootManagerVersion",
            "codeIntegrityCheckVersion",
            "secureBoot",
            "bootDebugging",
            "operatingSystemKernelDebugging",
            "codeIntegrity",
            "testSigning",
            "safeMode",
            "windowsPE",
            "earlyLaunchAntiMalwareDriverProtection",
            "virtualSecureMode",
            "pcrHashAlgorithm",
            "bootAppSecurityVersion",
            "bootManagerSecurityVersion",
            "tpmVersion",
            "firmwareProtection",
            "memoryAccessProtection",
            "memoryIntegrityProtection",
            "securedCorePC",
            "systemManagementMode",
            "virtualizationBasedSecurity",
        ],
    ),
    (Rule::Guid, &["userId", "cloudPcId", "managedDeviceId"]),
    (
        Rule::Text,
        &[
            "clientIdentifier",
            "message",
            "name",
            "value",
            "contentNamespaceUrl",
            "attestationIdentityKey",
            "pcr0",
            "secureBootConfigurationPolicyFingerPrint",
            "codeIntegrityPolicy",
            "bootRevisionListInfo",
            "operatingSystemRevListInfo",
            "healthStatusMismatchInfo",
        ],
    ),
];

/// The rule for the property at that place of the table.
pub(super) fn rule(place: usize) -> Option<Rule> {
    static BY_PLACE: LazyLock<Vec<Option<Rule>>> =
        LazyLock::new(|| PROPERTIES.iter().map(|property| find(&RULES, property.name)).collect());
    BY_PLACE.get(place).copied().flatten()
}

/// The rule for a member of a complex value.
pub(super) fn nested_rule(member: &str) -> Option<Rule> {
    find(&NESTED, member)
}

fn find(rules: &[(Rule, &[&str])], name: &str) -> Option<Rule> {
    rules.iter().find(|(_, names)| names.contains(&name)).map(|(rule, _)| *rule)
}

#[cfg(test)]
mod tests {
    use super::{RULES, find};
    use crate::device::record::PROPERTIES;

    #[test]
    fn every_property_has_a_rule() {
        let without: Vec<&str> =
            PROPERTIES.iter().map(|property| property.name).filter(|name| find(&RULES, name).is_none()).collect();
        assert!(without.is_empty(), "say in anonymize/rules.rs whether these tell who somebody is: {without:?}");
    }
}
