//! `suspendManagedHomeScreen`: a kiosk is an ordinary device for a while (documented: memdocs
//! `suspend-managed-home-screen.md`); only the entry tells.

use super::{Parameter, RemoteAction};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/suspendManagedHomeScreen`.
#[derive(Debug)]
pub struct SuspendManagedHomeScreen;

impl RemoteAction for SuspendManagedHomeScreen {
    fn name(&self) -> &'static str {
        "suspendManagedHomeScreen"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("timeoutMinutes", Edm::String)] }
    }
}
