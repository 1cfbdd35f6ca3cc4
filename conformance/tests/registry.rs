//! The registry and what is made from it.

use std::collections::HashSet;
use std::path::Path;

use simtune_conformance::generate;
use simtune_conformance::rules;

#[test]
fn the_document_of_the_rules_is_what_the_registry_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules.md");
    let made = rules::document::document();
    if std::env::var_os("SIMTUNE_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(made == written, "docs/rules.md is stale; write it with SIMTUNE_UPDATE_DOCS=1");
}

#[test]
fn ids_are_given_once_and_every_rule_has_a_source() {
    let mut ids = HashSet::new();
    for rule in rules::all() {
        assert!(ids.insert(rule.id), "{} is there twice", rule.id);
        assert!(!rule.sources.is_empty(), "{} has no source", rule.id);
        assert!(rule.summary.ends_with('.'), "{}", rule.id);
    }
}

#[test]
fn a_scenario_is_drawn_the_same_again_and_survives_being_saved() {
    for number in [0, 3, 150, 400, 1_000] {
        let scenario = generate::scenario(9, number);
        assert_eq!(generate::scenario(9, number), scenario);
        let text = serde_json::to_string(&scenario).unwrap();
        assert_eq!(simtune_conformance::scenario::Scenario::read(&text).unwrap(), scenario);
    }
}
