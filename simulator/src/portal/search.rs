//! One page of devices, sought and sorted: what the list of the portal shows, whatever the fleet's size.
//!
//! A client's query goes through the service and its quirks, which may leave a filter or an order out. A person who looks
//! for a device must find it, so the list is a question of its own.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use crate::device::check_ins::Heard;
use crate::device::platform::{Named, Platform};
use crate::device::record::{self, Slot as _};
use crate::device::{self, ManagedDevice};
use crate::inventory::{Base, Columns, Inventory, Listed, Place, Texts};
use crate::odata::value::Value;

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
#[derive(Debug)]
pub struct Found<'i> {
    /// How many are as asked.
    pub count: usize,
    /// The page.
    pub page: Vec<Listed<'i>>,
}

impl Search {
    /// Looks through `inventory`; `last_check_in` is when a device was last heard of.
    pub fn run<'i>(&self, inventory: &'i Inventory, last_check_in: impl Fn(Heard) -> DateTime<Utc>) -> Found<'i> {
        let page = |places: &mut dyn Iterator<Item = Place<'i>>| places.map(|place| inventory.at(place)).collect();
        if self.is_everything() && self.order == Order::Name && !self.descending {
            let places = &mut inventory.places(None).skip(self.skip).take(self.top);
            return Found { count: inventory.len(), page: page(places) };
        }
        let needle = self.text.trim().to_lowercase();
        let base = inventory.base();
        let texts = (!needle.is_empty()).then(|| base.texts());
        let has_text = |place: Place<'_>| match (texts, place) {
            (None, _) => true,
            (Some(texts), Place::Row(row)) => texts.have(row, &needle),
            (Some(_), Place::Changed(device)) => Texts::of_device_have(device, &needle),
        };
        let columns = base.columns(&*LOOKED_AT, true);
        let found = inventory
            .places(None)
            .filter(|place| has_text(*place))
            .map(|place| (place, Glance::at(place, base, columns)))
            .filter(|(_, glance)| self.fits(glance));
        if self.order == Order::Name && !self.descending {
            let (mut count, mut places) = (0, Vec::new());
            for (place, _) in found {
                if count >= self.skip && places.len() < self.top {
                    places.push(place);
                }
                count += 1;
            }
            return Found { count, page: page(&mut places.into_iter()) };
        }
        let mut rows: Vec<(Rank, usize, Place<'i>)> = found
            .enumerate()
            .map(|(number, (place, glance))| (Rank::of(self.order, &glance, &last_check_in), number, place))
            .collect();
        let count = rows.len();
        let (from, to) = (self.skip.min(count), self.skip.saturating_add(self.top).min(count));
        let compare = |one: &(Rank, usize, Place<'i>), other: &(Rank, usize, Place<'i>)| {
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
        Found { count, page: page(&mut rows[from..to].iter().map(|(_, _, place)| *place)) }
    }

    fn is_everything(&self) -> bool {
        self.text.trim().is_empty()
            && self.platform.is_none()
            && self.compliance.is_none()
            && self.scope_tags.is_empty()
    }

    /// Whether it is one of those asked for, whatever its texts are.
    fn fits(&self, device: &Glance<'_>) -> bool {
        self.platform.is_none_or(|platform| device.heard.platform == platform)
            && self.compliance.as_deref().is_none_or(|state| device.compliance == Some(state))
            && (self.scope_tags.is_empty() || device::wears_any(device.scope_tags, &self.scope_tags))
    }
}

/// As much of a device as decides whether it is listed and where.
struct Glance<'i> {
    heard: Heard,
    user: &'i str,
    version: &'i str,
    compliance: Option<&'i str>,
    scope_tags: Value<'i>,
}

/// The properties that a glance falls on.
static LOOKED_AT: LazyLock<[u16; 6]> = LazyLock::new(|| {
    ["userPrincipalName", "osVersion", "complianceState", "roleScopeTagIds", "enrolledDateTime", "lastSyncDateTime"]
        .map(|name| record::property(name).expect("it is in the table").0)
});

impl<'i> Glance<'i> {
    fn at(place: Place<'i>, base: &'i Base, columns: Option<&'i Columns>) -> Self {
        match (place, columns) {
            (Place::Changed(device), _) => Self::of(device),
            (Place::Row(row), Some(columns)) => Self::of_row(columns, row),
            (Place::Row(row), None) => match base.device(row) {
                Listed::Kept(device) => Self::of(device),
                Listed::Drawn(_) => unreachable!("a fleet of which nothing is kept has columns"),
            },
        }
    }

    fn of(device: &'i ManagedDevice) -> Self {
        let record = device.record();
        Self {
            heard: device.heard(),
            user: record.user_principal_name.as_str(),
            version: record.os_version.as_str(),
            compliance: record.compliance_state.as_deref(),
            scope_tags: record.role_scope_tag_ids.value(),
        }
    }

    fn of_row(columns: &'i Columns, row: usize) -> Self {
        let [user, version, compliance, scope_tags, enrolled, synced] =
            LOOKED_AT.map(|property| columns.value(row, property));
        let text = |value| match value {
            Value::String(text) | Value::Enum(text) => Some(text),
            _ => None,
        };
        let date = |value| match value {
            Value::DateTime(date) => date,
            _ => record::never(),
        };
        let platform = columns.platform(row);
        Self {
            heard: Heard { online: true, platform, enrolled: date(enrolled), synced: date(synced) },
            user: text(user).unwrap_or_default(),
            version: text(version).unwrap_or_default(),
            compliance: text(compliance),
            scope_tags,
        }
    }
}

/// By what one device stands before another. The beginning of a text is looked at first: it lies beside the device, and
/// the text itself somewhere else in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'i>(u64, &'i str);

impl<'i> Rank<'i> {
    fn of(order: Order, device: &Glance<'i>, last: &impl Fn(Heard) -> DateTime<Utc>) -> Self {
        let text = match order {
            // The service's order is that of the devices' places.
            Order::Name => "",
            Order::User => device.user,
            Order::Platform => device.heard.platform.label(),
            Order::Version => device.version,
            Order::Compliance => device.compliance.unwrap_or_default(),
            // Seconds and milliseconds of every year there is, moved so that they are not negative.
            Order::LastCheckIn => return Self(last(device.heard).timestamp_millis().cast_unsigned() ^ (1 << 63), ""),
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
            let found = search.run(&inventory, |heard| heard.synced);
            let needle = text.to_lowercase();
            let mut expected: Vec<ManagedDevice> = inventory.iter().map(|device| device.clone()).filter(|device| {
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
            let page: Vec<ManagedDevice> = expected.into_iter().skip(skip).take(top).collect();
            prop_assert_eq!(found.page.iter().map(|device| ManagedDevice::clone(device)).collect::<Vec<_>>(), page);
        }
    }
}
