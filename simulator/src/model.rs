//! The entity data model: which types there are and what they hold.
//!
//! One file per entity type below; `$metadata` prints them, `$select` resolves names by them, refusals quote them. The
//! managed device is made from the table in [`crate::device::record`], which also knows where each value comes from.

pub mod audit_event;
pub mod complex_types;
pub mod container;
pub mod csdl;
pub mod detected_app;
pub mod device_category;
pub mod device_compliance_policy_state;
pub mod device_configuration_state;
pub mod device_log_collection_response;
pub mod device_management;
pub mod directory;
pub mod entity_types;
pub mod enumerations;
pub mod managed_device;
pub mod managed_device_overview;
pub mod remote_action_audit;
pub mod windows_protection_state;

#[cfg(test)]
mod tests;

use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

pub use self::entity_types::ENTITY_TYPES;

/// One entity type.
#[derive(Debug)]
pub struct EntityType {
    /// Its name without the namespace, such as `detectedApp`.
    pub name: &'static str,
    /// The first API version that has it.
    pub since: ApiVersion,
    /// What it holds, in the order of the JSON keys. `id` is the key.
    pub properties: &'static [Member],
    /// What it leads to.
    pub navigation: &'static [Navigation],
}

/// One property of an entity type or of a complex type.
#[derive(Debug)]
pub struct Member {
    /// Graph's spelling.
    pub name: &'static str,
    /// What it holds.
    pub edm: Edm,
    /// Whether it may be null.
    pub nullable: bool,
    /// The first API version that has it.
    pub since: ApiVersion,
}

/// One navigation property.
#[derive(Debug)]
pub struct Navigation {
    /// Graph's spelling.
    pub name: &'static str,
    /// The entity type it leads to, without the namespace.
    pub target: &'static str,
    /// Whether it leads to many.
    pub many: bool,
    /// The first API version that has it.
    pub since: ApiVersion,
}

impl Member {
    /// A property that may be null and is in both versions.
    pub const fn nullable(name: &'static str, edm: Edm) -> Self {
        Self { name, edm, nullable: true, since: ApiVersion::V1 }
    }

    /// A property that is never null and is in both versions.
    pub const fn required(name: &'static str, edm: Edm) -> Self {
        Self { name, edm, nullable: false, since: ApiVersion::V1 }
    }

    /// The same, in beta only.
    #[must_use]
    pub const fn in_beta(self) -> Self {
        Self { since: ApiVersion::Beta, ..self }
    }
}

impl EntityType {
    /// The property called `name`, in any case, as `version` has it.
    pub fn property(&self, name: &str, version: ApiVersion) -> Option<&'static Member> {
        self.properties.iter().find(|member| member.since <= version && member.name.eq_ignore_ascii_case(name))
    }

    /// The name with its namespace, as refusals quote it.
    pub fn full_name(&self) -> String {
        format!("microsoft.graph.{}", self.name)
    }
}

/// The entity type called `name`, if `version` has it.
pub fn entity_type(name: &str, version: ApiVersion) -> Option<&'static EntityType> {
    ENTITY_TYPES.iter().copied().find(|known| known.since <= version && known.name == name)
}

/// Whether what `navigation` leads to lives below `owner` and nowhere else, so that `owner`'s path is its address.
/// What else leads there leads to the same objects (documented: `ContainsTarget` in the CSDL of both versions).
pub fn is_contained(owner: &EntityType, navigation: &Navigation) -> bool {
    !matches!(
        (owner.name, navigation.name),
        ("detectedApp", "managedDevices") | ("managedDevice", "detectedApps" | "users")
    )
}
