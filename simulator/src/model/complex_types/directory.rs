//! Parts of directory objects.

use super::ComplexType;
use crate::device::record::ApiVersion;
use crate::model::Member;
use crate::odata::value::Edm;

/// Those types.
pub(super) static TYPES: &[ComplexType] = &[ComplexType {
    name: "verifiedDomain",
    base: None,
    since: ApiVersion::V1,
    members: &[
        Member::nullable("capabilities", Edm::String),
        Member::nullable("isDefault", Edm::Boolean),
        Member::nullable("isInitial", Edm::Boolean),
        Member::nullable("name", Edm::String),
        Member::nullable("type", Edm::String),
    ],
}];
