//! What kind of device it is, said or inferred.

use super::known::Known;
use crate::random::Draw;

/// The kinds of device that differ in the shape of their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    IPhone,
    IPad,
    IPod,
    VisionPro,
    AppleTv,
    Mac,
    /// Managed through the device administrator API.
    AndroidAdministrator,
    /// Android for Work, later "personally owned work profile".
    AndroidWorkProfile,
    /// Fully managed, dedicated, or corporate-owned with a work profile.
    AndroidEnterprise,
    /// Android without Google's services.
    AndroidAosp,
    /// Windows Phone 8.1.
    WindowsPhone,
    /// Windows 10 Mobile.
    WindowsMobile,
    Windows,
    WindowsRt,
    HoloLens,
    SurfaceHub,
    CloudPc,
    Linux,
    ChromeOs,
    /// Anything else, such as `blackberry`.
    Other,
}

/// A kind, and whether it had to be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Inferred {
    pub(super) kind: Kind,
    /// Android with nothing that tells a device administrator from a work profile.
    pub(super) ambiguous_android: bool,
}

impl Kind {
    /// Whether Apple made it.
    pub(super) fn is_apple(self) -> bool {
        self == Self::Mac || self.is_apple_mobile()
    }

    /// Whether it runs iOS or a descendant that is no Mac.
    pub(super) fn is_apple_mobile(self) -> bool {
        matches!(self, Self::IPhone | Self::IPad | Self::IPod | Self::VisionPro | Self::AppleTv)
    }

    /// Whether it runs Android in any mode.
    pub(super) fn is_android(self) -> bool {
        matches!(
            self,
            Self::AndroidAdministrator | Self::AndroidWorkProfile | Self::AndroidEnterprise | Self::AndroidAosp
        )
    }

    /// Whether it runs Windows and is no telephone.
    pub(super) fn is_windows(self) -> bool {
        matches!(self, Self::Windows | Self::WindowsRt | Self::HoloLens | Self::SurfaceHub | Self::CloudPc)
    }

    /// Whether it is a telephone with Windows.
    pub(super) fn is_windows_phone(self) -> bool {
        matches!(self, Self::WindowsPhone | Self::WindowsMobile)
    }
}

/// The kind of a device of which something is known. `deviceType` decides; without it the signals that the real
/// inventory has, the most telling first.
pub(super) fn infer(known: &Known<'_>, draw: Draw) -> Inferred {
    let certain = |kind| Inferred { kind, ambiguous_android: false };
    if let Some(device_type) = known.device_type {
        return certain(by_device_type(device_type, known));
    }
    if let Some(kind) = by_management(known) {
        return certain(kind);
    }
    let by_system = known.operating_system.map(|system| by_operating_system(system, known));
    match by_system.or_else(|| by_model(known)).or_else(|| by_enrollment(known)) {
        Some(Kind::AndroidAdministrator) => Inferred { kind: Kind::AndroidAdministrator, ambiguous_android: true },
        Some(kind) => certain(kind),
        None if known.os_version.is_some() => certain(by_version(known)),
        None => certain(*draw.pick(&[Kind::Windows, Kind::IPhone, Kind::Mac, Kind::AndroidWorkProfile])),
    }
}

/// The members of beta's `deviceType` (documented).
fn by_device_type(device_type: &str, known: &Known<'_>) -> Kind {
    match device_type.to_ascii_lowercase().as_str() {
        "iphone" => Kind::IPhone,
        "ipad" => Kind::IPad,
        "ipod" => Kind::IPod,
        "visionos" => Kind::VisionPro,
        "tvos" => Kind::AppleTv,
        "mac" | "macmdm" => Kind::Mac,
        "android" => Kind::AndroidAdministrator,
        "androidforwork" => Kind::AndroidWorkProfile,
        "androidenterprise" => Kind::AndroidEnterprise,
        "androidngms" => Kind::AndroidAosp,
        "windowsphone" | "nokia" => phone_by_version(known),
        "winmo6" => Kind::WindowsMobile,
        "windowsrt" => desktop_or_rt(known),
        "desktop" | "windows10x" => Kind::Windows,
        "hololens" => Kind::HoloLens,
        "surfacehub" => Kind::SurfaceHub,
        "cloudpc" => Kind::CloudPc,
        "linux" | "unix" => Kind::Linux,
        "chromeos" => Kind::ChromeOs,
        _ => Kind::Other,
    }
}

/// Observed: today's Windows also says `windowsRT` (powershell-intune-samples queries for it); only a version of
/// Windows 8 makes it the tablet.
fn desktop_or_rt(known: &Known<'_>) -> Kind {
    if known.major().is_some_and(|major| major < 10) { Kind::WindowsRt } else { Kind::Windows }
}

fn phone_by_version(known: &Known<'_>) -> Kind {
    if known.major().is_some_and(|major| major >= 10) { Kind::WindowsMobile } else { Kind::WindowsPhone }
}

fn by_management(known: &Known<'_>) -> Option<Kind> {
    let enrollment = known.enrollment.unwrap_or_default().to_ascii_lowercase();
    let agent = known.agent.unwrap_or_default();
    if agent.eq_ignore_ascii_case("intuneAosp") || enrollment.starts_with("androidaosp") {
        Some(Kind::AndroidAosp)
    } else if enrollment.starts_with("androidenterprise")
        || agent.eq_ignore_ascii_case("googleCloudDevicePolicyController")
    {
        Some(Kind::AndroidEnterprise)
    } else if known.managed_device_name.is_some_and(|name| name.contains("_AndroidForWork_")) {
        Some(Kind::AndroidWorkProfile)
    } else {
        None
    }
}

