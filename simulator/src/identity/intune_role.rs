//! Intune's built-in roles, and what each may do: one table, from Intune's own list.
//!
//! Source of the table: Microsoft's "Built-in role permissions for Microsoft Intune" (documented: memdocs,
//! role-based-access-control-reference, 06/07/2023; the lines of Reset passcode and Managed devices are unchanged in
//! ref-built-in-roles of 02/04/2026). Only the permissions that an operation of this simulator asks for are listed.

use serde::{Deserialize, Serialize};

/// What a user is in Intune.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IntuneRole {
    /// Nothing: an ordinary user of the tenant.
    #[default]
    None,
    /// Help Desk Operator.
    HelpDeskOperator,
    /// School Administrator.
    SchoolAdministrator,
    /// Read Only Operator.
    ReadOnlyOperator,
    /// Endpoint Security Manager.
    EndpointSecurityManager,
    /// Intune Administrator, a role of the directory rather than of Intune: it may do everything (documented: Entra
    /// built-in roles).
    IntuneAdministrator,
}

use IntuneRole::{EndpointSecurityManager, HelpDeskOperator, ReadOnlyOperator, SchoolAdministrator};

/// Every role with its name on the control API.
const ROLES: [(IntuneRole, &str, &str); 6] = [
    (HelpDeskOperator, "helpDeskOperator", "Help Desk Operator"),
    (SchoolAdministrator, "schoolAdministrator", "School Administrator"),
    (ReadOnlyOperator, "readOnlyOperator", "Read Only Operator"),
    (EndpointSecurityManager, "endpointSecurityManager", "Endpoint Security Manager"),
    (IntuneRole::IntuneAdministrator, "intuneAdministrator", "Intune Administrator"),
    (IntuneRole::None, "none", "No Intune role"),
];

/// A permission of Intune's role-based access control, `resource / action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission(&'static str);

/// Reading devices.
pub const READ_DEVICES: Permission = Permission("Managed devices / Read");
/// Changing devices.
pub const UPDATE_DEVICES: Permission = Permission("Managed devices / Update");
/// Removing devices.
pub const DELETE_DEVICES: Permission = Permission("Managed devices / Delete");

const READERS: &[IntuneRole] = &[HelpDeskOperator, SchoolAdministrator, ReadOnlyOperator, EndpointSecurityManager];
const OPERATORS: &[IntuneRole] = &[HelpDeskOperator, SchoolAdministrator];
const KEEPERS: &[IntuneRole] = &[HelpDeskOperator, SchoolAdministrator, EndpointSecurityManager];
const DESK: &[IntuneRole] = &[HelpDeskOperator];
const DESK_AND_SECURITY: &[IntuneRole] = &[HelpDeskOperator, EndpointSecurityManager];

/// Permission → roles that have it.
const GRANTS: &[(Permission, &[IntuneRole])] = &[
    (READ_DEVICES, READERS),
    (UPDATE_DEVICES, KEEPERS),
    (DELETE_DEVICES, &[SchoolAdministrator, EndpointSecurityManager]),
    (Permission("Remote tasks / Reset passcode"), OPERATORS),
    (Permission("Remote tasks / Retire"), OPERATORS),
    (Permission("Remote tasks / Wipe"), OPERATORS),
    (Permission("Remote tasks / Clean PC"), OPERATORS),
    (Permission("Remote tasks / Collect diagnostics"), OPERATORS),
    (Permission("Remote tasks / Disable lost mode"), OPERATORS),
    (Permission("Remote tasks / Enable lost mode"), OPERATORS),
    (Permission("Remote tasks / Recover MDM Key"), OPERATORS),
    (Permission("Remote tasks / Locate device"), OPERATORS),
    (Permission("Remote tasks / Play sound to locate lost devices"), OPERATORS),
    (Permission("Remote tasks / Offer remote assistance"), OPERATORS),
    (Permission("Remote tasks / Set device name"), OPERATORS),
    (Permission("Remote tasks / Remote lock"), KEEPERS),
    (Permission("Remote tasks / Reboot now"), KEEPERS),
    (Permission("Remote tasks / Sync devices"), KEEPERS),
    (Permission("Remote tasks / Shut down"), DESK_AND_SECURITY),
    (Permission("Remote tasks / Rotate BitLockerKeys"), DESK_AND_SECURITY),
    (Permission("Remote tasks / Rotate filevault key"), DESK_AND_SECURITY),
    (Permission("Remote tasks / Windows defender"), DESK_AND_SECURITY),
    (Permission("Remote tasks / Manage shared device users"), DESK),
    (Permission("Remote tasks / Revoke App Licenses"), DESK),
    (Permission("Remote tasks / Update device account"), DESK),
    (Permission("Remote tasks / Send custom notifications"), DESK),
];

