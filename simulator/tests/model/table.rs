//! What the model knows of platforms: a small table for the passcode reset, and one for the other actions.
//!
//! Written down from the articles once more, row by row, and walked from the first row to the first that fits. It shares
//! neither data nor code with the support matrix of the simulator, so that a slip in one of them shows.

/// Kinds of devices, as the articles tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Platform {
    WindowsPhone,
    Ios,
    /// Enrolled by Apple's user enrollment, or with such power only.
    IosOfTheUser,
    AndroidAdministrator,
    WorkProfile,
    Dedicated,
    FullyManaged,
    Aosp,
    Windows,
    MacOs,
    /// Seen by Exchange or Defender, not managed.
    Monitored,
}

/// Major, minor and build.
pub(super) type Version = (u32, u32, u32);

/// A device of the built-in fleet.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) platform: Platform,
    pub(super) version: Version,
    /// Joined to Azure AD or hybrid joined; registered is not joined.
    pub(super) joined: bool,
    pub(super) hybrid: bool,
}

const fn known(name: &'static str, platform: Platform, version: Version) -> Known {
    Known { name, platform, version, joined: false, hybrid: false }
}

/// One or two of every kind.
pub(super) const DEVICES: [Known; 17] = [
    known("Windows-Phone-8.1", Platform::WindowsPhone, (8, 10, 14_219)),
    Known { joined: true, ..known("Windows-10-Mobile-14393-joined", Platform::WindowsPhone, (10, 0, 14_393)) },
    Known { joined: true, ..known("Windows-10-Mobile-15063-joined", Platform::WindowsPhone, (10, 0, 15_063)) },
    known("iPhone-1", Platform::Ios, (17, 6, 1)),
    known("iPad-shared", Platform::Ios, (18, 5, 0)),
    known("iPhone-user-enrollment", Platform::IosOfTheUser, (17, 6, 1)),
    known("Android-6", Platform::AndroidAdministrator, (6, 0, 1)),
    known("Android-7", Platform::AndroidAdministrator, (7, 0, 0)),
    known("Work-profile-7", Platform::WorkProfile, (7, 1, 2)),
    known("Work-profile-14", Platform::WorkProfile, (14, 0, 0)),
    known("Kiosk-1", Platform::Dedicated, (10, 0, 0)),
    known("Fully-managed-1", Platform::FullyManaged, (14, 0, 0)),
    known("AOSP-user", Platform::Aosp, (12, 0, 0)),
    Known { joined: true, ..known("DESKTOP-1", Platform::Windows, (10, 0, 22_631)) },
    Known { joined: true, hybrid: true, ..known("DESKTOP-hybrid", Platform::Windows, (10, 0, 19_045)) },
    known("MacBook-1", Platform::MacOs, (14, 4, 1)),
    known("iPhone-exchange-only", Platform::Monitored, (15, 8, 3)),
];

/// What a reset does to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reset {
    Refused,
    /// Needs the unlock token.
    Removed,
    Digits,
    Letters,
    /// Of a work profile; needs its reset token.
    LettersByToken,
}

/// A row of an edition: who, from which version on and before which, joined or not, and what happens.
type Row = (Platform, Version, Version, Option<bool>, Reset);

const ANY: Version = (0, 0, 0);
const NEVER: Version = (u32::MAX, 0, 0);
const CREATORS_UPDATE: Version = (10, 0, 15_063);

/// The editions that are walked here; whoever has no row is refused.
pub(super) const EDITIONS: [(&str, &[Row]); 3] = [
    (
        "2018-03-08",
        &[
            // Digits on Windows Phone 8.1, letters too on Windows 10 Mobile.
            (Platform::WindowsPhone, (8, 10, 0), (10, 0, 0), Some(false), Reset::Digits),
            (Platform::WindowsPhone, (10, 0, 0), CREATORS_UPDATE, Some(false), Reset::Letters),
            (Platform::WindowsPhone, CREATORS_UPDATE, NEVER, None, Reset::Letters),
            (Platform::Ios, ANY, NEVER, None, Reset::Removed),
            (Platform::IosOfTheUser, ANY, NEVER, None, Reset::Removed),
            (Platform::AndroidAdministrator, ANY, (7, 0, 0), None, Reset::Letters),
        ],
    ),
    (
        "2018-03-30",
        &[
            (Platform::Ios, ANY, NEVER, None, Reset::Removed),
            (Platform::IosOfTheUser, ANY, NEVER, None, Reset::Removed),
            (Platform::AndroidAdministrator, ANY, (7, 0, 0), None, Reset::Letters),
            (Platform::WorkProfile, (7, 0, 0), (8, 0, 0), None, Reset::Letters),
            (Platform::WorkProfile, (8, 0, 0), NEVER, None, Reset::LettersByToken),
        ],
    ),
    (
        "2026-08-19",
        &[
            (Platform::Ios, ANY, NEVER, None, Reset::Removed),
            (Platform::WorkProfile, (8, 0, 0), NEVER, None, Reset::LettersByToken),
            (Platform::FullyManaged, ANY, NEVER, None, Reset::LettersByToken),
            (Platform::Dedicated, ANY, NEVER, None, Reset::Letters),
            (Platform::Aosp, ANY, NEVER, None, Reset::Letters),
        ],
    ),
];

