//! `hardwareInformation` of beta; how it is filled is [`crate::wire`]'s matter.

use super::ComplexType;
use crate::device::record::ApiVersion;
use crate::model::Member;
use crate::odata::value::Edm;

/// Those types.
pub(super) static TYPES: &[ComplexType] = &[
    ComplexType {
        name: "hardwareInformation",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::required("batteryChargeCycles", Edm::Int32),
            Member::required("batteryHealthPercentage", Edm::Int32),
            Member::nullable("batteryLevelPercentage", Edm::Double),
            Member::nullable("batterySerialNumber", Edm::String),
            Member::nullable("cellularTechnology", Edm::String),
            Member::nullable("deviceFullQualifiedDomainName", Edm::String),
            Member::required(
                "deviceGuardLocalSystemAuthorityCredentialGuardState",
                Edm::Enum("deviceGuardLocalSystemAuthorityCredentialGuardState"),
            ),
            Member::required(
                "deviceGuardVirtualizationBasedSecurityHardwareRequirementState",
                Edm::Enum("deviceGuardVirtualizationBasedSecurityHardwareRequirementState"),
            ),
            Member::required(
                "deviceGuardVirtualizationBasedSecurityState",
                Edm::Enum("deviceGuardVirtualizationBasedSecurityState"),
            ),
            Member::required("deviceLicensingLastErrorCode", Edm::Int32),
            Member::nullable("deviceLicensingLastErrorDescription", Edm::String),
            Member::required("deviceLicensingStatus", Edm::Enum("deviceLicensingStatus")),
            Member::nullable("esimIdentifier", Edm::String),
            Member::required("freeStorageSpace", Edm::Int64),
            Member::nullable("imei", Edm::String),
            Member::nullable("ipAddressV4", Edm::String),
            Member::required("isEncrypted", Edm::Boolean),
            Member::required("isSharedDevice", Edm::Boolean),
            Member::required("isSupervised", Edm::Boolean),
            Member::nullable("manufacturer", Edm::String),
            Member::nullable("meid", Edm::String),
            Member::nullable("model", Edm::String),
            Member::nullable("operatingSystemEdition", Edm::String),
            Member::nullable("operatingSystemLanguage", Edm::String),
            Member::required("operatingSystemProductType", Edm::Int32),
            Member::nullable("osBuildNumber", Edm::String),
            Member::nullable("phoneNumber", Edm::String),
            Member::nullable("productName", Edm::String),
            Member::nullable("residentUsersCount", Edm::Int64),
            Member::nullable("serialNumber", Edm::String),
            Member::nullable("sharedDeviceCachedUsers", Edm::ComplexCollection("sharedAppleDeviceUser")),
            Member::nullable("subnetAddress", Edm::String),
            Member::nullable("subscriberCarrier", Edm::String),
            Member::nullable("systemManagementBIOSVersion", Edm::String),
            Member::required("totalStorageSpace", Edm::Int64),
            Member::nullable("tpmManufacturer", Edm::String),
            Member::nullable("tpmSpecificationVersion", Edm::String),
            Member::nullable("tpmVersion", Edm::String),
            Member::nullable("wifiMac", Edm::String),
            Member::nullable("wiredIPv4Addresses", Edm::StringCollection),
        ],
    },
    ComplexType {
        name: "sharedAppleDeviceUser",
        base: None,
        since: ApiVersion::Beta,
        members: &[
            Member::nullable("dataQuota", Edm::Int64),
            Member::required("dataToSync", Edm::Boolean),
            Member::required("dataUsed", Edm::Int64),
            Member::nullable("userPrincipalName", Edm::String),
        ],
    },
];
