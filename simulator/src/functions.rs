//! The functions of a managed device: what can be read of it beside its properties. Reading changes nothing.
//!
//! A function is one file in `functions/` (with its `pub mod` line) and one entry in [`FUNCTIONS`]. Secrets are drawn
//! from the tenant's seed, and anew with each rotation; how they look is assumed where nothing else is said.

pub mod get_file_vault_key;
pub mod get_non_compliant_settings;
pub mod get_sync_status;
pub mod retrieve_device_local_admin_account_detail;
pub mod retrieve_mac_os_local_admin_account_detail;
pub mod retrieve_recovery_lock_passcode;

use std::fmt::Debug;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::actions::platforms::Column;
use crate::actions::{PRIVILEGED, Reply};
use crate::device::ManagedDevice;
use crate::random::Draw;

/// Something that can be read of one device. All are in beta alone (documented: msgraph-beta-sdk 1.66.0).
pub trait DeviceFunction: Debug + Sync {
    /// Its name in the URL.
    fn name(&self) -> &'static str;

    /// What it returns, as `$metadata` spells the type.
    fn returns(&self) -> &'static str;

    /// Any of these permissions allows it (documented for `getFileVaultKey`; for the others assumed).
    fn scopes(&self) -> &'static [&'static str] {
        PRIVILEGED
    }

    /// Whether somebody who may read devices may call it; the others tell secrets, or ask for a remote task of their own.
    fn is_for_readers(&self) -> bool {
        false
    }

    /// The answer, or `None` where a device of that kind has none.
    fn answer(&self, device: &ManagedDevice, draws: Draws) -> Option<Reply>;
}

/// Where what a function tells is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    /// The device's own secrets.
    pub secrets: Draw,
    /// What is known of the tenant's devices beside their records, as [`crate::posture`] takes it.
    pub posture: Draw,
}

/// Every function, by name.
pub static FUNCTIONS: &[&dyn DeviceFunction] = &[
    &get_file_vault_key::GetFileVaultKey,
    &get_non_compliant_settings::GetNonCompliantSettings,
    &get_sync_status::GetSyncStatus,
    &retrieve_device_local_admin_account_detail::RetrieveDeviceLocalAdminAccountDetail,
    &retrieve_mac_os_local_admin_account_detail::RetrieveMacOsManagedDeviceLocalAdminAccountDetail,
    &retrieve_recovery_lock_passcode::RetrieveRecoveryLockPasscode,
];

/// The function called `name`, in any case, with or without the parentheses of a call.
pub fn function(name: &str) -> Option<&'static dyn DeviceFunction> {
    let name = name.strip_suffix("()").unwrap_or(name);
    FUNCTIONS.iter().copied().find(|function| function.name().eq_ignore_ascii_case(name))
}

fn is_mac(device: &ManagedDevice) -> bool {
    Column::of(device) == Some(Column::MacOs)
}

/// A value that is a primitive: `{"value": …}`.
fn primitive(value: String) -> Reply {
    Reply { context: "Edm.String", members: [("value".to_owned(), Json::String(value))].into_iter().collect() }
}

fn spelled(date: DateTime<Utc>) -> String {
    date.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The current value of a secret of the device: groups of characters, drawn anew with each rotation.
fn secret(device: &ManagedDevice, draw: Draw, name: &str, groups: &[usize]) -> String {
    const CHARACTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let draw = draw.at(name).nth(device.rotations.times(name));
    let mut places = 0_u64..;
    let groups: Vec<String> = groups
        .iter()
        .map(|length| {
            places.by_ref().take(*length).map(|place| char::from(*draw.nth(place).pick(CHARACTERS))).collect()
        })
        .collect();
    groups.join("-")
}

/// When a secret was last rotated; it was first made when the device enrolled (assumed).
fn last_rotation(device: &ManagedDevice, name: &str) -> DateTime<Utc> {
    device.rotations.last(name).unwrap_or(device.record().enrolled_date_time)
}
