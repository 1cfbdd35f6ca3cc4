//! What the README says is what the program does.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use simtune_conformance::cli::EXIT_CODES;
use simtune_conformance::defect::Defect;
use simtune_conformance::manner::{Manner, OnSockets};
use simtune_conformance::protocol::schema;

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README")
}

#[test]
fn the_exit_codes_are_the_programs() {
    let mut table = String::from("| Code | Means |\n|---|---|\n");
    for (code, means) in EXIT_CODES {
        let _ = writeln!(table, "| {} | {means} |", i32::from(code));
    }
    assert!(readme().contains(&table), "the table should be\n{table}");
}

#[test]
fn the_conversation_keeps_to_the_schema() {
    let readme = readme();
    let mut messages = 0;
    for line in readme.lines() {
        let Some((arrow @ ("→" | "←"), text)) = line.split_once(' ') else { continue };
        let mut json: Json = serde_json::from_str(text).expect("a message is JSON");
        if json["m"] == "open" {
            // Shortened there; the others are named below it.
            for name in ["BETA_URL", "TOKEN_URL", "AUTHORITY", "TENANT_ID", "CLIENT_SECRET", "SCOPE"] {
                assert!(readme.contains(&format!("`GRAPH_{name}`")), "{name}");
                json["env"][format!("GRAPH_{name}")] = "…".into();
            }
        }
        let held = if arrow == "→" { schema::to_driver(&json) } else { schema::from_driver(&json) };
        assert_eq!(held, Ok(()), "{text}");
        messages += 1;
    }
    assert_eq!(messages, 11);
}

#[test]
fn the_operations_are_the_schemas() {
    let schema: Json = serde_json::from_str(schema::TEXT).expect("JSON");
    for op in schema["$defs"]["op"]["properties"]["op"]["examples"].as_array().expect("examples") {
        let op = op.as_str().expect("a name");
        assert!(readme().contains(&format!("| `{op}` |")), "{op}");
        let required = &schema["$defs"][format!("success_{op}")]["required"];
        for member in required.as_array().expect("what a success carries") {
            let row = readme().lines().find(|line| line.starts_with(&format!("| `{op}` |"))).expect("a row").to_owned();
            assert!(row.contains(&format!("`{}`", member.as_str().expect("a name"))), "{row}");
        }
    }
}

#[test]
fn defects_and_manners_are_counted() {
    let (defects, manners, on_sockets) = (Defect::ALL.len(), Manner::ALL.len(), OnSockets::ALL.len());
    let counted = format!(
        "{defects} defects of real clients, one at a time, {manners} other lawful manners, and {on_sockets} more"
    );
    let readme = readme().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(readme.contains(&counted), "not there: {counted}");
}

#[test]
fn the_commands_are_the_programs() {
    let help = program(&["help"]);
    let readme = readme();
    let listed = help.split("Commands:").nth(1).and_then(|rest| rest.split("Options:").next()).expect("commands");
    for name in
        listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|name| *name != "help")
    {
        let named = ["`{name} ", "`{name}`"].iter().any(|form| readme.contains(&form.replace("{name}", name)));
        assert!(!name.is_empty() && named, "{name}");
    }
    let judged = format!("only {} are judged", simtune_conformance::traffic::JUDGED.len());
    assert!(readme.contains(&judged), "{judged}");
}

#[test]
fn a_newcomer_reads_what_init_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my-driver").display().to_string();
    let said = program(&["init", "--language", "python", &path]).replace(&path, "my-driver");
    assert!(readme().contains(&format!("init --language python my-driver\n{said}")), "{said}");
    // The mended line stands where the README says.
    let graph = fs::read_to_string(format!("{path}/graph.py")).expect("a file");
    assert!(graph.contains("while \"@odata.nextLink\" in page:\n            page = self.ask"), "{graph}");
}

#[test]
fn the_announcement_keeps_to_the_schema() {
    let readme = readme();
    let line = readme.lines().find(|line| line.starts_with("{\"m\":\"listening\"")).expect("an announcement");
    assert_eq!(schema::announcement(&serde_json::from_str(line).expect("JSON")), Ok(()));
}

fn program(arguments: &[&str]) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_simtune-conformance"));
    String::from_utf8(command.args(arguments).output().expect("it runs").stdout).expect("UTF-8")
}
