//! Drivers that do more than they should are named by the program, with a story, before anything is said of the client.

use std::process::Command;

use serde_json::Value as Json;
use simtune_conformance::self_test::drivers::Driver;

/// What a run over real sockets with such a driver shows, and its findings about drivers.
fn run(rule: &str, driver: Option<Driver>) -> (String, Vec<Json>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_simtune-conformance"));
    command.args(["check", "--smoke", "--only", rule, "--out"]).arg(folder.path());
    command.args(["--", env!("CARGO_BIN_EXE_reference-worker")]);
    if let Some(driver) = driver {
        command.args(["--driver", &driver.to_string()]);
    }
    let output = command.output().expect("it runs");
    let lines = std::fs::read_to_string(folder.path().join("results.ndjson")).expect("results");
    let lines = lines.lines().map(|line| serde_json::from_str::<Json>(line).expect("JSON"));
    let findings = lines.filter(|line| line["event"] == "finding" && line["rule"] == "DRIVER");
    (String::from_utf8_lossy(&output.stdout).into_owned(), findings.collect())
}

fn is_named(driver: Driver, rule: &str) {
    let (shown, findings) = run(rule, Some(driver));
    let what = driver.kind().to_string();
    assert!(shown.starts_with(&format!("WARN DRIVER  {what}\n  asked ")), "{shown}");
    assert!(shown.contains("so        ") && shown.contains("look at the driver before the client"), "{shown}");
    let first = findings.first().expect("a finding");
    assert!(first["text"].as_str().is_some_and(|text| text.starts_with(&what)), "{first}");
    assert!(first["story"].as_array().is_some_and(|story| story.len() > 3), "{first}");
    // Another kind may be named as well, and none of them twice.
    let stories =
        findings.iter().filter(|finding| finding["text"].as_str().is_some_and(|text| text.starts_with(&what)));
    assert_eq!(stories.filter(|finding| finding["story"].is_array()).count(), 1, "{findings:?}");
}

#[test]
fn one_that_is_dumb_is_not_named() {
    for rule in ["AUTH-02", "ERR-09", "PAR-08"] {
        let (_, findings) = run(rule, None);
        assert!(findings.is_empty(), "{findings:?}");
    }
}

#[test]
fn one_that_answers_from_a_cache_is_named() {
    is_named(Driver::Caching, "AUTH-02");
}

#[test]
fn one_that_swallows_errors_is_named() {
    is_named(Driver::Swallowing, "ERR-09");
}

#[test]
fn one_that_loses_digits_is_named() {
    is_named(Driver::Lossy, "PAR-08");
}

#[test]
fn one_that_tries_again_is_named() {
    is_named(Driver::Helpful, "TRN-04");
}
