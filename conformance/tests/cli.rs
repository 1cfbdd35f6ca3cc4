//! The program: what it writes, what it shows, and how it ends.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

fn program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simtune-conformance"));
    command.args(arguments).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What differs from run to run.
fn settled(text: &str, folder: &Path) -> String {
    let text = text.replace(&folder.display().to_string(), "OUT");
    let text = text.replace(env!("CARGO_BIN_EXE_reference-worker"), "reference-worker");
    let mut lines = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let mut settled: Vec<String> = Vec::new();
        for (place, word) in words.iter().enumerate() {
            let is_time = words.get(place + 1).is_some_and(|next| next.trim_end_matches(',') == "ms");
            settled.push(if is_time && word.parse::<u64>().is_ok() { "…".to_owned() } else { (*word).to_owned() });
        }
        let line = settled.join(" ");
        let start = line.trim_start();
        // Times are set to the right.
        lines.push(if start.starts_with("… ms") { format!("      {start}") } else { line });
    }
    lines.join("\n") + "\n"
}

const WORKER: &str = env!("CARGO_BIN_EXE_reference-worker");

#[test]
fn a_run_is_written_down_and_shown_as_a_story_and_the_failure_can_be_replayed() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_str().expect("UTF-8");
    let run = program(&["check", "--smoke", "--only", "PAG-01", "--out", out, "--", WORKER, "--defect", "B24"]);
    assert_eq!(run.status.code(), Some(1), "{}", text(&run.stderr));
    insta::assert_snapshot!("a_failure_is_a_story", settled(&text(&run.stdout), folder.path()));

    let lines = std::fs::read_to_string(folder.path().join("results.ndjson")).expect("results");
    let lines: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!((events[0], *events.last().expect("lines")), ("run", "summary"));
    for event in ["scenario", "finding", "rule"] {
        assert!(events.contains(&event), "{events:?}");
    }
    assert_eq!(lines.last().expect("a summary")["exit"], 1);
    let rule = lines.iter().find(|line| line["event"] == "rule").expect("a rule");
    assert_eq!((&rule["rule"], &rule["verdict"]), (&"PAG-01".into(), &"FAIL".into()));

    let junit = std::fs::read_to_string(folder.path().join("junit.xml")).expect("JUnit");
    assert!(junit.contains("<testsuite name=\"PAG\"") && junit.contains("<failure"), "{junit}");
    let badge = std::fs::read_to_string(folder.path().join("badge.json")).expect("a badge");
    insta::assert_snapshot!("a_badge", badge);

    let failure = folder.path().join(rule["file"].as_str().expect("a file"));
    let failure = failure.to_str().expect("UTF-8");
    let again = program(&["replay", failure, "--", WORKER, "--defect", "B24"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stdout).starts_with("STILL FAILS PAG-01"), "{}", text(&again.stdout));
    let fixed = program(&["replay", failure, "--", WORKER]);
    assert_eq!(fixed.status.code(), Some(0));
    assert!(text(&fixed.stdout).starts_with("FIXED PAG-01"), "{}", text(&fixed.stdout));
    let different = program(&["replay", failure, "--", WORKER, "--defect", "B67"]);
    assert!(!text(&different.stdout).starts_with("STILL"), "{}", text(&different.stdout));

    let shown = program(&["report", folder.path().join("results.ndjson").to_str().expect("UTF-8")]);
    assert_eq!(shown.status.code(), Some(0));
    assert!(text(&shown.stdout).contains("FAIL PAG-01"));
}

#[test]
fn a_client_that_behaves_ends_with_0_and_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_str().expect("UTF-8");
    let run = program(&["check", "--smoke", "--only", "PAG-0[1-3]", "--out", out, "--", WORKER]);
    assert_eq!(run.status.code(), Some(0), "{}{}", text(&run.stdout), text(&run.stderr));
    insta::assert_snapshot!("who_behaves_is_told_in_a_line", settled(&text(&run.stdout), folder.path()));
    assert_eq!(std::fs::read_dir(folder.path().join("failures")).expect("a folder").count(), 0);
}

