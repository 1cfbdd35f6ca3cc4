//! Everything of a tenant's world that a request can change, but the clock, the journal and the answers that are kept.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::AuditLog;
use crate::audit::event::EventLog;
use crate::inventory::Inventory;

/// The state of a tenant at one moment. A copy costs what the tenant changed since its beginning, not the fleet's size,
/// and can be put back later.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "super::stored::Read")]
pub struct State {
    pub(super) inventory: Inventory,
    pub(super) audits: AuditLog,
    pub(super) events: EventLog,
    pub(super) due: BTreeMap<(DateTime<Utc>, u64), Due>,
    /// What is in `due`: a device waits for each kind of event once, however often it is asked.
    pub(super) waiting: HashSet<Due>,
    /// Events ever scheduled.
    pub(super) scheduled: u64,
    /// Requests ever numbered; the next one's id is drawn from it.
    pub(super) requests: u64,
}

/// What happens at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Due {
    CheckIn(Uuid),
    HideDetails(Uuid),
    LogsOverdue(Uuid),
    LogsExpire(Uuid),
}

impl State {
    /// The beginning: `inventory`, and nothing has happened.
    pub(super) fn new(inventory: Inventory) -> Self {
        Self {
            inventory,
            audits: AuditLog::default(),
            events: EventLog::default(),
            due: BTreeMap::new(),
            waiting: HashSet::new(),
            scheduled: 0,
            requests: 0,
        }
    }
}
