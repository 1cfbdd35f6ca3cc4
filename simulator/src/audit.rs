//! Remote action audits: the rows behind the portal's Devices → Device actions. Below: audit events.

pub mod event;

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::device::ManagedDevice;
use crate::device::lifecycle::ActionState;
use crate::stored;
use crate::wire::json::{self, DatePrecision};

/// One accepted remote action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoteActionAudit {
    /// Its id, which no other object has.
    pub id: Uuid,
    /// The action as audits name it (`factoryReset` for a wipe).
    pub action: Cow<'static, str>,
    /// The action as its path names it (`wipe`).
    pub asked: Cow<'static, str>,
    /// When it was asked for.
    #[serde(with = "stored::instant")]
    pub requested: DateTime<Utc>,
    /// How far it has got.
    pub state: ActionState,
    /// The device.
    pub device_id: Uuid,
    /// The device's name when it was asked.
    pub device_name: Arc<str>,
    /// The owner's sign-in name, or empty.
    pub owner: Arc<str>,
    /// The device's IMEI, or empty.
    pub imei: Arc<str>,
    /// The sign-in name of the user who asked; empty for an app that acts for itself.
    pub initiator: Arc<str>,
    /// That user's name, or empty.
    pub initiator_name: Arc<str>,
    /// The id of the call that asked many devices, if it was one.
    pub bulk: Option<Uuid>,
}

/// The signed-in user who asks for an action.
#[derive(Debug, Clone, Copy)]
pub struct Initiator<'a> {
    /// The sign-in name.
    pub user_principal_name: &'a str,
    /// The name shown.
    pub display_name: &'a str,
}

impl RemoteActionAudit {
    /// The row for `action`, asked of `device` alone by a user or nobody at `now`, by a path of the same name.
    pub fn new(
        id: Uuid,
        action: &'static str,
        device: &ManagedDevice,
        by: Option<Initiator<'_>>,
        now: DateTime<Utc>,
    ) -> Self {
        let record = device.record();
        Self {
            id,
            action: action.into(),
            asked: action.into(),
            requested: now,
            state: ActionState::Pending,
            device_id: device.id(),
            device_name: record.device_name.share(),
            owner: record.user_principal_name.share(),
            imei: record.imei.share(),
            initiator: by.map_or("", |by| by.user_principal_name).into(),
            initiator_name: by.map_or("", |by| by.display_name).into(),
            bulk: None,
        }
    }

    /// Its members. Names: `@microsoft/microsoft-graph-types-beta` (documented). What an app-only caller leaves in
    /// `userName` and `initiatedByUserPrincipalName` is not known; empty is assumed, after the inventory's habit for
    /// unknown text.
    pub fn to_json(&self) -> Json {
        let mut requested = Vec::new();
        json::bare_date(&mut requested, self.requested, DatePrecision::Ticks);
        serde_json::json!({
            "id": self.id,
            "deviceDisplayName": &*self.device_name,
            "userName": &*self.initiator_name,
            "initiatedByUserPrincipalName": &*self.initiator,
            "action": self.action,
            "requestDateTime": String::from_utf8_lossy(&requested),
            "deviceOwnerUserPrincipalName": &*self.owner,
            "deviceIMEI": &*self.imei,
            "actionState": self.state.name(),
            "managedDeviceId": self.device_id,
            "deviceActionDetails": [],
            "deviceActionCategory": if self.bulk.is_some() { "bulk" } else { "single" },
            "bulkDeviceActionId": self.bulk,
        })
    }
}

/// Audits kept per tenant; the oldest are forgotten.
pub const KEPT: usize = 10_000;

/// The audits of a tenant.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored<RemoteActionAudit>")]
pub struct AuditLog {
    kept: VecDeque<RemoteActionAudit>,
    /// Audits ever written.
    written: u64,
    /// The numbers of those that are pending, by device.
    #[serde(skip)]
    pending: HashMap<Uuid, VecDeque<u64>>,
}

