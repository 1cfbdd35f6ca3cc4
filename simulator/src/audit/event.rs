//! Audit events: who did what to the tenant's devices, as the portal lists under Tenant administration → Audit logs.
//!
//! A remote action audit follows one action until the device has answered; an audit event is the call alone, and there
//! is one for deletions and changes too. They are written at the same moment and never change.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{KEPT, Stored};
use crate::device::record::ApiVersion;
use crate::stored;
use crate::wire::json::{self, DatePrecision};

/// One call that was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuditEvent {
    /// Its id.
    pub id: Uuid,
    /// When.
    #[serde(with = "stored::instant")]
    pub at: DateTime<Utc>,
    /// What was done.
    pub deed: Deed,
    /// To which device.
    pub device_id: Uuid,
    /// By whom.
    pub actor: Actor,
    /// The client's id of the request (documented), or one of our own where the client sent none.
    pub correlation_id: Uuid,
}

/// What was done to a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Deed {
    /// A remote action, by its name in URLs.
    Action(Cow<'static, str>),
    /// The device was deleted.
    Delete,
    /// These properties were changed.
    Patch(Vec<Change>),
}

/// One property that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    /// Graph's spelling.
    pub name: Cow<'static, str>,
    /// What it was, as JSON.
    pub old: String,
    /// What it was changed to, as JSON.
    pub new: String,
}

/// Who called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Actor {
    /// The app, unless nobody was asked for a token.
    pub app_id: Option<Uuid>,
    /// The app's name.
    pub app_name: Option<Arc<str>>,
    /// The signed-in user's id; an app that acts for itself has none.
    pub user_id: Option<Arc<str>>,
    /// The signed-in user's name.
    pub user_principal_name: Option<Arc<str>>,
}

impl Deed {
    /// `Action` was observed (graph2otel); the other two are assumed after it.
    const fn operation_type(&self) -> &'static str {
        match self {
            Self::Action(_) => "Action",
            Self::Delete => "Delete",
            Self::Patch(_) => "Patch",
        }
    }

    /// `syncDevice ManagedDevice` and the like were observed (graph2otel); the other two are assumed after them.
    fn activity_type(&self) -> String {
        let verb = match self {
            Self::Action(name) => &**name,
            Self::Delete => "Delete",
            Self::Patch(_) => "Patch",
        };
        format!("{verb} ManagedDevice")
    }
}

impl AuditEvent {
    /// Its members. Names: `@microsoft/microsoft-graph-types` (documented). Observed (graph2otel): a null `activity` and
    /// `ipAddress`, ticks in the date, a resource called `<null>`, `ItPro` with every permission. Assumed: `displayName`,
    /// `componentName`, `auditResourceType`, the type and the permissions of an app that acts for itself.
    pub fn to_json(&self, version: ApiVersion) -> Json {
        let mut at = Vec::new();
        json::bare_date(&mut at, self.at, DatePrecision::Ticks);
        let changes: Vec<Json> = match &self.deed {
            Deed::Patch(changes) => changes
                .iter()
                .map(|change| json!({ "displayName": change.name, "oldValue": change.old, "newValue": change.new }))
                .collect(),
            Deed::Action(_) | Deed::Delete => Vec::new(),
        };
        let actor_type = if self.actor.user_id.is_some() { "ItPro" } else { "Application" };
        let mut actor = json!({
            "auditActorType": actor_type,
            "userPermissions": ["*"],
            "applicationId": self.actor.app_id,
            "applicationDisplayName": self.actor.app_name.as_deref(),
            "userPrincipalName": self.actor.user_principal_name.as_deref(),
            "servicePrincipalName": null,
            "ipAddress": null,
            "userId": self.actor.user_id.as_deref(),
        });
        let mut resource = json!({
            "displayName": "<null>",
            "auditResourceType": "ManagedDevice",
            "resourceId": self.device_id,
            "modifiedProperties": changes,
        });
        if version == ApiVersion::Beta {
            actor["type"] = actor_type.into();
            actor["remoteTenantId"] = Json::Null;
            actor["remoteUserId"] = Json::Null;
            actor["userRoleScopeTags"] = json!([]);
            resource["type"] = "ManagedDevice".into();
        }
        json!({
            "id": self.id,
            "displayName": self.deed.activity_type(),
            "componentName": "ManagedDevices",
            "activity": null,
            "activityDateTime": String::from_utf8_lossy(&at),
            "activityType": self.deed.activity_type(),
            "activityOperationType": self.deed.operation_type(),
            "activityResult": "Success",
            "correlationId": self.correlation_id,
            "category": "Device",
            "actor": actor,
            "resources": [resource],
        })
    }
}

/// The audit events of a tenant.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored<AuditEvent>")]
pub struct EventLog {
    kept: VecDeque<AuditEvent>,
    written: u64,
}

impl TryFrom<Stored<AuditEvent>> for EventLog {
    type Error = String;

    fn try_from(stored: Stored<AuditEvent>) -> Result<Self, String> {
        let Stored { kept, written } = stored.check()?;
        Ok(Self { kept, written })
    }
}

impl EventLog {
    /// The events, newest first.
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &AuditEvent> {
        self.kept.iter().rev()
    }

    /// How many were ever written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes one; the oldest is forgotten when there are too many.
    pub fn write(&mut self, event: AuditEvent) {
        self.kept.push_back(event);
        self.written += 1;
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Actor, AuditEvent, Deed, EventLog, KEPT};
    use chrono::DateTime;
    use uuid::Uuid;

    #[test]
    fn old_events_are_forgotten() {
        let mut log = EventLog::default();
        for number in 0..KEPT as u128 + 3 {
            log.write(AuditEvent {
                id: Uuid::from_u128(number),
                at: DateTime::UNIX_EPOCH,
                deed: Deed::Delete,
                device_id: Uuid::nil(),
                actor: Actor::default(),
                correlation_id: Uuid::nil(),
            });
        }
        assert_eq!((log.newest_first().len(), log.written()), (KEPT, KEPT as u64 + 3));
        assert_eq!(log.newest_first().last().unwrap().id, Uuid::from_u128(3));
    }
}
