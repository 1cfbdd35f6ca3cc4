//! A client that behaves is not convicted.

use simtune_conformance::in_process::InProcess;
use simtune_conformance::manner::Manner;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::Profile;
use simtune_conformance::runner::{Plan, check};
use simtune_conformance::story::story;
use simtune_conformance::verdict::Verdict;

/// What the reference client does not ask for: compressed answers.
const UNMET: [&str; 1] = ["PAR-10"];

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

/// Runs the scenarios written by hand, and a few drawn ones, with a client of another lawful manner.
fn is_innocent(manner: Manner) {
    let capabilities: Vec<&str> =
        CAPABILITIES.into_iter().filter(|capability| Some(*capability) != manner.lacks()).collect();
    let drive = InProcess::new(&capabilities, move |surroundings| ReferenceClient::new(surroundings).in_manner(manner));
    let report = check(&drive, &Plan { seed: 3, cases: cases() / 10, ..Plan::default() });
    let failing = report.failures.iter().filter(|failure| failure.verdict >= Verdict::Fail);
    let stories: Vec<String> = failing.map(story).collect();
    assert!(stories.is_empty() && report.broken.is_empty(), "{manner}: {}", stories.join("\n"));
}

macro_rules! innocent {
    ($( $name:ident $manner:ident; )*) => { $(
        #[test]
        fn $name() {
            is_innocent(Manner::$manner);
        }
    )* };
}

innocent! {
    who_never_comes_again_is_innocent NeverRetries;
    who_waits_longer_is_innocent WaitsLonger;
    who_gives_up_early_is_innocent Impatient;
    who_tries_often_is_innocent Persistent;
    who_follows_no_redirects_is_innocent FollowsNoRedirects;
    who_sends_no_request_id_is_innocent NoRequestId;
    who_batches_one_by_one_is_innocent OneByOne;
    who_drops_what_comes_twice_is_innocent Deduplicates;
}
