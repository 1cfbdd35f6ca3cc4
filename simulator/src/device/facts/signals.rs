//! From the properties that Graph reports about a device to the facts behind them.
//!
//! No single property tells how a device was enrolled. Beta's `deviceType` says most and decides when it is there;
//! without it (v1.0 has none) the platform comes from `operatingSystem` and the enrolment from the management agent,
//! the enrolment type and the generated name (inferred: public captures, no page documents the rules).

use super::{Enrolment, Facts, JoinState, Ownership};
use crate::device::os_version::OsVersion;
use crate::device::platform::Platform;

/// Properties of a `managedDevice`, named and spelled as Graph does; letter case does not matter.
#[derive(Debug, Clone, Copy, Default)]
#[expect(missing_docs, reason = "the names are Graph's, and so are the meanings")]
pub struct Signals<'a> {
    pub device_type: Option<&'a str>,
    pub operating_system: Option<&'a str>,
    pub os_version: Option<&'a str>,
    pub join_type: Option<&'a str>,
    pub azure_ad_registered: Option<bool>,
    pub management_agent: Option<&'a str>,
    pub device_enrollment_type: Option<&'a str>,
    pub managed_device_owner_type: Option<&'a str>,
    pub managed_device_name: Option<&'a str>,
    pub model: Option<&'a str>,
}

/// What had to be guessed about a device, as a sentence for whoever described it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// Device administrator and work profile look alike.
    #[error(
        "nothing tells whether this Android device is a device administrator or has a work profile; taken for a device \
         administrator (set deviceType to android or androidForWork)"
    )]
    AmbiguousAndroid,
    /// Android Enterprise, but not how.
    #[error(
        "nothing tells how this Android Enterprise device was enrolled; taken for fully managed (set \
         deviceEnrollmentType to androidEnterpriseFullyManaged, androidEnterpriseDedicatedDevice or \
         androidEnterpriseCorporateWorkProfile)"
    )]
    AmbiguousAndroidEnterprise,
    /// AOSP, with or without a user.
    #[error(
        "nothing tells whether this AOSP device has a user; taken to have one (set deviceEnrollmentType to \
         androidAOSPUserOwnedDeviceEnrollment or androidAOSPUserlessDeviceEnrollment)"
    )]
    AmbiguousAosp,
    /// `deviceType` is outside the documented members.
    #[error("this deviceType is not one that Graph documents, so the platform is unknown")]
    UndocumentedDeviceType,
    /// Neither `deviceType` nor anything else names a platform.
    #[error("nothing tells the platform of this device (set deviceType, or operatingSystem)")]
    PlatformUnknown,
    /// `8.1`, which no phone reports.
    #[error("Windows phones report version 8.1 as 8.10, so 8.1 is read as 8.10")]
    PhoneVersionSpelling,
}

/// What a name such as `androidForWork` or `iPhone` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain(Platform),
    /// `operatingSystem` is `Android`: the enrolment must come from elsewhere.
    Android,
    DeviceAdministrator,
    WorkProfile,
    AndroidEnterprise,
    Aosp,
    /// `operatingSystem` is `iOS`, which iPads report too.
    IosOrIpadOs,
}

pub(super) fn derive(signals: &Signals<'_>) -> (Facts, Option<Warning>) {
    let (kind, mut warning) = kind(signals);
    let platform = match kind {
        Kind::Plain(platform) => platform,
        Kind::IosOrIpadOs if starts_with(signals.model, "iPad") => Platform::IpadOs,
        Kind::IosOrIpadOs => Platform::Ios,
        Kind::Android | Kind::DeviceAdministrator | Kind::WorkProfile | Kind::AndroidEnterprise | Kind::Aosp => {
            Platform::Android
        }
    };
    let enrolment = if one_of(signals.management_agent, &["eas", "msSense"]) {
        Enrolment::MonitoredOnly
    } else {
        let (enrolment, guessed) = enrolment(kind, platform, signals);
        warning = warning.or(guessed);
        enrolment
    };
    let mut os = signals.os_version.and_then(OsVersion::parse);
    if platform == Platform::WindowsPhone
        && let Some([8, 1, build, revision]) = os.as_ref().map(OsVersion::parts)
    {
        os = Some(OsVersion::new([8, 10, build, revision]));
        warning = warning.or(Some(Warning::PhoneVersionSpelling));
    }
    let facts =
        Facts { platform, enrolment, ownership: ownership(signals.managed_device_owner_type), join: join(signals), os };
    (facts, warning)
}

fn kind(signals: &Signals<'_>) -> (Kind, Option<Warning>) {
    if let Some(device_type) = given(signals.device_type) {
        return match kind_of_device_type(device_type) {
            Some(kind) => (kind, None),
            None => (Kind::Plain(Platform::Unknown), Some(Warning::UndocumentedDeviceType)),
        };
    }
    let kind = given(signals.operating_system)
        .and_then(kind_of_operating_system)
        .or_else(|| kind_without_operating_system(signals));
    match kind {
        Some(kind) => (kind, None),
        None => (Kind::Plain(Platform::Unknown), Some(Warning::PlatformUnknown)),
    }
}

