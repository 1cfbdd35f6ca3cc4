//! The complex types of the model: values with members and without a key.
//!
//! Names and what may be null: `@microsoft/microsoft-graph-types` 2.43.1 and `-beta` 0.44.0-preview; which of their
//! numbers have 64 bits: the resource pages (documented). Members stand in the order of names, as published.

mod action_results;
mod actions;
mod attestation;
mod audits;
mod configuration_manager;
mod device;
mod directory;
mod hardware;
mod overview;
mod policy_states;
mod settings;

use super::Member;
use crate::device::record::ApiVersion;

/// One complex type.
#[derive(Debug)]
pub struct ComplexType {
    /// Its name without the namespace, such as `loggedOnUser`.
    pub name: &'static str,
    /// The type whose members it has too.
    pub base: Option<&'static str>,
    /// The first API version that has it.
    pub since: ApiVersion,
    /// Its own members.
    pub members: &'static [Member],
}

static SUBJECTS: &[&[ComplexType]] = &[
    action_results::TYPES,
    actions::TYPES,
    attestation::TYPES,
    audits::TYPES,
    configuration_manager::TYPES,
    device::TYPES,
    directory::TYPES,
    hardware::TYPES,
    overview::TYPES,
    policy_states::TYPES,
    settings::TYPES,
];

/// Every complex type, by subject.
pub fn all() -> impl Iterator<Item = &'static ComplexType> {
    SUBJECTS.iter().copied().flatten()
}

/// The complex type called `name`, if `version` has it.
pub fn complex_type(name: &str, version: ApiVersion) -> Option<&'static ComplexType> {
    all().find(|known| known.since <= version && known.name == name)
}
