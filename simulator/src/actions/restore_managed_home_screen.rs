//! `restoreManagedHomeScreen`: a kiosk is a kiosk again (documented: memdocs `restore-managed-home-screen.md`); only
//! the entry tells.

use super::RemoteAction;
use crate::device::record::ApiVersion;

/// `POST …/restoreManagedHomeScreen`.
#[derive(Debug)]
pub struct RestoreManagedHomeScreen;

impl RemoteAction for RestoreManagedHomeScreen {
    fn name(&self) -> &'static str {
        "restoreManagedHomeScreen"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }
}
