//! Who may know whom.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// A file without its comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_file_names_the_simulator() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let named: Vec<PathBuf> = sources(&source).into_iter().filter(|path| code(path).contains("simtune::")).collect();
    assert_eq!(named, [source.join("simulator.rs")]);
}

/// Rules, model and shrinking are functions of what they are given.
#[test]
fn what_judges_knows_no_simulator_and_no_clock() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut pure: Vec<PathBuf> = sources(&source.join("rules"));
    let names = [
        "scenario",
        "operation",
        "stimulus",
        "matrix",
        "model",
        "trace",
        "client_log",
        "evidence",
        "finding",
        "verdict",
        "rule",
        "generate",
        "defect",
    ];
    pure.extend(names.map(|name| source.join(format!("{name}.rs"))));
    for path in pure {
        let code = code(&path);
        for forbidden in
            ["crate::simulator", "in_process", "std::time", "Utc::now", "std::env", "std::fs", "std::net", "Mutex"]
        {
            assert!(!code.contains(forbidden), "{} names {forbidden}", path.display());
        }
    }
}

/// The client that proves the rules does not know them.
#[test]
fn the_reference_client_knows_no_rule_and_no_scenario() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = sources(&source.join("reference"));
    files.push(source.join("reference.rs"));
    for path in files {
        let code = code(&path);
        for forbidden in
            ["crate::rule", "crate::scenario", "crate::stimulus", "crate::model", "crate::trace", "crate::simulator"]
        {
            assert!(!code.contains(forbidden), "{} names {forbidden}", path.display());
        }
    }
}
