//! The enumerations of the model: which members each has, and their numbers.
//!
//! Names of members: `@microsoft/microsoft-graph-types` 2.43.1 and `-beta` 0.44.0-preview; numbers: the CSDL of both
//! versions in `msgraph-metadata` (documented). The service sends members that its own schema of the version lacks
//! (observed: sdk-dotnet#2735, sdk-php#1605), so this is what it says of itself and no list of what it may answer.

use crate::device::record::ApiVersion;

/// One enumeration.
#[derive(Debug)]
pub struct Enumeration {
    /// Its name without the namespace, such as `complianceState`.
    pub name: &'static str,
    /// The first API version that has it.
    pub since: ApiVersion,
    /// Whether several members can hold at once.
    pub is_flags: bool,
    /// Its members, in the order of the published schema.
    pub members: &'static [EnumMember],
}

/// One member of an enumeration.
#[derive(Debug)]
pub struct EnumMember {
    /// As it is sent.
    pub name: &'static str,
    /// Its number.
    pub value: i32,
    /// The first API version that has it.
    pub since: ApiVersion,
}

impl Enumeration {
    /// What stands for `member` where only members of the schema may stand: itself if `version` has it, else
    /// `unknownFutureValue` (documented: Graph's best practices), else `unknown` (assumed, for enumerations without the
    /// former), else itself.
    pub fn known<'a>(&self, member: &'a str, version: ApiVersion) -> &'a str {
        let has = |name: &str| self.members.iter().any(|known| known.since <= version && known.name == name);
        let is_known = if self.is_flags { member.split(',').all(|flag| has(flag.trim())) } else { has(member) };
        match () {
            () if is_known => member,
            () if has("unknownFutureValue") => "unknownFutureValue",
            () if has("unknown") => "unknown",
            () => member,
        }
    }
}

/// The enumeration called `name`, without the namespace.
pub fn enumeration(name: &str) -> Option<&'static Enumeration> {
    ENUMERATIONS.binary_search_by(|known| known.name.cmp(name)).ok().map(|place| &ENUMERATIONS[place])
}

macro_rules! since {
    () => {
        ApiVersion::V1
    };
    ($since:ident) => {
        ApiVersion::$since
    };
}

macro_rules! is_flags {
    () => {
        false
    };
    (flags) => {
        true
    };
}

macro_rules! enumerations {
    ($( $name:ident: $since:ident $($flags:ident)? {
        $( $member:tt = $value:literal $(in $member_since:ident)? ),* $(,)?
    } )*) => {
        /// Every enumeration that a property of the model is of, in the order of names.
        pub static ENUMERATIONS: &[Enumeration] = &[
            $( Enumeration {
                name: stringify!($name),
                since: ApiVersion::$since,
                is_flags: is_flags!($($flags)?),
                members: &[
                    $( EnumMember {
                        name: stringify!($member),
                        value: $value,
                        since: since!($($member_since)?),
                    }, )*
                ],
            }, )*
        ];
    };
}

