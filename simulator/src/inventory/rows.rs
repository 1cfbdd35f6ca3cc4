//! The rows of a base: devices that are kept, or that are worked out when somebody looks.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use uuid::Uuid;

use super::drawn::Drawn;
use super::index::{FoundBy, Index, hash_of};
use super::source::Source;
use crate::device::{Key, ManagedDevice};

/// Rows in the service's order: by device name, then id.
#[derive(Debug)]
pub(super) enum Rows {
    /// All of them in memory.
    Kept(Kept),
    /// Only what says where they stand.
    Drawn(Drawn),
}

/// A device of an inventory.
#[derive(Debug)]
pub enum Listed<'a> {
    /// It is kept.
    Kept(&'a Arc<ManagedDevice>),
    /// It was worked out for whoever looks.
    Drawn(Arc<ManagedDevice>),
}

#[derive(Debug, Default)]
pub(super) struct Kept {
    devices: Box<[Arc<ManagedDevice>]>,
    by_id: HashMap<Uuid, usize>,
    by_text: OnceLock<[Index; FoundBy::ALL.len()]>,
}

impl Default for Rows {
    fn default() -> Self {
        Self::Kept(Kept::default())
    }
}

impl Listed<'_> {
    /// The device for keeping.
    pub fn share(&self) -> Arc<ManagedDevice> {
        match self {
            Self::Kept(device) => Arc::clone(device),
            Self::Drawn(device) => Arc::clone(device),
        }
    }
}

impl Deref for Listed<'_> {
    type Target = ManagedDevice;

    fn deref(&self) -> &ManagedDevice {
        match self {
            Self::Kept(device) => device,
            Self::Drawn(device) => device,
        }
    }
}

impl Rows {
    /// Sorts `devices`. Of two with one id the later stays.
    pub(super) fn kept(devices: Vec<ManagedDevice>) -> Self {
        let unique: HashMap<Uuid, ManagedDevice> = devices.into_iter().map(|device| (device.id(), device)).collect();
        let mut devices: Vec<Arc<ManagedDevice>> = unique.into_values().map(Arc::new).collect();
        devices.sort_unstable_by(|a, b| order_of(a).cmp(&order_of(b)));
        let by_id = devices.iter().enumerate().map(|(row, device)| (device.id(), row)).collect();
        Self::Kept(Kept { devices: devices.into(), by_id, by_text: OnceLock::new() })
    }

    /// The devices of `source`.
    pub(super) fn drawn(source: Arc<dyn Source>) -> Self {
        Self::Drawn(Drawn::of(source))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Kept(kept) => kept.devices.len(),
            Self::Drawn(drawn) => drawn.len(),
        }
    }

    /// The device of a row.
    pub(super) fn device(&self, row: usize) -> Listed<'_> {
        match self {
            Self::Kept(kept) => Listed::Kept(&kept.devices[row]),
            Self::Drawn(drawn) => Listed::Drawn(Arc::new(drawn.source.device(drawn.number(row)))),
        }
    }

    /// By what a row stands where it does.
    pub(super) fn order_of(&self, row: usize) -> (&str, Uuid) {
        match self {
            Self::Kept(kept) => order_of(&kept.devices[row]),
            Self::Drawn(drawn) => drawn.order_of(row),
        }
    }

    /// Where the device with that id stands.
    pub(super) fn row_of(&self, id: Uuid) -> Option<usize> {
        match self {
            Self::Kept(kept) => kept.by_id.get(&id).copied(),
            Self::Drawn(drawn) => drawn.row_of(id),
        }
    }

    /// The first row behind `key`.
    pub(super) fn first_row_after(&self, key: &Key) -> usize {
        match self {
            Self::Kept(kept) => kept.devices.partition_point(|device| order_of(device) <= (&*key.name, key.id)),
            Self::Drawn(drawn) => drawn.first_row_after(key),
        }
    }

    /// Rows that may have that text, in any case, in their order.
    pub(super) fn rows_with(&self, property: FoundBy, text: &str) -> Vec<usize> {
        match self {
            Self::Kept(kept) => kept.by_text()[property as usize].rows(hash_of(text)).collect(),
            Self::Drawn(drawn) => drawn.rows_with(property, text),
        }
    }
}

impl Kept {
    /// Made when somebody first looks: small fleets come and go with their tests.
    fn by_text(&self) -> &[Index; FoundBy::ALL.len()] {
        self.by_text.get_or_init(|| {
            FoundBy::ALL.map(|property| {
                Index::of(self.devices.iter().map(|device| {
                    let record = device.record();
                    hash_of(match property {
                        FoundBy::SerialNumber => record.serial_number.as_str(),
                        FoundBy::PrincipalName => record.user_principal_name.as_str(),
                        FoundBy::UserId => record.user_id.as_str(),
                        FoundBy::DirectoryId => record.azure_ad_device_id.as_str(),
                    })
                }))
            })
        })
    }
}

fn order_of(device: &ManagedDevice) -> (&str, Uuid) {
    (device.record().device_name.as_str(), device.id())
}
