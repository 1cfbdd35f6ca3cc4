//! The table of the page: a row for each rule, a column for each client.

use super::mark::{Mark, Word, mark, words};
use super::{Client, anchor};
use crate::results::{Results, RuleLine};
use crate::verdict::Verdict;

/// Families of rules by the letters of their ids.
const FAMILIES: [(&str, &str); 12] = [
    ("THR", "Throttling"),
    ("IDM", "Actions"),
    ("PAG", "Paging"),
    ("ENC", "Spelling of requests"),
    ("COR", "Ids of requests"),
    ("PAR", "Reading answers"),
    ("ERR", "Errors"),
    ("RUN", "Coming to an end"),
    ("RED", "Redirects"),
    ("TRN", "Connections"),
    ("AUTH", "Tokens"),
    ("BAT", "Batches"),
];

/// The rules whose ids begin alike.
pub(super) struct Family<'a> {
    pub(super) letters: &'a str,
    pub(super) title: &'a str,
    pub(super) rows: Vec<RuleRow<'a>>,
}

impl Family<'_> {
    pub(super) fn title(&self) -> &str {
        if self.title.is_empty() { self.letters } else { self.title }
    }
}

pub(super) struct RuleRow<'a> {
    pub(super) rule: &'a str,
    pub(super) summary: Vec<Word<'a>>,
    pub(super) look: bool,
    pub(super) differs: bool,
    pub(super) cells: Vec<Option<Cell>>,
}

pub(super) struct Cell {
    pub(super) mark: Mark,
    pub(super) story: Option<String>,
    pub(super) triggered: u32,
    pub(super) scenarios: u32,
}

/// Whether somebody ought to look at it.
pub(super) fn is_to_be_looked_at(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Fail | Verdict::Warn | Verdict::Flaky | Verdict::UnexpectedPass | Verdict::ExpectedFail)
}

pub(super) fn families<'a>(runs: &'a [Results], clients: &[Client<'_>]) -> Vec<Family<'a>> {
    let mut families: Vec<Family<'a>> = Vec::new();
    for line in runs.iter().flat_map(|run| &run.rules) {
        let rule = line.report.rule.as_str();
        let letters = rule.split('-').next().unwrap_or_default();
        let at = families.iter().position(|family| family.letters == letters).unwrap_or_else(|| {
            let title = FAMILIES.iter().find(|(known, _)| *known == letters).map_or("", |(_, title)| *title);
            families.push(Family { letters, title, rows: Vec::new() });
            families.len() - 1
        });
        let rows = &mut families[at].rows;
        if !rows.iter().any(|row| row.rule == rule) {
            rows.push(row(line, runs, clients));
        }
    }
    families
}

pub(super) fn row<'a>(line: &'a RuleLine, runs: &'a [Results], clients: &[Client<'_>]) -> RuleRow<'a> {
    let rule = line.report.rule.as_str();
    let lines: Vec<Option<&RuleLine>> =
        runs.iter().map(|run| run.rules.iter().find(|line| line.report.rule == rule)).collect();
    let cell = |(line, client): (Option<&'a RuleLine>, &Client<'_>)| {
        let line = line?;
        let story = (!line.story.is_empty()).then(|| anchor(&client.letter, rule));
        let (triggered, scenarios) = (line.report.triggered, line.report.scenarios);
        Some(Cell { mark: mark(line.report.verdict), story, triggered, scenarios })
    };
    let verdicts: Vec<Verdict> = lines.iter().flatten().map(|line| line.report.verdict).collect();
    RuleRow {
        rule,
        summary: words(&line.summary),
        look: verdicts.iter().any(|verdict| is_to_be_looked_at(*verdict)),
        // Who was not asked does not differ.
        differs: verdicts.windows(2).any(|pair| pair[0] != pair[1]),
        cells: lines.into_iter().zip(clients).map(cell).collect(),
    }
}
