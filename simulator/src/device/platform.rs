//! The operating systems a device can run, as far as a passcode reset tells them apart.

/// A small closed vocabulary that data files and people spell by name.
pub trait Named: Copy + PartialEq + 'static {
    /// What a value of it is called in a sentence: "platform".
    const WHAT: &'static str;
    /// Every value, in the order people read them; at most 16 where a set is made of them.
    const ALL: &'static [Self];

    /// The spelling in data files, in kebab case.
    fn name(self) -> &'static str;

    /// The words people read.
    fn label(self) -> &'static str;

    /// The value spelled `name`.
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.name() == name)
    }
}

/// The family of operating systems that a device belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    /// iPhone and iPod.
    Ios,
    /// iPad. Graph reports it as `iOS` in `operatingSystem` (observed: docs#19107), so only `deviceType` or `model` tell.
    IpadOs,
    /// Apple Vision.
    VisionOs,
    /// Apple TV.
    TvOs,
    /// Mac.
    MacOs,
    /// Android in every way of enrolling it, AOSP included.
    Android,
    /// Windows Phone and Windows 10 Mobile: one family, told apart by version (8.x and 10.0.x).
    WindowsPhone,
    /// Windows on anything else: desktop, RT, Server, Holographic, Surface Hub, Cloud PC.
    Windows,
    /// Linux.
    Linux,
    /// ChromeOS.
    ChromeOs,
    /// Anything else, or nothing that says.
    Unknown,
}

impl Named for Platform {
    const WHAT: &'static str = "platform";
    const ALL: &'static [Self] = &[
        Self::Ios,
        Self::IpadOs,
        Self::VisionOs,
        Self::TvOs,
        Self::MacOs,
        Self::Android,
        Self::WindowsPhone,
        Self::Windows,
        Self::Linux,
        Self::ChromeOs,
        Self::Unknown,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::IpadOs => "ipados",
            Self::VisionOs => "visionos",
            Self::TvOs => "tvos",
            Self::MacOs => "macos",
            Self::Android => "android",
            Self::WindowsPhone => "windows-phone",
            Self::Windows => "windows",
            Self::Linux => "linux",
            Self::ChromeOs => "chromeos",
            Self::Unknown => "unknown",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Ios => "iOS",
            Self::IpadOs => "iPadOS",
            Self::VisionOs => "visionOS",
            Self::TvOs => "tvOS",
            Self::MacOs => "macOS",
            Self::Android => "Android",
            Self::WindowsPhone => "Windows phone",
            Self::Windows => "Windows",
            Self::Linux => "Linux",
            Self::ChromeOs => "ChromeOS",
            Self::Unknown => "unknown platform",
        }
    }
}
