//! What can be asked for: each operation's name, and the permissions it takes.

use crate::actions::{ACTIONS, PRIVILEGED, RemoteAction};
use crate::functions::{DeviceFunction, FUNCTIONS};
use crate::model::managed_device::{DeviceNavigation, NAVIGATION};
use crate::throttle::{Charge, Group};

/// What a request asks for.
#[derive(Debug, Clone, Copy)]
pub enum Operation {
    /// `GET …/managedDevices`.
    ListDevices,
    /// `GET …/managedDevices/$count`.
    CountDevices,
    /// `GET …/managedDevices/{id}`.
    GetDevice,
    /// `PATCH …/managedDevices/{id}`.
    UpdateDevice,
    /// `DELETE …/managedDevices/{id}`.
    DeleteDevice,
    /// `POST …/managedDevices/{id}/{action}`.
    RunAction(&'static dyn RemoteAction),
    /// `POST …/managedDevices/executeAction`.
    ExecuteAction,
    /// `GET …/managedDevices/appDiagnostics(upn='…')`.
    ListAppDiagnostics,
    /// `POST …/managedDevices/downloadAppDiagnostics`.
    DownloadAppDiagnostics,
    /// `GET …/managedDevices/{id}/{function}()`.
    CallFunction(&'static dyn DeviceFunction),
    /// `GET …/managedDevices/{id}/{navigation}`.
    FollowNavigation(DeviceNavigation),
    /// `GET …/managedDevices/{id}/{navigation}/{id}`.
    GetNavigationItem(DeviceNavigation),
    /// `POST …/managedDevices/{id}/logCollectionRequests/{id}/createDownloadUrl`.
    CreateDownloadUrl,
    /// `GET …/managedDevices/{id}/{navigation}/{id}/settingStates`.
    ListSettingStates(DeviceNavigation),
    /// `GET …/comanagedDevices`.
    ListComanagedDevices,
    /// `GET …/detectedApps`.
    ListDetectedApps,
    /// `GET …/detectedApps/{id}`.
    GetDetectedApp,
    /// `GET …/deviceCategories`.
    ListDeviceCategories,
    /// `GET …/deviceCategories/{id}`.
    GetDeviceCategory,
    /// `GET …/managedDeviceOverview`.
    GetOverview,
    /// `GET …/auditEvents`.
    ListAuditEvents,
    /// `GET …/auditEvents/{id}`.
    GetAuditEvent,
    /// `GET /deviceManagement`.
    GetDeviceManagement,
    /// `GET /me`.
    GetMe,
    /// `GET …/remoteActionAudits`.
    ListAudits,
    /// `GET …/remoteActionAudits/{id}`.
    GetAudit,
    /// `GET /users`.
    ListUsers,
    /// `GET /users/{id}`.
    GetUser,
    /// `GET /organization`.
    ListOrganizations,
    /// `GET /organization/{id}`.
    GetOrganization,
}

/// The operations that stand for one thing each, whatever the path names.
const SINGLE: [Operation; 25] = [
    Operation::ListDevices,
    Operation::CountDevices,
    Operation::GetDevice,
    Operation::UpdateDevice,
    Operation::DeleteDevice,
    Operation::ExecuteAction,
    Operation::ListAppDiagnostics,
    Operation::DownloadAppDiagnostics,
    Operation::CreateDownloadUrl,
    Operation::ListComanagedDevices,
    Operation::ListDetectedApps,
    Operation::GetDetectedApp,
    Operation::ListDeviceCategories,
    Operation::GetDeviceCategory,
    Operation::GetOverview,
    Operation::ListAuditEvents,
    Operation::GetAuditEvent,
    Operation::GetDeviceManagement,
    Operation::GetMe,
    Operation::ListAudits,
    Operation::GetAudit,
    Operation::ListUsers,
    Operation::GetUser,
    Operation::ListOrganizations,
    Operation::GetOrganization,
];

impl Operation {
    /// Every operation that a path can lead to.
    pub fn all() -> impl Iterator<Item = Self> {
        let navigations = || NAVIGATION.iter().map(|row| row.0);
        SINGLE
            .into_iter()
            .chain(navigations().map(Self::FollowNavigation))
            .chain(navigations().map(Self::GetNavigationItem))
            .chain(navigations().map(Self::ListSettingStates))
            .chain(FUNCTIONS.iter().copied().map(Self::CallFunction))
            .chain(ACTIONS.iter().copied().map(Self::RunAction))
    }

    /// Whether it answers with a list. Whoever adds an operation is led here, and to [`Operation::all`] above.
    pub fn is_listing(self) -> bool {
        match self {
            Self::ListDevices
            | Self::ListComanagedDevices
            | Self::ListDetectedApps
            | Self::ListDeviceCategories
            | Self::ListAuditEvents
            | Self::ListAudits
            | Self::ListUsers
            | Self::ListOrganizations
            | Self::ListSettingStates(_) => true,
            Self::FollowNavigation(navigation) => navigation.property().many,
            Self::CountDevices
            | Self::GetDevice
            | Self::UpdateDevice
            | Self::DeleteDevice
            | Self::RunAction(_)
            | Self::ExecuteAction
            | Self::ListAppDiagnostics
            | Self::DownloadAppDiagnostics
            | Self::CreateDownloadUrl
            | Self::CallFunction(_)
            | Self::GetNavigationItem(_)
            | Self::GetDetectedApp
            | Self::GetDeviceCategory
            | Self::GetOverview
            | Self::GetAuditEvent
            | Self::GetDeviceManagement
            | Self::GetMe
            | Self::GetAudit
            | Self::GetUser
            | Self::GetOrganization => false,
        }
    }

    /// Its name in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::ListDevices => "listDevices",
            Self::CountDevices => "countDevices",
            Self::GetDevice => "getDevice",
            Self::UpdateDevice => "updateDevice",
            Self::DeleteDevice => "deleteDevice",
            Self::RunAction(action) => action.name(),
            Self::ExecuteAction => "executeAction",
            Self::ListAppDiagnostics => "appDiagnostics",
            Self::DownloadAppDiagnostics => "downloadAppDiagnostics",
            Self::CreateDownloadUrl => "createDownloadUrl",
            Self::CallFunction(function) => function.name(),
            Self::FollowNavigation(navigation) => navigation.property().name,
            Self::GetNavigationItem(_) => "getNavigationItem",
            Self::ListSettingStates(_) => "listSettingStates",
            Self::ListComanagedDevices => "listComanagedDevices",
            Self::ListDetectedApps => "listDetectedApps",
            Self::GetDetectedApp => "getDetectedApp",
            Self::ListDeviceCategories => "listDeviceCategories",
            Self::GetDeviceCategory => "getDeviceCategory",
            Self::GetOverview => "getManagedDeviceOverview",
            Self::ListAuditEvents => "listAuditEvents",
            Self::GetAuditEvent => "getAuditEvent",
            Self::GetDeviceManagement => "getDeviceManagement",
            Self::GetMe => "getMe",
            Self::ListAudits => "listRemoteActionAudits",
            Self::GetAudit => "getRemoteActionAudit",
            Self::ListUsers => "listUsers",
            Self::GetUser => "getUser",
            Self::ListOrganizations => "listOrganization",
            Self::GetOrganization => "getOrganization",
        }
    }

