//! A world's moment as a document has it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::moment::Moment;
use super::state::{Due, State};
use super::{CheckIn, actions};
use crate::audit::AuditLog;
use crate::audit::event::EventLog;
use crate::device::ManagedDevice;
use crate::faults::Faults;
use crate::inventory::Inventory;
use crate::quirks::{QUIRKS, Quirks};
use crate::random::Draw;
use crate::stored;
use crate::support::Edition;
use crate::throttle::Throttle;

/// A moment as it was read: all that can be known without the editions and the seed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stored {
    clock: Clock,
    /// The id of the edition of the support matrix that holds.
    pub edition: String,
    quirks: Chosen,
    check_in: CheckIn,
    throttle: Throttle,
    faults: Faults,
    state: State,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    mode: Mode,
    #[serde(with = "stored::instant")]
    now: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Auto,
    Manual,
}

/// Quirks by name. One that a document does not name, because it is older, is as the default profile has it.
#[derive(Debug, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
struct Chosen(Quirks);

impl TryFrom<BTreeMap<String, String>> for Chosen {
    type Error = String;

    fn try_from(named: BTreeMap<String, String>) -> Result<Self, String> {
        let mut quirks = Quirks::default();
        named.iter().try_for_each(|(name, value)| quirks.set(name, value))?;
        Ok(Self(quirks))
    }
}

impl Stored {
    /// The moment, under an edition and with everything drawn from `draw`.
    pub fn moment(self, edition: Arc<Edition>, draw: Draw) -> Moment {
        let Self { clock, edition: _, quirks, check_in, throttle, faults, state } = self;
        let runs = matches!(clock.mode, Mode::Auto);
        Moment { now: clock.now, runs, faults, throttle, edition, quirks: quirks.0, check_in, draw, state }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Written<'a> {
            clock: Clock,
            edition: &'a str,
            quirks: BTreeMap<&'static str, &'static str>,
            check_in: CheckIn,
            throttle: &'a Throttle,
            faults: &'a Faults,
            state: &'a State,
        }
        // The draw follows from the seed, which stands beside this.
        let Self { now, runs, faults, throttle, edition, quirks, check_in, draw: _, state } = self;
        Written {
            clock: Clock { mode: if *runs { Mode::Auto } else { Mode::Manual }, now: *now },
            edition: edition.id.as_ref(),
            quirks: QUIRKS.iter().map(|quirk| (quirk.name, quirk.value(quirks))).collect(),
            check_in: *check_in,
            throttle,
            faults,
            state,
        }
        .serialize(serializer)
    }
}

/// Something that is due, in the order in which it was scheduled.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    #[serde(with = "stored::instant")]
    at: DateTime<Utc>,
    #[serde(with = "stored::count")]
    number: u64,
    what: Due,
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            scheduled: u64,
            requests: u64,
            due: Vec<Event>,
            audits: &'a AuditLog,
            events: &'a EventLog,
            inventory: &'a Inventory,
        }
        // Who waits follows from what is due.
        let Self { inventory, audits, events, due, waiting: _, scheduled, requests } = self;
        Written {
            scheduled: *scheduled,
            requests: *requests,
            due: due.iter().map(|((at, number), what)| Event { at: *at, number: *number, what: *what }).collect(),
            audits,
            events,
            inventory,
        }
        .serialize(serializer)
    }
}

/// A state as it was read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Read {
    #[serde(with = "stored::count")]
    scheduled: u64,
    #[serde(with = "stored::count")]
    requests: u64,
    due: Vec<Event>,
    audits: AuditLog,
    events: EventLog,
    inventory: Inventory,
}

impl TryFrom<Read> for State {
    type Error = String;

    fn try_from(read: Read) -> Result<Self, String> {
        let Read { scheduled, requests, due, audits, events, inventory } = read;
        if let Some(event) = due.iter().find(|event| event.number > scheduled) {
            return Err(format!("due: number {} of {scheduled} that were ever scheduled", event.number));
        }
        inventory.iter().try_for_each(|device| check(&device))?;
        let waiting: HashSet<Due> = due.iter().map(|event| event.what).collect();
        let due = due.into_iter().map(|event| ((event.at, event.number), event.what)).collect();
        Ok(Self { inventory, audits, events, due, waiting, scheduled, requests })
    }
}

/// Whether everything that a device was asked is an action that exists.
fn check(device: &ManagedDevice) -> Result<(), String> {
    let asked = device.actions.iter().map(|entry| &entry.action);
    let leaves = device.departure.iter().map(|departure| &departure.action);
    match asked.chain(leaves).find(|name| actions::action(name).is_none()) {
        None => Ok(()),
        Some(name) => Err(format!("device {} was asked for '{name}', which is no remote action", device.id())),
    }
}
