//! The apps that Intune found on devices. Names and publishers are invented and say so.
//!
//! A row of Graph's catalogue is one release of one app on one platform (observed: graph2otel, a page read in July
//! 2026), and so it is here: [`App`] is three small numbers, and which devices have it is drawn, never stored.

use std::ops::Deref;

use crate::device::ManagedDevice;
use crate::device::facts::{Enrolment, Ownership};
use crate::device::platform::Platform;
use crate::random::Draw;

/// The platforms of `detectedAppPlatformType` that devices here come from (documented).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppPlatform {
    /// Windows on anything but a telephone.
    Windows,
    /// Windows Phone and Windows 10 Mobile.
    WindowsMobile,
    /// iOS and its descendants (iPads and other Apple mobiles are assumed to count as such).
    Ios,
    /// macOS.
    MacOs,
    /// Android without Google's services.
    AndroidOsp,
    /// Android device administrator.
    AndroidDeviceAdministrator,
    /// A work profile, on a personal or a corporate device (assumed for the latter).
    AndroidWorkProfile,
    /// Fully managed and dedicated.
    AndroidDedicatedAndFullyManaged,
}

use AppPlatform::{
    AndroidDedicatedAndFullyManaged, AndroidDeviceAdministrator, AndroidOsp, AndroidWorkProfile, Ios, MacOs, Windows,
    WindowsMobile,
};

const ANDROID: &[AppPlatform] = &[AndroidDeviceAdministrator, AndroidWorkProfile, AndroidDedicatedAndFullyManaged];

impl AppPlatform {
    const ALL: [Self; 8] = [
        Windows,
        WindowsMobile,
        Ios,
        MacOs,
        AndroidOsp,
        AndroidDeviceAdministrator,
        AndroidWorkProfile,
        AndroidDedicatedAndFullyManaged,
    ];

    /// As Graph spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Windows => "windows",
            WindowsMobile => "windowsMobile",
            Ios => "ios",
            MacOs => "macOS",
            AndroidOsp => "androidOSP",
            AndroidDeviceAdministrator => "androidDeviceAdministrator",
            AndroidWorkProfile => "androidWorkProfile",
            AndroidDedicatedAndFullyManaged => "androidDedicatedAndFullyManaged",
        }
    }

    /// Where a device's apps are found; nothing is found on what is only monitored, nor on Linux and ChromeOS (assumed).
    fn of(device: &ManagedDevice) -> Option<Self> {
        let facts = device.facts();
        Some(match (facts.platform, facts.enrolment) {
            (_, Enrolment::MonitoredOnly) | (Platform::Linux | Platform::ChromeOs | Platform::Unknown, _) => {
                return None;
            }
            (Platform::Windows, _) => Windows,
            (Platform::WindowsPhone, _) => WindowsMobile,
            (Platform::Ios | Platform::IpadOs | Platform::VisionOs | Platform::TvOs, _) => Ios,
            (Platform::MacOs, _) => MacOs,
            (Platform::Android, Enrolment::AospUserAssociated | Enrolment::AospUserless) => AndroidOsp,
            (Platform::Android, Enrolment::WorkProfile | Enrolment::CorporateWorkProfile) => AndroidWorkProfile,
            (Platform::Android, Enrolment::Dedicated | Enrolment::FullyManaged) => AndroidDedicatedAndFullyManaged,
            (Platform::Android, _) => AndroidDeviceAdministrator,
        })
    }
}

/// One app, in all its releases.
struct Title {
    name: &'static str,
    platforms: &'static [&'static [AppPlatform]],
    /// How many devices in a thousand have it.
    share: u64,
    /// Whether it is seen on personal devices too, of which Intune lists managed apps alone (documented).
    managed: bool,
}

