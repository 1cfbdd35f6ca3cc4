//! The fleet in numbers: `managedDeviceOverview`.

use std::ops::Deref;

use crate::device::ManagedDevice;
use crate::device::facts::Enrolment;
use crate::device::platform::Platform;

/// Every count of the overview, named as Graph names it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the count that Graph documents under the same name")]
pub struct Summary {
    pub enrolled: usize,
    pub mdm_enrolled: usize,
    pub dual_enrolled: usize,
    pub android: usize,
    pub android_dedicated: usize,
    pub android_device_admin: usize,
    pub android_fully_managed: usize,
    pub android_work_profile: usize,
    pub android_corporate_work_profile: usize,
    pub aosp_user_associated: usize,
    pub aosp_userless: usize,
    pub ios: usize,
    pub mac_os: usize,
    pub windows: usize,
    pub windows_mobile: usize,
    pub config_mgr: usize,
    pub linux: usize,
    pub chrome_os: usize,
    pub unknown: usize,
    pub exchange_allowed: usize,
    pub exchange_blocked: usize,
    pub exchange_quarantined: usize,
    pub exchange_unknown: usize,
    pub exchange_unavailable: usize,
}

/// Whether Configuration Manager manages `device` together with Intune: by its agent (documented members of
/// `managementAgentType`) or by the way it enrolled.
pub fn is_co_managed(device: &ManagedDevice) -> bool {
    let record = device.record();
    matches!(
        record.management_agent.as_deref(),
        Some("configurationManagerClientMdm" | "configurationManagerClientMdmEas")
    ) || record.device_enrollment_type.as_deref() == Some("windowsCoManagement")
}

impl Summary {
    /// Counts `devices`. That AOSP and the sub-kinds of Android are part of `androidCount`, and everything Apple but
    /// Macs part of `iosCount`, is assumed.
    pub fn of(devices: impl Iterator<Item = impl Deref<Target = ManagedDevice>>) -> Self {
        let mut counts = Self::default();
        for device in devices {
            counts.add(&device);
        }
        counts
    }

    fn add(&mut self, device: &ManagedDevice) {
        let record = device.record();
        let facts = device.facts();
        let agent = record.management_agent.as_deref().unwrap_or("unknown");
        let co_managed = is_co_managed(device);
        self.enrolled += 1;
        self.dual_enrolled += usize::from(co_managed);
        let by_config_mgr_alone = agent == "configurationManagerClient" && !co_managed;
        self.mdm_enrolled += usize::from(facts.enrolment != Enrolment::MonitoredOnly && !by_config_mgr_alone);
        self.config_mgr += usize::from(by_config_mgr_alone);

        *match facts.platform {
            Platform::Android => &mut self.android,
            Platform::Ios | Platform::IpadOs | Platform::VisionOs | Platform::TvOs => &mut self.ios,
            Platform::MacOs => &mut self.mac_os,
            Platform::Windows => &mut self.windows,
            Platform::WindowsPhone => &mut self.windows_mobile,
            Platform::Linux => &mut self.linux,
            Platform::ChromeOs => &mut self.chrome_os,
            Platform::Unknown => &mut self.unknown,
        } += 1;
        let kind = match facts.enrolment {
            Enrolment::DeviceAdministrator => Some(&mut self.android_device_admin),
            Enrolment::WorkProfile => Some(&mut self.android_work_profile),
            Enrolment::CorporateWorkProfile => Some(&mut self.android_corporate_work_profile),
            Enrolment::FullyManaged => Some(&mut self.android_fully_managed),
            Enrolment::Dedicated => Some(&mut self.android_dedicated),
            Enrolment::AospUserAssociated => Some(&mut self.aosp_user_associated),
            Enrolment::AospUserless => Some(&mut self.aosp_userless),
            Enrolment::Standard | Enrolment::AppleUserEnrollment | Enrolment::MonitoredOnly => None,
        };
        if let Some(kind) = kind {
            *kind += 1;
        }
        *match record.exchange_access_state.as_deref() {
            Some("allowed") => &mut self.exchange_allowed,
            Some("blocked") => &mut self.exchange_blocked,
            Some("quarantined") => &mut self.exchange_quarantined,
            Some("unknown") => &mut self.exchange_unknown,
            _ => &mut self.exchange_unavailable,
        } += 1;
    }
}
