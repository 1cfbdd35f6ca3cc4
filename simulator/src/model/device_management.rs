//! Intune itself, as the singleton that everything here hangs from.

use super::{EntityType, Member, Navigation};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// As much of it as is emulated. Names: `@microsoft/microsoft-graph-types` 2.43.1 (documented).
pub static DEVICE_MANAGEMENT: EntityType = EntityType {
    name: "deviceManagement",
    since: ApiVersion::V1,
    properties: &[
        Member::required("id", Edm::String),
        Member::required("intuneAccountId", Edm::Guid),
        Member::required("subscriptionState", Edm::Enum("deviceManagementSubscriptionState")),
        Member::nullable("settings", Edm::Complex("deviceManagementSettings")),
    ],
    navigation: &[
        Navigation { name: "auditEvents", target: "auditEvent", many: true, since: ApiVersion::V1 },
        Navigation { name: "comanagedDevices", target: "managedDevice", many: true, since: ApiVersion::Beta },
        Navigation { name: "detectedApps", target: "detectedApp", many: true, since: ApiVersion::V1 },
        Navigation { name: "deviceCategories", target: "deviceCategory", many: true, since: ApiVersion::V1 },
        Navigation {
            name: "managedDeviceOverview",
            target: "managedDeviceOverview",
            many: false,
            since: ApiVersion::V1,
        },
        Navigation { name: "managedDevices", target: "managedDevice", many: true, since: ApiVersion::V1 },
        Navigation { name: "remoteActionAudits", target: "remoteActionAudit", many: true, since: ApiVersion::Beta },
    ],
};
