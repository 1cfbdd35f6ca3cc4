//! A tenant's devices: a shared immutable base and, over it, what this tenant changed.
//!
//! Making a tenant or taking it back to its seed costs nothing but dropping the overlay, whatever the fleet's size.
//! Iteration is in the service's order (device name, then id) and starts anywhere, so a page costs what it holds.

mod base;
mod columns;
mod drawn;
mod index;
mod pieces;
mod rows;
mod source;
mod texts;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

pub use self::base::{Base, User};
pub use self::columns::Columns;
pub use self::index::FoundBy;
pub use self::rows::Listed;
pub use self::source::{Owner, Sketch, Source};
pub use self::texts::Texts;
use crate::device::{Key, ManagedDevice};

/// The devices of one tenant.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Inventory {
    base: Arc<Base>,
    /// Rows of the base that this tenant changed, renamed or deleted.
    hidden: HashSet<usize>,
    /// Devices that this tenant changed or added.
    changed: BTreeMap<Key, Arc<ManagedDevice>>,
    /// Where to find those by id.
    changed_keys: HashMap<Uuid, Key>,
}

/// Where a device of an inventory is.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// In this row of the base, unchanged.
    Row(usize),
    /// Among what the tenant changed or added.
    Changed(&'a Arc<ManagedDevice>),
}

/// An inventory as a world's document has it: what is there, and nothing of how it came to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    devices: Vec<ManagedDevice>,
    people: Vec<User>,
}

impl Serialize for Inventory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Whole<'a>(Listed<'a>);
        impl Serialize for Whole<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ManagedDevice::serialize(&self.0, serializer)
            }
        }
        struct Devices<'a>(&'a Inventory);
        impl Serialize for Devices<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.0.iter().map(Whole))
            }
        }
        let mut members = serializer.serialize_struct("Inventory", 2)?;
        members.serialize_field("people", &**self.base.users())?;
        members.serialize_field("devices", &Devices(self))?;
        members.end()
    }
}

impl TryFrom<Stored> for Inventory {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let given = stored.devices.len();
        let base = Base::of(stored.devices, stored.people);
        if base.len() < given {
            return Err("two devices have the same id".to_owned());
        }
        Ok(Self::new(Arc::new(base)))
    }
}

impl Inventory {
    /// The devices of `base`, unchanged.
    pub fn new(base: Arc<Base>) -> Self {
        Self { base, hidden: HashSet::new(), changed: BTreeMap::new(), changed_keys: HashMap::new() }
    }

    /// Adds a person, or puts them in the place of the one with their id.
    pub fn put_user(&mut self, user: User) {
        self.base = Arc::new(self.base.with_people([user]));
    }

    /// The base below.
    pub fn base(&self) -> &Arc<Base> {
        &self.base
    }

    /// How many devices there are.
    pub fn len(&self) -> usize {
        self.base.len() - self.hidden.len() + self.changed.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The device with that id.
    pub fn get(&self, id: Uuid) -> Option<Listed<'_>> {
        if let Some(key) = self.changed_keys.get(&id) {
            return self.changed.get(key).map(Listed::Kept);
        }
        let row = self.base.row_of(id)?;
        (!self.hidden.contains(&row)).then(|| self.base.device(row))
    }

    /// Adds a device, or puts it in the place of the one with its id.
    pub fn put(&mut self, device: ManagedDevice) {
        self.take(device.id());
        let key = device.key();
        self.changed_keys.insert(device.id(), key.clone());
        self.changed.insert(key, Arc::new(device));
    }

    /// Removes a device and hands it out.
    pub fn take(&mut self, id: Uuid) -> Option<Arc<ManagedDevice>> {
        if let Some(key) = self.changed_keys.remove(&id) {
            return self.changed.remove(&key);
        }
        let row = self.base.row_of(id)?;
        self.hidden.insert(row).then(|| self.base.device(row).share())
    }

