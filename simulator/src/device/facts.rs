//! The named facts about a device that a row of the support matrix may ask for.

mod signals;

pub use signals::{Signals, Warning};

use super::os_version::OsVersion;
use super::platform::{Named, Platform};

/// Everything the support matrix may know about one device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Facts {
    /// What it runs.
    pub platform: Platform,
    /// How it came under management.
    pub enrolment: Enrolment,
    /// Whose it is.
    pub ownership: Ownership,
    /// How it is known to the directory.
    pub join: JoinState,
    /// Its version as last reported; `None` when it was not reported or is not a version.
    pub os: Option<OsVersion>,
}

impl Facts {
    /// The facts that Graph's properties of a device amount to, and what had to be guessed.
    ///
    /// Never fails: what nothing says is unknown.
    pub fn derive(signals: &Signals<'_>) -> (Self, Option<Warning>) {
        signals::derive(signals)
    }
}

/// How a device came under management, which decides what its management may do to the passcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Enrolment {
    /// The ordinary way of every platform but Android.
    Standard,
    /// Apple User Enrollment: a personal device with a managed volume and no power over the passcode.
    AppleUserEnrollment,
    /// Android device administrator, the way of before 2014.
    DeviceAdministrator,
    /// Android Enterprise, personally owned with a work profile (BYOD; once "Android for Work").
    WorkProfile,
    /// Android Enterprise, corporate-owned with a work profile (COPE).
    CorporateWorkProfile,
    /// Android Enterprise, fully managed (COBO).
    FullyManaged,
    /// Android Enterprise, dedicated (COSU; once "kiosk").
    Dedicated,
    /// Android Open Source Project, with a user.
    AospUserAssociated,
    /// Android Open Source Project, without a user.
    AospUserless,
    /// Not managed at all: seen through Exchange or Defender only.
    MonitoredOnly,
}

impl Enrolment {
    /// Whether a device of `platform` can be enrolled this way.
    pub fn possible_on(self, platform: Platform) -> bool {
        match self {
            Self::MonitoredOnly => true,
            Self::Standard => platform != Platform::Android,
            Self::AppleUserEnrollment => {
                matches!(platform, Platform::Ios | Platform::IpadOs | Platform::VisionOs | Platform::MacOs)
            }
            Self::DeviceAdministrator
            | Self::WorkProfile
            | Self::CorporateWorkProfile
            | Self::FullyManaged
            | Self::Dedicated
            | Self::AospUserAssociated
            | Self::AospUserless => platform == Platform::Android,
        }
    }
}

impl Named for Enrolment {
    const WHAT: &'static str = "enrolment";
    const ALL: &'static [Self] = &[
        Self::Standard,
        Self::AppleUserEnrollment,
        Self::DeviceAdministrator,
        Self::WorkProfile,
        Self::CorporateWorkProfile,
        Self::FullyManaged,
        Self::Dedicated,
        Self::AospUserAssociated,
        Self::AospUserless,
        Self::MonitoredOnly,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::AppleUserEnrollment => "apple-user-enrollment",
            Self::DeviceAdministrator => "device-administrator",
            Self::WorkProfile => "work-profile",
            Self::CorporateWorkProfile => "corporate-work-profile",
            Self::FullyManaged => "fully-managed",
            Self::Dedicated => "dedicated",
            Self::AospUserAssociated => "aosp-user-associated",
            Self::AospUserless => "aosp-userless",
            Self::MonitoredOnly => "monitored-only",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Standard => "ordinary enrolment",
            Self::AppleUserEnrollment => "Apple user enrollment",
            Self::DeviceAdministrator => "device administrator",
            Self::WorkProfile => "work profile (BYOD)",
            Self::CorporateWorkProfile => "corporate work profile (COPE)",
            Self::FullyManaged => "fully managed (COBO)",
            Self::Dedicated => "dedicated (COSU)",
            Self::AospUserAssociated => "AOSP with a user",
            Self::AospUserless => "AOSP without a user",
            Self::MonitoredOnly => "monitored only",
        }
    }
}

/// Whose device it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ownership {
    /// The organisation's.
    Company,
    /// The user's own.
    Personal,
    /// Nothing says.
    Unknown,
}

impl Named for Ownership {
    const WHAT: &'static str = "ownership";
    const ALL: &'static [Self] = &[Self::Company, Self::Personal, Self::Unknown];

    fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Personal => "personal",
            Self::Unknown => "unknown",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Company => "corporate-owned",
            Self::Personal => "personally owned",
            Self::Unknown => "owner unknown",
        }
    }
}

/// How a device is known to Azure Active Directory (now Microsoft Entra ID).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JoinState {
    /// Nothing says.
    Unknown,
    /// Joined.
    AzureAdJoined,
    /// Registered: a user's account was added, the device is not joined.
    AzureAdRegistered,
    /// Joined to a local domain and to the directory.
    HybridAzureAdJoined,
}

impl Named for JoinState {
    const WHAT: &'static str = "join";
    const ALL: &'static [Self] =
        &[Self::Unknown, Self::AzureAdJoined, Self::AzureAdRegistered, Self::HybridAzureAdJoined];

    fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::AzureAdJoined => "azure-ad-joined",
            Self::AzureAdRegistered => "azure-ad-registered",
            Self::HybridAzureAdJoined => "hybrid-azure-ad-joined",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Unknown => "join unknown",
            Self::AzureAdJoined => "Azure AD joined",
            Self::AzureAdRegistered => "Azure AD registered",
            Self::HybridAzureAdJoined => "hybrid joined",
        }
    }
}
