//! A client that behaves is not convicted.

use simtune_conformance::in_process::InProcess;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::Profile;
use simtune_conformance::runner::{Plan, check};
use simtune_conformance::story::story;
use simtune_conformance::verdict::Verdict;

/// What the simulator cannot do yet, or the reference client does not ask for.
const UNMET: [&str; 5] = ["BAT-02", "BAT-03", "BAT-04", "RED-07", "PAR-10"];

/// How many scenarios are drawn: a few here, as many as one likes by the environment.
fn cases() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says how long")]
    std::env::var("SIMTUNE_CONFORMANCE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

#[test]
fn the_reference_client_breaks_nothing_and_meets_every_rule() {
    let drive = InProcess::new(&CAPABILITIES, ReferenceClient::new);
    let report = check(&drive, &Plan { cases: cases(), profile: Profile::Strict, ..Plan::default() });
    let stories: Vec<String> = report.failures.iter().map(story).collect();
    assert!(report.broken.is_empty(), "{:?}", report.broken);
    assert!(report.findings.is_empty(), "{}", stories.join("\n"));
    let unmet: Vec<&str> = report
        .rules
        .iter()
        .filter(|rule| rule.verdict != Verdict::Pass && !UNMET.contains(&rule.rule.as_str()))
        .map(|rule| rule.rule.as_str())
        .collect();
    assert!(unmet.is_empty(), "no scenario that was run meets {unmet:?}");
}

#[test]
fn a_run_is_the_same_however_many_scenarios_run_at_once() {
    let drive = InProcess::new(&CAPABILITIES, ReferenceClient::new);
    let run = |threads| {
        let report = check(&drive, &Plan { seed: 5, cases: 20, smoke: false, threads, ..Plan::default() });
        (report.rules, report.findings)
    };
    assert_eq!(run(1), run(4));
}
