//! The remote actions: what an administrator can ask one device to do.
//!
//! An action is one file in `actions/` (with its `pub mod` line), one entry in [`ACTIONS`] and its rows in
//! `fixtures/support-matrix/remote-actions.toml`; paths, permissions, bodies, audits, `$metadata` and the life cycle
//! follow (see `docs/recipes.md`).

pub mod parameters;
pub mod platforms;
pub mod types;

pub mod activate_device_esim;
pub mod bypass_activation_lock;
pub mod cancel_enhanced_log_collection;
pub mod change_assignments;
pub mod clean_windows_device;
pub mod create_device_log_collection_request;
pub mod delete_user_from_shared_apple_device;
pub mod deprovision;
pub mod disable;
pub mod disable_lost_mode;
pub mod enable_lost_mode;
pub mod enroll_now_action;
pub mod initiate_device_attestation;
pub mod initiate_mobile_device_management_key_recovery;
pub mod initiate_on_demand_proactive_remediation;
pub mod locate_device;
pub mod logout_shared_apple_device_active_user;
pub mod move_devices_to_ou;
pub mod override_compliance_state;
pub mod pause_configuration_refresh;
pub mod play_lost_mode_sound;
pub mod reboot_now;
pub mod recover_passcode;
pub mod reenable;
pub mod remote_lock;
pub mod remove_device_esim;
pub mod remove_device_firmware_configuration_interface_management;
pub mod request_remote_assistance;
pub mod reset_passcode;
pub mod restore_managed_home_screen;
pub mod retire;
pub mod revoke_apple_vpp_licenses;
pub mod rotate_bit_locker_keys;
pub mod rotate_file_vault_key;
pub mod rotate_local_admin_password;
pub mod rotate_recovery_lock_passcode;
pub mod send_custom_notification_to_company_portal;
pub mod set_device_name;
pub mod shut_down;
pub mod suspend_managed_home_screen;
pub mod sync_device;
pub mod trigger_configuration_manager_action;
pub mod trigger_enhanced_log_collection;
pub mod update_windows_device_account;
pub mod windows_defender_scan;
pub mod windows_defender_update_signatures;
pub mod wipe;
use std::fmt::Debug;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

pub use self::parameters::{Parameter, Problem};
use crate::device::ManagedDevice;
use crate::device::departure::Way;
use crate::device::lifecycle::{self, BASE_RESULT, Details, Report};
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::quirks::Quirks;
use crate::random::Draw;
use crate::support::Edition;

/// What all documented actions ask for (documented on each action's page; `…ReadWrite.All` is not enough, observed for
/// `syncDevice`, 2026-01-07).
pub const PRIVILEGED: &[&str] = &["DeviceManagementManagedDevices.PrivilegedOperations.All"];

/// The members of `remoteAction`, by which audits name actions (documented: `@microsoft/microsoft-graph-types-beta` and
/// msgraph-beta-sdk 1.66.0). Several actions have none.
pub const REMOTE_ACTIONS: &[&str] = &[
    "unknown",
    "factoryReset",
    "removeCompanyData",
    "resetPasscode",
    "remoteLock",
    "enableLostMode",
    "disableLostMode",
    "locateDevice",
    "rebootNow",
    "recoverPasscode",
    "cleanWindowsDevice",
    "logoutSharedAppleDeviceActiveUser",
    "quickScan",
    "fullScan",
    "windowsDefenderUpdateSignatures",
    "factoryResetKeepEnrollmentData",
    "updateDeviceAccount",
    "automaticRedeployment",
    "shutDown",
    "rotateBitLockerKeys",
    "rotateFileVaultKey",
    "getFileVaultKey",
    "setDeviceName",
    "activateDeviceEsim",
    "deprovision",
    "disable",
    "reenable",
    "moveDeviceToOrganizationalUnit",
    "initiateMobileDeviceManagementKeyRecovery",
    "initiateOnDemandProactiveRemediation",
    "rotateLocalAdminPassword",
    "launchRemoteHelp",
    "revokeAppleVppLicenses",
    "removeDeviceFirmwareConfigurationInterfaceManagement",
    "pauseConfigurationRefresh",
    "initiateDeviceAttestation",
    "changeAssignments",
    "delete",
    "suspendManagedHomeScreen",
    "restoreManagedHomeScreen",
    "triggerEnhancedLogCollection",
    "cancelEnhancedLogCollection",
];