/// A log as a world's document has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored<T> {
    kept: VecDeque<T>,
    #[serde(with = "stored::count")]
    written: u64,
}

impl<T> Stored<T> {
    /// Whether a log can have come to this.
    fn check(self) -> Result<Self, String> {
        let kept = self.kept.len();
        if kept <= KEPT && self.written >= kept as u64 {
            return Ok(self);
        }
        Err(format!("a log keeps at most {KEPT} entries and no more than were written; this one has {kept}"))
    }
}

impl TryFrom<Stored<RemoteActionAudit>> for AuditLog {
    type Error = String;

    fn try_from(stored: Stored<RemoteActionAudit>) -> Result<Self, String> {
        let Stored { kept, written } = stored.check()?;
        let mut pending: HashMap<Uuid, VecDeque<u64>> = HashMap::new();
        for (number, audit) in (written - kept.len() as u64..).zip(&kept) {
            if audit.state == ActionState::Pending {
                pending.entry(audit.device_id).or_default().push_back(number);
            }
        }
        Ok(Self { kept, written, pending })
    }
}

impl AuditLog {
    /// The audits, newest first.
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &RemoteActionAudit> {
        self.kept.iter().rev()
    }

    /// How many were ever written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes one.
    pub fn write(&mut self, audit: RemoteActionAudit) {
        if audit.state == ActionState::Pending {
            self.pending.entry(audit.device_id).or_default().push_back(self.written);
        }
        self.kept.push_back(audit);
        self.written += 1;
        if self.kept.len() > KEPT
            && let Some(oldest) = self.kept.pop_front()
            && let Some(numbers) = self.pending.get_mut(&oldest.device_id)
        {
            let first = self.written - KEPT as u64;
            // Numbers ascend, so the forgotten one can only be the first.
            if numbers.front().is_some_and(|number| *number < first) {
                numbers.pop_front();
            }
            if numbers.is_empty() {
                self.pending.remove(&oldest.device_id);
            }
        }
    }

    /// Writes the end of a device's pending actions into their audits; an action without an end stays pending. A device
    /// that answers has heard every request.
    pub fn settle(&mut self, device: Uuid, end: impl Fn(&RemoteActionAudit) -> Option<ActionState>) {
        let Some(mut numbers) = self.pending.remove(&device) else { return };
        let first = self.written - self.kept.len() as u64;
        numbers.retain(|number| {
            let index = usize::try_from(number - first).expect("fewer than KEPT");
            let audit = &mut self.kept[index];
            let state = end(audit);
            audit.state = state.unwrap_or(audit.state);
            state.is_none()
        });
        if !numbers.is_empty() {
            self.pending.insert(device, numbers);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AuditLog, KEPT, RemoteActionAudit};
    use crate::device::ManagedDevice;
    use crate::device::lifecycle::ActionState;
    use crate::device::physical::Physical;
    use crate::device::record::Record;
    use chrono::DateTime;
    use uuid::Uuid;

    #[test]
    fn old_audits_are_forgotten_and_new_ones_still_settle() {
        let mut log = AuditLog::default();
        let devices: Vec<ManagedDevice> = (0..3_u128)
            .map(|id| ManagedDevice::new(Uuid::from_u128(id), Record::default(), Physical::default()).0)
            .collect();
        for number in 0..KEPT + 10 {
            let device = &devices[number % 3];
            log.write(RemoteActionAudit::new(Uuid::nil(), "resetPasscode", device, None, DateTime::UNIX_EPOCH));
        }
        assert_eq!(log.newest_first().len(), KEPT);
        log.settle(devices[1].id(), |_| Some(ActionState::Done));
        log.settle(devices[2].id(), |_| None);
        for audit in log.newest_first() {
            let expected = if audit.device_id == devices[1].id() { ActionState::Done } else { ActionState::Pending };
            assert_eq!(audit.state, expected);
        }
        log.settle(devices[1].id(), |_| Some(ActionState::Failed));
        assert!(log.newest_first().all(|audit| audit.state != ActionState::Failed));
    }
}
