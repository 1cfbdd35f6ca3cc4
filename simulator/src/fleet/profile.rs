//! The fixed part of each kind of device: what all of them have in common.

use super::constant::Constant;
use super::kind::Kind;
use super::models::{self, Model};
use crate::device::record::{Symbol, Text};

/// What a device of one kind says of itself unless something else is known.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) device_type: Constant<Symbol>,
    /// `Windows`, `iOS` (iPads too), `macOS`, `Android` and `Linux` are observed; the others are assumed.
    pub(super) operating_system: Constant<Text>,
    /// The middle of `managedDeviceName`; `Windows` and `AndroidForWork` are observed, the others assumed.
    pub(super) type_name: &'static str,
    pub(super) versions: &'static [Constant<Text>],
    pub(super) agent: Constant<Symbol>,
    /// `"False"` is observed on an iPhone (wazuh#24498), `"Unknown"` on Windows, macOS and corporate Android
    /// (sdk-powershell#2832, graph2otel, azure-docs#52163); the others are assumed.
    pub(super) jail_broken: Constant<Text>,
    pub(super) chassis: Constant<Symbol>,
    pub(super) architecture: Constant<Symbol>,
    pub(super) sku_family: Constant<Text>,
    /// As the Windows function `GetProductInfo` numbers editions (documented).
    pub(super) sku_number: i32,
    pub(super) models: &'static [Model],
}

impl Kind {
    /// What all devices of this kind have in common.
    pub(super) fn profile(self) -> &'static Profile {
        match self {
            Self::IPhone => &IPHONE,
            Self::IPad => &IPAD,
            Self::IPod => &IPOD,
            Self::VisionPro => &VISION_PRO,
            Self::AppleTv => &APPLE_TV,
            Self::Mac => &MAC,
            Self::AndroidAdministrator => &ANDROID_ADMINISTRATOR,
            Self::AndroidWorkProfile => &ANDROID_WORK_PROFILE,
            Self::AndroidEnterprise => &ANDROID_ENTERPRISE,
            Self::AndroidAosp => &ANDROID_AOSP,
            Self::WindowsPhone => &WINDOWS_PHONE,
            Self::WindowsMobile => &WINDOWS_MOBILE,
            Self::Windows => &WINDOWS,
            Self::WindowsRt => &WINDOWS_RT,
            Self::HoloLens => &HOLOLENS,
            Self::SurfaceHub => &SURFACE_HUB,
            Self::CloudPc => &CLOUD_PC,
            Self::Linux => &LINUX,
            Self::ChromeOs => &CHROME_OS,
            Self::Other => &OTHER,
        }
    }
}

macro_rules! profile {
    ($name:ident: $device_type:literal, $system:literal, $type_name:literal, [$($version:literal),*], $agent:literal,
     $jail_broken:literal, $chassis:literal, $architecture:literal, $sku:literal / $number:literal, $models:ident) => {
        static $name: Profile = {
            static VERSIONS: [Constant<Text>; [$($version),*].len()] = [$(Constant::new($version)),*];
            Profile {
                device_type: Constant::new($device_type),
                operating_system: Constant::new($system),
                type_name: $type_name,
                versions: &VERSIONS,
                agent: Constant::new($agent),
                jail_broken: Constant::new($jail_broken),
                chassis: Constant::new($chassis),
                architecture: Constant::new($architecture),
                sku_family: Constant::new($sku),
                sku_number: $number,
                models: &models::$models,
            }
        };
    };
}

profile!(IPHONE: "iPhone", "iOS", "iPhone", ["17.6.1", "18.1.1", "18.3.2", "18.6", "26.0.1"],
    "mdm", "False", "phone", "arM64", "" / 0, IPHONES);
profile!(IPAD: "iPad", "iOS", "iPad", ["16.2", "17.6.1", "18.5", "26.0"],
    "mdm", "False", "tablet", "arM64", "" / 0, IPADS);
profile!(IPOD: "iPod", "iOS", "iPod", ["12.5.7", "15.8.3"],
    "mdm", "False", "mobileOther", "arM64", "" / 0, IPODS);
