//! Why a device gets the answer it gets: the row that decides, and how near the others came.

use std::fmt::Write as _;

use super::edition::Edition;
use super::table::outcome_words;
use crate::device::facts::Facts;
use crate::device::platform::Named;

/// How many near misses are told one by one.
const TOLD: usize = 4;

/// The story of one device under one edition, in at most twelve lines.
pub fn explain(edition: &Edition, facts: &Facts) -> String {
    let decision = edition.decide(facts);
    let mut text = format!("device: {}\n", describe(facts));
    let _ = writeln!(
        text,
        "edition {}: {}, by row {} ({})",
        edition.id,
        outcome_words(decision.outcome),
        decision.row,
        decision.origin.label()
    );
    let _ = writeln!(text, "  {}", decision.text);
    let _ = writeln!(text, "  source: {}", decision.source);
    if !decision.needs.is_empty() {
        let needs: Vec<_> = decision.needs.iter().map(Named::label).collect();
        let _ = writeln!(text, "  it needs {}", needs.join(" and "));
    }

    let others = || edition.rows.iter().filter(|row| *row.id != *decision.row);
    let mut near: Vec<_> = others()
        .filter(|row| row.when.platform.contains(facts.platform) && !row.when.platform.is_all())
        .map(|row| (row, row.when.failed(facts)))
        .collect();
    near.sort_by_key(|(_, failed)| failed.len());
    for (row, failed) in near.iter().take(TOLD) {
        let _ = writeln!(text, "not {}: {}", row.id, failed.join("; "));
    }
    let rest = others().count() - near.len().min(TOLD);
    if rest > 0 {
        let _ = writeln!(text, "not {rest} other {}", rows(rest));
    }
    text
}

fn rows(count: usize) -> &'static str {
    if count == 1 { "row" } else { "rows" }
}

/// The facts in one line.
fn describe(facts: &Facts) -> String {
    let version = match &facts.os {
        Some(os) => format!("version {os}"),
        None => "version not known".to_owned(),
    };
    [facts.platform.label(), facts.enrolment.label(), facts.ownership.label(), facts.join.label(), &version].join(", ")
}
