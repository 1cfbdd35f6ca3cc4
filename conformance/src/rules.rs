//! The registry of rules: one file for each family, one row for each rule.

mod actions;
mod batches;
pub mod document;
mod errors;
mod observe;
mod paging;
mod reading;
mod redirects;
mod requests;
mod scenes;
mod throttling;
mod tokens;

use crate::evidence::Case;
use crate::rule::Rule;

/// All rules, family by family.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The rule with that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Whether an operation that reads fails, or gives something else than there is.
pub fn goes_wrong(case: &Case<'_>, op: usize) -> bool {
    observe::deeds(case).any(|deed| deed.place == op && observe::wrong(case, &deed).is_some())
}

static FAMILIES: [&[Rule]; 9] = [
    throttling::RULES,
    actions::RULES,
    paging::RULES,
    requests::RULES,
    reading::RULES,
    errors::RULES,
    redirects::RULES,
    tokens::RULES,
    batches::RULES,
];