enumerations! {
    actionState: V1 { none = 0, pending = 1, canceled = 2, active = 3, done = 4, failed = 5, notSupported = 6 }
    administratorConfiguredDeviceComplianceState: Beta { basedOnDeviceCompliancePolicy = 0, nonCompliant = 1 }
    appLogUploadState: V1 { pending = 0, completed = 1, failed = 2, unknownFutureValue = 3 }
    azureAttestationSettingStatus: Beta { notApplicable = 0, enabled = 1, disabled = 2, unknownFutureValue = 3 }
    chassisType: Beta {
        unknown = 0, desktop = 1, laptop = 2, worksWorkstation = 3, enterpriseServer = 4, phone = 100,
        tablet = 101, mobileOther = 102, mobileUnknown = 103,
    }
    complianceState: V1 {
        unknown = 0, compliant = 1, noncompliant = 2, conflict = 3, error = 4, inGracePeriod = 254,
        configManager = 255,
    }
    complianceStatus: V1 {
        unknown = 0, notApplicable = 1, compliant = 2, remediated = 3, nonCompliant = 4, error = 5,
        conflict = 6, notAssigned = 7,
    }
    configurationManagerActionDeliveryStatus: Beta {
        unknown = 0, pendingDelivery = 1, deliveredToConnectorService = 2, failedToDeliverToConnectorService = 3,
        deliveredToOnPremisesServer = 4,
    }
    configurationManagerActionType: Beta {
        refreshMachinePolicy = 0, refreshUserPolicy = 1, wakeUpClient = 2, appEvaluation = 3, quickScan = 4,
        fullScan = 5, windowsDefenderUpdateSignatures = 6,
    }
    configurationManagerClientState: Beta {
        unknown = 0, installed = 1, healthy = 7, installFailed = 8, updateFailed = 11, communicationError = 19,
    }
    derivedCredentialProviderType: Beta {
        notConfigured = 0, entrustDataCard = 1, purebred = 2, xTec = 3, intercede = 4,
    }
    detectedAppPlatformType: V1 {
        unknown = 0, windows = 1, windowsMobile = 2, windowsHolographic = 3, ios = 4, macOS = 5, chromeOS = 6,
        androidOSP = 7, androidDeviceAdministrator = 8, androidWorkProfile = 9,
        androidDedicatedAndFullyManaged = 10, unknownFutureValue = 11,
    }
    deviceActionCategory: Beta { single = 0, bulk = 1 }
    deviceAssignmentItemIntent: Beta { remove = 0, restore = 1, unknownFutureValue = 2 }
    deviceAssignmentItemStatus: Beta {
        initiated = 0, inProgress = 1, removed = 2, error = 3, succeeded = 4, unknownFutureValue = 5,
    }
    deviceAssignmentItemType: Beta {
        application = 0, deviceConfiguration = 1, deviceManagementConfigurationPolicy = 2,
        mobileAppConfiguration = 3, unknownFutureValue = 4,
    }
    deviceEnrollmentType: V1 {
        unknown = 0, userEnrollment = 1, deviceEnrollmentManager = 2, appleBulkWithUser = 3,
        appleBulkWithoutUser = 4, windowsAzureADJoin = 5, windowsBulkUserless = 6, windowsAutoEnrollment = 7,
        windowsBulkAzureDomainJoin = 8, windowsCoManagement = 9, windowsAzureADJoinUsingDeviceAuth = 10,
        appleUserEnrollment = 11, appleUserEnrollmentWithServiceAccount = 12,
        azureAdJoinUsingAzureVmExtension = 14 in Beta, androidEnterpriseDedicatedDevice = 15 in Beta,
        androidEnterpriseFullyManaged = 16 in Beta, androidEnterpriseCorporateWorkProfile = 17 in Beta,
        androidAOSPUserOwnedDeviceEnrollment = 18 in Beta, androidAOSPUserlessDeviceEnrollment = 19 in Beta,
        appleAccountDrivenUserEnrollment = 25 in Beta, unknownFutureValue = 26,
    }
    deviceGuardLocalSystemAuthorityCredentialGuardState: Beta {
        running = 0, rebootRequired = 1, notLicensed = 2, notConfigured = 3,
        virtualizationBasedSecurityNotRunning = 4,
    }
    deviceGuardVirtualizationBasedSecurityHardwareRequirementState: Beta {
        meetHardwareRequirements = 0, secureBootRequired = 1, dmaProtectionRequired = 2,
        hyperVNotSupportedForGuestVM = 4, hyperVNotAvailable = 8,
    }
    deviceGuardVirtualizationBasedSecurityState: Beta {
        running = 0, rebootRequired = 1, require64BitArchitecture = 2, notLicensed = 3, notConfigured = 4,
        doesNotMeetHardwareRequirements = 5, other = 42,
    }
    deviceLicensingStatus: Beta {
        unknown = -1, licenseRefreshStarted = 0, licenseRefreshPending = 1,
        deviceIsNotAzureActiveDirectoryJoined = 2, verifyingMicrosoftDeviceIdentity = 3,
        deviceIdentityVerificationFailed = 4, verifyingMicrosoftAccountIdentity = 5,
        microsoftAccountVerificationFailed = 6, acquiringDeviceLicense = 7, refreshingDeviceLicense = 8,
        deviceLicenseRefreshSucceed = 9, deviceLicenseRefreshFailed = 10, removingDeviceLicense = 11,
        deviceLicenseRemoveSucceed = 12, deviceLicenseRemoveFailed = 13, unknownFutureValue = 14,
    }
    deviceLogCollectionTemplateType: V1 { predefined = 0, unknownFutureValue = 1 }
    deviceManagementExchangeAccessState: V1 { none = 0, unknown = 1, allowed = 2, blocked = 3, quarantined = 4 }
    deviceManagementExchangeAccessStateReason: V1 {
        none = 0, unknown = 1, exchangeGlobalRule = 2, exchangeIndividualRule = 3, exchangeDeviceRule = 4,
        exchangeUpgrade = 5, exchangeMailboxPolicy = 6, other = 7, compliant = 8, notCompliant = 9,
        notEnrolled = 10, unknownLocation = 12, mfaRequired = 13, azureADBlockDueToAccessPolicy = 14,
        compromisedPassword = 15, deviceNotKnownWithManagedApp = 16,
    }
    deviceManagementSubscriptionState: V1 {
        pending = 0, active = 1, warning = 2, disabled = 3, deleted = 4, blocked = 5, lockedOut = 8,
    }
    deviceRegistrationState: V1 {
        notRegistered = 0, registered = 2, revoked = 3, keyConflict = 4, approvalPending = 5,
        certificateReset = 6, notRegisteredPendingEnrollment = 7, unknown = 8,
    }
    deviceType: Beta {
        desktop = 0, windowsRT = 1, winMO6 = 2, nokia = 3, windowsPhone = 4, mac = 5, winCE = 6,
        winEmbedded = 7, iPhone = 8, iPad = 9, iPod = 10, android = 11, iSocConsumer = 12, unix = 13,
        macMDM = 14, holoLens = 15, surfaceHub = 16, androidForWork = 17, androidEnterprise = 18,
        windows10x = 19, androidnGMS = 20, chromeOS = 21, linux = 22, visionOS = 23, tvOS = 24,
        blackberry = 100, palm = 101, unknown = 255, cloudPC = 257,
    }
    firmwareProtectionType: Beta {
        notApplicable = 0, systemGuardSecureLaunch = 1, firmwareAttackSurfaceReduction = 2, disabled = 3,
        unknownFutureValue = 4,
    }
    joinType: Beta { unknown = 0, azureADJoined = 1, azureADRegistered = 2, hybridAzureADJoined = 3 }
    lostModeState: Beta { disabled = 0, enabled = 1 }
    managedDeviceArchitecture: Beta { unknown = 0, x86 = 1, x64 = 2, arm = 3, arM64 = 4 }
    managedDeviceManagementFeatures: Beta { none = 0, microsoftManagedDesktop = 1 }
    managedDeviceOwnerType: V1 { unknown = 0, company = 1, personal = 2, unknownFutureValue = 3 }
    managedDevicePartnerReportedHealthState: V1 {
        unknown = 0, activated = 1, deactivated = 2, secured = 3, lowSeverity = 4, mediumSeverity = 5,
        highSeverity = 6, unresponsive = 7, compromised = 8, misconfigured = 9,
    }
    managedDeviceRemoteAction: Beta {
        retire = 0, delete = 1, fullScan = 2, quickScan = 3, signatureUpdate = 4, wipe = 5,
        customTextNotification = 6, rebootNow = 7, setDeviceName = 8, syncDevice = 9, deprovision = 10,
        disable = 11, reenable = 12, moveDeviceToOrganizationalUnit = 13, activateDeviceEsim = 14,
        collectDiagnostics = 15, initiateMobileDeviceManagementKeyRecovery = 16,
        initiateOnDemandProactiveRemediation = 17, unknownFutureValue = 18, initiateDeviceAttestation = 19,
    }
    managementAgentType: V1 {
        eas = 1, mdm = 2, easMdm = 3, intuneClient = 4, easIntuneClient = 5, configurationManagerClient = 8,
        configurationManagerClientMdm = 10, configurationManagerClientMdmEas = 11, unknown = 16, jamf = 32,
        googleCloudDevicePolicyController = 64, microsoft365ManagedMdm = 258, msSense = 1024,
        intuneAosp = 2048 in Beta, google = 8192 in Beta, unknownFutureValue = 8193 in Beta,
    }
    managementState: V1 {
        managed = 0, retirePending = 1, retireFailed = 2, wipePending = 3, wipeFailed = 4, unhealthy = 5,
        deletePending = 6, retireIssued = 7, wipeIssued = 8, wipeCanceled = 9, retireCanceled = 10,
        discovered = 11, unknownFutureValue = 12 in Beta,
    }
    obliterationBehavior: Beta {
        default = 0, doNotObliterate = 1, obliterateWithWarning = 2, always = 3, unknownFutureValue = 4,
    }
    ownerType: Beta { unknown = 0, company = 1, personal = 2 }
    policyPlatformType: V1 {
        android = 0, androidForWork = 1, iOS = 2, macOS = 3, windowsPhone81 = 4, windows81AndLater = 5,
        windows10AndLater = 6, androidWorkProfile = 7 in Beta, windows10XProfile = 8 in Beta,
        androidAOSP = 9 in Beta, all = 100,
    }
    remoteAction: Beta {
        unknown = 0, factoryReset = 1, removeCompanyData = 2, resetPasscode = 3, remoteLock = 4,
        enableLostMode = 5, disableLostMode = 6, locateDevice = 7, rebootNow = 8, recoverPasscode = 9,
        cleanWindowsDevice = 10, logoutSharedAppleDeviceActiveUser = 11, quickScan = 12, fullScan = 13,
        windowsDefenderUpdateSignatures = 14, factoryResetKeepEnrollmentData = 15, updateDeviceAccount = 16,
        automaticRedeployment = 17, shutDown = 18, rotateBitLockerKeys = 19, rotateFileVaultKey = 20,
        getFileVaultKey = 21, setDeviceName = 22, activateDeviceEsim = 23, deprovision = 24, disable = 25,
        reenable = 26, moveDeviceToOrganizationalUnit = 27, initiateMobileDeviceManagementKeyRecovery = 28,
        initiateOnDemandProactiveRemediation = 29, rotateLocalAdminPassword = 32, unknownFutureValue = 33,
        launchRemoteHelp = 34, revokeAppleVppLicenses = 35,
        removeDeviceFirmwareConfigurationInterfaceManagement = 36, pauseConfigurationRefresh = 37,
        initiateDeviceAttestation = 38, changeAssignments = 39, delete = 40, suspendManagedHomeScreen = 41,
        restoreManagedHomeScreen = 42,
    }
    settingSourceType: V1 { deviceConfiguration = 0, deviceIntent = 1 }
    syncComponentStatus: Beta {
        none = 0, inProgress = 1, success = 2, failure = 3, partialSuccess = 4, unknownFutureValue = 5,
    }
    systemManagementModeLevel: Beta { notApplicable = 0, level1 = 1, level2 = 2, level3 = 3, unknownFutureValue = 4 }
    windowsDefenderProductStatus: V1 flags {
        noStatus = 0, serviceNotRunning = 1, serviceStartedWithoutMalwareProtection = 2,
        pendingFullScanDueToThreatAction = 4, pendingRebootDueToThreatAction = 8,
        pendingManualStepsDueToThreatAction = 16, avSignaturesOutOfDate = 32, asSignaturesOutOfDate = 64,
        noQuickScanHappenedForSpecifiedPeriod = 128, noFullScanHappenedForSpecifiedPeriod = 256,
        systemInitiatedScanInProgress = 512, systemInitiatedCleanInProgress = 1024,
        samplesPendingSubmission = 2048, productRunningInEvaluationMode = 4096,
        productRunningInNonGenuineMode = 8192, productExpired = 16_384, offlineScanRequired = 32_768,
        serviceShutdownAsPartOfSystemShutdown = 65_536, threatRemediationFailedCritically = 131_072,
        threatRemediationFailedNonCritically = 262_144, noStatusFlagsSet = 524_288, platformOutOfDate = 1_048_576,
        platformUpdateInProgress = 2_097_152, platformAboutToBeOutdated = 4_194_304,
        signatureOrPlatformEndOfLifeIsPastOrIsImpending = 8_388_608,
        windowsSModeSignaturesInUseOnNonWin10SInstall = 16_777_216,
    }
    windowsDeviceHealthState: V1 flags {
        clean = 0, fullScanPending = 1, rebootPending = 2, manualStepsPending = 4, offlineScanPending = 8,
        critical = 16,
    }
}

