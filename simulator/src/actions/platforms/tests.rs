//! The embedded matrix is sound, is complete, and is what the documentation says.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Column, EMBEDDED, Matrix, page, table};
use crate::actions::{ACTIONS, REMOTE_ACTIONS, action};
use crate::device::platform::Named;

fn embedded() -> Matrix {
    Matrix::parse("remote-actions.toml", EMBEDDED).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_action_has_rows_and_every_row_an_action() {
    let matrix = embedded();
    let listed: BTreeSet<&str> = matrix.actions.keys().map(String::as_str).collect();
    let known: BTreeSet<&str> =
        ACTIONS.iter().map(|action| action.name()).filter(|name| *name != "resetPasscode").collect();
    assert_eq!(listed, known);
    for (name, rows) in &matrix.actions {
        assert!(rows.iter().any(|row| row.supported), "{name} is for no device");
    }
    let used: BTreeSet<&String> = matrix.actions.values().flatten().map(|row| &row.source).collect();
    let unused: Vec<_> = matrix.sources.keys().filter(|key| !used.contains(key)).collect();
    assert!(unused.is_empty(), "no row names {unused:?}");
    for source in matrix.sources.values() {
        assert!(chrono::NaiveDate::parse_from_str(&source.date, "%Y-%m-%d").is_ok(), "{source:?}");
        assert!(source.date <= source.read, "{source:?} was read before it was written");
    }
}

#[test]
fn audits_and_bulk_name_actions_as_graph_does() {
    let mut bulk = BTreeSet::new();
    for action in ACTIONS {
        for parameter in action.parameters() {
            for value in [serde_json::Value::Null, true.into()] {
                let arguments = crate::device::order::Arguments::default().with(parameter.name, value);
                assert!(REMOTE_ACTIONS.contains(&action.audit_name(&arguments)), "{}", action.name());
            }
        }
        for name in action.bulk_names() {
            assert!(crate::actions::types::members_of("managedDeviceRemoteAction").contains(name), "{name}");
            assert!(bulk.insert(*name), "two actions are called {name} in bulk");
        }
    }
    assert!(!bulk.contains("resetPasscode"));
}

#[test]
fn what_is_no_matrix_is_refused_with_file_and_line() {
    let source = "[sources.a]\ntitle = \"A\"\ndate = \"2026-01-01\"\nread = \"2026-01-01\"\n[actions.wipe]\n";
    let row = |text: &str| format!("{source}yes = [\n    {{ {text} }},\n]\n");
    let ios = "on = [\"ios\"], origin = \"stated\", source = \"a\"";
    let told: Vec<String> = [
        String::new(),
        row("on = [\"symbian\"], origin = \"stated\", source = \"a\""),
        row("on = [\"ios\"], origin = \"hearsay\", source = \"a\""),
        row("on = [\"ios\"], needs = [\"luck\"], origin = \"stated\", source = \"a\""),
        row("on = [\"ios\"], origin = \"stated\", source = \"b\""),
        row("on = [], origin = \"stated\", source = \"a\""),
        row(&format!("{ios} }},\n    {{ {ios}")),
        row(&format!("{ios}, colour = \"red\"")),
    ]
    .iter()
    .map(|text| Matrix::parse("remote-actions.toml", text).unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn the_page_is_what_the_data_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/remote-actions.md");
    let page = page(&embedded());
    if std::env::var_os("SIMTUNE_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/remote-actions.md is stale: SIMTUNE_UPDATE_DOCS=1 cargo test -p simtune --lib actions::"
    );
}

#[test]
fn one_action_is_a_table() {
    insta::assert_snapshot!(table(&embedded(), action("remoteLock").unwrap()));
}

#[test]
fn labels_and_names_are_unique() {
    let names: BTreeSet<_> = Column::ALL.iter().map(|column| (column.name(), column.label())).collect();
    assert_eq!(names.len(), Column::ALL.len());
}
