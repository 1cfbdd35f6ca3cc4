//! What the inventory says of a device, and the one table of its properties.
//!
//! The table below is the only list of `managedDevice` properties in the program: the struct, the JSON of both API
//! versions, `$select`, `$filter`, `$orderby`, fleet files and PATCH all read it. Its order is the order of the JSON
//! keys (the service promises none; this is the order of a captured list record, followed by what that record lacks).
//!
//! Sources: v1.0 names, types and "single GET only" annotations from `msgraph-metadata` (CSDL of 2026-08-20,
//! documented); beta names from `@microsoft/microsoft-graph-types-beta` 0.44.0-preview (documented); null, zero and
//! empty patterns of lists from published captures (observed: sdk-powershell#2832, contrib#1639, msgraph-metadata#664).

mod slot;
mod stored;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::odata::value::{Edm, Value};

pub use self::slot::{Raw, Slot, Symbol, Text};

/// The two API versions Graph serves side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiVersion {
    /// `/v1.0`.
    V1,
    /// `/beta`.
    Beta,
}

impl ApiVersion {
    /// Its first path segment.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// Where a property carries its value; elsewhere it is `null`, `0`, `false` or `[]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In lists too.
    Always,
    /// On the GET of a single device (observed for `deviceActionResults`: PIS#13, #35; for `enrollmentProfileName`:
    /// msgraph-metadata#664).
    OnSingleGet,
    /// On the GET of a single device that names it in `$select` (documented in the property annotations, observed in
    /// contrib#1639, docs#19107, PIS#242).
    WhenSelected,
}

/// How a property is read.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// A field of the record.
    Field(for<'a> fn(&'a Record) -> Value<'a>),
    /// `deviceActionResults`, made from the device's actions.
    ActionResults,
    /// `hardwareInformation`, made from the record (see `wire::hardware_information`).
    HardwareInformation,
}

/// Writes one field from JSON; `Err` names what was expected.
pub type Write = fn(&mut Record, &Json) -> Result<(), &'static str>;

/// One row of the table.
#[derive(Debug)]
pub struct Property {
    /// Graph's spelling.
    pub name: &'static str,
    /// Its type in `$metadata`.
    pub edm: Edm,
    /// The first API version that has it; what v1.0 has, beta has too.
    pub since: ApiVersion,
    /// Its name as a JSON key with the colon, ready to be sent.
    pub json_key: &'static str,
    /// Where it carries its value.
    pub shown: Shown,
    /// How it is read.
    pub source: Source,
    /// How a fleet file or the control API writes it; `Err` names what was expected.
    pub write: Option<Write>,
}

