//! `init`: drivers to begin with, which run as they are.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use simtune_conformance::conversation::Door;
use simtune_conformance::drive::Drive;
use simtune_conformance::judge::judge;
use simtune_conformance::operation::{DeviceRef, Op};
use simtune_conformance::over_sockets::{OverSockets, Surroundings};
use simtune_conformance::process::Launch;
use simtune_conformance::rule::Profile;
use simtune_conformance::rules;
use simtune_conformance::template::TEMPLATES;
use simtune_conformance::verdict::Verdict;

use crate::workers::ordinary;

fn init(language: &str, folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simtune-conformance"));
    command.args(["init", "--language", language]).arg(folder).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn every_language_has_a_driver_of_at_most_100_lines_and_is_told_what_to_type() {
    let mut told = String::new();
    for template in &TEMPLATES {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("made by init");
        let made = init(template.language, &inside);
        assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
        told += &text(&made.stdout).replace(&folder.path().display().to_string(), "DIR");
        for file in template.files {
            let written = fs::read_to_string(inside.join(file.path)).expect("a file");
            assert_eq!(written, file.text);
            assert!(written.lines().count() <= 100, "{} {}", template.language, file.path);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let permissions = fs::metadata(inside.join(file.path)).expect("a file").permissions();
                assert_eq!(permissions.mode() & 0o100 != 0, file.runs, "{} {}", template.language, file.path);
            }
        }
    }
    insta::assert_snapshot!("what_to_type_next", told);
}

#[test]
fn what_is_there_is_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("graph.py"), "mine").expect("written");
    let refused = init("python", folder.path());
    assert_eq!(refused.status.code(), Some(64));
    let said = text(&refused.stderr);
    assert!(said.contains("graph.py is there already, and nothing was written"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("graph.py")).expect("a file"), "mine");
    // Nor is half a driver left there.
    assert!(!folder.path().join("driver.py").exists());
    let unknown = init("cobol", folder.path());
    assert_eq!(unknown.status.code(), Some(64));
    assert!(text(&unknown.stderr).contains("there are node, python, rust, sh"), "{}", text(&unknown.stderr));
    let nowhere = init("sh", &folder.path().join("graph.py"));
    assert_eq!(nowhere.status.code(), Some(64));
    assert!(text(&nowhere.stderr).contains("graph.py is no folder"), "{}", text(&nowhere.stderr));
}

/// What a template asks for is what the checks of this repository run, and so is known to work.
#[test]
fn the_versions_are_the_ones_that_are_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let tested = |path: &str| fs::read_to_string(root.join(path)).expect("a file");
    let (python, node) =
        (tested(".ci/clients/python/requirements.txt"), tested("conformance/clients/node-graph-client/package.json"));
    for pin in include_str!("../templates/python/requirements.txt").lines() {
        assert!(python.lines().any(|line| line.trim_end_matches([' ', '\\']) == pin), "{pin}");
    }
    let pins: serde_json::Value =
        serde_json::from_str(include_str!("../templates/node/package.json")).expect("a package");
    let node: serde_json::Value = serde_json::from_str(&node).expect("a package");
    assert_eq!(pins["dependencies"], node["dependencies"]);
}

/// curl and jq are its client; where they are missing, nothing can be said.
#[test]
fn the_shell_driver_drives_curl() {
    for program in ["curl", "jq"] {
        if Command::new(program).arg("--version").output().is_err() {
            eprintln!("{program} is missing");
            return;
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(init("sh", folder.path()).status.code(), Some(0));
    let surroundings = Surroundings::new(true).expect("ports");
    let launch = Launch::new([folder.path().join("driver.sh")]).with(surroundings.trust_variables());
    let door = simtune_conformance::command::Command::new(launch);
    assert_eq!(door.client().to_string(), "driver.sh");
    let drive = OverSockets::new(&surroundings, &door);
    let mut scenario = ordinary();
    scenario.program.push(Op::GetActionResult { device: DeviceRef::At(0) });
    let evidence = drive.run(&scenario).expect("it runs");
    let devices = evidence.log.answer(0).and_then(|answer| answer.devices.clone()).expect("devices");
    assert_eq!(devices.len(), 2, "{evidence:#?}");
    assert_eq!(evidence.log.answer(1).and_then(|answer| answer.outcome.as_deref()), Some("accepted"));
    assert!(evidence.log.answer(2).and_then(|answer| answer.state.as_deref()).is_some(), "{:#?}", evidence.log);

    // What it does wrong is seen: it sends its token wherever a link leads.
    let rule = rules::rule("PAG-07").expect("a rule");
    let scenario = (rule.check().expect("it is observed").minimal[0])();
    let judgement = judge(&drive, &scenario, &[rule], Profile::Graph).expect("it is judged");
    let verdicts: Vec<Verdict> = judgement.opinions.iter().map(|opinion| opinion.verdict).collect();
    assert_eq!(verdicts, [Verdict::Fail]);
}
