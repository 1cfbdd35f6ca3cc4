//! What a managed device is: what the inventory says of it, what is true of it, and what it was asked to do.

pub mod check_ins;
pub mod departure;
pub mod facts;
pub mod lifecycle;
pub mod log_collection;
pub mod order;
pub mod os_version;
pub mod physical;
pub mod platform;
pub mod record;
pub mod rotations;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::check_ins::Heard;
use self::departure::Departure;
use self::facts::{Facts, Signals, Warning};
use self::lifecycle::ActionResult;
use self::log_collection::LogCollections;
use self::physical::Physical;
use self::record::{Record, Slot as _};
use self::rotations::Rotations;
use crate::odata::value::Value;

/// One device of a tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Stored")]
pub struct ManagedDevice {
    #[serde(skip)]
    id: Uuid,
    record: Record,
    #[serde(skip)]
    facts: Facts,
    /// The side no client sees: whether it is online, what it really runs, what it will answer.
    #[serde(skip_serializing_if = "Physical::is_usual")]
    pub physical: Physical,
    /// What it was asked, newest last: at most one entry per action and variant (observed: history is kept but small;
    /// "latest per action or variant" is inferred from three captured entries, rapid7 `help.md`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionResult>,
    /// How it is about to leave management, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub departure: Option<Departure>,
    /// When its secrets were last rotated.
    #[serde(skip_serializing_if = "Rotations::is_empty")]
    pub rotations: Rotations,
    /// The diagnostics that it was asked for.
    #[serde(skip_serializing_if = "LogCollections::is_empty")]
    pub log_collections: LogCollections,
}

/// A device as a world's document has it: what follows from the rest is left out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
    record: Record,
    #[serde(default)]
    physical: Physical,
    #[serde(default)]
    actions: Vec<ActionResult>,
    #[serde(default)]
    departure: Option<Departure>,
    #[serde(default)]
    rotations: Rotations,
    #[serde(default)]
    log_collections: LogCollections,
}

impl TryFrom<Stored> for ManagedDevice {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let Stored { record, physical, actions, departure, rotations, log_collections } = stored;
        let id = Uuid::try_parse(record.id.as_str()).map_err(|_| format!("id: '{}' is no GUID", record.id.as_str()))?;
        let (device, _) = Self::new(id, record, physical);
        Ok(Self { actions, departure, rotations, log_collections, ..device })
    }
}

impl ManagedDevice {
    /// A device from what the inventory says, with a warning where that leaves its enrolment open.
    ///
    /// `id` is also written into the record, so that the two cannot disagree.
    pub fn new(id: Uuid, mut record: Record, physical: Physical) -> (Self, Option<Warning>) {
        record.id = id.hyphenated().to_string().as_str().into();
        let (facts, warning) = Facts::derive(&signals(&record));
        let device = Self {
            id,
            record,
            facts,
            physical,
            actions: Vec::new(),
            departure: None,
            rotations: Rotations::default(),
            log_collections: LogCollections::default(),
        };
        (device, warning)
    }

    /// The id that addresses it in URLs.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// What the inventory says.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// What a support matrix may ask about, derived from the record.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What a matrix would be told if the device itself were asked: its facts with the OS version it really runs.
    pub fn actual_facts(&self) -> Facts {
        let mut facts = self.facts.clone();
        if let Some(version) = &self.physical.actual_os_version {
            facts.os = os_version::OsVersion::parse(version);
        }
        facts
    }

    /// Changes the record; the facts follow, the id stays.
    pub fn edit(&mut self, change: impl FnOnce(&mut Record)) -> Option<Warning> {
        change(&mut self.record);
        self.record.id = self.id.hyphenated().to_string().as_str().into();
        let (facts, warning) = Facts::derive(&signals(&self.record));
        self.facts = facts;
        warning
    }

    /// Whether it still has to answer something.
    pub fn has_pending(&self) -> bool {
        self.departure.is_some()
            || self.actions.iter().any(ActionResult::is_pending)
            || self.log_collections.has_pending()
    }

    /// When it was heard of.
    pub fn heard(&self) -> Heard {
        Heard {
            online: self.physical.online,
            platform: self.facts.platform,
            enrolled: self.record.enrolled_date_time,
            synced: self.record.last_sync_date_time,
        }
    }

    /// Whether it wears one of these scope tags. A device without tags has the default one, `0` (documented: Intune's
    /// pages on scope tags).
    pub fn wears_any(&self, tags: &[String]) -> bool {
        wears_any(self.record.role_scope_tag_ids.value(), tags)
    }

    /// The place in the inventory's order: device name, then id (observed: the key of Intune's page tokens, IPS#146).
    pub fn key(&self) -> Key {
        Key { name: self.record.device_name.share(), id: self.id }
    }
}

/// Whether a device with that value of `roleScopeTagIds` wears one of `tags`: as [`ManagedDevice::wears_any`].
pub fn wears_any(own: Value<'_>, tags: &[String]) -> bool {
    let own: Vec<String> = match own {
        Value::Json(json) => serde_json::from_str(json).unwrap_or_default(),
        _ => Vec::new(),
    };
    let wears = |tag: &str| tags.iter().any(|known| known == tag);
    if own.is_empty() { wears("0") } else { own.iter().any(|tag| wears(tag)) }
}

/// A place in the inventory's order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The device name; null sorts as empty.
    pub name: Arc<str>,
    /// The id, compared as its text would be.
    pub id: Uuid,
}

fn signals(record: &Record) -> Signals<'_> {
    Signals {
        device_type: record.device_type.as_deref(),
        operating_system: record.operating_system.as_deref(),
        os_version: record.os_version.as_deref(),
        join_type: record.join_type.as_deref(),
        azure_ad_registered: record.azure_ad_registered,
        management_agent: record.management_agent.as_deref(),
        device_enrollment_type: record.device_enrollment_type.as_deref(),
        managed_device_owner_type: record.managed_device_owner_type.as_deref(),
        managed_device_name: record.managed_device_name.as_deref(),
        model: record.model.as_deref(),
    }
}
