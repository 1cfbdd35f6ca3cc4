//! `setDeviceName`: the portal's Rename; the inventory has the new name when the device has answered.
//!
//! Letters, digits and hyphens, at most 63 of them and not only digits; `{{serialnumber}}` and `{{rand:x}}` are filled
//! in for each device (documented for the portal: memdocs `rename.md`, 2025-10-27; that the API does the same, and
//! refuses other names, is assumed). Letters outside ASCII are taken, as Windows takes them.

use super::{Order, Parameter, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// `POST …/setDeviceName`.
#[derive(Debug)]
pub struct SetDeviceName;

impl RemoteAction for SetDeviceName {
    fn name(&self) -> &'static str {
        "setDeviceName"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::Beta
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::nullable("deviceName", Edm::String)] }
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["setDeviceName"]
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        let name = fill_in(arguments.text("deviceName"), "0", |digits| "0".repeat(digits));
        let letters = |c: char| c.is_alphanumeric() || c == '-' || !c.is_ascii();
        let only_digits = name.bytes().all(|byte| byte.is_ascii_digit());
        let has_variable = name != arguments.text("deviceName");
        if name.chars().count() <= 63 && name.chars().all(letters) && !name.is_empty() && (has_variable || !only_digits)
        {
            return Ok(());
        }
        Err("The value of 'deviceName' must have 1 to 63 letters, digits and hyphens, and not only digits.".to_owned())
    }

    fn obey(&self, device: &mut ManagedDevice, order: &Order<'_>) {
        let draw = order.chance("device-name", device);
        let random = |digits: usize| (0..digits as u64).map(|place| draw.nth(place).below(10).to_string()).collect();
        let serial: String =
            device.record().serial_number.as_str().chars().filter(|c| c.is_alphanumeric() || *c == '-').collect();
        let name = fill_in(order.arguments.text("deviceName"), &serial, random);
        device.edit(|record| record.device_name = name.into());
    }
}

/// The name with its variables filled in; what is no variable stays, and is then no name.
fn fill_in(name: &str, serial: &str, random: impl Fn(usize) -> String) -> String {
    let mut filled = name.replace("{{serialnumber}}", serial);
    while let Some((before, rest)) = filled.split_once("{{rand:")
        && let Some((digits, after)) = rest.split_once("}}")
        && let Ok(digits @ 1..=63) = digits.parse()
    {
        filled = format!("{before}{}{after}", random(digits));
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::{Arguments, RemoteAction, SetDeviceName, fill_in};

    #[test]
    fn variables_are_filled_in_and_names_checked() {
        let nines = |digits| "9".repeat(digits);
        assert_eq!(fill_in("PC-{{serialnumber}}-{{rand:3}}", "S1", nines), "PC-S1-999");
        assert_eq!(fill_in("PC-{{rand:x}}", "S1", nines), "PC-{{rand:x}}");
        let check = |name: &str| SetDeviceName.check(&Arguments::default().with("deviceName", name.into())).is_ok();
        for good in ["PC-1", "a", "{{rand:4}}", "{{serialnumber}}", "Straße", &"a".repeat(63)] {
            assert!(check(good), "{good}");
        }
        for bad in ["", "123", "a b", "a.b", "{{rand:x}}", "{{rand:99}}", "{{user}}", &"a".repeat(64)] {
            assert!(!check(bad), "{bad}");
        }
    }
}