/// The spellings of Intune, and those of the directory (`AndroidForWork`, `IPhone`, `MacMDM`) that people mix up with them.
fn by_operating_system(system: &str, known: &Known<'_>) -> Kind {
    let system = system.to_ascii_lowercase();
    match system.as_str() {
        "ios" | "ipados" | "iphone" | "ipad" => match by_model(known) {
            Some(kind) if kind.is_apple_mobile() => kind,
            _ if system.starts_with("ipad") => Kind::IPad,
            _ => Kind::IPhone,
        },
        "macos" | "macmdm" | "mac" | "os x" | "mac os x" => Kind::Mac,
        "android" => Kind::AndroidAdministrator,
        "androidforwork" => Kind::AndroidWorkProfile,
        "androidenterprise" => Kind::AndroidEnterprise,
        "windows" => by_model(known).filter(|kind| kind.is_windows()).unwrap_or(Kind::Windows),
        "windows phone" | "windowsphone" => phone_by_version(known),
        "windows 10 mobile" | "windows mobile" => Kind::WindowsMobile,
        "visionos" => Kind::VisionPro,
        "tvos" => Kind::AppleTv,
        "chromeos" | "chrome os" => Kind::ChromeOs,
        "linux" | "ubuntu" => Kind::Linux,
        _ => Kind::Other,
    }
}

/// The words in a model or a name that give a device away; the more special word first.
fn by_model(known: &Known<'_>) -> Option<Kind> {
    const WORDS: [(&str, Kind); 11] = [
        ("ipad", Kind::IPad),
        ("ipod", Kind::IPod),
        ("iphone", Kind::IPhone),
        ("macbook", Kind::Mac),
        ("imac", Kind::Mac),
        ("mac mini", Kind::Mac),
        ("virtualmac", Kind::Mac),
        ("hololens", Kind::HoloLens),
        ("surface hub", Kind::SurfaceHub),
        ("cloud pc", Kind::CloudPc),
        ("lumia", Kind::WindowsPhone),
    ];
    let texts = [known.model, known.managed_device_name, known.device_name];
    let text = texts.into_iter().flatten().map(str::to_ascii_lowercase);
    let kind =
        text.into_iter().find_map(|text| WORDS.iter().find(|(word, _)| text.contains(word)).map(|(_, kind)| *kind))?;
    Some(if kind == Kind::WindowsPhone { phone_by_version(known) } else { kind })
}

fn by_enrollment(known: &Known<'_>) -> Option<Kind> {
    let enrollment = known.enrollment?.to_ascii_lowercase();
    if enrollment.starts_with("apple") {
        Some(Kind::IPhone)
    } else if enrollment.starts_with("windows") || enrollment.starts_with("azuread") {
        Some(Kind::Windows)
    } else {
        None
    }
}

/// A version alone: four numbers are Windows, a build in brackets is a Mac, the rest could be anything.
fn by_version(known: &Known<'_>) -> Kind {
    let version = known.os_version.unwrap_or_default();
    if version.starts_with("10.0.") {
        Kind::Windows
    } else if version.contains('(') {
        Kind::Mac
    } else {
        Kind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::{Inferred, Kind, infer};
    use crate::fleet::known::{Known, NOTHING};
    use crate::random::Draw;

    fn kind(known: &Known<'_>) -> Kind {
        infer(known, Draw::from_seed(1)).kind
    }

    #[test]
    fn the_device_type_decides_whatever_the_rest_says() {
        let known = Known { device_type: Some("androidForWork"), operating_system: Some("iOS"), ..NOTHING };
        assert_eq!(kind(&known), Kind::AndroidWorkProfile);
    }

    #[test]
    fn android_alone_is_a_device_administrator_with_a_doubt() {
        let android = Known { operating_system: Some("Android"), ..NOTHING };
        let inferred = infer(&android, Draw::from_seed(1));
        assert_eq!(inferred, Inferred { kind: Kind::AndroidAdministrator, ambiguous_android: true });
        let work = Known { managed_device_name: Some("x_AndroidForWork_10/6/2024 11:27 PM"), ..android };
        assert_eq!(kind(&work), Kind::AndroidWorkProfile);
        let google = Known { agent: Some("googleCloudDevicePolicyController"), ..android };
        assert_eq!(kind(&google), Kind::AndroidEnterprise);
        assert_eq!(kind(&Known { agent: Some("intuneAosp"), ..android }), Kind::AndroidAosp);
    }

    #[test]
    fn an_ipad_that_says_ios_is_known_by_its_name() {
        let known = Known { operating_system: Some("iOS"), device_name: Some("iPad (3)"), ..NOTHING };
        assert_eq!(kind(&known), Kind::IPad);
        let known = Known { operating_system: Some("iOS"), model: Some("iPad Pro (12.9\")"), ..NOTHING };
        assert_eq!(kind(&known), Kind::IPad);
        assert_eq!(kind(&Known { operating_system: Some("iOS"), ..NOTHING }), Kind::IPhone);
    }

    #[test]
    fn creators_update_is_no_boundary_between_kinds_but_ten_is() {
        let phone = Known { device_type: Some("windowsPhone"), ..NOTHING };
        assert_eq!(kind(&Known { os_version: Some("8.10.14219.341"), ..phone }), Kind::WindowsPhone);
        assert_eq!(kind(&Known { os_version: Some("10.0.10586.107"), ..phone }), Kind::WindowsMobile);
        assert_eq!(kind(&Known { os_version: Some("10.0.15063.0"), ..phone }), Kind::WindowsMobile);
    }
}
