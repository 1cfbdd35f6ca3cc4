//! `docs/proof.md`, made from what the self-test found. Nothing in it depends on a clock.

use std::fmt::Write;

use crate::manner::Manner;
use crate::rules;

use super::comparison::{BUDGET, Way, Worth};
use super::convictions::Row;
use super::drivers::Exposure;
use super::innocents::Acquittal;
use super::smallness::{self, Shrunk};

/// All that the page tells.
pub struct Findings<'a> {
    /// How many scenarios were drawn for each manner, beside those written by hand.
    pub cases: u64,
    /// Every defect, and what convicts it.
    pub rows: &'a [Row],
    /// Every manner, and what it was warned of.
    pub acquittals: &'a [Acquittal],
    /// Every way to find defects, and what it is worth.
    pub worths: &'a [(Way, Worth)],
    /// Every conviction that was made small.
    pub shrunk: &'a [Shrunk],
    /// Every driver, and what it was named.
    pub exposures: &'a [Exposure],
}

/// The page.
pub fn document(findings: &Findings<'_>) -> String {
    let mut text = format!(
        "# How the conformance kit is proven\n\n\
         <!-- Made by `cargo run --release -p simtune-conformance --example self-test -- --cases {} --write docs/proof.md`. -->\n\n\
         A test suite is trusted for what it convicts and for whom it leaves alone. The kit's reference client keeps every\n\
         rule. It can be given the [defects](rules.md#defects) of real clients, one at a time, and other lawful manners; who\n\
         must be convicted and who must not is known beforehand. The same seeds give this page again.\n\n\
         ## Rules\n\n\
         *Proved by* are the defects that break the rule and are convicted by it; *also convicts* are defects that break\n\
         another rule and this one with it. A rule that no defect proves is `unproven`: nobody has seen it convict.\n\n\
         | Rule | Proved by | Also convicts |\n|---|---|---|\n",
        findings.cases
    );
    for rule in rules::all().filter(|rule| rule.check().is_some()) {
        text.push_str(&rule_line(rule.id, findings.rows));
    }
    text.push_str(
        "\n## Defects\n\nBy which rules each is convicted in the scenarios written by hand, its own first.\n\n\
         | Defect | | Convicted by |\n|---|---|---|\n",
    );
    for row in findings.rows {
        text.push_str(&defect_line(row));
    }
    text.push_str(
        "\n## Lawful manners\n\nNo rule may fail these, whatever is drawn. A recommendation that a manner does not follow is a warning.\n\n\
         | Manner | | Warned by |\n|---|---|---|\n",
    );
    for acquittal in findings.acquittals {
        let (name, summary) =
            acquittal.manner.map_or(("none".to_owned(), "The reference client as it is."), |manner: Manner| {
                (manner.to_string(), manner.summary())
            });
        let _ = writeln!(text, "| {name} | {summary} | {} |", ids(&acquittal.warned));
    }
    comparison(&mut text, findings.worths);
    smallness(&mut text, findings.shrunk);
    text.push_str(
        "\n## Drivers\n\nA driver that does more than it should is taken for the client. These are recognised, and named.\n\n\
         | Driver | | Is named | Failed by | Warned by |\n|---|---|---|---|---|\n",
    );
    for Exposure { driver, named, failing, warning } in findings.exposures {
        let named = named.as_deref().and_then(|told| told.split(" (").next()).unwrap_or("**not recognised**");
        let [failing, warning] = [failing, warning].map(|rules| {
            let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
            ids(&rules)
        });
        let _ = writeln!(text, "| {driver} | {} | {named} | {failing} | {warning} |", driver.summary());
    }
    text
}

/// A rule's line.
pub fn rule_line(rule: &'static str, rows: &[Row]) -> String {
    let convicted = |own: bool| -> Vec<&str> {
        let those = rows.iter().filter(|row| (row.defect.rule() == rule) == own && row.convicting.contains(&rule));
        those.map(|row| row.defect.id()).collect()
    };
    let own = convicted(true);
    let proofs = if own.is_empty() { "`unproven`".to_owned() } else { own.join(", ") };
    format!("| `{rule}` | {proofs} | {} |\n", convicted(false).join(", "))
}

/// A defect's line.
pub fn defect_line(row: &Row) -> String {
    let own = row.defect.rule();
    let first = if row.convicting.contains(&own) { format!("**`{own}`**") } else { format!("**not by `{own}`**") };
    let others: Vec<&str> = row.convicting.iter().copied().filter(|rule| *rule != own).collect();
    let joint = if others.is_empty() { "" } else { ", " };
    format!("| {} | {} | {first}{joint}{} |\n", row.defect.id(), row.defect.summary(), ids(&others))
}

fn comparison(text: &mut String, worths: &[(Way, Worth)]) {
    let _ = write!(
        text,
        "\n## What the generator is worth\n\n\
         Each defect is hunted until its own rule convicts it, {BUDGET} scenarios at most. Scenarios are counted, not seconds.\n\
         What is written by hand knows the catalogue of defects by heart; what it is worth for a defect that nobody thought\n\
         of is better seen in the scenarios that were written for other rules. Faults drawn evenly have the generator's\n\
         tenants, programs and acts, and none of its aim; what they say against the reference client as well does not count.\n\n\
         | Scenarios | Hunts | Convicted | Half of all hunts end after | Nine tenths after |\n|---|---|---|---|---|\n",
    );
    for (way, worth) in worths {
        let after = |after: Option<u64>| after.map_or("never".to_owned(), |after| after.to_string());
        let _ = writeln!(
            text,
            "| {} | {} | {} ({} %) | {} | {} |",
            way.name(),
            worth.hunts,
            worth.kills,
            worth.kills * 100 / worth.hunts.max(1),
            after(worth.median),
            after(worth.nine_tenths)
        );
    }
}

fn smallness(text: &mut String, shrunk: &[Shrunk]) {
    let small = shrunk.iter().filter(|shrunk| shrunk.is_small()).count();
    let before: usize = shrunk.iter().map(|shrunk| shrunk.found).sum();
    let after: usize = shrunk.iter().map(|shrunk| shrunk.left).sum();
    let by_hand: usize = shrunk.iter().map(|shrunk| shrunk.by_hand).sum();
    let _ = write!(
        text,
        "\n## How small a conviction becomes\n\n\
         The first drawn conviction of each defect, made small: {before} operations and stimuli in {} scenarios become {after}\n\
         (written by hand: {by_hand}), and half of the searches do with {} evaluations. {small} of {} are at most one larger\n\
         than by hand{}\n",
        shrunk.len(),
        smallness::median(shrunk),
        shrunk.len(),
        if small == shrunk.len() { "." } else { ":" },
    );
    if small == shrunk.len() {
        return;
    }
    text.push_str("\n| Defect | Found | Left | By hand |\n|---|---|---|---|\n");
    for large in shrunk.iter().filter(|shrunk| !shrunk.is_small()) {
        let _ = writeln!(text, "| {} | {} | {} | {} |", large.defect.id(), large.found, large.left, large.by_hand);
    }
}

fn ids(rules: &[&str]) -> String {
    rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ")
}