/// Every app, by name as the service lists them (observed: graph2otel); a name may begin with a quotation mark
/// (observed there too).
static TITLES: &[Title] = &[
    Title { name: "\"Sim Slice\"", platforms: &[&[Ios], ANDROID], share: 90, managed: false },
    Title { name: "Sim Archive", platforms: &[&[Windows]], share: 620, managed: false },
    Title { name: "Sim Authenticator", platforms: &[&[Ios, WindowsMobile], ANDROID], share: 900, managed: true },
    Title { name: "Sim Backup Agent", platforms: &[&[Windows, MacOs]], share: 310, managed: false },
    Title { name: "Sim Browser", platforms: &[&[Windows, MacOs, Ios], ANDROID], share: 830, managed: true },
    Title { name: "Sim Camera Scanner", platforms: &[&[AndroidOsp], ANDROID], share: 350, managed: false },
    Title { name: "Sim Device Agent", platforms: &[&[Windows, MacOs, AndroidOsp]], share: 970, managed: true },
    Title { name: "Sim Diagram", platforms: &[&[Windows, MacOs]], share: 120, managed: false },
    Title { name: "Sim Expenses", platforms: &[&[Ios], ANDROID], share: 210, managed: true },
    Title {
        name: "Sim Field Forms",
        platforms: &[&[Ios, WindowsMobile, AndroidOsp], ANDROID],
        share: 260,
        managed: true,
    },
    Title {
        name: "Sim Kiosk Home",
        platforms: &[&[AndroidDedicatedAndFullyManaged, AndroidOsp]],
        share: 540,
        managed: true,
    },
    Title { name: "Sim Mail", platforms: &[&[Windows, MacOs, Ios, WindowsMobile], ANDROID], share: 880, managed: true },
    Title { name: "Sim Meetings", platforms: &[&[Windows, MacOs, Ios], ANDROID], share: 760, managed: true },
    Title {
        name: "Sim Notes",
        platforms: &[&[Windows, MacOs, Ios, WindowsMobile], ANDROID],
        share: 430,
        managed: false,
    },
    Title { name: "Sim Office Suite", platforms: &[&[Windows, MacOs]], share: 920, managed: true },
    Title { name: "Sim PDF Reader", platforms: &[&[Windows, Ios], ANDROID], share: 510, managed: false },
    Title { name: "Sim Print Driver", platforms: &[&[Windows]], share: 380, managed: false },
    Title { name: "Sim Runtime (x64)", platforms: &[&[Windows]], share: 700, managed: false },
    Title { name: "Sim Shell", platforms: &[&[Windows, MacOs]], share: 240, managed: false },
    Title { name: "Sim Timesheet é", platforms: &[&[Ios, Windows], ANDROID], share: 60, managed: false },
    Title { name: "Sim Update Helper", platforms: &[&[MacOs]], share: 640, managed: false },
    Title { name: "Sim VPN", platforms: &[&[Windows, MacOs, Ios], ANDROID], share: 720, managed: true },
];

/// Releases of each app that are about.
const RELEASES: u8 = 3;

/// One release of one app on one platform: a row of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct App {
    title: u8,
    platform: AppPlatform,
    release: u8,
}

impl App {
    /// How many rows there can be: the bound of [`App::number`].
    pub const COUNT: usize = TITLES.len() * AppPlatform::ALL.len() * RELEASES as usize;

    /// The row's number, in the order of the catalogue.
    pub fn number(self) -> usize {
        (usize::from(self.title) * AppPlatform::ALL.len() + self.platform as usize) * usize::from(RELEASES)
            + usize::from(self.release)
    }

    /// Every row that there can be, in the service's order: by name.
    pub fn all() -> impl Iterator<Item = Self> {
        let titles = (0_u8..).zip(TITLES).map(|(number, _)| number);
        titles.flat_map(|title| {
            AppPlatform::ALL
                .into_iter()
                .flat_map(move |platform| (0..RELEASES).map(move |release| Self { title, platform, release }))
        })
    }

