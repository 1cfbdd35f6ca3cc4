//! The devices a row is about: sets of named facts and one range of versions, with exact intersection.

use std::fmt;
use std::marker::PhantomData;

use crate::device::facts::{Enrolment, Facts, JoinState, Ownership};
use crate::device::os_version::OsVersion;
use crate::device::platform::{Named, Platform};

/// Which devices a row is about; a device must satisfy every condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// The platforms.
    pub platform: Set<Platform>,
    /// The ways of enrolling.
    pub enrolment: Set<Enrolment>,
    /// The owners.
    pub ownership: Set<Ownership>,
    /// The join states.
    pub join: Set<JoinState>,
    /// The versions; `None` asks for none and takes a device whose version is not known.
    pub os: Option<VersionRange>,
}

impl When {
    /// Whether everything but the version fits.
    pub(super) fn fits_but_for_version(&self, facts: &Facts) -> bool {
        self.platform.contains(facts.platform)
            && self.enrolment.contains(facts.enrolment)
            && self.ownership.contains(facts.ownership)
            && self.join.contains(facts.join)
    }

    /// Whether the version fits. A row that asks for a version never takes a device whose version is not known.
    pub(super) fn fits_version(&self, os: Option<&OsVersion>) -> bool {
        match (&self.os, os) {
            (None, _) => true,
            (Some(range), Some(os)) => range.contains(os),
            (Some(_), None) => false,
        }
    }

    /// The devices that both are about, or `None` if there is none.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let both = Self {
            platform: self.platform.and(other.platform),
            enrolment: self.enrolment.and(other.enrolment),
            ownership: self.ownership.and(other.ownership),
            join: self.join.and(other.join),
            os: match (&self.os, &other.os) {
                (None, os) | (os, None) => os.clone(),
                (Some(one), Some(two)) => Some(one.intersection(two)?),
            },
        };
        let possible = both.possible().next().is_some();
        (possible && !both.ownership.is_empty() && !both.join.is_empty()).then_some(both)
    }

    /// The combinations of platform and enrolment that exist.
    pub(super) fn possible(&self) -> impl Iterator<Item = (Platform, Enrolment)> + '_ {
        self.platform.iter().flat_map(|platform| {
            self.enrolment
                .iter()
                .filter(move |enrolment| enrolment.possible_on(platform))
                .map(move |enrolment| (platform, enrolment))
        })
    }

    /// The conditions that `facts` fails, as phrases.
    pub(super) fn failed(&self, facts: &Facts) -> Vec<String> {
        let mut failed = Vec::new();
        fail(&mut failed, self.platform, facts.platform);
        fail(&mut failed, self.enrolment, facts.enrolment);
        fail(&mut failed, self.ownership, facts.ownership);
        fail(&mut failed, self.join, facts.join);
        if let Some(range) = &self.os
            && !self.fits_version(facts.os.as_ref())
        {
            failed.push(match &facts.os {
                Some(os) => format!("version {os} is not {range}"),
                None => format!("it asks for version {range}, and the version is not known"),
            });
        }
        failed
    }
}

fn fail<F: Named>(failed: &mut Vec<String>, wanted: Set<F>, is: F) {
    if !wanted.contains(is) {
        failed.push(format!("{} instead of {wanted}", is.label()));
    }
}

/// The words for a column "who": platforms, then what narrows them down.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.platform.is_all(), self.enrolment.is_all()) {
            (true, true) => write!(f, "any device")?,
            (true, false) => write!(f, "any platform, {}", self.enrolment)?,
            (false, _) => write!(f, "{}{}", self.platform, self.enrolment_words())?,
        }
        if !self.ownership.is_all() {
            write!(f, ", {}", self.ownership)?;
        }
        if !self.join.is_all() {
            write!(f, ", {}", self.join)?;
        }
        match &self.os {
            None => Ok(()),
            Some(range) => write!(f, ", {range}"),
        }
    }
}

impl When {
    /// Nothing where the row means every managed device of its platforms, which is what people take a platform for.
    fn enrolment_words(&self) -> String {
        let possible = Set::of(
            Enrolment::ALL
                .iter()
                .copied()
                .filter(|enrolment| self.platform.iter().any(|platform| enrolment.possible_on(platform))),
        );
        let managed = Set::of(possible.iter().filter(|enrolment| *enrolment != Enrolment::MonitoredOnly));
        let enrolment = self.enrolment.and(possible);
        if enrolment == managed {
            String::new()
        } else if enrolment == possible {
            ", managed or only monitored".to_owned()
        } else {
            format!(", {enrolment}")
        }
    }
}

/// Some values of one vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Set<F> {
    bits: u16,
    fact: PhantomData<F>,
}

impl<F: Named> Set<F> {
    /// Every value.
    pub const fn all() -> Self {
        Self::from_bits(u16::MAX >> (16 - F::ALL.len()))
    }

    /// No value.
    pub const fn none() -> Self {
        Self::from_bits(0)
    }