/// Graph's name of an action → the remote task it is in Intune's list. Which task an action belongs to is plain for
/// those that share a name; that `bypassActivationLock` is nobody's but an administrator's is assumed.
const TASKS: &[(&str, &str)] = &[
    ("resetPasscode", "Remote tasks / Reset passcode"),
    ("retire", "Remote tasks / Retire"),
    ("wipe", "Remote tasks / Wipe"),
    ("cleanWindowsDevice", "Remote tasks / Clean PC"),
    ("createDeviceLogCollectionRequest", "Remote tasks / Collect diagnostics"),
    ("disableLostMode", "Remote tasks / Disable lost mode"),
    ("enableLostMode", "Remote tasks / Enable lost mode"),
    ("recoverPasscode", "Remote tasks / Recover MDM Key"),
    ("locateDevice", "Remote tasks / Locate device"),
    ("playLostModeSound", "Remote tasks / Play sound to locate lost devices"),
    ("requestRemoteAssistance", "Remote tasks / Offer remote assistance"),
    ("setDeviceName", "Remote tasks / Set device name"),
    ("remoteLock", "Remote tasks / Remote lock"),
    ("rebootNow", "Remote tasks / Reboot now"),
    ("syncDevice", "Remote tasks / Sync devices"),
    ("shutDown", "Remote tasks / Shut down"),
    ("rotateBitLockerKeys", "Remote tasks / Rotate BitLockerKeys"),
    ("rotateFileVaultKey", "Remote tasks / Rotate filevault key"),
    ("windowsDefenderScan", "Remote tasks / Windows defender"),
    ("windowsDefenderUpdateSignatures", "Remote tasks / Windows defender"),
    ("deleteUserFromSharedAppleDevice", "Remote tasks / Manage shared device users"),
    ("logoutSharedAppleDeviceActiveUser", "Remote tasks / Manage shared device users"),
    ("revokeAppleVppLicenses", "Remote tasks / Revoke App Licenses"),
    ("updateWindowsDeviceAccount", "Remote tasks / Update device account"),
    ("sendCustomNotificationToCompanyPortal", "Remote tasks / Send custom notifications"),
];

impl IntuneRole {
    /// The role called `name` on the control API.
    pub fn named(name: &str) -> Option<Self> {
        ROLES.iter().find(|(_, known, _)| *known == name).map(|(role, ..)| *role)
    }

    /// Its name on the control API.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Its name in the portal.
    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// Every name on the control API.
    pub fn all_names() -> impl Iterator<Item = &'static str> {
        ROLES.iter().map(|(_, name, _)| *name)
    }

    /// All names, for a refusal.
    pub fn names() -> String {
        ROLES.map(|(_, name, _)| name).join(", ")
    }

    /// Whether the role has `permission`.
    pub fn has(self, permission: Permission) -> bool {
        self == Self::IntuneAdministrator
            || GRANTS.iter().any(|(known, roles)| *known == permission && roles.contains(&self))
    }

    /// The directory role in a token's `wids`: the template id of Intune Administrator (documented: Entra built-in
    /// roles), or the one that every member's token was observed to have.
    pub(super) fn wid(self) -> &'static str {
        match self {
            Self::IntuneAdministrator => "3a2c62db-5318-420d-8d74-23affee5d9d5",
            _ => "b79fbf4d-3ef9-4689-8143-76b194e85509",
        }
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        ROLES.iter().find(|(role, ..)| *role == self).expect("every role has a row")
    }
}

impl Permission {
    /// Its name in Intune's list.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// What the remote action `action` asks for. One that Intune's list does not know is an administrator's.
    pub fn remote_task(action: &str) -> Self {
        let task = TASKS.iter().find(|(known, _)| *known == action);
        Self(task.map_or("Remote tasks / unlisted", |(_, task)| task))
    }
}

#[cfg(test)]
mod tests {
    use super::{GRANTS, IntuneRole, Permission, ROLES, TASKS};

    #[test]
    fn every_task_is_granted_to_somebody() {
        for (action, _) in TASKS {
            let needed = Permission::remote_task(action);
            assert!(GRANTS.iter().any(|(known, _)| *known == needed), "{action} leads to no row of GRANTS");
        }
    }

    #[test]
    fn who_may_reset_a_passcode() {
        let needed = Permission::remote_task("resetPasscode");
        let may: Vec<&str> = ROLES.iter().filter(|(role, ..)| role.has(needed)).map(|(_, name, _)| *name).collect();
        assert_eq!(may, ["helpDeskOperator", "schoolAdministrator", "intuneAdministrator"]);
        assert!(!IntuneRole::HelpDeskOperator.has(super::DELETE_DEVICES), "help desks do not delete");
        assert!(!IntuneRole::HelpDeskOperator.has(Permission::remote_task("bypassActivationLock")));
    }
}
