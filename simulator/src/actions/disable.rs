//! `disable`: a lost Chromebook is locked with a message (documented: memdocs `lost-mode.md`); only the entry tells.

use super::RemoteAction;
use crate::device::record::ApiVersion;

/// `POST …/disable`.
#[derive(Debug)]
pub struct Disable;

impl RemoteAction for Disable {
    fn name(&self) -> &'static str {
        "disable"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["disable"]
    }
}
