//! The compliance and configuration policies that apply to a device, and how it stands with each.
//!
//! Their number and names are invented. What must hold is documented: a device's compliance follows from its policies.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::device::ManagedDevice;
use crate::device::facts::Enrolment;
use crate::device::platform::Platform;
use crate::random::Draw;

/// How a device stands with one policy: `deviceCompliancePolicyState` and `deviceConfigurationState`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyState {
    /// The policy's id, the same on every device.
    pub id: Uuid,
    /// The policy's name.
    pub name: &'static str,
    /// A member of `policyPlatformType`.
    pub platform: &'static str,
    /// A member of `complianceStatus`.
    pub state: &'static str,
    /// The policy's version.
    pub version: i64,
    /// What it asks for.
    pub settings: Vec<SettingState>,
}

/// How a device stands with one setting of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingState {
    /// Its name with the policy's type before it, such as `IosCompliancePolicy.PasscodeRequired` (shape observed:
    /// docs#6206, IPS#81).
    pub setting: String,
    /// A member of `complianceStatus`.
    pub state: &'static str,
}

impl SettingState {
    /// Whether it keeps the device from being compliant.
    pub fn is_to_blame(&self) -> bool {
        matches!(self.state, "nonCompliant" | "error" | "conflict")
    }

    /// It as Graph spells it, for `device`. Names: `@microsoft/microsoft-graph-types` (documented); that `settingName` is
    /// null was observed (docs#7862), the other empty members are assumed.
    pub fn json(&self, device: &ManagedDevice) -> Json {
        let record = device.record();
        json!({
            "setting": self.setting,
            "settingName": null,
            "instanceDisplayName": null,
            "state": self.state,
            "errorCode": 0,
            "errorDescription": null,
            "userId": record.user_id.as_str(),
            "userName": record.user_display_name.as_str(),
            "userEmail": record.email_address.as_str(),
            "userPrincipalName": record.user_principal_name.as_str(),
            "currentValue": null,
            "sources": [],
        })
    }
}

/// A policy as its administrator wrote it.
struct Policy {
    name: &'static str,
    settings: &'static [&'static str],
}

/// What every tenant has (observed: IPS#81 for the name of its settings).
const DEFAULT: Policy = Policy {
    name: "Default Device Compliance Policy",
    settings: &["RequireDeviceCompliancePolicyAssigned", "RequireRemainContact", "RequireUserExistence"],
};

const COMPLIANCE: Policy = Policy {
    name: "Baseline compliance",
    settings: &["PasscodeRequired", "StorageRequireEncryption", "OsMinimumVersion"],
};

const CONFIGURATION: [Policy; 2] = [
    Policy { name: "Passcode", settings: &["PasscodeRequired", "PasscodeMinimumLength"] },
    Policy { name: "Restrictions", settings: &["CameraBlocked", "ScreenCaptureBlocked"] },
];

/// The compliance policies of `device`, as far as it has any.
pub fn compliance(device: &ManagedDevice, draw: Draw) -> Vec<PolicyState> {
    let Some(platform) = PolicyPlatform::of(device) else { return Vec::new() };
    let state = match device.record().compliance_state.as_deref().unwrap_or("unknown") {
        "compliant" => "compliant",
        // `complianceStatus` has no member for it; the policy is not met (assumed).
        "noncompliant" | "inGracePeriod" => "nonCompliant",
        // Configuration Manager looks after it, so Intune's policy does not apply (assumed).
        "configManager" => "notApplicable",
        "conflict" => "conflict",
        "error" => "error",
        _ => "unknown",
    };
    let draw = draw.at("compliance");
    let inner = platform.policy_type("CompliancePolicy");
    // The default policy is about the device being known at all, so it is met by whoever reports (assumed).
    let outer_state = if state == "unknown" { "unknown" } else { "compliant" };
    vec![
        made(&DEFAULT, "DefaultDeviceCompliancePolicy", "all", outer_state, draw),
        made(&COMPLIANCE, &inner, platform.name, state, draw.at(platform.name)),
    ]
}

/// The configuration profiles of `device`.
pub fn configuration(device: &ManagedDevice, draw: Draw) -> Vec<PolicyState> {
    let Some(platform) = PolicyPlatform::of(device) else { return Vec::new() };
    let draw = draw.at("configuration").at(platform.name);
    let inner = platform.policy_type("GeneralConfiguration");
    CONFIGURATION
        .iter()
        .map(|policy| {
            let applied = draw.at(policy.name).at(device.record().id.as_str());
            let state = match applied.below(20) {
                0 => "error",
                1 => "conflict",
                2 => "notApplicable",
                _ => "compliant",
            };
            made(policy, &inner, platform.name, state, draw)
        })
        .collect()
}

/// A policy in a state: one setting is to blame for it, the others are met.
fn made(policy: &Policy, policy_type: &str, platform: &'static str, state: &'static str, draw: Draw) -> PolicyState {
    let draw = draw.at(policy.name);
    let to_blame = draw.at("to blame").pick(policy.settings);
    let settings = policy.settings.iter().map(|setting| SettingState {
        setting: format!("{policy_type}.{setting}"),
        state: match state {
            "nonCompliant" | "error" | "conflict" if setting != to_blame => "compliant",
            state => state,
        },
    });
    PolicyState {
        id: draw.guid(),
        name: policy.name,
        platform,
        state,
        version: 1 + i64::try_from(draw.at("version").below(9)).expect("below 9"),
        settings: settings.collect(),
    }
}

/// A platform as policies name it.
struct PolicyPlatform {
    /// A member of `policyPlatformType` that both API versions have.
    name: &'static str,
    /// How the types of its policies begin.
    prefix: &'static str,
}

impl PolicyPlatform {
    fn of(device: &ManagedDevice) -> Option<Self> {
        let facts = device.facts();
        let (name, prefix) = match (facts.platform, facts.enrolment) {
            (_, Enrolment::MonitoredOnly) | (Platform::Linux | Platform::ChromeOs | Platform::Unknown, _) => {
                return None;
            }
            (Platform::Ios | Platform::IpadOs | Platform::VisionOs | Platform::TvOs, _) => ("iOS", "Ios"),
            (Platform::MacOs, _) => ("macOS", "MacOS"),
            (Platform::Windows, _) => ("windows10AndLater", "Windows10"),
            (Platform::WindowsPhone, _) => ("windowsPhone81", "WindowsPhone81"),
            (Platform::Android, Enrolment::DeviceAdministrator) => ("android", "Android"),
            (Platform::Android, _) => ("androidForWork", "AndroidWorkProfile"),
        };
        Some(Self { name, prefix })
    }

    fn policy_type(&self, kind: &str) -> String {
        format!("{}{kind}", self.prefix)
    }
}