/// How an accepted action goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// The device answers at its next check-in; `deviceActionResults` has an entry from now on.
    ByDevice,
    /// The device leaves management: `managementState` tells, and no entry does (observed: PIS#35, PIS#161).
    Departure {
        /// How.
        way: Way,
        /// Whether it stays under management all the same.
        stays: bool,
    },
    /// The device sends its diagnostics at its next check-in. The request is an entity of its own, and no entry tells.
    LogCollection,
    /// The service does it at once, and keeps no entry.
    ByService,
}

/// One request for an action: what the action may look at beside the device.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The arguments.
    pub arguments: &'a Arguments,
    /// The edition of the passcode reset's matrix.
    pub edition: &'a Edition,
    /// How the doubtful is decided.
    pub quirks: &'a Quirks,
    /// Where chance comes from.
    pub draw: Draw,
    /// How often the device was asked for this action, this time included.
    pub request: u64,
    /// When: the request, or the device's report.
    pub at: DateTime<Utc>,
}

impl Order<'_> {
    /// The draw called `name` of this request to `device`.
    pub fn chance(&self, name: &str, device: &ManagedDevice) -> Draw {
        self.draw.at(name).at(device.record().id.as_str()).nth(self.request)
    }
}

/// Something an administrator can ask one device to do. What is left to the defaults is what most actions have in
/// common.
pub trait RemoteAction: Debug + Sync {
    /// Its name in the URL and in `deviceActionResults`.
    fn name(&self) -> &'static str;

    /// The first API version that has it.
    fn since(&self) -> ApiVersion {
        ApiVersion::V1
    }

    /// Whether it is asked of the collection of devices, and names those it is for itself.
    fn is_of_collection(&self) -> bool {
        false
    }

    /// Any of these permissions allows it.
    fn scopes(&self) -> &'static [&'static str] {
        PRIVILEGED
    }

    /// What its body holds, in the order of `$metadata`.
    fn parameters(&self) -> &'static [Parameter] {
        &[]
    }

    /// The type of its entries in `deviceActionResults`, without the namespace.
    fn result_type(&self) -> &'static str {
        BASE_RESULT
    }

    /// Its name in remote action audits. An action without a member of `remoteAction` is audited as `unknown`
    /// (assumed).
    fn audit_name(&self, _arguments: &Arguments) -> &'static str {
        REMOTE_ACTIONS.iter().copied().find(|known| *known == self.name()).unwrap_or("unknown")
    }

    /// Which of its entries a request is about, where entries of one action stand side by side.
    fn variant(&self, _arguments: &Arguments) -> &'static str {
        ""
    }

    /// How it goes on when it was accepted.
    fn course(&self, _arguments: &Arguments) -> Course {
        Course::ByDevice
    }

    /// Its names in `executeAction` (documented: `managedDeviceRemoteAction`), if it can be asked of many.
    fn bulk_names(&self) -> &'static [&'static str] {
        &[]
    }

    /// Its body when `executeAction` asks for it as `bulk_name`: `given` are the parameters of that call.
    fn bulk_arguments(&self, _bulk_name: &str, given: &Arguments) -> Arguments {
        given.only(self.parameters().iter().map(|parameter| parameter.name))
    }

    /// What no device could do with these arguments; `Err` is the refusal's sentence.
    fn check(&self, _arguments: &Arguments) -> Result<(), String> {
        Ok(())
    }

    /// Whether the service accepts it for a device of which the inventory says this.
    fn is_supported(&self, _edition: &Edition, device: &ManagedDevice) -> bool {
        platforms::Matrix::embedded().supports(self.name(), device)
    }

    /// Whether the arguments fit the device's platform.
    fn fits(&self, _device: &ManagedDevice, _arguments: &Arguments) -> bool {
        true
    }

    /// What the device reports when it checks in; `None`: nothing, the action stays pending.
    fn report(&self, edition: &Edition, device: &ManagedDevice) -> Option<Report> {
        let possible = self.is_supported(edition, device);
        lifecycle::report(&device.physical, possible, possible, || self.hindrance(device))
    }

    /// Why a device that can in principle cannot now.
    fn hindrance(&self, _device: &ManagedDevice) -> Option<Report> {
        None
    }

    /// What obeying changes about the device.
    fn obey(&self, _device: &mut ManagedDevice, _order: &Order<'_>) {}

    /// What its entry holds beyond the plain type: before the device has answered (`None`), and then.
    fn details(&self, _device: &ManagedDevice, _order: &Order<'_>, _report: Option<Report>) -> Details {
        Details::none()
    }

    /// The type of what it answers with, where that is not an empty 204.
    fn returns(&self) -> Option<&'static str> {
        None
    }

    /// The body of a 200, where the answer is not an empty 204.
    fn reply(&self, _device: &ManagedDevice, _accepted: &Accepted) -> Option<Reply> {
        None
    }
}

