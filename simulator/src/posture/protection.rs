//! What a Windows device's antivirus reported: `windowsProtectionState`.

use chrono::{DateTime, TimeDelta, Utc};

use crate::device::ManagedDevice;
use crate::device::facts::Enrolment;
use crate::device::platform::Platform;
use crate::device::record::never;
use crate::random::Draw;

/// The report of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectionState {
    /// Version of the program.
    pub anti_malware_version: String,
    /// Version of its engine.
    pub engine_version: String,
    /// Version of what it looks for.
    pub signature_version: String,
    /// Whether those are old.
    pub signature_update_overdue: bool,
    /// When the last one was.
    pub last_quick_scan: DateTime<Utc>,
    /// When the last full scan was; year 1 when there was none.
    pub last_full_scan: DateTime<Utc>,
    /// Whether it must be restarted.
    pub reboot_required: bool,
    /// Whether it is a virtual machine.
    pub is_virtual_machine: bool,
}

impl ProtectionState {
    /// A member of `windowsDeviceHealthState`.
    pub fn device_state(&self) -> &'static str {
        if self.reboot_required { "rebootPending" } else { "clean" }
    }

    /// A member of `windowsDefenderProductStatus`.
    pub fn product_status(&self) -> &'static str {
        if self.signature_update_overdue { "avSignaturesOutOfDate" } else { "noStatus" }
    }
}

/// What `device` reported when it last checked in, at `reported`. Only Windows has it, and not every device has reported
/// (observed: graph2otel); that one in eight has not is a choice.
pub fn protection(device: &ManagedDevice, reported: DateTime<Utc>, draw: Draw) -> Option<ProtectionState> {
    let facts = device.facts();
    let draw = draw.at("protection").at(device.record().id.as_str());
    let has_it = facts.platform == Platform::Windows && facts.enrolment != Enrolment::MonitoredOnly;
    if !has_it || reported <= never() || draw.below(8) == 0 {
        return None;
    }
    let ago = |name: &str, hours: u64| {
        reported - TimeDelta::minutes(i64::try_from(draw.at(name).below(hours * 60)).expect("a few weeks of minutes"))
    };
    let build = draw.at("signatures").below(2_000);
    let scanned_in_full = draw.at("full scan ever").below(3) > 0;
    Some(ProtectionState {
        anti_malware_version: format!("4.18.0.{}", draw.at("program").below(10)),
        engine_version: format!("1.1.0.{}", draw.at("engine").below(10)),
        signature_version: format!("1.0.{build}.0"),
        signature_update_overdue: draw.at("old signatures").below(10) == 0,
        last_quick_scan: ago("quick scan", 48),
        last_full_scan: if scanned_in_full { ago("full scan", 24 * 21) } else { never() },
        reboot_required: draw.at("restart").below(20) == 0,
        is_virtual_machine: device.record().model.as_str() == "Virtual Machine",
    })
}
