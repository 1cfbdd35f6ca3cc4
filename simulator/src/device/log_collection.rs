//! The diagnostics that a device was asked for: each request is an entity of its own, from the asking to its end.
//!
//! How long things last is documented (memdocs `collect-diagnostics.md`, 2025-10-27): a device that does not hear of it
//! within 24 hours fails, a collection is kept for 28 days, and a device has ten at most. That the oldest makes room for
//! the eleventh, and that the 28 days begin with the request, is assumed.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::stored;

/// How many a device has at most.
pub const MOST: usize = 10;

/// How long one is kept.
const KEPT: TimeDelta = TimeDelta::days(28);

/// Within what time the device must hear of it.
const HEARD_WITHIN: TimeDelta = TimeDelta::hours(24);

/// How far a collection has got: Graph's `appLogUploadState` (documented).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UploadState {
    /// The device has not sent it yet.
    Pending,
    /// It is there.
    Completed,
    /// It will not come.
    Failed,
}

impl UploadState {
    /// Graph's spelling.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

/// One request for diagnostics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogCollection {
    /// Its id among the tenant's requests, which is the audit's too.
    pub id: Uuid,
    /// How far it has got.
    pub state: UploadState,
    /// When it was asked for.
    #[serde(with = "stored::instant")]
    pub requested: DateTime<Utc>,
    /// When the device's answer came, if it did.
    #[serde(with = "stored::optional_instant")]
    pub received: Option<DateTime<Utc>>,
    /// The sign-in name of whoever asked; empty, if an app did for itself.
    pub requested_by: String,
    /// How large it is, in bytes.
    #[serde(with = "stored::count")]
    pub size: u64,
}

impl LogCollection {
    /// When it is deleted.
    pub fn expires(&self) -> DateTime<Utc> {
        self.requested + KEPT
    }

    /// Whether the device still has to answer.
    pub fn is_pending(&self) -> bool {
        self.state == UploadState::Pending
    }

    fn overdue(&self) -> DateTime<Utc> {
        self.requested + HEARD_WITHIN
    }
}

/// Those of one device, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogCollections(Vec<LogCollection>);

impl LogCollections {
    /// Asks for another.
    pub fn ask(&mut self, id: Uuid, requested_by: String, now: DateTime<Utc>) {
        let surplus = (self.0.len() + 1).saturating_sub(MOST);
        self.0.drain(..surplus);
        let state = UploadState::Pending;
        self.0.push(LogCollection { id, state, requested: now, received: None, requested_by, size: 0 });
    }

    /// The device has sent what is pending: `size` tells how many bytes for each. Returns which those are.
    pub fn receive(&mut self, at: DateTime<Utc>, size: impl Fn(Uuid) -> u64) -> Vec<Uuid> {
        self.end_pending(
            |_| true,
            |collection| {
                collection.state = UploadState::Completed;
                collection.received = Some(at.max(collection.requested));
                collection.size = size(collection.id);
            },
        )
    }

    /// What is pending will not come: the device refused, or leaves. Returns which those are.
    pub fn fail(&mut self) -> Vec<Uuid> {
        self.end_pending(|_| true, |collection| collection.state = UploadState::Failed)
    }

    /// What time does to them: what nobody heard of fails, and what is too old goes. Returns what failed.
    pub fn age(&mut self, now: DateTime<Utc>) -> Vec<Uuid> {
        let failed = self
            .end_pending(|collection| collection.overdue() <= now, |collection| collection.state = UploadState::Failed);
        self.0.retain(|collection| collection.expires() > now);
        failed
    }

    /// When the first that is pending is too late.
    pub fn next_overdue(&self) -> Option<DateTime<Utc>> {
        self.0.iter().filter(|collection| collection.is_pending()).map(LogCollection::overdue).min()
    }

    /// When the first is deleted.
    pub fn next_expiry(&self) -> Option<DateTime<Utc>> {
        self.0.iter().map(LogCollection::expires).min()
    }

    /// Oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &LogCollection> {
        self.0.iter()
    }

    /// The one with that id.
    pub fn get(&self, id: Uuid) -> Option<&LogCollection> {
        self.0.iter().find(|collection| collection.id == id)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the device still has to answer.
    pub fn has_pending(&self) -> bool {
        self.0.iter().any(LogCollection::is_pending)
    }

    fn end_pending(
        &mut self,
        ends: impl Fn(&LogCollection) -> bool,
        mut end: impl FnMut(&mut LogCollection),
    ) -> Vec<Uuid> {
        let ending = self.0.iter_mut().filter(|collection| collection.is_pending() && ends(collection));
        ending
            .map(|collection| {
                end(collection);
                collection.id
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{LogCollections, MOST};
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    proptest! {
        /// However requests, answers and time follow each other: never more than ten, none too old, none pending too
        /// long, each ended once.
        #[test]
        fn limits_hold_whatever_happens(steps in prop::collection::vec((0..3_u8, 0..200_i64), 0..60)) {
            let mut collections = LogCollections::default();
            let mut ended = std::collections::HashSet::new();
            let mut now = 0;
            for (number, (what, hours)) in steps.into_iter().enumerate() {
                now += hours;
                let failed = collections.age(at(now));
                let mut ids = match what {
                    0 => {
                        collections.ask(Uuid::from_u128(number as u128), String::new(), at(now));
                        Vec::new()
                    }
                    1 => collections.receive(at(now), |_| 1),
                    _ => collections.fail(),
                };
                ids.extend(failed);
                for id in ids {
                    prop_assert!(ended.insert(id), "ended twice");
                }
                prop_assert!(collections.iter().count() <= MOST);
                prop_assert!(collections.next_overdue().is_none_or(|overdue| overdue > at(now)));
                prop_assert!(collections.next_expiry().is_none_or(|expiry| expiry > at(now)));
                let requested: Vec<_> = collections.iter().map(|collection| collection.requested).collect();
                prop_assert!(requested.is_sorted());
            }
        }
    }
}
