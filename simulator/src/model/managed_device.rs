//! The managed device as a type of the model: its properties are made from the table in [`crate::device::record`] when the
//! program is compiled; what it leads to is the table below.

use super::detected_app::DETECTED_APP;
use super::device_category::DEVICE_CATEGORY;
use super::device_compliance_policy_state::DEVICE_COMPLIANCE_POLICY_STATE;
use super::device_configuration_state::DEVICE_CONFIGURATION_STATE;
use super::device_log_collection_response::DEVICE_LOG_COLLECTION_RESPONSE;
use super::directory::USER;
use super::windows_protection_state::WINDOWS_PROTECTION_STATE;
use super::{EntityType, Member, Navigation};
use crate::device::record::{ApiVersion, PROPERTIES, Property};
use crate::odata::value::Edm;

const COUNT: usize = PROPERTIES.len();

static MEMBERS: [Member; COUNT] = members();

static LEADS_TO: [Navigation; NAVIGATION.len()] = leads_to();

/// Every row of [`PROPERTIES`] and of [`NAVIGATION`], in that order.
pub static MANAGED_DEVICE: EntityType =
    EntityType { name: "managedDevice", since: ApiVersion::V1, properties: &MEMBERS, navigation: &LEADS_TO };

const fn members() -> [Member; COUNT] {
    let mut members = [const { Member::nullable("", Edm::String) }; COUNT];
    let mut row = 0;
    while row < COUNT {
        let property = &PROPERTIES[row];
        members[row] =
            Member { name: property.name, edm: property.edm, nullable: is_nullable(property), since: property.since };
        row += 1;
    }
    members
}

const fn leads_to() -> [Navigation; NAVIGATION.len()] {
    let mut leads_to =
        [const { Navigation { name: "", target: "", many: false, since: ApiVersion::V1 } }; NAVIGATION.len()];
    let mut row = 0;
    while row < NAVIGATION.len() {
        let Navigation { name, target, many, since } = NAVIGATION[row].1;
        leads_to[row] = Navigation { name, target, many, since };
        row += 1;
    }
    leads_to
}

/// Texts, collections and complex values may be null, others not, with three exceptions (documented: the published
/// types of both versions, which the check in `.ci/clients/types` compares).
const fn is_nullable(property: &Property) -> bool {
    match property.name.as_bytes() {
        b"id" => false,
        b"azureADRegistered" | b"aadRegistered" | b"requireUserEnrollmentApproval" => true,
        _ => !matches!(
            property.edm,
            Edm::Boolean | Edm::Int32 | Edm::Int64 | Edm::Double | Edm::DateTimeOffset | Edm::Guid | Edm::Enum(_)
        ),
    }
}

/// One navigation property of a device, by what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceNavigation {
    /// `deviceCategory`
    Category,
    /// `deviceCompliancePolicyStates`
    CompliancePolicyStates,
    /// `deviceConfigurationStates`
    ConfigurationStates,
    /// `logCollectionRequests`
    LogCollectionRequests,
    /// `users`
    Users,
    /// `windowsProtectionState`
    WindowsProtectionState,
    /// `detectedApps`
    DetectedApps,
}

/// Every navigation property of a device that is emulated, with the type it leads to. Names:
/// `@microsoft/microsoft-graph-types` 2.43.1 and `…-beta` 0.44.0-preview (documented).
pub static NAVIGATION: &[(DeviceNavigation, Navigation, &EntityType)] = &[
    one(DeviceNavigation::Category, "deviceCategory", &DEVICE_CATEGORY),
    many(
        DeviceNavigation::CompliancePolicyStates,
        "deviceCompliancePolicyStates",
        &DEVICE_COMPLIANCE_POLICY_STATE,
        ApiVersion::V1,
    ),
    many(
        DeviceNavigation::ConfigurationStates,
        "deviceConfigurationStates",
        &DEVICE_CONFIGURATION_STATE,
        ApiVersion::V1,
    ),
    many(
        DeviceNavigation::LogCollectionRequests,
        "logCollectionRequests",
        &DEVICE_LOG_COLLECTION_RESPONSE,
        ApiVersion::V1,
    ),
    many(DeviceNavigation::Users, "users", &USER, ApiVersion::V1),
    one(DeviceNavigation::WindowsProtectionState, "windowsProtectionState", &WINDOWS_PROTECTION_STATE),
    many(DeviceNavigation::DetectedApps, "detectedApps", &DETECTED_APP, ApiVersion::Beta),
];

type Row = (DeviceNavigation, Navigation, &'static EntityType);

const fn one(which: DeviceNavigation, name: &'static str, to: &'static EntityType) -> Row {
    (which, Navigation { name, target: to.name, many: false, since: ApiVersion::V1 }, to)
}

const fn many(which: DeviceNavigation, name: &'static str, to: &'static EntityType, since: ApiVersion) -> Row {
    (which, Navigation { name, target: to.name, many: true, since }, to)
}

impl DeviceNavigation {
    /// The one called `name`, in any case, as `version` has it.
    pub fn named(name: &str, version: ApiVersion) -> Option<Self> {
        let row = NAVIGATION
            .iter()
            .find(|(_, navigation, _)| navigation.since <= version && navigation.name.eq_ignore_ascii_case(name))?;
        Some(row.0)
    }

    /// Its row.
    fn row(self) -> &'static Row {
        NAVIGATION.iter().find(|row| row.0 == self).expect("every one has a row")
    }

    /// Its name and how many it leads to.
    pub fn property(self) -> &'static Navigation {
        &self.row().1
    }

    /// What it leads to.
    pub fn target(self) -> &'static EntityType {
        self.row().2
    }
}

#[cfg(test)]
mod tests {
    use super::{DeviceNavigation, NAVIGATION};
    use crate::device::record::ApiVersion;

    #[test]
    fn every_navigation_property_is_found_by_its_name() {
        for (which, navigation, target) in NAVIGATION {
            let found = DeviceNavigation::named(&navigation.name.to_uppercase(), ApiVersion::Beta).unwrap();
            assert_eq!((found, found.target().name), (*which, target.name));
            assert_eq!(found.property().name, navigation.name);
        }
        assert_eq!(DeviceNavigation::named("detectedApps", ApiVersion::V1), None);
    }
}
