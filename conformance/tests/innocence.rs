//! A client that behaves is not convicted.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use simtune_conformance::drive::Drive;
use simtune_conformance::evidence::Evidence;
use simtune_conformance::generate;
use simtune_conformance::in_process::InProcess;
use simtune_conformance::manner::Manner;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::Profile;
use simtune_conformance::runner::{Plan, check};
use simtune_conformance::scenario::Scenario;
use simtune_conformance::story::story;
use simtune_conformance::transport::{Failure, HttpRequest, HttpResponse, Surroundings, Transport};
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
    assert!(makes_a_difference(manner), "{manner} behaves as the plain client does");
}

macro_rules! innocent {
    ($( $name:ident $manner:ident; )*) => {
        $(
            #[test]
            fn $name() {
                is_innocent(Manner::$manner);
            }
        )*

        /// The manners that have a test.
        const TESTED: &[Manner] = &[ $( Manner::$manner, )* ];
    };
}

innocent! {
    who_never_comes_again_is_innocent NeverRetries;
    who_waits_longer_is_innocent WaitsLonger;
    who_waits_by_chance_is_innocent HeavyJitter;
    who_gives_up_early_is_innocent Impatient;
    who_tries_often_is_innocent Persistent;
    who_gives_failures_of_the_server_back_is_innocent ServerErrorsAreFinal;
    who_sends_no_post_again_is_innocent NeverRepeatsPost;
    who_follows_no_redirects_is_innocent FollowsNoRedirects;
    who_sends_no_request_id_is_innocent NoRequestId;
    who_repeats_a_request_with_its_id_is_innocent SameRequestId;
    who_closes_connections_is_innocent ClosesConnections;
    who_spells_headers_in_capitals_is_innocent LoudHeaders;
    who_accepts_anything_is_innocent AcceptsAnything;
    who_sends_chunks_is_innocent Chunked;
    who_writes_plus_for_space_is_innocent PlusForSpace;
    who_puts_keys_in_parentheses_is_innocent KeysInParentheses;
    who_selects_nothing_is_innocent SelectsNothing;
    who_asks_for_large_pages_is_innocent LargePages;
    who_asks_for_small_pages_is_innocent SmallPages;
    who_reorders_links_is_warned_at_most ReordersLinks;
    who_asks_ahead_is_innocent Prefetches;
    who_drops_what_comes_twice_is_innocent Deduplicates;
    who_looks_before_resetting_is_innocent LooksFirst;
    who_batches_one_by_one_is_innocent OneByOne;
    who_batches_everything_is_innocent BatchesEverything;
    who_renews_tokens_early_is_innocent RenewsEarly;
    who_keeps_a_token_for_each_service_is_innocent TokenPerService;
    who_is_two_clients_is_innocent TwoInTurn;
    who_starts_slowly_is_innocent SlowStart;
    who_reads_slowly_is_innocent ReadsSlowly;
    who_lives_in_a_far_time_zone_is_innocent FarTimeZone;
}

#[test]
fn every_manner_has_a_test() {
    assert_eq!(TESTED, Manner::ALL);
}

/// A transport that writes down what it is given, byte for byte.
struct Recorder(Arc<dyn Transport>, Arc<Mutex<Vec<HttpRequest>>>);

impl Transport for Recorder {
    fn send(&self, request: HttpRequest, patience: Duration) -> Result<HttpResponse, Failure> {
        self.1.lock().unwrap().push(request.clone());
        self.0.send(request, patience)
    }
}

/// What a client sends in a scenario, when, and what it says of it.
fn conduct(manner: Option<Manner>, scenario: &Scenario) -> (Vec<HttpRequest>, Evidence) {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let drive = InProcess::new(&CAPABILITIES, |surroundings: Surroundings| {
        let transport = Arc::new(Recorder(Arc::clone(&surroundings.transport), Arc::clone(&sent)));
        let client = ReferenceClient::new(Surroundings { transport, ..surroundings });
        match manner {
            Some(manner) => client.in_manner(manner),
            None => client,
        }
    });
    let evidence = drive.run(scenario).unwrap();
    let sent = sent.lock().unwrap().clone();
    (sent, evidence)
}

/// A manner in which nothing is different would prove nothing.
fn makes_a_difference(manner: Manner) -> bool {
    let drawn = (0..60).map(|number| generate::scenario(3, number));
    generate::smoke()
        .into_iter()
        .chain(drawn)
        .any(|scenario| conduct(Some(manner), &scenario) != conduct(None, &scenario))
}
