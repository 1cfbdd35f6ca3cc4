//! Quirks: where the service is doubtful, differs from its documents, or changed with time, a switch with a name.
//!
//! A quirk is one row of `quirks/table.rs`. The row says what each profile chooses, who says so, when, and how sure that is;
//! code asks for the value by the field the row declares.

pub mod markdown;
mod table;

use std::fmt;

pub use self::table::*;

/// How sure a fact about the real service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// Published by Microsoft.
    Documented,
    /// Captured or reported by users of the real service.
    Observed,
    /// Nobody outside knows; the reason for the choice is in the source.
    Assumed,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Assumed => "assumed",
        })
    }
}

/// A whole set of choices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// What the documents promise.
    Documented,
    /// What was seen, the newest observation where years conflict.
    #[default]
    Realistic,
    /// What was seen at its worst.
    Awkward,
}

impl Profile {
    /// Every profile by name.
    pub const ALL: [(&'static str, Self); 3] =
        [("documented", Self::Documented), ("realistic", Self::Realistic), ("awkward", Self::Awkward)];

    /// The profile called `name`, or a sentence that lists them.
    pub fn named(name: &str) -> Result<Self, String> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, profile)| *profile).ok_or_else(|| {
            format!("there is no quirks profile '{name}'; there are {}", Self::ALL.map(|(known, _)| known).join(", "))
        })
    }
}

/// One row of the table, for listings and for setting by name.
pub struct Quirk {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Its values, each with what it does.
    pub values: &'static [(&'static str, &'static str)],
    /// What the profiles choose: documented, realistic, awkward.
    pub defaults: [&'static str; 3],
    /// How sure the realistic choice is.
    pub confidence: Confidence,
    /// When the newest of its sources said so: a year, a month or a day.
    pub date: &'static str,
    /// Who says so.
    pub source: &'static str,
    get: fn(&Quirks) -> &'static str,
    set: fn(&mut Quirks, &str) -> bool,
}

impl Quirk {
    /// The value chosen in `quirks`.
    pub fn value(&self, quirks: &Quirks) -> &'static str {
        (self.get)(quirks)
    }
}

impl Default for Quirks {
    fn default() -> Self {
        Self::of(Profile::default())
    }
}

impl Quirks {
    /// Sets the quirk `name`; the error lists the known names or values.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let quirk = QUIRKS.iter().find(|quirk| quirk.name == name).ok_or_else(|| {
            let known: Vec<_> = QUIRKS.iter().map(|quirk| quirk.name).collect();
            format!("there is no quirk '{name}'; there are {}", known.join(", "))
        })?;
        if (quirk.set)(self, value) {
            return Ok(());
        }
        let known: Vec<_> = quirk.values.iter().map(|(value, _)| *value).collect();
        Err(format!("quirk '{name}' cannot be '{value}'; it can be {}", known.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::{Profile, QUIRKS, Quirks};

    #[test]
    fn every_quirk_can_be_set_to_each_of_its_values_and_to_no_other() {
        for quirk in QUIRKS {
            for (value, meaning) in quirk.values {
                let mut quirks = Quirks::default();
                quirks.set(quirk.name, value).unwrap();
                assert_eq!(quirk.value(&quirks), *value);
                assert!(!meaning.is_empty());
            }
            assert!(Quirks::default().set(quirk.name, "elsewise").is_err());
            for (index, (_, profile)) in Profile::ALL.iter().enumerate() {
                assert_eq!(quirk.value(&Quirks::of(*profile)), quirk.defaults[index]);
            }
        }
    }

    #[test]
    fn an_unknown_quirk_names_the_known_ones() {
        insta::assert_snapshot!(Quirks::default().set("filter", "ne").unwrap_err());
        insta::assert_snapshot!(Quirks::default().set("filter-ne", "maybe").unwrap_err());
        insta::assert_snapshot!(Profile::named("lenient").unwrap_err());
    }
}
