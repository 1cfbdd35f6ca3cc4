//! What a generated fleet is made of.
//!
//! The shares are those of an ordinary company and nobody's statistics: half of the devices run Windows, a quarter are
//! Apple's telephones and tablets, and a long tail keeps a client honest.

use super::draft::{Context, Draft, made_up};
use super::known::{Known, NOTHING};
use crate::random::Draw;

/// Device `number` of the fleet drawn from `draw`, whatever the size of the fleet.
pub(super) fn device(number: u64, context: &Context<'_>, draw: Draw) -> Draft {
    let draw = draw.at("generated").nth(number);
    // Five people to eight devices: many own one, some own two.
    let known = Known { person: Some(number * 5 / 8), ..*share(draw.at("share").below(1000)) };
    made_up(&known, context, draw)
}

fn share(mut ticket: u64) -> &'static Known<'static> {
    for (per_mille, known) in &MIX {
        if ticket < *per_mille {
            return known;
        }
        ticket -= per_mille;
    }
    &NOTHING
}

/// Shares in a thousand; Windows 450, iOS and iPadOS 280, Android 150, macOS 80, the rest 40.
static MIX: [(u64, Known<'static>); 29] = [
    // Windows.
    (250, Known { join: Some("azureADJoined"), owner: Some("company"), ..kind("desktop") }),
    (40, Known { join: Some("azureADJoined"), owner: Some("company"), ..kind("windowsRT") }),
    (80, Known { join: Some("hybridAzureADJoined"), owner: Some("company"), ..kind("desktop") }),
    (30, Known { agent: Some("configurationManagerClientMdm"), owner: Some("company"), ..kind("desktop") }),
    (40, Known { join: Some("azureADRegistered"), owner: Some("personal"), ..kind("desktop") }),
    (10, kind("cloudPC")),
    // iOS and iPadOS.
    (100, enrolled("iPhone", "appleBulkWithUser")),
    (85, enrolled("iPhone", "userEnrollment")),
    (15, enrolled("iPhone", "appleUserEnrollment")),
    (50, enrolled("iPad", "appleBulkWithUser")),
    (15, enrolled("iPad", "appleBulkWithoutUser")),
    (12, enrolled("iPad", "userEnrollment")),
    (3, enrolled("iPod", "appleBulkWithUser")),
    // Android.
    (75, kind("androidForWork")),
    (30, enrolled("androidEnterprise", "androidEnterpriseFullyManaged")),
    (15, enrolled("androidEnterprise", "androidEnterpriseDedicatedDevice")),
    (10, enrolled("androidEnterprise", "androidEnterpriseCorporateWorkProfile")),
    (4, enrolled("androidnGMS", "androidAOSPUserOwnedDeviceEnrollment")),
    (10, kind("android")),
    (6, Known { os_version: Some("6.0.1"), ..kind("android") }),
    // macOS.
    (60, enrolled("macMDM", "appleBulkWithUser")),
    (20, enrolled("macMDM", "userEnrollment")),
    // The rest.
    (14, kind("linux")),
    (10, Known { agent: Some("msSense"), os_version: Some("10.0.20348.2582"), ..kind("desktop") }),
    (5, Known { agent: Some("eas"), ..kind("iPhone") }),
    (4, kind("chromeOS")),
    (3, kind("windowsPhone")),
    (2, kind("holoLens")),
    (2, kind("surfaceHub")),
];

const fn kind(device_type: &'static str) -> Known<'static> {
    Known { device_type: Some(device_type), ..NOTHING }
}

const fn enrolled(device_type: &'static str, enrollment: &'static str) -> Known<'static> {
    Known { enrollment: Some(enrollment), ..kind(device_type) }
}

#[cfg(test)]
mod tests {
    use super::MIX;

    #[test]
    fn the_shares_are_a_whole() {
        assert_eq!(MIX.iter().map(|(per_mille, _)| per_mille).sum::<u64>(), 1000);
    }

    #[test]
    fn the_shares_are_the_documented_ones() {
        let share = |types: &[&str]| -> u64 {
            MIX.iter()
                .filter(|(_, known)| known.agent != Some("msSense") && known.agent != Some("eas"))
                .filter(|(_, known)| known.device_type.is_some_and(|device_type| types.contains(&device_type)))
                .map(|(per_mille, _)| per_mille)
                .sum()
        };
        assert_eq!(share(&["desktop", "windowsRT", "cloudPC"]), 450);
        assert_eq!(share(&["iPhone", "iPad", "iPod"]), 280);
        assert_eq!(share(&["android", "androidForWork", "androidEnterprise", "androidnGMS"]), 150);
        assert_eq!(share(&["macMDM"]), 80);
    }
}
