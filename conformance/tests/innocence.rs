//! A client that behaves is not convicted.

use simtune_conformance::in_process::InProcess;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::Profile;
use simtune_conformance::runner::{Plan, check};
use simtune_conformance::story::story;
use simtune_conformance::verdict::Verdict;

/// How many scenarios are drawn: a few here, as many as one likes by the environment.
fn cases() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says how long")]
    std::env::var("SIMTUNE_CONFORMANCE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(150)
}

#[test]
fn the_reference_client_breaks_nothing() {
    let drive = InProcess::new(&CAPABILITIES, ReferenceClient::new);
    for seed in [1, 2] {
        let report = check(&drive, &Plan { seed, cases: cases(), ..Plan::default() });
        let stories: Vec<String> = report.failures.iter().map(story).collect();
        assert!(report.broken.is_empty(), "{:?}", report.broken);
        assert!(report.findings.is_empty(), "{}", stories.join("\n"));
    }
}

#[test]
fn every_rule_that_can_be_observed_passes_a_client_that_behaves() {
    let drive = InProcess::new(&CAPABILITIES, ReferenceClient::new);
    let report = check(&drive, &Plan { cases: 0, profile: Profile::Strict, ..Plan::default() });
    let unmet: Vec<&str> =
        report.rules.iter().filter(|rule| rule.verdict != Verdict::Pass).map(|rule| rule.rule.as_str()).collect();
    assert!(unmet.is_empty(), "the smallest scenarios of these rules do not meet them: {unmet:?}");
}

#[test]
fn a_run_is_the_same_however_many_scenarios_run_at_once() {
    let drive = InProcess::new(&CAPABILITIES, ReferenceClient::new);
    let run = |threads| {
        let report = check(&drive, &Plan { seed: 5, cases: 40, smoke: false, threads, ..Plan::default() });
        (report.rules, report.findings)
    };
    assert_eq!(run(1), run(4));
}
