//! Convictions are made as small as they can be, and the same way each time.

use std::fmt::Write;

use simtune_conformance::defect::{Defect, Defects};
use simtune_conformance::generate;
use simtune_conformance::in_process::InProcess;
use simtune_conformance::judge::judge;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::Profile;
use simtune_conformance::rules;
use simtune_conformance::scenario::Scenario;
use simtune_conformance::shrink::{Budget, Smallest, smallest};
use simtune_conformance::verdict::Verdict;

/// A drawn scenario of some size that convicts a defect, looked for from a number on, made small.
fn shrunk(defect: Defect, from: u64, threads: usize) -> (Scenario, Smallest) {
    let drive =
        InProcess::new(&CAPABILITIES, move |surroundings| ReferenceClient::with(surroundings, Defects::only(defect)));
    let rule = rules::rule(defect.rule()).unwrap();
    for number in from.. {
        let scenario = generate::scenario(4, number);
        if scenario.size().0 < 5 {
            continue;
        }
        let judgement = judge(&drive, &scenario, &[rule], Profile::Graph).unwrap();
        let Some(opinion) = judgement.opinions.first().filter(|opinion| opinion.verdict >= Verdict::Warn) else {
            continue;
        };
        let budget = Budget { threads, ..Budget::default() };
        let found = smallest(&drive, rule, Profile::Graph, opinion.verdict, &scenario, budget);
        return (scenario, found.unwrap());
    }
    unreachable!("numbers do not end")
}

#[test]
fn what_convicts_is_made_small() {
    let mut told = String::new();
    for (defect, from, operations, stimuli) in [
        (Defect::IgnoresRetryAfter, 413, 1, 1),
        (Defect::RepeatsPostOn5xx, 430, 1, 1),
        (Defect::Double, 409, 1, 0),
        (Defect::NeverRenews, 537, 1, 1),
    ] {
        let (found, smallest) = shrunk(defect, from, 2);
        let scenario = &smallest.scenario;
        assert!(
            scenario.program.len() <= operations && scenario.stimuli.len() <= stimuli,
            "{defect}: {}",
            serde_json::to_string_pretty(scenario).unwrap()
        );
        assert!(scenario.tenant.devices.len() <= 2, "{defect}: {} devices", scenario.tenant.devices.len());
        assert!(smallest.evaluations <= 80, "{defect}: {} evaluations", smallest.evaluations);
        let _ = writeln!(
            told,
            "{defect}: {:?} -> {:?} in {} evaluations: {}",
            found.size(),
            scenario.size(),
            smallest.evaluations,
            smallest.text
        );
    }
    insta::assert_snapshot!(told);
}

#[test]
fn the_smallest_scenario_does_not_depend_on_how_many_are_tried_at_once() {
    let (_, one) = shrunk(Defect::IgnoresRetryAfter, 413, 1);
    let (_, many) = shrunk(Defect::IgnoresRetryAfter, 413, 8);
    assert_eq!((one.scenario, one.evaluations), (many.scenario, many.evaluations));
}
