//! Every defect is convicted, on its own rule.

use simtune_conformance::defect::{Defect, Defects};
use simtune_conformance::drive::Drive;
use simtune_conformance::in_process::InProcess;
use simtune_conformance::judge::judge;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::Profile;
use simtune_conformance::rules;
use simtune_conformance::runner::{Plan, Report, check};
use simtune_conformance::scenario::Scenario;
use simtune_conformance::shrink::Budget;
use simtune_conformance::verdict::Verdict;

fn driven(defect: Defect) -> impl Drive {
    InProcess::new(&CAPABILITIES, move |surroundings| ReferenceClient::with(surroundings, Defects::only(defect)))
}

fn run(defect: Defect, plan: &Plan) -> Report {
    check(&driven(defect), &Plan { only: vec![defect.rule().to_owned()], ..plan.clone() })
}

#[test]
fn the_smallest_scenarios_of_its_rule_convict_every_defect() {
    let mut acquitted = Vec::new();
    for defect in Defect::ALL {
        let drive = driven(*defect);
        let rule = rules::rule(defect.rule()).unwrap();
        let convicts = |scenario: &Scenario| {
            let judgement = judge(&drive, scenario, &[rule], Profile::Graph).unwrap();
            judgement.opinions.iter().any(|opinion| opinion.verdict >= Verdict::Warn)
        };
        if !rule.check().unwrap().minimal.iter().any(|write| convicts(&write())) {
            acquitted.push(format!("{} {defect} by {}", defect.id(), defect.rule()));
        }
    }
    assert!(acquitted.is_empty(), "not convicted: {acquitted:#?}");
}

/// Without the scenarios written by hand: what is drawn alone must do.
#[test]
fn what_is_drawn_convicts_whatever_the_seed() {
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says how long")]
    let thorough = std::env::var_os("SIMTUNE_CONFORMANCE_CASES").is_some();
    // A few defects with a few seeds here; all of them with ten where time is given.
    let slice = [Defect::IgnoresRetryAfter, Defect::FirstPageOnly, Defect::RepeatsPostOn5xx, Defect::NeverRenews];
    let (defects, seeds) = if thorough { (Defect::ALL, 1..=10) } else { (&slice[..], 1..=2) };
    let mut acquitted = Vec::new();
    for defect in defects {
        for seed in seeds.clone() {
            let cases = if thorough { 600 } else { 256 };
            let plan = Plan {
                seed,
                cases,
                smoke: false,
                shrunk: 0,
                budget: Budget { evaluations: 1, threads: 2 },
                ..Plan::default()
            };
            if run(*defect, &plan).verdict(defect.rule()).is_none_or(|verdict| verdict < Verdict::Warn) {
                acquitted.push(format!("{} {defect} by {} with seed {seed}", defect.id(), defect.rule()));
            }
        }
    }
    assert!(acquitted.is_empty(), "not convicted: {acquitted:#?}");
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
