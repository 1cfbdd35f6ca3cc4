//! One edition of the matrix: its rows, and which of them decides about a device.

use super::when::When;
use crate::device::facts::Facts;
use crate::device::os_version::OsVersion;
use crate::device::platform::Named;

/// What the article said from one day on, as rows that do not overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The day it came into force, `YYYY-MM-DD`, which is also its name.
    pub id: Box<str>,
    /// One line for people.
    pub title: Box<str>,
    /// Where this edition was read.
    pub source: Box<str>,
    /// How the rows were read out of the source, and what it left open.
    pub note: Box<str>,
    /// The rows, in reading order; a device is described by at most one of them.
    pub rows: Vec<Row>,
    /// What holds for a device that no row describes.
    pub default: Unlisted,
}

/// What an edition says about some devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name, stable across editions where the meaning is.
    pub id: Box<str>,
    /// Which devices.
    pub when: When,
    /// What becomes of their passcode.
    pub effect: Effect,
    /// What the device must have for it to succeed.
    pub needs: Needs,
    /// How certain the row is.
    pub origin: Origin,
    /// Where it comes from.
    pub source: Box<str>,
    /// The day that source was read, `YYYY-MM-DD`.
    pub read: Box<str>,
    /// The reason, as one sentence.
    pub text: Box<str>,
}

/// The answer for devices without a row: not supported, because not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlisted {
    /// The reason, as one sentence.
    pub text: Box<str>,
    /// How certain it is.
    pub origin: Origin,
    /// Where it comes from.
    pub source: Box<str>,
}

/// What a row says becomes of the passcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A new temporary passcode replaces it.
    TemporaryPasscode {
        /// Whose passcode.
        scope: Scope,
        /// Of which characters.
        passcode: PasscodeKind,
        /// Below this version it is digits instead: a row may span phones of both kinds.
        digits_before: Option<OsVersion>,
    },
    /// It is removed.
    PasscodeRemoved,
    /// Nothing; the action is refused.
    NotSupported,
}

/// What becomes of the passcode of one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A new temporary passcode replaces it.
    TemporaryPasscode {
        /// Whose passcode.
        scope: Scope,
        /// Of which characters.
        passcode: PasscodeKind,
    },
    /// The device's passcode is removed.
    PasscodeRemoved,
    /// Nothing; the action is refused.
    NotSupported,
}

/// Whose passcode an action is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The device's.
    Device,
    /// The work profile's; the device's own stays as it is.
    WorkProfile,
}

/// Of which characters a temporary passcode is made. How many is documented nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasscodeKind {
    /// Letters and digits.
    LettersAndDigits,
    /// Digits.
    Digits,
}

/// Something a device must have, known only once it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The unlock token that Intune stored must be the right one, else the action fails.
    UnlockToken,
    /// A policy must require a passcode, else the action fails.
    PasscodePolicy,
    /// The work profile's reset token must be active, else the action ends as not supported.
    ResetToken,
}

/// A set of [`Need`]s.
pub type Needs = super::when::Set<Need>;

/// How certain a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The edition says so.
    Stated,
    /// It follows from what the edition says.
    Implied,
    /// Another edition or a sibling document says so, and nothing contradicts it here.
    OtherEdition,
    /// Nobody says so; it is our choice.
    Assumed,
}

/// What an edition decides about one device, and on whose authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'e> {
    /// The row that decided, or `default`.
    pub row: &'e str,
    /// What becomes of the passcode.
    pub outcome: Outcome,
    /// What the device must have for it to succeed.
    pub needs: Needs,
    /// The reason, as one sentence.
    pub text: &'e str,
    /// How certain that is.
    pub origin: Origin,
    /// Where it comes from.
    pub source: &'e str,
}

/// What a decision is called when no row made it.
pub const DEFAULT_ROW: &str = "default";

const VERSION_UNKNOWN: &str =
    "The rows for this kind of device ask for an operating system version, and the device has not reported one.";
const VERSION_UNKNOWN_SOURCE: &str = "none; a version that nobody knows satisfies no row";

impl Edition {
    /// Which row decides about a device, and what it says.
    ///
    /// A device whose version is not known fits only rows that ask for none; where that leaves it without a row it is
    /// refused, and the reason says so (assumed: a reset that might brick a lock screen is not tried on a guess).
    pub fn decide(&self, facts: &Facts) -> Decision<'_> {
        let mut lacks_version = false;
        for row in &self.rows {
            if row.when.fits_but_for_version(facts) {
                if row.when.fits_version(facts.os.as_ref()) {
                    return row.decision(facts);
                }
                lacks_version |= facts.os.is_none();
            }
        }
        let (text, origin, source) = if lacks_version {
            (VERSION_UNKNOWN, Origin::Assumed, VERSION_UNKNOWN_SOURCE)
        } else {
            (&*self.default.text, self.default.origin, &*self.default.source)
        };
        Decision { row: DEFAULT_ROW, outcome: Outcome::NotSupported, needs: Needs::none(), text, origin, source }
    }
}

impl Row {
    /// What this row says about a device it describes.
    fn decision(&self, facts: &Facts) -> Decision<'_> {
        Decision {
            row: &self.id,
            outcome: self.effect.on(facts.os.as_ref()),
            needs: self.needs,
            text: &self.text,
            origin: self.origin,
            source: &self.source,
        }
    }
}

impl Effect {
    fn on(&self, os: Option<&OsVersion>) -> Outcome {
        match self {
            Self::TemporaryPasscode { scope, passcode, digits_before } => {
                let digits = digits_before.as_ref().zip(os).is_some_and(|(digits_before, os)| os < digits_before);
                Outcome::TemporaryPasscode {
                    scope: *scope,
                    passcode: if digits { PasscodeKind::Digits } else { *passcode },
                }
            }
            Self::PasscodeRemoved => Outcome::PasscodeRemoved,
            Self::NotSupported => Outcome::NotSupported,
        }
    }
}

impl Named for Scope {
    const WHAT: &'static str = "scope";
    const ALL: &'static [Self] = &[Self::Device, Self::WorkProfile];

    fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::WorkProfile => "work-profile",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::WorkProfile => "work profile",
        }
    }
}

impl Named for PasscodeKind {
    const WHAT: &'static str = "passcode";
    const ALL: &'static [Self] = &[Self::LettersAndDigits, Self::Digits];

    fn name(self) -> &'static str {
        match self {
            Self::LettersAndDigits => "letters-and-digits",
            Self::Digits => "digits",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::LettersAndDigits => "letters and digits",
            Self::Digits => "digits",
        }
    }
}

impl Named for Need {
    const WHAT: &'static str = "need";
    const ALL: &'static [Self] = &[Self::UnlockToken, Self::PasscodePolicy, Self::ResetToken];

    fn name(self) -> &'static str {
        match self {
            Self::UnlockToken => "unlock-token",
            Self::PasscodePolicy => "passcode-policy",
            Self::ResetToken => "reset-token",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::UnlockToken => "the right unlock token (else it fails)",
            Self::PasscodePolicy => "an enforced passcode policy (else it fails)",
            Self::ResetToken => "an active reset token (else it ends as not supported)",
        }
    }
}

impl Named for Origin {
    const WHAT: &'static str = "origin";
    const ALL: &'static [Self] = &[Self::Stated, Self::Implied, Self::OtherEdition, Self::Assumed];

    fn name(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Implied => "implied",
            Self::OtherEdition => "other-edition",
            Self::Assumed => "assumed",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Implied => "implied",
            Self::OtherEdition => "other edition",
            Self::Assumed => "assumed",
        }
    }
}
