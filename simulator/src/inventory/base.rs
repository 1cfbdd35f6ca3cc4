//! The devices a fleet starts with, sorted once and shared by every tenant that starts from it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::texts::Texts;
use crate::device::{Key, ManagedDevice};

/// An immutable fleet.
#[derive(Debug, Default)]
pub struct Base {
    rows: Arc<[Arc<ManagedDevice>]>,
    by_id: Arc<HashMap<Uuid, usize>>,
    /// People who need not own a device.
    known: Vec<User>,
    /// Whether the owners of its devices are people of the tenant, or only those who were named.
    owners_count: bool,
    users: OnceLock<Arc<[User]>>,
    texts: Arc<OnceLock<Texts>>,
}

/// A person of the tenant's directory: whoever owns a device, and whoever was named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// The directory's id.
    pub id: String,
    /// The sign-in name.
    pub user_principal_name: String,
    /// The name shown.
    pub display_name: String,
    /// The address.
    pub mail: String,
}

impl Base {
    /// Sorts `devices` into the service's order. Of two with one id the later stays.
    pub fn new(devices: Vec<ManagedDevice>) -> Self {
        let unique: HashMap<Uuid, ManagedDevice> = devices.into_iter().map(|device| (device.id(), device)).collect();
        let mut rows: Vec<Arc<ManagedDevice>> = unique.into_values().map(Arc::new).collect();
        rows.sort_unstable_by(|a, b| order_of(a).cmp(&order_of(b)));
        let by_id = rows.iter().enumerate().map(|(row, device)| (device.id(), row)).collect();
        Self {
            rows: rows.into(),
            by_id: Arc::new(by_id),
            known: Vec::new(),
            owners_count: true,
            users: OnceLock::new(),
            texts: Arc::default(),
        }
    }

    /// The same devices, and `people` beside their owners; of two with one id the later stays.
    #[must_use]
    pub fn with_people(&self, people: impl IntoIterator<Item = User>) -> Self {
        let mut known = self.known.clone();
        known.extend(people);
        let (rows, by_id, texts) = (Arc::clone(&self.rows), Arc::clone(&self.by_id), Arc::clone(&self.texts));
        Self { rows, by_id, known, owners_count: self.owners_count, users: OnceLock::new(), texts }
    }

    /// These devices, and these people alone, whoever owns what.
    pub fn of(devices: Vec<ManagedDevice>, people: Vec<User>) -> Self {
        Self { known: people, owners_count: false, ..Self::new(devices) }
    }

    /// The devices in order.
    pub fn rows(&self) -> &[Arc<ManagedDevice>] {
        &self.rows
    }

    /// Where a device stands.
    pub fn row_of(&self, id: Uuid) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// The first row behind `key`.
    pub fn first_row_after(&self, key: &Key) -> usize {
        self.rows.partition_point(|device| order_of(device) <= (&*key.name, key.id))
    }

    /// Whether `device` stands before `key`.
    pub fn precedes(device: &ManagedDevice, key: &Key) -> bool {
        order_of(device) < (&*key.name, key.id)
    }

    /// What people look for in each row. Made when somebody first looks.
    pub fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| Texts::of(&self.rows))
    }

    /// Everybody who owns a device of this fleet or was named, by id. Made when first asked for: most clients never do.
    pub fn users(&self) -> &Arc<[User]> {
        self.users.get_or_init(|| {
            let mut users: BTreeMap<&str, User> = self
                .rows
                .iter()
                .map(|device| device.record())
                .filter(|record| self.owners_count && !record.user_id.as_str().is_empty())
                .map(|record| {
                    (
                        record.user_id.as_str(),
                        User {
                            id: record.user_id.as_str().to_owned(),
                            user_principal_name: record.user_principal_name.as_str().to_owned(),
                            display_name: record.user_display_name.as_str().to_owned(),
                            mail: record.email_address.as_str().to_owned(),
                        },
                    )
                })
                .collect();
            users.extend(self.known.iter().map(|user| (user.id.as_str(), user.clone())));
            users.into_values().collect()
        })
    }
}

fn order_of(device: &ManagedDevice) -> (&str, Uuid) {
    (device.record().device_name.as_str(), device.id())
}
