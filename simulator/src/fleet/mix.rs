//! What a generated fleet is made of.
//!
//! The shares are those of an ordinary company and nobody's statistics: half of the devices run Windows, a quarter are
//! Apple's telephones and tablets, and a long tail keeps a client honest. A file can say others: see `fleet::mix::file`.

mod file;

pub use self::file::MixError;

use super::draft::{Context, Draft, made_up};
use super::known::{Known, NOTHING};
use super::people::People;
use super::sketch;
use crate::device::physical::{Physical, ScriptedOutcome, UnlockToken};
use crate::device::record::Record;
use crate::inventory::Sketch;
use crate::random::Draw;

/// One kind of device of which a fleet can have a share.
#[derive(Debug)]
pub(super) struct Row {
    /// What a mix file calls it.
    pub(super) name: &'static str,
    /// What a mix file calls it together with its like.
    pub(super) family: &'static str,
    /// Its share in a thousand where no file says otherwise, and within its family.
    per_mille: u64,
    known: Known<'static>,
}

/// Of which kinds a generated fleet is, and what is true of the devices that no client sees.
#[derive(Debug, Clone, PartialEq)]
pub struct Mix {
    shares: Vec<Share>,
    hidden: Hidden,
}

/// Some rows, and how much of a fleet they are together.
#[derive(Debug, Clone)]
struct Share {
    weight: u64,
    rows: Vec<&'static Row>,
}

/// Shares of devices on which something is not as it should be, in [`WHOLE`]ths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Hidden {
    offline: u64,
    silent: u64,
    no_passcode: u64,
    no_passcode_policy: u64,
    no_reset_token: u64,
    unlock_token_wrong: u64,
    unlock_token_missing: u64,
}

/// A hundred per cent, to the thousandth.
const WHOLE: u64 = 100_000;

impl Default for Mix {
    fn default() -> Self {
        let shares = ROWS.iter().map(|row| Share { weight: row.per_mille, rows: vec![row] });
        Self { shares: shares.collect(), hidden: Hidden::default() }
    }
}

impl PartialEq for Share {
    fn eq(&self, other: &Self) -> bool {
        self.weight == other.weight && self.rows.iter().map(|row| row.name).eq(other.rows.iter().map(|row| row.name))
    }
}

impl Mix {
    /// Device `number` of the fleet drawn from `draw`, whatever the size of the fleet. The mix without a file gives the
    /// devices of [`super::generated`].
    pub fn device(&self, number: u32, context: &Context<'_>, draw: Draw) -> Draft {
        let draw = draw.at("generated").nth(number.into());
        let mut draft = one_of(self.row(draw.at("share")), number.into(), context, draw);
        if self.hidden != Hidden::default() {
            draft.physical = self.hidden.physical(&draft.record, draw.at("physical"));
        }
        draft
    }

    fn row(&self, draw: Draw) -> &'static Row {
        let total = self.shares.iter().map(|share| share.weight).sum();
        let share = pick(&self.shares, |share| share.weight, draw.below(total));
        let total = share.rows.iter().map(|row| row.per_mille).sum();
        let row: &&'static Row = pick(&share.rows, |row| row.per_mille, draw.at("family").below(total));
        row
    }
}

impl Hidden {
    fn physical(&self, record: &Record, draw: Draw) -> Physical {
        let mut physical = Physical::default();
        let is = |share: u64, name: &str| draw.at(name).below(WHOLE) < share;
        physical.online = !is(self.offline, "offline");
        physical.passcode.set = !is(self.no_passcode, "no passcode");
        physical.passcode.required = !is(self.no_passcode_policy, "no policy");
        if is(self.silent, "silent") {
            physical.outcome = ScriptedOutcome::Never;
        }
        match record.device_type.as_deref().unwrap_or_default() {
            "androidForWork" => physical.reset_token_active = !is(self.no_reset_token, "no reset token"),
            "iPhone" | "iPad" | "iPod" => {
                let ticket = draw.at("unlock token").below(WHOLE);
                if ticket < self.unlock_token_wrong {
                    physical.unlock_token = UnlockToken::Wrong;
                } else if ticket < self.unlock_token_wrong + self.unlock_token_missing {
                    physical.unlock_token = UnlockToken::Missing;
                }
            }
            _ => {}
        }
        physical
    }
}

/// Device `number` of the fleet drawn from `draw`, of the usual mix.
pub(super) fn device(number: u64, context: &Context<'_>, draw: Draw) -> Draft {
    let draw = draw.at("generated").nth(number);
    one_of(usual(draw), number, context, draw)
}

/// What that device is sorted and found by.
pub(super) fn sketch(number: u64, people: &People, draw: Draw) -> Sketch {
    let draw = draw.at("generated").nth(number);
    sketch::sketch(&Known { person: Some(owner(number)), ..usual(draw).known }, people, draw)
}

/// Of which kind it is.
fn usual(draw: Draw) -> &'static Row {
    pick(&ROWS, |row| row.per_mille, draw.at("share").below(1000))
}

/// Who owns it. Five people to eight devices: many own one, some own two.
fn owner(number: u64) -> u64 {
    number * 5 / 8
}

/// A device of that kind.
fn one_of(row: &Row, number: u64, context: &Context<'_>, draw: Draw) -> Draft {
    made_up(&Known { person: Some(owner(number)), ..row.known }, context, draw)
}

