//! Every defect is convicted, on its own rule.

use simtune_conformance::defect::{Defect, Defects};
use simtune_conformance::drive::Drive;
use simtune_conformance::generate;
use simtune_conformance::in_process::InProcess;
use simtune_conformance::judge::judge;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::Profile;
use simtune_conformance::rules;
use simtune_conformance::scenario::Scenario;

fn driven(defect: Defect) -> impl Drive {
    InProcess::new(&CAPABILITIES, move |surroundings| ReferenceClient::with(surroundings, Defects::only(defect)))
}

#[test]
fn the_smallest_scenarios_of_its_rule_convict_every_defect() {
    let mut acquitted = Vec::new();
    for defect in Defect::ALL {
        let drive = driven(*defect);
        let rule = rules::rule(defect.rule()).unwrap();
        let convicts = |scenario: &Scenario| {
            let judgement = judge(&drive, scenario, &[rule], Profile::Graph).unwrap();
            judgement.opinions.iter().any(|opinion| opinion.breach.is_some())
        };
        if !rule.check().unwrap().minimal.iter().any(|write| convicts(&write())) {
            acquitted.push(format!("{} {defect} by {}", defect.id(), defect.rule()));
        }
    }
    assert!(acquitted.is_empty(), "not convicted: {acquitted:#?}");
}

/// The number of the first drawn scenario in which a defect is convicted.
fn convicted_at(defect: Defect, seed: u64) -> Option<u64> {
    let drive = driven(defect);
    let rule = rules::rule(defect.rule()).unwrap();
    (0..600).find(|number| {
        let judgement = judge(&drive, &generate::scenario(seed, *number), &[rule], Profile::Graph).unwrap();
        judgement.opinions.iter().any(|opinion| opinion.breach.is_some())
    })
}

/// Without the scenarios written by hand: what is drawn must do. `examples/convict.rs` asks it of every defect.
#[test]
fn what_is_drawn_convicts_whatever_the_seed() {
    for defect in [Defect::IgnoresRetryAfter, Defect::FirstPageOnly, Defect::SwallowsPageError, Defect::Double] {
        for seed in [1, 2] {
            assert!(convicted_at(defect, seed).is_some(), "{defect} with seed {seed}");
        }
    }
}

#[test]
fn defects_and_rules_name_each_other() {
    for defect in Defect::ALL {
        let rule = rules::rule(defect.rule()).unwrap_or_else(|| panic!("{defect} names {}", defect.rule()));
        let check = rule.check().unwrap_or_else(|| panic!("{} convicts and cannot be observed", rule.id));
        assert!(check.convicts.contains(defect), "{} does not name {defect}", rule.id);
    }
    for rule in rules::all() {
        for defect in rule.check().iter().flat_map(|check| check.convicts) {
            assert_eq!(defect.rule(), rule.id, "{defect}");
        }
    }
}
