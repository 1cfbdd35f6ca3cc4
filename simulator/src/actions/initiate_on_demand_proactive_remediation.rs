//! `initiateOnDemandProactiveRemediation`: the portal's Run remediation.
//!
//! Which script it is, is not checked: there are none here.

use super::{Parameter, RemoteAction};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/initiateOnDemandProactiveRemediation`.
#[derive(Debug)]
pub struct InitiateOnDemandProactiveRemediation;

impl RemoteAction for InitiateOnDemandProactiveRemediation {
    fn name(&self) -> &'static str {
        "initiateOnDemandProactiveRemediation"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("scriptPolicyId", Edm::String)] }
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["initiateOnDemandProactiveRemediation"]
    }
}
