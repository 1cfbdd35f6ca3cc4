//! Clients as workers, over real sockets: one that behaves, some that do not, and drivers that break the protocol.

use std::time::Duration;

use simtune_conformance::conversation::Door;
use simtune_conformance::defect::Defect;
use simtune_conformance::drive::Drive;
use simtune_conformance::generate;
use simtune_conformance::judge::judge;
use simtune_conformance::manner::OnSockets;
use simtune_conformance::operation::Op;
use simtune_conformance::over_sockets::{OverSockets, Surroundings};
use simtune_conformance::process::Launch;
use simtune_conformance::rule::Profile;
use simtune_conformance::rules;
use simtune_conformance::scenario::{Device, Scenario};
use simtune_conformance::self_test::innocents::failed;
use simtune_conformance::stimulus::Endpoint;
use simtune_conformance::verdict::Verdict;
use simtune_conformance::waits;
use simtune_conformance::worker::{Limits, Pool};

/// Patience for tests: a driver that does nothing is not waited for as long as a real one.
pub(crate) fn limits() -> Limits {
    Limits {
        hello: Duration::from_secs(20),
        session: Duration::from_secs(5),
        grace: Duration::from_millis(300),
        term: Duration::from_millis(300),
        line: 64 * 1024,
        log: 4 * 1024,
    }
}

fn reference(defect: Option<Defect>) -> Pool {
    ordered(&defect.map_or(vec![], |defect| vec!["--defect", defect.id()]))
}

fn ordered(arguments: &[&str]) -> Pool {
    let mut command = vec![env!("CARGO_BIN_EXE_reference-worker").to_owned()];
    command.extend(arguments.iter().map(ToString::to_string));
    Pool::start(Launch::new(command), limits(), 16).expect("the reference worker starts")
}

/// A scenario that lists two pages of devices and resets a passcode.
pub(crate) fn ordinary() -> Scenario {
    let mut scenario = Scenario::new(7);
    scenario.tenant.page = 1;
    scenario.tenant.devices = vec![Device::of_row("ios", "One"), Device::of_row("android-before-7", "Two")];
    scenario.program = vec![
        Op::ListDevices { filter: None, select: vec![] },
        Op::ResetPasscode { device: simtune_conformance::operation::DeviceRef::At(0) },
    ];
    scenario
}

#[test]
fn a_client_that_behaves_is_watched_over_tls_and_without() {
    let pool = reference(None);
    for tls in [true, false] {
        let surroundings = Surroundings::new(tls).expect("ports");
        let evidence = OverSockets::new(&surroundings, &pool).run(&ordinary()).expect("it runs");
        let asked: Vec<String> = evidence
            .trace
            .exchanges
            .iter()
            .map(|exchange| {
                let path = exchange.request.target.split('?').next().unwrap_or_default();
                let last = path.rsplit('/').next().unwrap_or_default();
                format!(
                    "{} {last} page {:?} during {:?}: {:?}",
                    exchange.request.method, exchange.page, exchange.during, exchange.response.status
                )
            })
            .collect();
        assert_eq!(
            asked,
            [
                "POST token page None during Some(0): Some(200)",
                "GET managedDevices page Some(1) during Some(0): Some(200)",
                "GET managedDevices page Some(2) during Some(0): Some(200)",
                "POST resetPasscode page None during Some(1): Some(204)",
            ],
            "{evidence:#?}"
        );
        assert_eq!(evidence.end.resets.iter().collect::<Vec<_>>(), [(&0, &1)]);
        let listed = evidence.log.answer(0).and_then(|answer| answer.devices.as_ref()).expect("devices");
        assert_eq!(listed.len(), 2);
    }
}

/// What a rule says of its own scenarios, on the wall.
fn opinion(pool: &Pool, rule: &str) -> (Verdict, String) {
    let surroundings = Surroundings::new(true).expect("ports");
    let drive = OverSockets::new(&surroundings, pool);
    let rule = rules::rule(rule).expect("the rule is known");
    let mut worst = (Verdict::Unsupported, String::new());
    for write in rule.check().expect("it is observed").minimal {
        let judgement = judge(&drive, &write(), &[rule], Profile::Graph).expect("it runs");
        let opinions = judgement.opinions.into_iter();
        let said =
            opinions.map(|opinion| (opinion.verdict, opinion.breach.map_or_else(String::new, |breach| breach.text)));
        worst = said.chain([worst]).max().expect("one at least");
    }
    worst
}