#[test]
fn a_waiver_puts_up_with_a_failure_and_is_stale_without_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let waivers = folder.path().join("waivers.toml");
    let text_of = |days: u64| {
        let date = chrono::DateTime::from_timestamp(0, 0).expect("1970").date_naive();
        let today = std::fs::metadata(folder.path()).and_then(|folder| folder.modified()).expect("a time");
        let today = today.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs() / 86_400;
        let date = date + chrono::Days::new(today + days);
        format!(
            "[[waiver]]\nrule = \"PAG-01\"\nexpect = \"fail\"\nreason = \"one page is enough for us\"\nexpires = {date}\n"
        )
    };
    std::fs::write(&waivers, text_of(30)).expect("written");
    let waivers = waivers.to_str().expect("UTF-8");
    let with = |worker: &[&str]| {
        let arguments = [&["check", "--smoke", "--only", "PAG-01", "--waivers", waivers, "--"], worker].concat();
        program(&arguments)
    };
    let waived = with(&[WORKER, "--defect", "B24"]);
    assert_eq!(waived.status.code(), Some(0), "{}", text(&waived.stdout));
    assert!(text(&waived.stdout).contains("waived PAG-01: one page is enough for us"), "{}", text(&waived.stdout));
    let stale = with(&[WORKER]);
    assert_eq!(stale.status.code(), Some(1), "{}", text(&stale.stdout));
    assert!(text(&stale.stdout).contains("XPASS PAG-01") && text(&stale.stdout).contains("take the waiver away"));
    std::fs::write(waivers, text_of(400)).expect("written");
    let refused = with(&[WORKER]);
    assert_eq!(refused.status.code(), Some(64));
    assert!(
        text(&refused.stderr).contains("waivers.toml:5: a waiver lasts twelve months"),
        "{}",
        text(&refused.stderr)
    );
}

#[test]
fn a_driver_that_breaks_the_protocol_ends_the_run_with_76_and_says_why() {
    let run = program(&["check", "--smoke", "--only", "PAG-01", "--", "sh", "-c", "echo hello; sleep 60"]);
    assert_eq!(run.status.code(), Some(76));
    assert!(text(&run.stderr).contains("log lines belong on stderr"), "{}", text(&run.stderr));
    assert_eq!(text(&run.stderr).matches("does not start").count(), 1);
}

#[test]
fn a_driver_that_dies_is_a_crash_in_each_scenario_and_the_run_goes_on() {
    let hello =
        r#"{"m":"hello","protocol":"1.0","client":{"name":"c"},"capabilities":["op.list","auth.client_credentials"]}"#;
    let script = format!("read -r h; echo '{hello}'; read -r o; echo '{{\"m\":\"ok\",\"id\":1}}'; read -r op; exit 5");
    let run = program(&["check", "--smoke", "--only", "PAG-0[13]", "--", "sh", "-c", &script]);
    assert_eq!(run.status.code(), Some(1), "{}{}", text(&run.stdout), text(&run.stderr));
    assert!(text(&run.stdout).contains("CRASH in scenario"), "{}", text(&run.stdout));
    assert!(text(&run.stdout).contains("it ended with exit code 5"), "{}", text(&run.stdout));
}

#[test]
fn bad_usage_ends_with_64_and_a_sentence() {
    for (arguments, expected) in [
        (&["check"][..], "CMD"),
        (&["check", "--only", "FOO-*", "--", "x"], "no rule matches"),
        (&["check", "--shard", "5/4", "--", "x"], "the first of four shares"),
        (&["check", "--profile", "mine", "--", "x"], "graph, sdk, rfc, odata, strict"),
        (&["check", "--waivers", "/nowhere.toml", "--", "x"], "cannot read /nowhere.toml"),
        (&["explain", "PAG-99"], "there are PAG-01"),
        (&["explain", "FOO"], "names them all"),
        (&["replay", "Cargo.toml", "--", "x"], "Cargo.toml"),
        (&["report", "Cargo.toml"], "Cargo.toml:1: this is no line of results"),
    ] {
        let run = program(arguments);
        assert_eq!(run.status.code(), Some(64), "{arguments:?}");
        assert!(text(&run.stderr).contains(expected), "{arguments:?}: {}", text(&run.stderr));
    }
}

#[test]
fn a_rule_is_explained() {
    insta::assert_snapshot!(text(&program(&["explain", "pag-03"]).stdout));
    let listed = text(&program(&["list"]).stdout);
    assert!(listed.lines().count() > 100 && listed.contains("\nPAG-03   FAIL  "), "{listed}");
}

/// Everything below a folder whose name is not like another run's.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8").to_owned();
        if path.is_dir() {
            files.extend(self::files(&path).into_iter().map(|(below, text)| (format!("{name}/{below}"), text)));
        } else {
            files.push((name, std::fs::read_to_string(&path).expect("text")));
        }
    }
    files.sort();
    files
}