/// An accepted request, for actions that answer with more than a 204.
#[derive(Debug, Clone, Copy)]
pub struct Accepted {
    /// The tenant.
    pub tenant: Uuid,
    /// The request's own id.
    pub request: Uuid,
    /// When it was accepted.
    pub at: DateTime<Utc>,
    /// In which API version.
    pub version: ApiVersion,
}

/// The body of a 200.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// What stands behind `$metadata#`.
    pub context: &'static str,
    /// The members.
    pub members: serde_json::Map<String, Json>,
}

/// Every action: v1.0 in the order of the documentation, then beta by name.
pub static ACTIONS: &[&dyn RemoteAction] = &[
    &reset_passcode::ResetPasscode,
    &remote_lock::RemoteLock,
    &retire::Retire,
    &wipe::Wipe,
    &sync_device::SyncDevice,
    &reboot_now::RebootNow,
    &shut_down::ShutDown,
    &locate_device::LocateDevice,
    &disable_lost_mode::DisableLostMode,
    &bypass_activation_lock::BypassActivationLock,
    &logout_shared_apple_device_active_user::LogoutSharedAppleDeviceActiveUser,
    &delete_user_from_shared_apple_device::DeleteUserFromSharedAppleDevice,
    &clean_windows_device::CleanWindowsDevice,
    &windows_defender_scan::WindowsDefenderScan,
    &windows_defender_update_signatures::WindowsDefenderUpdateSignatures,
    &update_windows_device_account::UpdateWindowsDeviceAccount,
    &recover_passcode::RecoverPasscode,
    &request_remote_assistance::RequestRemoteAssistance,
    &create_device_log_collection_request::CreateDeviceLogCollectionRequest,
    &activate_device_esim::ActivateDeviceEsim,
    &cancel_enhanced_log_collection::CancelEnhancedLogCollection,
    &change_assignments::ChangeAssignments,
    &deprovision::Deprovision,
    &disable::Disable,
    &enable_lost_mode::EnableLostMode,
    &enroll_now_action::EnrollNowAction,
    &initiate_device_attestation::InitiateDeviceAttestation,
    &initiate_mobile_device_management_key_recovery::InitiateMobileDeviceManagementKeyRecovery,
    &initiate_on_demand_proactive_remediation::InitiateOnDemandProactiveRemediation,
    &move_devices_to_ou::MoveDevicesToOu,
    &override_compliance_state::OverrideComplianceState,
    &pause_configuration_refresh::PauseConfigurationRefresh,
    &play_lost_mode_sound::PlayLostModeSound,
    &reenable::Reenable,
    &remove_device_esim::RemoveDeviceEsim,
    &remove_device_firmware_configuration_interface_management::RemoveDeviceFirmwareConfigurationInterfaceManagement,
    &restore_managed_home_screen::RestoreManagedHomeScreen,
    &revoke_apple_vpp_licenses::RevokeAppleVppLicenses,
    &rotate_bit_locker_keys::RotateBitLockerKeys,
    &rotate_file_vault_key::RotateFileVaultKey,
    &rotate_local_admin_password::RotateLocalAdminPassword,
    &rotate_recovery_lock_passcode::RotateRecoveryLockPasscode,
    &send_custom_notification_to_company_portal::SendCustomNotificationToCompanyPortal,
    &set_device_name::SetDeviceName,
    &suspend_managed_home_screen::SuspendManagedHomeScreen,
    &trigger_configuration_manager_action::TriggerConfigurationManagerAction,
    &trigger_enhanced_log_collection::TriggerEnhancedLogCollection,
];

/// The action called `name`, in any case.
pub fn action(name: &str) -> Option<&'static dyn RemoteAction> {
    ACTIONS.iter().copied().find(|action| action.name().eq_ignore_ascii_case(name))
}

/// The action that `executeAction` calls `bulk_name`.
pub fn action_in_bulk(bulk_name: &str) -> Option<&'static dyn RemoteAction> {
    ACTIONS.iter().copied().find(|action| action.bulk_names().contains(&bulk_name))
}