/// The documented members of beta's `deviceType`. Those of platforms that no edition ever listed are unknown here.
fn kind_of_device_type(name: &str) -> Option<Kind> {
    const KINDS: &[(&str, Kind)] = &[
        ("android", Kind::DeviceAdministrator),
        ("androidForWork", Kind::WorkProfile),
        ("androidEnterprise", Kind::AndroidEnterprise),
        ("androidnGMS", Kind::Aosp),
        ("iPhone", Kind::Plain(Platform::Ios)),
        ("iPod", Kind::Plain(Platform::Ios)),
        ("iPad", Kind::Plain(Platform::IpadOs)),
        ("visionOS", Kind::Plain(Platform::VisionOs)),
        ("tvOS", Kind::Plain(Platform::TvOs)),
        ("mac", Kind::Plain(Platform::MacOs)),
        ("macMDM", Kind::Plain(Platform::MacOs)),
        ("windowsPhone", Kind::Plain(Platform::WindowsPhone)),
        ("winMO6", Kind::Plain(Platform::WindowsPhone)),
        ("desktop", Kind::Plain(Platform::Windows)),
        ("windowsRT", Kind::Plain(Platform::Windows)),
        ("winEmbedded", Kind::Plain(Platform::Windows)),
        ("windows10x", Kind::Plain(Platform::Windows)),
        ("holoLens", Kind::Plain(Platform::Windows)),
        ("surfaceHub", Kind::Plain(Platform::Windows)),
        ("cloudPC", Kind::Plain(Platform::Windows)),
        ("linux", Kind::Plain(Platform::Linux)),
        ("chromeOS", Kind::Plain(Platform::ChromeOs)),
        ("nokia", Kind::Plain(Platform::Unknown)),
        ("winCE", Kind::Plain(Platform::Unknown)),
        ("iSocConsumer", Kind::Plain(Platform::Unknown)),
        ("unix", Kind::Plain(Platform::Unknown)),
        ("blackberry", Kind::Plain(Platform::Unknown)),
        ("palm", Kind::Plain(Platform::Unknown)),
        ("unknown", Kind::Plain(Platform::Unknown)),
    ];
    named(KINDS, name)
}

/// Observed in Intune: `Android`, `iOS`, `macOS`, `Windows`, `Linux`. The rest are the directory's spellings, which
/// people copy (`AndroidForWork`, `MacMDM`), and assumed ones.
fn kind_of_operating_system(name: &str) -> Option<Kind> {
    const KINDS: &[(&str, Kind)] = &[
        ("Android", Kind::Android),
        ("AndroidForWork", Kind::WorkProfile),
        ("AndroidEnterprise", Kind::AndroidEnterprise),
        ("iOS", Kind::IosOrIpadOs),
        ("iPhone", Kind::Plain(Platform::Ios)),
        ("iPad", Kind::Plain(Platform::IpadOs)),
        ("iPadOS", Kind::Plain(Platform::IpadOs)),
        ("visionOS", Kind::Plain(Platform::VisionOs)),
        ("tvOS", Kind::Plain(Platform::TvOs)),
        ("macOS", Kind::Plain(Platform::MacOs)),
        ("MacMDM", Kind::Plain(Platform::MacOs)),
        ("Windows Phone", Kind::Plain(Platform::WindowsPhone)),
        ("WindowsPhone", Kind::Plain(Platform::WindowsPhone)),
        ("Windows 10 Mobile", Kind::Plain(Platform::WindowsPhone)),
        ("Windows", Kind::Plain(Platform::Windows)),
        ("Linux", Kind::Plain(Platform::Linux)),
        ("ChromeOS", Kind::Plain(Platform::ChromeOs)),
        ("Chrome OS", Kind::Plain(Platform::ChromeOs)),
    ];
    named(KINDS, name)
}

fn kind_without_operating_system(signals: &Signals<'_>) -> Option<Kind> {
    if one_of(signals.management_agent, &["googleCloudDevicePolicyController", "intuneAosp"])
        || starts_with(signals.device_enrollment_type, "android")
    {
        Some(Kind::Android)
    } else if ["iPhone", "iPad", "iPod"].iter().any(|prefix| starts_with(signals.model, prefix)) {
        Some(Kind::IosOrIpadOs)
    } else if starts_with(signals.device_enrollment_type, "windows") {
        Some(Kind::Plain(Platform::Windows))
    } else {
        None
    }
}

fn enrolment(kind: Kind, platform: Platform, signals: &Signals<'_>) -> (Enrolment, Option<Warning>) {
    let enrollment_type = signals.device_enrollment_type;
    match kind {
        Kind::DeviceAdministrator => (Enrolment::DeviceAdministrator, None),
        Kind::WorkProfile => (Enrolment::WorkProfile, None),
        Kind::AndroidEnterprise => match android_enterprise(enrollment_type) {
            Some(enrolment) => (enrolment, None),
            None => (Enrolment::FullyManaged, Some(Warning::AmbiguousAndroidEnterprise)),
        },
        Kind::Aosp => match aosp(enrollment_type) {
            Some(enrolment) => (enrolment, None),
            None => (Enrolment::AospUserAssociated, Some(Warning::AmbiguousAosp)),
        },
        Kind::Android => android(platform, signals),
        Kind::Plain(_) | Kind::IosOrIpadOs => {
            let by_user = one_of(
                enrollment_type,
                &["appleUserEnrollment", "appleUserEnrollmentWithServiceAccount", "appleAccountDrivenUserEnrollment"],
            );
            if by_user && Enrolment::AppleUserEnrollment.possible_on(platform) {
                (Enrolment::AppleUserEnrollment, None)
            } else {
                (Enrolment::Standard, None)
            }
        }
    }
}

