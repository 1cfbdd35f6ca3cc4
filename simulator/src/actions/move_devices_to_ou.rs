//! `moveDevicesToOU`: Chromebooks go to another organizational unit of Google's console.
//!
//! It is asked of the collection and names the devices itself (documented: the action's beta page, which of late asks for
//! `PrivilegedOperations`, and before for permissions to read). `executeAction` knows it as
//! `moveDeviceToOrganizationalUnit`. No property of a device is known to say where it is, so only the audit tells; that
//! it is the service that does it, at once, is assumed.

use super::{Course, Parameter, RemoteAction};
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST /deviceManagement/managedDevices/moveDevicesToOU`.
#[derive(Debug)]
pub struct MoveDevicesToOu;

impl RemoteAction for MoveDevicesToOu {
    fn name(&self) -> &'static str {
        "moveDevicesToOU"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn is_of_collection(&self) -> bool {
        true
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::nullable("deviceIds", Edm::GuidCollection),
                Parameter::nullable("organizationalUnitPath", Edm::String),
            ]
        }
    }

    fn audit_name(&self, _arguments: &Arguments) -> &'static str {
        "moveDeviceToOrganizationalUnit"
    }

    fn course(&self, _arguments: &Arguments) -> Course {
        Course::ByService
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["moveDeviceToOrganizationalUnit"]
    }

    /// Where to must be said (assumed: nothing tells what would become of a device without it).
    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        match arguments.text("organizationalUnitPath") {
            "" => Err("The parameter 'organizationalUnitPath' must name an organizational unit.".to_owned()),
            _ => Ok(()),
        }
    }
}
