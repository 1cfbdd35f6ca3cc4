//! What a generated device is sorted and found by, worked out without the rest of it.
//!
//! A large fleet is not kept: each device is worked out when somebody looks at it. Only what says where it stands is needed
//! beforehand, and that is the smaller part of the work.

use super::believable;
use super::draft::made_up_id;
use super::hardware;
use super::kind;
use super::known::Known;
use super::names;
use super::people::{People, first_name};
use super::standing::Standing;
use crate::inventory::{Owner, Sketch};
use crate::random::Draw;

/// Of a device about which only this much is known, a person's number among it.
pub(super) fn sketch(known: &Known<'_>, people: &People, draw: Draw) -> Sketch {
    let kind = kind::infer(known, draw.at("kind")).kind;
    let standing = Standing::of(kind, known, draw);
    let (version, model) = believable::system(kind.profile(), known, draw);
    let owner = known.person.filter(|_| standing.has_user).map(|number| {
        let display = people.display(number);
        let principal = people.principal(&display);
        Owner { id: people.id(&principal), principal, display }
    });
    let first_name = owner.as_ref().map(|owner| first_name(&owner.display));
    let masked = hardware::is_masked(kind, known.os_version.unwrap_or(version.text()));
    Sketch {
        id: made_up_id(standing.agent, draw),
        device_name: names::device(kind, &standing, first_name, model.name.text(), draw.at("name")),
        serial_number: hardware::serial_number(kind, &standing, model, masked, draw).unwrap_or_default(),
        directory_id: believable::directory_id(&standing, draw),
        owner,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use crate::fleet::{Context, People, generated, mix};
    use crate::random::Draw;

    proptest! {
        /// A sketch and the device itself are worked out by two functions, and never differ.
        #[test]
        fn a_sketch_is_of_the_device(seed: u64, number in 0_u32..10_000_000) {
            let draw = Draw::from_seed(seed);
            let people = People::new("fleet.example", draw.at("people"));
            let context = Context { people: &people, as_of: DateTime::from_timestamp(1_790_000_000, 0).unwrap() };
            let device = generated(number, &context, draw);
            let sketch = mix::sketch(number.into(), &people, draw);
            let record = &device.record;
            prop_assert_eq!(sketch.id, device.id);
            prop_assert_eq!(&*sketch.device_name, record.device_name.as_str());
            prop_assert_eq!(&*sketch.serial_number, record.serial_number.as_str());
            let directory = sketch.directory_id.unwrap_or_default().hyphenated().to_string();
            prop_assert_eq!(&*directory, record.azure_ad_device_id.as_str());
            let owner = sketch.owner.map_or_else(Default::default, |owner| {
                (owner.id.hyphenated().to_string(), owner.principal, owner.display)
            });
            let told = (&record.user_id, &record.user_principal_name, &record.user_display_name);
            prop_assert_eq!((&*owner.0, &*owner.1, &*owner.2), (told.0.as_str(), told.1.as_str(), told.2.as_str()));
        }
    }
}
