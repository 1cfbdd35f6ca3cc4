//! `reenable`: a disabled Chromebook is free again; only the entry tells.

use super::RemoteAction;
use crate::device::record::ApiVersion;

/// `POST …/reenable`.
#[derive(Debug)]
pub struct Reenable;

impl RemoteAction for Reenable {
    fn name(&self) -> &'static str {
        "reenable"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["reenable"]
    }
}
