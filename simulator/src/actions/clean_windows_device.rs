//! `cleanWindowsDevice`: the portal's Fresh Start. The device stays enrolled (assumed), so only the entry tells.

use super::{Parameter, RemoteAction};
use crate::odata::value::Edm;

/// `POST …/cleanWindowsDevice`.
#[derive(Debug)]
pub struct CleanWindowsDevice;

impl RemoteAction for CleanWindowsDevice {
    fn name(&self) -> &'static str {
        "cleanWindowsDevice"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::required("keepUserData", Edm::Boolean)] }
    }
}