/// An Android device whose `deviceType` is not known.
fn android(platform: Platform, signals: &Signals<'_>) -> (Enrolment, Option<Warning>) {
    let enrollment_type = signals.device_enrollment_type;
    if let Some(enrolment) = android_enterprise(enrollment_type).or_else(|| aosp(enrollment_type)) {
        (enrolment, None)
    } else if one_of(signals.management_agent, &["googleCloudDevicePolicyController"]) {
        enrolment(Kind::AndroidEnterprise, platform, signals)
    } else if one_of(signals.management_agent, &["intuneAosp"]) {
        enrolment(Kind::Aosp, platform, signals)
    } else if contains(signals.managed_device_name, "_AndroidForWork_") {
        // Observed: generated names are `<user>_<type>_<date>_<time>`, and the type of a work profile is this.
        (Enrolment::WorkProfile, None)
    } else {
        (Enrolment::DeviceAdministrator, Some(Warning::AmbiguousAndroid))
    }
}

fn android_enterprise(enrollment_type: Option<&str>) -> Option<Enrolment> {
    const ENROLMENTS: &[(&str, Enrolment)] = &[
        ("androidEnterpriseFullyManaged", Enrolment::FullyManaged),
        ("androidEnterpriseDedicatedDevice", Enrolment::Dedicated),
        ("androidEnterpriseCorporateWorkProfile", Enrolment::CorporateWorkProfile),
    ];
    named(ENROLMENTS, enrollment_type?)
}

fn aosp(enrollment_type: Option<&str>) -> Option<Enrolment> {
    const ENROLMENTS: &[(&str, Enrolment)] = &[
        ("androidAOSPUserOwnedDeviceEnrollment", Enrolment::AospUserAssociated),
        ("androidAOSPUserlessDeviceEnrollment", Enrolment::AospUserless),
    ];
    named(ENROLMENTS, enrollment_type?)
}

fn ownership(owner_type: Option<&str>) -> Ownership {
    const OWNERSHIPS: &[(&str, Ownership)] = &[("company", Ownership::Company), ("personal", Ownership::Personal)];
    owner_type.and_then(|owner_type| named(OWNERSHIPS, owner_type)).unwrap_or(Ownership::Unknown)
}

/// `joinType` (beta) says it; v1.0 has only whether the directory knows the device and how it was enrolled (inferred).
fn join(signals: &Signals<'_>) -> JoinState {
    const JOIN_TYPES: &[(&str, JoinState)] = &[
        ("azureADJoined", JoinState::AzureAdJoined),
        ("azureADRegistered", JoinState::AzureAdRegistered),
        ("hybridAzureADJoined", JoinState::HybridAzureAdJoined),
    ];
    const BY_ENROLMENT: &[(&str, JoinState)] = &[
        ("windowsAzureADJoin", JoinState::AzureAdJoined),
        ("windowsAzureADJoinUsingDeviceAuth", JoinState::AzureAdJoined),
        ("windowsBulkAzureDomainJoin", JoinState::AzureAdJoined),
        ("azureAdJoinUsingAzureVmExtension", JoinState::AzureAdJoined),
        ("windowsAutoEnrollment", JoinState::HybridAzureAdJoined),
    ];
    if let Some(join_type) = given(signals.join_type) {
        return named(JOIN_TYPES, join_type).unwrap_or(JoinState::Unknown);
    }
    match signals.azure_ad_registered {
        // A null is not a denial: it was seen on a device that could only be registered (observed: contrib#1391).
        None => signals
            .device_enrollment_type
            .and_then(|enrolled| named(BY_ENROLMENT, enrolled))
            .unwrap_or(JoinState::Unknown),
        Some(false) => JoinState::Unknown,
        Some(true) => signals
            .device_enrollment_type
            .and_then(|enrolled| named(BY_ENROLMENT, enrolled))
            .unwrap_or(JoinState::AzureAdRegistered),
    }
}

fn named<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
}

/// Empty strings are how Graph's lists spell "nothing".
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

fn one_of(text: Option<&str>, names: &[&str]) -> bool {
    text.is_some_and(|text| names.iter().any(|name| name.eq_ignore_ascii_case(text)))
}

fn starts_with(text: Option<&str>, prefix: &str) -> bool {
    text.and_then(|text| text.get(..prefix.len())).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn contains(text: Option<&str>, part: &str) -> bool {
    text.is_some_and(|text| {
        text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
    })
}

#[cfg(test)]
mod tests;
