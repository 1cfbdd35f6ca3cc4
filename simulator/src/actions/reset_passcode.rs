//! `resetPasscode`: the portal's "Remove passcode" and "Reset passcode", which are one action (observed: CIPP PR#5264).
//!
//! iOS loses its passcode; Android and Windows phones get a temporary one, which the device shows in
//! `deviceActionResults` once it has obeyed. Which platforms can is data: `fixtures/support-matrix/reset-passcode/`.

use chrono::TimeDelta;
use serde_json::Value as Json;

use super::{Order, RemoteAction};
use crate::device::ManagedDevice;
use crate::device::lifecycle::{self, Condition, DEVICE_REFUSED, Details, Report, Shown};
use crate::random::Draw;
use crate::support::{Edition, Need, Outcome, PasscodeKind};

/// How long the service returns a temporary passcode. The admin centre shows it for seven days (documented: memdocs
/// `device-passcode-reset.md`); that Graph stops then too is assumed.
const SHOWN: Shown = Shown::For(TimeDelta::days(7));

/// `POST …/resetPasscode`.
#[derive(Debug)]
pub struct ResetPasscode;

impl RemoteAction for ResetPasscode {
    fn name(&self) -> &'static str {
        "resetPasscode"
    }

    fn result_type(&self) -> &'static str {
        "resetPasscodeActionResult"
    }

    fn is_supported(&self, edition: &Edition, device: &ManagedDevice) -> bool {
        edition.decide(device.facts()).outcome != Outcome::NotSupported
    }

    fn report(&self, edition: &Edition, device: &ManagedDevice) -> Option<Report> {
        let decision = edition.decide(&device.actual_facts());
        let possible = decision.outcome != Outcome::NotSupported;
        lifecycle::report(&device.physical, possible, self.is_supported(edition, device), || {
            decision.needs.iter().find_map(|need| condition(need).broken_by(&device.physical))
        })
    }

    fn obey(&self, device: &mut ManagedDevice, order: &Order<'_>) {
        device.physical.passcode.set = passcode_kind(order.edition, device).is_some();
    }

    fn details(&self, device: &ManagedDevice, order: &Order<'_>, report: Option<Report>) -> Details {
        let passcode = report.filter(|report| *report == Report::Done).and_then(|_| {
            let length = order.quirks.passcode_length.name().parse().unwrap_or(8);
            let kind = passcode_kind(order.edition, device)?;
            Some(temporary_passcode(kind, length, order.chance("passcode", device)))
        });
        let error_code = if report == Some(Report::Failed) { DEVICE_REFUSED } else { 0 };
        Details::none()
            .of(self.result_type())
            .shown("passcode", passcode.map_or(Json::Null, Json::String), SHOWN)
            .and("errorCode", error_code)
    }
}

/// What the temporary passcode of a device that obeys is made of; `None` where the old one is only removed. A device
/// that a script made obey although it really cannot does as the inventory says.
fn passcode_kind(edition: &Edition, device: &ManagedDevice) -> Option<PasscodeKind> {
    let actual = edition.decide(&device.actual_facts()).outcome;
    let outcome = if actual == Outcome::NotSupported { edition.decide(device.facts()).outcome } else { actual };
    match outcome {
        Outcome::TemporaryPasscode { passcode, .. } => Some(passcode),
        Outcome::PasscodeRemoved | Outcome::NotSupported => None,
    }
}

fn condition(need: Need) -> Condition {
    match need {
        Need::UnlockToken => Condition::UnlockToken,
        Need::PasscodePolicy => Condition::PasscodePolicy,
        Need::ResetToken => Condition::ResetToken,
    }
}

/// A passcode of the kind's characters (documented: letters and digits, or digits alone on Windows Phone 8.1). Which
/// letters is not known; all of both cases is assumed. At least one letter and one digit, so that each is what it says.
fn temporary_passcode(kind: PasscodeKind, length: usize, draw: Draw) -> String {
    const DIGITS: &[u8] = b"0123456789";
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    (0..length as u64)
        .map(|place| {
            let draw = draw.nth(place);
            let letter = match (kind, place) {
                (PasscodeKind::Digits, _) | (PasscodeKind::LettersAndDigits, 1) => false,
                (PasscodeKind::LettersAndDigits, 0) => true,
                (PasscodeKind::LettersAndDigits, _) => draw.at("kind").chance(700),
            };
            char::from(*draw.at("character").pick(if letter { LETTERS } else { DIGITS }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::temporary_passcode;
    use crate::random::Draw;
    use crate::support::PasscodeKind;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn passcodes_are_of_their_kind_and_length(seed: u64, length in prop::sample::select(vec![6_usize, 8, 16])) {
            let digits = temporary_passcode(PasscodeKind::Digits, length, Draw::from_seed(seed));
            prop_assert!(digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit()));
            let mixed = temporary_passcode(PasscodeKind::LettersAndDigits, length, Draw::from_seed(seed));
            prop_assert!(mixed.len() == length && mixed.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            prop_assert!(mixed.bytes().any(|byte| byte.is_ascii_digit()));
            prop_assert!(mixed.bytes().any(|byte| byte.is_ascii_alphabetic()));
        }
    }
}
