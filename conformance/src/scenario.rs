//! A scenario: everything that decides what happens between a client and the simulator, as data.
//!
//! A scenario is written, drawn, made smaller, saved and replayed. It refers to devices by their place, so that every
//! part of it is a scenario too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::operation::Op;
use crate::stimulus::Stimulus;

/// The version of the shape of [`Scenario`]. A newer major version is refused by [`Scenario::read`].
pub const SCHEMA: &str = "1.0";

/// What a client is asked to do, in which tenant, and what happens to it meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scenario {
    /// The version of this shape, [`SCHEMA`].
    pub schema: String,
    /// What ids and everything else that nobody chose are drawn from.
    pub seed: u64,
    /// The world it happens in.
    #[serde(default)]
    pub tenant: Tenant,
    /// What the client is told to do, in this order.
    pub program: Vec<Op>,
    /// What happens to it meanwhile.
    #[serde(default)]
    pub stimuli: Vec<Stimulus>,
}

/// The world of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Tenant {
    /// Its devices. The service's own order, by name, is another one.
    pub devices: Vec<Device>,
    /// Devices on a page: 1, 10, 100 or 1,000.
    pub page: u32,
    /// The edition of the support matrix in force there.
    pub edition: String,
    /// Switches that are set otherwise than by `realistic`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub quirks: BTreeMap<String, String>,
    /// How the client signs in.
    pub sign_in: SignIn,
}

impl Default for Tenant {
    fn default() -> Self {
        Self {
            devices: Vec::new(),
            page: 1_000,
            edition: crate::matrix::EDITION.to_owned(),
            quirks: BTreeMap::new(),
            sign_in: SignIn::default(),
        }
    }
}

/// How a client signs in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignIn {
    /// With its own id and secret.
    #[default]
    ClientCredentials,
    /// With a token that it was given.
    AccessToken,
    /// With a token that it was given and that is no JWT, which the service takes all the same.
    OpaqueToken,
}

/// A device of a scenario. What is not here gets a believable value from the simulator.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Device {
    /// The row of the support matrix it was made from: [`crate::matrix::Row::id`].
    pub row: String,
    /// `deviceName`.
    pub name: String,
    /// `totalStorageSpaceInBytes`.
    #[serde(default = "usual_storage")]
    pub storage: i64,
    /// `lastSyncDateTime`, as the service spells it.
    #[serde(default = "usual_sync")]
    pub last_sync: String,
    /// What it answers when it is asked to do something.
    #[serde(default)]
    pub answers: DeviceAnswers,
}

/// What a device answers when it is asked to do something: the control API's `physical.outcome`, and `offline`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DeviceAnswers {
    /// What the support matrix says.
    #[default]
    Auto,
    /// Failure.
    Failed,
    /// "Not supported", although the inventory promised otherwise.
    NotSupported,
    /// Nothing: it is switched off.
    Offline,
}

fn usual_storage() -> i64 {
    64_000_000_000
}

fn usual_sync() -> String {
    "2018-03-07T08:00:00Z".to_owned()
}

impl Device {
    /// An ordinary device of a row.
    pub fn of_row(row: &str, name: &str) -> Self {
        Self {
            row: row.to_owned(),
            name: name.to_owned(),
            storage: usual_storage(),
            last_sync: usual_sync(),
            answers: DeviceAnswers::Auto,
        }
    }
}

/// Why a text is no scenario.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no JSON of that shape.
    #[error("this is no scenario: {0}")]
    Shape(#[from] serde_json::Error),
    /// It has a later shape.
    #[error("this scenario has the schema {0}, and this program reads up to {SCHEMA}; use a newer simtune-conformance")]
    Newer(String),
}

impl Scenario {
    /// A scenario with nothing in it but a seed.
    pub fn new(seed: u64) -> Self {
        Self { schema: SCHEMA.to_owned(), seed, tenant: Tenant::default(), program: Vec::new(), stimuli: Vec::new() }
    }

    /// Reads a saved scenario.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let json: serde_json::Value = serde_json::from_str(text)?;
        let schema = json["schema"].as_str().unwrap_or(SCHEMA);
        let major = |schema: &str| schema.split('.').next().and_then(|major| major.parse::<u32>().ok());
        if major(schema) > major(SCHEMA) {
            return Err(ReadError::Newer(schema.to_owned()));
        }
        Ok(serde_json::from_value(json)?)
    }

    /// Its id: a hash of everything in it, the same on every machine.
    pub fn id(&self) -> String {
        let text = serde_json::to_string(self).expect("a scenario becomes JSON");
        format!("{:016x}", hash(&text))
    }

    /// How large it is, for comparing candidates: operations and stimuli first, devices next.
    pub fn size(&self) -> (usize, usize) {
        (self.program.len() + self.stimuli.len(), self.tenant.devices.len())
    }

    /// The id of the device at a place.
    pub fn device_id(&self, place: usize) -> Uuid {
        let mix = |salt: u64| mixed(self.seed ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let place = place as u64;
        uuid::Builder::from_random_bytes(
            (u128::from(mix(place * 2 + 1)) << 64 | u128::from(mix(place * 2 + 2))).to_be_bytes(),
        )
        .into_uuid()
    }

    /// The id of no device.
    pub fn missing_id(&self) -> Uuid {
        self.device_id(usize::from(u16::MAX))
    }

    /// The place of the device with that id.
    pub fn place_of(&self, id: &str) -> Option<usize> {
        (0..self.tenant.devices.len()).find(|place| self.device_id(*place).to_string() == id)
    }
}

/// FNV-1a: short, and the same on every machine and with every version of Rust.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The output function of `SplitMix64`.
fn mixed(mut state: u64) -> u64 {
    state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}
