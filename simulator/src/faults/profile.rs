//! The profiles that come with the program: rules under a name.

use super::load;
use super::rule::Rule;

/// A profile.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    text: &'static str,
}

/// Every profile.
pub static PROFILES: &[Profile] = &[
    Profile { name: "none", about: "nothing goes wrong", text: "" },
    Profile {
        name: "kind",
        about: "now and then something passing, said as the documents promise",
        text: include_str!("../../fixtures/faults/kind.toml"),
    },
    Profile {
        name: "ordinary",
        about: "what users of the real service report on a bad day",
        text: include_str!("../../fixtures/faults/ordinary.toml"),
    },
    Profile {
        name: "hostile",
        about: "everything that broke a real client, and what protocols allow besides",
        text: include_str!("../../fixtures/faults/hostile.toml"),
    },
];

impl Profile {
    /// The profile called `name`, if there is one.
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// The names, for messages.
    pub fn names() -> String {
        PROFILES.iter().map(|profile| profile.name).collect::<Vec<_>>().join(", ")
    }

    /// Its rules.
    pub fn rules(&self) -> Vec<Rule> {
        load::file(&format!("{}.toml", self.name), self.text).expect("a test reads every profile")
    }
}
