//! `requestRemoteAssistance`: a link to a session in which somebody helps.
//!
//! That the link appears in `remoteAssistanceSessionUrl` follows from the property's name; its spelling is made up, on
//! a host that does not exist.

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;

/// `POST …/requestRemoteAssistance`.
#[derive(Debug)]
pub struct RequestRemoteAssistance;

impl RemoteAction for RequestRemoteAssistance {
    fn name(&self) -> &'static str {
        "requestRemoteAssistance"
    }

    fn obey(&self, device: &mut ManagedDevice, order: &Order<'_>) {
        let session = order.chance("remote-assistance", device).guid();
        device.edit(|record| {
            record.remote_assistance_session_url = format!("https://remote-assistance.example/s/{session}").into();
        });
    }
}
