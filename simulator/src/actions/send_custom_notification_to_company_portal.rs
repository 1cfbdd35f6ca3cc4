//! `sendCustomNotificationToCompanyPortal`: a message to the user of the device.
//!
//! Intune keeps no track of it, so there is no entry; 50 and 500 characters at most (documented: memdocs
//! `send-custom-notification.md`, 2025-10-27). That longer ones are refused is assumed.

use super::{Course, Parameter, RemoteAction};
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/sendCustomNotificationToCompanyPortal`.
#[derive(Debug)]
pub struct SendCustomNotificationToCompanyPortal;

impl RemoteAction for SendCustomNotificationToCompanyPortal {
    fn name(&self) -> &'static str {
        "sendCustomNotificationToCompanyPortal"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::nullable("notificationTitle", Edm::String),
                Parameter::nullable("notificationBody", Edm::String),
            ]
        }
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["customTextNotification"]
    }

    fn course(&self, _arguments: &Arguments) -> Course {
        Course::ByService
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        for (name, most) in [("notificationTitle", 50), ("notificationBody", 500)] {
            if arguments.text(name).chars().count() > most {
                return Err(format!("'{name}' can have at most {most} characters."));
            }
        }
        Ok(())
    }
}
