//! The lint, over the records of the built-in fleets.

use crate::device::record::{PROPERTIES, Record, Source};
use crate::fleet::lint::complaint;
use crate::odata::value::Value;

/// What in `record` could belong to somebody.
pub(super) fn complaints(record: &Record, domain: &str) -> Vec<String> {
    let complaint = |(name, value): (&str, Value<'_>)| match value {
        Value::String(text) => complaint(name, text, Some(domain)),
        _ => None,
    };
    let values = PROPERTIES.iter().filter_map(|property| match property.source {
        Source::Field(read) => Some((property.name, read(record))),
        _ => None,
    });
    values.filter_map(complaint).map(|complaint| format!("{}: {complaint}", record.device_name.as_str())).collect()
}

#[test]
fn a_real_looking_value_is_found() {
    let record = Record {
        user_principal_name: "ada@elsewhere.com".into(),
        user_display_name: "Erika Musterfrau".into(),
        imei: "490154203237518".into(),
        meid: "A1000009296E8D".into(),
        iccid: "89490200001234567890".into(),
        wi_fi_mac_address: "D46E0E022896".into(),
        ethernet_mac_address: "d4:6e:0e:02:28:96".into(),
        serial_number: "C02XK0AAJGH5".into(),
        phone_number: "+14255550123".into(),
        udid: "A3E1C1B4-FF00-11EE-9999-0242AC120002".into(),
        eas_device_id: "ApplC02XK0AAJGH5".into(),
        activation_lock_bypass_code: "A1B2C-D3E4F".into(),
        ..Record::default()
    };
    assert_eq!(complaints(&record, "fleet.example").len(), 12);
}
