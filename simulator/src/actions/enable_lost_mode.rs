//! `enableLostMode`: the device is locked behind a message; beta's `lostModeState` tells.
//!
//! Apple asks for a message or a phone number (documented: Apple's `EnableLostMode` command); that the service refuses
//! a request with neither is assumed.

use super::{Order, Parameter, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/enableLostMode`.
#[derive(Debug)]
pub struct EnableLostMode;

impl RemoteAction for EnableLostMode {
    fn name(&self) -> &'static str {
        "enableLostMode"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::nullable("message", Edm::String),
                Parameter::nullable("phoneNumber", Edm::String),
                Parameter::nullable("footer", Edm::String),
            ]
        }
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        if arguments.text("message").is_empty() && arguments.text("phoneNumber").is_empty() {
            return Err("Lost mode needs a 'message' or a 'phoneNumber'.".to_owned());
        }
        Ok(())
    }

    fn obey(&self, device: &mut ManagedDevice, _order: &Order<'_>) {
        device.edit(|record| record.lost_mode_state = "enabled".into());
    }
}