#[cfg(test)]
mod tests {
    use super::{ENUMERATIONS, enumeration};
    use crate::device::record::ApiVersion;

    #[test]
    fn every_enumeration_is_found_by_its_name() {
        for known in ENUMERATIONS {
            let found = enumeration(known.name).unwrap_or_else(|| panic!("{} is out of order", known.name));
            assert_eq!(found.name, known.name);
        }
        assert!(enumeration("complianceStates").is_none());
    }

    #[test]
    fn what_the_schema_lacks_has_a_stand_in() {
        let known = |name: &str, member: &'static str, version| enumeration(name).unwrap().known(member, version);
        let (v1, beta) = (ApiVersion::V1, ApiVersion::Beta);
        assert_eq!(known("complianceState", "compliant", v1), "compliant");
        assert_eq!(known("deviceEnrollmentType", "appleACMEBasicBYOD", v1), "unknownFutureValue");
        assert_eq!(known("deviceEnrollmentType", "androidAOSPUserlessDeviceEnrollment", v1), "unknownFutureValue");
        let aosp = "androidAOSPUserlessDeviceEnrollment";
        assert_eq!(known("deviceEnrollmentType", aosp, beta), aosp);
        assert_eq!(known("managementAgentType", "intuneAosp", v1), "unknown");
        assert_eq!(known("windowsDeviceHealthState", "rebootPending, critical", v1), "rebootPending, critical");
        assert_eq!(known("settingSourceType", "elsewhere", v1), "elsewhere");
    }
}