macro_rules! properties {
    ($( $(#[doc = $doc:literal])+ $field:ident: $kind:ty = $name:literal, $edm:expr, $since:ident, $list:ident; )*
     also { $( $also_name:literal, $also_edm:expr, $also_since:ident, $also_list:ident, $source:expr; )* }) => {
        /// What the inventory says of one device: one field per stored property of the table.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Record { $( $(#[doc = $doc])+ pub $field: $kind, )* }

        /// Every property of a managed device, in the order of the JSON keys.
        pub static PROPERTIES: &[Property] = &[
            $( Property {
                name: $name,
                edm: $edm,
                since: ApiVersion::$since,
                json_key: concat!("\"", $name, "\":"),
                shown: Shown::$list,
                source: Source::Field(|record| record.$field.value()),
                write: Some(|record, json| {
                    shaped($edm, json)?;
                    record.$field.assign(json)
                }),
            }, )*
            $( Property {
                name: $also_name,
                edm: $also_edm,
                since: ApiVersion::$also_since,
                json_key: concat!("\"", $also_name, "\":"),
                shown: Shown::$also_list,
                source: $source,
                write: None,
            }, )*
        ];
    };
}

properties! {
    /// GUID in lower case. Defender-attached devices have ids of that shape that are no version 4 GUIDs (observed).
    id: Text = "id", Edm::String, V1, Always;
    /// The primary user, `""` when there is none (observed).
    user_id: Text = "userId", Edm::String, V1, Always;
    /// The name the device gives itself.
    device_name: Text = "deviceName", Edm::String, V1, Always;
    /// Company or personal.
    managed_device_owner_type: Symbol = "managedDeviceOwnerType", Edm::Enum("managedDeviceOwnerType"), V1, Always;
    /// When it enrolled.
    enrolled_date_time: DateTime<Utc> = "enrolledDateTime", Edm::DateTimeOffset, V1, Always;
    /// When it last checked in.
    last_sync_date_time: DateTime<Utc> = "lastSyncDateTime", Edm::DateTimeOffset, V1, Always;
    /// `Windows`, `iOS` (iPads too), `macOS`, `Android`, `Linux` (observed).
    operating_system: Text = "operatingSystem", Edm::String, V1, Always;
    /// Compliance.
    compliance_state: Symbol = "complianceState", Edm::Enum("complianceState"), V1, Always;
    /// A string, not a boolean: `"Unknown"`, `"False"`, `"True"`.
    jail_broken: Text = "jailBroken", Edm::String, V1, Always;
    /// The channel it is managed through.
    management_agent: Symbol = "managementAgent", Edm::Enum("managementAgentType"), V1, Always;
    /// The operating system's version as the device spells it.
    os_version: Text = "osVersion", Edm::String, V1, Always;
    /// Exchange ActiveSync activated.
    eas_activated: bool = "easActivated", Edm::Boolean, V1, Always;
    /// Exchange ActiveSync id.
    eas_device_id: Text = "easDeviceId", Edm::String, V1, Always;
    /// `0001-01-01T00:00:00Z` when never.
    eas_activation_date_time: DateTime<Utc> = "easActivationDateTime", Edm::DateTimeOffset, V1, Always;
    /// Nullable: null on devices enrolled by a device enrolment manager (observed, contrib#1391).
    azure_ad_registered: Option<bool> = "azureADRegistered", Edm::Boolean, V1, Always;
    /// How it enrolled; v1.0 returns members outside its own schema (observed, sdk-dotnet#2735).
    device_enrollment_type: Symbol = "deviceEnrollmentType", Edm::Enum("deviceEnrollmentType"), V1, Always;
    /// Apple's bypass code.
    activation_lock_bypass_code: Text = "activationLockBypassCode", Edm::String, V1, WhenSelected;
    /// The user's address.
    email_address: Text = "emailAddress", Edm::String, V1, Always;
    /// The device object in the directory.
    azure_ad_device_id: Text = "azureADDeviceId", Edm::String, V1, Always;
    /// Registration.
    device_registration_state: Symbol = "deviceRegistrationState", Edm::Enum("deviceRegistrationState"), V1, Always;
    /// `"Unknown"` when unset (observed).
    device_category_display_name: Text = "deviceCategoryDisplayName", Edm::String, V1, Always;
    /// Supervised; Macs say true (observed).
    is_supervised: bool = "isSupervised", Edm::Boolean, V1, Always;
    /// `0001-01-01T00:00:00Z` when never.
    exchange_last_successful_sync_date_time: DateTime<Utc> = "exchangeLastSuccessfulSyncDateTime", Edm::DateTimeOffset, V1, Always;
    /// Exchange access.
    exchange_access_state: Symbol = "exchangeAccessState", Edm::Enum("deviceManagementExchangeAccessState"), V1, Always;
    /// Why Exchange decided so.
    exchange_access_state_reason: Symbol = "exchangeAccessStateReason", Edm::Enum("deviceManagementExchangeAccessStateReason"), V1, Always;
    /// A link to a help session.
    remote_assistance_session_url: Text = "remoteAssistanceSessionUrl", Edm::String, V1, WhenSelected;
    /// Why the last help session failed.
    remote_assistance_session_error_details: Text = "remoteAssistanceSessionErrorDetails", Edm::String, V1, Always;
    /// Encrypted storage.
    is_encrypted: bool = "isEncrypted", Edm::Boolean, V1, Always;
    /// The user's sign-in name, `""` when there is none (observed).
    user_principal_name: Text = "userPrincipalName", Edm::String, V1, Always;
    /// May hold a double quote: `iPad Pro (12.9")(5th generation)` (observed).
    model: Text = "model", Edm::String, V1, Always;
    /// The maker.
    manufacturer: Text = "manufacturer", Edm::String, V1, Always;
    /// Mobile equipment id.
    imei: Text = "imei", Edm::String, V1, Always;
    /// `9999-12-31T23:59:59Z` when compliant, `0001-01-01T00:00:00Z` when unknown (observed).
    compliance_grace_period_expiration_date_time: DateTime<Utc> = "complianceGracePeriodExpirationDateTime", Edm::DateTimeOffset, V1, Always;
    /// `"0"`, `""` and text with spaces occur (observed).
    serial_number: Text = "serialNumber", Edm::String, V1, Always;
    /// Often masked on personal devices (inferred).
    phone_number: Text = "phoneNumber", Edm::String, V1, Always;
    /// `YYYY-MM-DD` on Android (inferred), else `""`.
    android_security_patch_level: Text = "androidSecurityPatchLevel", Edm::String, V1, Always;
    /// The user's name.
    user_display_name: Text = "userDisplayName", Edm::String, V1, Always;
    /// What Configuration Manager leaves to Intune; null without it.
    configuration_manager_client_enabled_features: Raw = "configurationManagerClientEnabledFeatures", Edm::Complex("configurationManagerClientEnabledFeatures"), V1, Always;
    /// 12 hex digits; upper case on Windows, lower on Apple (observed).
    wi_fi_mac_address: Text = "wiFiMacAddress", Edm::String, V1, Always;
    /// Health attestation; null without it.
    device_health_attestation_state: Raw = "deviceHealthAttestationState", Edm::Complex("deviceHealthAttestationState"), V1, Always;
    /// A Wi-Fi iPad can say `"iPad"` (observed).
    subscriber_carrier: Text = "subscriberCarrier", Edm::String, V1, Always;
    /// Mobile equipment id of CDMA.
    meid: Text = "meid", Edm::String, V1, Always;
    /// Bytes; negative values occur (observed).
    total_storage_space_in_bytes: i64 = "totalStorageSpaceInBytes", Edm::Int64, V1, Always;
    /// Bytes; negative values occur (observed).
    free_storage_space_in_bytes: i64 = "freeStorageSpaceInBytes", Edm::Int64, V1, Always;
    /// `<user>_<type>_<date> <time>`, editable (observed).
    managed_device_name: Text = "managedDeviceName", Edm::String, V1, Always;
    /// What a threat defence partner says; `unknown` without one (observed).
    partner_reported_threat_state: Symbol = "partnerReportedThreatState", Edm::Enum("managedDevicePartnerReportedHealthState"), V1, Always;
    /// Null in every capture.
    require_user_enrollment_approval: Option<bool> = "requireUserEnrollmentApproval", Edm::Boolean, V1, Always;
    /// When its management certificate ends.
    management_certificate_expiration_date: DateTime<Utc> = "managementCertificateExpirationDate", Edm::DateTimeOffset, V1, Always;
    /// SIM id.
    iccid: Text = "iccid", Edm::String, V1, WhenSelected;
    /// Apple's device id.
    udid: Text = "udid", Edm::String, V1, WhenSelected;
    /// An administrator's notes, editable.
    notes: Text = "notes", Edm::String, V1, WhenSelected;
    /// Wired network address.
    ethernet_mac_address: Text = "ethernetMacAddress", Edm::String, V1, WhenSelected;
    /// Bytes.
    physical_memory_in_bytes: i64 = "physicalMemoryInBytes", Edm::Int64, V1, WhenSelected;
    /// Null in lists (observed, msgraph-metadata#664, sdk-powershell#2228).
    enrollment_profile_name: Text = "enrollmentProfileName", Edm::String, V1, OnSingleGet;
    /// Where it stands between enrolled and gone.
    management_state: Symbol = "managementState", Edm::Enum("managementState"), V1, Always;
    /// Kind of device; what a support matrix goes by.
    device_type: Symbol = "deviceType", Edm::Enum("deviceType"), Beta, Always;
    /// How it is joined to the directory.
    join_type: Symbol = "joinType", Edm::Enum("joinType"), Beta, Always;
    /// Autopilot.
    autopilot_enrolled: bool = "autopilotEnrolled", Edm::Boolean, Beta, Always;
    /// macOS bootstrap token.
    bootstrap_token_escrowed: bool = "bootstrapTokenEscrowed", Edm::Boolean, Beta, WhenSelected;
    /// Kind of case.
    chassis_type: Symbol = "chassisType", Edm::Enum("chassisType"), Beta, Always;
    /// ChromeOS details.
    chrome_os_device_info: Raw = "chromeOSDeviceInfo", Edm::ComplexCollection("chromeOSDeviceProperty"), Beta, WhenSelected;
    /// Cloud PC actions.
    cloud_pc_remote_action_results: Raw = "cloudPcRemoteActionResults", Edm::ComplexCollection("cloudPcRemoteActionResult"), Beta, Always;
    /// Configuration Manager health; null without it.
    configuration_manager_client_health_state: Raw = "configurationManagerClientHealthState", Edm::Complex("configurationManagerClientHealthState"), Beta, Always;
    /// Configuration Manager client; null without it.
    configuration_manager_client_information: Raw = "configurationManagerClientInformation", Edm::Complex("configurationManagerClientInformation"), Beta, Always;
    /// Firmware managed by Intune.
    device_firmware_configuration_interface_managed: bool = "deviceFirmwareConfigurationInterfaceManaged", Edm::Boolean, Beta, Always;
    /// Who enrolled it.
    enrolled_by_user_principal_name: Text = "enrolledByUserPrincipalName", Edm::String, Beta, Always;
    /// Lost mode.
    lost_mode_state: Symbol = "lostModeState", Edm::Enum("lostModeState"), Beta, Always;
    /// Flags of the management agent.
    management_features: Symbol = "managementFeatures", Edm::Enum("managedDeviceManagementFeatures"), Beta, Always;
    /// `0001-01-01T00:00:00Z` when never (inferred from the zero-date habit).
    prefer_mdm_over_group_policy_applied_date_time: DateTime<Utc> = "preferMdmOverGroupPolicyAppliedDateTime", Edm::DateTimeOffset, Beta, Always;
    /// Processor.
    processor_architecture: Symbol = "processorArchitecture", Edm::Enum("managedDeviceArchitecture"), Beta, Always;
    /// `0001-01-01T00:00:00Z` when never (inferred from the zero-date habit).
    retire_after_date_time: DateTime<Utc> = "retireAfterDateTime", Edm::DateTimeOffset, Beta, Always;
    /// Scope tags.
    role_scope_tag_ids: Raw = "roleScopeTagIds", Edm::StringCollection, Beta, Always;
    /// Patch level.
    security_patch_level: Text = "securityPatchLevel", Edm::String, Beta, Always;
    /// Windows edition family.
    sku_family: Text = "skuFamily", Edm::String, Beta, Always;
    /// Windows edition number.
    sku_number: i32 = "skuNumber", Edm::Int32, Beta, Always;
    /// Version of the specification the device implements.
    specification_version: Text = "specificationVersion", Edm::String, Beta, Always;
    /// Who is signed in.
    users_logged_on: Raw = "usersLoggedOn", Edm::ComplexCollection("loggedOnUser"), Beta, Always;
    /// Malware now.
    windows_active_malware_count: i32 = "windowsActiveMalwareCount", Edm::Int32, Beta, WhenSelected;
    /// Malware once.
    windows_remediated_malware_count: i32 = "windowsRemediatedMalwareCount", Edm::Int32, Beta, WhenSelected;
    also {
        "aadRegistered", Edm::Boolean, Beta, Always, Source::Field(|record| record.azure_ad_registered.value());
        "azureActiveDirectoryDeviceId", Edm::String, Beta, Always, Source::Field(|record| record.azure_ad_device_id.value());
        "ownerType", Edm::Enum("ownerType"), Beta, Always, Source::Field(|record| record.managed_device_owner_type.value());
        "hardwareInformation", Edm::Complex("hardwareInformation"), Beta, Always, Source::HardwareInformation;
        "deviceActionResults", Edm::ComplexCollection("deviceActionResult"), V1, OnSingleGet, Source::ActionResults;
    }
}

/// What `$filter` works on (documented in the property annotations of v1.0; `deviceType` of beta observed: Microsoft's
/// own samples use it). On anything else the service ignores the filter (observed: graph-explorer-v4#3125); `id` is a
/// quirk of its own.
static FILTERABLE: &[&str] = &[
    "deviceName",
    "enrolledDateTime",
    "lastSyncDateTime",
    "operatingSystem",
    "complianceState",
    "jailBroken",
    "managementAgent",
    "osVersion",
    "azureADDeviceId",
    "emailAddress",
    "deviceCategoryDisplayName",
    "exchangeAccessState",
    "exchangeAccessStateReason",
    "userPrincipalName",
    "model",
    "manufacturer",
    "imei",
    "complianceGracePeriodExpirationDateTime",
    "serialNumber",
    "phoneNumber",
    "managementState",
    "deviceType",
];

impl Property {
    /// Whether `$filter` works on it.
    pub fn is_filterable(&self) -> bool {
        FILTERABLE.contains(&self.name)
    }
}

/// Whether null can be written to a property.
pub fn takes_null(property: &Property) -> bool {
    property.write.is_some_and(|write| write(&mut Record::default(), &Json::Null).is_ok())
}

/// Whether JSON that is kept as it is has at least the outer shape of its type.
fn shaped(edm: Edm, json: &Json) -> Result<(), &'static str> {
    let items = |fits: fn(&Json) -> bool| json.is_null() || json.as_array().is_some_and(|items| items.iter().all(fits));
    match edm {
        Edm::Complex(_) if !(json.is_null() || json.is_object()) => Err("an object or null"),
        Edm::ComplexCollection(_) if !items(Json::is_object) => Err("an array of objects, or null"),
        Edm::StringCollection if !items(Json::is_string) => Err("an array of strings, or null"),
        _ => Ok(()),
    }
}

/// The row called `name`, in any case (observed: `$select` and filters match names case-insensitively, PIS#35, #161).
pub fn property(name: &str) -> Option<(u16, &'static Property)> {
    let index = PROPERTIES.iter().position(|property| property.name.eq_ignore_ascii_case(name))?;
    Some((u16::try_from(index).expect("the table has fewer than 65,536 rows"), &PROPERTIES[index]))
}

/// What the inventory shows for "never", such as an activation that did not happen (observed).
pub fn never() -> DateTime<Utc> {
    DateTime::from_timestamp(-62_135_596_800, 0).expect("0001-01-01 is in chrono's range")
}

/// What the inventory shows for "no end", such as the grace period of a compliant device (observed).
pub fn forever() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 999_999_900).expect("9999-12-31 is in chrono's range")
}
