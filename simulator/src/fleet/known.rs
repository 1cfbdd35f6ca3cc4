//! What is known of a device before anything is made up.

use chrono::{DateTime, Utc};

use super::people::UserHint;
use crate::device::record::Record;

/// The known properties that others must agree with; `None` is "not said". What is known of the rest does not matter
/// here, because it replaces what was made up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) device_type: Option<&'a str>,
    pub(super) operating_system: Option<&'a str>,
    pub(super) os_version: Option<&'a str>,
    pub(super) model: Option<&'a str>,
    pub(super) device_name: Option<&'a str>,
    pub(super) managed_device_name: Option<&'a str>,
    pub(super) serial_number: Option<&'a str>,
    pub(super) imei: Option<&'a str>,
    pub(super) agent: Option<&'a str>,
    pub(super) enrollment: Option<&'a str>,
    pub(super) owner: Option<&'a str>,
    pub(super) join: Option<&'a str>,
    pub(super) registered: Registered,
    pub(super) supervised: Option<bool>,
    pub(super) compliance: Option<&'a str>,
    pub(super) enrolled: Option<DateTime<Utc>>,
    pub(super) synced: Option<DateTime<Utc>>,
    pub(super) total_storage: Option<i64>,
    pub(super) user: UserHint<'a>,
    /// The number of the person who owns it, where the fleet decides; else somebody.
    pub(super) person: Option<u64>,
}

/// What is known of `azureADRegistered`, where null is an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Registered {
    Unsaid,
    Said(Option<bool>),
}

/// Nothing is known.
pub(super) const NOTHING: Known<'static> = Known {
    device_type: None,
    operating_system: None,
    os_version: None,
    model: None,
    device_name: None,
    managed_device_name: None,
    serial_number: None,
    imei: None,
    agent: None,
    enrollment: None,
    owner: None,
    join: None,
    registered: Registered::Unsaid,
    supervised: None,
    compliance: None,
    enrolled: None,
    synced: None,
    total_storage: None,
    user: UserHint::Open,
    person: None,
};

impl<'a> Known<'a> {
    /// What a record says whose properties `is_given` were given. (A date that was not given is no date, and a `false`
    /// that was not given is no `false`; texts and enumerations tell by themselves.)
    pub(super) fn of(record: &'a Record, is_given: impl Fn(&str) -> bool) -> Self {
        Self {
            device_type: record.device_type.as_deref(),
            operating_system: record.operating_system.as_deref(),
            os_version: record.os_version.as_deref(),
            model: record.model.as_deref(),
            device_name: record.device_name.as_deref(),
            managed_device_name: record.managed_device_name.as_deref(),
            serial_number: record.serial_number.as_deref(),
            imei: record.imei.as_deref(),
            agent: record.management_agent.as_deref(),
            enrollment: record.device_enrollment_type.as_deref(),
            owner: record.managed_device_owner_type.as_deref(),
            join: record.join_type.as_deref(),
            registered: if is_given("azureADRegistered") {
                Registered::Said(record.azure_ad_registered)
            } else {
                Registered::Unsaid
            },
            supervised: is_given("isSupervised").then_some(record.is_supervised),
            compliance: record.compliance_state.as_deref(),
            enrolled: is_given("enrolledDateTime").then_some(record.enrolled_date_time),
            synced: is_given("lastSyncDateTime").then_some(record.last_sync_date_time),
            total_storage: is_given("totalStorageSpaceInBytes").then_some(record.total_storage_space_in_bytes),
            user: user(record, is_given),
            person: None,
        }
    }

    /// The number before the first dot of the version, such as 10 of `10.0.22631.3737`.
    pub(super) fn major(&self) -> Option<u16> {
        self.os_version.and_then(major)
    }
}

/// The number before the first dot of a version.
pub(super) fn major(version: &str) -> Option<u16> {
    let end = version.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(version.len());
    version[..end].parse().ok()
}

fn user(record: &Record, is_given: impl Fn(&str) -> bool) -> UserHint<'_> {
    const IDENTITY: [&str; 4] = ["userPrincipalName", "userId", "userDisplayName", "emailAddress"];
    let text = |text: Option<&'_ str>| text.is_some_and(|text| !text.is_empty());
    let principal = record.user_principal_name.as_deref().filter(|name| !name.is_empty());
    let email = record.email_address.as_deref().filter(|name| !name.is_empty());
    let display = record.user_display_name.as_deref().filter(|name| !name.is_empty());
    let id = record.user_id.as_deref().filter(|name| !name.is_empty());
    if [principal, email, display, id].into_iter().any(text) {
        UserHint::Known { principal: principal.or(email), display, id }
    } else if IDENTITY.into_iter().any(is_given) {
        UserHint::Nobody
    } else {
        UserHint::Open
    }
}
