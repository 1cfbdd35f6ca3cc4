//! Where paths and `@odata.context` begin: the singletons and entity sets at the service's root.

use super::EntityType;
use super::device_management::DEVICE_MANAGEMENT;
use super::directory::{ORGANIZATION, USER};

/// One name at the root.
#[derive(Debug)]
pub struct Root {
    /// As paths spell it.
    pub name: &'static str,
    /// The type of the singleton, or of the set's members.
    pub entity_type: &'static EntityType,
    /// Whether it is a set; else it is a singleton.
    pub many: bool,
}

/// Every name at the root (documented: the `GraphService` container of both versions).
pub static ROOTS: &[Root] = &[
    Root { name: "deviceManagement", entity_type: &DEVICE_MANAGEMENT, many: false },
    Root { name: "me", entity_type: &USER, many: false },
    Root { name: "organization", entity_type: &ORGANIZATION, many: true },
    Root { name: "users", entity_type: &USER, many: true },
];
