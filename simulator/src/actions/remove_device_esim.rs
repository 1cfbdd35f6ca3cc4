//! `removeDeviceEsim`: a cellular plan goes from the device (documented: msgraph-beta-sdk 1.66.0); only the entry
//! tells.

use super::{Parameter, RemoteAction};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/removeDeviceEsim`.
#[derive(Debug)]
pub struct RemoveDeviceEsim;

impl RemoteAction for RemoveDeviceEsim {
    fn name(&self) -> &'static str {
        "removeDeviceEsim"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("iccId", Edm::String)] }
    }
}