    fn title(self) -> &'static Title {
        &TITLES[usize::from(self.title)]
    }

    /// The name.
    pub fn name(self) -> &'static str {
        self.title().name
    }

    /// Where it runs.
    pub fn platform(self) -> AppPlatform {
        self.platform
    }

    /// 64 hexadecimal digits, as the service's ids are (observed: contrib#3193, graph2otel).
    pub fn id(self, draw: Draw) -> String {
        let [a, b, c, d] = [1, 2, 3, 4].map(|part| self.draw(draw).nth(part).bits());
        format!("{a:016x}{b:016x}{c:016x}{d:016x}")
    }

    /// The version: on iOS the build with the marketing version in parentheses, elsewhere the version alone (observed:
    /// graph2otel).
    pub fn version(self, draw: Draw) -> String {
        let draw = self.draw(draw).at("version");
        let (major, minor) = (1 + draw.nth(1).below(20), draw.nth(2).below(10));
        let release = self.release;
        match self.platform {
            Ios => format!("{} ({major}.{minor}.{release})", 100 + draw.nth(3).below(900)),
            Windows | WindowsMobile => format!("{major}.{minor}.{release}.{}", draw.nth(3).below(10_000)),
            _ => format!("{major}.{minor}.{release}"),
        }
    }

    /// Empty but on Windows (observed: empty on iOS and macOS, graph2otel; for the others assumed).
    pub fn publisher(self) -> &'static str {
        if self.platform == Windows { "Simtune Samples" } else { "" }
    }

    /// 0 but on Windows (observed on iOS and macOS, graph2otel; for the others assumed).
    pub fn size_in_byte(self, draw: Draw) -> i64 {
        match self.platform {
            Windows => i64::try_from(1_000_000 + self.draw(draw).at("size").below(900_000_000)).expect("below 2⁶³"),
            _ => 0,
        }
    }

    fn draw(self, draw: Draw) -> Draw {
        draw.at("app").nth(self.number() as u64)
    }
}

/// What Intune found on `device`, in the order of the catalogue.
pub fn installed(device: &ManagedDevice, draw: Draw) -> impl Iterator<Item = App> {
    let platform = AppPlatform::of(device);
    let personal = device.facts().ownership == Ownership::Personal;
    let draw = draw.at("installed").at(device.record().id.as_str());
    platform.into_iter().flat_map(move |platform| {
        (0_u8..).zip(TITLES).filter_map(move |(number, title)| {
            let chance = draw.nth(u64::from(number));
            let has = title.platforms.iter().any(|platforms| platforms.contains(&platform))
                && (title.managed || !personal)
                && chance.chance(title.share);
            has.then(|| {
                // The newest release is on most devices.
                let release = match chance.nth(1).below(10) {
                    0 => 0,
                    1..=3 => 1,
                    _ => RELEASES - 1,
                };
                App { title: number, platform, release }
            })
        })
    })
}

/// How many of `devices` have each app, by [`App::number`].
pub fn counts(devices: impl Iterator<Item = impl Deref<Target = ManagedDevice>>, draw: Draw) -> Vec<usize> {
    let mut counts = vec![0; App::COUNT];
    for device in devices {
        for app in installed(&device, draw) {
            counts[app.number()] += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::{App, TITLES};
    use crate::random::Draw;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_are_the_order_and_ids_are_unlike() {
        let draw = Draw::from_seed(1);
        assert!(App::all().map(App::number).eq(0..App::COUNT));
        let ids: BTreeSet<String> = App::all().map(|app| app.id(draw)).collect();
        assert_eq!(ids.len(), App::COUNT);
        assert!(ids.iter().all(|id| id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit())));
    }

    #[test]
    fn no_name_is_a_products() {
        assert!(TITLES.iter().all(|title| title.name.trim_matches('"').starts_with("Sim ")));
        assert!(TITLES.is_sorted_by_key(|title| title.name));
    }
}
