//! `initiateDeviceAttestation`: the device proves what it runs; only the entry tells.

use super::RemoteAction;
use crate::device::record::ApiVersion;

/// `POST …/initiateDeviceAttestation`.
#[derive(Debug)]
pub struct InitiateDeviceAttestation;

impl RemoteAction for InitiateDeviceAttestation {
    fn name(&self) -> &'static str {
        "initiateDeviceAttestation"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["initiateDeviceAttestation"]
    }
}
