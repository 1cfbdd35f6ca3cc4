//! `deprovision`: Google's policies go from a Chromebook that nobody uses any more.
//!
//! The device stays in the inventory (assumed).

use super::{Parameter, RemoteAction};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/deprovision`.
#[derive(Debug)]
pub struct Deprovision;

impl RemoteAction for Deprovision {
    fn name(&self) -> &'static str {
        "deprovision"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("deprovisionReason", Edm::String)] }
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["deprovision"]
    }
}
