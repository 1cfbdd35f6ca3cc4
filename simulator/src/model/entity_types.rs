//! Every entity type of the model: whoever adds one adds its line here.

use super::EntityType;
use super::device_management::DEVICE_MANAGEMENT;
use super::directory::{ORGANIZATION, USER};
use super::managed_device::MANAGED_DEVICE;
use super::remote_action_audit::REMOTE_ACTION_AUDIT;

/// The entity types, in the order of names.
pub static ENTITY_TYPES: &[&EntityType] =
    &[&DEVICE_MANAGEMENT, &MANAGED_DEVICE, &ORGANIZATION, &REMOTE_ACTION_AUDIT, &USER];
