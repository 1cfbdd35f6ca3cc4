//! The whole history as a page: `docs/support-matrix.md` is what this returns.

use std::fmt::Write as _;

use super::DEFAULT_EDITION;
use super::edition::{DEFAULT_ROW, Edition};
use super::table::effect_words;
use crate::device::platform::Named;

const OPENING: &str = "\
# Which devices support the passcode reset

<!-- Generated from fixtures/support-matrix/reset-passcode; edit there, then run
     SIMTUNE_UPDATE_DOCS=1 cargo test -p simtune --lib support:: -->

`POST …/managedDevices/{id}/resetPasscode` does one of three things to a device: it replaces the passcode by a temporary
one, it removes the passcode, or it is refused. Which one depends on the platform, the enrolment, the owner, the join
state and the version, and it changed with every edition of the article that documents it.

An edition holds from its day until the next one. Rows of an edition do not overlap, so their order means nothing.
The column *origin* says how certain a row is:

- **stated**: the edition says so;
- **implied**: it follows from what the edition says;
- **other edition**: another edition, or a sibling document, says so, and nothing contradicts it here;
- **assumed**: nobody says so; it is a choice, and the real service may do otherwise.

A device whose version is not known fits no row that asks for a version, and is then refused (assumed).
Needs are known only once the device answers: without the right unlock token or an enforced passcode policy the action
fails, without an active reset token it ends as not supported. None of them is an HTTP error.
";

/// The page about these editions, which come in the order given.
pub fn page(editions: &[Edition]) -> String {
    let mut text = OPENING.to_owned();
    text.push_str("\n| Edition | |\n|---|---|\n");
    for edition in editions {
        let mark = if *edition.id == *DEFAULT_EDITION { " (the default)" } else { "" };
        let _ = writeln!(text, "| [{}](#{}){mark} | {} |", edition.id, edition.id, cell(&edition.title));
    }
    for edition in editions {
        section(&mut text, edition);
    }
    text
}

fn section(text: &mut String, edition: &Edition) {
    let _ =
        write!(text, "\n## {}\n\n{}. Source: {}.\n\n{}\n\n", edition.id, edition.title, edition.source, edition.note);
    text.push_str("| Row | Who | Outcome | Origin | Why | Source |\n|---|---|---|---|---|---|\n");
    for row in &edition.rows {
        let cells = [
            &format!("`{}`", row.id),
            &row.when.to_string(),
            &effect_words(&row.effect, row.needs),
            row.origin.label(),
            &*row.text,
            &format!("{} (read {})", row.source, row.read),
        ];
        line(text, &cells);
    }
    let cells = [
        &format!("`{DEFAULT_ROW}`"),
        "anything else",
        "not supported",
        edition.default.origin.label(),
        &*edition.default.text,
        &*edition.default.source,
    ];
    line(text, &cells);
}

fn line(text: &mut String, cells: &[&str]) {
    for content in cells {
        let _ = write!(text, "| {} ", cell(content));
    }
    text.push_str("|\n");
}

/// Text that cannot break out of a cell or turn into markup.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
