//! `windowsDefenderUpdateSignatures`: the virus scanner gets the newest definitions.

use super::RemoteAction;

/// `POST …/windowsDefenderUpdateSignatures`.
#[derive(Debug)]
pub struct WindowsDefenderUpdateSignatures;

impl RemoteAction for WindowsDefenderUpdateSignatures {
    fn name(&self) -> &'static str {
        "windowsDefenderUpdateSignatures"
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["signatureUpdate"]
    }
}
