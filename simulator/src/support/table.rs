//! An edition as a table for a terminal: who, what, on whose authority.

use std::fmt::Write as _;

use super::edition::{DEFAULT_ROW, Edition, Effect, Needs, Outcome, PasscodeKind, Row};
use crate::device::platform::Named;

/// The widest line, in columns.
pub const WIDTH: usize = 110;

/// The edition's rows, aligned, at most [`WIDTH`] columns wide.
pub fn matrix(edition: &Edition) -> String {
    let mut text = format!("resetPasscode, edition {}\n", edition.id);
    for line in wrap(&edition.title, WIDTH) {
        let _ = writeln!(text, "{line}");
    }
    text.push('\n');
    let mut rows = vec![["row", "who", "outcome", "origin", "source"].map(str::to_owned)];
    rows.extend(edition.rows.iter().map(cells));
    rows.push([
        DEFAULT_ROW.to_owned(),
        "anything else".to_owned(),
        outcome_words(Outcome::NotSupported),
        edition.default.origin.label().to_owned(),
        edition.default.source.to_string(),
    ]);
    for (index, row) in rows.iter().enumerate() {
        write_row(&mut text, &[32, 24, 20, 8, 18], row);
        if index == 0 {
            let _ = writeln!(text, "{}", "-".repeat(WIDTH));
        }
    }
    text
}

fn cells(row: &Row) -> [String; 5] {
    [
        row.id.to_string(),
        row.when.to_string(),
        effect_words(&row.effect, row.needs),
        row.origin.label().to_owned(),
        row.source.to_string(),
    ]
}

/// What a row does to the passcode, in a few words, with what it needs.
pub fn effect_words(effect: &Effect, needs: Needs) -> String {
    let mut words = match effect {
        Effect::NotSupported => outcome_words(Outcome::NotSupported),
        Effect::PasscodeRemoved => outcome_words(Outcome::PasscodeRemoved),
        Effect::TemporaryPasscode { scope, passcode, digits_before } => {
            let mut words = outcome_words(Outcome::TemporaryPasscode { scope: *scope, passcode: *passcode });
            if let Some(version) = digits_before {
                let _ = write!(words, " ({} before {version})", PasscodeKind::Digits.label());
            }
            words
        }
    };
    for need in needs.iter() {
        let _ = write!(words, "; needs {}", need.name());
    }
    words
}

/// What becomes of the passcode, in a few words.
pub(super) fn outcome_words(outcome: Outcome) -> String {
    match outcome {
        Outcome::NotSupported => "not supported".to_owned(),
        Outcome::PasscodeRemoved => "passcode removed".to_owned(),
        Outcome::TemporaryPasscode { scope, passcode } => {
            format!("temporary {} passcode, {}", scope.label(), passcode.label())
        }
    }
}

/// Writes cells side by side, two blanks apart, each wrapped to its column.
pub fn write_row<const N: usize>(text: &mut String, widths: &[usize; N], cells: &[String; N]) {
    let mut columns: Vec<_> = cells.iter().zip(widths).map(|(cell, width)| wrap(cell, *width).into_iter()).collect();
    loop {
        let lines: Vec<_> = columns.iter_mut().map(Iterator::next).collect();
        if lines.iter().all(Option::is_none) {
            return;
        }
        let mut line = String::new();
        for (cell, width) in lines.into_iter().zip(widths) {
            let _ = write!(line, "{:width$}  ", cell.unwrap_or_default());
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// Breaks at blanks; a word longer than the column is cut, so that nothing is ever wider.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let mut word = word;
        loop {
            let long = word.chars().count();
            let gap = usize::from(used > 0);
            if used + gap + long > width && used > 0 {
                lines.push(String::new());
                used = 0;
                continue;
            }
            let line = lines.last_mut().expect("there is always a line");
            let cut = word.char_indices().nth(width).map_or(word.len(), |(at, _)| at);
            if gap > 0 {
                line.push(' ');
            }
            line.push_str(&word[..cut]);
            used += gap + long.min(width);
            word = &word[cut..];
            if word.is_empty() {
                break;
            }
        }
    }
    lines
}
