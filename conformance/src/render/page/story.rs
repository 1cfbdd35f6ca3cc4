//! A failure as a story: what it comes down to, what went over the wire, and how to see it again.

use super::mark::{Mark, Word, mark, words};
use super::{Beside, anchor};
use crate::render::lane::{self, Row};
use crate::results::RuleLine;

/// A failure.
pub(super) struct Story<'a> {
    pub(super) anchor: String,
    pub(super) rule: &'a str,
    pub(super) mark: Mark,
    pub(super) summary: Vec<Word<'a>>,
    /// What it comes down to.
    pub(super) so: &'a str,
    pub(super) open: bool,
    pub(super) rows: Vec<Row>,
    /// The story's own lines, by their heads, where there are no rows.
    pub(super) wire: Vec<&'a str>,
    pub(super) lines: Vec<(&'a str, &'a str)>,
    pub(super) replay: Option<&'a str>,
    pub(super) by_hand: Vec<&'a str>,
    /// The failure and its exchanges, as files beside the page.
    pub(super) files: Vec<(String, &'static str)>,
    pub(super) reason: Option<&'a str>,
}

impl<'a> Story<'a> {
    pub(super) fn of(letter: &str, line: &'a RuleLine, beside: Beside, is_whole: bool, open: bool) -> Self {
        // A line of a story has its head in its first ten letters; what went over the wire has none.
        let parts = |text: &'a String| text.split_at_checked(10).map(|(head, rest)| (head.trim(), rest));
        let headed = |wanted: &str| {
            let lines = line.story.iter().filter_map(parts);
            lines.filter(|(head, _)| *head == wanted).map(|(_, rest)| rest).collect::<Vec<&str>>()
        };
        let mut shown: Vec<(&str, &str)> = Vec::new();
        let rows =
            line.conviction.as_ref().filter(|_| is_whole).map(|conviction| lane::rows(conviction)).unwrap_or_default();
        for (head, name) in [("asked", "asked"), ("client", "client"), ("source", "required by")] {
            // What the client said is a row already.
            if head != "client" || rows.is_empty() {
                shown.extend(headed(head).into_iter().map(|rest| (name, rest)));
            }
        }
        let wire = if rows.is_empty() {
            line.story.iter().filter(|text| text.starts_with(' ')).map(|text| text.trim()).collect()
        } else {
            Vec::new()
        };
        let files = match (&line.file, beside) {
            (Some(file), Beside::Failures) => {
                let har = format!("{}.har", file.trim_end_matches(".json"));
                vec![(file.clone(), "the failure, to be replayed"), (har, "its exchanges as HAR")]
            }
            _ => Vec::new(),
        };
        Self {
            anchor: anchor(letter, &line.report.rule),
            rule: &line.report.rule,
            mark: mark(line.report.verdict),
            summary: words(&line.summary),
            so: headed("so").first().copied().unwrap_or_default(),
            open,
            rows,
            wire,
            lines: shown,
            replay: headed("replay").first().copied(),
            by_hand: headed("by hand"),
            files,
            reason: line.reason.as_deref(),
        }
    }
}
