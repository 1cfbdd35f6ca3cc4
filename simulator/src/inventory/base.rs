//! The devices a fleet starts with, sorted once and shared by every tenant that starts from it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::columns::Columns;
use super::index::FoundBy;
use super::pieces;
use super::rows::{Listed, Rows};
use super::source::Source;
use super::texts::Texts;
use crate::device::{Key, ManagedDevice};

/// An immutable fleet.
#[derive(Debug, Default)]
pub struct Base {
    fleet: Arc<Fleet>,
    /// People who need not own a device.
    known: Vec<User>,
    /// Whether the owners of its devices are people of the tenant, or only those who were named.
    owners_count: bool,
    users: OnceLock<Arc<[User]>>,
}

/// The rows, and what is made of them when it is first needed.
#[derive(Debug, Default)]
struct Fleet {
    rows: Rows,
    texts: OnceLock<Texts>,
    columns: Columns,
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
        Self::over(Rows::kept(devices))
    }

    /// The devices of `source`, of which none is kept.
    pub fn drawn(source: Arc<dyn Source>) -> Self {
        Self::over(Rows::drawn(source))
    }

    fn over(rows: Rows) -> Self {
        let fleet = Fleet { rows, texts: OnceLock::new(), columns: Columns::default() };
        Self { fleet: Arc::new(fleet), known: Vec::new(), owners_count: true, users: OnceLock::new() }
    }

    /// The same devices, and `people` beside their owners; of two with one id the later stays.
    #[must_use]
    pub fn with_people(&self, people: impl IntoIterator<Item = User>) -> Self {
        let mut known = self.known.clone();
        known.extend(people);
        Self { fleet: Arc::clone(&self.fleet), known, owners_count: self.owners_count, users: OnceLock::new() }
    }

    /// These devices, and these people alone, whoever owns what.
    pub fn of(devices: Vec<ManagedDevice>, people: Vec<User>) -> Self {
        Self { known: people, owners_count: false, ..Self::new(devices) }
    }

    /// How many devices there are.
    pub fn len(&self) -> usize {
        self.fleet.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The device of a row; rows are in the service's order.
    pub fn device(&self, row: usize) -> Listed<'_> {
        self.fleet.rows.device(row)
    }

    /// Whether its devices are worked out when somebody looks, so that looking at each of them takes a while.
    pub fn is_drawn(&self) -> bool {
        matches!(self.fleet.rows, Rows::Drawn(_))
    }

    /// The id of the device of a row.
    pub fn id(&self, row: usize) -> Uuid {
        self.fleet.rows.order_of(row).1
    }

    /// Where a device stands.
    pub fn row_of(&self, id: Uuid) -> Option<usize> {
        self.fleet.rows.row_of(id)
    }

    /// Rows that may have `text`, in any case, in their order: whoever looks for a text has to compare.
    pub fn rows_with(&self, property: FoundBy, text: &str) -> Vec<usize> {
        self.fleet.rows.rows_with(property, text)
    }

    /// Rows of the devices with that name.
    pub fn rows_named(&self, name: &str) -> Vec<usize> {
        let rows = &self.fleet.rows;
        // No id is less than the one of zeros, which may itself be one.
        let first = Key { name: name.into(), id: Uuid::nil() };
        let start = rows.first_row_after(&first);
        let is_first = start.checked_sub(1).filter(|row| rows.order_of(*row) == (name, Uuid::nil()));
        is_first.into_iter().chain((start..rows.len()).take_while(|row| rows.order_of(*row).0 == name)).collect()
    }

    /// The first row behind `key`.
    pub fn first_row_after(&self, key: &Key) -> usize {
        self.fleet.rows.first_row_after(key)
    }

    /// Whether `row` stands before `key`.
    pub fn precedes(&self, row: usize, key: &Key) -> bool {
        self.fleet.rows.order_of(row) < (&*key.name, key.id)
    }

    /// What people look for in each row. Made when somebody first looks.
    pub fn texts(&self) -> &Texts {
        self.fleet.texts.get_or_init(|| Texts::of(self))
    }

    /// These properties of all rows, by their places in the table of properties, and their platforms if they are wanted. Made
    /// when somebody first looks through one; `None` where the devices are kept, and are as quick to read.
    pub fn columns(&self, properties: &[u16], platforms: bool) -> Option<&Columns> {
        if !self.is_drawn() {
            return None;
        }
        self.fleet.columns.fill(self, properties, platforms);
        Some(&self.fleet.columns)
    }

    /// How many people there are. Costs nothing where they are too many to be listed without need.
    pub fn users_count(&self) -> usize {
        let Rows::Drawn(drawn) = &self.fleet.rows else { return self.users().len() };
        let owns = |user: &User| {
            let rows = drawn.rows_with(FoundBy::UserId, &user.id);
            rows.into_iter().any(|row| self.device(row).record().user_id.as_str() == user.id)
        };
        let mut others: Vec<&str> = self.known.iter().filter(|user| !owns(user)).map(|user| user.id.as_str()).collect();
        others.sort_unstable();
        others.dedup();
        drawn.owners + others.len()
    }

    /// Everybody who owns a device of this fleet or was named, by id. Made when first asked for: most clients never do.
    pub fn users(&self) -> &Arc<[User]> {
        self.users.get_or_init(|| {
            let mut users: BTreeMap<String, User> = BTreeMap::new();
            if self.owners_count {
                let found = pieces::each(self.len(), |piece| {
                    let owners = piece.filter_map(|row| self.owner(row));
                    owners.map(|user| (user.id.clone(), user)).collect::<BTreeMap<_, _>>()
                });
                users.extend(found.into_iter().flatten());
            }
            users.extend(self.known.iter().map(|user| (user.id.clone(), user.clone())));
            users.into_values().collect()
        })
    }

    fn owner(&self, row: usize) -> Option<User> {
        if let Rows::Drawn(drawn) = &self.fleet.rows {
            return drawn.source.sketch(drawn.number(row)).owner.map(User::from);
        }
        let device = self.device(row);
        let record = device.record();
        (!record.user_id.as_str().is_empty()).then(|| User {
            id: record.user_id.as_str().to_owned(),
            user_principal_name: record.user_principal_name.as_str().to_owned(),
            display_name: record.user_display_name.as_str().to_owned(),
            mail: record.email_address.as_str().to_owned(),
        })
    }
}