    /// The application permissions any of which allows it, in the order a refusal lists them (documented on each
    /// operation's page; the order for reading devices was observed, cnspec#1708).
    pub fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::ListDevices
            | Self::CountDevices
            | Self::GetDevice
            | Self::ListComanagedDevices
            | Self::ListDetectedApps
            | Self::GetDetectedApp
            | Self::DownloadAppDiagnostics
            | Self::CreateDownloadUrl
            | Self::GetOverview => {
                &["DeviceManagementManagedDevices.Read.All", "DeviceManagementManagedDevices.ReadWrite.All"]
            }
            Self::FollowNavigation(navigation)
            | Self::GetNavigationItem(navigation)
            | Self::ListSettingStates(navigation) => navigation_scopes(navigation),
            Self::ListAuditEvents | Self::GetAuditEvent | Self::GetDeviceManagement => {
                &["DeviceManagementApps.Read.All", "DeviceManagementApps.ReadWrite.All"]
            }
            Self::UpdateDevice | Self::DeleteDevice => &["DeviceManagementManagedDevices.ReadWrite.All"],
            Self::RunAction(action) => action.scopes(),
            Self::ExecuteAction => PRIVILEGED,
            Self::ListAppDiagnostics => {
                &["DeviceManagementConfiguration.Read.All", "DeviceManagementManagedDevices.Read.All"]
            }
            Self::CallFunction(function) => function.scopes(),
            Self::ListAudits | Self::GetAudit | Self::ListDeviceCategories | Self::GetDeviceCategory => {
                CONFIGURATION_OR_DEVICES
            }
            Self::GetMe => &[
                "User.Read",
                "User.ReadWrite",
                "User.ReadBasic.All",
                "User.Read.All",
                "User.ReadWrite.All",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
            ],
            Self::ListUsers | Self::GetUser => {
                &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]
            }
            Self::ListOrganizations | Self::GetOrganization => &[
                "Organization.Read.All",
                "Organization.ReadWrite.All",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
            ],
        }
    }

    /// What it draws on: the budgets that the documents list the type under that it is about (documented:
    /// `includes/throttling-intune-*.md`). That the type decides, and not the path, is assumed; and that what is listed
    /// nowhere (co-managed devices, functions, a device's users) belongs to devices. `query` is as sent.
    pub fn charge(self, query: &str) -> Charge {
        let (group, writes) = match self {
            Self::ListDevices
            | Self::CountDevices
            | Self::GetDevice
            | Self::CallFunction(_)
            | Self::ListAppDiagnostics
            | Self::ListComanagedDevices
            | Self::ListDetectedApps
            | Self::GetDetectedApp
            | Self::GetOverview
            | Self::ListAudits
            | Self::GetAudit => (Group::Devices, false),
            Self::UpdateDevice
            | Self::DeleteDevice
            | Self::RunAction(_)
            | Self::ExecuteAction
            | Self::DownloadAppDiagnostics
            | Self::CreateDownloadUrl => (Group::Devices, true),
            Self::FollowNavigation(navigation)
            | Self::GetNavigationItem(navigation)
            | Self::ListSettingStates(navigation) => (navigation_group(navigation), false),
            Self::GetDeviceManagement => (Group::Configuration, false),
            Self::ListDeviceCategories | Self::GetDeviceCategory => (Group::Enrollment, false),
            Self::ListAuditEvents | Self::GetAuditEvent => (Group::Auditing, false),
            Self::GetMe | Self::ListUsers | Self::GetUser | Self::ListOrganizations | Self::GetOrganization => {
                (Group::Directory, false)
            }
        };
        let units = if group == Group::Directory { self.resource_units(query) } else { 1 };
        Charge { group, writes, units }
    }

    /// What a request to the directory costs (documented: `concepts/throttling-limits.md`): 2 for all users, 1 for others;
    /// one more with `$expand`, one less with `$select` and with `$top` below 20, and never less than 1.
    fn resource_units(self, query: &str) -> u8 {
        let asks = |name: &str| {
            query
                .split('&')
                .find_map(|option| option.strip_prefix(name)?.strip_prefix('='))
                .filter(|text| !text.is_empty())
        };
        let is_short = asks("$top").and_then(|top| top.parse::<u64>().ok()).is_some_and(|top| top < 20);
        let base = if matches!(self, Self::ListUsers) { 2 } else { 1 };
        let dearer = base + u8::from(asks("$expand").is_some());
        dearer.saturating_sub(u8::from(asks("$select").is_some()) + u8::from(is_short)).max(1)
    }

    /// Whether it belongs to the directory, whose refusals are its own.
    pub fn is_directory(self) -> bool {
        matches!(self, Self::ListUsers | Self::GetUser | Self::GetMe | Self::ListOrganizations | Self::GetOrganization)
    }
}

