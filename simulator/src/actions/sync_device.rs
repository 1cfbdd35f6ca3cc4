//! `syncDevice`: the device checks in now.
//!
//! Checking in is all it does, and every push makes a device do that; `lastSyncDateTime` tells.

use super::RemoteAction;

/// `POST …/syncDevice`.
#[derive(Debug)]
pub struct SyncDevice;

impl RemoteAction for SyncDevice {
    fn name(&self) -> &'static str {
        "syncDevice"
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["syncDevice"]
    }
}