/// The item on which a ticket below the sum of all weights falls.
fn pick<T>(items: &[T], weight: impl Fn(&T) -> u64, mut ticket: u64) -> &T {
    for item in items {
        if ticket < weight(item) {
            return item;
        }
        ticket -= weight(item);
    }
    unreachable!("the ticket is below the sum of the weights")
}

/// Shares in a thousand; Windows 450, iOS and iPadOS 280, Android 150, macOS 80, the rest 40.
pub(super) static ROWS: [Row; 29] = [
    // Windows.
    row(
        "windows-joined",
        "windows",
        250,
        &Known { join: Some("azureADJoined"), owner: Some("company"), ..kind("desktop") },
    ),
    row(
        "windows-rt",
        "windows",
        40,
        &Known { join: Some("azureADJoined"), owner: Some("company"), ..kind("windowsRT") },
    ),
    row(
        "windows-hybrid",
        "windows",
        80,
        &Known { join: Some("hybridAzureADJoined"), owner: Some("company"), ..kind("desktop") },
    ),
    row(
        "windows-co-managed",
        "windows",
        30,
        &Known { agent: Some("configurationManagerClientMdm"), owner: Some("company"), ..kind("desktop") },
    ),
    row(
        "windows-personal",
        "windows",
        40,
        &Known { join: Some("azureADRegistered"), owner: Some("personal"), ..kind("desktop") },
    ),
    row("cloud-pc", "windows", 10, &kind("cloudPC")),
    // iOS and iPadOS.
    row("iphone-company", "iphone", 100, &enrolled("iPhone", "appleBulkWithUser")),
    row("iphone-personal", "iphone", 85, &enrolled("iPhone", "userEnrollment")),
    row("iphone-user-enrollment", "iphone", 15, &enrolled("iPhone", "appleUserEnrollment")),
    row("ipad-company", "ipad", 50, &enrolled("iPad", "appleBulkWithUser")),
    row("ipad-userless", "ipad", 15, &enrolled("iPad", "appleBulkWithoutUser")),
    row("ipad-personal", "ipad", 12, &enrolled("iPad", "userEnrollment")),
    row("ipod", "ipod", 3, &enrolled("iPod", "appleBulkWithUser")),
    // Android.
    row("android-work-profile", "android", 75, &kind("androidForWork")),
    row("android-fully-managed", "android", 30, &enrolled("androidEnterprise", "androidEnterpriseFullyManaged")),
    row("android-dedicated", "android", 15, &enrolled("androidEnterprise", "androidEnterpriseDedicatedDevice")),
    row(
        "android-corporate-work-profile",
        "android",
        10,
        &enrolled("androidEnterprise", "androidEnterpriseCorporateWorkProfile"),
    ),
    row("android-aosp", "android", 4, &enrolled("androidnGMS", "androidAOSPUserOwnedDeviceEnrollment")),
    row("android-device-administrator", "android", 10, &kind("android")),
    row("android-6", "android", 6, &Known { os_version: Some("6.0.1"), ..kind("android") }),
    // macOS.
    row("mac-company", "mac", 60, &enrolled("macMDM", "appleBulkWithUser")),
    row("mac-personal", "mac", 20, &enrolled("macMDM", "userEnrollment")),
    // The rest.
    row("linux", "linux", 14, &kind("linux")),
    row(
        "windows-defender",
        "windows",
        10,
        &Known { agent: Some("msSense"), os_version: Some("10.0.20348.2582"), ..kind("desktop") },
    ),
    row("iphone-exchange", "iphone", 5, &Known { agent: Some("eas"), ..kind("iPhone") }),
    row("chromeos", "chromeos", 4, &kind("chromeOS")),
    row("windows-phone", "windows-phone", 3, &kind("windowsPhone")),
    row("hololens", "windows", 2, &kind("holoLens")),
    row("surface-hub", "windows", 2, &kind("surfaceHub")),
];

const fn row(name: &'static str, family: &'static str, per_mille: u64, known: &Known<'static>) -> Row {
    Row { name, family, per_mille, known: *known }
}

const fn kind(device_type: &'static str) -> Known<'static> {
    Known { device_type: Some(device_type), ..NOTHING }
}

const fn enrolled(device_type: &'static str, enrollment: &'static str) -> Known<'static> {
    Known { enrollment: Some(enrollment), ..kind(device_type) }
}

#[cfg(test)]
mod tests {
    use super::ROWS;

    #[test]
    fn the_shares_are_a_whole() {
        assert_eq!(ROWS.iter().map(|row| row.per_mille).sum::<u64>(), 1000);
    }

    #[test]
    fn the_shares_are_the_documented_ones() {
        let share = |types: &[&str]| -> u64 {
            ROWS.iter()
                .filter(|row| row.known.agent != Some("msSense") && row.known.agent != Some("eas"))
                .filter(|row| row.known.device_type.is_some_and(|device_type| types.contains(&device_type)))
                .map(|row| row.per_mille)
                .sum()
        };
        assert_eq!(share(&["desktop", "windowsRT", "cloudPC"]), 450);
        assert_eq!(share(&["iPhone", "iPad", "iPod"]), 280);
        assert_eq!(share(&["android", "androidForWork", "androidEnterprise", "androidnGMS"]), 150);
        assert_eq!(share(&["macMDM"]), 80);
    }
}
