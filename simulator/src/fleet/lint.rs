//! Proof that a device is nobody's: every identifying value must be from a range that no person or product has.
//!
//! What the lint cannot tell it does not claim: a GUID is anybody's, and so is the name of a device.

use super::anonymize::{vocabulary, words};
use super::people::is_invented;
use super::spelling::quoted;

/// What in the value of a property could belong to somebody. Addresses may also be in the tenant's `domain`.
pub(super) fn complaint(property: &str, value: &str, domain: Option<&str>) -> Option<String> {
    let is_synthetic = match property {
        "userPrincipalName" | "emailAddress" | "enrolledByUserPrincipalName" => is_nobodys_address(value, domain),
        "userDisplayName" => words::names(value).into_iter().all(is_nobodys_name),
        "imei" => value.split([',', ';', '/']).all(|imei| begins(imei, "00") || is_nobodys_code(imei)),
        "meid" => begins(value, "00") || is_nobodys_code(value),
        "iccid" => begins(value, "89999") || is_nobodys_code(value),
        "wiFiMacAddress" | "ethernetMacAddress" => is_local_address(value) || is_nobodys_code(value),
        "phoneNumber" => is_fictitious_number(value),
        "serialNumber" | "activationLockBypassCode" => is_nobodys_code(value),
        "udid" => begins(value, "00000000") || is_nobodys_code(value),
        "easDeviceId" => is_nobodys_exchange_id(value),
        _ => true,
    };
    let nobodys = is_synthetic || vocabulary::is_placeholder(value);
    (!nobodys).then(|| format!("{property} {} could be real", quoted(value)))
}

/// With how many zeros a serial number of digits alone begins, if it is one of ours: of a virtual machine (26 digits,
/// observed) the first two groups, of others half.
pub(super) fn serial_zeros(digits: usize) -> usize {
    if digits >= 16 { 8 } else { digits / 2 }
}

/// A reserved domain (RFC 2606, RFC 6761) or network (RFC 5737) or the tenant's own domain, and in front of it an invented name.
fn is_nobodys_address(address: &str, domain: Option<&str>) -> bool {
    let Some((local, host)) = address.rsplit_once('@') else {
        return words::names(address).into_iter().all(is_nobodys_name);
    };
    let host = host.to_lowercase();
    let is_reserved = ["example", "test", "invalid", "localhost"]
        .contains(&host.rsplit('.').next().unwrap_or_default())
        || ["", "example.com", "example.net", "example.org"].contains(&host.as_str())
        || ["192.0.2.", "198.51.100.", "203.0.113."].iter().any(|network| host.starts_with(network));
    let local = local.strip_suffix("#EXT#").unwrap_or(local);
    (is_reserved || domain.is_some_and(|domain| host == domain)) && words::names(local).into_iter().all(is_nobodys_name)
}

fn is_nobodys_name(word: &str) -> bool {
    let is_short = word.chars().count() < 3;
    is_short || words::is_synthetic(word) || is_invented(&words::fold(word))
}

/// `SIM…`, the same in a virtual machine's hex notation, zeros, or a word of letters that no code is made of.
fn is_nobodys_code(code: &str) -> bool {
    let digits = code.chars().filter(|letter| letter.is_alphanumeric()).count();
    let is_number = code.chars().all(|letter| !letter.is_alphanumeric() || letter.is_ascii_digit());
    if is_number {
        return begins(code, &"0".repeat(serial_zeros(digits)));
    }
    let hex = ["Parallels-", "VMware-"].iter().find_map(|maker| code.strip_prefix(maker));
    begins(code, "sim")
        || hex.is_some_and(|hex| begins(hex, "53494d"))
        || digits < 3
        || words::runs(code).all(words::is_synthetic)
}

/// Marked, after a marked serial number, or 32 digits straight from the seed like a GUID.
fn is_nobodys_exchange_id(id: &str) -> bool {
    let serial = ["Appl", "android"].iter().find_map(|prefix| id.strip_prefix(prefix)).unwrap_or(id);
    is_nobodys_code(serial) || (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_local_address(address: &str) -> bool {
    let hex: String = address.chars().filter(char::is_ascii_alphanumeric).collect();
    matches!(hex.len(), 12 | 16)
        && hex.get(..2).and_then(|first| u8::from_str_radix(first, 16).ok()).is_some_and(|first| first & 0b11 == 0b10)
}

/// Area code 555, country code 999, zeros, or so few digits that nobody can be called.
fn is_fictitious_number(number: &str) -> bool {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let is_nobodys = digits.len() < 3 || ["1555", "555", "999", "00", "01"].iter().any(|mark| digits.starts_with(mark));
    is_nobodys && number.chars().all(|letter| !letter.is_alphabetic() || matches!(letter, 'x' | 'X'))
}

/// Whether the letters and digits of a value begin with a mark, in any case and whatever is between them. (A value
/// shorter than the mark can be the beginning of it.)
fn begins(value: &str, mark: &str) -> bool {
    let mut letters = value.chars().filter(|letter| letter.is_alphanumeric());
    mark.chars().all(|expected| letters.next().is_none_or(|letter| letter.eq_ignore_ascii_case(&expected)))
}