/// Whether Android needs an enforced passcode policy: from 2023-08-01 on.
pub(super) fn needs_policy(edition: usize) -> bool {
    EDITIONS[edition].0 >= "2023-08-01"
}

/// What a reset does to `device` when it runs `version`.
pub(super) fn reset(edition: usize, device: &Known, version: Version) -> Reset {
    let fits = |row: &&Row| {
        row.0 == device.platform
            && row.1 <= version
            && version < row.2
            && row.3.is_none_or(|joined| joined == device.joined)
    };
    EDITIONS[edition].1.iter().find(fits).map_or(Reset::Refused, |row| row.4)
}

/// What is asked of devices in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    ResetPasscode,
    RemoteLock,
    SyncDevice,
    RebootNow,
    SetDeviceName,
    QuickScan,
    FullScan,
    Retire,
    Wipe,
}

pub(super) const ACTIONS: [Action; 9] = [
    Action::ResetPasscode,
    Action::RemoteLock,
    Action::SyncDevice,
    Action::RebootNow,
    Action::SetDeviceName,
    Action::QuickScan,
    Action::FullScan,
    Action::Retire,
    Action::Wipe,
];

impl Action {
    /// The path's last segment, and `actionName` of an entry.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ResetPasscode => "resetPasscode",
            Self::RemoteLock => "remoteLock",
            Self::SyncDevice => "syncDevice",
            Self::RebootNow => "rebootNow",
            Self::SetDeviceName => "setDeviceName",
            Self::QuickScan | Self::FullScan => "windowsDefenderScan",
            Self::Retire => "retire",
            Self::Wipe => "wipe",
        }
    }

    /// `action` of its audits.
    pub(super) fn audited(self) -> &'static str {
        match self {
            Self::SyncDevice => "unknown",
            Self::QuickScan => "quickScan",
            Self::FullScan => "fullScan",
            Self::Retire => "removeCompanyData",
            Self::Wipe => "factoryReset",
            _ => self.name(),
        }
    }

    /// `actionName` of `executeAction`: the passcode reset and the lock are for one device at a time.
    pub(super) fn in_bulk(self) -> Option<&'static str> {
        match self {
            Self::ResetPasscode | Self::RemoteLock => None,
            Self::QuickScan => Some("quickScan"),
            Self::FullScan => Some("fullScan"),
            _ => Some(self.name()),
        }
    }

    /// Whether v1.0 has it.
    pub(super) fn is_in_v1(self) -> bool {
        self != Self::SetDeviceName
    }

    /// Whether it ends the management of a device.
    pub(super) fn leaves(self) -> bool {
        matches!(self, Self::Retire | Self::Wipe)
    }

    /// Whether a device of that kind obeys, by the tables of the portal's actions; the reset has its own.
    pub(super) fn is_for(self, device: &Known, company: bool, supervised: bool) -> bool {
        use Platform::{
            AndroidAdministrator, Aosp, Dedicated, FullyManaged, Ios, IosOfTheUser, MacOs, Monitored, Windows,
            WindowsPhone, WorkProfile,
        };
        let platform = device.platform;
        if platform == Monitored {
            return false;
        }
        match self {
            Self::ResetPasscode => unreachable!("the reset has a table of its own"),
            Self::SyncDevice => true,
            Self::RemoteLock => !matches!(platform, Windows | WorkProfile),
            Self::Retire => !matches!(platform, FullyManaged | Dedicated | Aosp),
            Self::Wipe => platform != WorkProfile,
            Self::RebootNow => match platform {
                Windows | MacOs | FullyManaged | Dedicated | Aosp => true,
                Ios | IosOfTheUser => supervised,
                AndroidAdministrator | WorkProfile | WindowsPhone | Monitored => false,
            },
            Self::SetDeviceName => match platform {
                Windows => company && !device.hybrid,
                Ios | IosOfTheUser => supervised,
                MacOs => company,
                FullyManaged | Dedicated => true,
                AndroidAdministrator | WorkProfile | WindowsPhone | Aosp | Monitored => false,
            },
            Self::QuickScan | Self::FullScan => platform == Windows,
        }
    }
}
