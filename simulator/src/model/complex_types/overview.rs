//! The parts of the overview of all devices.

use super::ComplexType;
use crate::device::record::ApiVersion;
use crate::model::Member;
use crate::odata::value::Edm;

/// Those types.
pub(super) static TYPES: &[ComplexType] = &[
    ComplexType {
        name: "deviceExchangeAccessStateSummary",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::required("allowedDeviceCount", Edm::Int32),
            Member::required("blockedDeviceCount", Edm::Int32),
            Member::required("quarantinedDeviceCount", Edm::Int32),
            Member::required("unavailableDeviceCount", Edm::Int32),
            Member::required("unknownDeviceCount", Edm::Int32),
        ],
    },
    ComplexType {
        name: "deviceOperatingSystemSummary",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::required("androidCorporateWorkProfileCount", Edm::Int32),
            Member::required("androidCount", Edm::Int32),
            Member::required("androidDedicatedCount", Edm::Int32),
            Member::required("androidDeviceAdminCount", Edm::Int32),
            Member::required("androidFullyManagedCount", Edm::Int32),
            Member::required("androidWorkProfileCount", Edm::Int32),
            Member::required("aospUserAssociatedCount", Edm::Int32).in_beta(),
            Member::required("aospUserlessCount", Edm::Int32).in_beta(),
            Member::required("chromeOSCount", Edm::Int32).in_beta(),
            Member::required("configMgrDeviceCount", Edm::Int32),
            Member::required("iosCount", Edm::Int32),
            Member::required("linuxCount", Edm::Int32).in_beta(),
            Member::required("macOSCount", Edm::Int32),
            Member::required("unknownCount", Edm::Int32),
            Member::required("windowsCount", Edm::Int32),
            Member::required("windowsMobileCount", Edm::Int32),
        ],
    },
    ComplexType {
        name: "managedDeviceModelsAndManufacturers",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::nullable("deviceManufacturers", Edm::StringCollection),
            Member::nullable("deviceModels", Edm::StringCollection),
        ],
    },
];
