//! `wipe`: the device goes back to how it left the factory.
//!
//! Parameters that do not fit the platform are refused like an unsupported action (observed: IPS#51). Which fit is
//! taken from the options that the admin centre offers for each platform (memdocs `wipe.md`, 2025-11-14); false, empty
//! and `default` ask for nothing and fit all (assumed).

use super::{Course, Order, Parameter, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::departure::Way;
use crate::device::order::Arguments;
use crate::device::platform::Platform;
use crate::odata::value::Edm;

/// `POST …/wipe`.
#[derive(Debug)]
pub struct Wipe;

impl RemoteAction for Wipe {
    fn name(&self) -> &'static str {
        "wipe"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::nullable("keepEnrollmentData", Edm::Boolean),
                Parameter::nullable("keepUserData", Edm::Boolean),
                Parameter::nullable("macOsUnlockCode", Edm::String),
                Parameter::nullable("persistEsimDataPlan", Edm::Boolean),
                Parameter::nullable("obliterationBehavior", Edm::Enum("obliterationBehavior")).in_beta(),
                Parameter::nullable("useProtectedWipe", Edm::Boolean).in_beta(),
            ]
        }
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["wipe"]
    }

    fn audit_name(&self, arguments: &Arguments) -> &'static str {
        if arguments.flag("keepEnrollmentData") { "factoryResetKeepEnrollmentData" } else { "factoryReset" }
    }

    fn course(&self, arguments: &Arguments) -> Course {
        Course::Departure { way: Way::Wipe, stays: arguments.flag("keepEnrollmentData") }
    }

    /// Six digits (documented: memdocs `wipe.md`); that the service checks them is assumed.
    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        let code = arguments.text("macOsUnlockCode");
        if code.is_empty() || (code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())) {
            return Ok(());
        }
        Err("The value of 'macOsUnlockCode' must have exactly six digits.".to_owned())
    }

    fn fits(&self, device: &ManagedDevice, arguments: &Arguments) -> bool {
        let platform = device.facts().platform;
        let windows = platform == Platform::Windows;
        let mac = platform == Platform::MacOs;
        // ChromeOS can keep the enrolment and remove only the profiles of its users.
        let keeps = windows || platform == Platform::ChromeOs;
        let esim = matches!(platform, Platform::Ios | Platform::IpadOs);
        let asks_to_obliterate = !matches!(arguments.text("obliterationBehavior"), "" | "default");
        [
            (arguments.flag("keepEnrollmentData"), keeps),
            (arguments.flag("keepUserData"), windows),
            (!arguments.text("macOsUnlockCode").is_empty(), mac),
            (arguments.flag("persistEsimDataPlan"), esim),
            (asks_to_obliterate, mac),
            (arguments.flag("useProtectedWipe"), windows),
        ]
        .into_iter()
        .all(|(asked, fits)| fits || !asked)
    }

    /// A device that stays enrolled has lost its passcode and what it was set to (assumed).
    fn obey(&self, device: &mut ManagedDevice, _order: &Order<'_>) {
        device.physical.passcode.set = false;
    }
}
