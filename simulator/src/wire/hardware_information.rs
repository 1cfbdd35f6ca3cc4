//! `hardwareInformation` of beta: forty keys, a few of them filled in lists, about twice as many alone.
//!
//! Key list: `@microsoft/microsoft-graph-types-beta` 0.44.0-preview (documented). That a list shows a stub with 6–8
//! populated keys and a single GET 16–21, and that members which do not apply come back as the enumeration's zero value
//! instead of null (an iPhone says `running`), was measured live in July 2026 (observed: graph2otel).

use crate::device::ManagedDevice;
use crate::odata::value::Value;

use super::device_json::{Form, View};
use super::json::{self, DatePrecision};

/// What a key holds.
enum Cell {
    /// From the record, in lists too.
    Stub(for<'a> fn(&'a ManagedDevice) -> Value<'a>),
    /// From the record, only alone; in lists what `Cell::Fixed` would say.
    Alone(for<'a> fn(&'a ManagedDevice) -> Value<'a>, &'static str),
    /// The same everywhere.
    Fixed(&'static str),
}

use Cell::{Alone, Fixed, Stub};

static KEYS: &[(&str, Cell)] = &[
    ("\"serialNumber\":", Stub(|device| text(device.record().serial_number.as_str()))),
    ("\"totalStorageSpace\":", Alone(|device| Value::Int(device.record().total_storage_space_in_bytes), "0")),
    ("\"freeStorageSpace\":", Alone(|device| Value::Int(device.record().free_storage_space_in_bytes), "0")),
    ("\"imei\":", Stub(|device| text(device.record().imei.as_str()))),
    ("\"meid\":", Alone(|device| text(device.record().meid.as_str()), "null")),
    ("\"manufacturer\":", Stub(|device| text(device.record().manufacturer.as_str()))),
    ("\"model\":", Stub(|device| text(device.record().model.as_str()))),
    ("\"phoneNumber\":", Alone(|device| text(device.record().phone_number.as_str()), "null")),
    ("\"subscriberCarrier\":", Alone(|device| text(device.record().subscriber_carrier.as_str()), "null")),
    ("\"cellularTechnology\":", Alone(cellular_technology, "null")),
    ("\"wifiMac\":", Alone(|device| text(device.record().wi_fi_mac_address.as_str()), "null")),
    ("\"operatingSystemLanguage\":", Alone(|_| Value::String("en-US"), "null")),
    ("\"isSupervised\":", Stub(|device| Value::Boolean(device.record().is_supervised))),
    ("\"isEncrypted\":", Stub(|device| Value::Boolean(device.record().is_encrypted))),
    ("\"batterySerialNumber\":", Fixed("null")),
    ("\"batteryHealthPercentage\":", Fixed("0")),
    ("\"batteryChargeCycles\":", Fixed("0")),
    ("\"isSharedDevice\":", Fixed("false")),
    ("\"sharedDeviceCachedUsers\":", Fixed("[]")),
    ("\"tpmSpecificationVersion\":", Fixed("null")),
    ("\"operatingSystemEdition\":", Alone(|device| text(device.record().sku_family.as_str()), "null")),
    ("\"deviceFullQualifiedDomainName\":", Fixed("null")),
    ("\"deviceGuardVirtualizationBasedSecurityHardwareRequirementState\":", Fixed("\"meetHardwareRequirements\"")),
    ("\"deviceGuardVirtualizationBasedSecurityState\":", Fixed("\"running\"")),
    ("\"deviceGuardLocalSystemAuthorityCredentialGuardState\":", Fixed("\"running\"")),
    ("\"osBuildNumber\":", Alone(|device| text(device.record().os_version.as_str()), "null")),
    ("\"operatingSystemProductType\":", Fixed("0")),
    ("\"ipAddressV4\":", Fixed("null")),
    ("\"subnetAddress\":", Fixed("null")),
    ("\"esimIdentifier\":", Fixed("null")),
    ("\"systemManagementBIOSVersion\":", Fixed("null")),
    ("\"tpmManufacturer\":", Fixed("null")),
    ("\"tpmVersion\":", Fixed("null")),
    ("\"wiredIPv4Addresses\":", Fixed("[]")),
    ("\"batteryLevelPercentage\":", Fixed("null")),
    ("\"residentUsersCount\":", Fixed("null")),
    ("\"productName\":", Alone(|device| text(device.record().model.as_str()), "null")),
    ("\"deviceLicensingStatus\":", Alone(licensing, "\"unknown\"")),
    ("\"deviceLicensingLastErrorCode\":", Fixed("0")),
    ("\"deviceLicensingLastErrorDescription\":", Fixed("null")),
];

/// Appends the object.
pub fn write(out: &mut Vec<u8>, device: &ManagedDevice, view: &View<'_>) {
    let alone = view.form == Form::Single || view.fill;
    out.push(b'{');
    for (index, (key, cell)) in KEYS.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(key.as_bytes());
        match cell {
            Stub(read) => json::value(out, read(device), DatePrecision::Ticks, false),
            Alone(read, _) if alone => {
                let value = read(device);
                json::value(out, value, DatePrecision::Ticks, view.shape.ieee754 && matches!(value, Value::Int(_)));
            }
            Alone(_, other) | Fixed(other) => out.extend_from_slice(other.as_bytes()),
        }
    }
    out.push(b'}');
}

/// Null rather than empty, as the object does where the device itself has `""`.
fn text(text: &str) -> Value<'_> {
    if text.is_empty() { Value::Null } else { Value::String(text) }
}

fn cellular_technology(device: &ManagedDevice) -> Value<'_> {
    let record = device.record();
    match record.operating_system.as_str() {
        "iOS" | "Android" if record.imei.as_str().is_empty() => Value::String("None"),
        "iOS" | "Android" => Value::String("GSM"),
        _ => Value::Null,
    }
}

/// `"25"`: a number outside the enumeration, as a string, on Windows (observed on a virtual machine).
fn licensing(device: &ManagedDevice) -> Value<'_> {
    match device.record().operating_system.as_str() {
        "Windows" => Value::Enum("25"),
        _ => Value::Enum("unknown"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn there_are_forty_different_keys() {
        let mut keys: Vec<_> = super::KEYS.iter().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 40);
    }
}
