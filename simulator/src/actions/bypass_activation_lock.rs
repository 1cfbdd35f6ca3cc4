//! `bypassActivationLock`: the device is freed from its user's Apple account.
//!
//! The code is in `activationLockBypassCode`, where a `$select` names it (documented: memdocs
//! `disable-activation-lock.md`). A device without one gets one when it answers; how it is spelled is assumed.

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;

/// `POST …/bypassActivationLock`.
#[derive(Debug)]
pub struct BypassActivationLock;

impl RemoteAction for BypassActivationLock {
    fn name(&self) -> &'static str {
        "bypassActivationLock"
    }

    fn obey(&self, device: &mut ManagedDevice, order: &Order<'_>) {
        let code = code(device, order);
        device.edit(|record| {
            if record.activation_lock_bypass_code.as_str().is_empty() {
                record.activation_lock_bypass_code = code.into();
            }
        });
    }
}

/// Groups of letters and digits as Apple's codes have them.
fn code(device: &ManagedDevice, order: &Order<'_>) -> String {
    const CHARACTERS: &[u8] = b"0123456789ACDEFGHJKLMNPQRTUVWXYZ";
    let draw = order.chance("activation-lock", device);
    let mut characters = (0..26).map(|place| char::from(*draw.nth(place).pick(CHARACTERS)));
    let groups = [5, 5, 4, 4, 4, 4].map(|length| characters.by_ref().take(length).collect::<String>());
    groups.join("-")
}
