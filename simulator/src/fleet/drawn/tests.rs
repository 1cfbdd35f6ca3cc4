//! A fleet of which nothing is kept looks in every respect like the same fleet kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use proptest::prelude::*;
use uuid::Uuid;

use super::Drawn;
use crate::device::record::{PROPERTIES, Source as Read};
use crate::device::{Key, ManagedDevice};
use crate::fleet::People;
use crate::inventory::{Base, FoundBy, Inventory, Place, Source, User};
use crate::odata::value::Value;
use crate::random::Draw;

fn fleet(seed: u64, count: u32) -> Drawn {
    let draw = Draw::from_seed(seed);
    let as_of = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    Drawn { count, people: People::new("fleet.example", draw.at("people")), as_of, draw, progress: None }
}

/// The fleet drawn, and the same devices kept.
fn both(seed: u64, count: u32) -> [Arc<Base>; 2] {
    let source = fleet(seed, count);
    let kept = Base::new((0..count).map(|number| source.device(number)).collect());
    [Arc::new(Base::drawn(Arc::new(source))), Arc::new(kept)]
}

fn seen(inventory: &Inventory) -> Vec<ManagedDevice> {
    inventory.iter().map(|device| device.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn rows_ids_and_keys_are_the_same(seed: u64, count in 0_u32..120, asked: (u32, String)) {
        let [drawn, kept] = both(seed, count);
        prop_assert!(drawn.is_drawn() && !kept.is_drawn());
        prop_assert_eq!(drawn.len(), kept.len());
        for row in 0..kept.len() {
            let device = kept.device(row);
            prop_assert_eq!(&*drawn.device(row), &*device);
            prop_assert_eq!(drawn.row_of(device.id()), Some(row));
            prop_assert_eq!(drawn.id(row), device.id());
            let key = device.key();
            prop_assert_eq!(drawn.first_row_after(&key), row + 1);
            prop_assert!(!drawn.precedes(row, &key) && (row == 0 || drawn.precedes(row - 1, &key)));
            prop_assert_eq!(drawn.rows_named(&key.name), kept.rows_named(&key.name));
        }
        let elsewhere = Key { name: asked.1.as_str().into(), id: Uuid::from_u128(asked.0.into()) };
        prop_assert_eq!(drawn.row_of(elsewhere.id), None);
        prop_assert_eq!(drawn.first_row_after(&elsewhere), kept.first_row_after(&elsewhere));
    }

    /// Every device is found by each of its texts, in any case, and little else is looked at.
    #[test]
    fn what_is_looked_for_is_found(seed: u64, count in 1_u32..120) {
        let [drawn, kept] = both(seed, count);
        for (property, read) in [
            ("serialNumber", (|device| device.record().serial_number.as_str()) as fn(&ManagedDevice) -> &str),
            ("userPrincipalName", |device| device.record().user_principal_name.as_str()),
            ("userId", |device| device.record().user_id.as_str()),
            ("azureADDeviceId", |device| device.record().azure_ad_device_id.as_str()),
        ] {
            let found_by = FoundBy::property(property).unwrap();
            for row in 0..kept.len() {
                let device = kept.device(row);
                let text = read(&device);
                let rows: Vec<usize> = (0..kept.len()).filter(|row| read(&kept.device(*row)) == text).collect();
                // Hashes of 32 bits of a hundred texts do not collide by chance in sixteen cases.
                prop_assert_eq!(&drawn.rows_with(found_by, &text.to_uppercase()), &rows);
                prop_assert_eq!(&kept.rows_with(found_by, text), &rows);
            }
            prop_assert!(drawn.rows_with(found_by, "nobody's").is_empty());
        }
    }

    #[test]
    fn people_are_the_same_and_counted_without_a_list(seed: u64, count in 0_u32..120) {
        let [drawn, kept] = both(seed, count);
        prop_assert_eq!(drawn.users(), kept.users());
        prop_assert_eq!(drawn.users_count(), kept.users().len());
        // One who owns a device already, one who does not, and both of them twice.
        let new = User { id: "new".into(), user_principal_name: "n".into(), display_name: "N".into(), mail: "n".into() };
        let people: Vec<User> = kept.users().first().cloned().into_iter().chain([new]).collect();
        let [drawn, kept] = [drawn, kept].map(|base| base.with_people(people.clone()).with_people(people.clone()));
        prop_assert_eq!(drawn.users(), kept.users());
        prop_assert_eq!(drawn.users_count(), kept.users().len());
    }

    /// Whoever changes some of the devices changes the same in both.
    #[test]
    fn an_overlay_lies_on_both_alike(seed: u64, count in 1_u32..60, changes in prop::collection::vec((0_u32..60, 0_u8..3), 0..20)) {
        let [drawn, kept] = both(seed, count);
        let ids: Vec<Uuid> = (0..kept.len()).map(|row| kept.id(row)).collect();
        let mut inventories = [drawn, kept].map(Inventory::new);
        for inventory in &mut inventories {
            for (device, change) in &changes {
                let id = ids[usize::try_from(*device).unwrap() % ids.len()];
                let Some(mut device) = inventory.get(id).map(|device| device.clone()) else { continue };
                match change {
                    0 => drop(inventory.take(id)),
                    1 => inventory.put(device),
                    _ => {
                        device.edit(|record| record.device_name = "Lent".into());
                        inventory.put(device);
                    }
                }
            }
        }
        let [drawn, kept] = inventories;
        prop_assert_eq!(drawn.len(), kept.len());
        prop_assert_eq!(seen(&drawn), seen(&kept));
    }
}

/// A column says of each row what the device says, whether a property has few values or one for each row.
#[test]
fn columns_say_what_the_devices_say() {
    // More than a part tells apart by codes, in more than one part.
    let source: Arc<dyn Source> = Arc::new(fleet(1, 600));
    let base = Base::drawn(source);
    let properties: Vec<u16> = (0..).take(PROPERTIES.len()).collect();
    let columns = base.columns(&properties, true).expect("nothing is kept");
    let mut looks = BTreeSet::new();
    for row in 0..base.len() {
        let device = base.device(row);
        for (index, property) in (0..).zip(PROPERTIES) {
            let value = match property.source {
                Read::Field(read) => read(device.record()),
                _ => Value::Null,
            };
            assert_eq!(columns.value(row, index), value, "{} of row {row}", property.name);
            looks.insert(format!("{value:?}").split(['(', ' ']).next().unwrap_or_default().to_owned());
        }
        assert_eq!(columns.platform(row), device.facts().platform);
        assert!(base.texts().have(row, &device.record().device_name.as_str().to_lowercase()));
    }
    assert_eq!(looks, ["Boolean", "DateTime", "Enum", "Int", "Json", "Null", "String"].map(String::from).into());
}

/// Nothing of what a place says needs the device.
#[test]
fn a_place_is_a_row_or_what_was_changed() {
    let mut inventory = Inventory::new(Arc::new(Base::drawn(Arc::new(fleet(1, 30)))));
    let changed = inventory.get(inventory.base().id(7)).unwrap().clone();
    inventory.put(changed);
    let rows: Vec<Option<usize>> = inventory
        .places(None)
        .map(|place| match place {
            Place::Row(row) => Some(row),
            Place::Changed(_) => None,
        })
        .collect();
    let expected: Vec<Option<usize>> = (0..30).map(|row| (row != 7).then_some(row)).collect();
    assert_eq!(rows, expected);
}
