//! What a client can be told to do: the operations of the worker protocol, over devices named by their place.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::scenario::Scenario;

/// A step of a scenario's program.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "op", deny_unknown_fields)]
pub enum Op {
    /// All devices, or those a filter lets pass.
    ListDevices {
        /// Which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<Filter>,
        /// Which properties.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        select: Vec<String>,
    },
    /// One device by its id.
    GetDevice {
        /// Which.
        device: DeviceRef,
        /// Which properties.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        select: Vec<String>,
    },
    /// Devices by a property's value.
    FindDevice {
        /// The property.
        by: FindBy,
        /// The device whose value it is.
        device: DeviceRef,
    },
    /// A new passcode for a device, or none.
    ResetPasscode {
        /// Which.
        device: DeviceRef,
    },
    /// What became of the last reset.
    GetActionResult {
        /// Of which device.
        device: DeviceRef,
    },
    /// New passcodes for several devices, by `$batch`.
    BatchReset {
        /// Which.
        devices: Vec<DeviceRef>,
    },
    /// Time passes; the client is not told.
    Pause {
        /// How much.
        seconds: u32,
    },
}

/// A device, so that it is one in every scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DeviceRef {
    /// The device at this place, counted round.
    At(u16),
    /// A device that does not exist.
    Missing,
}

/// A condition that scenario and service read alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Filter {
    /// `deviceName eq '…'`, with the name of this device.
    NameOf(DeviceRef),
    /// `operatingSystem eq '…'`.
    OperatingSystem(String),
}

/// What a device can be found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FindBy {
    /// The serial number.
    SerialNumber,
    /// The name.
    DeviceName,
    /// The user.
    UserPrincipalName,
}

impl FindBy {
    /// The property's name.
    pub const fn property(self) -> &'static str {
        match self {
            Self::SerialNumber => "serialNumber",
            Self::DeviceName => "deviceName",
            Self::UserPrincipalName => "userPrincipalName",
        }
    }
}

impl DeviceRef {
    /// The place it means in a scenario; none for a missing device, or where there are no devices.
    pub fn place(self, scenario: &Scenario) -> Option<usize> {
        let count = scenario.tenant.devices.len();
        match self {
            Self::At(place) if count > 0 => Some(usize::from(place) % count),
            _ => None,
        }
    }

    /// The id it means.
    pub fn id(self, scenario: &Scenario) -> String {
        self.place(scenario).map_or_else(|| scenario.missing_id(), |place| scenario.device_id(place)).to_string()
    }
}

/// An operation as a client is told it: `op` and `args` of the worker protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The operation's name.
    pub op: String,
    /// What it is about.
    pub args: Json,
}

impl Op {
    /// The operation's name in the worker protocol; none for what a client is not told.
    pub const fn name(&self) -> Option<&'static str> {
        match self {
            Self::ListDevices { .. } => Some("list_devices"),
            Self::GetDevice { .. } => Some("get_device"),
            Self::FindDevice { .. } => Some("find_device"),
            Self::ResetPasscode { .. } => Some("reset_passcode"),
            Self::GetActionResult { .. } => Some("get_action_result"),
            Self::BatchReset { .. } => Some("batch_reset"),
            Self::Pause { .. } => None,
        }
    }

    /// The capability of the worker protocol that it needs.
    pub const fn capability(&self) -> Option<&'static str> {
        match self {
            Self::ListDevices { .. } => Some("op.list"),
            Self::GetDevice { .. } => Some("op.get"),
            Self::FindDevice { .. } => Some("op.find"),
            Self::ResetPasscode { .. } => Some("op.reset"),
            Self::GetActionResult { .. } => Some("op.action_result"),
            Self::BatchReset { .. } => Some("op.batch_reset"),
            Self::Pause { .. } => None,
        }
    }

    /// What the client is told, in a scenario.
    pub fn call(&self, scenario: &Scenario) -> Option<Call> {
        let selected = |select: &[String], mut args: Json| {
            if !select.is_empty() {
                args["select"] = json!(select);
            }
            args
        };
        let args = match self {
            Self::ListDevices { filter, select } => {
                let mut args = json!({});
                if let Some(filter) = filter {
                    args["filter"] = filter.text(scenario).into();
                }
                selected(select, args)
            }
            Self::GetDevice { device, select } => selected(select, json!({ "deviceId": device.id(scenario) })),
            Self::FindDevice { by, device } => {
                json!({ "by": by.property(), "value": crate::model::value_of(scenario, *device, *by) })
            }
            Self::ResetPasscode { device } | Self::GetActionResult { device } => {
                json!({ "deviceId": device.id(scenario) })
            }
            Self::BatchReset { devices } => json!({ "deviceIds": once_each(devices, scenario) }),
            Self::Pause { .. } => return None,
        };
        Some(Call { op: self.name()?.to_owned(), args })
    }

    /// The places of the devices that it asks to reset their passcode.
    pub fn resets(&self, scenario: &Scenario) -> Vec<usize> {
        match self {
            Self::ResetPasscode { device } => device.place(scenario).into_iter().collect(),
            Self::BatchReset { devices } => {
                once_each(devices, scenario).iter().filter_map(|id| scenario.place_of(id)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The ids of devices, each once: what a client is asked to do twice at a time means nothing.
fn once_each(devices: &[DeviceRef], scenario: &Scenario) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in devices.iter().map(|device| device.id(scenario)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

impl Filter {
    /// The filter as OData writes it, not escaped for a URL.
    pub fn text(&self, scenario: &Scenario) -> String {
        let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
        match self {
            Self::NameOf(device) => {
                format!("deviceName eq {}", literal(&crate::model::value_of(scenario, *device, FindBy::DeviceName)))
            }
            Self::OperatingSystem(name) => format!("operatingSystem eq {}", literal(name)),
        }
    }
}
