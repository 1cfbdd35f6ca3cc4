//! Proof that a record describes nobody: every identifying value must be from a range that no person or product has.

use crate::device::record::Record;

/// Whether a value in the tenant of a domain is nobody's.
type IsSynthetic = fn(&str, &str) -> bool;

/// What in `record` could belong to somebody.
pub(super) fn complaints(record: &Record, domain: &str) -> Vec<String> {
    let checks: [(&str, &str, IsSynthetic); 13] = [
        ("userPrincipalName", record.user_principal_name.as_str(), in_domain),
        ("emailAddress", record.email_address.as_str(), in_domain),
        ("enrolledByUserPrincipalName", record.enrolled_by_user_principal_name.as_str(), in_domain),
        ("imei", record.imei.as_str(), is_test_imei),
        ("meid", record.meid.as_str(), is_test_meid),
        ("iccid", record.iccid.as_str(), is_unassigned_iccid),
        ("wiFiMacAddress", record.wi_fi_mac_address.as_str(), is_local_address),
        ("ethernetMacAddress", record.ethernet_mac_address.as_str(), is_local_address),
        ("phoneNumber", record.phone_number.as_str(), is_fictitious_number),
        ("serialNumber", record.serial_number.as_str(), is_marked_serial),
        ("udid", record.udid.as_str(), is_unused_udid),
        ("activationLockBypassCode", record.activation_lock_bypass_code.as_str(), is_marked),
        ("easDeviceId", record.eas_device_id.as_str(), is_drawn_exchange_id),
    ];
    checks
        .into_iter()
        .filter(|(_, value, is_synthetic)| !value.is_empty() && !is_synthetic(value, domain))
        .map(|(name, value, _)| format!("{}: {name} {value:?} could be real", record.device_name.as_str()))
        .collect()
}

fn in_domain(address: &str, domain: &str) -> bool {
    address.split_once('@').is_some_and(|(local, host)| {
        host == domain && local.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.')
    })
}

fn is_test_imei(imei: &str, _: &str) -> bool {
    imei.len() == 15 && imei.starts_with("00") && passes_luhn(imei)
}

fn is_test_meid(meid: &str, _: &str) -> bool {
    meid.len() == 14 && meid.starts_with("00")
}

fn is_unassigned_iccid(iccid: &str, _: &str) -> bool {
    iccid.len() == 20 && iccid.starts_with("89999") && passes_luhn(iccid)
}

fn is_local_address(address: &str, _: &str) -> bool {
    address.len() == 12 && u64::from_str_radix(address, 16).is_ok_and(|bits| bits >> 40 & 0b11 == 0b10)
}

fn is_fictitious_number(number: &str, _: &str) -> bool {
    let rest = number.strip_prefix("+155555501").or_else(|| number.strip_prefix("*******01"));
    rest.is_some_and(|rest| rest.len() == 2 && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `SIM…`, the same in a Parallels machine's hex notation, a virtual machine's leading zeros, or nothing at all.
fn is_marked_serial(serial: &str, _: &str) -> bool {
    ["SIM", "Parallels-53 49 4D ", "0000-0000-"].iter().any(|mark| serial.starts_with(mark)) || serial == "0"
}

fn is_unused_udid(udid: &str, _: &str) -> bool {
    udid.len() == 25 && udid.starts_with("00000000-")
}

fn is_marked(code: &str, _: &str) -> bool {
    code.starts_with("SIM")
}

/// Marked, after a marked serial number, or 32 digits straight from the seed like a GUID.
fn is_drawn_exchange_id(id: &str, _: &str) -> bool {
    (id.len() == 26 && id.starts_with("SIM"))
        || id.strip_prefix("Appl").is_some_and(|serial| is_marked_serial(serial, ""))
        || (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)))
}

fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .chars()
        .rev()
        .enumerate()
        .filter_map(|(place, digit)| Some((place, digit.to_digit(10)?)))
        .map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
        .sum();
    sum.is_multiple_of(10)
}

#[test]
fn a_real_looking_value_is_found() {
    let record = Record {
        user_principal_name: "ada@elsewhere.example".into(),
        imei: "490154203237518".into(),
        wi_fi_mac_address: "D46E0E022896".into(),
        serial_number: "C02XK0AAJGH5".into(),
        phone_number: "+14255550123".into(),
        ..Record::default()
    };
    assert_eq!(complaints(&record, "fleet.example").len(), 5);
}
