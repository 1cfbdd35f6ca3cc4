//! What is true in a scenario, worked out from the scenario alone: who has which value, what a listing must hold,
//! what a reset leads to.

use serde_json::{Value as Json, json};

use crate::matrix::{self, Outcome};
use crate::operation::{DeviceRef, Filter, FindBy};
use crate::scenario::{Device, DeviceAnswers, Scenario};

/// A device with every member that the scenario decides, as the control port takes it.
pub fn members(scenario: &Scenario, place: usize) -> Json {
    let device = &scenario.tenant.devices[place];
    let row = matrix::row(&device.row);
    let mut members = row.map_or_else(|| json!({ "deviceType": "linux" }), |row| row.members.clone());
    members["operatingSystem"] = row.map_or("Linux", |row| row.system).into();
    members["id"] = scenario.device_id(place).to_string().into();
    members["deviceName"] = device.name.clone().into();
    members["serialNumber"] = serial_number(scenario, place).into();
    members["userPrincipalName"] = user(place).into();
    members["totalStorageSpaceInBytes"] = device.storage.into();
    members["lastSyncDateTime"] = device.last_sync.clone().into();
    members["physical"] = match device.answers {
        DeviceAnswers::Auto => json!({}),
        DeviceAnswers::Failed => json!({ "outcome": "failed" }),
        DeviceAnswers::NotSupported => json!({ "outcome": "notSupported" }),
        DeviceAnswers::Offline => json!({ "online": false }),
    };
    members
}

fn serial_number(scenario: &Scenario, place: usize) -> String {
    format!("S{:04X}N{place:03}", scenario.seed & 0xFFFF)
}

fn user(place: usize) -> String {
    format!("user{place}@simtune.example")
}

/// The value that a device can be found by; one that nobody has for a missing device.
pub fn value_of(scenario: &Scenario, device: DeviceRef, by: FindBy) -> String {
    let Some(place) = device.place(scenario) else { return "NOBODY-HAS-THIS".to_owned() };
    match by {
        FindBy::SerialNumber => serial_number(scenario, place),
        FindBy::DeviceName => scenario.tenant.devices[place].name.clone(),
        FindBy::UserPrincipalName => user(place),
    }
}

/// The places of the devices that a listing must hold.
pub fn listed(scenario: &Scenario, filter: Option<&Filter>) -> Vec<usize> {
    let devices = scenario.tenant.devices.iter().enumerate();
    let passes = |device: &Device| match filter {
        None => true,
        Some(Filter::NameOf(named)) => device.name == value_of(scenario, *named, FindBy::DeviceName),
        Some(Filter::OperatingSystem(system)) => matrix::row(&device.row).map_or("Linux", |row| row.system) == system,
    };
    devices.filter(|(_, device)| passes(device)).map(|(place, _)| place).collect()
}

/// The places of the devices that are found by the value of one.
pub fn found(scenario: &Scenario, by: FindBy, device: DeviceRef) -> Vec<usize> {
    let value = value_of(scenario, device, by);
    (0..scenario.tenant.devices.len())
        .filter(|place| value_of(scenario, DeviceRef::At(u16::try_from(*place).unwrap_or(u16::MAX)), by) == value)
        .collect()
}

/// Whether the service accepts a reset of the device at a place.
pub fn accepts_reset(scenario: &Scenario, place: usize) -> bool {
    matrix::outcome(&scenario.tenant.devices[place].row) != Outcome::NotSupported
}

/// How an accepted reset ends once the device has answered: its state, and whether there is a passcode to read.
pub fn reset_ends(scenario: &Scenario, place: usize) -> (&'static str, bool) {
    let device = &scenario.tenant.devices[place];
    match device.answers {
        DeviceAnswers::Offline => ("pending", false),
        DeviceAnswers::Failed => ("failed", false),
        DeviceAnswers::NotSupported => ("notSupported", false),
        DeviceAnswers::Auto => ("done", matrix::outcome(&device.row) == Outcome::TemporaryPasscode),
    }
}
