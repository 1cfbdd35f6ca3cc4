//! Verdicts and the sentences of rules as they are shown.

use crate::verdict::Verdict;

/// A verdict as it is shown: never by its colour alone.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) sign: &'static str,
    pub(super) label: &'static str,
    pub(super) tone: &'static str,
}

/// A piece of a rule's sentence.
pub(super) struct Word<'a> {
    pub(super) code: bool,
    pub(super) text: &'a str,
}

pub(super) fn words(sentence: &str) -> Vec<Word<'_>> {
    let pieces = sentence.split('`').enumerate();
    pieces.filter(|(_, text)| !text.is_empty()).map(|(place, text)| Word { code: place % 2 == 1, text }).collect()
}

pub(super) fn mark(verdict: Verdict) -> Mark {
    let (sign, label, tone) = match verdict {
        Verdict::Pass => ("✓", "PASS", "good"),
        Verdict::Info => ("i", "INFO", "good"),
        Verdict::Warn => ("!", "WARN", "warn"),
        Verdict::Fail => ("✗", "FAIL", "bad"),
        Verdict::Flaky => ("~", "FLAKY", "warn"),
        Verdict::ExpectedFail => ("✗", "waived", "calm"),
        Verdict::UnexpectedPass => ("✓", "stale waiver", "bad"),
        Verdict::Unsupported => ("–", "not claimed", "calm"),
        Verdict::Inconclusive => ("·", "not reached", "calm"),
        Verdict::Crash => ("✗", "CRASH", "bad"),
        Verdict::HarnessError => ("✗", "HARNESS ERROR", "bad"),
    };
    Mark { sign, label, tone }
}
