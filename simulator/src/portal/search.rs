//! One page of devices, sought and sorted: what the list of the portal shows, whatever the fleet's size.
//!
//! A client's query goes through the service and its quirks, which may leave a filter or an order out. A person who looks
//! for a device must find it, so the list is a question of its own.

use chrono::{DateTime, Utc};

use crate::device::ManagedDevice;
use crate::device::platform::{Named, Platform};
use crate::inventory::{Inventory, Texts};

/// Devices of one page at most.
pub const PAGE: usize = 200;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// In the name, the user, the serial number, the model or the id, in any case; empty for every device.
    pub text: String,
    /// Only these devices.
    pub platform: Option<Platform>,
    /// Only in this state of compliance.
    pub compliance: Option<String>,
    /// Whoever looks sees only devices that wear one of these scope tags; everything, if there are none.
    pub scope_tags: Vec<String>,
    /// By what they are sorted.
    pub order: Order,
    /// From the greatest down.
    pub descending: bool,
    /// How many are left out first.
    pub skip: usize,
    /// How many are shown.
    pub top: usize,
}

/// What devices can be sorted by. Equal ones stand in the service's order, read from the same end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By name, in the service's order.
    #[default]
    Name,
    /// By the primary user.
    User,
    /// By platform.
    Platform,
    /// By the version of the operating system, as text.
    Version,
    /// By compliance.
    Compliance,
    /// By the last check-in.
    LastCheckIn,
}

impl Named for Order {
    const WHAT: &'static str = "order";
    const ALL: &'static [Self] =
        &[Self::Name, Self::User, Self::Platform, Self::Version, Self::Compliance, Self::LastCheckIn];

    fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::User => "user",
            Self::Platform => "platform",
            Self::Version => "version",
            Self::Compliance => "compliance",
            Self::LastCheckIn => "last-check-in",
        }
    }

    fn label(self) -> &'static str {
        self.name()
    }
}

/// What was found: how many there are, and one page of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'i> {
    /// How many are as asked.
    pub count: usize,
    /// The page.
    pub page: Vec<&'i ManagedDevice>,
}

impl Search {
    /// Looks through `inventory`; `last_check_in` is when a device was last heard of.
    pub fn run<'i>(
        &self,
        inventory: &'i Inventory,
        last_check_in: impl Fn(&ManagedDevice) -> DateTime<Utc>,
    ) -> Found<'i> {
        let devices = || inventory.iter().map(AsRef::as_ref);
        if self.is_everything() && self.order == Order::Name && !self.descending {
            return Found { count: inventory.len(), page: devices().skip(self.skip).take(self.top).collect() };
        }
        let needle = self.text.trim().to_lowercase();
        let texts = (!needle.is_empty()).then(|| inventory.base().texts());
        let has_text = |row: Option<usize>, device: &ManagedDevice| match (texts, row) {
            (None, _) => true,
            (Some(texts), Some(row)) => texts.have(row, &needle),
            (Some(_), None) => Texts::of_device_have(device, &needle),
        };
        let found = inventory
            .iter_placed()
            .filter(|(row, device)| has_text(*row, device) && self.fits(device))
            .map(|(_, device)| device.as_ref());
        if self.order == Order::Name && !self.descending {
            let (mut count, mut page) = (0, Vec::new());
            for device in found {
                if count >= self.skip && page.len() < self.top {
                    page.push(device);
                }
                count += 1;
            }
            return Found { count, page };
        }
        let mut rows: Vec<(Rank, usize, &ManagedDevice)> = found
            .enumerate()
            .map(|(place, device)| (Rank::of(self.order, device, &last_check_in), place, device))
            .collect();
        let count = rows.len();
        let (from, to) = (self.skip.min(count), self.skip.saturating_add(self.top).min(count));
        let compare = |one: &(Rank, usize, &ManagedDevice), other: &(Rank, usize, &ManagedDevice)| {
            let order = (one.0, one.1).cmp(&(other.0, other.1));
            if self.descending { order.reverse() } else { order }
        };
        // Only what the page holds has to be in order.
        if from < to {
            if to < count {
                rows.select_nth_unstable_by(to - 1, compare);
            }
            if from > 0 {
                rows[..to].select_nth_unstable_by(from, compare);
            }
            rows[from..to].sort_unstable_by(compare);
        }
        Found { count, page: rows[from..to].iter().map(|(_, _, device)| *device).collect() }
    }

    fn is_everything(&self) -> bool {
        self.text.trim().is_empty()
            && self.platform.is_none()
            && self.compliance.is_none()
            && self.scope_tags.is_empty()
    }

    /// Whether it is one of those asked for, whatever its texts are.
    fn fits(&self, device: &ManagedDevice) -> bool {
        let record = device.record();
        self.platform.is_none_or(|platform| device.facts().platform == platform)
            && self.compliance.as_deref().is_none_or(|state| record.compliance_state.as_deref() == Some(state))
            && (self.scope_tags.is_empty() || device.wears_any(&self.scope_tags))
    }
}

