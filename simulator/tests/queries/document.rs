//! `docs/odata.md` against the engine: its tables are complete, its examples work, its messages are the real ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use simtune::odata::filter::{Function, MAX_DEPTH, MAX_LENGTH, Operator, Quantifier};
use simtune::odata::options::MAX_COUNT;
use simtune::quirks::{FilterUnsupported, QUIRKS};

use crate::harness::{Harness, json};

fn document() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/odata.md");
    fs::read_to_string(file).expect("the document")
}

fn section(heading: &str) -> String {
    let document = document();
    let section = document.split(&format!("\n## {heading}\n")).nth(1).unwrap_or_else(|| panic!("no section {heading}"));
    section.split("\n## ").next().expect("the section").to_owned()
}

/// The cells of a section's table, one row after the other, without its heading.
fn table(heading: &str) -> Vec<Vec<String>> {
    let section = section(heading);
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

fn plain(cell: &str) -> &str {
    cell.trim_matches('`')
}

fn ask(harness: &Harness, option: &str, value: &str) -> Result<(), String> {
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair(option, value).finish();
    let answer = harness.get(&format!("/v1.0/deviceManagement/managedDevices?$top=1&{query}"));
    if answer.status == 200 {
        return Ok(());
    }
    Err(json(&answer)["error"]["message"].as_str().expect("a message").to_owned())
}

#[test]
fn every_operator_and_function_is_listed_in_its_order() {
    let ours = |heading: &str| -> Vec<String> { table(heading).iter().map(|row| plain(&row[0]).to_owned()).collect() };
    assert_eq!(ours("Functions"), Function::ALL.map(Function::as_str));
    let operators: BTreeSet<String> = ours("Operators").into_iter().collect();
    let known = Operator::ALL.map(Operator::as_str).into_iter();
    let known =
        known.chain([Quantifier::Any, Quantifier::All].map(Quantifier::as_str)).chain(["and", "or", "not", "in"]);
    assert_eq!(operators, known.map(str::to_owned).collect());
}

#[test]
fn every_example_is_applied() {
    let harness = super::harness(FilterUnsupported::Honour);
    for heading in ["Operators", "Functions", "Values"] {
        for row in table(heading) {
            let example = plain(row.last().expect("an example"));
            assert_eq!(ask(&harness, "$filter", example), Ok(()), "{example}");
            if heading != "Values" {
                let name = plain(&row[0]);
                assert!(example.to_lowercase().contains(name), "the example of {name} is {example}");
            }
        }
    }
    let order = section("Order");
    let example = order.split("`$orderby=").nth(1).and_then(|rest| rest.split('`').next()).expect("an example");
    assert_eq!(ask(&harness, "$orderby", example), Ok(()));
}

#[test]
fn every_refusal_reads_as_it_is() {
    let harness = super::harness(FilterUnsupported::Honour);
    let refusals = section("Refusals");
    let block = refusals.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the examples");
    let lines: Vec<&str> = block.lines().collect();
    assert!(lines.len() >= 20);
    for pair in lines.chunks(2) {
        assert_eq!(ask(&harness, "$filter", pair[0]), Err(pair[1].trim_start().to_owned()), "{}", pair[0]);
    }
}

#[test]
fn limits_and_quirks_are_named() {
    let limits = section("Limits");
    for limit in [MAX_LENGTH.to_string(), MAX_DEPTH.to_string(), MAX_COUNT.to_string()] {
        assert!(limits.split(|c: char| !c.is_ascii_digit()).any(|number| number == limit), "{limit}");
    }
    let listed: BTreeSet<String> =
        table("Where the service differs").iter().map(|row| plain(&row[0]).to_owned()).collect();
    let about_queries = |name: &&str| name.starts_with("filter-") || ["orderby", "skip"].contains(name);
    let known = QUIRKS.iter().map(|quirk| quirk.name).filter(about_queries);
    assert_eq!(listed, known.map(str::to_owned).collect());
}
