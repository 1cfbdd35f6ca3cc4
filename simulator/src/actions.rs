//! The remote actions: what an administrator can ask one device to do.
//!
//! An action is one file in `actions/` (with its `pub mod` line) and one entry in [`ACTIONS`]; routes, permissions,
//! audits and the life cycle follow from the list (see `docs/recipes.md`).

pub mod reset_passcode;

use std::fmt::Debug;
use std::sync::Arc;

use crate::device::ManagedDevice;
use crate::device::facts::Facts;
use crate::device::lifecycle::Report;
use crate::device::record::ApiVersion;
use crate::quirks::Quirks;
use crate::random::Draw;
use crate::support::Edition;

/// Something an administrator can ask one device to do.
pub trait RemoteAction: Debug + Sync {
    /// Its name in the URL and in `deviceActionResults`.
    fn name(&self) -> &'static str;

    /// Its name in remote action audits.
    fn audit_name(&self) -> &'static str;

    /// The first API version that has it.
    fn since(&self) -> ApiVersion;

    /// Any of these permissions allows it.
    fn scopes(&self) -> &'static [&'static str];

    /// Whether the service accepts it for a device of which the inventory says this.
    fn is_supported(&self, edition: &Edition, facts: &Facts) -> bool;

    /// What the device reports when it checks in; `None`: nothing, the action stays pending.
    fn report(&self, edition: &Edition, device: &ManagedDevice) -> Option<Report>;

    /// The temporary passcode the device confirms, where the action makes one.
    fn passcode(&self, edition: &Edition, device: &ManagedDevice, quirks: &Quirks, draw: Draw) -> Option<Arc<str>>;
}

/// Every action, in the order of the documentation.
pub static ACTIONS: &[&dyn RemoteAction] = &[&reset_passcode::ResetPasscode];

/// The action called `name`, in any case.
pub fn action(name: &str) -> Option<&'static dyn RemoteAction> {
    ACTIONS.iter().copied().find(|action| action.name().eq_ignore_ascii_case(name))
}
