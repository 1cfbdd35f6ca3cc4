//! The fleet in numbers.

use super::{EntityType, Member};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// Names: `@microsoft/microsoft-graph-types` 2.43.1 and `…-beta` 0.44.0-preview (documented).
pub static MANAGED_DEVICE_OVERVIEW: EntityType = EntityType {
    name: "managedDeviceOverview",
    since: ApiVersion::V1,
    properties: &[
        Member::required("id", Edm::String),
        Member::required("enrolledDeviceCount", Edm::Int32),
        Member::required("mdmEnrolledCount", Edm::Int32),
        Member::required("dualEnrolledDeviceCount", Edm::Int32),
        Member::nullable("managedDeviceModelsAndManufacturers", Edm::Complex("managedDeviceModelsAndManufacturers"))
            .in_beta(),
        Member::required("lastModifiedDateTime", Edm::DateTimeOffset).in_beta(),
        Member::nullable("deviceOperatingSystemSummary", Edm::Complex("deviceOperatingSystemSummary")),
        Member::nullable("deviceExchangeAccessStateSummary", Edm::Complex("deviceExchangeAccessStateSummary")),
    ],
    navigation: &[],
};