/// By what one device stands before another. The beginning of a text is looked at first: it lies beside the device, and
/// the text itself somewhere else in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'i>(u64, &'i str);

impl<'i> Rank<'i> {
    fn of(order: Order, device: &'i ManagedDevice, last: &impl Fn(&ManagedDevice) -> DateTime<Utc>) -> Self {
        let record = device.record();
        let text = match order {
            // The service's order is that of the devices' places.
            Order::Name => "",
            Order::User => record.user_principal_name.as_str(),
            Order::Platform => device.facts().platform.label(),
            Order::Version => record.os_version.as_str(),
            Order::Compliance => record.compliance_state.as_deref().unwrap_or_default(),
            // Seconds and milliseconds of every year there is, moved so that they are not negative.
            Order::LastCheckIn => return Self(last(device).timestamp_millis().cast_unsigned() ^ (1 << 63), ""),
        };
        let mut beginning = [0; 8];
        let known = text.len().min(beginning.len());
        beginning[..known].copy_from_slice(&text.as_bytes()[..known]);
        Self(u64::from_be_bytes(beginning), text)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::{Order, Search};
    use crate::device::ManagedDevice;
    use crate::device::physical::Physical;
    use crate::device::platform::Named;
    use crate::device::record::Record;
    use crate::inventory::{Base, Inventory};

    fn device((id, name, user, version): (u128, String, String, u8)) -> ManagedDevice {
        let record = Record {
            device_name: name.into(),
            user_principal_name: user.into(),
            os_version: format!("{version}").into(),
            ..Record::default()
        };
        ManagedDevice::new(Uuid::from_u128(id), record, Physical::default()).0
    }

    proptest! {
        /// A page is what a plain filter, a plain stable sort and a plain cut would give.
        #[test]
        fn a_page_is_a_piece_of_the_sorted_list(
            fleet in prop::collection::vec((0_u128..60, "[aB]{0,2}", "[xé]{0,2}", 0_u8..4), 0..40),
            changed in prop::collection::vec((0_u128..60, "[aBé]{0,2}", "[xé]{0,2}", 0_u8..4), 0..8),
            text in "[abXÉ]{0,2}",
            order in prop::sample::select(Order::ALL),
            descending: bool,
            skip in 0_usize..30,
            top in 1_usize..12,
        ) {
            let mut inventory = Inventory::new(Arc::new(Base::new(fleet.into_iter().map(device).collect())));
            // Some of them were changed or added since.
            for changed in changed {
                inventory.put(device(changed));
            }
            let search = Search { text: text.clone(), order, descending, skip, top, ..Search::default() };
            let found = search.run(&inventory, |device| device.record().last_sync_date_time);
            let needle = text.to_lowercase();
            let mut expected: Vec<&ManagedDevice> = inventory.iter().map(AsRef::as_ref).filter(|device| {
                let record = device.record();
                let all = [&record.device_name, &record.user_principal_name, &record.serial_number, &record.model, &record.id];
                all.iter().any(|text| text.as_str().to_lowercase().contains(&needle))
            }).collect();
            expected.sort_by(|a, b| {
                let (x, y) = (a.record(), b.record());
                match order {
                    Order::User => x.user_principal_name.as_str().cmp(y.user_principal_name.as_str()),
                    Order::Version => x.os_version.as_str().cmp(y.os_version.as_str()),
                    _ => std::cmp::Ordering::Equal,
                }
            });
            if descending {
                expected.reverse();
            }
            prop_assert_eq!(found.count, expected.len());
            let page: Vec<&ManagedDevice> = expected.into_iter().skip(skip).take(top).collect();
            prop_assert_eq!(found.page, page);
        }
    }
}
