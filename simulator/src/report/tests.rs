//! What the three spellings of a report say.

use super::checks::{self, CHECKS, Check};
use super::{Outcome, Report, junit, summary};
use crate::tally::{Counts, Tally};

fn met() -> Counts {
    let tally = Tally::new();
    for status in [200, 200, 400] {
        tally.answered(Some("listDevices"), status);
    }
    tally.answered(Some("token"), 200);
    for _ in 0..3 {
        tally.answered(None, 400);
        tally.unknown_route("GET", "/v1.0/deviceManagement/windowsAutopilotDeviceIdentities".to_owned());
    }
    tally.answered(None, 401);
    tally.unknown_route("GET", "/v1.0/\u{1b}[31m".to_owned());
    tally.ignored(&["$filter: model has no effect (quirk filter-unsupported=ignore)".to_owned()]);
    tally.ignored(&["$orderby has no effect (quirk orderby=ignore)".to_owned()]);
    for _ in 0..2 {
        tally.exceeded("intune-devices-writes-per-app", false);
        tally.early_retry("POST", "/v1.0/deviceManagement/managedDevices/{id}/resetPasscode".to_owned());
    }
    tally.exceeded("wipes-per-day", true);
    tally.counts()
}

fn clean() -> Counts {
    let tally = Tally::new();
    tally.answered(Some("token"), 200);
    tally.counts()
}

fn report(outcome: Outcome, counts: &Counts) -> Report {
    let checks: Vec<&'static Check> = CHECKS.iter().map(|check| checks::named(check.name).unwrap()).collect();
    Report::new("pytest".to_owned(), outcome, counts, &checks)
}

#[test]
fn a_summary_is_short_when_all_is_well_and_says_what_is_not() {
    let exited = |code| Outcome::Exited { code };
    let told: Vec<String> =
        [report(exited(0), &met()), report(exited(0), &clean()), report(exited(0), &Counts::default())]
            .iter()
            .map(summary::text)
            .collect();
    insta::assert_snapshot!(told.join("---\n"));
}

#[test]
fn a_report_as_json_and_as_junit() {
    let failed = Report { version: "0.0.0", ..report(Outcome::Exited { code: 0 }, &met()) };
    insta::assert_json_snapshot!(failed);
    insta::assert_snapshot!("junit_checks_failed", junit::xml(&failed).unwrap());
    let missing = Outcome::NotFound { reason: "No such file or directory".to_owned() };
    insta::assert_snapshot!("junit_not_started", junit::xml(&report(missing, &clean())).unwrap());
}

#[test]
fn the_commands_own_failure_wins_over_a_check() {
    let code = |outcome, counts: &Counts| report(outcome, counts).exit_code;
    assert_eq!(code(Outcome::Exited { code: 0 }, &clean()), 0);
    assert_eq!(code(Outcome::Exited { code: 0 }, &met()), 3);
    assert_eq!(code(Outcome::Exited { code: 7 }, &met()), 7);
    assert_eq!(code(Outcome::Signalled { signal: 15 }, &met()), 143);
    assert_eq!(code(Outcome::NotFound { reason: String::new() }, &met()), 127);
    assert_eq!(code(Outcome::NotExecutable { reason: String::new() }, &met()), 126);
}

#[test]
fn a_check_that_can_be_asked_for_can_fail() {
    for check in CHECKS {
        assert!(!check.met(&met()).is_empty() && check.met(&clean()).is_empty(), "{}", check.name);
    }
}