    /// Every device in the service's order.
    pub fn iter(&self) -> impl Iterator<Item = Listed<'_>> {
        self.places(None).map(|place| self.at(place))
    }

    /// The device of a place.
    pub fn at<'a>(&'a self, place: Place<'a>) -> Listed<'a> {
        match place {
            Place::Row(row) => self.base.device(row),
            Place::Changed(device) => Listed::Kept(device),
        }
    }

    /// The id of the device of a place.
    pub fn id_at(&self, place: Place<'_>) -> Uuid {
        match place {
            Place::Row(row) => self.base.id(row),
            Place::Changed(device) => device.id(),
        }
    }

    /// The places behind `after` in the service's order, or all of them. The key need not belong to a device.
    pub fn places<'a>(&'a self, after: Option<&Key>) -> impl Iterator<Item = Place<'a>> + use<'a> {
        let start = after.map_or(0, |key| self.base.first_row_after(key));
        self.merged(start..self.base.len(), after)
    }

    /// The same of only those rows of the base, in their order, and of everything that was changed.
    pub fn places_among<'a>(
        &'a self,
        rows: Vec<usize>,
        after: Option<&Key>,
    ) -> impl Iterator<Item = Place<'a>> + use<'a> {
        let start = after.map_or(0, |key| self.base.first_row_after(key));
        self.merged(rows.into_iter().filter(move |row| *row >= start), after)
    }

    fn merged<'a, R: Iterator<Item = usize>>(
        &'a self,
        rows: R,
        after: Option<&Key>,
    ) -> impl Iterator<Item = Place<'a>> + use<'a, R> {
        let mut below = rows.filter(|row| !self.hidden.contains(row)).peekable();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut above = self.changed.range((from, Bound::Unbounded)).peekable();
        std::iter::from_fn(move || match (below.peek(), above.peek()) {
            (Some(row), Some((key, _))) if self.base.precedes(*row, key) => below.next().map(Place::Row),
            (_, Some(_)) => above.next().map(|(_, device)| Place::Changed(device)),
            _ => below.next().map(Place::Row),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::{Base, Inventory};
    use crate::device::physical::Physical;
    use crate::device::record::Record;
    use crate::device::{Key, ManagedDevice};

    fn device(id: u128, name: &str) -> ManagedDevice {
        let record = Record { device_name: name.into(), ..Record::default() };
        ManagedDevice::new(Uuid::from_u128(id), record, Physical::default()).0
    }

    proptest! {
        /// The overlay behaves like one plain sorted map, whatever is added, renamed and removed.
        #[test]
        fn an_overlay_is_a_sorted_map(
            base in prop::collection::btree_map(0_u128..40, "[ab]{0,2}", 0..20),
            steps in prop::collection::vec((0_u128..60, prop::option::of("[ab]{0,2}")), 0..40),
            after in prop::option::of(("[ab]{0,2}", 0_u128..60)),
        ) {
            let devices = base.iter().map(|(id, name)| device(*id, name)).collect();
            let mut inventory = Inventory::new(Arc::new(Base::new(devices)));
            let mut model: BTreeMap<u128, String> = base;
            for (id, step) in steps {
                if let Some(name) = step {
                    inventory.put(device(id, &name));
                    model.insert(id, name);
                } else {
                    let taken = inventory.take(Uuid::from_u128(id)).is_some();
                    prop_assert_eq!(taken, model.remove(&id).is_some());
                }
            }
            let mut expected: Vec<(String, u128)> = model.iter().map(|(id, name)| (name.clone(), *id)).collect();
            expected.sort();
            let key = after.map(|(name, id)| Key { name: name.as_str().into(), id: Uuid::from_u128(id) });
            if let Some(key) = &key {
                expected.retain(|(name, id)| (name.as_str(), *id) > (&*key.name, key.id.as_u128()));
            }
            let seen: Vec<(String, u128)> = inventory
                .places(key.as_ref())
                .map(|place| inventory.at(place))
                .map(|device| (device.record().device_name.as_str().to_owned(), device.id().as_u128()))
                .collect();
            prop_assert_eq!(&seen, &expected);
            prop_assert_eq!(inventory.len(), model.len());
            for id in 0..60 {
                let found = inventory.get(Uuid::from_u128(id)).map(|device| device.record().device_name.as_str().to_owned());
                prop_assert_eq!(found.as_ref(), model.get(&id));
            }
        }
    }
}
