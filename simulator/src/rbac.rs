//! What a signed-in user may do in Intune: the role decides, and the licence. Apps that act for themselves never come here.

use std::sync::Arc;

use crate::access::Caller;
use crate::identity::directory::Directory;
use crate::identity::intune_role::{DELETE_DEVICES, IntuneRole, Permission, READ_DEVICES, UPDATE_DEVICES};
use crate::identity::user::User;
use crate::route::Operation;
use crate::wire::error::{BackendCall, Refusal};

/// The user behind a call, as the tenant knows them now: a role that changes counts from the next call on.
#[derive(Debug)]
pub struct SignedIn {
    directory: Arc<Directory>,
    position: usize,
}

impl SignedIn {
    /// The user behind `caller`; nobody behind an app's own token, nor behind that of somebody who has no part in Intune.
    pub fn of(caller: &Caller) -> Option<Self> {
        let id = caller.delegation()?.user;
        let directory = caller.tenant.directory();
        let position = directory.users.iter().position(|user| user.id == id)?;
        Some(Self { directory, position })
    }

    /// The user.
    pub fn user(&self) -> &User {
        &self.directory.users[self.position]
    }
}

/// Whether `user`, if anybody, may do `operation` in Intune; `call` spells the refusal.
pub fn check(user: Option<&User>, operation: Operation, call: impl FnOnce() -> BackendCall) -> Result<(), Refusal> {
    let Some(needed) = permission(operation) else { return Ok(()) };
    match user.filter(|user| user.licensed && user.role != IntuneRole::None) {
        None => Err(Refusal::NoIntuneAccess(call())),
        Some(user) if user.role.has(needed) => Ok(()),
        Some(_) => Err(Refusal::RoleDenied(call())),
    }
}

/// What an operation needs in Intune; the directory asks Intune for nothing. What reading anything but devices needs is
/// assumed to be the same as for devices.
fn permission(operation: Operation) -> Option<Permission> {
    match operation {
        _ if operation.is_directory() => None,
        Operation::UpdateDevice => Some(UPDATE_DEVICES),
        Operation::DeleteDevice => Some(DELETE_DEVICES),
        Operation::RunAction(action) => Some(Permission::remote_task(action.name())),
        // Whoever may collect diagnostics may have them (documented: memdocs `collect-diagnostics.md`).
        Operation::CreateDownloadUrl => Some(Permission::remote_task("createDeviceLogCollectionRequest")),
        Operation::CallFunction(function) if function.is_for_readers() => Some(READ_DEVICES),
        Operation::CallFunction(function) => Some(Permission::remote_task(function.name())),
        _ => Some(READ_DEVICES),
    }
}
