//! The registry of rules: one file for each family, one row for each rule.

use crate::rule::Rule;

/// All rules, in the order of their families.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The rule with that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

static FAMILIES: &[&[Rule]] = &[];
