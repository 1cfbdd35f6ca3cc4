//! Which devices each action but the passcode reset is for: `fixtures/support-matrix/remote-actions.toml`, parsed when
//! the first such action is asked for.

mod load;
mod text;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use load::LoadError;
pub use text::{page, table};

use crate::device::ManagedDevice;
use crate::device::facts::{Enrolment, JoinState, Ownership};
use crate::device::platform::{Named, Platform};
use crate::support::Origin;

/// The file as it is carried in the program.
const EMBEDDED: &str = include_str!("../../fixtures/support-matrix/remote-actions.toml");

static MATRIX: LazyLock<Matrix> =
    LazyLock::new(|| Matrix::parse("remote-actions.toml", EMBEDDED).expect("the embedded matrix is parsed by a test"));

/// What devices of one kind have in common for an action: a column of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Windows on a PC: desktop, RT, Server, Cloud PC.
    Windows,
    /// Surface Hub.
    SurfaceHub,
    /// `HoloLens`.
    Holographic,
    /// Windows Phone and Windows 10 Mobile.
    WindowsPhone,
    /// iPhone and iPod.
    Ios,
    /// iPad.
    IpadOs,
    /// Apple TV.
    TvOs,
    /// Apple Vision.
    VisionOs,
    /// Mac.
    MacOs,
    /// Android device administrator.
    DeviceAdministrator,
    /// Android, personally owned with a work profile.
    WorkProfile,
    /// Android, corporate-owned with a work profile.
    CorporateWorkProfile,
    /// Android, fully managed.
    FullyManaged,
    /// Android, dedicated.
    Dedicated,
    /// Android Open Source Project.
    Aosp,
    /// ChromeOS.
    ChromeOs,
    /// Linux.
    Linux,
}

impl Named for Column {
    const WHAT: &'static str = "kind of device";
    const ALL: &'static [Self] = &[
        Self::Windows,
        Self::SurfaceHub,
        Self::Holographic,
        Self::WindowsPhone,
        Self::Ios,
        Self::IpadOs,
        Self::TvOs,
        Self::VisionOs,
        Self::MacOs,
        Self::DeviceAdministrator,
        Self::WorkProfile,
        Self::CorporateWorkProfile,
        Self::FullyManaged,
        Self::Dedicated,
        Self::Aosp,
        Self::ChromeOs,
        Self::Linux,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::SurfaceHub => "surface-hub",
            Self::Holographic => "holographic",
            Self::WindowsPhone => "windows-phone",
            Self::Ios => "ios",
            Self::IpadOs => "ipados",
            Self::TvOs => "tvos",
            Self::VisionOs => "visionos",
            Self::MacOs => "macos",
            Self::DeviceAdministrator => "device-administrator",
            Self::WorkProfile => "work-profile",
            Self::CorporateWorkProfile => "corporate-work-profile",
            Self::FullyManaged => "fully-managed",
            Self::Dedicated => "dedicated",
            Self::Aosp => "aosp",
            Self::ChromeOs => "chromeos",
            Self::Linux => "linux",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::SurfaceHub => "Surface Hub",
            Self::Holographic => "Windows Holographic",
            Self::WindowsPhone => "Windows phone",
            Self::Ios => "iOS",
            Self::IpadOs => "iPadOS",
            Self::TvOs => "tvOS",
            Self::VisionOs => "visionOS",
            Self::MacOs => "macOS",
            Self::DeviceAdministrator => "Android device administrator",
            Self::WorkProfile => "Android work profile (BYOD)",
            Self::CorporateWorkProfile => "Android corporate work profile (COPE)",
            Self::FullyManaged => "Android fully managed (COBO)",
            Self::Dedicated => "Android dedicated (COSU)",
            Self::Aosp => "Android AOSP",
            Self::ChromeOs => "ChromeOS",
            Self::Linux => "Linux",
        }
    }
}