    /// These values.
    pub fn of(values: impl IntoIterator<Item = F>) -> Self {
        Self::from_bits(values.into_iter().fold(0, |bits, value| bits | bit(value)))
    }

    /// Whether `value` is one of them.
    pub fn contains(self, value: F) -> bool {
        self.bits & bit(value) != 0
    }

    /// The values in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self::from_bits(self.bits & other.bits)
    }

    /// The values in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self::from_bits(self.bits | other.bits)
    }

    /// Whether there is no value in it.
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// Whether every value is in it.
    pub const fn is_all(self) -> bool {
        self.bits == Self::all().bits
    }

    /// The values, in the order of the vocabulary.
    pub fn iter(self) -> impl Iterator<Item = F> {
        F::ALL.iter().copied().filter(move |value| self.contains(*value))
    }

    const fn from_bits(bits: u16) -> Self {
        Self { bits, fact: PhantomData }
    }
}

fn bit<F: Named>(value: F) -> u16 {
    F::ALL.iter().position(|known| *known == value).map_or(0, |position| 1 << position)
}

impl<F: Named> fmt::Display for Set<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<_> = self.iter().map(F::label).collect();
        match labels.as_slice() {
            [] => write!(f, "none"),
            [only] => write!(f, "{only}"),
            [first @ .., last] => write!(f, "{} or {last}", first.join(", ")),
        }
    }
}

/// Versions from one on and before another; at least one end is given, and some version is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    from: Option<OsVersion>,
    before: Option<OsVersion>,
}

/// Why a text is not a range of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// A part is neither `>=VERSION` nor `<VERSION`.
    #[error("`{0}` is not a version condition; write `>=7.0`, `<10.0.15063` or both with a comma between")]
    NotACondition(String),
    /// The same end twice.
    #[error("`{0}` gives the same end twice; write one `>=` and one `<` at most")]
    Twice(String),
    /// No version satisfies it.
    #[error("no version is {0}")]
    Empty(String),
}

impl VersionRange {
    /// Reads `>=7.0`, `<10.0.15063` or `>=8.10, <10.0.15063`.
    ///
    /// There are two operators because two suffice: versions have no end, so "6.x and earlier" is `<7.0`. Versions are
    /// spelled as devices report them: Windows Phone 8.1 is `8.10`.
    pub fn parse(text: &str) -> Result<Self, RangeError> {
        let mut range = Self { from: None, before: None };
        for part in text.split(',') {
            let part = part.trim();
            let (end, version) = if let Some(version) = part.strip_prefix(">=") {
                (&mut range.from, version)
            } else if let Some(version) = part.strip_prefix('<') {
                (&mut range.before, version)
            } else {
                return Err(RangeError::NotACondition(part.to_owned()));
            };
            let version = OsVersion::parse(version).ok_or_else(|| RangeError::NotACondition(part.to_owned()))?;
            if end.replace(version).is_some() {
                return Err(RangeError::Twice(text.to_owned()));
            }
        }
        if range.is_empty() {
            return Err(RangeError::Empty(range.to_string()));
        }
        Ok(range)
    }

    /// Whether `version` is inside.
    pub fn contains(&self, version: &OsVersion) -> bool {
        self.from.as_ref().is_none_or(|from| from <= version)
            && self.before.as_ref().is_none_or(|before| version < before)
    }

    /// The first version inside, if there is one before which nothing is.
    pub const fn from(&self) -> Option<&OsVersion> {
        self.from.as_ref()
    }

    /// The first version beyond, if it ends.
    pub const fn before(&self) -> Option<&OsVersion> {
        self.before.as_ref()
    }

    /// The versions in both, or `None` if there is none.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let later = |one: &Option<OsVersion>, two: &Option<OsVersion>| one.clone().max(two.clone());
        let earlier = |one: &Option<OsVersion>, two: &Option<OsVersion>| match (one, two) {
            (None, end) | (end, None) => end.clone(),
            (Some(one), Some(two)) => Some(one.min(two).clone()),
        };
        let both = Self { from: later(&self.from, &other.from), before: earlier(&self.before, &other.before) };
        (!both.is_empty()).then_some(both)
    }

    /// From one version on and before another; `None` if neither is given. The first must be the lower one.
    pub(super) fn between(from: Option<OsVersion>, before: Option<OsVersion>) -> Option<Self> {
        (from.is_some() || before.is_some()).then_some(Self { from, before })
    }

    fn is_empty(&self) -> bool {
        let lowest = OsVersion::new([0; 4]);
        self.before.as_ref().is_some_and(|before| before <= self.from.as_ref().unwrap_or(&lowest))
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.before) {
            (Some(from), Some(before)) => write!(f, ">={from} and <{before}"),
            (Some(from), None) => write!(f, ">={from}"),
            (None, Some(before)) => write!(f, "<{before}"),
            (None, None) => write!(f, "any"),
        }
    }
}