#[test]
fn faulty_clients_are_convicted_on_the_wall_and_the_one_that_behaves_is_not() {
    let innocent = reference(None);
    // Rules whose scenarios ask nobody to wait; the long ones belong to a longer run.
    for defect in [
        Defect::FirstPageOnly,
        Defect::TokenToForeignLink,
        Defect::InventsBody,
        Defect::TokenPerCall,
        Defect::UnknownEnumFatal,
        Defect::HtmlHidesStatus,
        Defect::InterimIsFinal,
        Defect::BodySentOnce,
        Defect::HeadersWithoutBody,
    ] {
        let (verdict, text) = opinion(&reference(Some(defect)), defect.rule());
        assert!(verdict >= Verdict::Warn, "{defect} ({}) is not convicted: {verdict:?} {text}", defect.rule());
        let (verdict, text) = opinion(&innocent, defect.rule());
        assert_eq!(verdict, Verdict::Pass, "{} convicts the innocent: {text}", defect.rule());
    }
}

#[test]
fn a_client_whose_process_ends_is_a_crash_and_the_next_scenario_goes_on() {
    let pool = reference(Some(Defect::EmptySuccessCrashes));
    let surroundings = Surroundings::new(true).expect("ports");
    let drive = OverSockets::new(&surroundings, &pool);
    let rule = rules::rule(Defect::EmptySuccessCrashes.rule()).expect("the rule is known");
    let fatal = rule.check().expect("it is observed").minimal[0]();
    assert!(!drive.run(&fatal).expect("it runs").log.operations.is_empty());
    let crashes = drive.crashes();
    assert_eq!(crashes.len(), 1);
    assert!(crashes[0].text.contains("signal 6") && crashes[0].text.contains("stderr"), "{}", crashes[0].text);
    assert_eq!(drive.run(&ordinary()).expect("a new one was started").log.operations.len(), 2);
}

#[test]
fn the_reference_worker_says_who_it_is() {
    let pool = reference(None);
    assert_eq!(pool.client().to_string(), format!("reference client {} (Rust)", env!("CARGO_PKG_VERSION")));
}

/// Scenarios written by hand in which nobody is asked to wait, of every few rules.
fn brief() -> Vec<Scenario> {
    let mut scenarios = generate::smoke();
    scenarios.retain(|scenario| waits::of(scenario) == 0 && !format!("{:?}", scenario.stimuli).contains("Reset"));
    scenarios.into_iter().step_by(4).collect()
}

fn is_innocent(manner: OnSockets) {
    let pool = ordered(&["--manner", &manner.to_string()]);
    for tls in [true, false] {
        let surroundings = Surroundings::new(tls).expect("ports");
        let drive = OverSockets::new(&surroundings, &pool);
        let scenarios = brief();
        assert!(scenarios.len() > 10, "{}", scenarios.len());
        let wrong = failed(&drive, &scenarios, 8);
        assert!(wrong.is_empty(), "{manner}: {wrong:#?}");
    }
}

#[test]
fn who_speaks_http_2_is_innocent() {
    is_innocent(OnSockets::Http2);
}

#[test]
fn who_reads_byte_by_byte_is_innocent() {
    is_innocent(OnSockets::ByteByByte);
}

#[test]
fn who_does_two_things_at_once_is_innocent() {
    is_innocent(OnSockets::TwoAtOnce);
    // It does: two batches, each with a token of its own.
    let mut scenario = ordinary();
    let devices = (0..2).map(simtune_conformance::operation::DeviceRef::At).collect();
    scenario.program = vec![Op::BatchReset { devices }];
    let surroundings = Surroundings::new(true).expect("ports");
    let pool = ordered(&["--manner", "TwoAtOnce"]);
    let evidence = OverSockets::new(&surroundings, &pool).run(&scenario).expect("it runs");
    let sent = |endpoint| evidence.trace.at(endpoint).count();
    assert_eq!((sent(Endpoint::Token), sent(Endpoint::Batch)), (2, 2), "{evidence:#?}");
}
