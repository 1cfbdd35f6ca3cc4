//! `resetPasscode`: the portal's "Remove passcode" and "Reset passcode", which are one action (observed: CIPP PR#5264).
//!
//! iOS loses its passcode; Android and Windows phones get a temporary one, which the device shows in
//! `deviceActionResults` once it has obeyed. Which platforms can is data: `fixtures/support-matrix/reset-passcode/`.

use std::sync::Arc;

use super::RemoteAction;
use crate::device::ManagedDevice;
use crate::device::facts::Facts;
use crate::device::lifecycle::{self, Condition, Effect, Report};
use crate::device::record::ApiVersion;
use crate::quirks::Quirks;
use crate::random::Draw;
use crate::support::{Edition, Need, Outcome, PasscodeKind};

/// `POST …/resetPasscode`.
#[derive(Debug)]
pub struct ResetPasscode;

impl RemoteAction for ResetPasscode {
    fn name(&self) -> &'static str {
        "resetPasscode"
    }

    fn audit_name(&self) -> &'static str {
        "resetPasscode"
    }

    fn since(&self) -> ApiVersion {
        ApiVersion::V1
    }

    /// Documented on the action's page; `…ReadWrite.All` is not enough (observed for `syncDevice`, 2026-01-07).
    fn scopes(&self) -> &'static [&'static str] {
        &["DeviceManagementManagedDevices.PrivilegedOperations.All"]
    }

    fn is_supported(&self, edition: &Edition, facts: &Facts) -> bool {
        effect(edition.decide(facts).outcome).is_some()
    }

    fn report(&self, edition: &Edition, device: &ManagedDevice) -> Option<Report> {
        let decision = edition.decide(&device.actual_facts());
        let listed = effect(edition.decide(device.facts()).outcome);
        let conditions: Vec<Condition> = decision.needs.iter().map(condition).collect();
        lifecycle::report(&device.physical, effect(decision.outcome), listed, &conditions)
    }

    fn passcode(&self, edition: &Edition, device: &ManagedDevice, quirks: &Quirks, draw: Draw) -> Option<Arc<str>> {
        let outcomes = [device.actual_facts(), device.facts().clone()].map(|facts| edition.decide(&facts).outcome);
        let kind = outcomes.into_iter().find_map(|outcome| match outcome {
            Outcome::TemporaryPasscode { passcode, .. } => Some(passcode),
            Outcome::PasscodeRemoved | Outcome::NotSupported => None,
        })?;
        Some(temporary_passcode(kind, quirks.passcode_length.name().parse().unwrap_or(8), draw))
    }
}

fn effect(outcome: Outcome) -> Option<Effect> {
    match outcome {
        Outcome::TemporaryPasscode { .. } => Some(Effect::SetTemporaryPasscode),
        Outcome::PasscodeRemoved => Some(Effect::RemovePasscode),
        Outcome::NotSupported => None,
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
fn temporary_passcode(kind: PasscodeKind, length: usize, draw: Draw) -> Arc<str> {
    const DIGITS: &[u8] = b"0123456789";
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let text: String = (0..length as u64)
        .map(|place| {
            let draw = draw.nth(place);
            let letter = match (kind, place) {
                (PasscodeKind::Digits, _) | (PasscodeKind::LettersAndDigits, 1) => false,
                (PasscodeKind::LettersAndDigits, 0) => true,
                (PasscodeKind::LettersAndDigits, _) => draw.at("kind").chance(700),
            };
            char::from(*draw.at("character").pick(if letter { LETTERS } else { DIGITS }))
        })
        .collect();
    text.into()
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
