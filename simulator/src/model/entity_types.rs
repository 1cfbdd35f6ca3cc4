//! Every entity type of the model: whoever adds one adds its line here.

use super::EntityType;
use super::audit_event::AUDIT_EVENT;
use super::detected_app::DETECTED_APP;
use super::device_category::DEVICE_CATEGORY;
use super::device_compliance_policy_state::DEVICE_COMPLIANCE_POLICY_STATE;
use super::device_configuration_state::DEVICE_CONFIGURATION_STATE;
use super::device_log_collection_response::DEVICE_LOG_COLLECTION_RESPONSE;
use super::device_management::DEVICE_MANAGEMENT;
use super::directory::{ORGANIZATION, USER};
use super::managed_device::MANAGED_DEVICE;
use super::managed_device_overview::MANAGED_DEVICE_OVERVIEW;
use super::remote_action_audit::REMOTE_ACTION_AUDIT;
use super::windows_protection_state::WINDOWS_PROTECTION_STATE;

/// The entity types, in the order of names.
pub static ENTITY_TYPES: &[&EntityType] = &[
    &AUDIT_EVENT,
    &DETECTED_APP,
    &DEVICE_CATEGORY,
    &DEVICE_COMPLIANCE_POLICY_STATE,
    &DEVICE_CONFIGURATION_STATE,
    &DEVICE_LOG_COLLECTION_RESPONSE,
    &DEVICE_MANAGEMENT,
    &MANAGED_DEVICE,
    &MANAGED_DEVICE_OVERVIEW,
    &ORGANIZATION,
    &REMOTE_ACTION_AUDIT,
    &USER,
    &WINDOWS_PROTECTION_STATE,
];
