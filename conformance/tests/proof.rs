//! The page that says how the kit is proven says what is true.

use std::path::Path;

use simtune_conformance::defect::Defect;
use simtune_conformance::manner::Manner;
use simtune_conformance::rules;
use simtune_conformance::self_test::convictions;
use simtune_conformance::self_test::document::defect_line;
use simtune_conformance::self_test::drivers::{Driver, named};

const HOW: &str = "write docs/proof.md with the command at its head";

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/proof.md");
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn every_rule_defect_and_manner_has_its_line() {
    let page = page();
    for rule in rules::all().filter(|rule| rule.check().is_some()) {
        let line = page.lines().find(|line| line.starts_with(&format!("| `{}` |", rule.id)));
        let line = line.unwrap_or_else(|| panic!("{} is not there; {HOW}", rule.id));
        let proofs: Vec<&str> = rule.check().unwrap().convicts.iter().map(|defect| defect.id()).collect();
        let said = line.split('|').nth(2).unwrap_or_default().trim();
        let mut said: Vec<&str> = said.split(", ").filter(|proof| *proof != "`unproven`").collect();
        // The page goes by the catalogue, the registry by what matters.
        said.sort_unstable();
        let mut proofs = proofs;
        proofs.sort_unstable();
        assert_eq!(said, proofs, "{}; {HOW}", rule.id);
    }
    for manner in Manner::ALL {
        assert!(page.contains(&format!("| {manner} | {} |", manner.summary())), "{manner} is not there; {HOW}");
    }
    for driver in Driver::ALL {
        assert!(page.contains(&format!("| {driver} | {} |", driver.summary())), "{driver} is not there; {HOW}");
    }
}

/// Each defect before every rule is for `examples/self-test.rs`; a few have to do here.
#[test]
fn what_convicts_a_defect_is_what_the_page_says() {
    let page = page();
    let some: Vec<Defect> = Defect::ALL.iter().copied().step_by(40).collect();
    for row in convictions::rows(&some, 2) {
        let line = defect_line(&row);
        assert!(page.contains(&line), "not there: {line}{HOW}");
    }
}

#[test]
fn drivers_that_do_too_much_are_named() {
    for driver in Driver::ALL {
        let named = named(driver).unwrap_or_default();
        assert!(named.starts_with(&driver.kind().to_string()), "{driver}: {named}");
    }
}