profile!(VISION_PRO: "visionOS", "visionOS", "VisionOS", ["2.4", "26.0"],
    "mdm", "Unknown", "mobileOther", "arM64", "" / 0, VISION_PROS);
profile!(APPLE_TV: "tvOS", "tvOS", "TvOS", ["17.6.1", "18.5"],
    "mdm", "Unknown", "mobileOther", "arM64", "" / 0, APPLE_TVS);
profile!(MAC: "macMDM", "macOS", "MacMDM", ["13.7.1 (22H221)", "14.4.1 (23E224)", "15.5 (24F74)"],
    "mdm", "Unknown", "laptop", "arM64", "" / 0, MACS);
profile!(ANDROID_ADMINISTRATOR: "android", "Android", "Android", ["8.1.0", "9", "10"],
    "mdm", "False", "phone", "unknown", "" / 0, ANDROIDS);
profile!(ANDROID_WORK_PROFILE: "androidForWork", "Android", "AndroidForWork", ["12", "13", "14", "15"],
    "mdm", "False", "phone", "unknown", "" / 0, ANDROIDS);
profile!(ANDROID_ENTERPRISE: "androidEnterprise", "Android", "AndroidEnterprise", ["10", "13", "14"],
    "googleCloudDevicePolicyController", "Unknown", "phone", "unknown", "" / 0, ANDROIDS);
profile!(ANDROID_AOSP: "androidnGMS", "Android", "AndroidAOSP", ["10", "12"],
    "intuneAosp", "Unknown", "mobileOther", "unknown", "" / 0, HEADSETS);
profile!(WINDOWS_PHONE: "windowsPhone", "Windows Phone", "WindowsPhone", ["8.10.14219.341", "8.10.15148.160"],
    "mdm", "Unknown", "phone", "arm", "" / 0, WINDOWS_PHONES);
profile!(WINDOWS_MOBILE: "windowsPhone", "Windows 10 Mobile", "WindowsPhone", ["10.0.14393.2007", "10.0.15063.1868", "10.0.15254.603"],
    "mdm", "Unknown", "phone", "arm", "" / 104, WINDOWS_MOBILES);
profile!(WINDOWS: "desktop", "Windows", "Windows", ["10.0.19045.4529", "10.0.22631.3737", "10.0.22631.4037", "10.0.26100.4349"],
    "mdm", "Unknown", "laptop", "x64", "Enterprise" / 4, PCS);
profile!(WINDOWS_RT: "windowsRT", "Windows", "WindowsRT", ["6.3.9600.17415"],
    "mdm", "Unknown", "tablet", "arm", "" / 97, RT_TABLETS);
profile!(HOLOLENS: "holoLens", "Windows", "Windows", ["10.0.20348.1540", "10.0.22621.1272"],
    "mdm", "Unknown", "mobileOther", "arM64", "Holographic" / 135, HOLOLENSES);
profile!(SURFACE_HUB: "surfaceHub", "Windows", "Windows", ["10.0.19045.4529", "10.0.22631.4037"],
    "mdm", "Unknown", "desktop", "x64", "Team" / 119, SURFACE_HUBS);
profile!(CLOUD_PC: "cloudPC", "Windows", "Windows", ["10.0.22631.4037", "10.0.26100.4349"],
    "mdm", "Unknown", "desktop", "x64", "Enterprise" / 4, CLOUD_PCS);
profile!(LINUX: "linux", "Linux", "Linux", ["22.04", "24.04"],
    "msSense", "Unknown", "unknown", "x64", "" / 0, LINUXES);
profile!(CHROME_OS: "chromeOS", "ChromeOS", "ChromeOS", ["126.0.6478.222", "138.0.7204.255"],
    "unknown", "Unknown", "laptop", "x64", "" / 0, CHROMEBOOKS);
profile!(OTHER: "unknown", "", "Unknown", [""],
    "mdm", "Unknown", "unknown", "unknown", "" / 0, UNNAMED);
