//! What a managed device leads to. Its properties are the table in [`crate::device::record`].

use super::detected_app::DETECTED_APP;
use super::device_category::DEVICE_CATEGORY;
use super::device_compliance_policy_state::DEVICE_COMPLIANCE_POLICY_STATE;
use super::device_configuration_state::DEVICE_CONFIGURATION_STATE;
use super::device_log_collection_response::DEVICE_LOG_COLLECTION_RESPONSE;
use super::directory::USER;
use super::windows_protection_state::WINDOWS_PROTECTION_STATE;
use super::{EntityType, Navigation};
use crate::device::record::ApiVersion;

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