impl Column {
    /// The column a device stands in; `None` for one that is not managed, or of no known platform.
    pub fn of(device: &ManagedDevice) -> Option<Self> {
        let facts = device.facts();
        if facts.enrolment == Enrolment::MonitoredOnly {
            return None;
        }
        let is_type = |name: &str| {
            device.record().device_type.as_deref().is_some_and(|device_type| device_type.eq_ignore_ascii_case(name))
        };
        Some(match facts.platform {
            Platform::Windows if is_type("surfaceHub") => Self::SurfaceHub,
            Platform::Windows if is_type("holoLens") => Self::Holographic,
            Platform::Windows => Self::Windows,
            Platform::WindowsPhone => Self::WindowsPhone,
            Platform::Ios => Self::Ios,
            Platform::IpadOs => Self::IpadOs,
            Platform::TvOs => Self::TvOs,
            Platform::VisionOs => Self::VisionOs,
            Platform::MacOs => Self::MacOs,
            Platform::ChromeOs => Self::ChromeOs,
            Platform::Linux => Self::Linux,
            Platform::Android => match facts.enrolment {
                Enrolment::WorkProfile => Self::WorkProfile,
                Enrolment::CorporateWorkProfile => Self::CorporateWorkProfile,
                Enrolment::FullyManaged => Self::FullyManaged,
                Enrolment::Dedicated => Self::Dedicated,
                Enrolment::AospUserAssociated | Enrolment::AospUserless => Self::Aosp,
                _ => Self::DeviceAdministrator,
            },
            Platform::Unknown => return None,
        })
    }
}

/// What else a device must be, by what the inventory says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Supervised (Apple).
    Supervised,
    /// Corporate-owned.
    Corporate,
    /// A Shared iPad. No property says so; enrolled without a user is taken for it (assumed).
    SharedIpad,
    /// Managed by Configuration Manager too.
    CoManaged,
    /// Not joined to a local domain as well.
    NotHybrid,
}

impl Named for Need {
    const WHAT: &'static str = "need";
    const ALL: &'static [Self] =
        &[Self::Supervised, Self::Corporate, Self::SharedIpad, Self::CoManaged, Self::NotHybrid];

    fn name(self) -> &'static str {
        match self {
            Self::Supervised => "supervised",
            Self::Corporate => "corporate",
            Self::SharedIpad => "shared-ipad",
            Self::CoManaged => "co-managed",
            Self::NotHybrid => "not-hybrid",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Supervised => "supervised",
            Self::Corporate => "corporate-owned",
            Self::SharedIpad => "Shared iPad",
            Self::CoManaged => "co-managed",
            Self::NotHybrid => "not hybrid joined",
        }
    }
}

impl Need {
    fn is_met(self, device: &ManagedDevice) -> bool {
        let record = device.record();
        match self {
            Self::Supervised => record.is_supervised,
            Self::Corporate => device.facts().ownership == Ownership::Company,
            Self::SharedIpad => record.device_enrollment_type.as_deref() == Some("appleBulkWithoutUser"),
            Self::CoManaged => record
                .management_agent
                .as_deref()
                .is_some_and(|agent| agent.to_ascii_lowercase().starts_with("configurationmanager")),
            Self::NotHybrid => device.facts().join != JoinState::HybridAzureAdJoined,
        }
    }
}

/// One cell, or several that say the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Which devices.
    pub on: Vec<Column>,
    /// What else they must be.
    pub needs: Vec<Need>,
    /// Whether the action is for them.
    pub supported: bool,
    /// How certain that is.
    pub origin: Origin,
    /// The key of the source.
    pub source: String,
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// What was read.
    pub title: String,
    /// The day its wording is of, `YYYY-MM-DD`.
    pub date: String,
    /// The day it was read.
    pub read: String,
}

/// The whole file: rows by action, and sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// The sources by key.
    pub sources: BTreeMap<String, Source>,
    /// The rows by the action's name.
    pub actions: BTreeMap<String, Vec<Row>>,
}

impl Matrix {
    /// The embedded one.
    pub fn embedded() -> &'static Self {
        &MATRIX
    }

    /// The row about `action` that comes nearest to this device: one that allows it, else one that would if the device
    /// met its needs, else one that refuses it. Nothing where its kind is not listed at all.
    pub fn nearest(&self, action: &str, device: &ManagedDevice) -> Option<&Row> {
        let column = Column::of(device)?;
        let rows = self.actions.get(action).map_or(&[][..], Vec::as_slice);
        rows.iter().filter(|row| row.on.contains(&column)).max_by_key(|row| {
            let met = row.needs.iter().all(|need| need.is_met(device));
            (row.supported && met, row.supported)
        })
    }

    /// Whether `action` is for this device. What no row names is not supported, because it is not listed.
    pub fn supports(&self, action: &str, device: &ManagedDevice) -> bool {
        let Some(column) = Column::of(device) else { return false };
        let rows = self.actions.get(action).map_or(&[][..], Vec::as_slice);
        rows.iter()
            .any(|row| row.supported && row.on.contains(&column) && row.needs.iter().all(|need| need.is_met(device)))
    }
}

#[cfg(test)]
mod tests;