#[test]
fn shards_are_put_together_and_end_as_the_run_would_have() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    for shard in ["1/2", "2/2"] {
        let out = path(&shard.replace('/', "-"));
        let arguments = ["check", "--only", "PAG-01", "--smoke", "--shard", shard, "--out", &out, "--"];
        let run = program(&[&arguments[..], &[WORKER, "--defect", "B24"]].concat());
        assert!(matches!(run.status.code(), Some(1 | 2)), "{}{}", text(&run.stdout), text(&run.stderr));
    }
    let (first, second) = (path("1-2/results.ndjson"), path("2-2/results.ndjson"));
    let merged = program(&["report", &second, &first, "--out", &path("merged"), "--html", &path("page.html")]);
    assert_eq!(merged.status.code(), Some(1), "{}", text(&merged.stderr));
    assert!(
        text(&merged.stdout).contains("FAIL PAG-01") && text(&merged.stdout).contains(" of 2 shards"),
        "{}",
        text(&merged.stdout)
    );

    let written = files(&folder.path().join("merged"));
    let names: Vec<String> =
        written.iter().map(|(name, _)| name.rsplit('.').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(names, ["json", "har", "json", "xml", "html", "ndjson"], "{names:?}");
    let lines = &written.last().expect("results").1;
    let run = lines.lines().next().expect("a run");
    assert!(run.contains("\"merged\":2") && run.contains("\"shard\":\"1/1\""), "{run}");
    let scenarios = lines.lines().filter(|line| line.starts_with("{\"event\":\"scenario\"")).count();
    let summary: Json = serde_json::from_str(lines.lines().last().expect("a summary")).expect("JSON");
    assert_eq!((&summary["scenarios"], &summary["exit"]), (&scenarios.into(), &1.into()));
    let failure = path(&format!("merged/{}", written[2].0));
    assert!(lines.contains(&format!("simtune-conformance replay {failure} ")), "it is replayed from where it is now");
    assert_eq!(program(&["replay", &failure, "--", WORKER]).status.code(), Some(0));

    // What is made of what was put together is the same, and a page alone leads nowhere.
    let again = program(&["report", &path("merged/results.ndjson"), "--out", &path("merged")]);
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(files(&folder.path().join("merged")), written);
    assert!(!std::fs::read_to_string(path("page.html")).expect("a page").contains("href=\"failures"));

    // Results of somebody else choose no names of files.
    std::fs::write(path("evil.ndjson"), lines.replace("\"PAG-01\"", "\"../../PAG-01\"")).expect("written");
    let evil = program(&["report", &path("evil.ndjson"), "--out", &path("a/b/evil")]);
    assert_eq!(evil.status.code(), Some(0), "{}", text(&evil.stderr));
    let elsewhere = files(&folder.path().join("a")).into_iter().map(|(name, _)| name);
    assert!(
        elsewhere.clone().all(|name| name.starts_with("b/evil/") && !name.contains("PAG")),
        "{:?}",
        elsewhere.collect::<Vec<_>>()
    );

    for (arguments, expected) in [
        (vec!["report", &first], "shard 2/2 of reference client 0.1.0 (Rust) is missing"),
        (vec!["report", &first, &second, &first], "are both shard 1/2"),
        (vec!["report", &path("merged/results.ndjson"), &first, &second, "--out", &path("x")], "--out takes one run"),
    ] {
        let run = program(&arguments);
        assert_eq!(run.status.code(), Some(64), "{arguments:?}");
        assert!(text(&run.stderr).contains(expected), "{}", text(&run.stderr));
    }
}

/// Whatever is written of a run, no secret is in it.
#[test]
fn tokens_and_secrets_are_masked_in_everything_that_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_str().expect("UTF-8");
    let run = program(&["check", "--smoke", "--only", "IDM-07", "--out", out, "--", WORKER, "--defect", "B79"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stdout));
    let written = files(folder.path());
    let har = written.iter().find(|(_, text)| text.contains("\"pageref\""));
    assert!(har.is_some_and(|(_, har)| har.contains("Bearer masked-")), "{written:?}");
    for (name, text) in &written {
        for secret in ["Bearer ey", "\"eyJ", "access_token\\\":\\\"ey"] {
            assert!(!text.contains(secret), "{name} has {secret}");
        }
        for (at, _) in text.match_indices("client_secret=") {
            assert!(text[at + 14..].starts_with("masked-"), "{name}: {}", &text[at..at + 40]);
        }
    }
}

/// With a library that is not there, so that it is the same on every machine.
#[test]
fn where_time_cannot_be_warped_it_is_kept_by_the_wall_and_the_results_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_simtune-conformance"));
    command.args(["check", "--smoke", "--only", "PAG-01", "--time", "warp", "--out"]).arg(folder.path());
    command.args(["--", WORKER, "--defect", "B24"]).env("SIMTUNE_LIBFAKETIME", "/nowhere/libfaketime.so");
    let run = command.output().expect("it runs");
    assert_eq!(run.status.code(), Some(1));
    let errors = text(&run.stderr);
    let said = errors.lines().find(|line| line.starts_with("simtune-conformance: ")).expect("a sentence");
    insta::assert_snapshot!("time_is_kept_by_the_wall", said);

    assert!(!text(&run.stdout).contains("time: "), "{}", text(&run.stdout));
    let lines = std::fs::read_to_string(folder.path().join("results.ndjson")).expect("results");
    let lines: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let of = |event: &str| lines.iter().find(|line| line["event"] == event).expect("it is there");
    assert_eq!((&of("run")["time"], &of("finding")["tier"]), (&"wall".into(), &"wall".into()));
}
