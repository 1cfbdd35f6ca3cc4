//! Documents and schemas that are made from the code: compared, or rewritten with `SIMTUNE_UPDATE_DOCS=1`.

use std::fs;
use std::path::Path;

use clap::Args;
use simtune::config::Options;
use simtune::exit_code::ExitCode;
use simtune::faults::Rule;
use simtune::report::{Report, checks};
use simtune::support::EDITIONS;

use crate::harness::Harness;

fn workspace_file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join(name)
}

/// Compares a file with what it should be, or rewrites it when asked to.
fn check(name: &str, expected: &str) {
    let path = workspace_file(name);
    #[expect(clippy::disallowed_methods, reason = "whether to rewrite is asked by the person who runs the test")]
    if std::env::var("SIMTUNE_UPDATE_DOCS").is_ok() {
        fs::write(&path, expected).expect("the file can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{name} is not what the code says; run the tests with SIMTUNE_UPDATE_DOCS=1 and look at the change"
    );
}

#[test]
fn the_schema_of_the_configuration_file_is_up_to_date() {
    let schema = serde_json::to_value(schemars::schema_for!(Options)).expect("a schema is JSON");
    assert_eq!(schema["additionalProperties"], false, "unknown keys are refused");
    check("fixtures/schema/simtune.schema.json", &format!("{}\n", serde_json::to_string_pretty(&schema).unwrap()));
}

#[test]
fn a_configuration_file_with_every_key_fits_schema_and_program() {
    let schema = serde_json::to_value(schemars::schema_for!(Options)).expect("a schema is JSON");
    let flags = Options::augment_args(clap::Command::new("serve"));
    let flags: Vec<String> =
        flags.get_arguments().filter_map(|argument| argument.get_long().map(str::to_owned)).collect();
    let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    let mut sorted = flags.clone();
    sorted.sort();
    let mut sorted_keys: Vec<String> = keys.into_iter().cloned().collect();
    sorted_keys.sort();
    assert_eq!(sorted, sorted_keys, "flags and keys are the same");
    let readme = fs::read_to_string(workspace_file("README.md")).unwrap();
    for flag in flags {
        assert!(readme.contains(&format!("`--{flag}")), "README.md does not name --{flag}");
    }
}

#[test]
fn the_document_of_the_quirks_is_up_to_date() {
    check("docs/quirks.md", &simtune::quirks::markdown::document());
}

#[test]
fn the_document_and_the_schema_of_the_faults_are_up_to_date() {
    check("docs/faults.md", &simtune::faults::markdown::document());
    let schema = serde_json::to_value(schemars::schema_for!(Rule)).expect("a schema is JSON");
    check("fixtures/schema/fault.schema.json", &format!("{}\n", serde_json::to_string_pretty(&schema).unwrap()));
}

#[test]
fn the_document_of_what_broke_real_clients_is_up_to_date() {
    check("docs/awkward.md", &simtune::awkward::markdown::document());
}

#[test]
fn the_document_of_the_budgets_is_up_to_date() {
    check("docs/throttling.md", &simtune::throttle::markdown::document());
}

#[test]
fn the_schema_of_the_report_of_exec_is_up_to_date() {
    let schema = serde_json::to_value(schemars::schema_for!(Report)).expect("a schema is JSON");
    check("fixtures/schema/exec-report.schema.json", &format!("{}\n", serde_json::to_string_pretty(&schema).unwrap()));
}

#[test]
fn the_readme_names_the_flags_and_the_checks_of_exec() {
    let readme = fs::read_to_string(workspace_file("README.md")).unwrap();
    let ci = fs::read_to_string(workspace_file("docs/ci.md")).unwrap();
    let command = simtune::cli::command();
    let exec = command.find_subcommand("exec").expect("the command");
    let serve = command.find_subcommand("serve").expect("the command");
    let names = |command: &clap::Command| -> Vec<String> {
        command.get_arguments().filter_map(|argument| argument.get_long().map(str::to_owned)).collect()
    };
    let shared = names(serve);
    let own: Vec<String> = names(exec).into_iter().filter(|name| !shared.contains(name)).collect();
    assert_eq!(own, ["fail-on", "report"]);
    for flag in own {
        assert!(readme.contains(&format!("`--{flag} ")) && ci.contains(&format!("--{flag} ")), "--{flag}");
    }
    for check in checks::CHECKS {
        assert!(ci.contains(&format!("`{}`", check.name)), "docs/ci.md does not name {}", check.name);
        assert!(readme.contains(&format!("`{}`", check.name)), "README.md does not name {}", check.name);
    }
}

#[test]
fn the_readme_lists_every_exit_code() {
    let readme = fs::read_to_string(workspace_file("README.md")).unwrap();
    for (code, meaning) in ExitCode::ALL {
        let row = format!("| {} | {meaning} |", i32::from(code));
        assert!(readme.contains(&row), "README.md lacks the row {row}");
    }
}

#[test]
fn one_of_each_meets_every_row_of_every_edition() {
    let harness = Harness::new();
    let world = harness.service.tenants().default_tenant().world();
    let mut missing = Vec::new();
    for embedded in EDITIONS {
        let edition = embedded.parse();
        let mut met: Vec<String> =
            world.inventory().iter().map(|device| edition.decide(device.facts()).row.to_owned()).collect();
        met.sort();
        met.dedup();
        for row in &edition.rows {
            if !met.iter().any(|id| **id == *row.id) {
                missing.push(format!("{}: {}", embedded.id, row.id));
            }
        }
    }
    assert!(missing.is_empty(), "no device of one-of-each lands on\n{}", missing.join("\n"));
}

#[test]
fn the_default_fleet_leaves_one_device_open_on_purpose() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant();
    insta::assert_snapshot!(tenant.warnings.join("\n"));
}
