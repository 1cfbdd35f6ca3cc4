//! The categories an administrator sorts devices into.

use super::{EntityType, Member};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// Names: `@microsoft/microsoft-graph-types` 2.43.1 and `…-beta` 0.44.0-preview (documented).
pub static DEVICE_CATEGORY: EntityType = EntityType {
    name: "deviceCategory",
    since: ApiVersion::V1,
    properties: &[
        Member::required("id", Edm::String),
        Member::nullable("displayName", Edm::String),
        Member::nullable("description", Edm::String),
        Member::required("roleScopeTagIds", Edm::StringCollection).in_beta(),
    ],
    navigation: &[],
};
