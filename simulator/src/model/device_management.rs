//! The root of everything Intune.

use super::{EntityType, Member, Navigation};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// What of `/deviceManagement` is emulated: the way to its collections (documented: Graph's deviceManagement resource).
pub static DEVICE_MANAGEMENT: EntityType = EntityType {
    name: "deviceManagement",
    since: ApiVersion::V1,
    properties: &[Member::required("id", Edm::String)],
    navigation: &[
        Navigation { name: "managedDevices", target: "managedDevice", many: true, since: ApiVersion::V1 },
        Navigation { name: "remoteActionAudits", target: "remoteActionAudit", many: true, since: ApiVersion::Beta },
    ],
};