const CONFIGURATION_OR_DEVICES: &[&str] = &[
    "DeviceManagementConfiguration.Read.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementManagedDevices.Read.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
];

/// Policy states have no page that says (observed: contrib#8452); those of the policies themselves, or those of the
/// device, are assumed.
fn navigation_scopes(navigation: DeviceNavigation) -> &'static [&'static str] {
    match navigation {
        DeviceNavigation::Category
        | DeviceNavigation::CompliancePolicyStates
        | DeviceNavigation::ConfigurationStates => CONFIGURATION_OR_DEVICES,
        DeviceNavigation::LogCollectionRequests
        | DeviceNavigation::Users
        | DeviceNavigation::WindowsProtectionState
        | DeviceNavigation::DetectedApps => {
            &["DeviceManagementManagedDevices.Read.All", "DeviceManagementManagedDevices.ReadWrite.All"]
        }
    }
}

/// Policies' states and categories are listed with policies and with enrolment, the rest with devices (documented).
fn navigation_group(navigation: DeviceNavigation) -> Group {
    match navigation {
        DeviceNavigation::CompliancePolicyStates | DeviceNavigation::ConfigurationStates => Group::Configuration,
        DeviceNavigation::Category => Group::Enrollment,
        DeviceNavigation::LogCollectionRequests
        | DeviceNavigation::Users
        | DeviceNavigation::WindowsProtectionState
        | DeviceNavigation::DetectedApps => Group::Devices,
    }
}
