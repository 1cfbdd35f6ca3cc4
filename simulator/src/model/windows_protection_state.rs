//! What a Windows device's antivirus reported.

use super::{EntityType, Member};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// Names: `@microsoft/microsoft-graph-types` 2.43.1 (documented). The malware it found is a navigation property that is
/// not emulated.
pub static WINDOWS_PROTECTION_STATE: EntityType = EntityType {
    name: "windowsProtectionState",
    since: ApiVersion::V1,
    properties: &[
        Member::required("id", Edm::String),
        Member::nullable("malwareProtectionEnabled", Edm::Boolean),
        Member::nullable("deviceState", Edm::Enum("windowsDeviceHealthState")),
        Member::nullable("realTimeProtectionEnabled", Edm::Boolean),
        Member::nullable("networkInspectionSystemEnabled", Edm::Boolean),
        Member::nullable("quickScanOverdue", Edm::Boolean),
        Member::nullable("fullScanOverdue", Edm::Boolean),
        Member::nullable("signatureUpdateOverdue", Edm::Boolean),
        Member::nullable("rebootRequired", Edm::Boolean),
        Member::nullable("fullScanRequired", Edm::Boolean),
        Member::nullable("engineVersion", Edm::String),
        Member::nullable("signatureVersion", Edm::String),
        Member::nullable("antiMalwareVersion", Edm::String),
        Member::nullable("lastQuickScanDateTime", Edm::DateTimeOffset),
        Member::nullable("lastFullScanDateTime", Edm::DateTimeOffset),
        Member::nullable("lastQuickScanSignatureVersion", Edm::String),
        Member::nullable("lastFullScanSignatureVersion", Edm::String),
        Member::nullable("lastReportedDateTime", Edm::DateTimeOffset),
        Member::nullable("productStatus", Edm::Enum("windowsDefenderProductStatus")),
        Member::nullable("isVirtualMachine", Edm::Boolean),
        Member::nullable("tamperProtectionEnabled", Edm::Boolean),
    ],
    navigation: &[],
};
